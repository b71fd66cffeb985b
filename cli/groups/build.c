/* Building and running in the service: build, run. */
#include <acr/ops.h>

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
	.help = "The context: a folder, a Git repository (https://host/name.git#branch:folder), the URL of a tar.gz, an OCI "
		"artifact (oci://…), or /dev/null for none.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_built_images,
	.flags = OPT_APPEND,
	.help = "Name of the image, as 'name:tag'; may be given several times. {{.Run.ID}} stands for the run's id. Without it "
		"nothing is pushed.",
};
static const struct option build_arg = {
	.name = "build-arg",
	.type = &type_assignment,
	.flags = OPT_APPEND,
	.help = "A build argument, as NAME=VALUE; NAME alone takes the environment variable of that name. May be given "
		"several times.",
};
static const struct option secret_build_arg = {
	.name = "secret-build-arg",
	.type = &type_assignment,
	.flags = OPT_APPEND | OPT_SECRET,
	.help = "A secret build argument, as NAME=VALUE or NAME=@FILE; NAME alone takes the environment variable of that "
		"name. May be given several times.",
};
static const struct option dockerfile = {
	.name = "file",
	.letter = 'f',
	.type = &type_path,
	.help = "The Dockerfile; by default the file Dockerfile in the context.",
};
static const struct option no_push = {
	.name = "no-push",
	.type = &type_flag,
	.help = "Do not push the image after it was built.",
};
static const struct option source_auth = {
	.name = "source-acr-auth-id",
	.type = &type_choice,
	.choices = CHOICES("[caller]", "none"),
	.help = "The identity with which the run signs in to the registry it belongs to: yours, or none.",
};
static const struct option dry_run = {
	.name = "dry-run",
	.type = &type_flag,
	.flags = OPT_OFFLINE,
	.help = "List what the context holds (path, type, size, mode) and contact nobody.",
};
static const struct option include_vcs = {
	.name = "include-vcs",
	.type = &type_flag,
	.help = "Send .git and its like, too.",
};
static const struct option buildkit = {
	.name = "buildkit",
	.type = &type_flag,
	.heading = "BuildKit",
	.help = "Build with BuildKit (RUN --mount, here-documents, COPY --link): the service is sent a task that does.",
};
static const struct option cache = {
	.name = "cache",
	.type = &type_flag,
	.heading = "BuildKit",
	.help = "Keep the layers of the build in the registry, beside the image, and take them from there the next time. "
		"Implies --buildkit.",
};
static const struct option cache_from = {
	.name = "cache-from",
	.type = &type_words,
	.flags = OPT_APPEND,
	.heading = "BuildKit",
	.help = "An image to take layers from, one that was built with --cache-from or --buildkit itself. May be given several "
		"times. Implies --buildkit.",
};
static const struct option file = {
	.name = "file",
	.letter = 'f',
	.type = &type_path,
	.help = "The task file, relative to the context; acb.yaml by default. '-' reads it from standard input.",
};
static const struct option cmd = {
	.name = "cmd",
	.type = &type_text,
	.help = "A command to run instead of a task file: an image and its arguments. $Registry stands for the login server.",
};

static const struct option registry = {
	.name = "registry",
	.letter = 'r',
	.type = &type_registry,
	.flags = OPT_REQUIRED,
	.config_default = "acr",
	.complete = "registry",
	.help = "The name of the container registry, in lower case.",
};

static const struct command commands[] = {
	{
		.path = "build",
		.watch = "task list-runs",
		.summary = "Build an image in the service and push it.",
		.details = "The folder is packed, sent and built; its log is shown as it is written. The exit status is that of "
			   "the build. With -o or --query the log goes to standard error, and the run, with the digests of what "
			   "was built, to standard output. Ctrl-C cancels the build.",
		.options = OPTIONS(&registry, &source, &image, &opt_resource_group, &run_agent_pool, &run_timeout, &build_arg,
				   &secret_build_arg, &dockerfile, &run_no_format, &no_push, &run_no_logs, &run_platform, &run_target,
				   &run_auth_mode, &run_log_template, &run_no_wait, &run_queue_timeout, &source_auth, &dry_run, &include_vcs, &buildkit, &cache,
				   &cache_from),
		.examples = EXAMPLES({"Build this folder", "acr build -r myregistry -t sample/hello-world:v1 ."},
				     {"Keep the digest of what was built",
				      "D=$(acr build -r myregistry -t sample/hello-world:v1 . --query 'outputImages[0].digest' -o "
				      "tsv)"},
				     {"Build with BuildKit, and keep the layers for the next build",
				      "acr build -r myregistry -t sample/hello-world:v1 --cache ."},
				     {"See what would be sent", "acr build --dry-run . -o table"}),
		.run = build_run,
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{
		.path = "run",
		.watch = "task list-runs",
		.summary = "Run a task file or a command in the service.",
		.details = "The log is shown as it is written, and the exit status is that of the run. With -o or --query the "
			   "log goes to standard error and the run to standard output. Ctrl-C cancels the run.",
		.options = OPTIONS(&registry, &source, &run_agent_pool, &file, &run_values, &run_set, &run_set_secret, &cmd, &run_no_format,
				   &run_no_logs, &run_timeout, &opt_resource_group, &run_platform, &run_auth_mode, &run_log_template,
				   &run_no_wait, &run_queue_timeout, &source_auth, &dry_run, &include_vcs),
		.examples = EXAMPLES({"Run an image of the registry",
				      "acr run -r myregistry --cmd '$Registry/sample/hello-world:v1' /dev/null"},
				     {"Run a task file with this folder as its context",
				      "acr run -r myregistry -f acb.yaml ."}),
		.run = run_run,
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{0},
};

const struct group build_group = {.path = "", .commands = commands};
