/* Operations on webhooks. */
#include <acr/ops.h>

#define ONE "{+registryId}/webhooks/{webhook}"

const struct acr_op acr_op_webhook_create = {
	.method = "PUT",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_webhook_show = {
	.method = "GET",
	.path = ONE,
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_webhook_update = {
	.method = "PATCH",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_webhook_delete = {
	.method = "DELETE",
	.path = ONE,
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_webhook_list = {
	.method = "GET",
	.path = "{+registryId}/webhooks",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_webhook_config = {
	.method = "POST",
	.path = ONE "/getCallbackConfig",
	.api = ACR_API_REGISTRY,
	.repeatable = true,
};
const struct acr_op acr_op_webhook_events = {
	.method = "POST",
	.path = ONE "/listEvents",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
	.repeatable = true,
};
const struct acr_op acr_op_webhook_ping = {
	.method = "POST",
	.path = ONE "/ping",
	.api = ACR_API_REGISTRY,
};
