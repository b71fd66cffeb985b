/* Whether registries can be reached from here. */
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option name = {
	.name = "name",
	.letter = 'n',
	.key = "registry",
	.type = &type_registry,
	.config_default = "acr",
	.complete = "registry",
	.help = "The name of the container registry, in lower case.",
};
static const struct option vnet = {
	.name = "vnet",
	.type = &type_resource,
	.help = "Name or id of the virtual network this machine is in: checks that the registry's names lead to its private "
		"endpoints.",
};
static const struct option ignore_errors = {
	.name = "ignore-errors",
	.type = &type_flag,
	.help = "Exit with status 0 whatever was found.",
};
static const struct option yes = {
	.name = "yes",
	.letter = 'y',
	.type = &type_flag,
	.help = "Also let docker or podman, where there is one, pull a sample image.",
};
static const struct option repository = {
	.name = "repository",
	.type = &type_repository_name,
	.complete = "repository",
	.help = "Check the permissions on this repository.",
};

static const struct command commands[] = {
	{
		.path = "check-health",
		.summary = "Check the way to a registry: name, connection, certificate, clock, sign-in, tokens.",
		.details = "Every check is made, and told on standard error; with -o or --query the list of them is printed. The "
			   "exit status is 1 when one failed. Nothing cached is used, and neither docker nor helm is needed.",
		.options = OPTIONS(&name, &vnet, &ignore_errors, &yes, &repository),
		.examples = EXAMPLES({"The way to a registry", "acr check-health -n myregistry"},
				     {"What failed, for a script",
				      "acr check-health -n myregistry --query \"[?status=='failed'].code\" -o tsv"},
				     {"Permissions on a repository", "acr check-health -n myregistry --repository hello-world"}),
		.run = check_health,
		.columns = COLUMNS({.header = "CHECK", .path = "check"}, {.header = "STATUS", .path = "status"},
				   {.header = "TARGET", .path = "target"}, {.header = "MESSAGE", .path = "message"}),
	},
	{0},
};

const struct group health_group = {.path = "", .commands = commands};
