/* What the rows of the registry commands cannot say. */
#include <string.h>
#include <strings.h>

#include "bind.h"
#include "context.h"
#include "registry_name.h"
#include "run/identity.h"
#include "run/run.h"
#include "run_op.h"

int check_name_scope(struct context *context, struct acr_error *error)
{
	const char *scope = args_string(context->args, "dnl-scope");

	if (scope && !strcmp(scope, "ResourceGroupReuse") && !args_string(context->args, "resource-group"))
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "Give --resource-group: names are reused within it with --dnl-scope ResourceGroupReuse.");
	return 0;
}

int registry_create_check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *sku = args_string(args, "sku");
	const char *regional = args_string(args, "regional-endpoints");
	bool premium = sku && !strcmp(sku, "Premium");
	int rc = registry_name_check_new(args_string(args, "registry"), error);

	if (rc < 0)
		return rc;
	if (args_string(args, "default-action") && !premium)
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "Network rules are only supported for managed registries in Premium SKU. Give --sku Premium.");
	if (regional && !strcmp(regional, "Enabled") && !premium)
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "Regional endpoints are only supported for registries in Premium SKU. Give --sku Premium.");
	if (!args_string(args, "identity") != !args_string(args, "key-encryption-key"))
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "Customer managed keys need both --identity and --key-encryption-key.");
	return 0;
}

int group_location_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	struct acr_params group = {0};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	if (acr_json_str(params->body, "/location"))
		return 0;
	group.path = acr_json_new_object();
	acr_json_set_str(group.path, "resourceGroup", args_string(context->args, "resource-group"));
	rc = context_call(context, &acr_op_group_show, &group, NULL, &answer, error);
	acr_params_clear(&group);
	if (rc < 0)
		return rc;
	return acr_json_put(&params->body, "/location", acr_json_new_string(acr_json_str(answer, "/location")), error);
}

/* Options whose values stand for something else on the wire. */
static int translate(struct context *context, struct acr_params *params, bool update, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *mode = args_string(args, "role-assignment-mode");
	const struct acr_json *public = args_value(args, "public-network-enabled");
	int rc = 0;

	if (acr_json_is(public, ACR_JSON_BOOL) && !acr_json_bool(public)) {
		io_warn(context->io, "Disabling the public endpoint overrides all firewall configurations.");
		if (!args_string(args, "default-action"))
			rc = acr_json_put(&params->body, "/properties/networkRuleSet/defaultAction",
			                  acr_json_new_string("Deny"), error);
	}
	if (rc == 0 && mode) {
		bool abac = !strcmp(mode, "rbac-abac");

		if (update)
			io_warn(context->io, "Role assignments made for the other mode stop working: check that those who use the "
			        "registry keep their access.");
		rc = acr_json_put(&params->body, "/properties/roleAssignmentMode",
		                  acr_json_new_string(abac ? "AbacRepositoryPermissions" : "LegacyRegistryPermissions"),
		                  error);
	}
	return rc;
}

static int customer_key(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *identity = args_string(context->args, "identity");
	ACR_AUTO_PTR(acr_json) *assigned = NULL, *encryption = NULL;
	ACR_AUTO_FREE char *id = NULL, *client_id = NULL;
	int rc;

	if (!identity)
		return 0;
	if ((rc = identity_id(context, identity, &id, error)) < 0 ||
	    (rc = identity_client_id(context, id, &client_id, error)) < 0)
		return rc;
	assigned = acr_json_new_object();
	acr_json_set(assigned, id, acr_json_new_object());
	encryption = acr_json_new_object();
	acr_json_set_str(encryption, "keyIdentifier", args_string(context->args, "key-encryption-key"));
	acr_json_set_str(encryption, "identity", client_id);
	if ((rc = acr_json_put(&params->body, "/identity/type", acr_json_new_string("UserAssigned"), error)) < 0 ||
	    (rc = acr_json_put(&params->body, "/identity/userAssignedIdentities", TAKE(assigned), error)) < 0 ||
	    (rc = acr_json_put(&params->body, "/properties/encryption/status", acr_json_new_string("enabled"), error)) < 0)
		return rc;
	return acr_json_put(&params->body, "/properties/encryption/keyVaultProperties", TAKE(encryption), error);
}

int registry_create_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	int rc;

	if ((rc = group_location_prepare(context, params, error)) < 0 || (rc = translate(context, params, false, error)) < 0)
		return rc;
	return customer_key(context, params, error);
}

int registry_update_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	return translate(context, params, true, error);
}

/* Diagnostic logs and metrics of a new registry go to its workspace. */
static int connect_workspace(struct context *context, const char *registry_id, struct acr_error *error)
{
	static const char settings[] =
		"{\"properties\":{\"metrics\":[{\"category\":\"AllMetrics\",\"enabled\":true,\"retentionPolicy\":"
		"{\"enabled\":true,\"days\":0}}],\"logs\":[{\"category\":\"ContainerRegistryRepositoryEvents\",\"enabled\":"
		"true,\"retentionPolicy\":{\"enabled\":true,\"days\":0}},{\"category\":\"ContainerRegistryLoginEvents\","
		"\"enabled\":true,\"retentionPolicy\":{\"enabled\":true,\"days\":0}}]}}";
	const char *workspace = args_string(context->args, "workspace");
	const char *name = args_string(context->args, "registry");
	ACR_AUTO_FREE char *id = NULL, *setting = NULL;
	struct acr_params params = {0};
	struct acr_json *answer = NULL;
	int rc;

	if (!workspace)
		return 0;
	if (*workspace == '/')
		id = acr_strdup(workspace);
	else
		id = acr_format("/subscriptions/%s/resourceGroups/%s/providers/microsoft.OperationalInsights/workspaces/%s",
		                acr_client_subscription(context->client), args_string(context->args, "resource-group"),
		                workspace);
	setting = acr_format("%s-diagnostic-settings", name);
	params.path = acr_json_new_object();
	acr_json_set_str(params.path, "registryId", registry_id);
	acr_json_set_str(params.path, "name", setting);
	if ((rc = acr_json_parse(settings, strlen(settings), &params.body, error)) == 0 &&
	    (rc = acr_json_put(&params.body, "/properties/workspaceId", acr_json_new_string(id), error)) == 0)
		rc = context_call(context, &acr_op_diagnostic_settings_create, &params, NULL, &answer, error);
	if (rc < 0)
		acr_error_prefix(error, "The registry '%s' was created, but its diagnostic settings were not", name);
	acr_json_free(answer);
	acr_params_clear(&params);
	return rc;
}

int registry_create(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *registry = NULL;
	int rc = run_operation(context, &registry, error);

	if (rc < 0)
		return rc;
	if ((rc = connect_workspace(context, acr_json_str(registry, "/id"), error)) < 0)
		return rc;
	*ret = TAKE(registry);
	return 0;
}

int registry_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *group = args_string(context->args, "resource-group");
	struct acr_params params = {.path = acr_json_new_object()};
	struct acr_json *list = NULL;
	int rc;

	if (group)
		acr_json_set_str(params.path, "resourceGroup", group);
	rc = run_call(context, group ? &acr_op_registry_list_group : &acr_op_registry_list, &params, &list, error);
	acr_params_clear(&params);
	return rc < 0 ? rc : run_finish(context, list, ret, error);
}

int registry_delete(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	int rc = run_operation(context, ret, error);

	/* Another registry may get its login server. */
	if (rc == 0)
		acr_login_server_forget(context->client, context->name.name);
	return rc;
}

int credential_run(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *name = args_string(context->args, "registry");
	int rc = run_operation(context, ret, error);

	if (rc < 0 && error && error->service_code && strcasestr(error->service_code, "CredentialOperations"))
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "The admin user of '%s' is not enabled. Run 'acr update -n %s --admin-enabled true' to enable "
		                "admin first.",
		                name, name);
	return rc;
}
