/* Checks of private endpoints: do the registry's names lead into the virtual network? */
#include <string.h>
#include <strings.h>

#include "run/health.h"

static int get(struct health *health, const char *id, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "id", id);
	rc = context_call(health->context, &acr_op_network_show, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

/* The network's id; a name is one of the registry's group. Yours to free(). */
static char *network_id(const struct health *health, const char *vnet)
{
	const char *id = acr_json_str(health->resource, "/id"), *end = id ? strcasestr(id, "/providers/") : NULL;

	if (*vnet == '/')
		return acr_strdup(vnet);
	return acr_format("%.*s/providers/Microsoft.Network/virtualNetworks/%s", end ? (int)(end - id) : 0,
			  id ? id : "", vnet);
}

/* The names and addresses of a network interface go into `expected`; false when a name is there already. */
static bool add_names(const struct acr_json *interface, struct acr_json *expected)
{
	const struct acr_json *item = acr_json_first(acr_json_at(interface, "/properties/ipConfigurations"));

	for (; item; item = acr_json_next(item)) {
		const char *name = acr_json_str(item, "/properties/privateLinkConnectionProperties/fqdns/0");
		const char *address = acr_json_str(item, "/properties/privateIPAddress");

		if (!name || !address)
			continue;
		if (acr_json_get(expected, name))
			return false;
		acr_json_set_str(expected, name, address);
	}
	return true;
}

static int read_endpoint(struct health *health, const char *id, const char *network, struct acr_json *expected,
			 struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *endpoint = NULL, *interface = NULL;
	const char *subnet, *interface_id;
	int rc = get(health, id, &endpoint, error);

	if (rc < 0)
		return rc;
	subnet = acr_json_str(endpoint, "/properties/subnet/id");
	interface_id = acr_json_str(endpoint, "/properties/networkInterfaces/0/id");
	if (!subnet || strncasecmp(subnet, network, strlen(network)) != 0 || !interface_id)
		return 0;
	if ((rc = get(health, interface_id, &interface, error)) < 0)
		return rc;
	return add_names(interface, expected)
		       ? 0
		       : acr_fail(error, ACR_ERROR_GENERAL,
				  "Registry \"%s\" has more than one private endpoint in the vnet of "
				  "\"%s\". DNS routing will be unreliable",
				  args_string(health->context->args, "registry"), network);
}

/* Which address each name should have, by the endpoints in that network. */
static int read_endpoints(struct health *health, const char *network, struct acr_json *expected,
			  struct acr_error *error)
{
	const struct acr_json *item =
		acr_json_first(acr_json_at(health->resource, "/properties/privateEndpointConnections"));
	const char *name = args_string(health->context->args, "registry");
	int rc = 0;

	if (!item)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Registry \"%s\" doesn't have private endpoints to verify DNS routings.", name);
	for (; item && rc == 0; item = acr_json_next(item)) {
		const char *id = acr_json_str(item, "/properties/privateEndpoint/id");

		rc = id ? read_endpoint(health, id, network, expected, error) : 0;
	}
	if (rc == 0 && !acr_json_first(expected))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Registry \"%s\" doesn't have private endpoints in the vnet of \"%s\". "
				"Please make sure you provided correct vnet",
				name, network);
	return rc;
}

static bool leads_to(const char *name, const char *address, struct acr_buf *found)
{
	ACR_AUTO_PTR(acr_json) *addresses = health_addresses(name);

	for (const struct acr_json *item = acr_json_first(addresses); item; item = acr_json_next(item)) {
		if (!strcmp(acr_json_string(item), address))
			return true;
		acr_buf_printf(found, "%s%s", found->length ? ", " : "", acr_json_string(item));
	}
	return false;
}

void health_check_vnet(struct health *health, const char *vnet)
{
	ACR_AUTO_FREE char *network = network_id(health, vnet);
	ACR_AUTO_PTR(acr_json) *expected = acr_json_new_object();
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	const struct acr_json *item;

	if (read_endpoints(health, network, expected, &reason) < 0) {
		health_failed(health, "private-endpoint", vnet, "PRIVATE_ENDPOINT_ERROR", "%s", reason.message);
		return;
	}
	for (item = acr_json_first(expected); item; item = acr_json_next(item)) {
		ACR_AUTO(acr_buf) found = ACR_BUF_INIT;

		if (leads_to(acr_json_key(item), acr_json_string(item), &found))
			health_ok(health, "private-endpoint", acr_json_key(item), "DNS routing to private endpoint %s",
				  acr_json_key(item));
		else
			health_failed(health, "private-endpoint", acr_json_key(item), "PRIVATE_ENDPOINT_DNS_ERROR",
				      "DNS routing to "
				      "'%s' through private IP is incorrect. Expect: %s, Actual: %s",
				      acr_json_key(item), acr_json_string(item),
				      found.length ? acr_buf_str(&found) : "no address");
	}
}
