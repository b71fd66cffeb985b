/* The options that common mechanisms give to commands. */
#include <string.h>

#include "ids.h"
#include "options.h"

/* Who only lists or shows changes nothing that a policy could forbid. */
static bool may_write(const struct command *command)
{
	const char *word = strrchr(command->path, ' ');

	word = word ? word + 1 : command->path;
	return strcmp(word, "list") != 0 && strcmp(word, "show") != 0;
}

static const struct option ids = {
	.name = "ids",
	.type = &type_list,
	.help = "Ids of resources, separated by spaces, in place of the options that name them: what the list "
		"commands show as id.",
};
static const struct option *const id_options[] = {&ids, NULL};

static const struct option acquire_policy_token = {
	.name = "acquire-policy-token",
	.type = &type_flag,
	.help = "Acquire an Azure Policy token for each write to management, and send it along.",
};
static const struct option change_reference = {
	.name = "change-reference",
	.type = &type_string,
	.help = "Id of the change that the writes belong to; a policy token is acquired for it.",
};
static const struct option *const policy_options[] = {&acquire_policy_token, &change_reference, NULL};

const struct option opt_help = {
	.name = "help",
	.letter = 'h',
	.type = &type_flag,
	.help = "Show this help and exit.",
};
const struct option opt_output = {
	.name = "output",
	.letter = 'o',
	.type = &type_choice,
	.choices = CHOICES("json", "jsonc", "yaml", "yamlc", "table", "tsv", "none"),
	.help = "Output format: json, unless the configuration says otherwise.",
};
const struct option opt_query = {
	.name = "query",
	.type = &type_query,
	.help = "JMESPath expression that picks from the result. See https://jmespath.org.",
};
const struct option opt_subscription = {
	.name = "subscription",
	.type = &type_subscription,
	.complete = "subscription",
	.help = "Name or id of the subscription.",
};
const struct option opt_verbose = {
	.name = "verbose",
	.type = &type_flag,
	.help = "Say more about what is done.",
};
const struct option opt_debug = {
	.name = "debug",
	.type = &type_flag,
	.help = "Show every request and answer, without secrets.",
};
const struct option opt_only_show_errors = {
	.name = "only-show-errors",
	.type = &type_flag,
	.help = "Show errors only: no warnings, no progress.",
};

const struct option *const global_options[] = {
	&opt_debug, &opt_help, &opt_only_show_errors, &opt_output, &opt_query, &opt_subscription, &opt_verbose, NULL,
};

const struct option_set option_sets[] = {
	{"Resource Id",
	 "Commands that work on a registry, or on one resource of a registry, that is there have it. The name, the "
	 "registry, the resource group and the subscription are then those of the id. Several ids are worked on one "
	 "after "
	 "the other, whatever becomes of each; the result is then the list of results.",
	 id_options, ids_offered},
	{"Global Policy",
	 "Commands that may change something have them. A policy of the subscription may demand that a service outside "
	 "of Azure agrees to a change; the token proves that it did. When it did not, nothing is sent.",
	 policy_options, may_write},
	{"Global", NULL, global_options, NULL},
	{0},
};

bool option_set_offered(const struct option_set *set, const struct command *command)
{
	return !set->offered || (command && set->offered(command));
}
