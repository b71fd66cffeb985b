/* Webhooks as resources. Where they point to and with which header fields is told by getCallbackConfig alone. */
#include "arm_locations.h"
#include "arm_registry.h"
#include "resource_id.h"

#include <string.h>
#include <strings.h>

static const char *const known_actions[] = {"push", "delete", "quarantine", "chart_push", "chart_delete"};

/* The part of a webhook that only its owner sees; kept in the resource and taken out of answers. */
#define CONFIG "config"

static struct acr_json *shape(struct acr_json *webhook)
{
	acr_json_remove(webhook, CONFIG);
	return webhook;
}

static bool refuse(struct arm_request *request, const char *what)
{
	registry_refuse(request->exchange, 400, "InvalidWebhook", "The webhook '%s' cannot be stored: %s.",
			request->name, what);
	return false;
}

static bool is_action(const char *text)
{
	for (size_t i = 0; text && i < ACR_COUNT(known_actions); i++)
		if (!strcmp(known_actions[i], text))
			return true;
	return false;
}

static bool check_actions(struct arm_request *request, const struct acr_json *actions)
{
	if (!acr_json_is(actions, ACR_JSON_ARRAY) || !acr_json_size(actions))
		return refuse(request, "it needs a list of actions");
	for (const struct acr_json *action = acr_json_first(actions); action; action = acr_json_next(action))
		if (!is_action(acr_json_string(action)))
			return refuse(request,
				      "its actions may be push, delete, quarantine, chart_push and chart_delete");
	return true;
}

/* Everything about a webhook that a body may say. */
static bool check_body(struct arm_request *request, bool complete)
{
	const struct acr_json *given = acr_json_get(request->body, "properties");
	const struct acr_json *actions = acr_json_get(given, "actions");
	const char *uri = acr_json_str(given, "/serviceUri"), *status = acr_json_str(given, "/status");
	if ((complete || actions) && !check_actions(request, actions))
		return false;
	if (complete && !uri)
		return refuse(request, "it needs a serviceUri");
	if (uri && strncasecmp(uri, "https://", 8) != 0 && strncasecmp(uri, "http://", 7) != 0)
		return refuse(request, "its serviceUri must begin with https:// or http://");
	if (status && strcasecmp(status, "enabled") != 0 && strcasecmp(status, "disabled") != 0)
		return refuse(request, "its status is either enabled or disabled");
	return true;
}

static bool check_name(struct arm_request *request)
{
	size_t length = strlen(request->name);
	bool good = length >= 5 && length <= 50;
	for (const char *c = request->name; good && *c; c++)
		good = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
	return good || refuse(request, "a webhook name has 5 to 50 alphanumeric characters");
}

static bool check_limit(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	const char *sku = acr_json_str(registry, "/sku/name");
	ACR_AUTO_FREE char *collection = acr_format("%s/webhooks", request->registry);
	ACR_AUTO_PTR(acr_json) *list = store_list(collection);
	size_t limit = registry_webhook_limit(sku);
	if (acr_json_size(list) < limit)
		return true;
	registry_refuse(
		request->exchange, 403, "QuotaExceeded",
		"The registry '%s' of the SKU %s has its %zu webhooks; delete one first, or choose a higher SKU.",
		resource_name(request->registry), sku, limit);
	return false;
}

static void apply(struct acr_json *webhook, const struct acr_json *body)
{
	static const char *const shown[] = {"status", "scope", "actions"};
	static const char *const hidden[] = {"serviceUri", "customHeaders"};
	const struct acr_json *given = acr_json_get(body, "properties"), *tags = acr_json_get(body, "tags");
	for (size_t i = 0; i < ACR_COUNT(shown); i++)
		if (!acr_json_is_nothing(acr_json_get(given, shown[i])))
			acr_json_set(acr_json_get(webhook, "properties"), shown[i],
				     acr_json_copy(acr_json_get(given, shown[i])));
	for (size_t i = 0; i < ACR_COUNT(hidden); i++)
		if (!acr_json_is_nothing(acr_json_get(given, hidden[i])))
			acr_json_set(acr_json_get(webhook, CONFIG), hidden[i],
				     acr_json_copy(acr_json_get(given, hidden[i])));
	if (!acr_json_is_nothing(tags))
		acr_json_set(webhook, "tags", acr_json_copy(tags));
}

void webhook_put(struct arm_request *request)
{
	if (!request->name) {
		arm_generic(request);
		return;
	}
	ACR_AUTO_PTR(acr_json) *present = store_get(request->id);
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	const char *given = acr_json_str(request->body, "/location");
	ACR_AUTO_FREE char *location = location_normalize(given ? given : acr_json_str(registry, "/location"));
	if (!check_name(request) || !check_body(request, true) || !arm_check_location(request, present) ||
	    (!present && !check_limit(request)))
		return;
	ACR_AUTO_PTR(acr_json) *webhook =
		json_build("{'type':%s,'id':%s,'name':%s,'location':%s,'tags':{},'systemData':{},"
			   "'properties':{'status':'enabled','scope':'','actions':[],'provisioningState':'Succeeded'},"
			   "'" CONFIG "':{'serviceUri':null,'customHeaders':{}}}",
			   request->type, request->id, request->name, location);
	apply(webhook, request->body);
	if (present)
		acr_json_set(webhook, "systemData", acr_json_copy(acr_json_get(present, "systemData")));
	arm_touch(webhook);
	store_put(request->id, webhook);
	reply_json(request->exchange, 200, shape(store_get(request->id)));
}

static bool patch_stored(struct acr_json *webhook, void *user)
{
	apply(webhook, user);
	arm_touch(webhook);
	return true;
}

void webhook_patch(struct arm_request *request)
{
	if (!check_body(request, false))
		return;
	if (store_change(request->id, patch_stored, request->body))
		reply_json(request->exchange, 200, shape(store_get(request->id)));
	else
		arm_not_found(request);
}

void webhook_get(struct arm_request *request)
{
	if (request->name) {
		struct acr_json *webhook = store_get(request->id);
		if (webhook)
			reply_json(request->exchange, 200, shape(webhook));
		else
			arm_not_found(request);
		return;
	}
	struct acr_json *list = store_list(request->id);
	for (struct acr_json *webhook = acr_json_first(list); webhook; webhook = acr_json_next(webhook))
		shape(webhook);
	arm_reply_list(request, list);
}

void webhook_delete(struct arm_request *request)
{
	if (request->name)
		webhook_forget(request->id);
	arm_generic(request);
}

void webhook_ping(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *webhook = store_get(request->id);
	ACR_AUTO_PTR(acr_json) *content = json_build("{'action':'ping'}");
	ACR_AUTO_FREE char *id = webhook_send(webhook, content);
	reply_json(request->exchange, 200, json_build("{'id':%s}", id));
}

/* Clients ask for the first page with POST and for those behind it with GET. */
void webhook_events(struct arm_request *request)
{
	ACR_AUTO_FREE char *id = resource_up_to(request->id, "webhooks");
	ACR_AUTO_PTR(acr_json) *webhook = store_get(id);
	arm_reply_list(request, webhook_history(webhook));
}

void webhook_config(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *webhook = store_get(request->id);
	reply_json(request->exchange, 200, acr_json_copy(acr_json_get(webhook, CONFIG)));
}
