/* Operations on credential sets. */
#include <acr/ops.h>

#define ONE "{+registryId}/credentialSets/{credentialSet}"

const struct acr_op acr_op_credential_set_create = {
	.method = "PUT",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_credential_set_show = {
	.method = "GET",
	.path = ONE,
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_credential_set_update = {
	.method = "PATCH",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_credential_set_delete = {
	.method = "DELETE",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_credential_set_list = {
	.method = "GET",
	.path = "{+registryId}/credentialSets",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
