/* Commands about manifests. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option registry = {
	.name = "registry",
	.letter = 'r',
	.type = &type_string,
	.config_default = "acr",
	.complete = "registry",
	.help = "The name of the container registry, in lower case.",
};
static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_string,
	.complete = "repository",
	.help = "The name of the repository.",
};
static const struct option repository_id = {
	.name = "REPO_ID",
	.type = &type_list_any,
	.flags = OPT_POSITIONAL,
	.help = "The repository with its login server: 'myregistry.azurecr.io/hello-world'.",
};

static const struct command commands[] = {
	{
		.path = "manifest list-metadata",
		.summary = "List the manifests of a repository.",
		.options = OPTIONS(&registry, &name, &repository_id, &opt_top, &opt_orderby, &opt_suffix, &opt_username,
				   &opt_password),
		.examples = EXAMPLES({"The newest five",
				      "acr manifest list-metadata -r myregistry -n hello-world --top 5 --orderby time_desc"},
				     {"Of a repository given by its address",
				      "acr manifest list-metadata myregistry.azurecr.io/hello-world"}),
		.op = &acr_op_manifest_list,
		.prepare = manifest_list_prepare,
	},
	{0},
};

const struct group manifest_group = {
	.path = "manifest",
	.summary = "Manage the manifests of images and other artifacts.",
	.status = STATUS_PREVIEW,
	.commands = commands,
};
