/* Commands that az does not have. */
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option expression = {
	.name = "EXPRESSION",
	.key = "expression",
	.type = &type_query,
	.flags = OPT_POSITIONAL,
	.help = "A JMESPath expression; without one the whole input is printed.",
};

static const struct command commands[] = {
	{
		.path = "query",
		.summary = "Apply a JMESPath expression and an output format to JSON on standard input.",
		.options = OPTIONS(&expression),
		.examples = EXAMPLES({"Read one value", "echo '{\"a\":[1,2]}' | acr query 'a[-1]'"},
				     {"Print a table", "acr list | acr query '[].{name:name,sku:sku.name}' -o table"}),
		.run = query_run,
	},
	{0},
};

const struct group tools_group = {.path = "", .commands = commands};
