/* Options that many commands share, and those that every command has. */
#include "options.h"

const struct option opt_registry = {
	.name = "registry",
	.letter = 'r',
	.type = &type_registry,
	.flags = OPT_REQUIRED,
	.config_default = "acr",
	.complete = "registry",
	.help = "The name of the container registry, in lower case.",
};
const struct option opt_registry_name = {
	.name = "name",
	.letter = 'n',
	.key = "registry",
	.type = &type_registry,
	.flags = OPT_REQUIRED,
	.config_default = "acr",
	.complete = "registry",
	.help = "The name of the container registry, in lower case.",
};
const struct option opt_new_registry = {
	.name = "name",
	.letter = 'n',
	.key = "registry",
	.type = &type_registry,
	.flags = OPT_REQUIRED,
	.config_default = "acr",
	.help = "The name of the container registry: 5 to 50 lower case letters and digits.",
};
const struct option opt_resource_group = {
	.name = "resource-group",
	.letter = 'g',
	.type = &type_group,
	.config_default = "group",
	.complete = "group",
	.help = "Name of the resource group.",
};
const struct option opt_required_group = {
	.name = "resource-group",
	.letter = 'g',
	.type = &type_group,
	.flags = OPT_REQUIRED,
	.config_default = "group",
	.complete = "group",
	.help = "Name of the resource group.",
};
const struct option opt_engine = {
	.name = "engine",
	.type = &type_choice,
	.choices = CHOICES("auto", "docker", "podman", "both"),
	.fallback = "auto",
	.help = "Whose file is written: Docker's, podman's, both, or (auto) Docker's and, where there is one, podman's.",
};
const struct option opt_hidden_group = {
	.name = "resource-group",
	.letter = 'g',
	.type = &type_group,
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.help = "Name of the resource group. It no longer has a meaning here.",
};
const struct option opt_location = {
	.name = "location",
	.letter = 'l',
	.type = &type_location,
	.config_default = "location",
	.bind = BODY("/location"),
	.complete = "location",
	.help = "The Azure region, such as westeurope.",
};
const struct option opt_tags = {
	.name = "tags",
	.type = &type_tags,
	.bind = BODY("/tags"),
	.help = "Tags, separated by spaces: key[=value] [key[=value] …]. Use '' to clear existing tags.",
};
const struct option opt_yes = {
	.name = "yes",
	.letter = 'y',
	.type = &type_flag,
	.help = "Do not ask for confirmation.",
};
const struct option opt_no_wait = {
	.name = "no-wait",
	.type = &type_flag,
	.help = "Do not wait until the operation has finished.",
};

const struct option opt_username = {
	.name = "username",
	.letter = 'u',
	.type = &type_string,
	.help = "The user name to sign in to the registry with.",
};
const struct option opt_password = {
	.name = "password",
	.letter = 'p',
	.type = &type_text,
	.flags = OPT_SECRET,
	.help = "The password to sign in to the registry with; @FILE or @- keeps it out of the command line.",
};
const struct option opt_suffix = {
	.name = "suffix",
	.type = &type_suffix,
	.help = "The tenant suffix in the registry's login server: the part behind its name, such as 'contoso'.",
};

const struct option opt_top = {
	.name = "top",
	.type = &type_integer,
	.minimum = 1,
	.help = "Limit the number of items in the result.",
};
const struct option opt_orderby = {
	.name = "orderby",
	.type = &type_choice,
	.choices = CHOICES("time_asc", "time_desc"),
	.bind = {.kind = BIND_QUERY, .to = "orderby", .sent = CHOICES("timeasc", "timedesc")},
	.help = "Order the items in the result. By default they come in the order of their names.",
};

const struct option opt_repository_permission = {
	.name = "repository",
	.type = &type_repository_permission,
	.flags = OPT_APPEND,
	.complete = "repository",
	.help = REPOSITORY_PERMISSION("Repository permissions"),
};
const struct option opt_gateway_permission = {
	.name = "gateway",
	.type = &type_gateway_permission,
	.flags = OPT_APPEND,
	.complete = "gateway",
	.help = GATEWAY_PERMISSION("Gateway permissions"),
};

const struct option opt_set = {
	.name = "set",
	.type = &type_list,
	.heading = "Generic Update",
	.help = "Set a property, given by its path: --set property1.property2=value.",
};
const struct option opt_add = {
	.name = "add",
	.type = &type_list,
	.heading = "Generic Update",
	.help = "Add an object to a list of objects: --add property.list key1=value1 key2=value2, or --add "
		"property.list "
		"value.",
};
const struct option opt_remove = {
	.name = "remove",
	.type = &type_list,
	.heading = "Generic Update",
	.help = "Remove a property or an item of a list: --remove property.list INDEX, or --remove "
		"property1.property2.",
};
const struct option opt_force_string = {
	.name = "force-string",
	.type = &type_flag,
	.heading = "Generic Update",
	.help = "With --set and --add, keep values as text instead of reading them as JSON.",
};
