/* Commands about the policies of registries. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

/* All policies go back with the one that is changed. */
#define BASE_POLICIES "properties(" PICK_POLICIES ")"

static const char *const on_off[] = {"enabled", "disabled", NULL};

/* The registry was called --name here before. */
static const struct option former_name = {
	.name = "name",
	.letter = 'n',
	.key = "registry",
	.type = &type_registry,
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.instead = "--registry",
	.complete = "registry",
	.help = "The former name of --registry.",
};

#define STATUS(variable, words, where, text)                                                                           \
	static const struct option variable = {                                                                        \
		.name = "status",                                                                                      \
		.type = &type_choice,                                                                                  \
		.choices = words,                                                                                      \
		.bind = where,                                                                                         \
		.help = text,                                                                                          \
	};
STATUS(arm_status, on_off, BODY("/properties/policies/azureADAuthenticationAsArmPolicy/status"),
       "Whether Azure Resource Manager tokens are accepted for signing in to the registry.")
STATUS(trust_status, CHOICES("disabled"), BODY("/properties/policies/trustPolicy/status"),
       "Content trust can be disabled only.")
STATUS(retention_status, on_off, BODY("/properties/policies/retentionPolicy/status"),
       "Whether untagged manifests are deleted after some days.")
STATUS(deletion_status, on_off, BODY("/properties/policies/softDeletePolicy/status"),
       "Whether what is deleted can be restored for some days.")

static const struct option retention_type = {
	.name = "type",
	.type = &type_choice,
	.choices = CHOICES("UntaggedManifests"),
	.flags = OPT_REQUIRED,
	.help = "What the policy is about.",
};
static const struct option retention_days = {
	.name = "days",
	.type = &type_integer,
	.maximum = 365,
	.fallback = "7",
	.bind = BODY("/properties/policies/retentionPolicy/days"),
	.help = "After how many days untagged manifests are deleted; 0 deletes them at once.",
};
static const struct option deletion_days = {
	.name = "days",
	.type = &type_integer,
	.minimum = 1,
	.maximum = 90,
	.bind = BODY("/properties/policies/softDeletePolicy/retentionDays"),
	.help = "For how many days what is deleted can be restored.",
};

static const struct command arm_commands[] = {
	{
		.path = "config authentication-as-arm show",
		.summary = "Show whether Azure Resource Manager tokens are accepted for signing in.",
		.options = OPTIONS(&opt_registry, &former_name, &opt_resource_group),
		.examples = EXAMPLES(
			{"The status", "acr config authentication-as-arm show -r myregistry --query status -o tsv"}),
		.op = &acr_op_registry_show,
		.select = "properties.policies.azureADAuthenticationAsArmPolicy",
		.model = "status",
	},
	{
		.path = "config authentication-as-arm update",
		.summary = "Accept Azure Resource Manager tokens for signing in, or refuse them.",
		.options = OPTIONS(&opt_registry, &former_name, &arm_status, &opt_resource_group),
		.examples = EXAMPLES(
			{"Refuse them", "acr config authentication-as-arm update -r myregistry --status disabled"}),
		.op = &acr_op_registry_update,
		.base = BASE_POLICIES,
		.select = "properties.policies.azureADAuthenticationAsArmPolicy",
		.model = "status",
	},
	{0},
};

static const struct command trust_commands[] = {
	{
		.path = "config content-trust show",
		.summary = "Show whether content trust is enabled.",
		.options = OPTIONS(&opt_registry, &former_name, &opt_resource_group),
		.examples =
			EXAMPLES({"The status", "acr config content-trust show -r myregistry --query status -o tsv"}),
		.op = &acr_op_registry_show,
		.sku = "Premium",
		.select = "properties.policies.trustPolicy",
		.model = "type status",
	},
	{
		.path = "config content-trust update",
		.summary = "Disable content trust; it cannot be enabled any more.",
		.options = OPTIONS(&opt_registry, &former_name, &trust_status, &opt_resource_group, &opt_yes),
		.examples = EXAMPLES(
			{"Disable it", "acr config content-trust update -r myregistry --status disabled --yes"}),
		.op = &acr_op_registry_update,
		.sku = "Premium",
		.confirm = "Content trust is retired: once disabled it cannot be enabled again. Disable it?",
		.base = BASE_POLICIES,
		.select = "properties.policies.trustPolicy",
		.model = "type status",
	},
	{0},
};

static const struct command retention_commands[] = {
	{
		.path = "config retention show",
		.summary = "Show the retention policy for untagged manifests.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"The policy", "acr config retention show -r myregistry"}),
		.op = &acr_op_registry_show,
		.sku = "Premium",
		.select = "properties.policies.retentionPolicy",
		.model = "days lastUpdatedTime:time status",
	},
	{
		.path = "config retention update",
		.summary = "Change the retention policy for untagged manifests.",
		.options = OPTIONS(&opt_registry, &retention_type, &retention_status, &retention_days,
				   &opt_resource_group),
		.examples =
			EXAMPLES({"Delete untagged manifests after 30 days",
				  "acr config retention update -r myregistry --type UntaggedManifests --status enabled "
				  "--days 30"}),
		.op = &acr_op_registry_update,
		.sku = "Premium",
		.base = BASE_POLICIES,
		.select = "properties.policies.retentionPolicy",
		.model = "days lastUpdatedTime:time status",
	},
	{0},
};

#define SOFT_DELETE "present.properties.policies.softDeletePolicy"

static const struct command deletion_commands[] = {
	{
		.path = "config soft-delete show",
		.summary = "Show the policy for what is deleted.",
		.options = OPTIONS(&opt_registry),
		.examples = EXAMPLES({"The policy", "acr config soft-delete show -r myregistry"}),
		.op = &acr_op_registry_show,
		.select = "properties.policies.softDeletePolicy",
		.model = "retentionDays lastUpdatedTime:time status",
	},
	{
		.path = "config soft-delete update",
		.summary = "Change the policy for what is deleted.",
		.options = OPTIONS(&opt_registry, &deletion_status, &deletion_days, &opt_yes),
		.examples = EXAMPLES({"Keep what is deleted for 14 days",
				      "acr config soft-delete update -r myregistry --status enabled --days 14"}),
		.op = &acr_op_registry_update,
		.base = BASE_POLICIES,
		.rules = RULES(
			{.when = "status == 'disabled' && contains(['enabled', 'Enabled'], " SOFT_DELETE ".status)",
			 .warn = "What is deleted already is still purged after the days that the policy says now."},
			{.when = "days < " SOFT_DELETE ".retentionDays",
			 .ask = "With fewer days to keep what is deleted, some of what is deleted already may be "
				"purged at once. Do you wish to proceed?"}),
		.select = "properties.policies.softDeletePolicy",
		.model = "retentionDays lastUpdatedTime:time status",
	},
	{0},
};

const struct group config_arm_group = {
	.path = "config authentication-as-arm",
	.summary = "Manage whether Azure Resource Manager tokens are accepted.",
	.status = STATUS_PREVIEW,
	.commands = arm_commands,
};
const struct group config_trust_group = {
	.path = "config content-trust",
	.summary = "Manage content trust.",
	.status = STATUS_DEPRECATED,
	.commands = trust_commands,
};
const struct group config_retention_group = {
	.path = "config retention",
	.summary = "Manage the retention of untagged manifests.",
	.status = STATUS_PREVIEW,
	.commands = retention_commands,
};
const struct group config_deletion_group = {
	.path = "config soft-delete",
	.summary = "Manage the restoring of what is deleted.",
	.status = STATUS_PREVIEW,
	.commands = deletion_commands,
};
const struct group config_group = {
	.path = "config",
	.summary = "Manage policies of registries.",
	.commands = (const struct command[]){{0}},
};
