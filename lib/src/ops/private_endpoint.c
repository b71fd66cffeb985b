/* Operations on private endpoint connections and private link resources. */
#include <acr/ops.h>

#define ONE "{+registryId}/privateEndpointConnections/{connection}"

const struct acr_op acr_op_private_endpoint_create = {
	.method = "PUT",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_private_endpoint_show = {
	.method = "GET",
	.path = ONE,
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_private_endpoint_delete = {
	.method = "DELETE",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_private_endpoint_list = {
	.method = "GET",
	.path = "{+registryId}/privateEndpointConnections",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_private_link_list = {
	.method = "GET",
	.path = "{+registryId}/privateLinkResources",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
