/* Signing in to a registry. */
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option expose_token = {
	.name = "expose-token",
	.letter = 't',
	.type = &type_flag,
	.help = "Print the refresh token instead of storing it for docker and its like.",
};
static const struct option endpoint = {
	.name = "endpoint",
	.type = &type_location,
	.flags = OPT_PREVIEW,
	.complete = "location",
	.help = "Region whose regional endpoint is signed in to.",
};

static const struct option all_endpoints = {
	.name = "all-endpoints",
	.type = &type_flag,
	.flags = OPT_PREVIEW,
	.help = "Sign in to the registry's login server and to all its regional endpoints.",
};

static const struct command commands[] = {
	{
		.path = "login",
		.summary = "Sign in to a registry, for docker, podman, skopeo, buildah, oras and helm.",
		.details = "The credential is written where these programs look for it: through the credential helper named "
			   "in Docker's config.json, else into that file ($DOCKER_CONFIG, or ~/.docker), and into podman's "
			   "auth.json where there is one ($REGISTRY_AUTH_FILE, or $XDG_RUNTIME_DIR/containers/auth.json). No "
			   "other program is needed.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group, &opt_suffix, &opt_username, &opt_password,
				   &expose_token, &endpoint, &all_endpoints, &opt_engine),
		.examples = EXAMPLES({"Sign in", "acr login -n myregistry"},
				     {"Print a token for another tool",
				      "acr login -n myregistry --expose-token --query refreshToken -o tsv"}),
		.run = registry_login,
	},
	{0},
};

const struct group login_group = {.path = "", .commands = commands};
