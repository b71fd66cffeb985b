/* Operations on scope maps. */
#include <acr/ops.h>

#define ONE "{+registryId}/scopeMaps/{scopeMap}"

const struct acr_op acr_op_scope_map_create = {
	.method = "PUT",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_scope_map_show = {
	.method = "GET",
	.path = ONE,
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_scope_map_update = {
	.method = "PATCH",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_scope_map_delete = {
	.method = "DELETE",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_scope_map_list = {
	.method = "GET",
	.path = "{+registryId}/scopeMaps",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
