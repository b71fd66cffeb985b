/* Scopes, roles and principals by their names. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run/graph.h"
#include "run/role.h"

#define DEFINITIONS "/providers/Microsoft.Authorization/roleDefinitions/"

bool role_is_guid(const char *text)
{
	static const char shape[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	size_t i;

	for (i = 0; text && shape[i]; i++)
		if (shape[i] == 'h' ? !isxdigit((unsigned char)text[i]) : text[i] != '-')
			return false;
	return text && !text[i];
}

/* --scope, or the resource group, or else the subscription; yours to free(). */
int role_scope(struct context *context, char **ret, struct acr_error *error)
{
	const char *scope = args_string(context->args, "scope"), *group = args_string(context->args, "resource-group");
	struct acr_client *client;
	int rc = context_client(context, &client, error);

	if (rc < 0)
		return rc;
	if (scope && args_given(context->args, "resource-group"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Resource group \"%s\" is redundant because scope is supplied", group);
	if (!scope && !acr_client_subscription(client))
		return acr_fail(error, ACR_ERROR_SIGN_IN,
				"No subscription is selected: give --scope, or run 'az login'.");
	*ret = scope   ? acr_strndup(scope, strlen(scope) - (scope[strlen(scope) - 1] == '/'))
	       : group ? acr_format("/subscriptions/%s/resourceGroups/%s", acr_client_subscription(client), group)
		       : acr_format("/subscriptions/%s", acr_client_subscription(client));
	return 0;
}

int role_list_at(struct context *context, const struct acr_op *op, const char *scope, const char *filter,
		 struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object(), .query = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "scope", scope);
	if (filter)
		acr_json_set_str(params.query, "$filter", filter);
	rc = context_call(context, op, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

/* The id of a role's definition, yours to free(). */
int role_definition_id(struct context *context, const char *role, const char *scope, char **ret,
		       struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	ACR_AUTO_FREE char *filter = NULL;
	size_t count;
	int rc;

	if (*role == '/' && strcasestr(role, DEFINITIONS)) {
		*ret = acr_strdup(role);
		return 0;
	}
	if (role_is_guid(role)) {
		*ret = acr_format("/subscriptions/%s" DEFINITIONS "%s", acr_client_subscription(context->client), role);
		return 0;
	}
	if (strchr(role, '\''))
		return acr_fail(error, ACR_ERROR_GENERAL, "Role '%s' doesn't exist.", role);
	filter = acr_format("roleName eq '%s'", role);
	if ((rc = role_list_at(context, &acr_op_role_definition_list, scope, filter, &list, error)) < 0)
		return rc;
	count = acr_json_size(list);
	if (!count)
		return acr_fail(error, ACR_ERROR_GENERAL, "Role '%s' doesn't exist.", role);
	if (count > 1)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"More than one role matches the given name '%s'. Give its id, such as "
				"'%s'.",
				role, acr_json_str(list, "/0/id"));
	*ret = acr_strdup(acr_json_str(list, "/0/id"));
	return 0;
}

/* "#microsoft.graph.servicePrincipal" → "ServicePrincipal". */
static char *principal_type(const char *odata_type)
{
	const char *dot = odata_type ? strrchr(odata_type, '.') : NULL;
	char *type = acr_strdup(dot ? dot + 1 : NULL);

	if (type)
		*type = (char)toupper((unsigned char)*type);
	return type;
}

/* One look: the id of the only object, and what it is; both stay NULL when there is none. */
static int look(struct context *context, const char *collection, const char *filter, const char *value,
		const char *kind, char **id, char **type, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc = graph_list(context, collection, filter, value, &list, error);

	if (rc == 0 && acr_json_str(list, "/0/id")) {
		*id = acr_strdup(acr_json_str(list, "/0/id"));
		*type = acr_strdup(kind);
	}
	return rc;
}

int role_objects(struct context *context, struct acr_json *ids, struct acr_json **ret, struct acr_error *error)
{
	static const char *const kinds[] = {"user", "group", "servicePrincipal", "directoryObjectPartnerReference"};
	ACR_AUTO_PTR(acr_json) *body = acr_json_new_object();
	struct acr_json *types = acr_json_new_array();

	for (size_t i = 0; i < ACR_COUNT(kinds); i++)
		acr_json_append(types, acr_json_new_string(kinds[i]));
	acr_json_set(body, "ids", ids);
	acr_json_set(body, "types", types);
	return graph_call(context, "POST", "/directoryObjects/getByIds", body, ret, error);
}

static int look_by_id(struct context *context, const char *object, char **id, char **type, struct acr_error *error)
{
	struct acr_json *ids = acr_json_new_array();
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc;

	acr_json_append(ids, acr_json_new_string(object));
	if ((rc = role_objects(context, ids, &list, error)) < 0)
		return rc;
	if (acr_json_str(list, "/0/id")) {
		*id = acr_strdup(acr_json_str(list, "/0/id"));
		*type = principal_type(acr_json_string(acr_json_get(acr_json_item(list, 0), "@odata.type")));
	}
	return 0;
}

/* Object id and type of a user's sign-in name, a service principal's name (its app id) or an object id. */
static int ask_graph(struct context *context, const char *assignee, char **id, char **type, struct acr_error *error)
{
	int rc = 0;

	if (strchr(assignee, '@'))
		rc = look(context, "/users", "userPrincipalName eq '%s'", assignee, "User", id, type, error);
	if (rc == 0 && !*id)
		rc = look(context, "/servicePrincipals", "servicePrincipalNames/any(c:c eq '%s')", assignee,
			  "ServicePrincipal", id, type, error);
	if (rc == 0 && !*id && role_is_guid(assignee))
		rc = look_by_id(context, assignee, id, type, error);
	return rc;
}

int role_find_assignee(struct context *context, const char *assignee, char **id, char **type, struct acr_error *error)
{
	int rc = ask_graph(context, assignee, id, type, error);

	if (rc < 0 && role_is_guid(assignee) && error && error->http_status) {
		io_warn(context->io,
			"Microsoft Graph cannot be asked about %s (%s), so it is taken as an object id. Give "
			"--assignee-object-id and --assignee-principal-type to avoid the question.",
			assignee, error->message);
		acr_error_clear(error);
		*id = acr_strdup(assignee);
		return 0;
	}
	if (rc == 0 && !*id)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Cannot find user or service principal in graph database for '%s'. If "
				"the assignee is an appId, make sure the corresponding service principal is created.",
				assignee);
	return rc;
}
