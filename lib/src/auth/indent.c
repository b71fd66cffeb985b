/* JSON over several lines. */
#include <string.h>
#include "auth/indent.h"

static void line(const char *indent, int level, struct acr_buf *out)
{
	acr_buf_putc(out, '\n');
	for (int i = 0; i < level; i++)
		acr_buf_puts(out, indent);
}

static void write_value(const struct acr_json *value, const char *indent, int level, struct acr_buf *out)
{
	bool object = acr_json_is(value, ACR_JSON_OBJECT);
	const struct acr_json *item = acr_json_first(value);

	if (!item) {
		acr_json_write(value, out);
		return;
	}
	acr_buf_putc(out, object ? '{' : '[');
	for (; item; item = acr_json_next(item)) {
		line(indent, level + 1, out);
		if (object) {
			acr_json_write_string(acr_json_key(item), strlen(acr_json_key(item)), out);
			acr_buf_puts(out, ": ");
		}
		write_value(item, indent, level + 1, out);
		if (acr_json_next(item))
			acr_buf_putc(out, ',');
	}
	line(indent, level, out);
	acr_buf_putc(out, object ? '}' : ']');
}

void json_indent(const struct acr_json *value, const char *indent, struct acr_buf *out)
{
	write_value(value, indent, 0, out);
}
