/* What the rows of the registry commands cannot say. */
#include <string.h>
#include <strings.h>

#include "bind.h"
#include "context.h"
#include "registry_name.h"
#include "run/identity.h"
#include "run/run.h"
#include "run_op.h"

int registry_create_check(struct context *context, struct acr_error *error)
{
	return registry_name_check_new(args_string(context->args, "registry"), error);
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
	int rc = group_location_prepare(context, params, error);

	return rc < 0 ? rc : customer_key(context, params, error);
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
