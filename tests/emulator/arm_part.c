/* What the parts of a registry share: names, states, answers at once or later. */
#include "arm_registry.h"
#include "resource_id.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool part_refuse(struct arm_request *request, int status, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *message = acr_vformat(format, args);
	va_end(args);
	registry_refuse(request->exchange, status, code, "%s", message);
	return false;
}

bool part_check_name(struct arm_request *request, size_t shortest, size_t longest, bool dashes)
{
	size_t length = strlen(request->name);
	bool good = length >= shortest && length <= longest;
	for (const char *c = request->name; good && *c; c++)
		good = isalnum((unsigned char)*c) || (dashes && *c == '-');
	return good ||
	       part_refuse(request, 400, "InvalidResourceName",
			   "Invalid resource name: '%s'. The name must have %zu to %zu letters%s digits%s.",
			   request->name, shortest, longest, dashes ? "," : " and", dashes ? " and dashes" : "");
}

bool part_check_premium(struct arm_request *request, const char *feature)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	const char *sku = acr_json_str(registry, "/sku/name");
	return (sku && !strcmp(sku, "Premium")) ||
	       part_refuse(request, 400, "SkuNotSupported", "The requested feature %s is not supported for the SKU %s.",
			   feature, sku ? sku : "");
}

bool part_exists(const struct arm_request *request, const char *kind, const char *id)
{
	ACR_AUTO_FREE char *prefix = acr_format("%s/%s/", request->registry, kind);
	return !strncasecmp(id, prefix, strlen(prefix)) && !strchr(id + strlen(prefix), '/') && store_has(id);
}

struct acr_json *part_open(const struct arm_request *request)
{
	struct acr_json *present = store_get(request->id);
	return present ? present
		       : json_build("{'type':%s,'id':%s,'name':%s,'systemData':{},'properties':{}}", request->type,
				    request->id, request->name);
}

void part_reply(struct arm_request *request, struct acr_json *part, bool at_once)
{
	bool present = store_has(request->id);
	arm_touch(part);
	acr_json_set_str(acr_json_get(part, "properties"), "provisioningState",
			 at_once   ? "Succeeded"
			 : present ? "Updating"
				   : "Creating");
	store_put(request->id, part);
	reply_json(request->exchange, 200, store_get(request->id));
	if (!at_once)
		arm_reply_long(request, 201, request->id, NULL, NULL);
}

static struct acr_json *remove_part(void *user)
{
	ACR_AUTO_FREE char *id = user;
	store_delete(id);
	return NULL;
}

static bool mark_deleting(struct acr_json *part, void *user)
{
	(void)user;
	acr_json_set_str(acr_json_get(part, "properties"), "provisioningState", "Deleting");
	return true;
}

void part_delete(struct arm_request *request, bool at_once)
{
	if (!store_has(request->id)) {
		request->exchange->status = 204;
	} else if (at_once) {
		store_delete(request->id);
		request->exchange->status = 200;
	} else {
		store_change(request->id, mark_deleting, NULL);
		reply_json(request->exchange, 202, store_get(request->id));
		arm_reply_long(request, 202, NULL, remove_part, acr_strdup(request->id));
	}
}
