/* The generic store of ARM resources: GET, PUT, PATCH, DELETE and lists of any type; and the parts of answers that all
 * of management shares. */
#include "arm_locations.h"
#include "directory.h"
#include "resource_id.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PAGE_SIZE 1000

/* ---- shared parts ---------------------------------------------------------------------------------------------- */

void arm_not_found(struct arm_request *request)
{
	const char *group = request->group ? resource_name(request->group) : NULL;
	/* "Microsoft.X/a/NAME/b/NAME": the id behind "/providers/". */
	ACR_AUTO_FREE char *path = resource_path(request->id);
	if (group && path)
		reply_error(request->exchange, 404, "ResourceNotFound",
			    "The Resource '%s' under resource group '%s' was not found. For more details please go to "
			    "https://aka.ms/ARMResourceNotFoundFix",
			    path, group);
	else
		reply_error(request->exchange, 404, "ResourceNotFound", "The resource '%s' could not be found.",
			    resource_name(request->id));
}

static void refuse_method(struct arm_request *request)
{
	reply_error(request->exchange, 405, "MethodNotAllowed", "The HTTP method '%s' is not supported on '%s'.",
		    request->exchange->method, request->id);
}

/* The request's address with another $skiptoken. */
static char *next_link(const struct exchange *exchange, size_t offset)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	acr_buf_printf(&url, "%s%s", emulator.base_url, exchange->path);
	char mark = '?';
	for (const char *part = exchange->query; *part;) {
		size_t length = strcspn(part, "&");
		ACR_AUTO_FREE char *name = acr_uri_unescape(part, strcspn(part, "=&"), true);
		if (length && strcasecmp(name, "$skiptoken") != 0) {
			acr_buf_printf(&url, "%c%.*s", mark, (int)length, part);
			mark = '&';
		}
		part += length + (part[length] == '&');
	}
	acr_buf_printf(&url, "%c%%24skiptoken=%zu", mark, offset);
	return acr_buf_take(&url);
}

static bool query_number(struct exchange *exchange, const char *name, size_t *ret)
{
	ACR_AUTO_FREE char *text = exchange_query(exchange, name);
	if (!text)
		return true;
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	if (!*text || *end || *text == '-' || value > 1000000000) {
		reply_error(exchange, 400, "InvalidQueryParameterValue",
			    "The value '%s' of the query parameter '%s' is not a number.", text, name);
		return false;
	}
	*ret = value;
	return true;
}

/* Only what the caller may see; takes `list`. */
static struct acr_json *visible(const struct exchange *exchange, struct acr_json *list)
{
	ACR_AUTO_FREE char *principal = authorization_principal(exchange);
	ACR_AUTO_PTR(acr_json) *all = list;
	if (principal && !strcmp(principal, emulator.client_id))
		return TAKE(all);
	struct acr_json *some = acr_json_new_array();
	for (const struct acr_json *item = acr_json_first(all); item; item = acr_json_next(item)) {
		const char *id = acr_json_str(item, "/id");
		if (!id || id[0] != '/' || !strncmp(id, "/tenants/", 9) || authorization_sees(principal, id))
			acr_json_append(some, acr_json_copy(item));
	}
	return some;
}

void arm_reply_list(struct arm_request *request, struct acr_json *list)
{
	ACR_AUTO_PTR(acr_json) *all = visible(request->exchange, list);
	size_t first = 0, size = PAGE_SIZE, count = acr_json_size(all);
	if (!query_number(request->exchange, "$skiptoken", &first) || !query_number(request->exchange, "$top", &size))
		return;
	if (!size || size > PAGE_SIZE)
		size = PAGE_SIZE;
	struct acr_json *page = acr_json_new_array();
	struct acr_json *item = acr_json_item(all, first);
	for (size_t i = 0; item && i < size; i++, item = acr_json_next(item))
		acr_json_append(page, acr_json_copy(item));
	struct acr_json *body = acr_json_new_object();
	acr_json_set(body, "value", page);
	if (first + size < count) {
		ACR_AUTO_FREE char *link = next_link(request->exchange, first + size);
		acr_json_set_str(body, "nextLink", link);
	}
	reply_json(request->exchange, 200, body);
}

void arm_touch(struct acr_json *resource)
{
	ACR_AUTO_FREE char *now = now_text();
	struct acr_json *old = acr_json_get(resource, "systemData");
	const char *created = acr_json_str(old, "/createdAt");
	struct acr_json *data =
		json_build("{'createdBy':%s,'createdByType':'Application','createdAt':%s,'lastModifiedBy':%s,"
			   "'lastModifiedByType':'Application','lastModifiedAt':%s}",
			   emulator.client_id, created ? created : now, emulator.client_id, now);
	acr_json_set(resource, "systemData", data);
}

void arm_merge(struct acr_json *resource, const struct acr_json *patch)
{
	for (const struct acr_json *member = acr_json_first(patch); member; member = acr_json_next(member)) {
		const char *key = acr_json_key(member);
		struct acr_json *present = acr_json_get(resource, key);
		if (acr_json_is(member, ACR_JSON_NULL))
			acr_json_remove(resource, key);
		else if (acr_json_is(member, ACR_JSON_OBJECT) && acr_json_is(present, ACR_JSON_OBJECT))
			arm_merge(present, member);
		else
			acr_json_set(resource, key, acr_json_copy(member));
	}
}

bool arm_check_location(struct arm_request *request, const struct acr_json *present)
{
	const char *old = acr_json_str(present, "/location"), *new = acr_json_str(request->body, "/location");
	if (!old || !new || location_same(old, new))
		return true;
	reply_error(
		request->exchange, 409, "InvalidResourceLocation",
		"The resource '%s' already exists in location '%s' in resource group '%s'. A resource with the same "
		"name cannot be created in location '%s'. Please select a new resource name.",
		request->name, old, request->group ? resource_name(request->group) : "", new);
	return false;
}

struct acr_json *arm_new_resource(const struct arm_request *request)
{
	const struct acr_json *body = request->body;
	struct acr_json *resource = acr_json_new_object();
	if (acr_json_get(body, "sku"))
		acr_json_set(resource, "sku", acr_json_copy(acr_json_get(body, "sku")));
	acr_json_set_str(resource, "type", request->type);
	acr_json_set_str(resource, "id", request->id);
	acr_json_set_str(resource, "name", request->name);
	for (const struct acr_json *member = acr_json_first(body); member; member = acr_json_next(member))
		if (!acr_json_get(resource, acr_json_key(member)) && !acr_json_is(member, ACR_JSON_NULL))
			acr_json_set(resource, acr_json_key(member), acr_json_copy(member));
	return resource;
}

/* ---- the generic store ----------------------------------------------------------------------------------------- */

static void get(struct arm_request *request)
{
	struct acr_json *resource = store_get(request->id);
	if (resource)
		reply_json(request->exchange, 200, resource);
	else
		arm_not_found(request);
}

static void list(struct arm_request *request)
{
	if (request->group) {
		arm_reply_list(request, store_list(request->id));
	} else {
		ACR_AUTO_FREE char *scope = resource_up_to(request->id, "subscriptions");
		arm_reply_list(request, store_list_type(scope, request->type));
	}
}

static void put(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *present = store_get(request->id);
	if (!arm_check_location(request, present))
		return;
	struct acr_json *resource = arm_new_resource(request);
	if (!acr_json_is(acr_json_get(resource, "properties"), ACR_JSON_OBJECT))
		acr_json_set(resource, "properties", acr_json_new_object());
	acr_json_set_str(acr_json_get(resource, "properties"), "provisioningState", "Succeeded");
	const struct acr_json *data = acr_json_get(present, "systemData");
	acr_json_set(resource, "systemData", data ? acr_json_copy(data) : acr_json_new_object());
	arm_touch(resource);
	store_put(request->id, resource);
	acr_json_free(resource);
	/* Azure Monitor makes its settings with 200, and az takes nothing else. */
	bool at_once = present || strcasestr(request->id, "/providers/Microsoft.Insights/diagnosticSettings/");
	reply_json(request->exchange, at_once ? 200 : 201, store_get(request->id));
}

static bool patch_stored(struct acr_json *resource, void *user)
{
	struct acr_json *patch = acr_json_copy(user);
	static const char *const fixed[] = {"id", "name", "type", "systemData", "location"};
	for (size_t i = 0; i < ACR_COUNT(fixed); i++)
		acr_json_remove(patch, fixed[i]);
	arm_merge(resource, patch);
	acr_json_free(patch);
	arm_touch(resource);
	return true;
}

static void patch(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *present = store_get(request->id);
	if (!present) {
		arm_not_found(request);
		return;
	}
	if (!arm_check_location(request, present))
		return;
	store_change(request->id, patch_stored, request->body);
	reply_json(request->exchange, 200, store_get(request->id));
}

void arm_generic(struct arm_request *request)
{
	const char *method = request->exchange->method;
	bool read = !strcmp(method, "GET");
	bool known = request->group && strchr(request->type, '/') && request->name && !request->action;
	if (read && !request->name && strchr(request->type, '/'))
		list(request);
	else if (!known)
		refuse_method(request);
	else if (read)
		get(request);
	else if (!strcmp(method, "HEAD"))
		request->exchange->status = store_has(request->id) ? 204 : 404;
	else if (!strcmp(method, "PUT"))
		put(request);
	else if (!strcmp(method, "PATCH"))
		patch(request);
	else if (!strcmp(method, "DELETE"))
		request->exchange->status = store_delete(request->id) ? 200 : 204;
	else
		refuse_method(request);
}
