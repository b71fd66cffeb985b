/* acr account get-access-token: an Azure token for other programs. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clouds.h"
#include "run/accounts.h"
#include "run/run.h"
#include "run_op.h"

/* --resource-type, and the endpoint of the cloud that it means. */
static const struct {
	const char *type, *endpoint;
} resource_types[] = {
	{"aad-graph", "activeDirectoryGraphResourceId"},
	{"arm", "activeDirectoryResourceId"},
	{"batch", "batchResourceId"},
	{"data-lake", "activeDirectoryDataLakeResourceId"},
	{"media", "mediaResourceId"},
	{"ms-graph", "microsoftGraphResourceId"},
	{"oss-rdbms", "ossrdbmsResourceId"},
};

static int well_known_resource(const struct context *context, const char *type, char **ret, struct acr_error *error)
{
	const char *cloud = acr_client_cloud(context->client)->name;
	ACR_AUTO_PTR(acr_json) *description = clouds_show(context->settings, cloud);
	const char *resource = NULL;

	for (size_t i = 0; i < ACR_COUNT(resource_types); i++)
		if (!strcmp(resource_types[i].type, type))
			resource = acr_json_string(
				acr_json_get(acr_json_get(description, "endpoints"), resource_types[i].endpoint));
	if (!resource || !*resource)
		return acr_fail(error, ACR_ERROR_GENERAL, "The cloud '%s' has no resource of type '%s'.", cloud, type);
	*ret = acr_strdup(resource);
	return 0;
}

/* What the token is for. */
static int find_resource(const struct context *context, char **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	const struct acr_json *scopes = args_value(args, "scope");
	const char *resource = args_string(args, "resource"), *type = args_string(args, "resource-type");

	if (acr_json_first(scopes) || (!resource && !type))
		return scopes_resource(scopes, acr_client_cloud(context->client)->audience, ret, error);
	if (!resource)
		return well_known_resource(context, type, ret, error);
	*ret = acr_strdup(resource);
	return 0;
}

/* "2020-11-12 13:50:47.000000" in local time, as az has it. */
static char *local_time(int64_t seconds)
{
	time_t time = (time_t)seconds;
	struct tm parts;
	char text[64] = "";

	if (localtime_r(&time, &parts))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S.000000", &parts);
	return acr_strdup(text);
}

static struct acr_json *printed(const struct context *context, const struct acr_token *token)
{
	struct acr_json *ret = acr_json_new_object();
	ACR_AUTO_FREE char *until = local_time(token->expires_on);
	ACR_AUTO_PTR(acr_json) *claims = acr_token_claims(token->secret);
	const char *tenant = context->tenant ? context->tenant : acr_client_tenant(context->client);

	/* Who is no account of the Azure CLI may be of a tenant that only the token knows. */
	if (!tenant)
		tenant = acr_json_str(claims, "/tid");
	acr_json_set_str(ret, "accessToken", token->secret);
	acr_json_set_str(ret, "expiresOn", until);
	acr_json_set_num(ret, "expires_on", (double)token->expires_on);
	if (!context->tenant && acr_client_subscription(context->client))
		acr_json_set_str(ret, "subscription", acr_client_subscription(context->client));
	acr_json_set_str(ret, "tenant", tenant);
	acr_json_set_str(ret, "tokenType", "Bearer");
	return ret;
}

/* A managed identity is of one tenant. */
static int check_tenant(const struct context *context, struct acr_error *error)
{
	const struct acr_json *account = NULL;
	int rc = context_account(context, &account, error);

	if (rc < 0 || !context->tenant)
		return rc;
	if (acr_json_true(account, "/user/cloudShellID"))
		return acr_fail(error, ACR_ERROR_GENERAL, "Tenant shouldn't be specified for Cloud Shell account");
	if (acr_json_str(account, "/user/assignedIdentityInfo"))
		return acr_fail(error, ACR_ERROR_GENERAL, "Tenant shouldn't be specified for managed identity account");
	return 0;
}

int account_token(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_token) token = {0};
	ACR_AUTO_FREE char *resource = NULL;
	struct acr_client *client;
	int rc;

	context->subscription = args_string(context->args, "name");
	context->tenant = args_string(context->args, "tenant");
	if ((rc = run_prepare(context, error)) < 0 || (rc = check_tenant(context, error)) < 0 ||
	    (rc = context_client(context, &client, error)) < 0 || (rc = find_resource(context, &resource, error)) < 0 ||
	    (rc = acr_client_token(client, resource, &token, error)) < 0)
		return rc;
	*ret = printed(context, &token);
	return 0;
}
