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
/* A manifest itself. Registries answer in the first form that is accepted and that they have. */
#define MANIFEST_TYPES \
	"*/*, application/vnd.cncf.oras.artifact.manifest.v1+json, application/vnd.oci.artifact.manifest.v1+json, " \
	"application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, " \
	"application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
const struct acr_op acr_op_manifest_get = {
	.method = "GET",
	.path = "/v2/{+repository}/manifests/{+reference}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:pull",
	.accept = MANIFEST_TYPES,
};
/* The same two with one scope, so that listing all manifests takes one token. */
const struct acr_op acr_op_manifest_list_all = {
	.method = "GET",
	.path = "/acr/v1/{+repository}/_manifests",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:pull,metadata_read",
	.shape = ACR_PAGES,
	.items = "manifests",
};
const struct acr_op acr_op_manifest_get_all = {
	.method = "GET",
	.path = "/v2/{+repository}/manifests/{+reference}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:pull,metadata_read",
	.accept = MANIFEST_TYPES,
};
const struct acr_op acr_op_manifest_remove = {
	.method = "DELETE",
	.path = "/v2/{+repository}/manifests/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:delete",
};
/* https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers */
const struct acr_op acr_op_referrer_list = {
	.method = "GET",
	.path = "/v2/{+repository}/referrers/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:pull",
	.shape = ACR_PAGES,
	.items = "manifests",
};
/* What was deleted and is still kept. */
const struct acr_op acr_op_deleted_repository_list = {
	.method = "GET",
	.path = "/acr/v1/_deleted/_catalog",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "registry:deleted_catalog:*",
	.shape = ACR_PAGES,
	.items = "repositories",
};
const struct acr_op acr_op_deleted_manifest_list = {
	.method = "GET",
	.path = "/acr/v1/_deleted/{+repository}/_manifests",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:deleted_read",
	.shape = ACR_PAGES,
	.items = "manifests",
};
const struct acr_op acr_op_deleted_tag_list = {
	.method = "GET",
	.path = "/acr/v1/_deleted/{+repository}/_tags",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:deleted_read",
	.shape = ACR_PAGES,
	.items = "tags",
};
/* For restoring: the list with the rights that what follows needs, too. */
const struct acr_op acr_op_deleted_tag_choose = {
	.method = "GET",
	.path = "/acr/v1/_deleted/{+repository}/_tags",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:deleted_read,deleted_restore",
	.shape = ACR_PAGES,
	.items = "tags",
};
const struct acr_op acr_op_manifest_restore = {
	.method = "POST",
	.path = "/acr/v1/_deleted/{+repository}/_manifests/{+digest}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:deleted_read,deleted_restore",
};
