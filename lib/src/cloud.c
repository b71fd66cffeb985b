/* The clouds that every client knows. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <acr/cloud.h>

/* The fields of struct acr_cloud in their order, as constants. */
struct builtin {
	const char *name, *resource_manager, *authority, *audience, *graph, *registry_suffix, *storage_suffix, *vault_suffix;
};

static const struct builtin clouds[] = {
	{
		.name = "AzureCloud",
		.resource_manager = "https://management.azure.com",
		.authority = "https://login.microsoftonline.com",
		.audience = "https://management.core.windows.net/",
		.graph = "https://graph.microsoft.com",
		.registry_suffix = ".azurecr.io",
		.storage_suffix = "core.windows.net",
		.vault_suffix = ".vault.azure.net",
	},
	{
		.name = "AzureChinaCloud",
		.resource_manager = "https://management.chinacloudapi.cn",
		.authority = "https://login.chinacloudapi.cn",
		.audience = "https://management.core.chinacloudapi.cn/",
		.graph = "https://microsoftgraph.chinacloudapi.cn",
		.registry_suffix = ".azurecr.cn",
		.storage_suffix = "core.chinacloudapi.cn",
		.vault_suffix = ".vault.azure.cn",
	},
	{
		.name = "AzureUSGovernment",
		.resource_manager = "https://management.usgovcloudapi.net",
		.authority = "https://login.microsoftonline.us",
		.audience = "https://management.core.usgovcloudapi.net/",
		.graph = "https://graph.microsoft.us",
		.registry_suffix = ".azurecr.us",
		.storage_suffix = "core.usgovcloudapi.net",
		.vault_suffix = ".vault.usgovcloudapi.net",
	},
	{
		.name = "AzureGermanCloud",
		.resource_manager = "https://management.microsoftazure.de",
		.authority = "https://login.microsoftonline.de",
		.audience = "https://management.core.cloudapi.de/",
		.graph = "https://graph.microsoft.de",
		.storage_suffix = "core.cloudapi.de",
		.vault_suffix = ".vault.microsoftazure.de",
	},
};

const char *const acr_cloud_names[] = {
	"AzureCloud", "AzureChinaCloud", "AzureUSGovernment", "AzureGermanCloud", NULL,
};

bool acr_cloud_builtin(const char *name, struct acr_cloud *ret)
{
	for (size_t i = 0; i < ACR_COUNT(clouds); i++) {
		const struct builtin *cloud = &clouds[i];

		if (strcasecmp(cloud->name, name) != 0)
			continue;
		*ret = (struct acr_cloud){
			.name = acr_strdup(cloud->name),
			.resource_manager = acr_strdup(cloud->resource_manager),
			.authority = acr_strdup(cloud->authority),
			.audience = acr_strdup(cloud->audience),
			.graph = acr_strdup(cloud->graph),
			.registry_suffix = acr_strdup(cloud->registry_suffix),
			.storage_suffix = acr_strdup(cloud->storage_suffix),
			.vault_suffix = acr_strdup(cloud->vault_suffix),
		};
		return true;
	}
	return false;
}

bool acr_cloud_is_adfs(const struct acr_cloud *cloud)
{
	static const char ending[] = "/adfs";
	size_t length = cloud->authority ? strlen(cloud->authority) : 0;

	return length >= strlen(ending) && strcasecmp(cloud->authority + length - strlen(ending), ending) == 0;
}

void acr_cloud_clear(struct acr_cloud *cloud)
{
	free(cloud->name);
	free(cloud->resource_manager);
	free(cloud->authority);
	free(cloud->audience);
	free(cloud->graph);
	free(cloud->registry_suffix);
	free(cloud->storage_suffix);
	free(cloud->vault_suffix);
	*cloud = (struct acr_cloud){0};
}
