/* Operations on runs. */
#include <acr/ops.h>

const struct acr_op acr_op_source_upload = {
	.method = "POST",
	.path = "{+registryId}/listBuildSourceUploadUrl",
	.api = ACR_API_TASKS,
	.repeatable = true,
};
const struct acr_op acr_op_run_schedule = {
	.method = "POST",
	.path = "{+registryId}/scheduleRun",
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_run_show = {
	.method = "GET",
	.path = "{+registryId}/runs/{run}",
	.api = ACR_API_TASKS,
};
const struct acr_op acr_op_run_list = {
	.method = "GET",
	.path = "{+registryId}/runs",
	.api = ACR_API_TASKS,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_run_update = {
	.method = "PATCH",
	.path = "{+registryId}/runs/{run}",
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_run_cancel = {
	.method = "POST",
	.path = "{+registryId}/runs/{run}/cancel",
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_run_log = {
	.method = "POST",
	.path = "{+registryId}/runs/{run}/listLogSasUrl",
	.api = ACR_API_TASKS,
	.repeatable = true,
};
