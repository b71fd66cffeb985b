/* Writes values in the formats of -o for compare_output.py: reads one JSON object a line, {"format", "value"} and
 * perhaps "query" and "columns" (an array of [header, path]), and answers each with the text as a JSON string. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "output.h"

/* The columns lend their texts from `rows`; the array is yours to free(). */
static struct column *read_columns(const struct acr_json *rows)
{
	size_t count = 0;
	struct column *columns = acr_alloc_array(acr_json_size(rows) + 1, sizeof(*columns));
	for (const struct acr_json *row = acr_json_first(rows); row; row = acr_json_next(row)) {
		columns[count].header = acr_json_str(row, "/0");
		columns[count++].path = acr_json_str(row, "/1");
	}
	return columns;
}

static int select_part(const char *expression, const struct acr_json *value, struct acr_json **ret,
		       struct output_options *options, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_query) *query = NULL;
	int code = acr_query_compile(expression, &query, error);
	if (code == 0) {
		options->queried = true;
		options->plain_rows = !acr_query_is_projection_of_hash(query);
		code = acr_query_run(query, value, ret, error);
	}
	return code;
}

static int answer(const struct acr_json *request, struct acr_buf *text, struct acr_error *error)
{
	struct output_options options = {0};
	const struct acr_json *value = acr_json_get(request, "value"), *rows = acr_json_get(request, "columns");
	const char *expression = acr_json_str(request, "/query");
	ACR_AUTO_FREE struct column *columns = read_columns(rows);
	ACR_AUTO_PTR(acr_json) *part = NULL;
	options.columns = rows ? columns : NULL;
	options.colour = acr_json_true(request, "/colour");
	if (!output_format_find(acr_json_str(request, "/format"), &options.format)) {
		return acr_fail(error, ACR_ERROR_USAGE, "no such format");
	}
	int code = expression ? select_part(expression, value, &part, &options, error) : 0;
	return code < 0 ? code : output_write(expression ? part : value, &options, text, error);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	for (ssize_t length; (length = getline(&line, &room, stdin)) > 0;) {
		ACR_AUTO_PTR(acr_json) *request = NULL;
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		ACR_AUTO(acr_buf) quoted = ACR_BUF_INIT;
		if (acr_json_parse(line, (size_t)length, &request, &error) < 0 || answer(request, &text, &error) < 0) {
			printf("{\"error\": %d}\n", error.code);
			continue;
		}
		acr_json_write_string(acr_buf_str(&text), text.length, &quoted);
		puts(acr_buf_str(&quoted));
	}
	free(line);
	return 0;
}
