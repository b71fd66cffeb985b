/* The front of a registry: firewall, dispatch, errors, pages. */
#include "registry.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* ---- errors --------------------------------------------------------------------------------------------------- */

void registry_fail(struct exchange *exchange, int status, const char *code, struct acr_json *detail, const char *format,
		   ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *message = acr_vformat(format, args);
	va_end(args);
	struct acr_json *body = json_build("{'errors':[{'code':%s,'message':%s}]}", code, message);
	if (detail)
		acr_json_set(acr_json_at(body, "/errors/0"), "detail", detail);
	reply_json(exchange, status, body);
}

void fail_name_unknown(struct exchange *exchange, const char *repository)
{
	registry_fail(exchange, 404, "NAME_UNKNOWN", json_build("{'name':%s}", repository),
		      "repository name not known to registry");
}

void fail_tag_unknown(struct exchange *exchange, const char *tag)
{
	registry_fail(exchange, 404, "TAG_UNKNOWN", json_build("{'name':%s}", tag), "the specified tag does not exist");
}

void fail_manifest_unknown(struct exchange *exchange, const char *repository, const char *reference)
{
	if (strchr(reference, ':'))
		registry_fail(exchange, 404, "MANIFEST_UNKNOWN",
			      json_build("{'Name':%s,'Revision':%s}", repository, reference),
			      "manifest %s is not found", reference);
	else
		registry_fail(exchange, 404, "MANIFEST_UNKNOWN", json_build("{'Tag':%s}", reference),
			      "manifest tagged by \"%s\" is not found", reference);
}

void fail_disallowed(struct exchange *exchange)
{
	registry_fail(exchange, 405, "REGISTRY_DISALLOWED_OPERATION", acr_json_new_object(),
		      "The operation is disallowed on this registry, repository or image. View troubleshooting steps "
		      "at https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation");
}

void fail_unsupported(struct exchange *exchange)
{
	registry_fail(exchange, 405, "UNSUPPORTED", NULL, "The operation is unsupported.");
}

void fail_internal(struct exchange *exchange, struct acr_error *error)
{
	registry_fail(exchange, 500, "UNKNOWN", NULL, "%s", error->message);
	acr_error_clear(error);
}

/* ---- firewall ------------------------------------------------------------------------------------------------- */

/* Whether "127.0.0.1" or "127.0.0.0/8" includes the loopback address all clients have. */
static bool rule_includes_loopback(const char *rule)
{
	ACR_AUTO_FREE char *text = acr_strdup(rule);
	char *slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	long bits = slash ? strtol(slash, NULL, 10) : 32;
	struct in_addr address;
	if (bits < 0 || bits > 32 || inet_pton(AF_INET, text, &address) != 1)
		return false;
	uint32_t mask = bits ? UINT32_MAX << (32 - bits) : 0;
	return ((ntohl(address.s_addr) ^ INADDR_LOOPBACK) & mask) == 0;
}

static bool firewall_admits(const struct acr_json *resource)
{
	const char *access = acr_json_str(resource, "/properties/publicNetworkAccess");
	const char *action = acr_json_str(resource, "/properties/networkRuleSet/defaultAction");
	if (access && !strcasecmp(access, "Disabled"))
		return false;
	if (!action || strcasecmp(action, "Deny") != 0)
		return true;
	const struct acr_json *rules = acr_json_at(resource, "/properties/networkRuleSet/ipRules");
	for (const struct acr_json *rule = acr_json_first(rules); rule; rule = acr_json_next(rule)) {
		const char *value = acr_json_str(rule, "/value");
		if (value && rule_includes_loopback(value))
			return true;
	}
	return false;
}

/* Whether the request may come in at all; replies when not. */
static bool admit(const struct registry *registry, struct exchange *exchange)
{
	ACR_AUTO_PTR(acr_json) *resource = registry_resource(registry);
	if (firewall_admits(resource))
		return true;
	registry_fail(exchange, 403, "DENIED", NULL,
		      "client with IP '127.0.0.1' is not allowed access. Refer https://aka.ms/acr/firewall to grant "
		      "access.");
	return false;
}

/* ---- dispatch ------------------------------------------------------------------------------------------------- */

static bool begins_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

static bool is_read(const struct exchange *exchange)
{
	return !strcmp(exchange->method, "GET") || !strcmp(exchange->method, "HEAD");
}

static bool is_method(const struct exchange *exchange, const char *method)
{
	return !strcmp(exchange->method, method);
}

void front_open(void *user, struct exchange *exchange)
{
	struct registry *registry = user;
	/* registry_start() has the lock until the port, and with it the login server's name, is known. */
	pthread_mutex_lock(&registry->lock);
	pthread_mutex_unlock(&registry->lock);
	char id[37];
	acr_uuid(id);
	acr_headers_set(&exchange->reply_headers, "X-Ms-Correlation-Request-Id", id);
	if (!begins_with(exchange->path, "/oauth2/"))
		acr_headers_set(&exchange->reply_headers, "Docker-Distribution-Api-Version", "registry/2.0");
	exchange->body.max = MANIFEST_MAX;
	if (!admit(registry, exchange))
		return;
	bool sends = is_method(exchange, "PATCH") || is_method(exchange, "PUT") || is_method(exchange, "POST");
	ACR_AUTO(image_path) path = {0};
	if (sends && image_path_parse(exchange->path, &path) && !strcmp(path.kind, "uploads") &&
	    repository_name_valid(path.repository))
		proxy_open(registry, exchange, &path);
}

static void answer_base(struct registry *registry, struct exchange *exchange)
{
	if (authorize(registry, exchange, NULL, 0))
		reply_json(exchange, 200, acr_json_new_object());
}

static void answer_image(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	if (!repository_name_valid(path->repository))
		registry_fail(exchange, 400, "NAME_INVALID", json_build("{'name':%s}", path->repository),
			      "invalid repository name");
	else if (!strcmp(path->kind, "manifests"))
		manifests_answer(registry, exchange, path);
	else if (!strcmp(path->kind, "tags") && is_read(exchange))
		tags_list_answer(registry, exchange, path);
	else if (!strcmp(path->kind, "referrers") && is_read(exchange))
		referrers_answer(registry, exchange, path);
	else if (!strcmp(path->kind, "blobs") || !strcmp(path->kind, "uploads"))
		proxy_answer(registry, exchange, path);
	else
		fail_unsupported(exchange);
}

void front_answer(void *user, struct exchange *exchange)
{
	struct registry *registry = user;
	const char *path = exchange->path;
	ACR_AUTO(image_path) image = {0};
	if (!strcmp(path, "/v2/") || !strcmp(path, "/v2"))
		answer_base(registry, exchange);
	else if (!strcmp(path, "/v2/_catalog") && is_read(exchange))
		catalog_answer(registry, exchange);
	else if (image_path_parse(path, &image))
		answer_image(registry, exchange, &image);
	else if (begins_with(path, "/oauth2/"))
		tokens_answer(registry, exchange);
	else if (begins_with(path, "/acr/v1/"))
		attributes_answer(registry, exchange);
	else if (!charts_answer(registry, exchange))
		registry_fail(exchange, 404, "UNSUPPORTED", NULL, "There is nothing at '%s'.", path);
}

/* ---- pages ---------------------------------------------------------------------------------------------------- */

void page_clear(struct page *page)
{
	free(page->last);
	free(page->order);
	*page = (struct page){0};
}

bool page_read(struct exchange *exchange, struct page *page)
{
	ACR_AUTO_FREE char *size = exchange_query(exchange, "n");
	char *end = NULL;
	long number = size && *size ? strtol(size, &end, 10) : PAGE_DEFAULT;
	if (number < 1 || (end && *end)) {
		registry_fail(exchange, 400, "PAGINATION_NUMBER_INVALID", json_build("{'n':%s}", size),
			      "invalid number of results requested");
		return false;
	}
	page->size = number < PAGE_MAX ? (size_t)number : PAGE_MAX;
	page->last = exchange_query(exchange, "last");
	page->order = exchange_query(exchange, "orderby");
	if (!page->order)
		page->order = acr_strdup("");
	if (!*page->order || !strcmp(page->order, "timeasc") || !strcmp(page->order, "timedesc") ||
	    !strcmp(page->order, "none"))
		return true;
	registry_fail(exchange, 400, "UNSUPPORTED", json_build("{'orderby':%s}", page->order),
		      "The order '%s' is not supported.", page->order);
	page_clear(page);
	return false;
}

static const char *item_name(const struct acr_json *item, const char *key)
{
	return acr_json_string(key ? acr_json_get(item, key) : item);
}

/* The first item of the page. By name that is well defined even when `last` has been deleted meanwhile. */
static struct acr_json *first_of_page(const struct page *page, const struct acr_json *items, const char *key)
{
	struct acr_json *item = acr_json_first(items);
	if (!page->last || !*page->last)
		return item;
	bool by_time = !strncmp(page->order, "time", 4);
	for (; item; item = acr_json_next(item)) {
		int order = strcmp(item_name(item, key), page->last);
		if (by_time && order == 0)
			return acr_json_next(item);
		if (!by_time && order > 0)
			return item;
	}
	return NULL;
}

/* The path is the client's own, still encoded; so is the order only where the service knows one. */
static void set_link(struct exchange *exchange, const struct page *page, const char *last)
{
	ACR_AUTO(acr_buf) link = ACR_BUF_INIT;
	acr_buf_printf(&link, "<%s?last=", exchange->path);
	acr_uri_escape(last, "", &link);
	acr_buf_printf(&link, "&n=%zu", page->size);
	if (begins_with(exchange->path, "/acr/"))
		acr_buf_printf(&link, "&orderby=%s", page->order);
	acr_buf_puts(&link, ">; rel=\"next\"");
	acr_headers_set(&exchange->reply_headers, "Link", acr_buf_str(&link));
}

struct acr_json *page_take(struct exchange *exchange, const struct page *page, const struct acr_json *items,
			   const char *key)
{
	struct acr_json *taken = acr_json_new_array();
	size_t count = 0;
	const struct acr_json *before = NULL;
	for (const struct acr_json *item = first_of_page(page, items, key); item; item = acr_json_next(item)) {
		if (count++ == page->size) {
			set_link(exchange, page, item_name(before, key));
			break;
		}
		acr_json_append(taken, acr_json_copy(item));
		before = item;
	}
	return taken;
}
