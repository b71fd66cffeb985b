/* Commands about roles given to users and service principals. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"

#define MODEL_ASSIGNMENT \
	"id name type properties(condition conditionVersion createdBy createdOn:time delegatedManagedIdentityResourceId " \
	"description principalId principalType roleDefinitionId scope updatedBy updatedOn:time)"

static const struct option role = {
	.name = "role",
	.type = &type_word,
	.help = "Name or id of the role: AcrPull, AcrPush, Reader, Contributor, Owner and so on.",
};
static const struct option required_role = {
	.name = "role",
	.type = &type_word,
	.flags = OPT_REQUIRED,
	.help = "Name or id of the role: AcrPull, AcrPush, Reader, Contributor, Owner and so on.",
};
static const struct option assignee = {
	.name = "assignee",
	.type = &type_word,
	.help = "A user's sign-in name, a service principal's name (its app id), or an object id.",
};
static const struct option object_id = {
	.name = "assignee-object-id",
	.type = &type_uuid,
	.help = "The assignee's object id; Microsoft Graph is not asked then.",
};
static const struct option principal_type = {
	.name = "assignee-principal-type",
	.type = &type_choice,
	.choices = CHOICES("ForeignGroup", "Group", "ServicePrincipal", "User"),
	.help = "What the object id stands for.",
};
static const struct option scope = {
	.name = "scope",
	.type = &type_azure_scope,
	.help = "The id of what the role is given on; by default the resource group, or else the subscription.",
};
static const struct option description = {
	.name = "description",
	.type = &type_text,
	.flags = OPT_PREVIEW,
	.help = "A note on the assignment.",
};
static const struct option condition = {
	.name = "condition",
	.type = &type_text,
	.flags = OPT_PREVIEW,
	.help = "The condition under which the role holds, such as one on repositories.",
};
static const struct option condition_version = {
	.name = "condition-version",
	.type = &type_version,
	.flags = OPT_PREVIEW,
	.help = "The version of the condition's syntax; 2.0 by default.",
};
static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_word,
	.help = "A GUID for the assignment; a new one by default.",
};
static const struct option all = {
	.name = "all",
	.type = &type_flag,
	.help = "All assignments in the subscription.",
};
static const struct option inherited = {
	.name = "include-inherited",
	.type = &type_flag,
	.help = "Also those on scopes above.",
};
static const struct option ids = {
	.name = "ids",
	.type = &type_azure_scopes,
	.help = "Ids of assignments; the other options then have no meaning.",
};

static const struct command commands[] = {
	{
		.path = "role assignment create",
		.summary = "Give a role to a user, group or service principal.",
		.options = OPTIONS(&required_role, &assignee, &object_id, &principal_type, &opt_resource_group, &scope,
				   &description, &condition, &condition_version, &name),
		.examples = EXAMPLES({"Let a service principal pull from a registry",
				      "acr role assignment create --assignee 11111111-2222-3333-4444-555555555555 --role AcrPull "
				      "--scope \"$REGISTRY_ID\""}),
		.run = role_create,
		.model = MODEL_ASSIGNMENT,
	},
	{
		.path = "role assignment delete",
		.summary = "Take roles back.",
		.options = OPTIONS(&ids, &assignee, &role, &opt_resource_group, &scope, &inherited, &opt_yes),
		.examples = EXAMPLES({"One role of one assignee on a registry",
				      "acr role assignment delete --assignee 11111111-2222-3333-4444-555555555555 --role AcrPull "
				      "--scope \"$REGISTRY_ID\""}),
		.run = role_delete,
	},
	{
		.path = "role assignment list",
		.summary = "List who has which role.",
		.options = OPTIONS(&all, &assignee, &role, &opt_resource_group, &scope, &inherited),
		.examples = EXAMPLES({"On a registry, as a table",
				      "acr role assignment list --scope \"$REGISTRY_ID\" -o table"}),
		.run = role_list,
		.model = MODEL_ASSIGNMENT " principalName roleDefinitionName",
		.columns = COLUMNS({.header = "Principal", .path = "principalName"},
				   {.header = "Role", .path = "roleDefinitionName"}, {.header = "Scope", .path = "scope"}),
	},
	{0},
};

static const struct command none[] = {{0}};

const struct group role_parent_group = {
	.path = "role",
	.summary = "Manage who may do what.",
	.outside = true,
	.commands = none,
};
const struct group role_group = {
	.path = "role assignment",
	.summary = "Manage roles given to users, groups and service principals.",
	.outside = true,
	.commands = commands,
};
