/* The active cloud: built in, or described in clouds.config. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <acr/mem.h>

#include "settings_files.h"

const char *settings_cloud_name(struct settings *settings)
{
	const char *name = settings_get(settings, "cloud", "name");
	const char *const *known;

	if (!name || !*name)
		name = "AzureCloud";
	for (known = acr_cloud_names; *known; known++)
		if (!strcasecmp(*known, name))
			return *known;
	return name;
}

/* Keys of a section of clouds.config and the member each sets. */
static const struct {
	const char *key;
	size_t member;
} keys[] = {
	{"endpoint_resource_manager", offsetof(struct acr_cloud, resource_manager)},
	{"endpoint_active_directory", offsetof(struct acr_cloud, authority)},
	{"endpoint_active_directory_resource_id", offsetof(struct acr_cloud, audience)},
	{"endpoint_microsoft_graph_resource_id", offsetof(struct acr_cloud, graph)},
	{"suffix_acr_login_server_endpoint", offsetof(struct acr_cloud, registry_suffix)},
	{"suffix_storage_endpoint", offsetof(struct acr_cloud, storage_suffix)},
	{"suffix_keyvault_dns", offsetof(struct acr_cloud, vault_suffix)},
};

static void cut_slash(char *url)
{
	size_t length = url ? strlen(url) : 0;

	while (length && url[length - 1] == '/')
		url[--length] = '\0';
}

int settings_cloud(struct settings *settings, struct acr_cloud *ret, struct acr_error *error)
{
	const char *name = settings_cloud_name(settings);
	const struct acr_json *section = acr_json_get(settings_clouds(settings), name);
	ACR_AUTO(acr_cloud) cloud = {0};
	size_t i;
	int rc;

	if ((rc = settings_check(settings, error)) < 0)
		return rc;
	if (!acr_cloud_builtin(name, &cloud)) {
		if (!section)
			return acr_fail(
				error, ACR_ERROR_GENERAL,
				"The cloud '%s' is not known. Set AZURE_CLOUD_NAME to AzureCloud, AzureChinaCloud or "
				"AzureUSGovernment, or describe it in %s/clouds.config.",
				name, settings_folder(settings));
		cloud.name = acr_strdup(name);
	}
	for (i = 0; i < ACR_COUNT(keys); i++) {
		const char *value = acr_json_string(acr_json_get(section, keys[i].key));
		char **member = (char **)(void *)((char *)&cloud + keys[i].member);

		if (!value || !*value)
			continue;
		free(*member);
		*member = acr_strdup(value);
	}
	cut_slash(cloud.resource_manager);
	cut_slash(cloud.authority);
	cut_slash(cloud.graph);
	if (!cloud.resource_manager || !cloud.authority)
		return acr_fail(error, ACR_ERROR_FORMAT,
				"The cloud '%s' in %s/clouds.config lacks endpoint_resource_manager or "
				"endpoint_active_directory.",
				name, settings_folder(settings));
	if (!cloud.audience)
		cloud.audience = acr_format("%s/", cloud.resource_manager);
	*ret = cloud;
	cloud = (struct acr_cloud){0};
	return 0;
}
