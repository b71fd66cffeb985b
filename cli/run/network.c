/* show-endpoints: the hosts of a registry. */
#include <string.h>

#include "run/run.h"
#include "run_op.h"

static void add_endpoint(struct acr_json *list, const char *region, size_t length, const char *host)
{
	struct acr_json *endpoint = acr_json_new_object();

	acr_json_set(endpoint, "region", acr_json_new_string_length(region, length));
	acr_json_set_str(endpoint, "endpoint", host);
	acr_json_append(list, endpoint);
}

/* The region is the second label of a host: "myregistry.westus.data.azurecr.io". */
static void add_hosts(struct acr_json *list, const struct acr_json *hosts)
{
	const struct acr_json *item;

	for (item = acr_json_first(hosts); item; item = acr_json_next(item)) {
		const char *host = acr_json_string(item), *dot = host ? strchr(host, '.') : NULL;

		if (dot)
			add_endpoint(list, dot + 1, strcspn(dot + 1, "."), host);
	}
}

static int unknown_storage(struct context *context, struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_GENERAL,
			"The hosts of storage accounts are not known: the cloud '%s' has no suffix_storage_endpoint. "
			"Enable data "
			"endpoints with 'acr update -n %s --data-endpoint-enabled', or add it to clouds.config.",
			acr_client_cloud(context->client)->name, args_string(context->args, "registry"));
}

/* Without data endpoints, layers come from any storage account in the registry's regions. */
static int add_storage(struct context *context, struct acr_json *list, const char *home, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *replications = NULL;
	ACR_AUTO_FREE char *host = NULL;
	const struct acr_json *item;
	const char *suffix = acr_client_cloud(context->client)->storage_suffix;
	int rc;

	if (!suffix)
		return unknown_storage(context, error);
	rc = context_call(context, &acr_op_replication_list, &params, NULL, &replications, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	io_warn(context->io,
		"To configure client firewall w/o using wildcard storage blob urls, use \"acr update --name %s "
		"--data-endpoint-enabled\" to enable dedicated data endpoints.",
		args_string(context->args, "registry"));
	host = acr_format("*.blob.%s", suffix);
	for (item = acr_json_first(replications); item; item = acr_json_next(item)) {
		const char *region = acr_json_str(item, "/location");

		if (region)
			add_endpoint(list, region, strlen(region), host);
	}
	if (!acr_json_first(list) && home)
		add_endpoint(list, home, strlen(home), host);
	return 0;
}

int registry_endpoints(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *registry = NULL, *info = acr_json_new_object();
	struct acr_json *data = acr_json_new_array(), *regional;
	const struct acr_json *hosts;
	int rc = context_registry_resource(context, &registry, error);

	acr_json_set(info, "dataEndpoints", data);
	if (rc < 0)
		return rc;
	acr_json_set_str(info, "loginServer", acr_json_str(registry, "/properties/loginServer"));
	if (acr_json_true(registry, "/properties/dataEndpointEnabled"))
		add_hosts(data, acr_json_at(registry, "/properties/dataEndpointHostNames"));
	else if ((rc = add_storage(context, data, acr_json_str(registry, "/location"), error)) < 0)
		return rc;
	hosts = acr_json_at(registry, "/properties/regionalEndpointHostNames");
	if (acr_json_first(hosts)) {
		regional = acr_json_new_array();
		add_hosts(regional, hosts);
		acr_json_set(info, "regionalEndpoints", regional);
	}
	*ret = TAKE(info);
	return 0;
}
