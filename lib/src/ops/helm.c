/* Operations on Helm charts as registries kept them before charts were artifacts. */
#include <acr/ops.h>

#define PATH "/helm/v1/repo"
#define SCOPE "artifact-repository:repo:"

const struct acr_op acr_op_helm_list = {
	.method = "GET",
	.path = PATH "/_charts",
	.plane = ACR_PLANE_REGISTRY,
	.scope = SCOPE "pull",
};
const struct acr_op acr_op_helm_show = {
	.method = "GET",
	.path = PATH "/_charts/{+chart}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = SCOPE "pull",
};
const struct acr_op acr_op_helm_show_version = {
	.method = "GET",
	.path = PATH "/_charts/{+chart}/{+version}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = SCOPE "pull",
};
const struct acr_op acr_op_helm_delete = {
	.method = "DELETE",
	.path = PATH "/_charts/{+chart}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = SCOPE "delete",
};
const struct acr_op acr_op_helm_delete_package = {
	.method = "DELETE",
	.path = PATH "/_blobs/{+chart}-{+version}.tgz",
	.plane = ACR_PLANE_REGISTRY,
	.scope = SCOPE "delete",
};
const struct acr_op acr_op_helm_delete_provenance = {
	.method = "DELETE",
	.path = PATH "/_blobs/{+chart}-{+version}.tgz.prov",
	.plane = ACR_PLANE_REGISTRY,
	.scope = SCOPE "delete",
};
