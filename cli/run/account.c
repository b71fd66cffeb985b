/* Subscriptions of the signed-in accounts. */
#include <string.h>
#include <strings.h>

#include "context.h"
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

int account_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	bool all = args_flag(context->args, "all");
	const struct acr_json *accounts, *item;
	struct acr_json *list;
	int rc = settings_accounts(context->settings, &accounts, error);

	if (rc < 0)
		return rc;
	list = acr_json_new_array();
	for (item = acr_json_first(accounts); item; item = acr_json_next(item)) {
		const char *state = acr_json_str(item, "/state");
		struct acr_json *entry, *cloud;

		if (!all && state && strcmp(state, "Enabled") != 0)
			continue;
		entry = acr_json_copy(item);
		cloud = acr_json_detach(entry, "environmentName");
		acr_json_set(entry, "cloudName", cloud ? cloud : acr_json_new_null());
		acr_json_append(list, entry);
	}
	if (!acr_json_first(list))
		io_warn(context->io, "Please run \"az login\" to access your accounts.");
	*ret = list;
	return 0;
}

int account_set(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	(void)ret;
	return settings_set_account(context->settings, args_string(context->args, "name"), error);
}
