/* Operations on tokens and their passwords. */
#include <acr/ops.h>

#define ONE "{+registryId}/tokens/{token}"

const struct acr_op acr_op_token_create = {
	.method = "PUT",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_token_show = {
	.method = "GET",
	.path = ONE,
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_token_update = {
	.method = "PATCH",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_token_delete = {
	.method = "DELETE",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_token_list = {
	.method = "GET",
	.path = "{+registryId}/tokens",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_token_credentials = {
	.method = "POST",
	.path = "{+registryId}/generateCredentials",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
