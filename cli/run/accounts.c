/* The subscriptions of whoever has signed in, tenant by tenant. */
#include "run/accounts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int account_owner_init(struct account_owner *owner, struct context *context, struct acr_json *user,
		       struct acr_error *error)
{
	struct acr_client *client;
	int rc;

	*owner = (struct account_owner){.context = context, .user = user};
	if ((rc = context_client(context, &client, error)) < 0)
		return rc;
	owner->login = (struct acr_login){
		.cloud = acr_client_cloud(client),
		.resource = acr_client_cloud(client)->audience,
		.transport = acr_client_transport(client),
		.clock = &context->clock,
	};
	owner->list = acr_json_new_array();
	owner->reached = acr_json_new_array();
	return 0;
}

void account_owner_clear(struct account_owner *owner)
{
	acr_json_free(owner->user);
	acr_json_free(owner->list);
	acr_json_free(owner->reached);
}

/* ---- one tenant ---- */

static struct acr_json *new_account(const struct account_owner *owner, const char *id, const char *name,
				    const char *state, const char *tenant)
{
	struct acr_json *ret = acr_json_new_object();

	acr_json_set_str(ret, "id", id);
	acr_json_set_str(ret, "name", name);
	acr_json_set_str(ret, "state", state);
	acr_json_set(ret, "user", acr_json_copy(owner->user));
	acr_json_set_bool(ret, "isDefault", false);
	acr_json_set_str(ret, "tenantId", tenant);
	acr_json_set_str(ret, "environmentName", owner->login.cloud->name);
	return ret;
}

static struct acr_json *managers(const struct acr_json *subscription)
{
	const struct acr_json *list = acr_json_get(subscription, "managedByTenants"), *item;
	struct acr_json *ret = acr_json_new_array();

	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		struct acr_json *one = acr_json_new_object();

		acr_json_set_str(one, "tenantId", acr_json_str(item, "/tenantId"));
		acr_json_append(ret, one);
	}
	return ret;
}

static const struct acr_json *find(const struct acr_json *accounts, const char *id)
{
	const struct acr_json *item;

	for (item = acr_json_first(accounts); item; item = acr_json_next(item))
		if (!strcasecmp(acr_json_str(item, "/id"), id))
			return item;
	return NULL;
}

static void add(struct account_owner *owner, const struct acr_json *subscription, const char *tenant)
{
	const char *id = acr_json_str(subscription, "/subscriptionId");
	const char *name = acr_json_str(subscription, "/displayName");
	const struct acr_json *known = id ? find(owner->list, id) : NULL;
	struct acr_json *account;

	if (!id)
		return;
	if (known) {
		io_warn(owner->context->io,
			"Subscription %s '%s' can be accessed from tenants %s(default) and %s. To select a specific "
			"tenant "
			"when accessing this subscription, use 'az login --tenant TENANT_ID'.",
			id, name ? name : "", acr_json_str(known, "/tenantId"), tenant);
		return;
	}
	account = new_account(owner, id, name ? name : id, acr_json_str(subscription, "/state"), tenant);
	acr_json_set_str(account, "homeTenantId", acr_json_str(subscription, "/tenantId"));
	acr_json_set(account, "managedByTenants", managers(subscription));
	acr_json_append(owner->list, account);
}

/* A token for management from the stored sign-in. */
static int stored_token(const struct account_owner *owner, const char *tenant, struct acr_token *ret,
			struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *account = new_account(owner, tenant, tenant, "Enabled", tenant);
	struct acr_credential *credential =
		acr_cli_profile_new(owner->login.cloud, account, settings_folder(owner->context->settings),
				    settings_variable, owner->login.transport, owner->login.clock);
	int rc = credential->get(credential, owner->login.resource, NULL, ret, error);

	acr_credential_free(credential);
	return rc;
}

int accounts_in_tenant(struct account_owner *owner, const char *tenant, const char *token, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *subscriptions = NULL;
	ACR_AUTO(acr_token) stored = {0};
	const struct acr_json *item;
	int rc;

	if (!token && (rc = stored_token(owner, tenant, &stored, error)) < 0)
		return rc;
	if ((rc = acr_subscription_list(&owner->login, token ? token : stored.secret, &subscriptions, error)) < 0)
		return rc;
	for (item = acr_json_first(subscriptions); item; item = acr_json_next(item))
		add(owner, item, tenant);
	acr_json_append(owner->reached, acr_json_new_string(tenant));
	return 0;
}

/* ---- all tenants ---- */

/* Tenants that want more than the home tenant did. */
static bool wants_more(const struct acr_error *error)
{
	static const char *const codes[] = {"AADSTS50072", "AADSTS50074", "AADSTS50076",
					    "AADSTS50078", "AADSTS50079", "AADSTS50158"};

	for (size_t i = 0; i < ACR_COUNT(codes); i++)
		if (error->service_code && !strcmp(error->service_code, codes[i]))
			return true;
	return false;
}

static void tell(const struct account_owner *owner, const struct acr_json *names, const char *what)
{
	const struct acr_json *item;

	if (acr_json_first(names))
		io_warn(owner->context->io, "%s", what);
	for (item = acr_json_first(names); item; item = acr_json_next(item))
		io_warn(owner->context->io, "%s", acr_json_string(item));
}

/* Look into one of them; its label goes to `bare` or `strict` when there is nothing to be found. */
static int look_into(struct account_owner *owner, const struct acr_json *tenant, struct acr_json *bare,
		     struct acr_json *strict, struct acr_error *error)
{
	const char *id = acr_json_str(tenant, "/tenantId"), *name = acr_json_str(tenant, "/displayName");
	ACR_AUTO_FREE char *label = name ? acr_format("%s '%s'", id ? id : "", name) : acr_strdup(id ? id : "");
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	size_t before = acr_json_size(owner->list);
	int rc = id ? accounts_in_tenant(owner, id, NULL, &reason) : 0;

	if (rc < 0 && (rc != ACR_ERROR_AUTH || !reason.service_code))
		return acr_error_move(error, &reason);
	if (rc < 0 && wants_more(&reason))
		acr_json_append(strict, acr_json_new_string(label));
	else if (rc < 0)
		io_warn(owner->context->io, "Failed to authenticate %s due to error '%s'", label, reason.message);
	else if (acr_json_size(owner->list) == before)
		acr_json_append(bare, acr_json_new_string(label));
	return 0;
}

int accounts_in_all_tenants(struct account_owner *owner, const char *home, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *tenants = NULL, *bare = acr_json_new_array(), *strict = acr_json_new_array();
	ACR_AUTO(acr_token) token = {0};
	const struct acr_json *item;
	int rc;

	if ((rc = stored_token(owner, home, &token, error)) < 0 ||
	    (rc = acr_tenant_list(&owner->login, token.secret, &tenants, error)) < 0)
		return rc;
	for (item = acr_json_first(tenants); item && rc == 0; item = acr_json_next(item))
		rc = look_into(owner, item, bare, strict, error);
	if (rc < 0)
		return rc;
	tell(owner, bare,
	     "The following tenants don't contain accessible subscriptions. Use 'az login "
	     "--allow-no-subscriptions' to have tenant level access.");
	tell(owner, strict,
	     "The following tenants require Multi-Factor Authentication (MFA). Use 'az login --tenant "
	     "TENANT_ID' to explicitly login to a tenant.");
	return 0;
}

void accounts_add_tenants(struct account_owner *owner)
{
	const struct acr_json *tenant, *item;

	for (tenant = acr_json_first(owner->reached); tenant; tenant = acr_json_next(tenant)) {
		const char *id = acr_json_string(tenant);

		for (item = acr_json_first(owner->list); item; item = acr_json_next(item))
			if (!strcasecmp(acr_json_str(item, "/tenantId"), id))
				break;
		if (!item)
			acr_json_append(owner->list,
					new_account(owner, id, "N/A(tenant level account)", "Enabled", id));
	}
}

/* ---- what the commands share ---- */

struct acr_json *accounts_printed(const struct acr_json *accounts)
{
	struct acr_json *ret = acr_json_new_array();
	const struct acr_json *item;

	for (item = acr_json_first(accounts); item; item = acr_json_next(item)) {
		struct acr_json *entry = acr_json_copy(item), *cloud = acr_json_detach(entry, "environmentName");

		acr_json_set(entry, "cloudName", cloud ? cloud : acr_json_new_null());
		acr_json_append(ret, entry);
	}
	return ret;
}

void accounts_ignore_broken(struct context *context)
{
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;

	if (settings_ignore_broken_profile(context->settings, &reason))
		io_warn(context->io, "%s/azureProfile.json cannot be understood. It is written anew.",
			settings_folder(context->settings));
}

void accounts_forget_tokens(struct acr_client *client)
{
	static const char *const kinds[] = {"azure-token", "registry-refresh", "registry-access"};

	for (size_t i = 0; i < ACR_COUNT(kinds); i++)
		acr_cache_clear(acr_client_cache(client), kinds[i]);
}

int scopes_resource(const struct acr_json *scopes, const char *fallback, char **ret, struct acr_error *error)
{
	const char *scope = acr_json_string(acr_json_first(scopes));

	if (!scope) {
		*ret = acr_strdup(fallback);
		return 0;
	}
	if (acr_json_size(scopes) > 1)
		return acr_fail(error, ACR_ERROR_USAGE,
				"argument --scope: a token is for one scope, as in 'https://vault.azure.net/.default'");
	*ret = acr_strndup(scope, (size_t)(strrchr(scope, '/') - scope));
	return 0;
}
