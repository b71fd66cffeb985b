/* Matches paths against a compiled pattern, as moby's patternmatcher does. */
#include <stdlib.h>
#include <string.h>
#include "pattern_token.h"

struct search {
	const struct acr_pattern *pattern;
	const char *path;
	size_t length;
	bool partial;    /* success as soon as the path is used up */
	uint64_t *tried; /* one bit for each wildcard and place that led nowhere */
};

static bool starts_with(const char *text, size_t length, const char *start, size_t start_length)
{
	return length >= start_length && memcmp(text, start, start_length) == 0;
}

static bool ends_with(const char *text, size_t length, const char *end, size_t end_length)
{
	return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

static bool search_from(const struct search *s, size_t token, size_t at);

static bool class_has(const struct acr_pattern_token *token, uint32_t rune)
{
	bool found = false;
	for (size_t i = 0; i < token->range_count && !found; i++) {
		found = rune >= token->ranges[i].low && rune <= token->ranges[i].high;
	}
	return found != token->negated;
}

/* Go on behind wildcard `token` at `at`, unless that was tried before: this keeps the search from growing with more
 * than wildcards × length. */
static bool try_behind(const struct search *s, size_t token, size_t at)
{
	size_t bit = s->pattern->tokens[token].wildcard * (s->length + 1) + at;
	uint64_t mask = (uint64_t)1 << (bit & 63);
	if (s->tried[bit >> 6] & mask) {
		return false;
	}
	s->tried[bit >> 6] |= mask;
	return search_from(s, token + 1, at);
}

/* "*.log" at the end of a pattern needs no trying: the rest of the path is one segment that ends so. */
static bool is_last_star(const struct search *s, size_t token)
{
	return token + 2 == s->pattern->token_count && s->pattern->tokens[token + 1].kind == TOKEN_TEXT && !s->partial;
}

static bool fits_last_star(const struct search *s, size_t token, size_t at)
{
	const struct acr_pattern_token *end = &s->pattern->tokens[token + 1];
	const char *rest = s->path + at;
	size_t length = s->length - at;
	return ends_with(rest, length, end->text, end->length) && !memchr(rest, '/', length - end->length);
}

static bool search_star(const struct search *s, size_t token, size_t at)
{
	if (is_last_star(s, token)) {
		return fits_last_star(s, token, at);
	}
	while (!try_behind(s, token, at)) {
		if (at == s->length || s->path[at] == '/') {
			return false;
		}
		size_t width;
		acr_pattern_decode(s->path + at, s->length - at, &width);
		at += width;
	}
	return true;
}

static bool search_deep(const struct search *s, size_t token, size_t at)
{
	while (!try_behind(s, token, at)) {
		const char *slash = memchr(s->path + at, '/', s->length - at);
		if (!slash) {
			return false;
		}
		at = (size_t)(slash - s->path) + 1;
	}
	return true;
}

/* Step over a token of fixed width; false when it does not fit here. */
static bool step(const struct search *s, const struct acr_pattern_token *token, size_t *at)
{
	const char *here = s->path + *at;
	size_t left = s->length - *at;
	if (token->kind == TOKEN_TEXT) {
		size_t length = s->partial && token->length > left ? left : token->length;
		*at += length;
		return length <= left && memcmp(here, token->text, length) == 0;
	}
	if (!left) {
		return false;
	}
	size_t width;
	uint32_t rune = acr_pattern_decode(here, left, &width);
	*at += width;
	return token->kind == TOKEN_ONE ? rune != '/' : class_has(token, rune);
}

static bool search_from(const struct search *s, size_t token, size_t at)
{
	for (; token < s->pattern->token_count; token++) {
		const struct acr_pattern_token *next = &s->pattern->tokens[token];
		if (s->partial && at == s->length) {
			return true;
		}
		switch (next->kind) {
		case TOKEN_ALL:
			return true;
		case TOKEN_STAR:
			return search_star(s, token, at);
		case TOKEN_DEEP:
			return search_deep(s, token, at);
		default:
			if (!step(s, next, &at)) {
				return false;
			}
		}
	}
	return at == s->length;
}

static bool search(const struct acr_pattern *pattern, const char *path, size_t length, bool partial)
{
	uint64_t few[32];
	size_t words = (pattern->wildcards * (length + 1) + 63) / 64;
	uint64_t *many = words > ACR_COUNT(few) ? acr_alloc_array(words, sizeof(*many)) : NULL;
	struct search s = {.pattern = pattern, .path = path, .length = length, .partial = partial};
	s.tried = many ? many : few;
	if (!many) {
		memset(few, 0, words * sizeof(*few));
	}
	bool found = search_from(&s, 0, 0);
	free(many);
	return found;
}

bool acr_pattern_matches(const struct acr_pattern *pattern, const char *path, size_t length)
{
	const struct acr_pattern_token *last;
	switch (pattern->kind) {
	case ACR_PATTERN_EXACT:
		return length == pattern->length && memcmp(path, pattern->text, length) == 0;
	case ACR_PATTERN_PREFIX:
		return starts_with(path, length, pattern->text, pattern->length);
	case ACR_PATTERN_SUFFIX:
		if (ends_with(path, length, pattern->text, pattern->length)) {
			return true;
		}
		return pattern->text[0] == '/' && length == pattern->length - 1 &&
		       memcmp(path, pattern->text + 1, length) == 0;
	default:
		last = &pattern->tokens[pattern->token_count - 1];
		if (last->kind == TOKEN_TEXT && !ends_with(path, length, last->text, last->length)) {
			return false; /* most files end here: a name without ".log" needs no search */
		}
		return search(pattern, path, length, false);
	}
}

bool acr_pattern_reaches(const struct acr_pattern *pattern, const char *folder, size_t length)
{
	switch (pattern->kind) {
	case ACR_PATTERN_EXACT:
		return pattern->length > length && starts_with(pattern->text, pattern->length, folder, length);
	case ACR_PATTERN_PREFIX:
		return starts_with(pattern->text, pattern->length, folder, length) ||
		       starts_with(folder, length, pattern->text, pattern->length);
	case ACR_PATTERN_SUFFIX:
		return true;
	default:
		return search(pattern, folder, length, true);
	}
}
