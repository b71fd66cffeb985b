/* Commands about artifact streaming. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option required_image = {
	.name = "image",
	.letter = 't',
	.type = &type_image,
	.flags = OPT_REQUIRED,
	.complete = "image",
	.help = "The image, as 'name:tag' or 'name@digest'; the tag is 'latest' when neither is given.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_image,
	.complete = "image",
	.help = "The image whose last operation is meant; instead of --repository and --id.",
};
static const struct option required_repository = {
	.name = "repository",
	.type = &type_repository_name,
	.flags = OPT_REQUIRED,
	.bind = PATH("repository"),
	.complete = "repository",
	.help = "The name of the repository.",
};
static const struct option repository = {
	.name = "repository",
	.type = &type_repository_name,
	.complete = "repository",
	.help = "The name of the repository.",
};
static const struct option id = {
	.name = "id",
	.type = &type_operation_id,
	.help = "The id of the operation.",
};
static const struct option enable = {
	.name = "enable-streaming",
	.type = &type_boolean,
	.flags = OPT_REQUIRED,
	.bind = BODY("/convertPushedImages"),
	.help = "Whether images are converted as they are pushed.",
};

static const struct command commands[] = {
	{
		.path = "artifact-streaming create",
		.summary = "Convert an image for artifact streaming.",
		.options = OPTIONS(&opt_registry_name, &required_image, &opt_no_wait, SIGN_IN),
		.examples = EXAMPLES({"Convert and wait until it is done",
				      "acr artifact-streaming create -n myregistry -t hello-world:latest"}),
		.target = TARGET_MANIFEST,
		.run = streaming_create,
	},
	{
		.path = "artifact-streaming operation cancel",
		.summary = "Cancel a conversion.",
		.options = OPTIONS(&opt_registry_name, &repository, &id, &image, SIGN_IN),
		.examples = EXAMPLES({"The one that goes on for an image",
				      "acr artifact-streaming operation cancel -n myregistry -t hello-world:latest"}),
		.target = TARGET_MANIFEST,
		.run = streaming_cancel,
	},
	{
		.path = "artifact-streaming operation show",
		.summary = "Show a conversion.",
		.options = OPTIONS(&opt_registry_name, &repository, &id, &image, SIGN_IN),
		.examples = EXAMPLES({"By its id", "acr artifact-streaming operation show -n myregistry --repository "
						   "hello-world --id c015067a-7463-4a5a-9168-3b17dbe42ca3"}),
		.target = TARGET_MANIFEST,
		.run = streaming_operation,
		.flags = CMD_SHOW,
	},
	{
		.path = "artifact-streaming show",
		.summary = "Show whether images of a repository are converted as they are pushed.",
		.options = OPTIONS(&opt_registry_name, &required_repository, SIGN_IN),
		.examples = EXAMPLES({"Of a repository",
				      "acr artifact-streaming show -n myregistry --repository hello-world"}),
		.op = &acr_op_streaming_show,
	},
	{
		.path = "artifact-streaming update",
		.summary = "Set whether images of a repository are converted as they are pushed.",
		.options = OPTIONS(&opt_registry_name, &required_repository, &enable, SIGN_IN),
		.examples = EXAMPLES({"Convert all that is pushed from now on",
				      "acr artifact-streaming update -n myregistry --repository hello-world "
				      "--enable-streaming true"}),
		.op = &acr_op_streaming_update,
		.body = "{\"conversionFormat\":\"overlaybd\",\"conversionVersion\":\"v1\"}",
	},
	{0},
};

static const struct command none[] = {{0}};

const struct group streaming_operation_group = {
	.path = "artifact-streaming operation",
	.summary = "Look at conversions, and cancel them.",
	.status = STATUS_PREVIEW,
	.commands = none,
};
const struct group streaming_group = {
	.path = "artifact-streaming",
	.summary = "Manage artifact streaming: containers that start before their image is pulled to its end.",
	.status = STATUS_PREVIEW,
	.commands = commands,
};
