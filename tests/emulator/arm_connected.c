/* Connected registries: resources that describe a registry on premises. None is run here; one counts as online while
 * its sync token, or its identity, is used to sign in. */
#include "arm_registry.h"
#include "resource_id.h"

#include <string.h>
#include <strings.h>

#define SYNC "/properties/parent/syncProperties"

static bool is_patch(const struct arm_request *request)
{
	return !strcmp(request->exchange->method, "PATCH");
}

static struct acr_json *list_all(const char *registry)
{
	ACR_AUTO_FREE char *collection = acr_format("%s/connectedRegistries", registry);
	return store_list(collection);
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcasecmp(a, b);
}

static bool refuse(struct arm_request *request, const char *what)
{
	return part_refuse(request, 400, "InvalidConnectedRegistry",
			   "The connected registry '%s' cannot be stored: %s.", request->name, what);
}

static bool not_found(struct arm_request *request, const char *id)
{
	return part_refuse(request, 404, "ResourceNotFound", "The resource %s could not be found.", resource_name(id));
}

/* ---- members ------------------------------------------------------------------------------------------------------
 */

/* Modes and words in Azure's spelling. */
static const char *const modes[] = {"ReadWrite", "ReadOnly", "Registry", "Mirror", NULL};
static const char *const levels[] = {"Debug", "Information", "Warning", "Error", "None", NULL};
static const char *const switches[] = {"Enabled", "Disabled", NULL};

static bool apply_word(struct arm_request *request, const struct acr_json *from, const char *member,
		       const char *const *words, struct acr_json *into)
{
	const char *given = acr_json_string(acr_json_get(from, member));
	if (!given)
		return true;
	for (; *words; words++)
		if (!strcasecmp(*words, given)) {
			acr_json_set_str(into, member, *words);
			return true;
		}
	return part_refuse(request, 400, "InvalidConnectedRegistry",
			   "The value '%s' is not valid for the property '%s' of a connected registry.", given, member);
}

static bool apply_logging(struct arm_request *request, struct acr_json *properties)
{
	const struct acr_json *given = acr_json_at(request->body, "/properties/logging");
	struct acr_json *logging = acr_json_get(properties, "logging");
	return apply_word(request, given, "logLevel", levels, logging) &&
	       apply_word(request, given, "auditLogStatus", switches, logging);
}

/* Clients send the switch as text, too. */
static void apply_collection(const struct acr_json *given, struct acr_json *collection)
{
	const struct acr_json *enabled = acr_json_get(given, "enabled");
	const char *text = acr_json_string(enabled), *schedule = acr_json_str(given, "/schedule");
	if (!acr_json_is_nothing(enabled))
		acr_json_set_bool(collection, "enabled", text ? !strcasecmp(text, "true") : acr_json_bool(enabled));
	if (schedule)
		acr_json_set_str(collection, "schedule", schedule);
}

static bool apply_clients(struct arm_request *request, struct acr_json *properties)
{
	const struct acr_json *ids = acr_json_at(request->body, "/properties/clientTokenIds");
	for (const struct acr_json *id = acr_json_first(ids); id; id = acr_json_next(id))
		if (!acr_json_string(id) || !part_exists(request, "tokens", acr_json_string(id)))
			return not_found(request, acr_json_string(id) ? acr_json_string(id) : "");
	if (acr_json_is(ids, ACR_JSON_ARRAY))
		acr_json_set(properties, "clientTokenIds", acr_json_copy(ids));
	return true;
}

static bool apply_identity(struct arm_request *request, struct acr_json *connected)
{
	struct acr_json *identity = NULL;
	if (!identity_apply(request, acr_json_get(connected, "identity"), &identity))
		return false;
	if (identity)
		acr_json_set(connected, "identity", identity);
	else
		acr_json_remove(connected, "identity");
	return true;
}

/* ---- the parent ---------------------------------------------------------------------------------------------------
 */

static bool only_reads(const char *mode)
{
	return same(mode, "ReadOnly") || same(mode, "Mirror");
}

static bool check_parent(struct arm_request *request, const struct acr_json *connected)
{
	const char *id = acr_json_str(connected, "/properties/parent/id");
	const char *mode = acr_json_str(connected, "/properties/mode");
	if (!id || same(id, request->registry))
		return true;
	if (same(id, request->id) || !part_exists(request, "connectedRegistries", id))
		return not_found(request, id);
	ACR_AUTO_PTR(acr_json) *parent = store_get(id);
	const char *above = acr_json_str(parent, "/properties/mode");
	if (only_reads(above) && !only_reads(mode))
		return part_refuse(request, 400, "InvalidConnectedRegistryMode",
				   "The mode of the connected registry '%s' cannot be %s, for that of its parent '%s' "
				   "is %s.",
				   request->name, mode, resource_name(id), above);
	return true;
}

static bool token_is_free(const struct arm_request *request, const char *token)
{
	ACR_AUTO_PTR(acr_json) *all = list_all(request->registry);
	for (const struct acr_json *other = acr_json_first(all); other; other = acr_json_next(other))
		if (same(acr_json_str(other, SYNC "/tokenId"), token) && !same(acr_json_str(other, "/id"), request->id))
			return false;
	return true;
}

static bool check_sign_in(struct arm_request *request, const struct acr_json *connected)
{
	const char *token = acr_json_str(connected, SYNC "/tokenId");
	if (same(acr_json_str(connected, SYNC "/authType"), "ManagedIdentity"))
		return acr_json_get(connected, "identity") ||
		       refuse(request, "the authentication type ManagedIdentity needs an identity");
	if (!token)
		return refuse(request, "it needs a sync token (parent.syncProperties.tokenId)");
	if (!part_exists(request, "tokens", token))
		return not_found(request, token);
	return token_is_free(request, token) ||
	       part_refuse(request, 409, "SyncTokenInUse",
			   "The token '%s' is the sync token of another connected registry already.",
			   resource_name(token));
}

static bool apply_parent(struct arm_request *request, struct acr_json *connected)
{
	static const char *const types[] = {"SyncToken", "ManagedIdentity", NULL};
	const struct acr_json *given = acr_json_get(request->body, "properties");
	struct acr_json *sync = acr_json_at(connected, SYNC);
	const struct acr_json *settings = acr_json_at(given, "/parent/syncProperties");
	const char *id = acr_json_str(given, "/parent/id");
	/* A change has them one level higher. */
	if (!settings)
		settings = acr_json_get(given, "syncProperties");
	arm_merge(sync, settings);
	if (id)
		acr_json_set_str(acr_json_at(connected, "/properties/parent"), "id", id);
	if (!apply_word(request, settings, "authType", types, sync))
		return false;
	if (same(acr_json_str(sync, "/authType"), "ManagedIdentity"))
		acr_json_remove(sync, "tokenId");
	return check_parent(request, connected) && check_sign_in(request, connected);
}

/* ---- create and change --------------------------------------------------------------------------------------------
 */

static struct acr_json *new_properties(const struct acr_json *registry)
{
	const char *endpoint = acr_json_str(registry, "/properties/dataEndpointHostNames/0");
	return json_build("{'provisioningState':'Creating','mode':'ReadOnly','version':'','connectionState':'Offline',"
			  "'activation':{'status':'Inactive'},'parent':{'syncProperties':{'schedule':'* * * * *',"
			  "'messageTtl':'P2D','authType':'SyncToken','gatewayEndpoint':%s}},'clientTokenIds':[],"
			  "'loginServer':{'tls':{'status':'Disabled','certificate':{'type':'LocalDirectory'}}},"
			  "'logging':{'logLevel':'Information','auditLogStatus':'Disabled'},'statusDetails':[],"
			  "'notificationsList':[],'garbageCollection':{'enabled':true,'schedule':'0 0 * * *'}}",
			  endpoint);
}

static bool check_registry(struct arm_request *request, const struct acr_json *registry)
{
	return part_check_premium(request, "connected registry") &&
	       (acr_json_true(registry, "/properties/dataEndpointEnabled") ||
		part_refuse(request, 400, "DataEndpointNotEnabled",
			    "The registry '%s' must have its data endpoint enabled before it can have connected "
			    "registries.",
			    acr_json_str(registry, "/name")));
}

static bool apply(struct arm_request *request, struct acr_json *connected)
{
	struct acr_json *properties = acr_json_get(connected, "properties");
	const struct acr_json *given = acr_json_get(request->body, "properties");
	const struct acr_json *notifications = acr_json_get(given, "notificationsList");
	if ((!is_patch(request) && !apply_word(request, given, "mode", modes, properties)) ||
	    !apply_identity(request, connected) || !apply_parent(request, connected) ||
	    !apply_clients(request, properties) || !apply_logging(request, properties))
		return false;
	apply_collection(acr_json_get(given, "garbageCollection"), acr_json_get(properties, "garbageCollection"));
	if (acr_json_is(notifications, ACR_JSON_ARRAY))
		acr_json_set(properties, "notificationsList", acr_json_copy(notifications));
	return true;
}

void connected_put(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	bool present = request->name && store_has(request->id);
	if (!request->name || (is_patch(request) && !present)) {
		arm_generic(request); /* says what is wrong */
		return;
	}
	if (!check_registry(request, registry) || !part_check_name(request, 5, 50, false))
		return;
	ACR_AUTO_PTR(acr_json) *connected = part_open(request);
	if (!present)
		acr_json_set(connected, "properties", new_properties(registry));
	if (apply(request, connected))
		part_reply(request, connected, answers_at_once(request));
}

/* ---- delete, deactivate, resync ------------------------------------------------------------------------------------
 */

void connected_delete(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *all = list_all(request->registry);
	for (const struct acr_json *child = acr_json_first(all); child; child = acr_json_next(child))
		if (same(acr_json_str(child, "/properties/parent/id"), request->id)) {
			part_refuse(request, 409, "ConnectedRegistryHasChildren",
				    "The connected registry '%s' cannot be deleted while it is the parent of '%s'.",
				    request->name, acr_json_str(child, "/name"));
			return;
		}
	part_delete(request, answers_at_once(request));
}

static bool set_offline(struct acr_json *connected, void *user)
{
	(void)user;
	struct acr_json *properties = acr_json_get(connected, "properties");
	acr_json_set_str(properties, "connectionState", "Offline");
	acr_json_set(properties, "activation", json_build("{'status':'Inactive'}"));
	arm_touch(connected);
	return true;
}

void connected_deactivate(struct arm_request *request)
{
	store_change(request->id, set_offline, NULL);
	arm_reply_long(request, 202, NULL, NULL, NULL);
}

static bool note_resync(struct acr_json *connected, void *user)
{
	(void)user;
	ACR_AUTO_FREE char *now = now_text();
	acr_json_set(
		acr_json_get(connected, "properties"), "registrySyncResult",
		json_build("{'syncTrigger':'UserInitiated','syncState':'NotStarted','lastSyncStartTime':%s}", now));
	arm_touch(connected);
	return true;
}

void connected_resync(struct arm_request *request)
{
	store_change(request->id, note_resync, NULL);
	reply_json(request->exchange, 200, store_get(request->id));
}

/* ---- activity -----------------------------------------------------------------------------------------------------
 */

static bool set_online(struct acr_json *connected, void *user)
{
	(void)user;
	ACR_AUTO_FREE char *now = now_text();
	struct acr_json *properties = acr_json_get(connected, "properties");
	acr_json_set_str(properties, "connectionState", "Online");
	acr_json_set(properties, "activation", json_build("{'status':'Active'}"));
	acr_json_set_str(properties, "lastActivityTime", now);
	acr_json_set_str(acr_json_at(connected, SYNC), "lastSyncTime", now);
	return true;
}

void connected_seen(const char *registry, const char *token)
{
	ACR_AUTO_PTR(acr_json) *all = list_all(registry);
	for (const struct acr_json *connected = acr_json_first(all); connected; connected = acr_json_next(connected))
		if (same(acr_json_str(connected, SYNC "/tokenId"), token))
			store_change(acr_json_str(connected, "/id"), set_online, NULL);
}
