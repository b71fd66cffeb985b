/* Text as Python writes it. */
#include <math.h>
#include <string.h>
#include <acr/encode.h>
#include "pytext.h"

/* From here on repr() of a float has an exponent. */
#define EXPONENT_FROM 1e16

void pytext_number(double number, struct acr_buf *out)
{
	if (fabs(number) < EXPONENT_FROM && floor(number) == number) {
		acr_buf_printf(out, "%.0f", number + 0.0); /* + 0.0: no negative zero */
	} else {
		acr_json_write_number(number, out);
	}
}

bool pytext_truthy(const struct acr_json *value)
{
	switch (acr_json_type(value)) {
	case ACR_JSON_BOOL:
		return acr_json_bool(value);
	case ACR_JSON_NUMBER:
		return acr_json_number(value) != 0;
	case ACR_JSON_STRING:
		return *acr_json_string(value);
	case ACR_JSON_ARRAY:
	case ACR_JSON_OBJECT:
		return acr_json_first(value);
	case ACR_JSON_ABSENT:
	case ACR_JSON_NULL:
		break;
	}
	return false;
}

void pytext_encode(uint32_t point, struct acr_buf *out)
{
	size_t more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
	static const unsigned char leads[] = {0, 0xc0, 0xe0, 0xf0};
	acr_buf_putc(out, (char)(leads[more] | point >> 6 * more));
	while (more--) {
		acr_buf_putc(out, (char)(0x80 | (point >> 6 * more & 0x3f)));
	}
}

bool pytext_is_line_end(uint32_t point)
{
	return (point >= '\n' && point <= '\r') || (point >= 0x1c && point <= 0x1e) || point == 0x85 ||
	       point == 0x2028 || point == 0x2029;
}

bool pytext_is_space(uint32_t point)
{
	return pytext_is_line_end(point) || point == ' ' || point == '\t' || point == 0x1f || point == 0xa0 ||
	       point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x202f || point == 0x205f ||
	       point == 0x3000;
}

size_t pytext_leading_space(const char *text, size_t length)
{
	size_t at = 0;
	while (at < length) {
		uint32_t point;
		size_t size = acr_utf8_decode(text + at, length - at, &point);
		if (!pytext_is_space(point)) {
			break;
		}
		at += size;
	}
	return at;
}

size_t pytext_trimmed(const char *text, size_t length)
{
	while (length > 0) {
		size_t start = length - 1;
		while (start > 0 && length - start < 4 && ((unsigned char)text[start] & 0xc0) == 0x80) {
			start--;
		}
		uint32_t point;
		acr_utf8_decode(text + start, length - start, &point);
		if (!pytext_is_space(point)) {
			break;
		}
		length = start;
	}
	return length;
}

size_t pytext_prefix(const char *text, size_t characters)
{
	size_t length = strlen(text), at = 0;
	uint32_t point;
	while (characters-- && at < length) {
		at += acr_utf8_decode(text + at, length - at, &point);
	}
	return at;
}

/* What repr() shows as an escape, of the characters that are not ASCII: separators, controls, private use. */
static bool is_unprintable(uint32_t point)
{
	return (point >= 0x7f && point <= 0xa0) || point == 0xad || (point > 0xa0 && pytext_is_space(point)) ||
	       (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || (point >= 0xe000 && point <= 0xf8ff) || point == 0xfeff ||
	       point >= 0xe0000;
}

static void repr_character(uint32_t point, char quote, struct acr_buf *out)
{
	static const char named[] = "\t\n\r\\", names[] = "tnr\\";
	const char *name = point && point < 0x80 ? strchr(named, (int)point) : NULL;
	if (name || point == (unsigned char)quote) {
		acr_buf_printf(out, "\\%c", name ? names[name - named] : quote);
	} else if (point < 0x20 || (is_unprintable(point) && point <= 0xff)) {
		acr_buf_printf(out, "\\x%02x", point);
	} else if (is_unprintable(point)) {
		acr_buf_printf(out, point > 0xffff ? "\\U%08x" : "\\u%04x", point);
	} else {
		pytext_encode(point, out);
	}
}

static void repr_string(const char *text, struct acr_buf *out)
{
	char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';
	size_t length = strlen(text);
	acr_buf_putc(out, quote);
	for (size_t at = 0; at < length;) {
		uint32_t point;
		at += acr_utf8_decode(text + at, length - at, &point);
		repr_character(point, quote, out);
	}
	acr_buf_putc(out, quote);
}

static void repr_container(const struct acr_json *value, bool keyed, struct acr_buf *out)
{
	acr_buf_putc(out, keyed ? '{' : '[');
	for (const struct acr_json *item = acr_json_first(value); item; item = acr_json_next(item)) {
		if (item != acr_json_first(value)) {
			acr_buf_puts(out, ", ");
		}
		if (keyed) {
			repr_string(acr_json_key(item), out);
			acr_buf_puts(out, ": ");
		}
		pytext_repr(item, out);
	}
	acr_buf_putc(out, keyed ? '}' : ']');
}

void pytext_repr(const struct acr_json *value, struct acr_buf *out)
{
	switch (acr_json_type(value)) {
	case ACR_JSON_ABSENT:
	case ACR_JSON_NULL:
		acr_buf_puts(out, "None");
		return;
	case ACR_JSON_BOOL:
		acr_buf_puts(out, acr_json_bool(value) ? "True" : "False");
		return;
	case ACR_JSON_NUMBER:
		pytext_number(acr_json_number(value), out);
		return;
	case ACR_JSON_STRING:
		repr_string(acr_json_string(value), out);
		return;
	case ACR_JSON_ARRAY:
	case ACR_JSON_OBJECT:
		repr_container(value, acr_json_is(value, ACR_JSON_OBJECT), out);
		return;
	}
}

void pytext_str(const struct acr_json *value, struct acr_buf *out)
{
	const char *text = acr_json_string(value);
	if (text) {
		acr_buf_puts(out, text);
	} else {
		pytext_repr(value, out);
	}
}
