/* What makes clients use the emulator: STATE/env to be read by a shell, and STATE/azure, a signed-in configuration
 * folder of the Azure CLI. */
#include "emulator.h"

#include <string.h>
#include <unistd.h>

#define CLOUD_NAME "AcrEmulator"

static int write_text(const char *folder, const char *name, const char *text, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, name);
	return acr_file_replace(path, text, strlen(text), 0600, error);
}

static int write_json(const char *folder, const char *name, struct acr_json *value, struct acr_error *error)
{
	ACR_AUTO_FREE char *text = acr_json_text(value);
	acr_json_free(value);
	return write_text(folder, name, text, error);
}

/* ---- the Azure CLI's configuration folder --------------------------------------------------------------------- */

static int write_clouds(const char *folder, struct acr_error *error)
{
	const char *base = emulator.base_url;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	acr_buf_puts(&text, "[" CLOUD_NAME "]\nprofile = latest\n");
	acr_buf_printf(&text, "endpoint_active_directory = %s/adfs\n", base);
	acr_buf_puts(&text, "endpoint_active_directory_resource_id = " MANAGEMENT_AUDIENCE "\n");
	acr_buf_printf(&text, "endpoint_active_directory_graph_resource_id = %s/\n", base);
	acr_buf_printf(&text, "endpoint_microsoft_graph_resource_id = %s/\n", base);
	acr_buf_printf(&text, "endpoint_resource_manager = %s\n", base);
	acr_buf_printf(&text, "endpoint_management = %s\n", base);
	acr_buf_puts(&text, "suffix_storage_endpoint = localhost\nsuffix_keyvault_dns = .vault.azure.net\n");
	/* The Azure CLI insists on the setting; empty, it asks management where a registry is. */
	acr_buf_puts(&text, "suffix_acr_login_server_endpoint =\n");
	acr_buf_printf(&text, "subscription = %s\n", emulator.subscription_id);
	return write_text(folder, "clouds.config", acr_buf_str(&text), error);
}

static int write_config(const char *folder, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, "config");
	ACR_AUTO(acr_buf) present = ACR_BUF_INIT_MAX(1 << 20);
	/* What the user configured since the first start stays. */
	if (acr_file_read(path, &present, NULL) == 0 && strstr(acr_buf_str(&present), CLOUD_NAME))
		return 0;
	return write_text(folder, "config",
			  "[cloud]\nname = " CLOUD_NAME "\n\n"
			  "[core]\ncollect_telemetry = no\nsurvey_message = no\n\n"
			  "[auto-upgrade]\nenable = no\n",
			  error);
}

static int write_azure_folder(const char *folder, struct acr_error *error)
{
	int result = acr_folder_make(folder, error);
	if (result == 0)
		result = write_clouds(folder, error);
	if (result == 0)
		result = write_config(folder, error);
	if (result == 0)
		result = write_json(
			folder, "azureProfile.json",
			json_build("{'installationId':%s,'subscriptions':[{'id':%s,'name':%s,'state':'Enabled',"
				   "'user':{'name':%s,'type':'servicePrincipal'},'isDefault':true,"
				   "'tenantId':%s,'environmentName':%s,'homeTenantId':%s,"
				   "'managedByTenants':[]}]}",
				   emulator.client_id, emulator.subscription_id, SUBSCRIPTION_NAME, emulator.client_id,
				   emulator.tenant_id, CLOUD_NAME, emulator.tenant_id),
			error);
	if (result == 0)
		result = write_json(folder, "service_principal_entries.json",
				    json_build("[{'client_id':%s,'tenant':%s,'client_secret':%s}]", emulator.client_id,
					       emulator.tenant_id, emulator.client_secret),
				    error);
	return result;
}

/* ---- STATE/env ------------------------------------------------------------------------------------------------ */

static void add_variable(struct acr_buf *out, const char *name, const char *value)
{
	acr_buf_printf(out, "export %s=", name);
	if (!value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-:~")]) {
		acr_buf_printf(out, "%s\n", value);
		return;
	}
	acr_buf_putc(out, '\'');
	for (; *value; value++)
		if (*value == '\'')
			acr_buf_puts(out, "'\\''");
		else
			acr_buf_putc(out, *value);
	acr_buf_puts(out, "'\n");
}

int environment_write(struct acr_error *error)
{
	ACR_AUTO_FREE char *azure = acr_path_join(emulator.state, "azure");
	ACR_AUTO_FREE char *docker = acr_path_join(emulator.state, "docker");
	ACR_AUTO_FREE char *cache = acr_path_join(emulator.state, "cache");
	ACR_AUTO_FREE char *logins = acr_path_join(docker, "config.json");
	int result = write_azure_folder(azure, error);
	if (result == 0)
		result = acr_folder_make(docker, error);
	/* podman and skopeo want the file that they are told of to be there. */
	if (result == 0 && access(logins, F_OK) != 0)
		result = write_text(docker, "config.json", "{}\n", error);
	if (result < 0)
		return result;
	const struct {
		const char *name, *value;
	} variables[] = {
		{"AZURE_CONFIG_DIR", azure},
		{"AZURE_SUBSCRIPTION_ID", emulator.subscription_id},
		{"AZURE_TENANT_ID", emulator.tenant_id},
		{"AZURE_CLIENT_ID", emulator.client_id},
		{"AZURE_CLIENT_SECRET", emulator.client_secret},
		{"DOCKER_CONFIG", docker},
		{"REGISTRY_AUTH_FILE", logins},
		/* Where another emulator served on the same port, its tokens must not be found. */
		{"ACR_CACHE_DIR", cache},
		/* acr; Python; curl; Go (docker, podman, skopeo, oras) and OpenSSL */
		{"ACR_CA_BUNDLE", emulator.bundle_file},
		{"REQUESTS_CA_BUNDLE", emulator.bundle_file},
		{"CURL_CA_BUNDLE", emulator.bundle_file},
		{"SSL_CERT_FILE", emulator.bundle_file},
	};
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	for (size_t i = 0; i < ACR_COUNT(variables); i++)
		add_variable(&text, variables[i].name, variables[i].value);
	/* Behind a proxy, loopback names must not go there. */
	acr_buf_puts(&text, "export NO_PROXY=localhost,.localhost,127.0.0.1,::1\"${NO_PROXY:+,$NO_PROXY}\"\n"
			    "export no_proxy=\"$NO_PROXY\"\n");
	return write_text(emulator.state, "env", acr_buf_str(&text), error);
}
