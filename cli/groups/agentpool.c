/* Commands about agent pools. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

#define MODEL_AGENT_POOL                                                                                               \
	"id name type location tags " MODEL_SYSTEM_DATA " properties(count tier os virtualNetworkSubnetResourceId "    \
	"provisioningState)"

/* Another length has none that is there, but that is for the service to say. */
#define NAME                                                                                                           \
	.name = "name", .letter = 'n', .type = &type_name, .maximum = 20, .flags = OPT_REQUIRED,                       \
	.bind = PATH("agentPool"), .complete = "agentpool", .help = "The name of the agent pool."
static const struct option name = {NAME};
static const struct option new_name = {NAME, .minimum = 3};
static const struct option new_count = {
	.name = "count",
	.letter = 'c',
	.type = &type_integer,
	.fallback = "1",
	.bind = BODY("/properties/count"),
	.help = "How many agents there are.",
};
static const struct option count = {
	.name = "count",
	.letter = 'c',
	.type = &type_integer,
	.bind = BODY("/properties/count"),
	.help = "How many agents there are.",
};
static const struct option tier = {
	.name = "tier",
	.type = &type_upper,
	.fallback = "S1",
	.bind = BODY("/properties/tier"),
	.help = "The size of the agents: S1, S2, S3 or I6.",
};
static const struct option os = {
	.name = "os",
	.type = &type_string,
	.fallback = "Linux",
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.bind = BODY("/properties/os"),
	.help = "The operating system of the agents; there is only Linux.",
};
static const struct option subnet = {
	.name = "subnet-id",
	.type = &type_resource_id,
	.bind = BODY("/properties/virtualNetworkSubnetResourceId"),
	.help = "Id of the subnet that the agents are in.",
};
static const struct option queue_count = {
	.name = "queue-count",
	.type = &type_flag,
	.help = "Show how many runs wait for an agent.",
};

#define OF_REGISTRY &opt_registry, &opt_resource_group
#define ONE &name, OF_REGISTRY

static const struct command commands[] = {
	{
		.path = "agentpool create",
		.summary = "Create an agent pool.",
		.options = OPTIONS(&new_name, OF_REGISTRY, &new_count, &tier, &os, &subnet, &opt_no_wait),
		.examples = EXAMPLES(
			{"Two agents of the tier S2", "acr agentpool create -n mypool -r myregistry -c 2 --tier S2"},
			{"Agents in a virtual network",
			 "acr agentpool create -n mypool -r myregistry --subnet-id "
			 "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mygroup/providers/"
			 "Microsoft.Network/virtualNetworks/myvnet/subnets/mysubnet"}),
		.op = &acr_op_agentpool_create,
		.fill = FILL(FILL_LOCATION),
		.model = MODEL_AGENT_POOL,
		.columns = agentpool_columns,
	},
	{
		.path = "agentpool delete",
		.summary = "Delete an agent pool.",
		.options = OPTIONS(ONE, &opt_yes, &opt_no_wait),
		.examples =
			EXAMPLES({"Delete without a question", "acr agentpool delete -n mypool -r myregistry --yes"}),
		.op = &acr_op_agentpool_delete,
		.sku = "managed",
		.rules = RULES({.when = "no_wait", .done = "Started to delete the agent pool '{name}': InProgress"}),
		.confirm = "Are you sure you want to delete the agentpool '{name}' in registry '{registry}'?",
		.columns = agentpool_columns,
		.flags = CMD_NO_RESULT,
	},
	{
		.path = "agentpool list",
		.summary = "List the agent pools of a registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr agentpool list -r myregistry -o table"}),
		.op = &acr_op_agentpool_list,
		.sku = "managed",
		.model = MODEL_AGENT_POOL,
		.columns = agentpool_columns,
	},
	{
		.path = "agentpool show",
		.summary = "Show an agent pool, or how many runs wait for it.",
		.options = OPTIONS(ONE, &queue_count),
		.examples =
			EXAMPLES({"How many runs wait", "acr agentpool show -n mypool -r myregistry --queue-count"}),
		.op = &acr_op_agentpool_show,
		.variants = VARIANTS({.when = "queue_count", .op = &acr_op_agentpool_queue, .model = "count"}),
		.sku = "managed",
		.model = MODEL_AGENT_POOL,
		.columns = agentpool_columns,
	},
	{
		.path = "agentpool update",
		.summary = "Change how many agents a pool has.",
		.options = OPTIONS(ONE, &count, &opt_no_wait),
		.examples = EXAMPLES({"Three agents", "acr agentpool update -n mypool -r myregistry -c 3"}),
		.op = &acr_op_agentpool_update,
		.body = "{}",
		.sku = "managed",
		.model = MODEL_AGENT_POOL,
		.columns = agentpool_columns,
	},
	{0},
};

const struct group agentpool_group = {
	.path = "agentpool",
	.summary = "Manage agent pools: machines of one's own for tasks.",
	.status = STATUS_PREVIEW,
	.commands = commands,
};
