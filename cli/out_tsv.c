/* -o tsv: a line for every item of a list, raw values joined by tabs. */
#include <stdlib.h>
#include "pytext.h"
#include "writers.h"

/* A value within a row: lists count, objects leave their field empty so that the number of fields stays the same. */
static void write_field(const struct acr_json *value, struct acr_buf *out)
{
	if (acr_json_is(value, ACR_JSON_ARRAY)) {
		acr_buf_printf(out, "%zu", acr_json_size(value));
	} else if (!acr_json_is(value, ACR_JSON_OBJECT)) {
		pytext_str(value, out);
	}
}

static void write_row(const struct acr_json *row, bool sorted, struct acr_buf *out)
{
	bool object = acr_json_is(row, ACR_JSON_OBJECT);
	if (object || acr_json_is(row, ACR_JSON_ARRAY)) {
		size_t count;
		ACR_AUTO_FREE const struct acr_json **fields = output_members(row, object && sorted, &count);
		for (size_t i = 0; i < count; i++) {
			acr_buf_puts(out, i ? "\t" : "");
			write_field(fields[i], out);
		}
	} else if (acr_json_is(row, ACR_JSON_BOOL)) {
		acr_buf_puts(out, acr_json_bool(row) ? "true" : "false");
	} else {
		pytext_str(row, out);
	}
	acr_buf_putc(out, '\n');
}

int out_tsv(const struct acr_json *value, const struct output_options *options, struct acr_buf *out,
	    struct acr_error *error)
{
	(void)error;
	bool sorted = !options->queried || options->plain_rows;
	if (!acr_json_is(value, ACR_JSON_ARRAY)) {
		write_row(value, sorted, out);
		return 0;
	}
	for (const struct acr_json *row = acr_json_first(value); row; row = acr_json_next(row)) {
		write_row(row, sorted, out);
	}
	return 0;
}
