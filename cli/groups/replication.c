/* Commands about replications of a registry to other regions. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

#define MODEL_REPLICATION                                                                                              \
	"id name type location tags " MODEL_SYSTEM_DATA " properties(provisioningState " MODEL_STATUS                  \
	" regionEndpointEnabled zoneRedundancy)"

static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_replication,
	.flags = OPT_REQUIRED,
	.bind = PATH("replication"),
	.complete = "replication",
	.help = "The name of the replication.",
};
static const struct option new_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_replication,
	.bind = PATH("replication"),
	.help = "The name of the replication; its location by default.",
};
static const struct option location = {
	.name = "location",
	.letter = 'l',
	.type = &type_location,
	.flags = OPT_REQUIRED,
	.bind = BODY("/location"),
	.config_default = "location",
	.complete = "location",
	.help = "The Azure region, such as japaneast.",
};
static const struct option routing = {
	.name = "global-endpoint-routing",
	.type = &type_boolean,
	.bind = BODY("/properties/regionEndpointEnabled"),
	.help = "Whether requests to the login server may be routed to this replication.",
};
static const struct option region_endpoint = {
	.name = "region-endpoint-enabled",
	.type = &type_boolean,
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.instead = "--global-endpoint-routing",
	.bind = BODY("/properties/regionEndpointEnabled"),
	.help = "The former name of --global-endpoint-routing.",
};
static const struct option zone_redundancy = {
	.name = "zone-redundancy",
	.type = &type_choice,
	.choices = CHOICES("Enabled", "Disabled"),
	.flags = OPT_PREVIEW,
	.bind = BODY("/properties/zoneRedundancy"),
	.help = "Whether the replication is spread over availability zones. Cannot be changed later.",
};

static const struct command commands[] = {
	{
		.path = "replication create",
		.summary = "Replicate a registry to a further region.",
		.options = OPTIONS(&location, &opt_registry, &opt_resource_group, &new_name, &region_endpoint,
				   &zone_redundancy, &opt_tags, &routing),
		.examples = EXAMPLES({"Replicate to Japan", "acr replication create -r myregistry -l japaneast"}),
		.op = &acr_op_replication_create,
		.rules = RULES({.when = "home.location == location",
				.refuse = "Replication could not be created in the same location as the registry "
					  "('{location}')."}),
		.fill = FILL({.bind = PATH("replication"), .value = "location"}),
		.sku = "Premium",
		.model = MODEL_REPLICATION,
		.columns = replication_columns,
	},
	{
		.path = "replication delete",
		.summary = "Delete a replication.",
		.options = OPTIONS(&name, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"Delete the one in Japan", "acr replication delete -r myregistry -n japaneast"}),
		.op = &acr_op_replication_delete,
		.sku = "Premium",
		.flags = CMD_NO_RESULT,
		.columns = replication_columns,
	},
	{
		.path = "replication list",
		.summary = "List the regions of a geo-replicated registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr replication list -r myregistry -o table"}),
		.op = &acr_op_replication_list,
		.sku = "Premium",
		.model = MODEL_REPLICATION,
		.columns = replication_columns,
	},
	{
		.path = "replication show",
		.summary = "Show a replication.",
		.options = OPTIONS(&name, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"The one in Japan", "acr replication show -r myregistry -n japaneast"}),
		.op = &acr_op_replication_show,
		.sku = "Premium",
		.model = MODEL_REPLICATION,
		.columns = replication_columns,
	},
	{
		.path = "replication update",
		.summary = "Change a replication.",
		.options = OPTIONS(&name, &opt_registry, &opt_resource_group, &region_endpoint, &opt_tags, &routing,
				   &opt_set, &opt_add, &opt_remove, &opt_force_string),
		.examples =
			EXAMPLES({"Stop routing requests to it",
				  "acr replication update -r myregistry -n japaneast --global-endpoint-routing false"}),
		.op = &acr_op_replication_update,
		.model = MODEL_REPLICATION,
		.update_model = "tags properties(regionEndpointEnabled)",
		.columns = replication_columns,
		.flags = CMD_UPDATE,
	},
	{0},
};

const struct group replication_group = {
	.path = "replication",
	.summary = "Manage geo-replicated regions of registries.",
	.commands = commands,
};
