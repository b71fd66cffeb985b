/* Making, changing and deleting connected registries. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "opttype.h"
#include "run/connected.h"
#include "run/run.h"
#include "run_op.h"

static bool wants_identity(struct context *context)
{
	const char *type = args_string(context->args, "auth-type");

	return type && !strcmp(type, "ManagedIdentity");
}

int connected_create_check(struct context *context, struct acr_error *error)
{
	const char *name = args_string(context->args, "name");
	size_t length = strlen(name);

	if (length < 5 || length > 50)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"argument error: Connected registry name must be at least 5 characters long, and at "
				"most 50; '%s' has %zu.",
				name, length);
	for (; *name; name++) {
		if (isupper((unsigned char)*name))
			return acr_fail(error, ACR_ERROR_GENERAL,
					"argument error: Connected registry name must use only lowercase.");
		if (!isalnum((unsigned char)*name) && !strchr("-_", *name))
			return acr_fail(error, ACR_ERROR_GENERAL,
					"argument error: Connected registry name must have letters and digits "
					"only, as in 'onpremises'.");
	}
	return 0;
}

/* ---- create -------------------------------------------------------------------------------------------------- */

/* Data endpoints are what connected registries pull from; clients may have to let them pass their firewalls. */
static int need_data_endpoint(struct context *context, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *registry = NULL, *answer = NULL;
	struct acr_params params = {0};
	int rc = context_registry_resource(context, &registry, error);

	if (rc < 0 || acr_json_true(registry, "/properties/dataEndpointEnabled"))
		return rc;
	rc = context_confirm(
		context, error,
		"Dedicated data endpoints of the registry '%s' must be enabled for connected registries, which "
		"might affect your firewall rules. Enable them?",
		acr_json_str(registry, "/name"));
	if (rc == 0)
		rc = acr_json_put(&params.body, "/properties/dataEndpointEnabled", acr_json_new_bool(true), error);
	if (rc == 0)
		rc = context_call(context, &acr_op_registry_update, &params, NULL, &answer, error);
	acr_params_clear(&params);
	return rc;
}

/* What the connected registry's own scope map allows: its gateway, and its repositories. */
static struct acr_json *wanted_actions(struct context *context)
{
	const char *const *actions = connected_repository_actions(args_string(context->args, "mode"));
	struct acr_json *list = acr_json_new_array();
	const struct acr_json *item;

	for (item = acr_json_first(args_value(context->args, "repository")); item; item = acr_json_next(item))
		connected_add_actions("repositories", acr_json_string(item), actions, list);
	connected_add_actions("gateway", args_string(context->args, "name"), gateway_actions, list);
	return list;
}

/* Those above it must be allowed to pass on what it is to have. */
static int join_parent(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *name = args_string(context->args, "parent"), *mode = args_string(context->args, "mode"), *above;
	ACR_AUTO_PTR(acr_json) *list = NULL, *actions = NULL;
	const struct acr_json *parent;
	int rc;

	if (!name)
		return 0;
	if ((rc = connected_get_all(context, &list, error)) < 0)
		return rc;
	parent = connected_by_name(list, name);
	if (!parent)
		return acr_fail(error, ACR_ERROR_GENERAL, "The parent connected registry '%s' could not be found.",
				name);
	above = acr_json_str(parent, "/properties/mode");
	if (above && strcasecmp(above, "ReadWrite") != 0 && strcasecmp(above, mode) != 0)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Can't create the registry '%s' with mode '%s' when the connected registry parent "
				"'%s' mode is '%s'.",
				args_string(context->args, "name"), mode, name, above);
	actions = wanted_actions(context);
	if ((rc = connected_change_ancestors(context, list, parent, actions, NULL, "Adding permissions to", error)) < 0)
		return rc;
	return acr_json_put(&params->body, "/properties/parent/id", acr_json_new_string(acr_json_str(parent, "/id")),
			    error);
}

/* The scope map of the connected registry's name; what it was before is overwritten. */
static int make_scope_map(struct context *context, const char *name, char **id, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	ACR_AUTO_FREE char *description = acr_format("Created by connected registry sync token: %s", name);
	ACR_AUTO_PTR(acr_json) *map = NULL;
	int rc;

	acr_json_set_str(params.path, "scopeMap", name);
	rc = acr_json_put(&params.body, "/properties/actions", wanted_actions(context), error);
	if (rc == 0)
		rc = acr_json_put(&params.body, "/properties/description", acr_json_new_string(description), error);
	if (rc == 0)
		rc = context_call(context, &acr_op_scope_map_create, &params, NULL, &map, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	if (!acr_json_str(map, "/id"))
		return acr_fail(error, ACR_ERROR_SERVICE, "The service made the scope map '%s' without an id.", name);
	*id = acr_strdup(acr_json_str(map, "/id"));
	return 0;
}

static int make_token(struct context *context, const char *name, const char *map_id, char **id, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *token = NULL;
	int rc;

	acr_json_set_str(params.path, "token", name);
	rc = acr_json_put(&params.body, "/properties/scopeMapId", acr_json_new_string(map_id), error);
	if (rc == 0)
		rc = acr_json_put(&params.body, "/properties/status", acr_json_new_string("enabled"), error);
	if (rc == 0)
		rc = context_call(context, &acr_op_token_create, &params, NULL, &token, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	if (!acr_json_str(token, "/id"))
		return acr_fail(error, ACR_ERROR_SERVICE, "The service made the token '%s' without an id.", name);
	*id = acr_strdup(acr_json_str(token, "/id"));
	return 0;
}

/* The token to synchronize with, where none was given. */
static int add_sync_token(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *name = args_string(context->args, "name");
	ACR_AUTO_FREE char *map_id = NULL, *token_id = NULL;
	int rc;

	if (args_string(context->args, "sync-token"))
		return 0;
	io_note(context->io, "The scope map and the token '%s' are made, or overwritten if they are there.", name);
	if ((rc = make_scope_map(context, name, &map_id, error)) < 0 ||
	    (rc = make_token(context, name, map_id, &token_id, error)) < 0)
		return rc;
	return acr_json_put(&params->body, "/properties/parent/syncProperties/tokenId", acr_json_new_string(token_id),
			    error);
}

/* The tokens of an option by their ids. */
static int token_ids(struct context *context, const char *option, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	const struct acr_json *item;

	for (item = acr_json_first(args_value(context->args, option)); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *id = NULL;
		int rc = connected_token_id(context, acr_json_string(item), &id, error);

		if (rc < 0)
			return rc;
		acr_json_append(list, acr_json_new_string(id));
	}
	*ret = TAKE(list);
	return 0;
}

int connected_create_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct args *args = context->args;
	const struct acr_json *notifications = args_value(args, "notifications");
	bool identity = wants_identity(context);
	struct acr_json *properties = acr_json_get(params->body, "properties"), *tokens;
	const char *mode = args_string(args, "mode");
	int rc;

	if ((rc = need_data_endpoint(context, error)) < 0 || (rc = join_parent(context, params, error)) < 0 ||
	    (!identity && (rc = add_sync_token(context, params, error)) < 0))
		return rc;
	acr_json_set_str(properties, "mode", !strcmp(mode, "ReadWrite") ? "readwrite" : "readonly");
	acr_json_set_str(acr_json_at(properties, "/parent/syncProperties"), "authType",
			 identity ? "ManagedIdentity" : "SyncToken");
	if (notifications)
		acr_json_set(properties, "notificationsList", acr_json_copy(notifications));
	if (!args_value(args, "client-tokens"))
		return 0;
	if ((rc = token_ids(context, "client-tokens", &tokens, error)) == 0)
		acr_json_set(properties, "clientTokenIds", tokens);
	return rc;
}

/* ---- update -------------------------------------------------------------------------------------------------- */

static bool contains(const struct acr_json *list, const struct acr_json *text)
{
	const struct acr_json *item;

	for (item = acr_json_first(list); item; item = acr_json_next(item))
		if (acr_json_string(item) && !strcasecmp(acr_json_string(item), acr_json_string(text)))
			return true;
	return false;
}

/* The list with some more and some less, sent where that makes a difference. */
static void change_list(const struct acr_json *present, const struct acr_json *add, const struct acr_json *remove,
			struct acr_json *properties, const char *member)
{
	struct acr_json *list = acr_json_new_array();
	const struct acr_json *item;
	bool changed = false;

	for (item = acr_json_first(present); item; item = acr_json_next(item)) {
		if (contains(remove, item))
			changed = true;
		else
			acr_json_append(list, acr_json_copy(item));
	}
	for (item = acr_json_first(add); item; item = acr_json_next(item)) {
		if (contains(list, item))
			continue;
		acr_json_append(list, acr_json_copy(item));
		changed = true;
	}
	if (changed)
		acr_json_set(properties, member, list);
	else
		acr_json_free(list);
}

static int change_lists(struct context *context, const struct acr_json *connected, struct acr_json *properties,
			struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *add = NULL, *remove = NULL;
	int rc;

	if ((rc = token_ids(context, "add-client-tokens", &add, error)) < 0 ||
	    (rc = token_ids(context, "remove-client-tokens", &remove, error)) < 0)
		return rc;
	change_list(acr_json_at(connected, "/properties/clientTokenIds"), add, remove, properties, "clientTokenIds");
	change_list(acr_json_at(connected, "/properties/notificationsList"),
		    args_value(context->args, "add-notifications"), args_value(context->args, "remove-notifications"),
		    properties, "notificationsList");
	return 0;
}

static int change_sign_in(struct context *context, const struct acr_json *connected, struct acr_params *params,
			  struct acr_error *error)
{
	const char *state = acr_json_str(connected, "/properties/connectionState"),
		   *name = args_string(context->args, "name");

	if (connected_has_identity(connected))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The connected registry '%s' signs in with a managed identity already.", name);
	if (state && strcasecmp(state, "Offline") != 0)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The connected registry '%s' is %s: how it signs in can be changed only while it is "
				"Offline. Stop it, or deactivate it with 'acr connected-registry deactivate'.",
				name, state);
	return acr_json_put(&params->body, "/properties/syncProperties/authType",
			    acr_json_new_string("ManagedIdentity"), error);
}

int connected_update_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	static const char *const lists[] = {"add-client-tokens", "remove-client-tokens", "add-notifications",
					    "remove-notifications", "auth-type"};
	ACR_AUTO_PTR(acr_json) *connected = NULL;
	bool needed = false;
	int rc;

	for (size_t i = 0; i < ACR_COUNT(lists); i++)
		needed = needed || args_value(context->args, lists[i]);
	if (!needed)
		return 0;
	if ((rc = connected_get(context, &connected, error)) < 0 ||
	    (rc = change_lists(context, connected, acr_json_get(params->body, "properties"), error)) < 0)
		return rc;
	return wants_identity(context) ? change_sign_in(context, connected, params, error) : 0;
}
