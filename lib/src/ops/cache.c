/* Operations on cache rules. */
#include <acr/ops.h>

#define ONE "{+registryId}/cacheRules/{cacheRule}"

const struct acr_op acr_op_cache_create = {
	.method = "PUT",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_cache_show = {
	.method = "GET",
	.path = ONE,
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_cache_update = {
	.method = "PATCH",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_cache_delete = {
	.method = "DELETE",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_cache_list = {
	.method = "GET",
	.path = "{+registryId}/cacheRules",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
