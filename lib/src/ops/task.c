/* Operations on tasks and task runs. */
#include <acr/ops.h>

const struct acr_op acr_op_task_create = {
	.method = "PUT",
	.path = "{+registryId}/tasks/{task}",
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_task_show = {
	.method = "GET",
	.path = "{+registryId}/tasks/{task}",
	.api = ACR_API_TASKS,
};
/* With the secrets that show leaves out. */
const struct acr_op acr_op_task_details = {
	.method = "POST",
	.path = "{+registryId}/tasks/{task}/listDetails",
	.api = ACR_API_TASKS,
	.repeatable = true,
};
const struct acr_op acr_op_task_list = {
	.method = "GET",
	.path = "{+registryId}/tasks",
	.api = ACR_API_TASKS,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_task_update = {
	.method = "PATCH",
	.path = "{+registryId}/tasks/{task}",
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_task_delete = {
	.method = "DELETE",
	.path = "{+registryId}/tasks/{task}",
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_taskrun_show = {
	.method = "GET",
	.path = "{+registryId}/taskRuns/{taskRun}",
	.api = ACR_API_TASKS,
};
const struct acr_op acr_op_taskrun_list = {
	.method = "GET",
	.path = "{+registryId}/taskRuns",
	.api = ACR_API_TASKS,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_taskrun_delete = {
	.method = "DELETE",
	.path = "{+registryId}/taskRuns/{taskRun}",
	.api = ACR_API_TASKS,
	.shape = ACR_LRO,
};
