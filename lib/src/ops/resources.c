/* Operations on what stands around registries: resource groups, subscriptions, locations. */
#include <acr/ops.h>

#define SUBSCRIPTION "/subscriptions/{subscriptionId}"

const struct acr_op acr_op_resource_list = {
	.method = "GET",
	.path = SUBSCRIPTION "/resources",
	.api = ACR_API_RESOURCES,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_resource_list_group = {
	.method = "GET",
	.path = SUBSCRIPTION "/resourceGroups/{resourceGroup}/resources",
	.api = ACR_API_RESOURCES,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_group_create = {
	.method = "PUT",
	.path = SUBSCRIPTION "/resourcegroups/{resourceGroup}",
	.api = ACR_API_RESOURCES,
};
const struct acr_op acr_op_group_show = {
	.method = "GET",
	.path = SUBSCRIPTION "/resourcegroups/{resourceGroup}",
	.api = ACR_API_RESOURCES,
};
const struct acr_op acr_op_group_list = {
	.method = "GET",
	.path = SUBSCRIPTION "/resourcegroups",
	.api = ACR_API_RESOURCES,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_group_update = {
	.method = "PATCH",
	.path = SUBSCRIPTION "/resourcegroups/{resourceGroup}",
	.api = ACR_API_RESOURCES,
	.repeatable = true,
};
const struct acr_op acr_op_group_delete = {
	.method = "DELETE",
	.path = SUBSCRIPTION "/resourcegroups/{resourceGroup}",
	.api = ACR_API_RESOURCES,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_subscription_list = {
	.method = "GET",
	.path = "/subscriptions",
	.api = ACR_API_SUBSCRIPTIONS,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_location_list = {
	.method = "GET",
	.path = SUBSCRIPTION "/locations",
	.api = ACR_API_SUBSCRIPTIONS,
	.shape = ACR_PAGES,
};
