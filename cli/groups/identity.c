/* Commands about the managed identities of registries, and the keys that these read. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"
#include "shapes.h"

#define IDENTITIES                                                                                                     \
	.name = "identities", .type = &type_identities, .flags = OPT_REQUIRED, .complete = "identity",                 \
	.help = "Names or ids of user-assigned managed identities, separated by spaces; '[system]' is the registry's " \
		"own."
static const struct option identities = {IDENTITIES, .bind = ASSIGN("/identity")};
static const struct option removed_identities = {
	IDENTITIES,
	.bind = {.kind = BIND_UNASSIGN,
		 .to = "/identity",
		 .missing = "The registry does not have specified user identity '{item}' assigned, so it cannot be "
			    "removed."},
};
static const struct option identity = {
	.name = "identity",
	.type = &type_identity,
	.complete = "identity",
	.help = "The managed identity that reads the key: name, id or client id of a user-assigned one, or '[system]'.",
};
static const struct option key = {
	.name = "key-encryption-key",
	.type = &type_key_url,
	.bind = BODY("/properties/encryption/keyVaultProperties/keyIdentifier"),
	.help = "Key vault URL of the key; without a version the newest one is used, and followed.",
};

/* The service writes types either way. */
#define TYPE_HAS(type) "contains(present.identity.type || '', '" type "')"

static const struct command commands[] = {
	{
		.path = "identity assign",
		.summary = "Give managed identities to a registry.",
		.options = OPTIONS(&opt_registry_name, &identities, &opt_resource_group),
		.examples =
			EXAMPLES({"An identity of its own", "acr identity assign -n myregistry --identities [system]"},
				 {"An identity of the same resource group",
				  "acr identity assign -n myregistry --identities myidentity"}),
		.op = &acr_op_registry_update,
		.base = PICK_REGISTRY,
		.model = MODEL_REGISTRY,
		.columns = registry_columns,
	},
	{
		.path = "identity remove",
		.summary = "Take managed identities from a registry.",
		.options = OPTIONS(&opt_registry_name, &removed_identities, &opt_resource_group),
		.examples = EXAMPLES({"Its own identity", "acr identity remove -n myregistry --identities [system]"}),
		.op = &acr_op_registry_replace,
		.base = PICK_REGISTRY,
		.rules = RULES({.when = "!" TYPE_HAS("Assigned"),
				.refuse = "The registry {registry} has no system or user assigned identities."},
			       {.when = "contains(identities, '[system]') && !(" TYPE_HAS(
					"SystemAssigned") " || " TYPE_HAS("systemAssigned") ")",
				.refuse = "The registry does not have a system identity assigned."}),
		.model = MODEL_REGISTRY,
		.columns = registry_columns,
	},
	{
		.path = "identity show",
		.summary = "Show the managed identities of a registry.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group),
		.examples = EXAMPLES({"The principal id of its own identity",
				      "acr identity show -n myregistry --query principalId -o tsv"}),
		.op = &acr_op_registry_show,
		.select = "identity",
		.model = "principalId tenantId type userAssignedIdentities*{principalId clientId}",
		.columns = registry_columns,
	},
	{0},
};

static const struct command encryption_commands[] = {
	{
		.path = "encryption rotate-key",
		.summary = "Let a registry use another key, or another identity to read it with.",
		.options = OPTIONS(&opt_registry_name, &identity, &key, &opt_resource_group),
		.examples =
			EXAMPLES({"Another key", "acr encryption rotate-key -n myregistry --key-encryption-key "
						 "https://myvault.vault.azure.net/keys/mykey --identity myidentity"}),
		.op = &acr_op_registry_update,
		.base = PICK_REGISTRY,
		.rules =
			RULES({.when = "!contains(['enabled', 'Enabled'], present.properties.encryption.status)",
			       .refuse = "usage error: key rotation is only applicable to registries with CMK enabled; "
					 "'{registry}' was created without --key-encryption-key."}),
		.prepare = encryption_rotate_prepare,
		.model = MODEL_REGISTRY,
		.columns = registry_columns,
	},
	{
		.path = "encryption show",
		.summary = "Show how a registry is encrypted.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group),
		.examples = EXAMPLES(
			{"The key's version in use",
			 "acr encryption show -n myregistry --query keyVaultProperties.versionedKeyIdentifier -o "
			 "tsv"}),
		.op = &acr_op_registry_show,
		.select = "properties.encryption",
		.model = "status keyVaultProperties{keyIdentifier versionedKeyIdentifier identity keyRotationEnabled "
			 "lastKeyRotationTimestamp:time}",
		.columns = registry_columns,
	},
	{0},
};

const struct group identity_group = {
	.path = "identity",
	.summary = "Manage the managed identities of registries.",
	.commands = commands,
};
const struct group encryption_group = {
	.path = "encryption",
	.summary = "Manage the keys that registries are encrypted with.",
	.commands = encryption_commands,
};
