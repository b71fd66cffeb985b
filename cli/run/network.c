/* What the rows of the network commands cannot say: rules that come and go, and the hosts of a registry. */
#include <string.h>
#include <strings.h>

#include "opttype.h"
#include "run/run.h"
#include "run_op.h"

#define RULES "/properties/networkRuleSet"
#define SUBNET_ID "virtualNetworkSubnetResourceId"

int network_rule_check(struct context *context, struct acr_error *error)
{
	const char *subnet = args_string(context->args, "subnet"), *network = args_string(context->args, "vnet-name");
	bool is_id = subnet && opttype_is_resource_id(subnet);

	if (!subnet && !network && !args_string(context->args, "ip-address"))
		return acr_fail(error, ACR_ERROR_GENERAL, "Give the rule's address: --ip-address 16.17.18.0/24.");
	if ((subnet || network) && (!subnet || is_id == (network != NULL)))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Usage error: [--subnet ID | --subnet NAME --vnet-name NAME]");
	return 0;
}

/* The id of the subnet that the options name, NULL when they name none; yours to free(). */
static int subnet_id(struct context *context, char **ret, struct acr_error *error)
{
	const char *subnet = args_string(context->args, "subnet"), *network = args_string(context->args, "vnet-name");
	const struct acr_registry *registry;
	int rc;

	if (!network) {
		*ret = acr_strdup(subnet);
		return 0;
	}
	if ((rc = context_registry(context, &registry, error)) < 0)
		return rc;
	*ret = acr_format(
		"/subscriptions/%s/resourceGroups/%s/providers/Microsoft.Network/virtualNetworks/%s/subnets/%s",
		acr_client_subscription(context->client), registry->resource_group, network, subnet);
	return 0;
}

/* Subnets go without an action, as with az: the service knows one only. */
static int add_rule(struct acr_params *params, const char *list, const char *action, const char *member,
		    const char *text, struct acr_error *error)
{
	struct acr_json *rule;

	if (!text)
		return 0;
	rule = acr_json_new_object();
	if (action)
		acr_json_set_str(rule, "action", action);
	acr_json_set_str(rule, member, text);
	return acr_json_put(&params->body, list, rule, error);
}

int network_rule_add_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_FREE char *subnet = NULL;
	int rc = subnet_id(context, &subnet, error);

	if (rc == 0 && !acr_json_at(params->body, RULES "/defaultAction"))
		rc = acr_json_put(&params->body, RULES "/defaultAction", acr_json_new_string("Allow"), error);
	if (rc == 0)
		rc = add_rule(params, RULES "/virtualNetworkRules/-", NULL, SUBNET_ID, subnet, error);
	if (rc == 0)
		rc = add_rule(params, RULES "/ipRules/-", "Allow", "value", args_string(context->args, "ip-address"),
			      error);
	return rc;
}

/* Drop the rules whose `member` is that text; says so when there was none. */
static void drop_rules(struct context *context, struct acr_json *rules, const char *member, const char *text)
{
	size_t index = 0, dropped = 0;
	struct acr_json *rule;

	while (text && (rule = acr_json_item(rules, index))) {
		const char *its = acr_json_string(acr_json_get(rule, member));

		if (its && !(*text == '/' ? strcasecmp(its, text) : strcmp(its, text))) {
			acr_json_free(acr_json_detach_item(rules, index));
			dropped++;
		} else {
			index++;
		}
	}
	if (text && !dropped)
		io_warn(context->io, "The registry has no network rule for '%s'.", text);
}

int network_rule_remove_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_FREE char *subnet = NULL;
	int rc = subnet_id(context, &subnet, error);

	if (rc < 0)
		return rc;
	drop_rules(context, acr_json_at(params->body, RULES "/virtualNetworkRules"), SUBNET_ID, subnet);
	drop_rules(context, acr_json_at(params->body, RULES "/ipRules"), "value",
		   args_string(context->args, "ip-address"));
	return 0;
}

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
