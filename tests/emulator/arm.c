/* The management API's front door: authentication, the path taken apart, and who answers. */
#include "arm_policy.h"
#include "directory.h"
#include "resource_id.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SEGMENTS_MAX 64

/* In this order; the generic store answers what no row wants. */
static const struct arm_route *const route_tables[] = {
	arm_resource_routes,
	arm_registry_routes,
	agent_routes,
	arm_role_routes,
	policy_routes,
	container_routes,
};

/* What a request owns while it is answered. */
struct parsed {
	struct arm_request request;
	char *api_version, *id, *type, *action, *group, *registry;
	struct acr_json *body;
};

static void parsed_clear(struct parsed *parsed)
{
	free(parsed->api_version);
	free(parsed->id);
	free(parsed->type);
	free(parsed->action);
	free(parsed->group);
	free(parsed->registry);
	acr_json_free(parsed->body);
}

/* ---- authentication ------------------------------------------------------------------------------------------- */

static bool refuse_token(struct exchange *exchange, const char *code, const char *message)
{
	ACR_AUTO_FREE char *challenge =
		acr_format("Bearer authorization_uri=\"%s/%s\", error=\"invalid_token\", error_description=\"%s\"",
			   emulator.base_url, emulator.tenant_id, message);
	acr_headers_set(&exchange->reply_headers, "WWW-Authenticate", challenge);
	reply_error(exchange, 401, code, "%s", message);
	return false;
}

static bool is_management_audience(const char *audience)
{
	static const char *const known[] = {"https://management.core.windows.net", "https://management.azure.com"};
	size_t length = strlen(audience);
	while (length && audience[length - 1] == '/')
		length--;
	for (size_t i = 0; i < ACR_COUNT(known); i++)
		if (strlen(known[i]) == length && !strncmp(known[i], audience, length))
			return true;
	return strlen(emulator.base_url) == length && !strncmp(emulator.base_url, audience, length);
}

static bool check_token(struct exchange *exchange)
{
	const char *header = exchange_header(exchange, "Authorization");
	if (!header)
		return refuse_token(exchange, "AuthenticationFailed",
				    "Authentication failed. The 'Authorization' header is missing.");
	if (strncasecmp(header, "Bearer ", strlen("Bearer ")) != 0)
		return refuse_token(
			exchange, "AuthenticationFailedInvalidHeader",
			"Authentication failed. The 'Authorization' header is provided in an invalid format.");
	ACR_AUTO_PTR(acr_json) *claims = token_read(header + strlen("Bearer "));
	if (!claims)
		return refuse_token(exchange, "InvalidAuthenticationToken", "The access token is invalid.");
	double expiry = acr_json_num(claims, "/exp", 0);
	if (expiry <= (double)now_seconds()) {
		ACR_AUTO_FREE char *until = acr_time_text((int64_t)expiry);
		ACR_AUTO_FREE char *now = acr_time_text(now_seconds());
		ACR_AUTO_FREE char *message = acr_format(
			"The access token expiry UTC time '%s' is earlier than current UTC time '%s'.", until, now);
		return refuse_token(exchange, "ExpiredAuthenticationToken", message);
	}
	const char *audience = acr_json_str(claims, "/aud");
	if (audience && is_management_audience(audience))
		return true;
	ACR_AUTO_FREE char *message = acr_format("The access token has been obtained for wrong audience or resource "
						 "'%s'. It should exactly match with one of the allowed audiences "
						 "'" MANAGEMENT_AUDIENCE "', 'https://management.azure.com/'.",
						 audience ? audience : "");
	return refuse_token(exchange, "InvalidAuthenticationTokenAudience", message);
}

/* ---- the request taken apart ---------------------------------------------------------------------------------- */

static bool is_api_version(const char *text)
{
	static const char shape[] = "0000-00-00";
	static const char *const suffixes[] = {"", "-preview", "-alpha", "-beta", "-privatepreview"};
	for (size_t i = 0; i < strlen(shape); i++)
		if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
			return false;
	for (size_t i = 0; i < ACR_COUNT(suffixes); i++)
		if (!strcmp(text + strlen(shape), suffixes[i]))
			return true;
	return false;
}

static bool parse_version(struct exchange *exchange, struct parsed *parsed)
{
	parsed->api_version = exchange_query(exchange, "api-version");
	if (!parsed->api_version || !*parsed->api_version) {
		reply_error(exchange, 400, "MissingApiVersionParameter",
			    "The api-version query parameter (?api-version=) is required for all requests.");
		return false;
	}
	if (!is_api_version(parsed->api_version)) {
		reply_error(
			exchange, 400, "InvalidApiVersionParameter",
			"The api-version '%s' is invalid. It should have the form YYYY-MM-DD or YYYY-MM-DD-preview.",
			parsed->api_version);
		return false;
	}
	parsed->request.api_version = parsed->api_version;
	return true;
}

/* Names go into file names and messages. */
static bool is_segment(const char *text)
{
	if (!strcmp(text, ".") || !strcmp(text, "..") || strlen(text) > 260)
		return false;
	for (; *text; text++)
		if (*text == '/' || *text == '\\' || (unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

/* Clients spell these as they like; answers spell them one way. */
static const char *spelling(const char *segment)
{
	static const char *const known[] = {
		"subscriptions",
		"resourceGroups",
		"providers",
		"Microsoft.ContainerRegistry",
		"registries",
		"replications",
		"webhooks",
		"scopeMaps",
		"tokens",
		"cacheRules",
		"credentialSets",
		"connectedRegistries",
		"privateEndpointConnections",
		"privateLinkResources",
		"tasks",
		"taskRuns",
		"runs",
		"agentPools",
	};
	for (size_t i = 0; i < ACR_COUNT(known); i++)
		if (!strcasecmp(known[i], segment))
			return known[i];
	return segment;
}

/* The decoded path without empty segments, and the number of its segments; NULL when a segment cannot be a name. */
static char *decode_path(const char *path, size_t *count)
{
	ACR_AUTO(acr_buf) decoded = ACR_BUF_INIT;
	bool provider = false; /* the segment before was "providers" */
	*count = 0;
	for (size_t length; *path; path += length) {
		path += strspn(path, "/");
		length = strcspn(path, "/");
		if (!length)
			continue;
		ACR_AUTO_FREE char *segment = acr_uri_unescape(path, length, false);
		/* An encoded NUL would cut the name short. */
		if (memmem(path, length, "%00", 3) || !is_segment(segment) || ++*count > SEGMENTS_MAX)
			return NULL;
		acr_buf_putc(&decoded, '/');
		acr_buf_puts(&decoded, *count % 2 || provider ? spelling(segment) : segment);
		provider = *count % 2 && !strcasecmp(segment, "providers");
	}
	return acr_buf_take(&decoded);
}

/* A group or registry is spelled as when it was made. */
static void respell(char *id, const char *segment)
{
	ACR_AUTO_FREE char *owner = resource_up_to(id, segment);
	ACR_AUTO_PTR(acr_json) *resource = owner ? store_get(owner) : NULL;
	const char *stored = acr_json_str(resource, "/id");
	if (stored)
		memcpy(id, stored, strlen(stored));
}

static bool parse_path(struct exchange *exchange, struct parsed *parsed)
{
	struct arm_request *request = &parsed->request;
	size_t count;
	parsed->id = decode_path(exchange->path, &count);
	if (!parsed->id) {
		reply_error(exchange, 400, "InvalidResourceName",
			    "The path '%s' holds a segment that is not a valid resource name.", exchange->path);
		return false;
	}
	if (count % 2 && !strcmp(exchange->method, "POST")) {
		char *slash = strrchr(parsed->id, '/');
		parsed->action = acr_strdup(slash + 1);
		*slash = '\0';
		count--;
	}
	respell(parsed->id, "resourceGroups");
	respell(parsed->id, "registries");
	parsed->type = resource_type(parsed->id);
	parsed->group = resource_up_to(parsed->id, "resourceGroups");
	ACR_AUTO_FREE char *provider = resource_part(parsed->id, "providers");
	if (provider && !strcasecmp(provider, "Microsoft.ContainerRegistry"))
		parsed->registry = resource_up_to(parsed->id, "registries");
	request->exchange = exchange;
	request->id = parsed->id;
	request->type = parsed->type;
	request->name = count % 2 ? NULL : resource_name(parsed->id);
	request->action = parsed->action;
	request->group = parsed->group;
	request->registry = parsed->registry;
	return true;
}

static bool parse_body(struct exchange *exchange, struct parsed *parsed)
{
	struct acr_error error = ACR_ERROR_INIT;
	const struct acr_buf *body = &exchange->body;
	bool needed = !strcmp(exchange->method, "PUT") || !strcmp(exchange->method, "PATCH");
	if (!body->length && !needed)
		return true;
	if (!body->length) {
		reply_error(exchange, 400, "InvalidRequestContent",
			    "The request content was invalid and could not be deserialized: the body is empty.");
		return false;
	}
	if (acr_json_parse(body->data, body->length, &parsed->body, &error) < 0) {
		reply_error(exchange, 400, "InvalidRequestContent",
			    "The request content was invalid and could not be deserialized: '%s'.", error.message);
		acr_error_clear(&error);
		return false;
	}
	parsed->request.body = parsed->body;
	if (acr_json_is(parsed->body, ACR_JSON_OBJECT))
		return true;
	reply_error(exchange, 400, "InvalidRequestContent",
		    "The request content was invalid and could not be deserialized: an object is expected.");
	return false;
}

/* ---- what must exist ------------------------------------------------------------------------------------------ */

/* What the path's last pair stands in; NULL when that is the resource group or the subscription. */
static char *parent_of(const struct arm_request *request)
{
	ACR_AUTO_FREE char *parent =
		request->name ? resource_parent(request->id)
			      : acr_strndup(request->id, (size_t)(strrchr(request->id, '/') - request->id));
	ACR_AUTO_FREE char *type = resource_type(parent);
	if (strchr(type, '/'))
		return TAKE(parent);
	/* "…/providers/NAMESPACE": an extension of the resource in front of it, or a resource of the group. */
	char *owner = resource_parent(parent);
	if (strlen(owner) > strlen(request->group))
		return owner;
	free(owner);
	return NULL;
}

static const char *verb_of(const char *method)
{
	static const struct {
		const char *method, *verb;
	} verbs[] = {{"PUT", "write"}, {"PATCH", "write"}, {"DELETE", "delete"}, {"POST", "action"}};
	for (size_t i = 0; i < ACR_COUNT(verbs); i++)
		if (!strcmp(verbs[i].method, method))
			return verbs[i].verb;
	return "read";
}

static bool check_parent(const struct arm_request *request)
{
	if (!request->group || !strcasestr(request->id + strlen(request->group), "/providers/"))
		return true;
	ACR_AUTO_FREE char *parent = parent_of(request);
	if (!parent || store_has(parent))
		return true;
	const char *slash = strchr(request->type, '/');
	reply_error(request->exchange, 404, "ParentResourceNotFound",
		    "Failed to perform '%s' on resource(s) of type '%s', because the parent resource '%s' could not be "
		    "found.",
		    verb_of(request->exchange->method), slash ? slash + 1 : request->type, parent);
	return false;
}

static bool check_scope(struct arm_request *request)
{
	ACR_AUTO_FREE char *subscription = resource_part(request->id, "subscriptions");
	if (subscription && strcasecmp(subscription, emulator.subscription_id) != 0) {
		reply_error(request->exchange, 404, "SubscriptionNotFound", "The subscription '%s' could not be found.",
			    subscription);
		return false;
	}
	bool itself = request->group && !request->action && !strcasecmp(request->group, request->id);
	if (request->group && !itself && !store_has(request->group)) {
		reply_error(request->exchange, 404, "ResourceGroupNotFound", "Resource group '%s' could not be found.",
			    resource_name(request->group));
		return false;
	}
	if (!check_parent(request))
		return false;
	if (request->action && request->group && request->name && !store_has(request->id)) {
		arm_not_found(request);
		return false;
	}
	return true;
}

/* ---- dispatch ------------------------------------------------------------------------------------------------- */

static const struct arm_route *find_route(const struct arm_request *request)
{
	for (size_t i = 0; i < ACR_COUNT(route_tables); i++)
		for (const struct arm_route *route = route_tables[i]; route->method; route++)
			if (!strcmp(route->method, request->exchange->method) &&
			    !strcasecmp(route->type, request->type) &&
			    !strcasecmp(route->action ? route->action : "", request->action ? request->action : ""))
				return route;
	return NULL;
}

static void add_common_headers(struct exchange *exchange)
{
	char id[37];
	acr_uuid(id);
	acr_headers_set(&exchange->reply_headers, "Cache-Control", "no-cache");
	acr_headers_set(&exchange->reply_headers, "x-ms-request-id", id);
	acr_headers_set(&exchange->reply_headers, "x-ms-correlation-request-id", id);
	const char *client_id = exchange_header(exchange, "x-ms-client-request-id");
	if (client_id)
		acr_headers_set(&exchange->reply_headers, "x-ms-client-request-id", client_id);
}

void arm_answer(struct exchange *exchange)
{
	__attribute__((cleanup(parsed_clear))) struct parsed parsed = {0};
	add_common_headers(exchange);
	if (arm_answer_public(exchange))
		return;
	if (graph_concerns(exchange)) {
		graph_answer(exchange);
		return;
	}
	if (commits_concern(exchange)) {
		if (commits_are_signed(exchange) || check_token(exchange))
			commits_answer(exchange);
		return;
	}
	if (!check_token(exchange) || !parse_path(exchange, &parsed) || !parse_version(exchange, &parsed) ||
	    !parse_body(exchange, &parsed))
		return;
	/* Operations are known by their own id, also when the resource is gone. */
	if (arm_long_concerns(&parsed.request)) {
		arm_long_answer(&parsed.request);
		return;
	}
	if (!authorization_check(&parsed.request) || !check_scope(&parsed.request) || !policy_check(&parsed.request))
		return;
	const struct arm_route *route = find_route(&parsed.request);
	if (route)
		route->answer(&parsed.request);
	else
		arm_generic(&parsed.request);
}
