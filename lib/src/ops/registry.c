/* Operations on registries. */
#include <acr/ops.h>

#define PROVIDER "/subscriptions/{subscriptionId}/providers/Microsoft.ContainerRegistry"
#define GROUP_PROVIDER                                                                                                 \
	"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.ContainerRegistry"

const struct acr_op acr_op_registry_check_name = {
	.method = "POST",
	.path = PROVIDER "/checkNameAvailability",
	.api = ACR_API_REGISTRY,
	.repeatable = true,
};
const struct acr_op acr_op_registry_create = {
	.method = "PUT",
	.path = GROUP_PROVIDER "/registries/{registry}",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_registry_show = {
	.method = "GET",
	.path = "{+registryId}",
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_registry_update = {
	.method = "PATCH",
	.path = "{+registryId}",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
	.repeatable = true,
};
const struct acr_op acr_op_registry_replace = {
	.method = "PUT",
	.path = "{+registryId}",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_registry_delete = {
	.method = "DELETE",
	.path = "{+registryId}",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_registry_list = {
	.method = "GET",
	.path = PROVIDER "/registries",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_registry_list_group = {
	.method = "GET",
	.path = GROUP_PROVIDER "/registries",
	.api = ACR_API_REGISTRY,
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_registry_usages = {
	.method = "GET",
	.path = "{+registryId}/listUsages",
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_registry_credentials = {
	.method = "POST",
	.path = "{+registryId}/listCredentials",
	.api = ACR_API_REGISTRY,
	.repeatable = true,
};
const struct acr_op acr_op_registry_credential_renew = {
	.method = "POST",
	.path = "{+registryId}/regenerateCredential",
	.api = ACR_API_REGISTRY,
};
const struct acr_op acr_op_registry_import = {
	.method = "POST",
	.path = "{+registryId}/importImage",
	.api = ACR_API_REGISTRY,
	.shape = ACR_LRO,
};
const struct acr_op acr_op_diagnostic_settings_create = {
	.method = "PUT",
	.path = "{+registryId}/providers/Microsoft.Insights/diagnosticSettings/{name}",
	.api = "2021-05-01-preview",
};
const struct acr_op acr_op_identity_list = {
	.method = "GET",
	.path = "/subscriptions/{subscriptionId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
	.api = "2024-11-30",
	.shape = ACR_PAGES,
};
const struct acr_op acr_op_identity_show = {
	.method = "GET",
	.path = "{+identityId}",
	.api = "2024-11-30",
};
