/* Compiles the patterns of ignore files. */
#include <stdlib.h>
#include <string.h>
#include <acr/buf.h>
#include "pattern_token.h"

/* Nothing longer can match a path. */
#define MAX_PATTERN 16384

uint32_t acr_pattern_decode(const char *text, size_t length, size_t *width)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)text[0];
	*width = 1;
	if (first < 0x80) {
		return first;
	}
	size_t count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	if (first < 0xC2 || first > 0xF4 || count > length) {
		return ACR_PATTERN_BAD_RUNE;
	}
	uint32_t rune = first & (0x7Fu >> count);
	for (size_t i = 1; i < count; i++) {
		unsigned char next = (unsigned char)text[i];
		if ((next & 0xC0) != 0x80) {
			return ACR_PATTERN_BAD_RUNE;
		}
		rune = rune << 6 | (next & 0x3Fu);
	}
	if (rune < least[count] || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) {
		return ACR_PATTERN_BAD_RUNE;
	}
	*width = count;
	return rune;
}

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

static struct acr_pattern_token *append(struct acr_pattern *pattern, enum acr_pattern_token_kind kind)
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

static struct acr_pattern_token *add(struct compiler *c, enum acr_pattern_token_kind kind)
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
	*ret = acr_pattern_decode(c->text + c->at, c->length - c->at, &width);
	c->at += width;
	return *ret != ACR_PATTERN_BAD_RUNE || width > 1;
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
		struct acr_pattern_range range;
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
