/* Commands about resources of any type. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_word,
	.help = "Only resources of this name.",
};
static const struct option type = {
	.name = "resource-type",
	.type = &type_resource_type,
	.help = "Only resources of this type, such as Microsoft.ContainerRegistry/registries.",
};
static const struct option provider = {
	.name = "namespace",
	.type = &type_namespace,
	.help = "The provider of the type, when --resource-type names none.",
};
static const struct option tag = {
	.name = "tag",
	.type = &type_tag_filter,
	.help = "Only resources with this tag, as key[=value].",
};
static const struct option location = {
	.name = "location",
	.letter = 'l',
	.type = &type_location,
	.config_default = "location",
	.complete = "location",
	.help = "Only resources in this region.",
};

static const struct command commands[] = {
	{
		.path = "resource list",
		.summary = "List the resources of the subscription, or of one resource group.",
		.options = OPTIONS(&opt_resource_group, &name, &type, &provider, &tag, &location),
		.examples = EXAMPLES({"Of a group, as a table", "acr resource list -g mygroup -o table"},
				     {"All registries", "acr resource list --resource-type "
							"Microsoft.ContainerRegistry/registries --query '[].name' -o tsv"}),
		.run = resource_list,
		.model = "changedTime:time createdTime:time extendedLocation id identity kind location managedBy name plan "
			 "properties provisioningState sku{capacity family model name size tier} systemData tags type",
		.columns = COLUMNS({.header = "Name", .path = "name"}, {.header = "ResourceGroup", .path = "resourceGroup"},
				   {.header = "Location", .path = "location"}, {.header = "Type", .path = "type"},
				   {.header = "Status", .path = "properties.provisioningStatus"}),
	},
	{0},
};

const struct group resource_group = {
	.path = "resource",
	.summary = "Look at resources of any type.",
	.outside = true,
	.commands = commands,
};
