/* Building with Cloud Native Buildpacks in the service. */
#include "groups.h"
#include "options.h"
#include "run/run.h"
#include "run_options.h"
#include "shapes.h"

static const struct option source = {
	.name = "SOURCE_LOCATION",
	.key = "source",
	.type = &type_path,
	.flags = OPT_POSITIONAL | OPT_REQUIRED,
	.help = "The application: a folder, a Git repository (https://host/name.git#branch:folder), or the URL of a tar.gz.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_built_image,
	.flags = OPT_REQUIRED,
	.help = "Name of the image, as 'name:tag'. {{.Run.ID}} stands for the run's id.",
};
static const struct option builder = {
	.name = "builder",
	.letter = 'b',
	.type = &type_built_image,
	.flags = OPT_REQUIRED,
	.help = "The image of the builder, such as cloudfoundry/cnb:bionic.",
};
static const struct option pack_tag = {
	.name = "pack-image-tag",
	.type = &type_tag,
	.fallback = "stable",
	.flags = OPT_PREVIEW,
	.help = "The tag of the image of pack itself, mcr.microsoft.com/oryx/pack.",
};
static const struct option pull = {
	.name = "pull",
	.type = &type_flag,
	.help = "Pull the newest images of the builder and for the run before they are used.",
};
static const struct option dry_run = {
	.name = "dry-run",
	.type = &type_flag,
	.flags = OPT_OFFLINE,
	.help = "List what the context holds (path, type, size, mode) and contact nobody.",
};

static const struct command commands[] = {
	{
		.path = "pack build",
		.watch = "task list-runs",
		.summary = "Build an application with buildpacks in the service and push its image.",
		.options = OPTIONS(&opt_registry, &image, &source, &builder, &pack_tag, &run_agent_pool, &pull,
				   &run_no_format, &run_no_logs, &run_timeout, &opt_resource_group, &run_platform,
				   &run_auth_mode, &run_no_wait, &run_queue_timeout, &dry_run),
		.examples = EXAMPLES({"Build this folder",
				      "acr pack build -r myregistry -t node-app:1.0 --builder cloudfoundry/cnb:bionic ."},
				     {"Build from a repository with a builder of one's own",
				      "acr pack build -r myregistry -t node-app:{{.Run.ID}} --pull --builder "
				      "myregistry.azurecr.io/builder:1.0 https://github.com/Azure-Samples/nodejs-docs-hello-world.git"}),
		.run = pack_build,
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{0},
};

const struct group pack_group = {
	.path = "pack",
	.summary = "Build applications with Cloud Native Buildpacks in the service.",
	.status = STATUS_PREVIEW,
	.commands = commands,
};
