/* The program's version. */
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct command commands[] = {
	{
		.path = "version",
		.summary = "Show the version.",
		.options = OPTIONS(NULL),
		.examples = EXAMPLES({"The number alone", "acr version --query acr -o tsv"}),
		.run = version_run,
	},
	{0},
};

const struct group version_group = {.path = "", .outside = true, .commands = commands};
