/* Commands about the signed-in accounts and their subscriptions. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "output.h"
#include "run/run.h"

#define MODEL_LOCATION \
	"id subscriptionId name type displayName regionalDisplayName metadata{regionType regionCategory geography " \
	"geographyGroup longitude latitude physicalLocation pairedRegion[name id subscriptionId]}"

static const struct column account_columns[] = {
	{.header = "Name", .path = "name"},
	{.header = "CloudName", .path = "cloudName"},
	{.header = "SubscriptionId", .path = "id"},
	{.header = "TenantId", .path = "tenantId"},
	{.header = "State", .path = "state"},
	{.header = "IsDefault", .path = "isDefault"},
	{0},
};

static const struct option all = {
	.name = "all",
	.type = &type_flag,
	.help = "List subscriptions that are not enabled, too.",
};
static const struct option name = {
	.name = "name",
	.alias = "subscription",
	.letter = 'n',
	.other_letter = 's',
	.key = "name",
	.type = &type_subscription,
	.help = "Name or id of the subscription.",
};
static const struct option required_name = {
	.name = "name",
	.alias = "subscription",
	.letter = 'n',
	.other_letter = 's',
	.key = "name",
	.type = &type_subscription,
	.flags = OPT_REQUIRED,
	.help = "Name or id of the subscription.",
};

static const struct command commands[] = {
	{
		.path = "account list",
		.summary = "List the subscriptions of the signed-in accounts.",
		.options = OPTIONS(&all),
		.examples = EXAMPLES({"As a table", "acr account list -o table"}),
		.run = account_list,
		.columns = account_columns,
	},
	{
		.path = "account list-locations",
		.summary = "List the regions that the subscription can use.",
		.options = OPTIONS(NULL),
		.examples = EXAMPLES({"Their names", "acr account list-locations --query '[].name' -o tsv"}),
		.op = &acr_op_location_list,
		.model = MODEL_LOCATION,
	},
	{
		.path = "account set",
		.summary = "Make a subscription the current one.",
		.options = OPTIONS(&required_name),
		.examples = EXAMPLES({"By name", "acr account set -n 'My Subscription'"}),
		.run = account_set,
	},
	{
		.path = "account show",
		.summary = "Show the current subscription, or a given one.",
		.options = OPTIONS(&name),
		.examples = EXAMPLES({"The current one's id", "acr account show --query id -o tsv"}),
		.run = account_show,
	},
	{0},
};

const struct group account_group = {
	.path = "account",
	.summary = "Manage the signed-in accounts.",
	.outside = true,
	.commands = commands,
};
