/* Commands about who reaches a registry over the network: rules, private endpoints, private links. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

#define MODEL_RULES "name properties(provisioningState " MODEL_NETWORK_RULES ")"
#define BASE_RULES "properties(" PICK_NETWORK_RULES ")"
#define MODEL_CONNECTION                                                                                               \
	"id name type " MODEL_SYSTEM_DATA " properties(privateEndpoint{id} privateLinkServiceConnectionState{status "  \
	"description actionsRequired} provisioningState)"

#define RULE_SET "/properties/networkRuleSet"
#define ADDRESS(bind_kind)                                                                                             \
	{                                                                                                              \
		.name = "ip-address", .type = &type_network,                                                           \
		.bind = {.kind = bind_kind,                                                                            \
			 .to = RULE_SET "/ipRules",                                                                    \
			 .member = "value",                                                                            \
			 .item = "{\"action\":\"Allow\"}",                                                             \
			 NO_RULE},                                                                                     \
		.help = "An IP address, or a range of them: 16.17.18.0/24.",                                           \
	}
/* Subnets go without an action, as with az: the service knows one only. */
#define SUBNET(bind_kind)                                                                                              \
	{                                                                                                              \
		.name = "subnet", .type = &type_resource, .flags = OPT_HIDDEN | OPT_DEPRECATED,                          \
		.bind = {.kind = bind_kind,                                                                            \
			 .to = RULE_SET "/virtualNetworkRules",                                                        \
			 .member = "virtualNetworkSubnetResourceId",                                                   \
			 .type = "Microsoft.Network/virtualNetworks/{vnet-name}/subnets",                              \
			 NO_RULE},                                                                                     \
		.help = "Name or id of a subnet; a name needs --vnet-name.",                                           \
	}
#define NO_RULE .missing = "The registry has no network rule for '{item}'.", .missing_is_fine = true
static const struct option address = ADDRESS(BIND_ADD), removed_address = ADDRESS(BIND_REMOVE);
static const struct option subnet = SUBNET(BIND_ADD), removed_subnet = SUBNET(BIND_REMOVE);
static const struct option vnet_name = {
	.name = "vnet-name",
	.type = &type_name,
	.minimum = 1,
	.maximum = 80,
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.help = "Name of the virtual network that the subnet is in.",
};
static const struct option connection = {
	.name = "name",
	.letter = 'n',
	.type = &type_connection,
	.flags = OPT_REQUIRED,
	.bind = PATH("connection"),
	.complete = "private-endpoint-connection",
	.help = "The name of the private endpoint connection.",
};
static const struct option registry_name = {
	.name = "registry-name",
	.letter = 'r',
	.key = "registry",
	.type = &type_registry,
	.flags = OPT_REQUIRED,
	.config_default = "acr",
	.complete = "registry",
	.help = "The name of the container registry, in lower case.",
};
static const struct option description = {
	.name = "description",
	.type = &type_text,
	.bind = BODY("/properties/privateLinkServiceConnectionState/description"),
	.help = "Why, for those who asked for the connection.",
};

#define ADDRESS_RULES                                                                                                  \
	RULES({.when = "!subnet && !vnet_name && !ip_address",                                                         \
	       .refuse = "Give the rule's address: --ip-address 16.17.18.0/24."},                                      \
	      {.when = "(subnet || vnet_name) && (!subnet || starts_with(subnet, '/subscriptions/') == !!vnet_name)",  \
	       .refuse = "Usage error: [--subnet ID | --subnet NAME --vnet-name NAME]"})

static const struct command rule_commands[] = {
	{
		.path = "network-rule add",
		.summary = "Let an IP address or range through to a registry.",
		.options = OPTIONS(&opt_registry_name, &subnet, &vnet_name, &address, &opt_resource_group),
		.examples = EXAMPLES({"A range", "acr network-rule add -n myregistry --ip-address 16.17.18.0/24"}),
		.op = &acr_op_registry_update,
		.rules = ADDRESS_RULES,
		.sku = "Premium",
		.base = BASE_RULES,
		.fill = FILL({.bind = BODY(RULE_SET "/defaultAction"), .value = "'Allow'"}),
		.model = MODEL_RULES,
	},
	{
		.path = "network-rule list",
		.summary = "List the network rules of a registry.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group),
		.examples =
			EXAMPLES({"The addresses",
				  "acr network-rule list -n myregistry --query 'ipRules[].ipAddressOrRange' -o tsv"}),
		.op = &acr_op_registry_show,
		.sku = "Premium",
		.select = "properties.networkRuleSet",
		.model = "virtualNetworkRules[action virtualNetworkSubnetResourceId>virtualNetworkResourceId "
			 "virtualNetworkSubnetResourceId] ipRules[action value>ipAddressOrRange]",
	},
	{
		.path = "network-rule remove",
		.summary = "Take back a network rule.",
		.options =
			OPTIONS(&opt_registry_name, &removed_subnet, &vnet_name, &removed_address, &opt_resource_group),
		.examples = EXAMPLES({"A range", "acr network-rule remove -n myregistry --ip-address 16.17.18.0/24"}),
		.op = &acr_op_registry_update,
		.rules = ADDRESS_RULES,
		.sku = "Premium",
		.base = BASE_RULES,
		.model = MODEL_RULES,
	},
	{0},
};

static const struct command connection_commands[] = {
	{
		.path = "private-endpoint-connection approve",
		.summary = "Approve a private endpoint connection.",
		.options = OPTIONS(&registry_name, &connection, &opt_resource_group, &description),
		.examples = EXAMPLES(
			{"Approve one", "acr private-endpoint-connection approve -r myregistry -n myconnection"}),
		.op = &acr_op_private_endpoint_create,
		.base = "properties(privateEndpoint{id} privateLinkServiceConnectionState{actionsRequired})",
		.base_op = &acr_op_private_endpoint_show,
		.body = "{\"properties\":{\"privateLinkServiceConnectionState\":{\"status\":\"Approved\"}}}",
		.model = MODEL_CONNECTION,
	},
	{
		.path = "private-endpoint-connection delete",
		.summary = "Delete a private endpoint connection.",
		.options = OPTIONS(&registry_name, &connection, &opt_resource_group),
		.examples = EXAMPLES(
			{"Delete one", "acr private-endpoint-connection delete -r myregistry -n myconnection"}),
		.op = &acr_op_private_endpoint_delete,
		.flags = CMD_NO_RESULT,
	},
	{
		.path = "private-endpoint-connection list",
		.summary = "List the private endpoint connections of a registry.",
		.options = OPTIONS(&registry_name, &opt_resource_group),
		.examples = EXAMPLES({"Those that wait for approval",
				      "acr private-endpoint-connection list -r myregistry --query "
				      "\"[?privateLinkServiceConnectionState.status=='Pending'].name\" -o tsv"}),
		.op = &acr_op_private_endpoint_list,
		.model = MODEL_CONNECTION,
	},
	{
		.path = "private-endpoint-connection reject",
		.summary = "Reject a private endpoint connection.",
		.options = OPTIONS(&registry_name, &connection, &opt_resource_group, &description),
		.examples =
			EXAMPLES({"Reject one, and say why",
				  "acr private-endpoint-connection reject -r myregistry -n myconnection --description "
				  "'not from this network'"}),
		.op = &acr_op_private_endpoint_create,
		.base = "properties(privateEndpoint{id} privateLinkServiceConnectionState{actionsRequired})",
		.base_op = &acr_op_private_endpoint_show,
		.body = "{\"properties\":{\"privateLinkServiceConnectionState\":{\"status\":\"Rejected\"}}}",
		.model = MODEL_CONNECTION,
	},
	{
		.path = "private-endpoint-connection show",
		.summary = "Show a private endpoint connection.",
		.options = OPTIONS(&registry_name, &connection, &opt_resource_group),
		.examples = EXAMPLES(
			{"One connection", "acr private-endpoint-connection show -r myregistry -n myconnection"}),
		.op = &acr_op_private_endpoint_show,
		.model = MODEL_CONNECTION,
	},
	{0},
};

static const struct command link_commands[] = {
	{
		.path = "private-link-resource list",
		.summary = "List what private endpoints of a registry can be connected to.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group),
		.examples = EXAMPLES(
			{"The names that must resolve privately",
			 "acr private-link-resource list -n myregistry --query '[].requiredMembers[]' -o tsv"}),
		.op = &acr_op_private_link_list,
		.model = "type id name properties(groupId requiredMembers requiredZoneNames)",
		.columns = registry_columns,
	},
	{0},
};

const struct group network_rule_group = {
	.path = "network-rule",
	.summary = "Manage network rules of registries.",
	.commands = rule_commands,
};
const struct group private_endpoint_group = {
	.path = "private-endpoint-connection",
	.summary = "Manage private endpoint connections of registries.",
	.commands = connection_commands,
};
const struct group private_link_group = {
	.path = "private-link-resource",
	.summary = "Look at what private endpoints can be connected to.",
	.commands = link_commands,
};
