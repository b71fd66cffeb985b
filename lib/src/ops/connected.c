/* Operations on connected registries. */
#include <acr/ops.h>

#define ONE "{+registryId}/connectedRegistries/{connectedRegistry}"

const struct acr_op acr_op_connected_create = {
	.method = "PUT",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_connected_show = {
	.method = "GET",
	.path = ONE,
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_connected_list = {
	.method = "GET",
	.path = "{+registryId}/connectedRegistries",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_connected_update = {
	.method = "PATCH",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_connected_delete = {
	.method = "DELETE",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_connected_deactivate = {
	.method = "POST",
	.path = ONE "/deactivate",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_connected_resync = {
	.method = "POST",
	.path = ONE "/resync",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
