/* The JMESPath functions about strings, and those that count and reverse strings and arrays alike. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "query/functions.h"

int query_ends_with(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)eval, (void)count;
	size_t length = strlen(arguments[0].string), suffix = strlen(arguments[1].string);
	*ret = query_bool(length >= suffix && strcmp(arguments[0].string + length - suffix, arguments[1].string) == 0);
	return 0;
}

int query_starts_with(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)eval, (void)count;
	*ret = query_bool(strncmp(arguments[0].string, arguments[1].string, strlen(arguments[1].string)) == 0);
	return 0;
}

int query_join(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	struct query_value items = query_items(eval->arena, &arguments[1]);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	for (size_t i = 0; i < items.count; i++) {
		acr_buf_puts(&text, i ? arguments[0].string : "");
		acr_buf_puts(&text, items.items[i].string);
	}
	return query_text(eval, &text, ret);
}

/* The bytes of the UTF-8 character at `text`; fewer than its first byte promises when the text is damaged. */
static size_t character_length(const char *text)
{
	unsigned char lead = (unsigned char)*text;
	size_t promised = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1, length = 1;
	while (length < promised && ((unsigned char)text[length] & 0xc0) == 0x80) {
		length++;
	}
	return length;
}

int query_length(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	const struct query_value *value = &arguments[0];
	count = 0;
	if (value->type == QUERY_STRING) {
		for (const char *at = value->string; *at; at += character_length(at)) {
			count++;
		}
	} else {
		count = value->type == QUERY_ARRAY ? query_items(eval->arena, value).count
						   : query_members(eval->arena, value).count;
	}
	*ret = query_number((double)count);
	return 0;
}

static int reverse_string(struct eval *eval, const char *string, struct query_value *ret)
{
	size_t length = strlen(string);
	char *reversed = arena_alloc(eval->arena, length + 1);
	char *end = reversed + length;
	for (size_t size; *string; string += size) {
		size = character_length(string);
		end -= size;
		memcpy(end, string, size);
	}
	*ret = query_string(reversed);
	return 0;
}

int query_reverse(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	if (arguments[0].type == QUERY_STRING) {
		int code = reverse_string(eval, arguments[0].string, ret);
		ret->weight = arguments[0].weight;
		return code;
	}
	struct query_value items = query_items(eval->arena, &arguments[0]);
	struct query_list list = {0};
	for (count = items.count; count > 0; count--) {
		query_push(eval->arena, &list, &items.items[count - 1]);
	}
	return query_array(eval, &list, ret);
}

/* Decimal numbers only, white space around them allowed: strtod() also knows hexadecimal and infinity. */
static bool read_number(const char *text, double *ret)
{
	text += strspn(text, " \t\r\n\f\v");
	size_t length = strspn(text, "+-.0123456789eE");
	char *end = NULL;
	*ret = strtod(text, &end);
	return length && end == text + length && isfinite(*ret) && !text[length + strspn(text + length, " \t\r\n\f\v")];
}

int query_to_number(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)eval, (void)count;
	double number;
	if (arguments[0].type == QUERY_NUMBER) {
		*ret = arguments[0];
	} else if (arguments[0].type == QUERY_STRING && read_number(arguments[0].string, &number)) {
		*ret = query_number(number);
	} else {
		*ret = query_null;
	}
	return 0;
}

static uint32_t code_point(const char *text, size_t length)
{
	uint32_t point = (unsigned char)*text & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		point = point << 6 | ((unsigned char)text[i] & 0x3f);
	}
	return point <= 0x10ffff ? point : 0xfffd;
}

/* Append JSON text with everything outside ASCII as \u escapes. */
static void escape_non_ascii(const char *text, struct acr_buf *out)
{
	for (size_t length; *text; text += length) {
		length = character_length(text);
		if (length == 1) {
			acr_buf_putc(out, *text);
			continue;
		}
		uint32_t point = code_point(text, length);
		if (point >= 0x10000) {
			acr_buf_printf(out, "\\u%04x", 0xd800 + ((point - 0x10000) >> 10));
			point = 0xdc00 + (point & 0x3ff);
		}
		acr_buf_printf(out, "\\u%04x", point);
	}
}

int query_to_string(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	if (arguments[0].type == QUERY_STRING) {
		*ret = arguments[0];
		return 0;
	}
	ACR_AUTO_PTR(acr_json) *value = query_to_json(&arguments[0]);
	ACR_AUTO_FREE char *text = acr_json_text(value);
	ACR_AUTO(acr_buf) escaped = ACR_BUF_INIT;
	escape_non_ascii(text, &escaped);
	return query_text(eval, &escaped, ret);
}
