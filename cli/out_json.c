/* -o json and jsonc: two blanks of indent, members by key, non-ASCII kept. */
#include <stdlib.h>
#include <string.h>
#include "pytext.h"
#include "writers.h"

static void line(unsigned depth, struct acr_buf *out)
{
	acr_buf_putc(out, '\n');
	while (depth--) {
		acr_buf_puts(out, "  ");
	}
}

static void string(const char *text, const char *colour, struct acr_buf *out)
{
	acr_buf_puts(out, colour ? colour : "");
	acr_json_write_string(text, strlen(text), out);
	acr_buf_puts(out, colour ? COLOUR_END : "");
}

static void write_value(const struct acr_json *value, unsigned depth, bool colour, struct acr_buf *out);

static void write_object(const struct acr_json *object, unsigned depth, bool colour, struct acr_buf *out)
{
	size_t count;
	ACR_AUTO_FREE const struct acr_json **members = output_members(object, true, &count);
	acr_buf_putc(out, '{');
	for (size_t i = 0; i < count; i++) {
		acr_buf_puts(out, i ? "," : "");
		line(depth + 1, out);
		string(acr_json_key(members[i]), colour ? COLOUR_KEY : NULL, out);
		acr_buf_puts(out, ": ");
		write_value(members[i], depth + 1, colour, out);
	}
	if (count) {
		line(depth, out);
	}
	acr_buf_putc(out, '}');
}

static void write_array(const struct acr_json *array, unsigned depth, bool colour, struct acr_buf *out)
{
	const struct acr_json *first = acr_json_first(array);
	acr_buf_putc(out, '[');
	for (const struct acr_json *item = first; item; item = acr_json_next(item)) {
		acr_buf_puts(out, item == first ? "" : ",");
		line(depth + 1, out);
		write_value(item, depth + 1, colour, out);
	}
	if (first) {
		line(depth, out);
	}
	acr_buf_putc(out, ']');
}

static void write_literal(const struct acr_json *value, bool colour, struct acr_buf *out)
{
	acr_buf_puts(out, colour ? COLOUR_LITERAL : "");
	if (acr_json_is(value, ACR_JSON_NUMBER)) {
		pytext_number(acr_json_number(value), out);
	} else {
		acr_buf_puts(out, acr_json_is_nothing(value) ? "null" : acr_json_bool(value) ? "true" : "false");
	}
	acr_buf_puts(out, colour ? COLOUR_END : "");
}

static void write_value(const struct acr_json *value, unsigned depth, bool colour, struct acr_buf *out)
{
	switch (acr_json_type(value)) {
	case ACR_JSON_OBJECT:
		write_object(value, depth, colour, out);
		return;
	case ACR_JSON_ARRAY:
		write_array(value, depth, colour, out);
		return;
	case ACR_JSON_STRING:
		string(acr_json_string(value), colour ? COLOUR_STRING : NULL, out);
		return;
	default:
		write_literal(value, colour, out);
		return;
	}
}

int out_json(const struct acr_json *value, const struct output_options *options, struct acr_buf *out,
	     struct acr_error *error)
{
	(void)error;
	write_value(value, 0, options->colour, out);
	acr_buf_putc(out, '\n');
	return 0;
}
