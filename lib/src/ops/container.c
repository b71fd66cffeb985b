/* Operations on container instances. */
#include <acr/ops.h>

#define SUBSCRIPTION "/subscriptions/{subscriptionId}"
#define TYPE "/providers/Microsoft.ContainerInstance/containerGroups"
#define GROUPS SUBSCRIPTION "/resourceGroups/{resourceGroup}" TYPE

const struct acr_op acr_op_container_create = {
	.method = "PUT",
	.path = GROUPS "/{container}",
	.api = ACR_API_CONTAINERS,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_container_show = {
	.method = "GET",
	.path = GROUPS "/{container}",
	.api = ACR_API_CONTAINERS,
};
const struct acr_op acr_op_container_delete = {
	.method = "DELETE",
	.path = GROUPS "/{container}",
	.api = ACR_API_CONTAINERS,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_container_list = {
	.method = "GET",
	.path = SUBSCRIPTION TYPE,
	.api = ACR_API_CONTAINERS,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_container_list_group = {
	.method = "GET",
	.path = GROUPS,
	.api = ACR_API_CONTAINERS,
	.shape = ACR_PAGES,
};
