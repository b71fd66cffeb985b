/* One pattern of an ignore file, as moby's patternmatcher understands it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <acr/buf.h>
#include "pattern.h"

/* Nothing longer can match a path. */
#define MAX_PATTERN 16384
#define BAD_RUNE 0xFFFDu

enum token_kind {
	TOKEN_TEXT,  /* the bytes themselves */
	TOKEN_ONE,   /* "?" */
	TOKEN_CLASS, /* "[…]" */
	TOKEN_STAR,  /* "*": the rest of the segment or a part of it */
	TOKEN_DEEP,  /* "**" before something: nothing, or anything up to and with a slash */
	TOKEN_ALL,   /* "**" at the end: the rest */
};

struct range {
	uint32_t low, high;
};

struct acr_pattern_token {
	enum token_kind kind;
	size_t wildcard; /* of STAR, DEEP and ALL: how many came before */
	char *text;      /* of TEXT */
	size_t length;   /* of TEXT */
	struct range *ranges;
	size_t range_count;
	bool negated;
};

/* The character at the start of `text` (which is not empty) and its width; a byte that is not UTF-8 stands for
 * BAD_RUNE, as in Go. */
static uint32_t decode(const char *text, size_t length, size_t *width)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[0];
	*width = 1;
	if (first < 0x80) {
		return first;
	}
	size_t count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	if (first < 0xC2 || first > 0xF4 || count > length) {
		return BAD_RUNE;
	}
	uint32_t rune = first & (0x7Fu >> count);
	for (size_t i = 1; i < count; i++) {
		unsigned char next = (unsigned char)text[i];
		if ((next & 0xC0) != 0x80) {
			return BAD_RUNE;
		}
		rune = rune << 6 | (next & 0x3Fu);
	}
	if (rune < least[count] || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) {
		return BAD_RUNE;
	}
	*width = count;
	return rune;
}

/* --- compiling --- */

struct compiler {
	const char *text;
	size_t length, at;
	struct acr_pattern *pattern;
	struct acr_buf literal; /* text collected for the next TEXT token */
	bool leading;           /* begins with "**" */
	bool trailing;          /* ends with "**" */
	bool special;           /* needs a search for any other reason */
};

static int malformed(const struct compiler *c, struct acr_error *error, const char *why)
{
	return acr_fail(error, ACR_ERROR_FORMAT, "the pattern '%s' is malformed: %s", c->text, why);
}

static struct acr_pattern_token *append(struct acr_pattern *pattern, enum token_kind kind)
{
	size_t count = pattern->token_count;
	if (!(count & (count - 1))) {
		pattern->tokens = acr_realloc_array(pattern->tokens, count ? count * 2 : 1, sizeof(*pattern->tokens));
	}
	struct acr_pattern_token *token = &pattern->tokens[pattern->token_count++];
	*token = (struct acr_pattern_token){.kind = kind, .wildcard = pattern->wildcards};
	return token;
}

static void end_literal(struct compiler *c)
{
	if (!c->literal.length) {
		return;
	}
	struct acr_pattern_token *token = append(c->pattern, TOKEN_TEXT);
	token->length = c->literal.length;
	token->text = acr_buf_take(&c->literal);
}

static struct acr_pattern_token *add(struct compiler *c, enum token_kind kind)
{
	end_literal(c);
	struct acr_pattern_token *token = append(c->pattern, kind);
	c->pattern->wildcards += kind >= TOKEN_STAR;
	return token;
}

static void compile_star(struct compiler *c)
{
	size_t start = c->at++;
	if (c->text[c->at] != '*') {
		add(c, TOKEN_STAR);
		c->special = true;
		return;
	}
	c->at++;
	c->at += c->text[c->at] == '/';
	if (start == 0) {
		c->leading = true;
	}
	if (c->at == c->length) {
		add(c, TOKEN_ALL);
		c->trailing = true;
		return;
	}
	add(c, TOKEN_DEEP);
	c->special |= start > 0;
}

/* One end of a range: any character but an unescaped "-" or "]". */
static bool class_character(struct compiler *c, uint32_t *ret)
{
	char first = c->text[c->at];
	if (!first || first == '-' || first == ']') {
		return false;
	}
	c->at += first == '\\';
	if (!c->text[c->at]) {
		return false;
	}
	size_t width;
	*ret = decode(c->text + c->at, c->length - c->at, &width);
	c->at += width;
	return *ret != BAD_RUNE || width > 1;
}

static int compile_class(struct compiler *c, struct acr_error *error)
{
	struct acr_pattern_token *token = add(c, TOKEN_CLASS);
	c->special = true;
	c->at++;
	if (c->text[c->at] == '^') {
		token->negated = true;
		c->at++;
	}
	while (c->text[c->at] != ']' || !token->range_count) {
		struct range range;
		if (!c->text[c->at]) {
			return malformed(c, error, "a '[' is not closed");
		}
		if (!class_character(c, &range.low)) {
			return malformed(c, error, "inside '[ ]' a backslash must stand before '-' and ']'");
		}
		range.high = range.low;
		if (c->text[c->at] == '-') {
			c->at++;
			if (!class_character(c, &range.high) || range.high < range.low) {
				return malformed(c, error, "a range inside '[ ]' has no proper end");
			}
		}
		token->ranges = acr_realloc_array(token->ranges, token->range_count + 1, sizeof(range));
		token->ranges[token->range_count++] = range;
	}
	c->at++;
	return 0;
}

static int compile_next(struct compiler *c, struct acr_error *error)
{
	char byte = c->text[c->at];
	switch (byte) {
	case '*':
		compile_star(c);
		return 0;
	case '?':
		add(c, TOKEN_ONE);
		c->special = true;
		c->at++;
		return 0;
	case '[':
		return compile_class(c, error);
	case '\\':
		byte = c->text[++c->at];
		if (!byte) {
			return malformed(c, error, "it ends in a backslash");
		}
		c->special = true;
		break;
	case ']':
		c->special = true;
		break;
	default:
		break;
	}
	acr_buf_putc(&c->literal, byte);
	c->at++;
	return 0;
}

/* What the shape of the pattern says about the way to match it. The suffix kind is a quirk to keep: "**file"
 * matches "profile", while "**file?" does not match "profiles". */
static void classify(struct compiler *c)
{
	struct acr_pattern *pattern = c->pattern;
	const char *text = c->text;
	size_t length = c->length;
	pattern->kind = ACR_PATTERN_GENERAL;
	if (!c->special && c->trailing && (!c->leading || length <= 2)) {
		pattern->kind = ACR_PATTERN_PREFIX;
		length -= 2;
	} else if (!c->special && c->leading && !c->trailing) {
		pattern->kind = ACR_PATTERN_SUFFIX;
		text += 2;
		length -= 2;
	} else if (!c->special && !c->leading) {
		pattern->kind = ACR_PATTERN_EXACT;
	}
	pattern->text = acr_strndup(text, length);
	pattern->length = length;
}

int acr_pattern_compile(const char *text, struct acr_pattern *ret, struct acr_error *error)
{
	struct acr_pattern pattern = {0};
	struct compiler c = {.text = text, .length = strlen(text), .pattern = &pattern};
	if (c.length > MAX_PATTERN) {
		return acr_fail(error, ACR_ERROR_FORMAT, "the pattern is longer than %d bytes", MAX_PATTERN);
	}
	int code = 0;
	while (!code && c.at < c.length) {
		code = compile_next(&c, error);
	}
	end_literal(&c);
	acr_buf_clear(&c.literal);
	if (code) {
		acr_pattern_clear(&pattern);
		return code;
	}
	classify(&c);
	*ret = pattern;
	return 0;
}

void acr_pattern_clear(struct acr_pattern *pattern)
{
	for (size_t i = 0; i < pattern->token_count; i++) {
		free(pattern->tokens[i].text);
		free(pattern->tokens[i].ranges);
	}
	free(pattern->tokens);
	free(pattern->text);
	*pattern = (struct acr_pattern){0};
}

/* --- matching --- */

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
		decode(s->path + at, s->length - at, &width);
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
	uint32_t rune = decode(here, left, &width);
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
