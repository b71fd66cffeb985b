/* What a registry uses of what its SKU allows, and whether a name is free. */
#include "arm_registry.h"
#include "resource_id.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define GIB (1LL << 30)

enum { BASIC, STANDARD, PREMIUM, SKUS };

/* A limit of 0 stands for a line that the SKU does not show, -1 for no limit. */
static const struct usage {
	const char *name;
	long long limits[SKUS];
	const char *unit;
	const char *collection; /* what is counted: resources below the registry … */
	const char *pointer;    /* … or items of a list in it */
} usages[] = {
	{"Size", {10 * GIB, 100 * GIB, 500 * GIB}, "Bytes", NULL, NULL},
	{"MaximumStorageCapacity", {0, 0, 100 * 1024 * GIB}, "Bytes", NULL, NULL},
	{"Webhooks", {2, 10, 500}, "Count", "webhooks", NULL},
	{"Geo-replications", {0, 0, -1}, "Count", "replications", NULL},
	{"IPRules", {0, 0, 200}, "Count", NULL, "/properties/networkRuleSet/ipRules"},
	{"VNetRules", {0, 0, 100}, "Count", NULL, "/properties/networkRuleSet/virtualNetworkRules"},
	{"PrivateEndpointConnections", {0, 0, 400}, "Count", "privateEndpointConnections", NULL},
	{"ScopeMaps", {100, 500, 50000}, "Count", "scopeMaps", NULL},
	{"Tokens", {100, 500, 50000}, "Count", "tokens", NULL},
};

static int sku_index(const char *sku)
{
	return !sku || !strcmp(sku, "Basic") ? BASIC : !strcmp(sku, "Standard") ? STANDARD : PREMIUM;
}

size_t registry_webhook_limit(const char *sku)
{
	return (size_t)usages[2].limits[sku_index(sku)];
}

static long long count(const struct usage *usage, const struct acr_json *registry)
{
	const char *id = acr_json_str(registry, "/id");
	if (usage->pointer)
		return (long long)acr_json_size(acr_json_at(registry, usage->pointer));
	if (!usage->collection)
		return (long long)registry_size(id);
	ACR_AUTO_FREE char *collection = acr_format("%s/%s", id, usage->collection);
	ACR_AUTO_PTR(acr_json) *list = store_list(collection);
	long long number = 0;
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		/* Scope maps that come with every registry do not count. */
		const char *type = acr_json_str(item, "/properties/type");
		number += !type || strcmp(type, "SystemDefined") != 0;
	}
	return number;
}

void registry_usages(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	int sku = sku_index(acr_json_str(registry, "/sku/name"));
	struct acr_json *list = acr_json_new_array();
	for (size_t i = 0; i < ACR_COUNT(usages); i++)
		if (usages[i].limits[sku])
			acr_json_append(list, json_build("{'name':%s,'limit':%lld,'currentValue':%lld,'unit':%s}",
							 usages[i].name, usages[i].limits[sku],
							 count(&usages[i], registry), usages[i].unit));
	struct acr_json *reply = acr_json_new_object();
	acr_json_set(reply, "value", list);
	reply_json(request->exchange, 200, reply);
}

/* ---- names ---------------------------------------------------------------------------------------------------------
 */

const char *registry_name_fault(const char *name)
{
	size_t length = strlen(name);
	if (length < 5 || length > 50)
		return "The registry name must be between 5 and 50 characters long.";
	for (; *name; name++)
		if (!isalnum((unsigned char)*name))
			return "The registry name must contain only alphanumeric characters.";
	return NULL;
}

bool registry_name_taken(const char *name, const char *id)
{
	ACR_AUTO_FREE char *scope = acr_format("/subscriptions/%s", emulator.subscription_id);
	ACR_AUTO_PTR(acr_json) *all = store_list_type(scope, REGISTRY_TYPE);
	for (const struct acr_json *registry = acr_json_first(all); registry; registry = acr_json_next(registry))
		if (!strcasecmp(acr_json_str(registry, "/name"), name) &&
		    (!id || strcasecmp(acr_json_str(registry, "/id"), id) != 0))
			return true;
	return false;
}

void registry_check_name(struct arm_request *request)
{
	const char *name = acr_json_str(request->body, "/name");
	const char *type = acr_json_str(request->body, "/type");
	if (!name || !type || strcasecmp(type, REGISTRY_TYPE) != 0) {
		registry_refuse(request->exchange, 400, "InvalidRequestContent",
				"The members 'name' and 'type' (" REGISTRY_TYPE ") are required.");
		return;
	}
	const char *fault = registry_name_fault(name);
	if (fault) {
		reply_json(request->exchange, 200,
			   json_build("{'nameAvailable':false,'reason':'Invalid','message':%s}", fault));
	} else if (registry_name_taken(name, NULL)) {
		ACR_AUTO_FREE char *message = acr_format("The registry %s is already in use.", name);
		reply_json(request->exchange, 200,
			   json_build("{'nameAvailable':false,'reason':'AlreadyExists','message':%s}", message));
	} else {
		reply_json(request->exchange, 200, json_build("{'nameAvailable':true}"));
	}
}
