/* Deleting connected registries, and what was made for them. */
#include <string.h>

#include "opttype.h"
#include "run/connected.h"
#include "run/run.h"

static int delete_resource(struct context *context, const struct acr_op *op, const char *variable, const char *name,
			   struct acr_error *error)
{
	struct acr_json *answer = NULL;
	int rc = connected_resource(context, op, variable, name, &answer, error);

	acr_json_free(answer);
	return rc;
}

static void tell_leftovers(struct context *context, const char *token, const char *map)
{
	const char *registry = args_string(context->args, "registry");

	io_note(context->io,
		"The connected registry is deleted, its sync token and scope map are not. To delete them, too:\n  "
		"acr token delete -n %s -r %s --yes\n  acr scope-map delete -n %s -r %s --yes\nand for each "
		"connected registry that was above it:\n  acr scope-map update -n SCOPE_MAP -r %s --remove-gateway "
		"%s config/read config/write message/read message/write",
		token, registry, map, registry, registry, args_string(context->args, "name"));
}

/* Those that were above it need not pass on anything to it any more. */
static int leave_parents(struct context *context, const struct acr_json *connected, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL, *actions = NULL;
	int rc;

	if (!acr_json_str(connected, "/properties/parent/id"))
		return 0;
	if ((rc = connected_get_all(context, &list, error)) < 0)
		return rc;
	actions = acr_json_new_array();
	connected_add_actions("gateway", args_string(context->args, "name"), gateway_actions, actions);
	return connected_change_ancestors(context, list, connected_parent(list, connected), NULL, actions,
					  "Removing gateway permissions from", error);
}

/* The sync token and its scope map, once the connected registry is gone. */
static int clean_up(struct context *context, const struct acr_json *connected, struct acr_error *error)
{
	const char *token_id = acr_json_str(connected, "/properties/parent/syncProperties/tokenId"), *map;
	ACR_AUTO_PTR(acr_json) *token = NULL;
	int rc;

	if (connected_has_identity(connected) || !token_id) {
		if (args_flag(context->args, "cleanup"))
			io_warn(context->io, "There is nothing to clean up for a connected registry with a managed "
					     "identity; look after the roles of the identity yourself.");
		return 0;
	}
	rc = connected_resource(context, &acr_op_token_show, "token", token_id, &token, error);
	if (rc < 0)
		return rc;
	map = connected_name_in(acr_json_str(token, "/properties/scopeMapId"));
	if (!args_flag(context->args, "cleanup")) {
		tell_leftovers(context, connected_name_in(token_id), map ? map : "SCOPE_MAP");
		return 0;
	}
	if ((rc = delete_resource(context, &acr_op_token_delete, "token", token_id, error)) < 0 ||
	    (map && (rc = delete_resource(context, &acr_op_scope_map_delete, "scopeMap", map, error)) < 0))
		return rc;
	return leave_parents(context, connected, error);
}

int connected_delete(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *name = args_string(context->args, "name");
	ACR_AUTO_PTR(acr_json) *connected = NULL;
	int rc;

	(void)ret;
	rc = context_confirm(context, error, "Are you sure you want to delete the connected registry '%s' in '%s'%s?",
			     name, args_string(context->args, "registry"),
			     args_flag(context->args, "cleanup") ? "" : " without cleanup flag enabled");
	if (rc < 0 || (rc = connected_get(context, &connected, error)) < 0 ||
	    (rc = delete_resource(context, &acr_op_connected_delete, "connectedRegistry", name, error)) < 0)
		return rc;
	rc = clean_up(context, connected, error);
	if (rc < 0)
		acr_error_prefix(error, "The connected registry '%s' is deleted, but not all that was made for it",
				 name);
	return rc;
}
