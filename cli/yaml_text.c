/* Scalars as PyYAML understands and writes them. */
#include <ctype.h>
#include <string.h>
#include <acr/encode.h>
#include "pytext.h"
#include "yaml_text.h"

#define BEST_WIDTH 80

static bool is_word(const char *text)
{
	/* In the spellings word, Word and WORD. */
	static const char *const words[] = {"yes", "no", "true", "false", "on", "off", "null"};
	static const char *const exact[] = {"", "~", "<<", "=", "!", "&", "*"};
	for (size_t i = 0; i < ACR_COUNT(exact); i++) {
		if (strcmp(text, exact[i]) == 0) {
			return true;
		}
	}
	for (size_t i = 0; i < ACR_COUNT(words); i++) {
		if (strcasecmp(text, words[i]) != 0) {
			continue;
		}
		size_t uppers = 0;
		for (const char *c = text; *c; c++) {
			uppers += isupper((unsigned char)*c) != 0;
		}
		return uppers == 0 || uppers == strlen(text) || (uppers == 1 && isupper((unsigned char)*text));
	}
	return false;
}

/* The parts of numbers and times: each takes what it matches off the text and says whether that was anything. */
static bool take(const char **text, const char *set)
{
	size_t length = strspn(*text, set);
	*text += length;
	return length > 0;
}

static bool take_one(const char **text, const char *set)
{
	bool found = **text && strchr(set, **text);
	*text += found;
	return found;
}

static size_t take_digits(const char **text, size_t most)
{
	size_t length = strspn(*text, "0123456789");
	length = length < most ? length : most;
	*text += length;
	return length;
}

/* One or more ":0" to ":59", of numbers to base 60. */
static bool take_sixties(const char **text)
{
	size_t count = 0;
	while (**text == ':' && isdigit((unsigned char)(*text)[1])) {
		bool two = (*text)[1] <= '5' && isdigit((unsigned char)(*text)[2]);
		*text += two ? 3 : 2;
		count++;
	}
	return count > 0;
}

static bool is_integer(const char *text)
{
	take_one(&text, "+-");
	const char *digits = text;
	if (*text == '0') {
		text++;
		if (*text == 'b' || *text == 'x') {
			const char *set = *text++ == 'b' ? "01_" : "0123456789abcdefABCDEF_";
			return take(&text, set) && !*text;
		}
		take(&text, "01234567_");
		return !*text;
	}
	if (!isdigit((unsigned char)*digits)) {
		return false;
	}
	take(&text, "0123456789_");
	take_sixties(&text);
	return !*text;
}

static bool is_float(const char *text)
{
	bool sign = take_one(&text, "+-");
	if (strcmp(text, ".inf") == 0 || strcmp(text, ".Inf") == 0 || strcmp(text, ".INF") == 0) {
		return true;
	}
	if (!sign && (strcmp(text, ".nan") == 0 || strcmp(text, ".NaN") == 0 || strcmp(text, ".NAN") == 0)) {
		return true;
	}
	bool whole = isdigit((unsigned char)*text);
	if (whole) {
		take(&text, "0123456789_");
		if (take_sixties(&text)) {
			return take_one(&text, ".") && (take(&text, "0123456789_") || true) && !*text;
		}
	}
	if (!take_one(&text, ".") || (!whole && (sign || !isdigit((unsigned char)*text)))) {
		return false;
	}
	take(&text, "0123456789_");
	if (take_one(&text, "eE") && !(take_one(&text, "+-") && take(&text, "0123456789"))) {
		return false;
	}
	return !*text;
}

/* "1:23:45", the offset's hours and minutes, … behind a date. */
static bool is_time_of_day(const char *text)
{
	if (!take_one(&text, "Tt") && !take(&text, " \t")) {
		return false;
	}
	bool clock = take_digits(&text, 2) && take_one(&text, ":") && take_digits(&text, 2) == 2 &&
		     take_one(&text, ":") && take_digits(&text, 2) == 2;
	if (!clock) {
		return false;
	}
	if (take_one(&text, ".")) {
		take(&text, "0123456789");
	}
	const char *end = text;
	take(&text, " \t");
	if (take_one(&text, "Z")) {
		return !*text;
	}
	if (take_one(&text, "+-")) {
		return take_digits(&text, 2) && (!take_one(&text, ":") || take_digits(&text, 2) == 2) && !*text;
	}
	return !*end;
}

static bool is_timestamp(const char *text)
{
	if (take_digits(&text, 4) != 4 || !take_one(&text, "-")) {
		return false;
	}
	size_t month = take_digits(&text, 2);
	if (!month || !take_one(&text, "-")) {
		return false;
	}
	size_t day = take_digits(&text, 2);
	return day && (*text ? is_time_of_day(text) : month == 2 && day == 2);
}

bool yaml_text_is_typed(const char *text)
{
	if (isdigit((unsigned char)*text) || (*text && strchr("+-.", *text))) {
		return is_integer(text) || is_float(text) || is_timestamp(text);
	}
	return is_word(text);
}

static bool is_break(uint32_t point)
{
	return point == '\n' || point == 0x85 || point == 0x2028 || point == 0x2029;
}

static bool is_printable(uint32_t point)
{
	return (point >= ' ' && point <= '~') || point == '\n' || point == 0x85 ||
	       (point >= 0xa0 && point != 0xfeff && point != 0xfffe && point != 0xffff && point != 0x10ffff);
}

bool yaml_text_has_line_end(const char *text, size_t length)
{
	uint32_t point = 0;
	for (size_t at = 0; at < length && !is_break(point);) {
		at += acr_utf8_decode(text + at, length - at, &point);
	}
	return is_break(point);
}

bool yaml_text_needs_escapes(const char *text, size_t length)
{
	uint32_t point, before = 0;
	for (size_t at = 0; at < length; before = point) {
		at += acr_utf8_decode(text + at, length - at, &point);
		if (!is_printable(point) || (before == ' ' && is_break(point)) || (is_break(before) && point == ' ')) {
			return true;
		}
	}
	return false;
}

static bool is_escaped(uint32_t point)
{
	return point == '"' || point == '\\' || is_break(point) || !is_printable(point) || point > 0xffff;
}

/* Write a character as an escape; how many characters that takes. */
static size_t write_escape(uint32_t point, struct acr_buf *out)
{
	static const struct {
		uint32_t point;
		char name;
	} named[] = {
		{'\a', 'a'}, {'\b', 'b'}, {'\t', 't'},  {'\n', 'n'}, {'\v', 'v'},   {'\f', 'f'},   {'\r', 'r'},
		{0x1b, 'e'}, {'"', '"'},  {'\\', '\\'}, {0x85, 'N'}, {0x2028, 'L'}, {0x2029, 'P'},
	};
	for (size_t i = 0; i < ACR_COUNT(named); i++) {
		if (named[i].point == point) {
			acr_buf_printf(out, "\\%c", named[i].name);
			return 2;
		}
	}
	size_t before = out->length;
	acr_buf_printf(out, point <= 0xff ? "\\x%02X" : point <= 0xffff ? "\\u%04X" : "\\U%08X", point);
	return out->length - before;
}

/* End the line and go on in the next, where a blank at the beginning must be escaped. */
static size_t continue_line(size_t indent, bool before_blank, struct acr_buf *out)
{
	acr_buf_puts(out, "\\\n");
	for (size_t i = 0; i < indent; i++) {
		acr_buf_putc(out, ' ');
	}
	acr_buf_puts(out, before_blank ? "\\" : "");
	return indent + before_blank;
}

void yaml_text_write_escaped(const char *text, size_t length, size_t column, size_t indent, bool split,
			     struct acr_buf *out)
{
	bool after_escape = false;
	acr_buf_putc(out, '"');
	column++;
	for (size_t at = 0, size; at < length; at += size) {
		uint32_t point;
		size = acr_utf8_decode(text + at, length - at, &point);
		/* PyYAML breaks neither before nor behind the first and the last character. */
		bool may_break = split && at > 0 && at + size < length;
		if (is_escaped(point)) {
			column += write_escape(point, out);
			if (may_break && column > BEST_WIDTH + 1) {
				column = continue_line(indent, text[at + size] == ' ', out);
			}
			after_escape = true;
			continue;
		}
		if (may_break && (point == ' ' || after_escape) && column > BEST_WIDTH) {
			column = continue_line(indent, point == ' ', out);
		}
		pytext_encode(point, out);
		column++;
		after_escape = false;
	}
	acr_buf_putc(out, '"');
}
