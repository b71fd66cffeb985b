/* Commands about credential sets: how cache rules sign in to other registries. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

#define MODEL_CREDENTIAL_SET                                                                                           \
	"id name type " MODEL_SYSTEM_DATA " " MODEL_IDENTITY " properties(loginServer authCredentials[name "           \
	"usernameSecretIdentifier passwordSecretIdentifier credentialHealth{status errorCode errorMessage}] "          \
	"creationDate:time provisioningState)"

static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.minimum = 5,
	.maximum = 50,
	.flags = OPT_REQUIRED,
	.bind = PATH("credentialSet"),
	.complete = "credential-set",
	.help = "The name of the credential set.",
};
static const struct option login_server = {
	.name = "login-server",
	.letter = 'l',
	.type = &type_server,
	.flags = OPT_REQUIRED,
	.bind = BODY("/properties/loginServer"),
	.help = "The registry that is signed in to: docker.io.",
};

/* Where secrets are; create must have both. */
#define SECRET(variable, long_name, its_letter, member, needed)                                                        \
	static const struct option variable = {                                                                        \
		.name = long_name "-id",                                                                               \
		.letter = its_letter,                                                                                  \
		.type = &type_secret_url,                                                                              \
		.flags = needed,                                                                                       \
		.bind = BODY("/properties/authCredentials/0/" member),                                                 \
		.help = "Key vault URL of the secret that holds the " long_name ".",                                   \
	};
SECRET(new_username, "username", 'u', "usernameSecretIdentifier", OPT_REQUIRED)
SECRET(new_password, "password", 'p', "passwordSecretIdentifier", OPT_REQUIRED)
SECRET(username, "username", 'u', "usernameSecretIdentifier", 0)
SECRET(password, "password", 'p', "passwordSecretIdentifier", 0)

static const struct command commands[] = {
	{
		.path = "credential-set create",
		.summary = "Create a credential set.",
		.details = "It gets a managed identity of its own, which must be permitted to read the two secrets.",
		.options =
			OPTIONS(&opt_registry, &name, &new_password, &new_username, &login_server, &opt_resource_group),
		.examples = EXAMPLES({"For Docker Hub",
				      "acr credential-set create -r myregistry -n mycredentials -l docker.io -u "
				      "https://myvault.vault.azure.net/secrets/user -p "
				      "https://myvault.vault.azure.net/secrets/password"}),
		.op = &acr_op_credential_set_create,
		.body = "{\"identity\":{\"type\":\"SystemAssigned\"},"
			"\"properties\":{\"authCredentials\":[{\"name\":\"Credential1\"}]}}",
		.model = MODEL_CREDENTIAL_SET,
	},
	{
		.path = "credential-set delete",
		.summary = "Delete a credential set.",
		.options = OPTIONS(&opt_registry, &name, &opt_resource_group, &opt_yes),
		.examples = EXAMPLES({"Delete without a question",
				      "acr credential-set delete -r myregistry -n mycredentials --yes"}),
		.op = &acr_op_credential_set_delete,
		.confirm = "Are you sure you want to perform this operation?",
		.flags = CMD_NO_RESULT,
	},
	{
		.path = "credential-set list",
		.summary = "List the credential sets of a registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr credential-set list -r myregistry -o table"}),
		.op = &acr_op_credential_set_list,
		.model = MODEL_CREDENTIAL_SET,
	},
	{
		.path = "credential-set show",
		.summary = "Show a credential set, and whether its secrets can be read.",
		.options = OPTIONS(&opt_registry, &name, &opt_resource_group),
		.examples = EXAMPLES(
			{"The identity that reads its secrets",
			 "acr credential-set show -r myregistry -n mycredentials --query identity.principalId -o "
			 "tsv"}),
		.op = &acr_op_credential_set_show,
		.model = MODEL_CREDENTIAL_SET,
	},
	{
		.path = "credential-set update",
		.summary = "Change which secrets a credential set uses.",
		.options = OPTIONS(&opt_registry, &name, &opt_resource_group, &password, &username, &opt_set, &opt_add,
				   &opt_remove, &opt_force_string),
		.examples = EXAMPLES({"Another password", "acr credential-set update -r myregistry -n mycredentials -p "
							  "https://myvault.vault.azure.net/secrets/newpassword"}),
		.op = &acr_op_credential_set_update,
		.rules = RULES({.when = "!username_id && !password_id && !updates",
				.refuse = "Nothing to change: give --username-id or --password-id."}),
		.base = "properties(authCredentials[name usernameSecretIdentifier passwordSecretIdentifier])",
		.base_op = &acr_op_credential_set_show,
		.model = MODEL_CREDENTIAL_SET,
		.update_model = "identity{type} properties(authCredentials)",
		.flags = CMD_UPDATE,
	},
	{0},
};

const struct group credential_set_group = {
	.path = "credential-set",
	.summary = "Manage credential sets: how cache rules sign in to other registries.",
	.commands = commands,
};
