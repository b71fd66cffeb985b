/* Operations on artifact streaming of a repository: images converted so that containers start before all is pulled. */
#include <acr/ops.h>

#define PULL "repository:{+repository}:pull"
#define PUSH "repository:{+repository}:pull,push"

const struct acr_op acr_op_streaming_show = {
	.method = "GET",
	.path = "/acr/v1/{+repository}/_streaming",
	.plane = ACR_PLANE_REGISTRY,
	.scope = PULL,
};
const struct acr_op acr_op_streaming_update = {
	.method = "POST",
	.path = "/acr/v1/{+repository}/_streaming",
	.plane = ACR_PLANE_REGISTRY,
	.scope = PUSH,
	.repeatable = true,
};
/* What was made of an image; looked at before another is made, with the token for both. */
const struct acr_op acr_op_streaming_results = {
	.method = "GET",
	.path = "/v2/{+repository}/referrers/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = PUSH,
	.shape = ACR_PAGES,
	.items = "manifests",
};
const struct acr_op acr_op_streaming_state = {
	.method = "GET",
	.path = "/acr/v1/{+repository}/_streaming/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = PULL,
};
const struct acr_op acr_op_streaming_create = {
	.method = "POST",
	.path = "/acr/v1/{+repository}/_streaming/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = PUSH,
};
const struct acr_op acr_op_streaming_operation = {
	.method = "GET",
	.path = "/acr/v1/{+repository}/_operations/{operation}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = PULL,
};
const struct acr_op acr_op_streaming_cancel = {
	.method = "POST",
	.path = "/acr/v1/{+repository}/_operations/{operation}:cancel",
	.plane = ACR_PLANE_REGISTRY,
	.scope = PUSH,
	.repeatable = true,
};
