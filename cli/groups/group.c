/* Commands about resource groups. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "output.h"
#include "run/run.h"

#define MODEL_GROUP "id name type properties{provisioningState} location managedBy tags"

static const struct column group_columns[] = {
	{.header = "Name", .path = "name"},
	{.header = "Location", .path = "location"},
	{.header = "Status", .path = "properties.provisioningState"},
	{0},
};

static const struct option name = {
	.name = "name",
	.alias = "resource-group",
	.letter = 'n',
	.other_letter = 'g',
	.key = "name",
	.type = &type_group,
	.flags = OPT_REQUIRED,
	.bind = PATH("resourceGroup"),
	.config_default = "group",
	.complete = "group",
	.help = "Name of the resource group.",
};
static const struct option location = {
	.name = "location",
	.letter = 'l',
	.type = &type_location,
	.flags = OPT_REQUIRED,
	.bind = BODY("/location"),
	.config_default = "location",
	.complete = "location",
	.help = "The Azure region, such as westeurope.",
};
static const struct option managed_by = {
	.name = "managed-by",
	.type = &type_string,
	.bind = BODY("/managedBy"),
	.help = "The id of the resource that manages this resource group.",
};
static const struct option tag = {
	.name = "tag",
	.type = &type_tag_filter,
	.help = "Only groups with this tag, as key[=value].",
};

static const struct command commands[] = {
	{
		.path = "group create",
		.summary = "Create a resource group.",
		.options = OPTIONS(&location, &name, &opt_tags, &managed_by),
		.examples = EXAMPLES({"In western Europe", "acr group create -n mygroup -l westeurope"}),
		.op = &acr_op_group_create,
		.model = MODEL_GROUP,
	},
	{
		.path = "group delete",
		.summary = "Delete a resource group and everything in it.",
		.options = OPTIONS(&name, &opt_yes, &opt_no_wait),
		.examples = EXAMPLES({"Delete without a question", "acr group delete -n mygroup --yes"}),
		.op = &acr_op_group_delete,
		.confirm = "Are you sure you want to perform this operation?",
		.flags = CMD_NO_RESULT,
	},
	{
		.path = "group exists",
		.summary = "Say whether a resource group is there.",
		.details = "Prints true or false; the exit status is 0 for both.",
		.options = OPTIONS(&name),
		.examples = EXAMPLES({"Create it when it is not there",
				      "acr group exists -n mygroup | grep true || acr group create -n mygroup -l "
				      "westeurope"}),
		.op = &acr_op_group_show,
		.run = group_exists,
	},
	{
		.path = "group list",
		.summary = "List the resource groups of the subscription.",
		.options = OPTIONS(&tag),
		.examples = EXAMPLES({"Their names", "acr group list --query '[].name' -o tsv"}),
		.op = &acr_op_group_list,
		.prepare = group_list_prepare,
		.model = MODEL_GROUP,
		.columns = group_columns,
	},
	{
		.path = "group show",
		.summary = "Show a resource group.",
		.options = OPTIONS(&name),
		.examples = EXAMPLES({"Its region", "acr group show -n mygroup --query location -o tsv"}),
		.op = &acr_op_group_show,
		.model = MODEL_GROUP,
	},
	{
		.path = "group update",
		.summary = "Change the tags of a resource group.",
		.options = OPTIONS(&name, &opt_tags, &opt_set, &opt_force_string),
		.examples = EXAMPLES({"Other tags", "acr group update -n mygroup --tags stage=test"},
				     {"One more tag", "acr group update -n mygroup --set tags.owner=me"}),
		.op = &acr_op_group_update,
		.base = "tags",
		.base_op = &acr_op_group_show,
		.model = MODEL_GROUP,
		.update_model = "tags",
		.flags = CMD_UPDATE,
	},
	{0},
};

const struct group group_group = {
	.path = "group",
	.summary = "Manage resource groups.",
	.outside = true,
	.commands = commands,
};
