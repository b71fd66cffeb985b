/* A small table of commands for tests. */
#include "options.h"
#include "sample_table.h"

static const struct option sku = {
	.name = "sku",
	.type = &type_choice,
	.flags = OPT_REQUIRED,
	.choices = CHOICES("Basic", "Standard", "Premium"),
	.help = "The SKU of the container registry.",
};
static const struct option admin_enabled = {
	.name = "admin-enabled",
	.type = &type_boolean,
	.help = "Indicates whether the admin user is enabled.",
};
static const struct option default_action = {
	.name = "default-action",
	.type = &type_choice,
	.choices = CHOICES("Allow", "Deny"),
	.heading = "Network Rule",
	.help = "Default action to apply when no rule matches",
};
static const struct option allow_exports = {
	.name = "allow-exports",
	.type = &type_boolean,
	.flags = OPT_PREVIEW,
	.help = "Allow artifacts to be exported. See https://aka.ms/acr/export-policy.",
};
static const struct command registry_commands[] = {
	{
		.path = "create",
		.summary = "Create a container registry.",
		.details = "The name must be free in the whole cloud.",
		.options = OPTIONS(&opt_new_registry, &opt_required_group, &sku, &opt_location, &opt_tags,
				   &admin_enabled, &default_action, &allow_exports),
		.examples = EXAMPLES({"Create a registry.", "acr create -n myregistry -g mygroup --sku Standard"}),
	},
	{
		.path = "update",
		.summary = "Update a container registry.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group, &opt_tags, &opt_set, &opt_add, &opt_remove,
				   &opt_force_string),
		.flags = CMD_UPDATE,
	},
	{
		.path = "delete",
		.summary = "Delete a container registry.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group, &opt_yes),
	},
	{
		.path = "show",
		.summary = "Show a container registry.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group),
	},
	{
		.path = "login",
		.summary = "Sign in to a registry.",
		.options = OPTIONS(&opt_registry_name, &opt_username, &opt_password),
	},
	{
		.path = "secret-handshake",
		.summary = "Not listed.",
		.flags = CMD_HIDDEN,
	},
	{0},
};
static const struct group registry = {.path = "", .summary = "", .commands = registry_commands};

static const struct option source = {
	.name = "SOURCE_LOCATION",
	.type = &type_path,
	.flags = OPT_REQUIRED | OPT_POSITIONAL,
	.help = "The folder that is the build context, or the URL of a repository.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_append,
	.flags = OPT_APPEND,
	.help = "Name and tag of the image.",
};
static const struct option build_arg = {
	.name = "build-arg",
	.type = &type_assignment,
	.flags = OPT_APPEND,
	.help = "Build argument.",
};
static const struct option run_value = {
	.name = "set",
	.type = &type_setting,
	.flags = OPT_APPEND,
	.help = "Task value.",
};
static const struct option timeout = {.name = "timeout", .type = &type_integer, .help = "Seconds."};
static const struct option file = {.name = "file", .letter = 'f', .type = &type_path, .help = "The Dockerfile."};
static const struct option no_logs = {.name = "no-logs", .type = &type_flag, .help = "No logs."};
static const struct option no_push = {.name = "no-push", .alias = "skip-push", .type = &type_flag, .help = "No push."};
static const struct option dry_run = {
	.name = "dry-run", .type = &type_flag, .flags = OPT_OFFLINE, .help = "List what would be sent."};
static const struct option context = {
	.name = "CONTEXT",
	.type = &type_list_any,
	.flags = OPT_POSITIONAL,
	.help = "Any number of them.",
};
static const struct command build_commands[] = {
	{
		.path = "build",
		.summary = "Build an image in the cloud.",
		.options = OPTIONS(&source, &opt_registry, &image, &build_arg, &timeout, &file, &no_logs, &no_push,
				   &dry_run),
	},
	{.path = "run", .summary = "Run a task.", .options = OPTIONS(&opt_registry, &run_value, &context)},
	{0},
};
static const struct group build = {.path = "", .summary = "", .commands = build_commands};

static const struct option webhook_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_string,
	.flags = OPT_REQUIRED,
	.complete = "webhook",
	.help = "The name of the webhook.",
};
static const struct option actions = {
	.name = "actions",
	.type = &type_list,
	.flags = OPT_REQUIRED,
	.choices = CHOICES("push", "delete", "quarantine"),
	.help = "Actions that trigger it.",
};
static const struct option headers = {.name = "headers", .type = &type_tags, .help = "Headers: key[=value]."};
static const struct command webhook_commands[] = {
	{
		.path = "webhook create",
		.summary = "Create a webhook.",
		.options = OPTIONS(&webhook_name, &opt_registry, &actions, &headers),
	},
	{0},
};
static const struct group webhook = {.path = "webhook", .summary = "Manage webhooks.", .commands = webhook_commands};

static const struct option repository = {
	.name = "repository",
	.type = &type_list,
	.flags = OPT_APPEND,
	.help = "Repository and actions.",
};
static const struct option add_repository = {
	.name = "add-repository",
	.type = &type_list,
	.flags = OPT_APPEND,
	.help = "Repository and actions to add.",
};
static const struct option old_add = {
	.name = "add",
	.key = "add-repository",
	.type = &type_list,
	.flags = OPT_APPEND | OPT_HIDDEN | OPT_DEPRECATED,
	.instead = "--add-repository",
};
static const struct command scope_map_commands[] = {
	{
		.path = "scope-map create",
		.summary = "Create a scope map.",
		.options = OPTIONS(&opt_registry, &webhook_name, &repository),
	},
	{
		.path = "scope-map update",
		.summary = "Update a scope map.",
		.options = OPTIONS(&opt_registry, &webhook_name, &add_repository, &old_add),
	},
	{0},
};
static const struct group scope_map = {
	.path = "scope-map", .summary = "Manage scope maps.", .commands = scope_map_commands};

static const struct option old_name = {
	.name = "name",
	.letter = 'n',
	.key = "registry",
	.type = &type_string,
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.instead = "--registry",
};
static const struct option days = {
	.name = "days",
	.type = &type_integer,
	.maximum = 365,
	.fallback = "7",
	.help = "Days after which untagged manifests go.",
};
static const struct command config_commands[] = {
	{
		.path = "config content-trust show",
		.summary = "Show the policy.",
		.options = OPTIONS(&opt_registry, &old_name, &opt_hidden_group),
	},
	{
		.path = "config retention update",
		.summary = "Update the policy.",
		.options = OPTIONS(&opt_registry, &days),
	},
	{0},
};
static const struct group config = {.path = "config", .summary = "Manage policies.", .commands = config_commands};

static const struct option count = {
	.name = "count",
	.letter = 'c',
	.type = &type_integer,
	.fallback = "1",
	.minimum = 0,
	.help = "Number of agents.",
};
static const struct option enabled = {.name = "enabled", .type = &type_boolean, .fallback = "true", .help = "On?"};
static const struct command manifest_commands[] = {
	{.path = "manifest list-metadata",
	 .summary = "List manifests.",
	 .options = OPTIONS(&opt_registry, &opt_orderby)},
	{0},
};
static const struct group manifest = {
	.path = "manifest", .summary = "Manage manifests.", .status = STATUS_PREVIEW, .commands = manifest_commands};
static const struct command repository_commands[] = {
	{
		.path = "repository show-manifests",
		.summary = "List manifests.",
		.options = OPTIONS(&opt_registry_name),
		.status = STATUS_DEPRECATED,
		.instead = "acr manifest list-metadata",
	},
	{.path = "task timer add", .summary = "Add a timer.", .options = OPTIONS(&opt_registry, &enabled, &count)},
	{.path = "task list", .summary = "List tasks.", .options = OPTIONS(&opt_registry)},
	{.path = "helm list", .summary = "List charts.", .options = OPTIONS(&opt_registry)},
	{0},
};
static const struct group repositories = {
	.path = "repository", .summary = "Repositories.", .commands = repository_commands};
static const struct group task = {.path = "task", .summary = "Manage tasks."};
static const struct group helm = {.path = "helm", .summary = "Manage charts.", .status = STATUS_DEPRECATED};

static const struct command outside_commands[] = {
	{
		.path = "group create",
		.summary = "Create a resource group.",
		.options = OPTIONS(&webhook_name, &opt_location),
		.examples = EXAMPLES({"Create a group.", "acr group create -n mygroup -l westeurope"}),
	},
	{.path = "login", .summary = "Sign in to Azure.", .options = OPTIONS(&opt_username)},
	{.path = "version", .summary = "Show the version."},
	{0},
};
static const struct group outside = {
	.path = "group", .summary = "Manage resource groups.", .outside = true, .commands = outside_commands};

const struct group *const sample_groups[] = {
	&registry, &build, &webhook, &scope_map, &config, &manifest, &repositories, &task, &helm, &outside, NULL,
};
