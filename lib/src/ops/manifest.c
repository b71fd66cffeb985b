/* Operations on the manifests of one registry. */
#include <acr/ops.h>

#define READ "repository:{+repository}:metadata_read"

const struct acr_op acr_op_manifest_list = {
	.method = "GET",
	.path = "/acr/v1/{+repository}/_manifests",
	.plane = ACR_PLANE_REGISTRY,
	.scope = READ,
	.shape = ACR_PAGES,
	.items = "manifests",
};
const struct acr_op acr_op_manifest_show_metadata = {
	.method = "GET",
	.path = "/acr/v1/{+repository}/_manifests/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = READ,
};
const struct acr_op acr_op_manifest_update_metadata = {
	.method = "PATCH",
	.path = "/acr/v1/{+repository}/_manifests/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:metadata_write,metadata_read",
	.repeatable = true,
};
const struct acr_op acr_op_manifest_delete = {
	.method = "DELETE",
	.path = "/v2/{+repository}/manifests/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:delete,metadata_read",
};
