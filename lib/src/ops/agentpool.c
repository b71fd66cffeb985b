/* Operations on agent pools. */
#include <acr/ops.h>

#define ONE "{+registryId}/agentPools/{agentPool}"

const struct acr_op acr_op_agentpool_create = {
	.method = "PUT",
	.path = ONE,
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_agentpool_show = {
	.method = "GET",
	.path = ONE,
	.api = ACR_API_TASKS,
};
const struct acr_op acr_op_agentpool_update = {
	.method = "PATCH",
	.path = ONE,
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_agentpool_delete = {
	.method = "DELETE",
	.path = ONE,
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_agentpool_list = {
	.method = "GET",
	.path = "{+registryId}/agentPools",
	.api = ACR_API_TASKS,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_agentpool_queue = {
	.method = "POST",
	.path = ONE "/listQueueStatus",
	.api = ACR_API_TASKS,
	.repeatable = true,
};
