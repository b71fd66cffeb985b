/* Operations on repositories and tags of one registry. */
#include <acr/ops.h>

#define READ "repository:{+repository}:metadata_read"
#define WRITE "repository:{+repository}:metadata_write,metadata_read"

const struct acr_op acr_op_catalog = {
	.method = "GET",
	.path = "/v2/_catalog",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "registry:catalog:*",
	.shape = ACR_PAGES,
	.items = "repositories",
};
const struct acr_op acr_op_repository_show = {
	.method = "GET",
	.path = "/acr/v1/{+repository}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = READ,
};
const struct acr_op acr_op_repository_update = {
	.method = "PATCH",
	.path = "/acr/v1/{+repository}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = WRITE,
	.repeatable = true,
};
const struct acr_op acr_op_repository_delete = {
	.method = "DELETE",
	.path = "/acr/v1/{+repository}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:delete,metadata_read",
};
const struct acr_op acr_op_tag_list = {
	.method = "GET",
	.path = "/acr/v1/{+repository}/_tags",
	.plane = ACR_PLANE_REGISTRY,
	.scope = READ,
	.shape = ACR_PAGES,
	.items = "tags",
};
const struct acr_op acr_op_tag_show = {
	.method = "GET",
	.path = "/acr/v1/{+repository}/_tags/{tag}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = READ,
};
const struct acr_op acr_op_tag_update = {
	.method = "PATCH",
	.path = "/acr/v1/{+repository}/_tags/{tag}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = WRITE,
	.repeatable = true,
};
const struct acr_op acr_op_tag_delete = {
	.method = "DELETE",
	.path = "/acr/v1/{+repository}/_tags/{tag}",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:delete",
};
/* The distribution API's own list, for registries without /acr/v1/. */
const struct acr_op acr_op_tag_names = {
	.method = "GET",
	.path = "/v2/{+repository}/tags/list",
	.plane = ACR_PLANE_REGISTRY,
	.scope = "repository:{+repository}:pull",
	.shape = ACR_PAGES,
	.items = "tags",
};
