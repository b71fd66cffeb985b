/* Operations on networks around registries. */
#include <acr/ops.h>

const struct acr_op acr_op_network_show = {
	.method = "GET",
	.path = "{+id}",
	.api = ACR_API_NETWORK,
};
