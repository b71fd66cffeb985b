/* Lists in pages: nextLink members (ARM) and Link header fields (registry, RFC 8288). */
#include "call.h"

#include <acr/uri.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The target of the Link field whose relation is "next", yours to free(); NULL when there is none. */
static char *link_next(const struct acr_headers *headers)
{
	const char *links = acr_headers_get(headers, "link"), *end;

	for (const char *link = links ? strchr(links, '<') : NULL; link; link = strchr(end, '<')) {
		const char *comma;
		size_t length;

		end = strchr(link, '>');
		if (!end)
			return NULL;
		comma = strchr(end, ',');
		length = comma ? (size_t)(comma - end) : strlen(end);
		if (memmem(end, length, "rel=\"next\"", 10) || memmem(end, length, "rel=next", 8))
			return acr_strndup(link + 1, (size_t)(end - link - 1));
	}
	return NULL;
}

/* The query of a Link belongs to the path that was asked: registries behind a gateway name their inner path. */
static char *link_url(const char *current, const char *link)
{
	const char *query = strchr(link, '?');
	size_t path = strcspn(current, "?");

	return acr_format("%.*s%s", (int)path, current, query ? query : "");
}

/* How services call the link: Azure Resource Manager, then OData in its versions. */
static const char *const link_names[] = {"nextLink", "@odata.nextLink", "odata.nextLink", "@nextLink"};

static const char *body_link(const struct acr_json *page)
{
	const char *link = NULL;

	for (size_t i = 0; i < ACR_COUNT(link_names) && !link; i++)
		link = acr_json_string(acr_json_get(page, link_names[i]));
	return link && *link ? link : NULL;
}

/* A link with the parameters that the caller wants in each, in the place of those of the same name. */
static char *with_parameters(const char *link, const struct acr_json *parameters)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	const char *query = link + strcspn(link, "?#");
	const struct acr_json *item;

	acr_buf_add(&url, link, (size_t)(query - link));
	while (*query && *query != '#') {
		size_t length = strcspn(query + 1, "&#"), name = strcspn(query + 1, "=&#");
		ACR_AUTO_FREE char *key = acr_uri_unescape(query + 1, name, true);
		bool replaced = false;

		for (item = acr_json_first(parameters); item; item = acr_json_next(item))
			replaced = replaced || !strcasecmp(acr_json_key(item), key);
		if (length && !replaced)
			acr_buf_printf(&url, "%c%.*s", strchr(acr_buf_str(&url), '?') ? '&' : '?', (int)length,
				       query + 1);
		query += length + 1;
	}
	for (item = acr_json_first(parameters); item; item = acr_json_next(item))
		acr_uri_add_query(&url, acr_json_key(item), acr_json_string(item));
	return acr_buf_take(&url);
}

static char *next_page(const struct call *call, const struct acr_json *page)
{
	if (call->op->plane == ACR_PLANE_REGISTRY) {
		ACR_AUTO_FREE char *link = link_next(&call->exchange.response.headers);

		return link ? link_url(call->exchange.request.url, link) : NULL;
	}
	const char *link = body_link(page);

	return link ? with_parameters(link, call->rest ? call->rest->next_query : NULL) : NULL;
}

/* Move the items of `page` to `list`, at most up to `top` in all (0: no limit). */
static size_t take_items(struct acr_json *page, const char *member, struct acr_json *list, size_t have, size_t top)
{
	struct acr_json *items = acr_json_get(page, member);
	struct acr_json *item;

	/* What stands there instead where there is nothing: null. */
	if (!acr_json_is(items, ACR_JSON_ARRAY))
		return have;
	while ((!top || have < top) && (item = acr_json_detach_item(items, 0))) {
		acr_json_append(list, item);
		have++;
	}
	return have;
}

#define MAX_PAGES 100000

/* Whether the pages go on to new ones. The landmark is moved at each power of two, so that whoever walks in a circle,
 * however long, comes to it again (Brent's algorithm). */
static int check_way(struct call *call, const char *next, struct acr_error *error)
{
	const char *current = call->exchange.request.url;

	if (!strcmp(next, current) || (call->landmark && !strcmp(next, call->landmark)))
		return acr_fail(error, ACR_ERROR_SERVICE,
				"The service names the same page (%s) as the next one; the list is not complete.",
				next);
	if (++call->pages > MAX_PAGES)
		return acr_fail(error, ACR_ERROR_LIMIT, "The list has more than %d pages; it is not complete.",
				MAX_PAGES);
	if ((call->pages & (call->pages - 1)) == 0) {
		free(call->landmark);
		call->landmark = acr_strdup(current);
	}
	return 0;
}

/* Get the page at `next`, and then the link that it holds. */
static int turn_page(struct call *call, char **next, struct acr_json **page, struct acr_error *error)
{
	int rc;

	if ((rc = check_way(call, *next, error)) < 0 || (rc = call_follow(call, *next, error)) < 0)
		return rc;
	acr_json_free(TAKE(*page));
	if ((rc = call_body(call, page, error)) < 0)
		return rc;
	free(*next);
	*next = next_page(call, *page);
	return 0;
}

int call_pages(struct call *call, struct acr_json **ret, struct acr_error *error)
{
	const char *member = call->op->items ? call->op->items : "value";
	size_t top = call->options->top, have;
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array(), *page = NULL;
	ACR_AUTO_FREE char *next = NULL;
	int rc;

	if ((rc = call_body(call, &page, error)) < 0)
		return rc;
	have = take_items(page, member, list, 0, top);
	next = next_page(call, page);
	while (next && !(top && have >= top)) {
		if ((rc = turn_page(call, &next, &page, error)) < 0)
			return rc;
		have = take_items(page, member, list, have, top);
	}
	*ret = TAKE(list);
	return 0;
}

/* The member that holds the items: the usual one, or else the only array. */
static const char *items_member(const struct acr_json *page)
{
	const struct acr_json *member;
	const char *found = NULL;

	if (acr_json_is(acr_json_get(page, "value"), ACR_JSON_ARRAY))
		return "value";
	for (member = acr_json_first(page); member; member = acr_json_next(member))
		if (acr_json_is(member, ACR_JSON_ARRAY)) {
			if (found)
				return NULL;
			found = acr_json_key(member);
		}
	return found;
}

int call_complete(struct call *call, struct acr_json *first, struct acr_error *error)
{
	const char *member = acr_json_is(first, ACR_JSON_OBJECT) ? items_member(first) : NULL;
	struct acr_json *list = member ? acr_json_get(first, member) : NULL;
	ACR_AUTO_FREE char *next = list ? next_page(call, first) : NULL;
	ACR_AUTO_PTR(acr_json) *page = NULL;
	int rc;

	while (next) {
		if ((rc = turn_page(call, &next, &page, error)) < 0)
			return rc;
		take_items(page, member, list, 0, 0);
	}
	for (size_t i = 0; list && i < ACR_COUNT(link_names); i++)
		acr_json_remove(first, link_names[i]);
	return 0;
}
