/* Roles: the definitions that come with Azure, as far as they concern registries, and their assignments. */
#include "directory.h"
#include "resource_id.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PROVIDER "/providers/Microsoft.Authorization/"
#define DEFINITIONS "Microsoft.Authorization/roleDefinitions"
#define ASSIGNMENTS "Microsoft.Authorization/roleAssignments"

/* ---- definitions --------------------------------------------------------------------------------------------------
 */

#define PULLS (RIGHT_PULL | RIGHT_CATALOG)
static const struct role {
	const char *name, *id, *description;
	unsigned rights;
} roles[] = {
	{"Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
	 "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
	 RIGHTS_ALL},
	{"Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c",
	 "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.",
	 RIGHTS_ALL & ~(unsigned)RIGHT_ASSIGN},
	{"Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7",
	 "View all resources, but does not allow you to make any changes.", RIGHT_READ | PULLS},
	{"User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
	 "Lets you manage user access to Azure resources.", RIGHT_READ | RIGHT_ASSIGN},
	{"AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d", "acr pull", PULLS},
	{"AcrPush", "8311e382-0749-4cb8-b61a-304f252e45ec", "acr push", PULLS | RIGHT_PUSH | RIGHT_METADATA},
	{"AcrDelete", "c2f4ef07-c644-48eb-af81-4b1b4947fb11", "acr delete", RIGHT_DELETE | RIGHT_CATALOG},
	{"AcrImageSigner", "6cef56e8-d556-48e5-a04f-b8e64114680f", "acr image signer", 0},
	{"Container Registry Repository Reader", "b93aa761-3e63-49ed-ac28-beffa264f7ac",
	 "Allows for read access to Azure Container Registry repositories, but excluding catalog listing.", RIGHT_PULL},
	{"Container Registry Repository Writer", "2a1e307c-b015-4ebd-883e-5b7698a07328",
	 "Allows for read and write access to Azure Container Registry repositories, but excluding catalog listing.",
	 RIGHT_PULL | RIGHT_PUSH | RIGHT_METADATA},
	{"Container Registry Repository Contributor", "2efddaa5-3f1f-4df3-97df-af3f13818f4c",
	 "Allows for read, write, and delete access to Azure Container Registry repositories, but excluding catalog "
	 "listing.",
	 RIGHT_PULL | RIGHT_PUSH | RIGHT_METADATA | RIGHT_DELETE},
	{"Container Registry Repository Catalog Lister", "bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7",
	 "Allows for listing all repositories in an Azure Container Registry.", RIGHT_CATALOG},
};

static const struct role *find_role(const char *id)
{
	const char *name = id ? resource_name(id) : "";
	for (size_t i = 0; i < ACR_COUNT(roles); i++)
		if (!strcasecmp(roles[i].id, name))
			return &roles[i];
	return NULL;
}

unsigned role_rights(const char *definition_id)
{
	const struct role *role = find_role(definition_id);
	return role ? role->rights : 0;
}

static struct acr_json *describe(const struct role *role)
{
	ACR_AUTO_FREE char *id =
		acr_format("/subscriptions/%s" PROVIDER "roleDefinitions/%s", emulator.subscription_id, role->id);
	return json_build("{'properties':{'roleName':%s,'type':'BuiltInRole','description':%s,'assignableScopes':['/'],"
			  "'permissions':[{'actions':[],'notActions':[],'dataActions':[],'notDataActions':[]}]},"
			  "'id':%s,'type':'" DEFINITIONS "','name':%s}",
			  role->name, role->description, id, role->id);
}

/* The value of "NAME eq 'VALUE'", wherever it stands in the filter; yours to free(), NULL when it does not. */
static char *filter_value(const char *filter, const char *name)
{
	ACR_AUTO_FREE char *start = acr_format("%s eq '", name);
	const char *at = filter ? strcasestr(filter, start) : NULL;
	return at ? acr_strndup(at + strlen(start), strcspn(at + strlen(start), "'")) : NULL;
}

static void get_definitions(struct arm_request *request)
{
	if (request->name) {
		const struct role *role = find_role(request->id);
		if (role)
			reply_json(request->exchange, 200, describe(role));
		else
			reply_error(request->exchange, 404, "RoleDefinitionDoesNotExist",
				    "The specified role definition with ID '%s' does not exist.", request->name);
		return;
	}
	ACR_AUTO_FREE char *filter = exchange_query(request->exchange, "$filter");
	ACR_AUTO_FREE char *wanted = filter_value(filter, "roleName");
	struct acr_json *list = acr_json_new_array();
	for (size_t i = 0; i < ACR_COUNT(roles); i++)
		if (!wanted || !strcasecmp(wanted, roles[i].name))
			acr_json_append(list, describe(&roles[i]));
	struct acr_json *reply = acr_json_new_object();
	acr_json_set(reply, "value", list);
	reply_json(request->exchange, 200, reply);
}

/* ---- assignments --------------------------------------------------------------------------------------------------
 */

/* What an assignment or the list of them is about: the part in front of the last provider. */
static char *scope_of(const char *id)
{
	const char *at = NULL;
	for (const char *next = strcasestr(id, PROVIDER); next; next = strcasestr(next + 1, PROVIDER))
		at = next;
	return at ? acr_strndup(id, (size_t)(at - id)) : acr_strdup(id);
}

static bool is_guid(const char *text)
{
	static const char shape[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
	if (!text || strlen(text) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'h' ? !isxdigit((unsigned char)text[i]) : text[i] != '-')
			return false;
	return true;
}

/* False, and answered, when the role or the principal is not there. */
static bool check_assignment(struct arm_request *request)
{
	const char *role = acr_json_str(request->body, "/properties/roleDefinitionId");
	const char *principal = acr_json_str(request->body, "/properties/principalId");
	if (!is_guid(request->name)) {
		reply_error(request->exchange, 400, "InvalidRoleAssignmentId",
			    "The role assignment ID '%s' is not valid. The role assignment ID must be a GUID.",
			    request->name);
		return false;
	}
	if (!find_role(role)) {
		reply_error(request->exchange, 404, "RoleDefinitionDoesNotExist",
			    "The specified role definition with ID '%s' does not exist.",
			    role ? resource_name(role) : "");
		return false;
	}
	ACR_AUTO_PTR(acr_json) *object = principal ? directory_get(DIRECTORY_PRINCIPALS, principal) : NULL;
	if (!object && (!is_guid(principal) || !acr_json_str(request->body, "/properties/principalType"))) {
		reply_error(
			request->exchange, 400, "PrincipalNotFound",
			"Principal %s does not exist in the directory %s. Check that you have the correct principal "
			"ID.",
			principal ? principal : "", emulator.tenant_id);
		return false;
	}
	return true;
}

static bool same_assignment(const struct acr_json *a, const struct acr_json *b)
{
	static const char *const members[] = {"/properties/roleDefinitionId", "/properties/principalId"};
	for (size_t i = 0; i < ACR_COUNT(members); i++) {
		const char *one = acr_json_str(a, members[i]), *other = acr_json_str(b, members[i]);
		if (!one || !other || strcasecmp(resource_name(one), resource_name(other)) != 0)
			return false;
	}
	return true;
}

static bool exists(struct arm_request *request, const char *scope)
{
	ACR_AUTO_FREE char *collection = acr_format("%s" PROVIDER "roleAssignments", scope);
	ACR_AUTO_PTR(acr_json) *list = store_list(collection);
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item))
		if (same_assignment(item, request->body)) {
			reply_error(request->exchange, 409, "RoleAssignmentExists",
				    "The role assignment already exists.");
			return true;
		}
	return false;
}

static void put_assignment(struct arm_request *request)
{
	ACR_AUTO_FREE char *scope = scope_of(request->id);
	if (!request->name || !check_assignment(request) || exists(request, scope))
		return;
	ACR_AUTO_FREE char *now = now_text();
	ACR_AUTO_FREE char *author = authorization_principal(request->exchange);
	ACR_AUTO_PTR(acr_json) *assignment = json_build(
		"{'properties':{'roleDefinitionId':%s,'principalId':%s,'principalType':'ServicePrincipal',"
		"'scope':%s,'condition':null,'conditionVersion':null,'createdOn':%s,'updatedOn':%s,"
		"'createdBy':%s,'updatedBy':%s,'delegatedManagedIdentityResourceId':null,'description':null},"
		"'id':%s,'type':'" ASSIGNMENTS "','name':%s}",
		"", "", scope, now, now, author, author, request->id, request->name);
	struct acr_json *properties = acr_json_get(assignment, "properties");
	arm_merge(properties, acr_json_get(request->body, "properties"));
	const struct role *role = find_role(acr_json_str(properties, "/roleDefinitionId"));
	ACR_AUTO_FREE char *definition =
		acr_format("/subscriptions/%s" PROVIDER "roleDefinitions/%s", emulator.subscription_id, role->id);
	acr_json_set_str(properties, "roleDefinitionId", definition);
	acr_json_set_str(properties, "scope", scope);
	store_put(request->id, assignment);
	reply_json(request->exchange, 201, store_get(request->id));
}

static bool is_at_or_below(const char *id, const char *scope)
{
	size_t length = strlen(scope);
	return !strncasecmp(id, scope, length) && (!id[length] || id[length] == '/');
}

static void get_assignments(struct arm_request *request)
{
	if (request->name) {
		struct acr_json *assignment = store_get(request->id);
		if (assignment)
			reply_json(request->exchange, 200, assignment);
		else
			reply_error(request->exchange, 404, "RoleAssignmentNotFound",
				    "The role assignment '%s' is not found.", request->name);
		return;
	}
	ACR_AUTO_FREE char *scope = scope_of(request->id);
	ACR_AUTO_FREE char *filter = exchange_query(request->exchange, "$filter");
	ACR_AUTO_FREE char *principal = filter_value(filter, "principalId");
	bool at_scope = filter && strcasestr(filter, "atScope()");
	ACR_AUTO_PTR(acr_json) *all = store_list_type(EVERYWHERE, ASSIGNMENTS);
	struct acr_json *list = acr_json_new_array();
	for (const struct acr_json *item = acr_json_first(all); item; item = acr_json_next(item)) {
		const char *own = acr_json_str(item, "/properties/scope");
		const char *who = acr_json_str(item, "/properties/principalId");
		if ((is_at_or_below(scope, own) || (!at_scope && is_at_or_below(own, scope))) &&
		    (!principal || !strcasecmp(principal, who)))
			acr_json_append(list, acr_json_copy(item));
	}
	struct acr_json *reply = acr_json_new_object();
	acr_json_set(reply, "value", list);
	reply_json(request->exchange, 200, reply);
}

static void delete_assignment(struct arm_request *request)
{
	struct acr_json *assignment = store_get(request->id);
	if (assignment && store_delete(request->id))
		reply_json(request->exchange, 200, assignment);
	else
		request->exchange->status = 204;
}

const struct arm_route arm_role_routes[] = {
	{"GET", DEFINITIONS, NULL, get_definitions},
	{"GET", ASSIGNMENTS, NULL, get_assignments},
	{"PUT", ASSIGNMENTS, NULL, put_assignment},
	{"DELETE", ASSIGNMENTS, NULL, delete_assignment},
	{0},
};
