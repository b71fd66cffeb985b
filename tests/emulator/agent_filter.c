/* $filter of a list of runs: comparisons joined by "and". */
#include "agent.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct condition {
	const char *pointer; /* of the text compared; NULL: the manifests of the output images */
	char *value;
};

struct run_filter {
	struct condition *items;
	size_t count;
};

static const struct {
	const char *name, *pointer;
} fields[] = {
	{"RunId", "/properties/runId"},
	{"RunType", "/properties/runType"},
	{"Status", "/properties/status"},
	{"TaskName", "/properties/task"},
	{"AgentPoolName", "/properties/agentPoolName"},
};

void run_filter_free(struct run_filter *filter)
{
	if (!filter)
		return;
	for (size_t i = 0; i < filter->count; i++)
		free(filter->items[i].value);
	free(filter->items);
	free(filter);
}

/* Skip blanks, then `word` in any case; false when something else stands there. */
static bool skip(const char **text, const char *word)
{
	const char *at = *text + strspn(*text, " \t");
	if (strncasecmp(at, word, strlen(word)) != 0)
		return false;
	*text = at + strlen(word);
	return true;
}

/* 'text', where two quotes stand for one; NULL when it is not that. Yours to free(). */
static char *quoted(const char **text)
{
	const char *at = *text + strspn(*text, " \t");
	if (*at++ != '\'')
		return NULL;
	ACR_AUTO(acr_buf) value = ACR_BUF_INIT;
	for (; *at; at++) {
		if (*at == '\'' && *++at != '\'') {
			*text = at;
			return acr_buf_take(&value);
		}
		acr_buf_putc(&value, *at);
	}
	return NULL;
}

static bool parse_contains(const char **text, struct condition *condition)
{
	if (!skip(text, "OutputImageManifests") || !skip(text, ","))
		return false;
	condition->value = quoted(text);
	return condition->value && skip(text, ")");
}

static bool parse_equal(const char **text, struct condition *condition)
{
	for (size_t i = 0; i < ACR_COUNT(fields); i++) {
		const char *at = *text;
		if (!skip(&at, fields[i].name) || !isspace((unsigned char)*at))
			continue;
		*text = at;
		condition->pointer = fields[i].pointer;
		if (!skip(text, "eq"))
			return false;
		condition->value = quoted(text);
		return condition->value != NULL;
	}
	return false;
}

static bool parse_condition(const char **text, struct condition *condition)
{
	if (skip(text, "contains") && skip(text, "("))
		return parse_contains(text, condition);
	return parse_equal(text, condition);
}

int filter_parse(const char *text, struct run_filter **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(run_filter) *filter = acr_alloc(sizeof(*filter));
	const char *rest = text;
	do {
		filter->items = acr_realloc_array(filter->items, filter->count + 1, sizeof(*filter->items));
		struct condition *condition = &filter->items[filter->count++];
		*condition = (struct condition){0};
		if (!parse_condition(&rest, condition))
			return acr_fail(error, ACR_ERROR_FORMAT, "The filter is not understood at: %s", rest);
	} while (skip(&rest, "and "));
	rest += strspn(rest, " \t");
	if (*rest)
		return acr_fail(error, ACR_ERROR_FORMAT, "The filter is not understood at: %s", rest);
	*ret = TAKE(filter);
	return 0;
}

static bool manifest_contained(const struct acr_json *run, const char *value)
{
	const struct acr_json *images = acr_json_at(run, "/properties/outputImages");
	for (const struct acr_json *image = acr_json_first(images); image; image = acr_json_next(image)) {
		const char *repository = acr_json_str(image, "/repository"), *digest = acr_json_str(image, "/digest");
		ACR_AUTO_FREE char *manifest = acr_format("%s@%s", repository ? repository : "", digest ? digest : "");
		if (strstr(manifest, value))
			return true;
	}
	return false;
}

bool filter_matches(const struct run_filter *filter, const struct acr_json *run)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct condition *condition = &filter->items[i];
		const char *text = condition->pointer ? acr_json_str(run, condition->pointer) : NULL;
		bool matches = condition->pointer ? text && !strcasecmp(text, condition->value)
						  : manifest_contained(run, condition->value);
		if (!matches)
			return false;
	}
	return true;
}
