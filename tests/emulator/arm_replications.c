/* Geo-replications. There is one copy of the images; a replication is known to management alone. */
#include "arm_locations.h"
#include "arm_registry.h"
#include "resource_id.h"

#include <string.h>
#include <strings.h>

static struct acr_json *status_now(bool ready)
{
	ACR_AUTO_FREE char *now = now_text();
	ACR_AUTO_FREE char *stamp = acr_format("%.27sZ", now);
	struct acr_json *status = acr_json_new_object();
	if (ready)
		acr_json_set_str(status, "displayStatus", "Ready");
	acr_json_set_str(status, "timestamp", stamp);
	return status;
}

static bool mark_ready(struct acr_json *replication, void *user)
{
	(void)user;
	acr_json_set(acr_json_get(replication, "properties"), "status", status_now(true));
	return true;
}

static struct acr_json *become_ready(void *user)
{
	ACR_AUTO_FREE char *id = user;
	store_change(id, mark_ready, NULL);
	return NULL;
}

static bool check_registry(struct arm_request *request, const struct acr_json *registry, const char *location)
{
	const char *sku = acr_json_str(registry, "/sku/name");
	if (!sku || strcmp(sku, "Premium") != 0) {
		registry_refuse(request->exchange, 400, "ReplicationNotSupported",
				"The requested feature geo-replication is not supported for the SKU %s.",
				sku ? sku : "");
		return false;
	}
	if (!location || !location_known(location)) {
		ACR_AUTO_FREE char *names = location_names();
		registry_refuse(request->exchange, 400, "LocationNotAvailableForResourceType",
				"The provided location '%s' is not available for resource type '" REGISTRY_TYPE
				"/replications'. List of available regions for the resource type is '%s'.",
				location ? location : "", names);
		return false;
	}
	if (!strcasecmp(request->name, location))
		return true;
	registry_refuse(request->exchange, 400, "InvalidReplicationName",
			"The replication name '%s' must be the name of its location, '%s'.", request->name, location);
	return false;
}

void replication_put(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *present = store_get(request->id);
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	const char *given = acr_json_str(request->body, "/location");
	ACR_AUTO_FREE char *location = given ? location_normalize(given) : NULL;
	if (!request->name) {
		arm_generic(request);
		return;
	}
	if (!arm_check_location(request, present) || !check_registry(request, registry, location))
		return;
	const struct acr_json *tags = acr_json_get(request->body, "tags");
	const struct acr_json *enabled = acr_json_at(request->body, "/properties/regionEndpointEnabled");
	const char *zones = acr_json_str(request->body, "/properties/zoneRedundancy");
	ACR_AUTO_PTR(acr_json) *replication =
		json_build("{'type':%s,'id':%s,'name':%s,'location':%s,'tags':{},'systemData':{},"
			   "'properties':{'provisioningState':%s,'status':{},'regionEndpointEnabled':true,"
			   "'zoneRedundancy':%s}}",
			   request->type, request->id, request->name, location, present ? "Updating" : "Creating",
			   zones ? zones : "Disabled");
	if (!acr_json_is_nothing(tags))
		acr_json_set(replication, "tags", acr_json_copy(tags));
	struct acr_json *properties = acr_json_get(replication, "properties");
	if (!acr_json_is_nothing(enabled))
		acr_json_set(properties, "regionEndpointEnabled", acr_json_copy(enabled));
	acr_json_set(properties, "status", status_now(false));
	if (present)
		acr_json_set(replication, "systemData", acr_json_copy(acr_json_get(present, "systemData")));
	arm_touch(replication);
	store_put(request->id, replication);
	arm_reply_long(request, 201, request->id, become_ready, acr_strdup(request->id));
}

static bool patch_stored(struct acr_json *replication, void *user)
{
	struct acr_json *properties = acr_json_get(replication, "properties");
	const struct acr_json *tags = acr_json_get(user, "tags");
	const struct acr_json *enabled = acr_json_at(user, "/properties/regionEndpointEnabled");
	if (!acr_json_is_nothing(tags))
		acr_json_set(replication, "tags", acr_json_copy(tags));
	if (!acr_json_is_nothing(enabled))
		acr_json_set(properties, "regionEndpointEnabled", acr_json_copy(enabled));
	acr_json_set_str(properties, "provisioningState", "Updating");
	arm_touch(replication);
	return true;
}

void replication_patch(struct arm_request *request)
{
	if (store_change(request->id, patch_stored, request->body))
		arm_reply_long(request, 201, request->id, become_ready, acr_strdup(request->id));
	else
		arm_not_found(request);
}

static struct acr_json *remove_replication(void *user)
{
	ACR_AUTO_FREE char *id = user;
	store_delete(id);
	return NULL;
}

void replication_delete(struct arm_request *request)
{
	if (store_has(request->id))
		arm_reply_long(request, 202, NULL, remove_replication, acr_strdup(request->id));
	else
		request->exchange->status = 204;
}
