/* The credential helper for container engines. */
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option registries = {
	.name = "registry",
	.letter = 'r',
	.type = &type_list,
	.complete = "registry",
	.help = "Names of registries; by default all those of the subscription.",
};
static const struct option installed = {
	.name = "registry",
	.letter = 'r',
	.type = &type_list,
	.complete = "registry",
	.help = "Names of registries; by default all those that the helper is named for.",
};

static const struct command commands[] = {
	{
		.path = "credential-helper install",
		.summary = "Let docker, podman, skopeo, buildah and oras ask acr for tokens: no login is needed then.",
		.details = "The files of these programs get an entry for each registry, which names the helper "
			   "docker-credential-acr. That is this program under another name; a link is made beside it when "
			   "there is none in PATH. Tokens are made when they are needed, and new ones before they end.",
		.options = OPTIONS(&registries, &opt_engine),
		.examples = EXAMPLES({"For all registries of the subscription", "acr credential-helper install"},
				     {"For one registry", "acr credential-helper install -r myregistry"}),
		.run = helper_install,
	},
	{
		.path = "credential-helper uninstall",
		.summary = "Take the entries that name the helper out of the files again.",
		.options = OPTIONS(&installed, &opt_engine),
		.examples = EXAMPLES({"All of them", "acr credential-helper uninstall"}),
		.run = helper_uninstall,
	},
	{0},
};

const struct group credential_helper_group = {
	.path = "credential-helper",
	.summary = "Let container engines get registry tokens by themselves.",
	.commands = commands,
};
