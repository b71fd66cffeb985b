/* Role assignments: given, listed, taken back. */
#include "run/role.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run/graph.h"
#include "run/run.h"
#include "run_op.h"

static bool is_text(const struct acr_json *item, const char *pointer, const char *wanted)
{
	const char *text = acr_json_str(item, pointer);

	return text && !strcasecmp(text, wanted);
}

/* The assignment that is there already. */
static int find_present(struct context *context, const char *definition, const char *scope, const char *principal,
			struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	const struct acr_json *item;
	int rc = role_list_at(context, &acr_op_role_assignment_list, scope, "atScope()", &list, error);

	for (item = acr_json_first(list); item; item = acr_json_next(item))
		if (is_text(item, "/properties/principalId", principal) &&
		    is_text(item, "/properties/roleDefinitionId", definition) &&
		    is_text(item, "/properties/scope", scope)) {
			*ret = acr_json_copy(item);
			return 0;
		}
	return rc < 0 ? rc : acr_fail(error, ACR_ERROR_SERVICE, "The role assignment exists, but cannot be found.");
}

static int put_assignment(struct context *context, struct acr_params *params, const char *scope, const char *name,
			  struct acr_json **ret, struct acr_error *error)
{
	char fresh[37];

	acr_uuid(fresh);
	params->path = acr_json_new_object();
	acr_json_set_str(params->path, "scope", scope);
	acr_json_set_str(params->path, "assignment", name ? name : fresh);
	return context_call(context, &acr_op_role_assignment_create, params, NULL, ret, error);
}

int role_assign(struct context *context, const char *role, const char *scope, const char *principal, const char *type,
		const char *name, const struct acr_json *further, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO_FREE char *definition = NULL;
	struct acr_json *properties;
	int rc = role_definition_id(context, role, scope, &definition, error);

	if (rc < 0)
		return rc;
	properties = further ? acr_json_copy(further) : acr_json_new_object();
	acr_json_set_str(properties, "roleDefinitionId", definition);
	acr_json_set_str(properties, "principalId", principal);
	if (type)
		acr_json_set_str(properties, "principalType", type);
	params.body = acr_json_new_object();
	acr_json_set(params.body, "properties", properties);
	rc = put_assignment(context, &params, scope, name, ret, error);
	acr_params_clear(&params);
	if (rc < 0 && error && error->service_code && !strcmp(error->service_code, "RoleAssignmentExists")) {
		acr_error_clear(error);
		return find_present(context, definition, scope, principal, ret, error);
	}
	return rc;
}

static int check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *object = args_string(args, "assignee-object-id");

	if (!args_string(args, "assignee") == !object)
		return acr_fail(error, ACR_ERROR_GENERAL, "usage error: --assignee STRING | --assignee-object-id GUID");
	if (args_string(args, "assignee-principal-type") && !object)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"usage error: --assignee-object-id GUID --assignee-principal-type TYPE");
	if (args_string(args, "condition-version") && !args_string(args, "condition"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"usage error: When --condition-version is set, --condition must be set as "
				"well.");
	return 0;
}

/* What the options say beside role, scope and assignee. */
static struct acr_json *further_properties(const struct args *args)
{
	static const struct {
		const char *option, *member;
	} members[] = {
		{"description", "description"}, {"condition", "condition"}, {"condition-version", "conditionVersion"}};
	struct acr_json *further = acr_json_new_object();

	for (size_t i = 0; i < ACR_COUNT(members); i++)
		if (args_string(args, members[i].option))
			acr_json_set_str(further, members[i].member, args_string(args, members[i].option));
	if (args_string(args, "condition") && !args_string(args, "condition-version"))
		acr_json_set_str(further, "conditionVersion", "2.0");
	return further;
}

int role_create(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *assignee = args_string(args, "assignee");
	ACR_AUTO_FREE char *scope = NULL, *id = acr_strdup(args_string(args, "assignee-object-id"));
	ACR_AUTO_FREE char *type = acr_strdup(args_string(args, "assignee-principal-type"));
	ACR_AUTO_PTR(acr_json) *further = further_properties(args);
	struct acr_json *assignment = NULL;
	int rc;

	if ((rc = check(context, error)) < 0 || (rc = role_scope(context, &scope, error)) < 0 ||
	    (assignee && (rc = role_find_assignee(context, assignee, &id, &type, error)) < 0) ||
	    (rc = role_assign(context, args_string(args, "role"), scope, id, type, args_string(args, "name"), further,
			      &assignment, error)) < 0)
		return rc;
	return run_finish(context, assignment, ret, error);
}

/* ---- listing and taking back --------------------------------------------------------------------------------------
 */

/* Whether an assignment is among those that the options mean. */
struct wanted {
	char *scope, *principal, *definition; /* NULL: any */
	bool inherited;
};

static void wanted_clear(struct wanted *wanted)
{
	free(wanted->scope);
	free(wanted->principal);
	free(wanted->definition);
}

static bool is_above(const char *scope, const char *id)
{
	size_t length = strlen(scope);

	return !strncasecmp(id, scope, length) && (!id[length] || id[length] == '/' || !strcmp(scope, "/"));
}

static bool is_wanted(const struct wanted *wanted, const struct acr_json *item)
{
	const char *scope = acr_json_str(item, "/properties/scope");

	if (wanted->scope && (!scope || (strcasecmp(scope, wanted->scope) != 0 &&
					 !(wanted->inherited && is_above(scope, wanted->scope)))))
		return false;
	if (wanted->principal && !is_text(item, "/properties/principalId", wanted->principal))
		return false;
	return !wanted->definition || is_text(item, "/properties/roleDefinitionId", wanted->definition);
}

/* The assignments that --assignee, --role and --scope mean; *scope is where they were asked for. */
static int search(struct context *context, bool all, struct acr_json **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *assignee = args_string(args, "assignee"), *role = args_string(args, "role");
	__attribute__((cleanup(wanted_clear))) struct wanted wanted = {.inherited =
									       args_flag(args, "include-inherited")};
	ACR_AUTO_FREE char *scope = NULL, *type = NULL, *filter = NULL;
	ACR_AUTO_PTR(acr_json) *list = NULL, *found = acr_json_new_array();
	struct acr_json *item;
	int rc;

	if ((rc = role_scope(context, &scope, error)) < 0 ||
	    (assignee && (rc = role_find_assignee(context, assignee, &wanted.principal, &type, error)) < 0) ||
	    (role && (rc = role_definition_id(context, role, scope, &wanted.definition, error)) < 0))
		return rc;
	if (!all)
		wanted.scope = acr_strdup(scope);
	/* The service does not take both conditions at once. */
	filter = !all               ? acr_strdup("atScope()")
		 : wanted.principal ? acr_format("principalId eq '%s'", wanted.principal)
				    : NULL;
	if ((rc = role_list_at(context, &acr_op_role_assignment_list, scope, filter, &list, error)) < 0)
		return rc;
	while ((item = acr_json_detach_item(list, 0)))
		if (is_wanted(&wanted, item))
			acr_json_append(found, item);
		else
			acr_json_free(item);
	*ret = TAKE(found);
	return 0;
}

static const struct acr_json *with_id(const struct acr_json *list, const char *id)
{
	for (const struct acr_json *item = acr_json_first(list); item && id; item = acr_json_next(item))
		if (is_text(item, "/id", id))
			return item;
	return NULL;
}

/* What a principal is called: a user, a service principal, a group. */
static const char *displayed(const struct acr_json *principal)
{
	static const char *const members[] = {"/userPrincipalName", "/servicePrincipalNames/0", "/displayName"};
	const char *name = NULL;

	for (size_t i = 0; i < ACR_COUNT(members) && !name; i++)
		name = acr_json_str(principal, members[i]);
	return name ? name : "";
}

#define MAX_IDS 1000 /* in one request */

/* The principals of the assignments, each asked for once; who may not ask goes without names. */
static struct acr_json *principals_of(struct context *context, const struct acr_json *list)
{
	ACR_AUTO_PTR(acr_json) *seen = acr_json_new_object();
	struct acr_json *ids = acr_json_new_array(), *principals = NULL;
	size_t count = 0;

	for (const struct acr_json *item = acr_json_first(list); item && count < MAX_IDS; item = acr_json_next(item)) {
		const char *id = acr_json_str(item, "/properties/principalId");

		if (!id || acr_json_get(seen, id))
			continue;
		acr_json_set_bool(seen, id, true);
		acr_json_append(ids, acr_json_new_string(id));
		count++;
	}
	if (role_objects(context, ids, &principals, NULL) < 0)
		io_info(context->io, "Names of principals cannot be had from Microsoft Graph.");
	return principals;
}

/* Names beside the ids, as far as they can be had. */
static int add_names(struct context *context, struct acr_json *list, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *definitions = NULL, *principals = NULL;
	ACR_AUTO_FREE char *scope = NULL;
	int rc;

	if (!acr_json_first(list))
		return 0;
	if ((rc = role_scope(context, &scope, error)) < 0 ||
	    (rc = role_list_at(context, &acr_op_role_definition_list, scope, NULL, &definitions, error)) < 0)
		return rc;
	principals = principals_of(context, list);
	for (struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		const struct acr_json *role = with_id(definitions, acr_json_str(item, "/properties/roleDefinitionId"));

		acr_json_set_str(item, "roleDefinitionName", acr_json_str(role, "/properties/roleName"));
		acr_json_set_str(item, "principalName",
				 displayed(with_id(principals, acr_json_str(item, "/properties/principalId"))));
	}
	return 0;
}

int role_list(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	bool all = args_flag(args, "all");
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc;

	if (all && (args_string(args, "scope") || args_given(args, "resource-group")))
		return acr_fail(error, ACR_ERROR_GENERAL, "group or scope are not required when --all is used");
	if ((rc = search(context, all, &list, error)) < 0 || (rc = add_names(context, list, error)) < 0)
		return rc;
	return run_finish(context, TAKE(list), ret, error);
}

static int delete_one(struct context *context, const char *id, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	struct acr_json *answer = NULL;
	int rc;

	acr_json_set_str(params.path, "scope", id);
	rc = context_call(context, &acr_op_role_assignment_delete, &params, NULL, &answer, error);
	acr_json_free(answer);
	acr_params_clear(&params);
	return rc;
}

static int delete_ids(struct context *context, const struct acr_json *ids, struct acr_error *error)
{
	const struct acr_json *item;
	int rc = 0;

	for (item = acr_json_first(ids); item; item = acr_json_next(item))
		if (*acr_json_string(item) != '/' || !strcasestr(acr_json_string(item), "/roleAssignments/"))
			return acr_fail(error, ACR_ERROR_GENERAL, "'%s' is not the id of a role assignment.",
					acr_json_string(item));
	for (item = acr_json_first(ids); item && rc == 0; item = acr_json_next(item))
		rc = delete_one(context, acr_json_string(item), error);
	return rc;
}

int role_delete(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	const struct acr_json *ids = args_value(args, "ids"), *item;
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc = 0;

	(void)ret;
	if (ids)
		return delete_ids(context, ids, error);
	if (!args_string(args, "assignee") && !args_string(args, "role") && !args_string(args, "scope") &&
	    !args_string(args, "resource-group") &&
	    (rc = context_confirm(context, error,
				  "This will delete all role assignments under the subscription. Are you sure?")) < 0)
		return rc;
	if ((rc = search(context, false, &list, error)) < 0)
		return rc;
	if (!acr_json_first(list))
		return acr_fail(error, ACR_ERROR_GENERAL, "No matched assignments were found to delete");
	for (item = acr_json_first(list); item && rc == 0; item = acr_json_next(item))
		rc = delete_one(context, acr_json_str(item, "/id"), error);
	return rc;
}
