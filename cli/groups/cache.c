/* Commands about cache rules. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

#define MODEL_CACHE_RULE                                                                                               \
	"id name type " MODEL_SYSTEM_DATA " properties(credentialSetResourceId sourceRepository targetRepository "     \
	"creationDate:time provisioningState) " MODEL_IDENTITY

static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.minimum = 5,
	.maximum = 50,
	.flags = OPT_REQUIRED,
	.bind = PATH("cacheRule"),
	.complete = "cache-rule",
	.help = "The name of the cache rule.",
};
static const struct option source = {
	.name = "source-repo",
	.letter = 's',
	.type = &type_repository,
	.flags = OPT_REQUIRED,
	.bind = BODY("/properties/sourceRepository"),
	.help = "The repository that is cached, with its registry: docker.io/library/ubuntu.",
};
static const struct option target = {
	.name = "target-repo",
	.letter = 't',
	.type = &type_repository,
	.flags = OPT_REQUIRED,
	.bind = BODY("/properties/targetRepository"),
	.help = "The repository that the images get in this registry: ubuntu.",
};
static const struct option credential_set = {
	.name = "cred-set",
	.letter = 'c',
	.type = &type_credential_set,
	.bind = BODY_ID("/properties/credentialSetResourceId", "credentialSets"),
	.complete = "credential-set",
	.help = "Name or id of the credential set to sign in to the source registry with.",
};
static const struct option remove_credential_set = {
	.name = "remove-cred-set",
	.type = &type_flag,
	.bind = BODY_CONSTANT("/properties/credentialSetResourceId", "null"),
	.help = "Sign in to the source registry no more.",
};
static const struct option new_identity = {
	.name = "identity",
	.type = &type_resource_id,
	.complete = "identity",
	.bind = ASSIGN("/identity"),
	.help = "Id of the user-assigned managed identity to sign in to the source registry with.",
};
static const struct option identity = {
	.name = "identity",
	.type = &type_resource_id,
	.complete = "identity",
	.bind = ASSIGN("/identity"),
	.flags = OPT_EMPTY_CLEARS,
	.help = "Id of the user-assigned managed identity to sign in to the source registry with; '' for none.",
};

static const struct command commands[] = {
	{
		.path = "cache create",
		.summary = "Create a cache rule: images are pulled through, and kept.",
		.options = OPTIONS(&opt_registry, &name, &source, &target, &opt_resource_group, &credential_set,
				   &new_identity),
		.examples =
			EXAMPLES({"Cache a public repository",
				  "acr cache create -r myregistry -n myrule -s docker.io/library/ubuntu -t ubuntu"},
				 {"Sign in to the source registry",
				  "acr cache create -r myregistry -n myrule -s docker.io/library/ubuntu -t ubuntu -c "
				  "mycredentials"}),
		.op = &acr_op_cache_create,
		.body = "{\"properties\":{\"credentialSetResourceId\":null}}",
		.model = MODEL_CACHE_RULE,
	},
	{
		.path = "cache delete",
		.summary = "Delete a cache rule; what it has cached stays.",
		.options = OPTIONS(&opt_registry, &name, &opt_resource_group, &opt_yes),
		.examples = EXAMPLES({"Delete without a question", "acr cache delete -r myregistry -n myrule --yes"}),
		.op = &acr_op_cache_delete,
		.confirm = "Are you sure you want to perform this operation?",
		.flags = CMD_NO_RESULT,
	},
	{
		.path = "cache list",
		.summary = "List the cache rules of a registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr cache list -r myregistry -o table"}),
		.op = &acr_op_cache_list,
		.model = MODEL_CACHE_RULE,
	},
	{
		.path = "cache show",
		.summary = "Show a cache rule.",
		.options = OPTIONS(&opt_registry, &name, &opt_resource_group),
		.examples = EXAMPLES({"One rule", "acr cache show -r myregistry -n myrule"}),
		.op = &acr_op_cache_show,
		.model = MODEL_CACHE_RULE,
	},
	{
		.path = "cache update",
		.summary = "Change how a cache rule signs in to its source registry.",
		.options = OPTIONS(&opt_registry, &name, &opt_resource_group, &credential_set, &remove_credential_set,
				   &identity, &opt_set, &opt_add, &opt_remove, &opt_force_string),
		.examples = EXAMPLES(
			{"Another credential set", "acr cache update -r myregistry -n myrule -c mycredentials"},
			{"No credential set", "acr cache update -r myregistry -n myrule --remove-cred-set"}),
		.op = &acr_op_cache_update,
		.rules = RULES({.when = "cred_set && remove_cred_set",
				.refuse = "Give --cred-set or --remove-cred-set, not both."},
			       {.when = "!cred_set && !remove_cred_set && identity == `null` && !updates",
				.refuse = "Nothing to change: give --cred-set, --remove-cred-set or --identity."}),
		.body = "{\"properties\":{}}",
		.model = MODEL_CACHE_RULE,
		.update_model = "identity{type userAssignedIdentities} properties(credentialSetResourceId)",
		.flags = CMD_UPDATE,
	},
	{0},
};

const struct group cache_group = {
	.path = "cache",
	.summary = "Manage cache rules: copies of images from other registries.",
	.commands = commands,
};
