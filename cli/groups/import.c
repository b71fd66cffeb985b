/* acr import. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option source = {
	.name = "source",
	.type = &type_source_image,
	.flags = OPT_REQUIRED,
	.help = "The image to import: with its registry in front (docker.io/library/hello-world:latest), or without "
		"it when --registry names an Azure registry. 'name:tag' or 'name@sha256:…'.",
};
static const struct option source_registry = {
	.name = "registry",
	.letter = 'r',
	.key = "source-registry",
	.type = &type_source_registry,
	.complete = "registry",
	.help = "The Azure registry to import from: its name or login server if it is in this subscription, else "
		"its resource id.",
};
static const struct option username = {
	.name = "username",
	.letter = 'u',
	.type = &type_string,
	.help = "The user name at the registry to import from.",
};
static const struct option password = {
	.name = "password",
	.letter = 'p',
	.type = &type_text,
	.flags = OPT_SECRET,
	.help = "The password, or without a user name the access token, at the registry to import from; @FILE or @- "
		"keeps it out of the command line.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_images,
	.flags = OPT_APPEND,
	.help = "What the image is called here, as 'name:tag'; may be given several times. By default it keeps its "
		"name.",
};
static const struct option repository = {
	.name = "repository",
	.type = &type_appended_repository,
	.flags = OPT_APPEND,
	.help = "A repository to which the image is imported without a tag; may be given several times.",
};
static const struct option force = {
	.name = "force",
	.type = &type_flag,
	.help = "Overwrite tags that are already there.",
};
static const struct option tenant = {
	.name = "registry-tenant",
	.type = &type_tenant,
	.help = "The tenant of the registry that --registry gives by its resource id, when it is another one than "
		"yours.",
};

static const struct command commands[] = {
	{
		.path = "import",
		.watch = "repository list",
		.summary = "Import an image from another registry, without docker.",
		.options = OPTIONS(&opt_registry_name, &source, &source_registry, &username, &password, &image,
				   &opt_resource_group, &repository, &force, &opt_no_wait, &tenant),
		.examples =
			EXAMPLES({"From Docker Hub, under another name",
				  "acr import -n myregistry --source docker.io/library/hello-world:latest -t hello:v1"},
				 {"From another registry of this subscription",
				  "acr import -n myregistry --source other.azurecr.io/sample/hello-world:v1"},
				 {"From a registry of another subscription",
				  "acr import -n myregistry --source sample/hello-world:v1 -r "
				  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/theirgroup/"
				  "providers/Microsoft.ContainerRegistry/registries/theirregistry"},
				 {"With a user name and a password",
				  "acr import -n myregistry --source registry.example/app:v1 -u me -p @password.txt"}),
		.op = &acr_op_registry_import,
		.rules = RULES({.when = "username && !password",
				.refuse = "Authentication failed. Please provide password."}),
		.check = import_check,
		.prepare = import_prepare,
		.flags = CMD_NO_RESULT,
	},
	{0},
};

const struct group import_group = {.path = "", .commands = commands};
