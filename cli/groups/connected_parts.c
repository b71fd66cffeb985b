/* Commands about what connected registries are installed with, and what they may synchronize. */
#include "connected.h"
#include "groups.h"
#include "run/run.h"

static const struct option parent_protocol = {
	.name = "parent-protocol",
	.type = &type_choice,
	.choices = CHOICES("http", "https"),
	.flags = OPT_REQUIRED,
	.help = "The protocol to reach the parent with.",
};
static const struct option generate_password = {
	.name = "generate-password",
	.type = &type_choice,
	.choices = CHOICES("1", "2"),
	.help = "The password of the sync token to make anew; without it none is shown.",
};
static const struct option add_repositories = {
	.name = "add",
	.type = &type_repositories_any,
	.help = "Repositories to synchronize from now on; those above it get them, too.",
};
static const struct option remove_repositories = {
	.name = "remove",
	.type = &type_repositories_any,
	.help = "Repositories not to synchronize any more; those below it lose them, too.",
};

#define PERMISSION_RULES                                                                                               \
	RULES({.when = "!add && !remove",                                                                              \
	       .refuse = "No repository permissions to update. Name repositories with --add or --remove."},            \
	      NOT_BOTH("add", "remove"))

static const struct command commands[] = {
	{
		.path = "connected-registry get-settings",
		.summary = "Show what a connected registry is installed with.",
		.options = OPTIONS(&connected_name, &opt_registry, &parent_protocol, &generate_password, &opt_yes,
				   &opt_resource_group),
		.examples = EXAMPLES(
			{"With a new password",
			 "acr connected-registry get-settings -r myregistry -n onpremises --parent-protocol https "
			 "--generate-password 1 --yes"}),
		.run = connected_settings,
		.columns = connected_columns,
	},
	{
		.path = "connected-registry list-client-tokens",
		.summary = "List the tokens with which clients of a connected registry sign in.",
		.options = OPTIONS(&connected_name, &opt_registry, &opt_resource_group),
		.examples =
			EXAMPLES({"As a table",
				  "acr connected-registry list-client-tokens -r myregistry -n onpremises -o table"}),
		.run = connected_list_client_tokens,
		.model = MODEL_TOKEN,
		.columns = token_columns,
	},
	{
		.path = "connected-registry repo",
		.summary = "Change what a connected registry synchronizes.",
		.options = OPTIONS(&connected_name, &opt_registry, &add_repositories, &remove_repositories,
				   &opt_resource_group),
		.examples = EXAMPLES(
			{"One more", "acr connected-registry repo -r myregistry -n onpremises --add hello-world"}),
		.run = connected_permissions_update,
		.rules = PERMISSION_RULES,
		.columns = connected_columns,
		.flags = CMD_HIDDEN,
		.status = STATUS_DEPRECATED,
		.instead = "acr connected-registry permissions update",
	},
	{0},
};
const struct group connected_parts_group = {
	.path = "connected-registry",
	.summary = "Manage connected registries: replicas on your premises.",
	.commands = commands,
};

static const struct command install_commands[] = {
	{
		.path = "connected-registry install info",
		.summary = "Show what a connected registry is installed with.",
		.options = OPTIONS(&connected_name, &opt_registry, &parent_protocol, &opt_resource_group),
		.examples = EXAMPLES(
			{"Show it",
			 "acr connected-registry install info -r myregistry -n onpremises --parent-protocol https"}),
		.run = connected_settings,
		.columns = connected_columns,
		.flags = CMD_HIDDEN,
		.status = STATUS_DEPRECATED,
		.instead = "acr connected-registry get-settings",
	},
	{
		.path = "connected-registry install renew-credentials",
		.summary = "Make a new password, and show what a connected registry is installed with.",
		.options = OPTIONS(&connected_name, &opt_registry, &parent_protocol, &opt_yes, &opt_resource_group),
		.examples = EXAMPLES({"Without a question",
				      "acr connected-registry install renew-credentials -r myregistry -n "
				      "onpremises --parent-protocol https --yes"}),
		.run = connected_renew,
		.columns = connected_columns,
		.flags = CMD_HIDDEN,
		.status = STATUS_DEPRECATED,
		.instead = "acr connected-registry get-settings",
	},
	{0},
};
const struct group connected_install_group = {
	.path = "connected-registry install",
	.summary = "Show what connected registries are installed with.",
	.commands = install_commands,
};

static const struct command permission_commands[] = {
	{
		.path = "connected-registry permissions show",
		.summary = "Show what a connected registry may synchronize.",
		.options = OPTIONS(&connected_name, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES(
			{"The actions",
			 "acr connected-registry permissions show -r myregistry -n onpremises --query actions"}),
		.run = connected_permissions_show,
		.model = MODEL_SCOPE_MAP,
		.columns = scope_map_columns,
	},
	{
		.path = "connected-registry permissions update",
		.summary = "Change what a connected registry synchronizes.",
		.options = OPTIONS(&connected_name, &opt_registry, &add_repositories, &remove_repositories,
				   &opt_resource_group),
		.examples = EXAMPLES(
			{"One more, one less",
			 "acr connected-registry permissions update -r myregistry -n onpremises --add hello-world "
			 "--remove old"}),
		.run = connected_permissions_update,
		.rules = PERMISSION_RULES,
		.columns = connected_columns,
	},
	{0},
};
const struct group connected_permissions_group = {
	.path = "connected-registry permissions",
	.summary = "Manage what connected registries synchronize.",
	.commands = permission_commands,
};
