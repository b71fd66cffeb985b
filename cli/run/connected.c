/* Connected registries: finding and listing them, and what they are installed with. */
#include "run/connected.h"

#include <string.h>
#include <strings.h>

#include "run/run.h"
#include "run_op.h"

int connected_get(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return connected_resource(context, &acr_op_connected_show, "connectedRegistry",
				  args_string(context->args, "name"), ret, error);
}

int connected_get_all(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	int rc = context_call(context, &acr_op_connected_list, &params, NULL, ret, error);

	acr_params_clear(&params);
	return rc;
}

static const struct acr_json *find(const struct acr_json *list, const char *member, const char *text)
{
	const struct acr_json *item;

	for (item = acr_json_first(list); text && item; item = acr_json_next(item)) {
		const char *own = acr_json_str(item, member);

		if (own && !strcasecmp(own, text))
			return item;
	}
	return NULL;
}

const struct acr_json *connected_by_name(const struct acr_json *list, const char *name)
{
	return find(list, "/name", name);
}

const struct acr_json *connected_by_id(const struct acr_json *list, const char *id)
{
	return find(list, "/id", id);
}

const struct acr_json *connected_parent(const struct acr_json *list, const struct acr_json *connected)
{
	return connected_by_id(list, acr_json_str(connected, "/properties/parent/id"));
}

bool connected_has_identity(const struct acr_json *connected)
{
	const char *type = acr_json_str(connected, "/properties/parent/syncProperties/authType");

	return type && !strcasecmp(type, "ManagedIdentity");
}

const char *connected_name_in(const char *id)
{
	const char *slash = id ? strrchr(id, '/') : NULL;

	return slash ? slash + 1 : id;
}

int connected_resource(struct context *context, const struct acr_op *op, const char *variable, const char *id,
		       struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, variable, connected_name_in(id));
	rc = context_call(context, op, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

int connected_token_id(struct context *context, const char *token, char **ret, struct acr_error *error)
{
	const struct acr_registry *registry;
	int rc = context_registry(context, &registry, error);

	/* Lists of ids are compared by their text. */
	if (rc == 0)
		*ret = acr_format("%s/tokens/%s", registry->listed_id ? registry->listed_id : registry->id, token);
	return rc;
}

/* ---- list ---------------------------------------------------------------------------------------------------- */

/* Whether it is below `parent` (NULL: below the registry), at once or further down. The list bounds the way up. */
static bool is_below(const struct acr_json *list, const struct acr_json *connected, const struct acr_json *parent,
		     bool at_once)
{
	size_t steps = at_once ? 1 : acr_json_size(list);

	while (connected && steps--) {
		connected = connected_parent(list, connected);
		if (connected == parent)
			return true;
	}
	return false;
}

/* Those of `chosen` that are below `parent`, each with what is below it behind it. */
static void add_tree(const struct acr_json *chosen, const struct acr_json *parent, struct acr_json *tree, size_t depth)
{
	const struct acr_json *item;

	for (item = acr_json_first(chosen); depth && item; item = acr_json_next(item)) {
		if (connected_parent(chosen, item) != parent)
			continue;
		acr_json_append(tree, acr_json_copy(item));
		add_tree(chosen, item, tree, depth - 1);
	}
}

int connected_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *parent_name = args_string(context->args, "parent");
	bool at_once = args_flag(context->args, "no-children");
	ACR_AUTO_PTR(acr_json) *list = NULL;
	ACR_AUTO_PTR(acr_json) *chosen = acr_json_new_array(), *tree = acr_json_new_array();
	const struct acr_json *parent, *item;
	int rc = connected_get_all(context, &list, error);

	if (rc < 0)
		return rc;
	parent = connected_by_name(list, parent_name);
	if (parent_name && !parent)
		return acr_fail(error, ACR_ERROR_GENERAL, "Parent connected registry '%s' doesn't exist.", parent_name);
	for (item = acr_json_first(list); item; item = acr_json_next(item))
		if ((!parent && !at_once) || is_below(list, item, parent, at_once))
			acr_json_append(chosen, acr_json_copy(item));
	/* As az has it: tables show parents above their children. */
	add_tree(chosen, NULL, tree, acr_json_size(chosen));
	return run_finish(context, context->table ? TAKE(tree) : TAKE(chosen), ret, error);
}

int connected_list_client_tokens(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *connected = NULL, *tokens = acr_json_new_array();
	const struct acr_json *id;
	int rc = connected_get(context, &connected, error);

	if (rc < 0)
		return rc;
	for (id = acr_json_first(acr_json_at(connected, "/properties/clientTokenIds")); id; id = acr_json_next(id)) {
		struct acr_json *token = NULL;

		rc = connected_resource(context, &acr_op_token_show, "token", acr_json_string(id), &token, error);
		if (rc < 0)
			return rc;
		acr_json_append(tokens, token);
	}
	return run_finish(context, TAKE(tokens), ret, error);
}

/* ---- settings ------------------------------------------------------------------------------------------------ */

/* A new password of the sync token; the other one keeps working. */
static int generate(struct context *context, const char *token_id, const char *which, struct acr_json *settings,
		    struct acr_error *error)
{
	struct acr_params params = {.body = acr_json_new_object()};
	ACR_AUTO_FREE char *name = acr_format("password%s", which);
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	const struct acr_json *item;
	const char *password = NULL;
	int rc;

	acr_json_set_str(params.body, "tokenId", token_id);
	acr_json_set_str(params.body, "name", name);
	rc = context_call(context, &acr_op_token_credentials, &params, NULL, &answer, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	for (item = acr_json_first(acr_json_get(answer, "passwords")); item; item = acr_json_next(item))
		if (acr_json_str(item, "/name") && !strcmp(acr_json_str(item, "/name"), name))
			password = acr_json_str(item, "/value");
	if (!password)
		return acr_fail(error, ACR_ERROR_SERVICE, "The service made no %s for the token '%s'.", name,
				connected_name_in(token_id));
	acr_json_set_str(settings, "SYNC_TOKEN_USER", acr_json_str(answer, "/username"));
	acr_json_set_str(settings, "SYNC_TOKEN_PASSWORD", password);
	io_note(context->io, "Please store your generated credentials safely.");
	return 0;
}

static int sign_in_settings(struct context *context, const struct acr_json *connected, const char *which,
			    struct acr_json *settings, struct acr_error *error)
{
	const char *token_id = acr_json_str(connected, "/properties/parent/syncProperties/tokenId");
	int rc;

	if (!token_id)
		return acr_fail(error, ACR_ERROR_SERVICE, "The connected registry '%s' has no sync token.",
				acr_json_str(connected, "/name"));
	if (which) {
		rc = context_confirm(context, error,
				     "Are you sure you want to generate a new sync token '%s' password%s?",
				     connected_name_in(token_id), which);
		return rc < 0 ? rc : generate(context, token_id, which, settings, error);
	}
	acr_json_set_str(settings, "SYNC_TOKEN_USER", connected_name_in(token_id));
	acr_json_set_str(settings, "SYNC_TOKEN_PASSWORD", "<use --generate-password to generate a new password>");
	return 0;
}

/* The client id of the identity with which it signs in. */
static const char *identity_client(const struct acr_json *connected)
{
	return acr_json_str(acr_json_first(acr_json_at(connected, "/identity/userAssignedIdentities")), "/clientId");
}

static char *connection_string(struct context *context, const struct acr_json *connected,
			       const struct acr_json *settings)
{
	const char *endpoint = acr_json_str(connected, "/properties/parent/syncProperties/gatewayEndpoint");
	const char *protocol = args_string(context->args, "parent-protocol"), *client = identity_client(connected);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (!acr_json_str(connected, "/properties/parent/id") && strcmp(protocol, "https") != 0) {
		io_warn(context->io, "Parent endpoint protocol must be 'https' when parent is a cloud registry.");
		protocol = "https";
	}
	acr_buf_printf(&text, "ConnectedRegistryName=%s;", args_string(context->args, "name"));
	if (connected_has_identity(connected))
		acr_buf_printf(&text, "ManagedIdentityClientId=%s;", client ? client : "<client id of the identity>");
	else
		acr_buf_printf(&text, "SyncTokenName=%s;SyncTokenPassword=%s;",
			       acr_json_str(settings, "/SYNC_TOKEN_USER"),
			       acr_json_str(settings, "/SYNC_TOKEN_PASSWORD"));
	acr_buf_printf(&text, "ParentGatewayEndpoint=%s;ParentEndpointProtocol=%s",
		       endpoint && *endpoint ? endpoint : "<parent gateway endpoint>", protocol);
	return acr_buf_take(&text);
}

static int show_settings(struct context *context, const char *which, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *connected = NULL, *settings = acr_json_new_object();
	ACR_AUTO_FREE char *connection = NULL;
	int rc = connected_get(context, &connected, error);

	if (rc < 0)
		return rc;
	if (!connected_has_identity(connected))
		rc = sign_in_settings(context, connected, which, settings, error);
	else if (which)
		rc = acr_fail(error, ACR_ERROR_GENERAL,
			      "The connected registry '%s' signs in with a managed identity: there is no password "
			      "to generate.",
			      args_string(context->args, "name"));
	if (rc < 0)
		return rc;
	connection = connection_string(context, connected, settings);
	acr_json_set_str(settings, "ACR_REGISTRY_CERTIFICATE_VOLUME", "/var/acr/certs");
	acr_json_set_str(settings, "ACR_REGISTRY_DATA_VOLUME", "/var/acr/data");
	acr_json_set_str(settings, "ACR_REGISTRY_CONNECTION_STRING", connection);
	acr_json_set_str(
		settings, "ACR_REGISTRY_LOGIN_SERVER",
		"<Optional: connected registry login server. More info at https://aka.ms/acr/connected-registry>");
	return run_finish(context, TAKE(settings), ret, error);
}

int connected_settings(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return show_settings(context, args_string(context->args, "generate-password"), ret, error);
}

int connected_renew(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return show_settings(context, "1", ret, error);
}
