/* A request of the user's own. */
#include "groups.h"
#include "options.h"
#include "run/run.h"

#define FOLLOW "Following the Answer"

static const struct option url = {
	.name = "url",
	.alias = "uri",
	.letter = 'u',
	.key = "url",
	.type = &type_string,
	.flags = OPT_REQUIRED,
	.help = "The URL. Without a host it is a path of Azure Resource Manager in the current cloud. {subscriptionId} stands "
		"for the current subscription. Plain http is for this machine only.",
};
static const struct option method = {
	.name = "method",
	.letter = 'm',
	.type = &type_choice,
	.choices = CHOICES("delete", "get", "head", "options", "patch", "post", "put"),
	.fallback = "get",
	.help = "The method of the request.",
};
static const struct option parameters = {
	.name = "uri-parameters",
	.alias = "url-parameters",
	.key = "parameters",
	.type = &type_fields,
	.help = "Parameters of the URL, as KEY=VALUE [KEY=VALUE …] or as a JSON object.",
};
static const struct option headers = {
	.name = "headers",
	.type = &type_fields,
	.flags = OPT_SECRET,
	.help = "Header fields, as KEY=VALUE [KEY=VALUE …] or as a JSON object.",
};
static const struct option body = {
	.name = "body",
	.letter = 'b',
	.type = &type_text,
	.help = "The body; @FILE takes it from a file. JSON is sent as application/json unless --headers says otherwise.",
};
static const struct option resource = {
	.name = "resource",
	.type = &type_string,
	.help = "The resource that the token is for, such as https://graph.microsoft.com/. It is known for the endpoints of "
		"the cloud.",
};
static const struct option no_token = {
	.name = "skip-authorization-header",
	.type = &type_flag,
	.help = "Send no token.",
};
static const struct option output_file = {
	.name = "output-file",
	.type = &type_path,
	.help = "Write the answer's body to this file, which only you can read, instead of printing it.",
};
static const struct option wait = {
	.name = "wait",
	.type = &type_flag,
	.heading = FOLLOW,
	.help = "Follow a long-running operation to its end (Azure-AsyncOperation, Operation-Location, Location, "
		"provisioningState) and print its result; exit with an error when it fails.",
};
static const struct option final_state = {
	.name = "final-state-via",
	.type = &type_choice,
	.choices = CHOICES("azure-async-operation", "location", "operation-location", "original-uri"),
	.heading = FOLLOW,
	.help = "With --wait, where the result is, as in an API description's x-ms-long-running-operation-options. By default "
		"that is the resource after PUT and PATCH, and what the header field Location names after POST.",
};
static const struct option all = {
	.name = "all",
	.type = &type_flag,
	.heading = FOLLOW,
	.help = "Complete a list with the pages that its nextLink (or @odata.nextLink) leads to.",
};
static const struct option next_parameters = {
	.name = "next-parameters",
	.type = &type_fields,
	.heading = FOLLOW,
	.help = "With --all, parameters put into every next link, for services that leave them out.",
};
static const struct option repeatable = {
	.name = "repeatable",
	.type = &type_flag,
	.heading = FOLLOW,
	.help = "A POST or PATCH may be sent again when the service fails for the moment; requests of the other methods always "
		"are.",
};

static const struct command commands[] = {
	{
		.path = "rest",
		.summary = "Send a request of your own, with a token for the service it goes to.",
		.details = "The answer is printed if it is JSON, and written as it is otherwise. Tokens are only sent over https.",
		.options = OPTIONS(&url, &method, &parameters, &headers, &body, &resource, &no_token, &output_file, &wait,
				   &final_state, &all, &next_parameters, &repeatable),
		.examples = EXAMPLES(
			{"All resource groups",
			 "acr rest --url '/subscriptions/{subscriptionId}/resourcegroups?api-version=2024-11-01' --all"},
			{"Create a resource and wait until it is there",
			 "acr rest -m put -u /subscriptions/{subscriptionId}/resourcegroups/mygroup --url-parameters "
			 "api-version=2024-11-01 -b '{\"location\":\"westeurope\"}' --wait"},
			{"A service beside Azure Resource Manager", "acr rest --url https://graph.microsoft.com/v1.0/me"}),
		.run = rest_run,
	},
	{0},
};

const struct group rest_group = {.path = "", .outside = true, .commands = commands};
