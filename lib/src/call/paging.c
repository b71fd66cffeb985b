/* Lists in pages: nextLink members (ARM) and Link header fields (registry, RFC 8288). */
#include "call.h"

#include <acr/uri.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The target of the Link field whose relation is "next", yours to free(); NULL when there is none. */
static char *link_next(const struct acr_headers *headers)
{
	const char *field = acr_headers_get(headers, "link");

	while (field && (field = strchr(field, '<'))) {
		const char *end = strchr(field, '>');
		const char *comma = end ? strchr(end, ',') : NULL;
		size_t length;

		if (!end)
			return NULL;
		length = comma ? (size_t)(comma - end) : strlen(end);
		if (memmem(end, length, "rel=\"next\"", 10) || memmem(end, length, "rel=next", 8))
			return acr_strndup(field + 1, (size_t)(end - field - 1));
		field = end;
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

static char *next_page(const struct call *call, const struct acr_json *page)
{
	if (call->op->plane == ACR_PLANE_REGISTRY) {
		ACR_AUTO_FREE char *link = link_next(&call->exchange.response.headers);

		return link ? link_url(call->exchange.request.url, link) : NULL;
	}
	const char *link = acr_json_str(page, "/nextLink");

	return link && *link ? acr_strdup(link) : NULL;
}

/* Move the items of `page` to `list`, at most up to `top` in all (0: no limit). */
static size_t take_items(struct acr_json *page, const char *member, struct acr_json *list, size_t have, size_t top)
{
	struct acr_json *items = acr_json_get(page, member);
	struct acr_json *item;

	while ((!top || have < top) && (item = acr_json_detach_item(items, 0))) {
		acr_json_append(list, item);
		have++;
	}
	return have;
}

int call_pages(struct call *call, struct acr_json **ret, struct acr_error *error)
{
	const char *member = call->op->items ? call->op->items : "value";
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	size_t have = 0;
	int rc;

	for (;;) {
		ACR_AUTO_PTR(acr_json) *page = NULL;
		ACR_AUTO_FREE char *next = NULL;

		if ((rc = call_body(call, &page, error)) < 0)
			return rc;
		have = take_items(page, member, list, have, call->options->top);
		next = next_page(call, page);
		if (!next || (call->options->top && have >= call->options->top))
			break;
		if (!strcmp(next, call->exchange.request.url))
			return acr_fail(error, ACR_ERROR_SERVICE,
			                "The service names the same page (%s) as the next one; the list is not complete.",
			                next);
		if ((rc = call_follow(call, next, error)) < 0)
			return rc;
	}
	*ret = TAKE(list);
	return 0;
}
