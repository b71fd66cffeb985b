/* Commands about scope maps. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

/* Another length has none that is there, but that is for the service to say. */
#define NAME                                                                                                           \
	.name = "name", .letter = 'n', .type = &type_name, .maximum = 50, .flags = OPT_REQUIRED,                       \
	.bind = PATH("scopeMap"), .complete = "scope-map", .help = "The name of the scope map."
static const struct option name = {NAME};
static const struct option new_name = {NAME, .minimum = 5};
static const struct option description = {
	.name = "description",
	.type = &type_text,
	.bind = BODY("/properties/description"),
	.help = "What the scope map is for. At most 256 characters.",
};

/* Options that add permissions or take them away. */
#define ACTIONS(bind_kind, of)                                                                                         \
	{                                                                                                              \
		.kind = bind_kind, .to = "/properties/actions", .prefix = of                                           \
	}
#define REPOSITORY(long_name, bind_kind, lead)                                                                         \
	{                                                                                                              \
		.name = long_name, .type = &type_repository_permission, .flags = OPT_APPEND, .complete = "repository", \
		.bind = ACTIONS(bind_kind, "repositories"), .help = REPOSITORY_PERMISSION(lead),                       \
	}
#define GATEWAY(long_name, bind_kind, lead)                                                                            \
	{                                                                                                              \
		.name = long_name, .type = &type_gateway_permission, .flags = OPT_APPEND, .complete = "gateway",       \
		.bind = ACTIONS(bind_kind, "gateway"), .help = GATEWAY_PERMISSION(lead),                               \
	}
#define FORMER(short_name, long_name, bind_kind)                                                                       \
	{                                                                                                              \
		.name = short_name, .key = long_name, .type = &type_repository_permission,                             \
		.flags = OPT_APPEND | OPT_HIDDEN | OPT_DEPRECATED, .instead = "--" long_name,                          \
		.complete = "repository", .bind = ACTIONS(bind_kind, "repositories"),                                  \
		.help = "The former name of --" long_name ".",                                                         \
	}
static const struct option repository = REPOSITORY("repository", BIND_ADD, "Repository permissions");
static const struct option gateway = GATEWAY("gateway", BIND_ADD, "Gateway permissions");
static const struct option add_repository = REPOSITORY("add-repository", BIND_ADD, "Repository permissions to add");
static const struct option remove_repository =
	REPOSITORY("remove-repository", BIND_REMOVE, "Repository permissions to remove");
static const struct option add_gateway = GATEWAY("add-gateway", BIND_ADD, "Gateway permissions to add");
static const struct option remove_gateway = GATEWAY("remove-gateway", BIND_REMOVE, "Gateway permissions to remove");
static const struct option add = FORMER("add", "add-repository", BIND_ADD);
static const struct option remove_ = FORMER("remove", "remove-repository", BIND_REMOVE);
#define AMBIGUOUS(add, remove)                                                                                         \
	{                                                                                                              \
		.both = {add, remove},                                                                                 \
		.refuse = "Update ambiguity. Duplicate actions were provided to be added and to be removed: "          \
			  "{join(', ', both)}."                                                                        \
	}

static const struct command commands[] = {
	{
		.path = "scope-map create",
		.summary = "Create a scope map.",
		.options = OPTIONS(&opt_registry, &new_name, &repository, &gateway, &opt_resource_group, &description),
		.examples = EXAMPLES({"Pulling from one repository, and pushing to another",
				      "acr scope-map create -n myscopemap -r myregistry --repository app content/read "
				      "metadata/read --repository cache content/read content/write"}),
		.op = &acr_op_scope_map_create,
		.body = "{\"properties\":{\"actions\":[]}}",
		.rules = RULES(NEEDS_ACTION("repository", "content/read"), NEEDS_ACTION("gateway", "config/read")),
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
		.confirm =
			"Deleting the scope map '{name}' will remove its permissions with associated tokens. Proceed?",
		.columns = scope_map_columns,
		.flags = CMD_NO_RESULT | CMD_MAY_DECLINE,
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
		.rules = RULES(
			NEEDS_ACTION("add_repository", "content/read"), NEEDS_ACTION("add_gateway", "config/read"),
			NEEDS_ACTION("remove_repository", "content/read"),
			NEEDS_ACTION("remove_gateway", "config/read"),
			{.when = "!(add_repository || add_gateway || remove_repository || remove_gateway) && "
				 "description == `null`",
			 .refuse = "No scope map properties to update. Give --add-repository, "
				   "--remove-repository, --add-gateway, --remove-gateway or --description."},
			AMBIGUOUS("add-repository", "remove-repository"), AMBIGUOUS("add-gateway", "remove-gateway")),
		.base = "properties(actions)",
		.base_op = &acr_op_scope_map_show,
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
