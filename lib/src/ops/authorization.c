/* Operations on roles. `scope` is the id of what they are given on. */
#include <acr/ops.h>

#define PROVIDER "{+scope}/providers/Microsoft.Authorization"

const struct acr_op acr_op_role_definition_list = {
	.method = "GET",
	.path = PROVIDER "/roleDefinitions",
	.api = ACR_API_AUTHORIZATION,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_role_assignment_list = {
	.method = "GET",
	.path = PROVIDER "/roleAssignments",
	.api = ACR_API_AUTHORIZATION,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_role_assignment_create = {
	.method = "PUT",
	.path = PROVIDER "/roleAssignments/{assignment}",
	.api = ACR_API_AUTHORIZATION,
};
/* Here `scope` is the id of the assignment itself. */
const struct acr_op acr_op_role_assignment_delete = {
	.method = "DELETE",
	.path = "{+scope}",
	.api = ACR_API_AUTHORIZATION,
};
