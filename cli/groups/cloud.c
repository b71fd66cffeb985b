/* Clouds. */
#include "groups.h"
#include "options.h"
#include "run/run.h"

static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_string,
	.help = "Name of the cloud; by default the active one.",
};
static const struct option required_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_string,
	.flags = OPT_REQUIRED,
	.help = "Name of the cloud.",
};
static const struct option profile = {
	.name = "profile",
	.type = &type_choice,
	.choices =
		CHOICES("2017-03-09-profile", "2018-03-01-hybrid", "2019-03-01-hybrid", "2020-09-01-hybrid", "latest"),
	.help = "Profile of API versions, for the Azure CLI: acr does not need it.",
};
static const struct option configuration = {
	.name = "cloud-config",
	.type = &type_json_object,
	.help = "The description as JSON, in the form that 'acr cloud show' prints; @FILE reads it from a file.",
};
#define ADDRESS(variable, long_name, word_type, text)                                                                  \
	static const struct option variable = {.name = long_name, .type = &(word_type), .help = text}
ADDRESS(endpoint_active_directory, "endpoint-active-directory", type_url,
	"The sign-in service, such as https://login.microsoftonline.com.");
ADDRESS(endpoint_active_directory_data_lake_resource_id, "endpoint-active-directory-data-lake-resource-id", type_url,
	"What tokens for Data Lake are for.");
ADDRESS(endpoint_active_directory_graph_resource_id, "endpoint-active-directory-graph-resource-id", type_url,
	"What tokens for the former directory graph are for.");
ADDRESS(endpoint_active_directory_resource_id, "endpoint-active-directory-resource-id", type_url,
	"What tokens for management are for, such as https://management.core.windows.net/.");
ADDRESS(endpoint_gallery, "endpoint-gallery", type_url, "The gallery of templates.");
ADDRESS(endpoint_management, "endpoint-management", type_url, "The former management service.");
ADDRESS(endpoint_resource_manager, "endpoint-resource-manager", type_url,
	"The resource manager, such as https://management.azure.com.");
ADDRESS(endpoint_sql_management, "endpoint-sql-management", type_url, "The management of SQL servers.");
ADDRESS(endpoint_vm_image_alias_doc, "endpoint-vm-image-alias-doc", type_url,
	"The list of short names of virtual machine images.");
ADDRESS(suffix_acr_login_server_endpoint, "suffix-acr-login-server-endpoint", type_string,
	"What the login servers of registries end with, such as .azurecr.io.");
ADDRESS(suffix_azure_datalake_analytics_catalog_and_job_endpoint,
	"suffix-azure-datalake-analytics-catalog-and-job-endpoint", type_string,
	"What the names of Data Lake job services end with.");
ADDRESS(suffix_azure_datalake_store_file_system_endpoint, "suffix-azure-datalake-store-file-system-endpoint",
	type_string, "What the names of Data Lake file systems end with.");
ADDRESS(suffix_keyvault_dns, "suffix-keyvault-dns", type_string,
	"What the names of key vaults end with, such as .vault.azure.net.");
ADDRESS(suffix_sql_server_hostname, "suffix-sql-server-hostname", type_string,
	"What the names of SQL servers end with.");
ADDRESS(suffix_storage_endpoint, "suffix-storage-endpoint", type_string,
	"What the names of storage accounts end with, such as core.windows.net.");
#undef ADDRESS
#define DESCRIPTION                                                                                                    \
	&profile, &configuration, &endpoint_active_directory, &endpoint_active_directory_data_lake_resource_id,        \
		&endpoint_active_directory_graph_resource_id, &endpoint_active_directory_resource_id,                  \
		&endpoint_gallery, &endpoint_management, &endpoint_resource_manager, &endpoint_sql_management,         \
		&endpoint_vm_image_alias_doc, &suffix_acr_login_server_endpoint,                                       \
		&suffix_azure_datalake_analytics_catalog_and_job_endpoint,                                             \
		&suffix_azure_datalake_store_file_system_endpoint, &suffix_keyvault_dns, &suffix_sql_server_hostname,  \
		&suffix_storage_endpoint

static const struct command commands[] = {
	{
		.path = "cloud list",
		.summary = "List the clouds that are known.",
		.options = OPTIONS(NULL),
		.examples = EXAMPLES({"As a table", "acr cloud list -o table"}),
		.run = cloud_list,
		.columns = COLUMNS({.header = "IsActive", .path = "isActive"}, {.header = "Name", .path = "name"},
				   {.header = "Profile", .path = "profile"}),
	},
	{
		.path = "cloud register",
		.summary = "Register a cloud: Azure Stack, a sovereign or a private one.",
		.details = "What is left out is asked from the cloud's resource manager.",
		.options = OPTIONS(&required_name, DESCRIPTION),
		.examples =
			EXAMPLES({"By its resource manager", "acr cloud register -n Local --endpoint-resource-manager "
							     "https://management.local.azurestack.external"},
				 {"From JSON; @FILE would read it from a file",
				  "acr cloud register -n Local --cloud-config "
				  "'{\"endpointResourceManager\":\"https://management.local\"}'"}),
		.run = cloud_register,
	},
	{
		.path = "cloud set",
		.summary = "Choose the cloud that is used from now on.",
		.options = OPTIONS(&required_name, &profile),
		.examples = EXAMPLES({"Azure operated by 21Vianet", "acr cloud set -n AzureChinaCloud"}),
		.run = cloud_set,
	},
	{
		.path = "cloud show",
		.summary = "Show a cloud's endpoints and suffixes.",
		.options = OPTIONS(&name),
		.examples = EXAMPLES({"Which cloud is in use", "acr cloud show --query name -o tsv"}),
		.run = cloud_show,
	},
	{
		.path = "cloud unregister",
		.summary = "Forget a cloud that was registered.",
		.options = OPTIONS(&required_name),
		.examples = EXAMPLES({"By name", "acr cloud unregister -n Local"}),
		.run = cloud_unregister,
	},
	{
		.path = "cloud update",
		.summary = "Change the description of a cloud.",
		.options = OPTIONS(&name, DESCRIPTION),
		.examples = EXAMPLES({"Its registries' suffix",
				      "acr cloud update -n Local --suffix-acr-login-server-endpoint .azurecr.local"}),
		.run = cloud_update,
	},
	{0},
};

const struct group cloud_group = {
	.path = "cloud",
	.summary = "Manage the clouds that can be used.",
	.outside = true,
	.commands = commands,
};
