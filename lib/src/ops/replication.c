/* Operations on replications. */
#include <acr/ops.h>

const struct acr_op acr_op_replication_create = {
	.method = "PUT",
	.path = "{+registryId}/replications/{replication}",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_replication_show = {
	.method = "GET",
	.path = "{+registryId}/replications/{replication}",
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_replication_update = {
	.method = "PATCH",
	.path = "{+registryId}/replications/{replication}",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_replication_delete = {
	.method = "DELETE",
	.path = "{+registryId}/replications/{replication}",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_replication_list = {
	.method = "GET",
	.path = "{+registryId}/replications",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
