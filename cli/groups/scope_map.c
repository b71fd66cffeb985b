/* Commands about scope maps. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"
#include "shapes.h"

static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.minimum = 5,
	.maximum = 50,
	.flags = OPT_REQUIRED,
	.bind = PATH("scopeMap"),
	.complete = "scope-map",
	.help = "The name of the scope map.",
};
static const struct option description = {
	.name = "description",
	.type = &type_string,
	.bind = BODY("/properties/description"),
	.help = "What the scope map is for. At most 256 characters.",
};

/* Options that add permissions or take them away; `short_name` is what they were called before. */
#define PERMISSION(variable, long_name, kind, text)                                                                    \
	static const struct option variable = {                                                                        \
		.name = long_name,                                                                                     \
		.type = &type_##kind##_permission,                                                                     \
		.flags = OPT_APPEND,                                                                                   \
		.complete = #kind,                                                                                     \
		.help = text,                                                                                          \
	};
#define FORMER(variable, short_name, long_name)                                                                        \
	static const struct option variable = {                                                                        \
		.name = short_name,                                                                                    \
		.key = long_name,                                                                                      \
		.type = &type_repository_permission,                                                                   \
		.flags = OPT_APPEND | OPT_HIDDEN | OPT_DEPRECATED,                                                     \
		.instead = "--" long_name,                                                                             \
		.complete = "repository",                                                                              \
		.help = "The former name of --" long_name ".",                                                         \
	};
PERMISSION(add_repository, "add-repository", repository, REPOSITORY_PERMISSION("Repository permissions to add"))
PERMISSION(remove_repository, "remove-repository", repository,
	   REPOSITORY_PERMISSION("Repository permissions to remove"))
PERMISSION(add_gateway, "add-gateway", gateway, GATEWAY_PERMISSION("Gateway permissions to add"))
PERMISSION(remove_gateway, "remove-gateway", gateway, GATEWAY_PERMISSION("Gateway permissions to remove"))
FORMER(add, "add", "add-repository")
FORMER(remove_, "remove", "remove-repository")

static const struct command commands[] = {
	{
		.path = "scope-map create",
		.summary = "Create a scope map.",
		.options = OPTIONS(&opt_registry, &name, &opt_repository_permission, &opt_gateway_permission,
				   &opt_resource_group, &description),
		.examples = EXAMPLES({"Pulling from one repository, and pushing to another",
				      "acr scope-map create -n myscopemap -r myregistry --repository app content/read "
				      "metadata/read --repository cache content/read content/write"}),
		.op = &acr_op_scope_map_create,
		.prepare = scope_map_create_prepare,
		.model = MODEL_SCOPE_MAP,
		.columns = scope_map_columns,
	},
	{
		.path = "scope-map delete",
		.summary = "Delete a scope map.",
		.options = OPTIONS(&opt_registry, &name, &opt_yes, &opt_resource_group),
		.examples = EXAMPLES(
			{"Delete without a question", "acr scope-map delete -n myscopemap -r myregistry --yes"}),
		.op = &acr_op_scope_map_delete,
		.run = run_unless_declined,
		.confirm =
			"Deleting the scope map '{name}' will remove its permissions with associated tokens. Proceed?",
		.columns = scope_map_columns,
		.flags = CMD_NO_RESULT,
	},
	{
		.path = "scope-map list",
		.summary = "List the scope maps of a registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr scope-map list -r myregistry -o table"}),
		.op = &acr_op_scope_map_list,
		.model = MODEL_SCOPE_MAP,
		.columns = scope_map_columns,
	},
	{
		.path = "scope-map show",
		.summary = "Show a scope map.",
		.options = OPTIONS(&opt_registry, &name, &opt_resource_group),
		.examples = EXAMPLES(
			{"What it permits", "acr scope-map show -n myscopemap -r myregistry --query actions -o tsv"}),
		.op = &acr_op_scope_map_show,
		.model = MODEL_SCOPE_MAP,
		.columns = scope_map_columns,
	},
	{
		.path = "scope-map update",
		.summary = "Change what a scope map permits.",
		.options = OPTIONS(&opt_registry, &name, &add_repository, &add, &remove_repository, &remove_,
				   &add_gateway, &remove_gateway, &opt_resource_group, &description),
		.examples =
			EXAMPLES({"Pulling instead of pushing",
				  "acr scope-map update -n myscopemap -r myregistry --add-repository app content/read "
				  "--remove-repository app content/write"}),
		.op = &acr_op_scope_map_update,
		.check = scope_map_update_check,
		.base = "properties(actions)",
		.base_op = &acr_op_scope_map_show,
		.prepare = scope_map_update_prepare,
		.model = MODEL_SCOPE_MAP,
		.columns = scope_map_columns,
	},
	{0},
};

const struct group scope_map_group = {
	.path = "scope-map",
	.summary = "Manage scope maps: named sets of permissions for tokens.",
	.commands = commands,
};
