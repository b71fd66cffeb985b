/* Subscriptions of the signed-in accounts. */
#include <string.h>
#include <strings.h>

#include "run/accounts.h"
#include "run/run.h"

/* A subscription that no `az login` wrote down, as seen by the credential in the environment. */
static int ask_subscription(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_client *client;
	ACR_AUTO_PTR(acr_json) *list = NULL;
	const struct acr_json *item;
	const char *wanted;
	int rc = context_client(context, &client, error);

	if (rc < 0)
		return rc;
	wanted = acr_client_subscription(client);
	if ((rc = acr_call(client, &acr_op_subscription_list, NULL, NULL, &list, error)) < 0)
		return rc;
	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *id = acr_json_str(item, "/subscriptionId");
		struct acr_json *account;

		if (!id || (wanted && strcasecmp(id, wanted) != 0))
			continue;
		account = acr_json_new_object();
		acr_json_set_str(account, "environmentName", acr_client_cloud(client)->name);
		acr_json_set_str(account, "id", id);
		acr_json_set_bool(account, "isDefault", true);
		acr_json_set_str(account, "name", acr_json_str(item, "/displayName"));
		acr_json_set_str(account, "state", acr_json_str(item, "/state"));
		acr_json_set_str(account, "tenantId", acr_json_str(item, "/tenantId"));
		*ret = account;
		return 0;
	}
	return acr_fail(error, ACR_ERROR_GENERAL, "The signed-in account has no access to subscription '%s'.",
			wanted ? wanted : "");
}

int account_show(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *name = args_string(context->args, "name");
	const struct acr_json *account;
	int rc = settings_account(context->settings, name ? name : context->args->global.subscription, &account, error);

	if (rc < 0)
		return rc;
	if (!account)
		return ask_subscription(context, ret, error);
	*ret = acr_json_copy(account);
	return 0;
}

/* ---- asking the service again ---- */

static bool same_user(const struct acr_json *a, const struct acr_json *b)
{
	const char *one = acr_json_str(a, "/user/name"), *other = acr_json_str(b, "/user/name");

	return one && other && !strcasecmp(one, other);
}

static bool seen_before(const struct acr_json *accounts, const struct acr_json *account)
{
	const struct acr_json *item;

	for (item = acr_json_first(accounts); item && item != account; item = acr_json_next(item))
		if (same_user(item, account))
			return true;
	return false;
}

/* What the owner of this account has now; without anything new, what there was. */
static int refresh_user(struct context *context, const struct acr_json *accounts, const struct acr_json *account,
			struct acr_json *all, struct acr_error *error)
{
	const char *tenant = acr_json_str(account, "/tenantId"), *type = acr_json_str(account, "/user/type");
	const char *name = acr_json_str(account, "/user/name");
	const struct acr_json *item;
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	ACR_AUTO(account_owner) owner;
	bool person = type && !strcasecmp(type, "user") && !acr_json_true(account, "/user/cloudShellID");
	int rc = account_owner_init(&owner, context, acr_json_copy(acr_json_get(account, "user")), error);

	if (rc < 0)
		return rc;
	rc = person ? accounts_in_all_tenants(&owner, tenant ? tenant : "", &reason)
		    : accounts_in_tenant(&owner, tenant ? tenant : "", NULL, &reason);
	if (rc == ACR_ERROR_INTERRUPTED)
		return acr_error_move(error, &reason);
	if (rc < 0)
		io_warn(context->io,
			"Refreshing for '%s' failed with an error '%s'. The existing accounts were not modified. You "
			"can run "
			"'az login' later to explicitly refresh them",
			name ? name : "", reason.message);
	for (item = acr_json_first(rc < 0 ? accounts : owner.list); item; item = acr_json_next(item))
		if (same_user(item, account))
			acr_json_append(all, acr_json_copy(item));
	return 0;
}

static int refresh(struct context *context, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *before = NULL, *all = acr_json_new_array();
	const struct acr_json *accounts, *item;
	int rc = settings_accounts(context->settings, &accounts, error);

	if (rc < 0)
		return rc;
	before = acr_json_copy(accounts);
	for (item = acr_json_first(before); item && rc == 0; item = acr_json_next(item))
		if (acr_json_str(item, "/user/name") && !seen_before(before, item))
			rc = refresh_user(context, before, item, all, error);
	return rc < 0 ? rc : settings_replace_accounts(context->settings, all, error);
}

/* ---- the commands ---- */

static bool is_enabled(const struct acr_json *account)
{
	const char *state = acr_json_str(account, "/state");

	return !state || !strcmp(state, "Enabled");
}

int account_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	bool all = args_flag(context->args, "all");
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	const struct acr_json *accounts, *item;
	size_t skipped = 0;
	int rc = args_flag(context->args, "refresh") ? refresh(context, error) : 0;

	if (rc < 0 || (rc = all ? settings_all_accounts(context->settings, &accounts, error)
				: settings_accounts(context->settings, &accounts, error)) < 0)
		return rc;
	for (item = acr_json_first(accounts); item; item = acr_json_next(item)) {
		if (all || is_enabled(item))
			acr_json_append(list, acr_json_copy(item));
		else
			skipped++;
	}
	if (!acr_json_first(accounts))
		io_warn(context->io, "Please run \"az login\" to access your accounts.");
	if (skipped)
		io_warn(context->io,
			"A few accounts are skipped as they don't have 'Enabled' state. Use '--all' to display "
			"them.");
	*ret = accounts_printed(list);
	return 0;
}

int account_set(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	(void)ret;
	return settings_set_account(context->settings, args_string(context->args, "name"), error);
}

/* Who is signed in now. */
static int current_user(struct context *context, char **ret, struct acr_error *error)
{
	const struct acr_json *account = NULL;
	int rc = settings_default_account(context->settings, &account, error);

	if (rc < 0)
		return rc;
	if (!acr_json_str(account, "/user/name"))
		return acr_fail(error, ACR_ERROR_SIGN_IN, "There are no active accounts.");
	*ret = acr_strdup(acr_json_str(account, "/user/name"));
	return 0;
}

/* Take a user, or with NULL everybody, out of all that az and acr keep. */
static int forget(struct context *context, const char *user, struct acr_error *error)
{
	const char *folder = settings_folder(context->settings);
	struct acr_client *client;
	int rc;

	if ((rc = context_client(context, &client, error)) < 0)
		return rc;
	accounts_forget_tokens(client);
	if ((rc = settings_remove_accounts(context->settings, user, error)) < 0 ||
	    (rc = acr_msal_forget(folder, user, &context->clock, error)) < 0)
		return rc;
	return acr_principal_forget(folder, user, error);
}

int account_logout(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *user = acr_strdup(args_string(context->args, "username"));
	int rc;

	(void)ret;
	accounts_ignore_broken(context);
	if (!user && (rc = current_user(context, &user, error)) < 0)
		return rc;
	return forget(context, user, error);
}

int account_clear(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	(void)ret;
	accounts_ignore_broken(context);
	return forget(context, NULL, error);
}
