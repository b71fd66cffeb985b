/* Registries as resources, and the table of everything that management does with them. */
#include "arm_registry.h"
#include "arm_locations.h"
#include "resource_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One change of a registry at a time: what stands in the store and what runs must agree. */
static pthread_mutex_t changes = PTHREAD_MUTEX_INITIALIZER;

/* ---- create and replace --------------------------------------------------------------------------------------------
 */

static bool check_name(struct arm_request *request)
{
	const char *fault = registry_name_fault(request->name);
	if (fault) {
		registry_refuse(request->exchange, 400, "InvalidResourceName", "Invalid resource name: '%s'. %s",
				request->name, fault);
		return false;
	}
	if (!registry_name_taken(request->name, request->id))
		return true;
	registry_refuse(
		request->exchange, 409, "AlreadyInUse",
		"The registry DNS name %s.azurecr.io is already in use. You can check if the name is already claimed "
		"using following API: https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/"
		"checknameavailability",
		request->name);
	return false;
}

static bool check_state(struct arm_request *request, const struct acr_json *present)
{
	const char *state = acr_json_str(present, "/properties/provisioningState");
	if (!state || strcmp(state, "Deleting") != 0)
		return true;
	registry_refuse(request->exchange, 409, "RegistryIsBeingDeleted",
			"The registry '%s' is being deleted; try again when it is gone.", request->name);
	return false;
}

static bool check_location(struct arm_request *request, const char *location, const struct acr_json *present)
{
	if (!location) {
		registry_refuse(request->exchange, 400, "LocationRequired",
				"The location property is required for this definition.");
		return false;
	}
	if (!location_known(location)) {
		ACR_AUTO_FREE char *names = location_names();
		registry_refuse(request->exchange, 400, "LocationNotAvailableForResourceType",
				"The provided location '%s' is not available for resource type '" REGISTRY_TYPE
				"'. List of available regions for the resource type is '%s'.",
				location, names);
		return false;
	}
	return arm_check_location(request, present);
}

/* The registry that a PUT describes; NULL, and answered, when it cannot be. */
static struct acr_json *build(struct arm_request *request, const struct acr_json *present, const char *location)
{
	struct acr_json *identity = NULL;
	if (!identity_apply(request, acr_json_get(present, "identity"), &identity))
		return NULL;
	struct acr_json *registry = acr_json_new_object();
	acr_json_set(registry, "sku", present ? acr_json_copy(acr_json_get(present, "sku")) : acr_json_new_null());
	acr_json_set_str(registry, "type", REGISTRY_TYPE);
	if (identity)
		acr_json_set(registry, "identity", identity);
	acr_json_set_str(registry, "id", request->id);
	acr_json_set_str(registry, "name", request->name);
	acr_json_set_str(registry, "location", location);
	const struct acr_json *tags = acr_json_get(request->body, "tags");
	acr_json_set(registry, "tags", acr_json_is_nothing(tags) ? acr_json_new_object() : acr_json_copy(tags));
	acr_json_set(registry, "systemData",
		     present ? acr_json_copy(acr_json_get(present, "systemData")) : acr_json_new_object());
	arm_touch(registry);
	acr_json_set(registry, "properties", model_defaults());
	return registry;
}

static const char *login_server_of(const struct acr_json *registry)
{
	const char *server = acr_json_str(registry, "/properties/loginServer");
	return server ? server : "";
}

/* Start the endpoints of a registry in the store and write down where they are. */
static int start_registry(const char *id, int port, struct acr_error *error)
{
	int started = registry_start(id, port, error);
	if (started < 0)
		return started;
	ACR_AUTO_PTR(acr_json) *registry = store_get(id);
	ACR_AUTO_FREE char *server = acr_format("localhost:%d", started);
	model_settle(registry, server);
	store_put(id, registry);
	return 0;
}

/* The answer of a PUT or PATCH that changed the registry. */
static void reply_changed(struct arm_request *request, bool at_once)
{
	struct acr_json *registry = model_shape(store_get(request->id), request->api_version);
	reply_json(request->exchange, 200, registry);
	if (!at_once)
		arm_reply_long(request, 201, request->id, NULL, NULL);
}

static void set_state(struct acr_json *registry, const char *state)
{
	acr_json_set_str(acr_json_get(registry, "properties"), "provisioningState", state);
}

static void remove_locked(const char *id)
{
	ACR_AUTO_FREE char *collection = acr_format("%s/webhooks", id);
	ACR_AUTO_PTR(acr_json) *webhooks = store_list(collection);
	registry_stop(id, true);
	for (const struct acr_json *webhook = acr_json_first(webhooks); webhook; webhook = acr_json_next(webhook))
		webhook_forget(acr_json_str(webhook, "/id"));
	secrets_delete(id);
	store_delete(id);
}

static void create_registry(struct arm_request *request, struct acr_json *registry)
{
	struct acr_error error = ACR_ERROR_INIT;
	bool at_once = answers_at_once(request);
	set_state(registry, at_once ? "Succeeded" : "Creating");
	store_put(request->id, registry);
	secrets_create(request->id);
	tokens_create_system_maps(request->id);
	if (start_registry(request->id, 0, &error) < 0) {
		remove_locked(request->id);
		registry_refuse(request->exchange, 500, "InternalServerError",
				"The registry '%s' cannot be started: %s", request->name, error.message);
		acr_error_clear(&error);
		return;
	}
	reply_changed(request, at_once);
}

static void put_locked(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *present = store_get(request->id);
	const char *given = acr_json_str(request->body, "/location");
	ACR_AUTO_FREE char *location = given ? location_normalize(given) : NULL;
	if (!check_name(request) || !check_state(request, present) || !check_location(request, location, present))
		return;
	ACR_AUTO_PTR(acr_json) *registry = build(request, present, location);
	if (!registry || !model_apply(request, registry))
		return;
	model_settle(registry, login_server_of(present));
	if (!present) {
		create_registry(request, registry);
		return;
	}
	struct acr_json *properties = acr_json_get(registry, "properties");
	acr_json_set_str(properties, "creationDate", acr_json_str(present, "/properties/creationDate"));
	set_state(registry, "Succeeded");
	store_put(request->id, registry);
	reply_changed(request, true);
}

static void put_registry(struct arm_request *request)
{
	pthread_mutex_lock(&changes);
	if (request->name)
		put_locked(request);
	else
		arm_generic(request);
	pthread_mutex_unlock(&changes);
}

/* ---- change
 * ---------------------------------------------------------------------------------------------------------- */

/* Up to 2025 these took a while. */
static bool takes_long(const struct arm_request *request)
{
	static const char *const slow[] = {"/properties/anonymousPullEnabled", "/properties/encryption",
					   "/properties/dataEndpointEnabled", "/sku"};
	for (size_t i = 0; i < ACR_COUNT(slow); i++)
		if (!acr_json_is_nothing(acr_json_at(request->body, slow[i])))
			return !answers_at_once(request);
	return false;
}

static void patch_locked(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = request->name ? store_get(request->id) : NULL;
	if (!registry) {
		arm_generic(request); /* says what is wrong */
		return;
	}
	if (!check_state(request, registry))
		return;
	struct acr_json *identity = NULL;
	if (!arm_check_location(request, registry) ||
	    !identity_apply(request, acr_json_get(registry, "identity"), &identity))
		return;
	if (identity)
		acr_json_set(registry, "identity", identity);
	else
		acr_json_remove(registry, "identity");
	if (!model_apply(request, registry))
		return;
	const struct acr_json *tags = acr_json_get(request->body, "tags");
	if (!acr_json_is_nothing(tags))
		acr_json_set(registry, "tags", acr_json_copy(tags));
	ACR_AUTO_FREE char *server = acr_strdup(login_server_of(registry));
	bool at_once = !takes_long(request);
	model_settle(registry, server);
	set_state(registry, at_once ? "Succeeded" : "Updating");
	arm_touch(registry);
	store_put(request->id, registry);
	reply_changed(request, at_once);
}

static void patch_registry(struct arm_request *request)
{
	pthread_mutex_lock(&changes);
	patch_locked(request);
	pthread_mutex_unlock(&changes);
}

/* ---- read
 * ------------------------------------------------------------------------------------------------------------ */

static void get_registry(struct arm_request *request)
{
	if (request->name) {
		struct acr_json *registry = store_get(request->id);
		if (registry)
			reply_json(request->exchange, 200, model_shape(registry, request->api_version));
		else
			arm_not_found(request);
		return;
	}
	ACR_AUTO_FREE char *scope = resource_up_to(request->id, request->group ? "resourceGroups" : "subscriptions");
	struct acr_json *list = store_list_type(scope, REGISTRY_TYPE);
	for (struct acr_json *registry = acr_json_first(list); registry; registry = acr_json_next(registry))
		model_shape(registry, request->api_version);
	arm_reply_list(request, list);
}

/* ---- delete
 * ---------------------------------------------------------------------------------------------------------- */

void arm_registry_remove(const char *id)
{
	pthread_mutex_lock(&changes);
	remove_locked(id);
	pthread_mutex_unlock(&changes);
}

static struct acr_json *remove_registry(void *user)
{
	ACR_AUTO_FREE char *id = user;
	arm_registry_remove(id);
	return NULL;
}

static bool mark_deleting(struct acr_json *registry, void *user)
{
	(void)user;
	set_state(registry, "Deleting");
	return true;
}

static void delete_registry(struct arm_request *request)
{
	if (!request->name) {
		arm_generic(request);
	} else if (!store_change(request->id, mark_deleting, NULL)) {
		request->exchange->status = 204;
	} else {
		reply_json(request->exchange, 202, model_shape(store_get(request->id), request->api_version));
		arm_reply_long(request, 202, NULL, remove_registry, acr_strdup(request->id));
	}
}

/* ---- start
 * ------------------------------------------------------------------------------------------------------------- */

static int port_of(const struct acr_json *registry)
{
	const char *colon = strrchr(login_server_of(registry), ':');
	return colon ? atoi(colon + 1) : 0;
}

static bool mark_succeeded(struct acr_json *registry, void *user)
{
	(void)user;
	set_state(registry, "Succeeded");
	return true;
}

/* What was under way when the last emulator ended is finished. */
static int resume(const struct acr_json *registry, struct acr_error *error)
{
	const char *id = acr_json_str(registry, "/id");
	const char *state = acr_json_str(registry, "/properties/provisioningState");
	if (state && !strcmp(state, "Deleting")) {
		arm_registry_remove(id);
		return 0;
	}
	int port = port_of(registry);
	int result = start_registry(id, port, error);
	if (result < 0 && port) {
		fprintf(stderr, "acr-emulator: %s; the registry '%s' takes another port\n", error->message,
			resource_name(id));
		acr_error_clear(error);
		result = start_registry(id, 0, error);
	}
	if (result == 0)
		store_change(id, mark_succeeded, NULL);
	return result;
}

int arm_registries_start(struct acr_error *error)
{
	ACR_AUTO_FREE char *scope = acr_format("/subscriptions/%s", emulator.subscription_id);
	ACR_AUTO_PTR(acr_json) *all = store_list_type(scope, REGISTRY_TYPE);
	int result = 0;
	for (const struct acr_json *registry = acr_json_first(all); registry && result == 0;
	     registry = acr_json_next(registry))
		result = resume(registry, error);
	return result;
}

const struct arm_route arm_registry_routes[] = {
	{"GET", REGISTRY_TYPE, NULL, get_registry},
	{"PUT", REGISTRY_TYPE, NULL, put_registry},
	{"PATCH", REGISTRY_TYPE, NULL, patch_registry},
	{"DELETE", REGISTRY_TYPE, NULL, delete_registry},
	{"POST", REGISTRY_TYPE, "listCredentials", secrets_list},
	{"POST", REGISTRY_TYPE, "regenerateCredential", secrets_regenerate},
	{"GET", REGISTRY_TYPE "/listUsages", NULL, registry_usages},
	{"POST", "Microsoft.ContainerRegistry", "checkNameAvailability", registry_check_name},
	{"PUT", REGISTRY_TYPE "/replications", NULL, replication_put},
	{"PATCH", REGISTRY_TYPE "/replications", NULL, replication_patch},
	{"DELETE", REGISTRY_TYPE "/replications", NULL, replication_delete},
	{"GET", REGISTRY_TYPE "/webhooks", NULL, webhook_get},
	{"PUT", REGISTRY_TYPE "/webhooks", NULL, webhook_put},
	{"PATCH", REGISTRY_TYPE "/webhooks", NULL, webhook_patch},
	{"DELETE", REGISTRY_TYPE "/webhooks", NULL, webhook_delete},
	{"POST", REGISTRY_TYPE "/webhooks", "getCallbackConfig", webhook_config},
	{"POST", REGISTRY_TYPE "/webhooks", "ping", webhook_ping},
	{"POST", REGISTRY_TYPE "/webhooks", "listEvents", webhook_events},
	{"GET", REGISTRY_TYPE "/webhooks/listEvents", NULL, webhook_events},
	{"GET", REGISTRY_TYPE "/scopeMaps", NULL, token_get},
	{"PUT", REGISTRY_TYPE "/scopeMaps", NULL, scope_map_put},
	{"PATCH", REGISTRY_TYPE "/scopeMaps", NULL, scope_map_put},
	{"DELETE", REGISTRY_TYPE "/scopeMaps", NULL, scope_map_delete},
	{"GET", REGISTRY_TYPE "/tokens", NULL, token_get},
	{"PUT", REGISTRY_TYPE "/tokens", NULL, token_put},
	{"PATCH", REGISTRY_TYPE "/tokens", NULL, token_put},
	{"POST", REGISTRY_TYPE, "generateCredentials", token_generate},
	{"PUT", REGISTRY_TYPE "/cacheRules", NULL, cache_rule_put},
	{"PATCH", REGISTRY_TYPE "/cacheRules", NULL, cache_rule_put},
	{"DELETE", REGISTRY_TYPE "/cacheRules", NULL, cache_rule_delete},
	{"PUT", REGISTRY_TYPE "/credentialSets", NULL, credential_set_put},
	{"PATCH", REGISTRY_TYPE "/credentialSets", NULL, credential_set_put},
	{"DELETE", REGISTRY_TYPE "/credentialSets", NULL, credential_set_delete},
	{"PUT", REGISTRY_TYPE "/connectedRegistries", NULL, connected_put},
	{"PATCH", REGISTRY_TYPE "/connectedRegistries", NULL, connected_put},
	{"DELETE", REGISTRY_TYPE "/connectedRegistries", NULL, connected_delete},
	{"POST", REGISTRY_TYPE "/connectedRegistries", "deactivate", connected_deactivate},
	{"POST", REGISTRY_TYPE "/connectedRegistries", "resync", connected_resync},
	{"PUT", REGISTRY_TYPE "/agentPools", NULL, pool_put},
	{"PATCH", REGISTRY_TYPE "/agentPools", NULL, pool_put},
	{"DELETE", REGISTRY_TYPE "/agentPools", NULL, pool_delete},
	{"POST", REGISTRY_TYPE "/agentPools", "listQueueStatus", pool_queue},
	{"PUT", REGISTRY_TYPE "/privateEndpointConnections", NULL, private_endpoint_put},
	{"PATCH", REGISTRY_TYPE "/privateEndpointConnections", NULL, private_endpoint_put},
	{"DELETE", REGISTRY_TYPE "/privateEndpointConnections", NULL, private_endpoint_delete},
	{"GET", REGISTRY_TYPE "/privateLinkResources", NULL, private_links_get},
	{"PUT", "Microsoft.ManagedIdentity/userAssignedIdentities", NULL, identity_put},
	{0},
};
