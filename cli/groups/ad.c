/* Commands about the directory. */
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option name = {
	.name = "display-name",
	.alias = "name",
	.letter = 'n',
	.key = "display-name",
	.type = &type_word,
	.help = "The display name; azure-cli- and the time by default. One that is there already gets a new password.",
};
static const struct option role = {
	.name = "role",
	.type = &type_word,
	.help = "Name or id of the role it is given: AcrPull, AcrPush, Reader, Contributor, Owner and so on.",
};
static const struct option scopes = {
	.name = "scopes",
	.type = &type_azure_scopes,
	.help = "Ids of what the role is given on, such as a registry's.",
};
static const struct option years = {
	.name = "years",
	.type = &type_integer,
	.minimum = 1,
	.maximum = 100,
	.heading = "Credential",
	.help = "How many years the password is good for; 1 by default.",
};
static const struct option sdk_auth = {
	.name = "sdk-auth",
	.alias = "json-auth",
	.key = "sdk-auth",
	.type = &type_boolean,
	.flags = OPT_DEPRECATED,
	.help = "Print what the authentication files of the Azure SDKs had.",
};
static const struct option skip_assignment = {
	.name = "skip-assignment",
	.type = &type_boolean,
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.help = "Without a meaning: no role is given unless --role says so.",
};

static const struct command commands[] = {
	{
		.path = "ad sp create-for-rbac",
		.summary = "Create a service principal with a password, and give it a role.",
		.options = OPTIONS(&name, &role, &scopes, &years, &sdk_auth, &skip_assignment),
		.examples = EXAMPLES({"One that may push to a registry",
				      "acr ad sp create-for-rbac -n mypipeline --role AcrPush --scopes "
				      "\"$REGISTRY_ID\""}),
		.run = principal_create,
	},
	{0},
};

static const struct command none[] = {{0}};

const struct group ad_parent_group = {
	.path = "ad",
	.summary = "Manage the directory, Microsoft Entra ID.",
	.outside = true,
	.commands = none,
};
const struct group ad_group = {
	.path = "ad sp",
	.summary = "Manage service principals.",
	.outside = true,
	.commands = commands,
};
