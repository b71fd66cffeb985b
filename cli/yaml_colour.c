/* Colours for a YAML document as out_yaml.c writes it. */
#include <string.h>
#include "writers.h"
#include "yaml_text.h"

static void paint(const char *colour, const char *text, size_t length, struct acr_buf *out)
{
	acr_buf_puts(out, colour);
	acr_buf_add(out, text, length);
	acr_buf_puts(out, COLOUR_END);
}

/* The length of a quoted scalar, which may go over several lines. */
static size_t quoted_length(const char *text)
{
	char quote = *text;
	size_t at = 1;
	for (; text[at]; at++) {
		bool doubled = quote == '\'' && text[at] == quote && text[at + 1] == quote;
		if (doubled || (quote == '"' && text[at] == '\\' && text[at + 1])) {
			at++;
		} else if (text[at] == quote) {
			return at + 1;
		}
	}
	return at;
}

/* The length of a plain scalar, up to the end of the line or the ":" behind a key. */
static size_t plain_length(const char *text)
{
	size_t at = 0;
	while (text[at] && text[at] != '\n' && !(text[at] == ':' && (text[at + 1] == ' ' || text[at + 1] == '\n'))) {
		at++;
	}
	return at;
}

/* The blanks, "- ", "? " and ": " before a scalar. */
static size_t marks_length(const char *text)
{
	size_t at = 0;
	while (text[at] == ' ' || (strchr("-?:", text[at]) && text[at] && text[at + 1] == ' ')) {
		at++;
	}
	return at;
}

void yaml_colour(const struct acr_buf *text, struct acr_buf *out)
{
	const char *at = acr_buf_str(text);
	while (*at) {
		size_t marks = marks_length(at);
		acr_buf_add(out, at, marks);
		at += marks;
		bool quoted = *at == '\'' || *at == '"';
		size_t length = quoted ? quoted_length(at) : plain_length(at);
		if (at[length] == ':') {
			paint(COLOUR_KEY, at, length, out);
		} else if (quoted) {
			paint(COLOUR_STRING, at, length, out);
		} else {
			acr_buf_add(out, at, length);
		}
		at += length;
		size_t rest = strspn(at, ":\n");
		acr_buf_add(out, at, rest);
		at += rest;
	}
}
