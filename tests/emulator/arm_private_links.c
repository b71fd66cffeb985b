/* Private endpoint connections, and what of a registry such an endpoint can reach. In Azure the network makes the
 * connections; here a PUT that names the private endpoint does. */
#include "arm_registry.h"
#include "resource_id.h"

#include <string.h>
#include <strings.h>

static const char *find_status(const char *text)
{
	static const char *const known[] = {"Approved", "Pending", "Rejected", "Disconnected"};
	for (size_t i = 0; text && i < ACR_COUNT(known); i++)
		if (!strcasecmp(known[i], text))
			return known[i];
	return NULL;
}

static bool apply_state(struct arm_request *request, struct acr_json *properties)
{
	static const char *const texts[] = {"description", "actionsRequired"};
	const struct acr_json *given = acr_json_at(request->body, "/properties/privateLinkServiceConnectionState");
	const char *status = acr_json_str(given, "/status");
	if (status && !find_status(status))
		return part_refuse(request, 400, "InvalidPrivateEndpointConnectionStatus",
				   "The status '%s' of the connection '%s' is not valid. It is Approved, Pending, "
				   "Rejected or Disconnected.",
				   status, request->name);
	if (!acr_json_get(properties, "privateLinkServiceConnectionState"))
		acr_json_set(properties, "privateLinkServiceConnectionState",
			     json_build("{'status':'Pending','description':'','actionsRequired':'None'}"));
	struct acr_json *state = acr_json_get(properties, "privateLinkServiceConnectionState");
	if (status)
		acr_json_set_str(state, "status", find_status(status));
	for (size_t i = 0; i < ACR_COUNT(texts); i++)
		if (acr_json_string(acr_json_get(given, texts[i])))
			acr_json_set(state, texts[i], acr_json_copy(acr_json_get(given, texts[i])));
	return true;
}

void private_endpoint_put(struct arm_request *request)
{
	const char *endpoint = acr_json_str(request->body, "/properties/privateEndpoint/id");
	if (!request->name || (!endpoint && !store_has(request->id))) {
		arm_not_found(request);
		return;
	}
	ACR_AUTO_PTR(acr_json) *connection = part_open(request);
	struct acr_json *properties = acr_json_get(connection, "properties");
	if (!part_check_premium(request, "private endpoint") || !apply_state(request, properties))
		return;
	if (endpoint)
		acr_json_set(properties, "privateEndpoint", json_build("{'id':%s}", endpoint));
	part_reply(request, connection, answers_at_once(request));
}

void private_endpoint_delete(struct arm_request *request)
{
	part_delete(request, answers_at_once(request));
}

/* ---- what can be reached ------------------------------------------------------------------------------------------
 */

static void add_data_member(struct acr_json *members, const struct acr_json *place)
{
	ACR_AUTO_FREE char *name = acr_format("registry_data_%s", acr_json_str(place, "/location"));
	acr_json_append(members, acr_json_new_string(name));
}

/* The registry, and its data endpoint in each region. */
static struct acr_json *describe_group(const struct arm_request *request)
{
	ACR_AUTO_FREE char *id = acr_format("%s/privateLinkResources/registry", request->registry);
	ACR_AUTO_FREE char *collection = acr_format("%s/replications", request->registry);
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	ACR_AUTO_PTR(acr_json) *replications = store_list(collection);
	struct acr_json *group = json_build("{'type':%s,'id':%s,'name':'registry','properties':{'groupId':'registry',"
					    "'requiredMembers':['registry'],'requiredZoneNames':"
					    "['privatelink.azurecr.io']}}",
					    request->type, id);
	struct acr_json *members = acr_json_at(group, "/properties/requiredMembers");
	add_data_member(members, registry);
	for (const struct acr_json *place = acr_json_first(replications); place; place = acr_json_next(place))
		add_data_member(members, place);
	return group;
}

void private_links_get(struct arm_request *request)
{
	if (!request->name) {
		struct acr_json *list = acr_json_new_array();
		acr_json_append(list, describe_group(request));
		arm_reply_list(request, list);
	} else if (!strcasecmp(request->name, "registry")) {
		reply_json(request->exchange, 200, describe_group(request));
	} else {
		arm_not_found(request);
	}
}
