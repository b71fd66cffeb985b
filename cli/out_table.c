/* -o table: which cells a value has. How they are laid out is in grid.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>
#include <acr/encode.h>
#include "grid.h"
#include "pytext.h"
#include "writers.h"

/* The columns of a command with their compiled paths. */
struct plan {
	const struct column *columns;
	struct acr_query **queries;
	size_t count;
};

static void plan_clear(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		acr_query_free(plan->queries[i]);
	}
	free(plan->queries);
}

static int plan_init(struct plan *plan, const struct column *columns, struct acr_error *error)
{
	*plan = (struct plan){.columns = columns};
	while (columns[plan->count].header) {
		plan->count++;
	}
	plan->queries = acr_alloc_array(plan->count + 1, sizeof(*plan->queries));
	for (size_t i = 0; i < plan->count; i++) {
		int code = acr_query_compile(columns[i].path, &plan->queries[i], error);
		if (code < 0) {
			return code;
		}
	}
	return 0;
}

/* Ids and the like are too wide for tables. */
static bool is_skipped(const char *key)
{
	return strcmp(key, "id") == 0 || strcmp(key, "type") == 0 || strcmp(key, "etag") == 0;
}

static void add_cell(struct grid *grid, const char *name, const struct acr_buf *text)
{
	ACR_AUTO(acr_buf) header = ACR_BUF_INIT;
	uint32_t first;
	size_t size = acr_utf8_decode(name, strlen(name), &first);
	if (*name) {
		pytext_encode((uint32_t)towupper((wint_t)first), &header);
		acr_buf_puts(&header, name + size);
	}
	grid_cell(grid, acr_buf_str(&header), acr_buf_str(text), text->length);
}

static void add_value(struct grid *grid, const char *header, const struct acr_json *value)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	if (!acr_json_is_nothing(value)) {
		pytext_str(value, &text);
	}
	add_cell(grid, header, &text);
}

static void add_members(struct grid *grid, const struct acr_json *object, bool sorted)
{
	size_t count;
	ACR_AUTO_FREE const struct acr_json **members = output_members(object, sorted, &count);
	for (size_t i = 0; i < count; i++) {
		bool scalar = !acr_json_is_nothing(members[i]) && !acr_json_is(members[i], ACR_JSON_ARRAY) &&
			      !acr_json_is(members[i], ACR_JSON_OBJECT);
		if (scalar && !is_skipped(acr_json_key(members[i]))) {
			add_value(grid, acr_json_key(members[i]), members[i]);
		}
	}
}

static void add_items(struct grid *grid, const struct acr_json *array)
{
	size_t number = 1;
	for (const struct acr_json *item = acr_json_first(array); item; item = acr_json_next(item)) {
		char header[32];
		snprintf(header, sizeof(header), "Column%zu", number++);
		add_value(grid, header, item);
	}
}

static void add_row(struct grid *grid, const struct acr_json *row, bool sorted)
{
	grid_row(grid);
	if (acr_json_is(row, ACR_JSON_OBJECT)) {
		add_members(grid, row, sorted);
	} else if (acr_json_is(row, ACR_JSON_ARRAY)) {
		add_items(grid, row);
	} else {
		add_value(grid, "Result", row);
	}
}

/* The cell of a column. False values other than 0 and false itself are blank. */
static void add_formatted(struct grid *grid, const struct column *column, const struct acr_json *value)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	bool zero = acr_json_is(value, ACR_JSON_BOOL) || acr_json_is(value, ACR_JSON_NUMBER);
	if (column->format) {
		column->format(value, &text);
	} else if (zero || pytext_truthy(value)) {
		pytext_str(value, &text);
	}
	add_cell(grid, column->header, &text);
}

static bool takes_items(const struct column *column)
{
	return !column->format || column->each;
}

/* A column may find a list (show-endpoints, manifest list-referrers); then every item is a row of its own, and the
 * other columns repeat. An empty list is no cell at all. */
static size_t rows_of(const struct plan *plan, struct acr_json *const *values)
{
	size_t rows = 0;
	bool lists = false;
	for (size_t i = 0; i < plan->count; i++) {
		if (takes_items(&plan->columns[i]) && acr_json_is(values[i], ACR_JSON_ARRAY)) {
			size_t size = acr_json_size(values[i]);
			rows = size > rows ? size : rows;
			lists = true;
		}
	}
	return lists ? rows : 1;
}

static void add_planned_cells(struct grid *grid, const struct plan *plan, struct acr_json *const *values)
{
	ACR_AUTO_FREE const struct acr_json **items = acr_alloc_array(plan->count + 1, sizeof(*items));
	for (size_t i = 0; i < plan->count; i++) {
		items[i] = acr_json_first(values[i]);
	}
	for (size_t row = rows_of(plan, values); row > 0; row--) {
		grid_row(grid);
		for (size_t i = 0; i < plan->count; i++) {
			bool list = acr_json_is(values[i], ACR_JSON_ARRAY);
			if (!list || (!takes_items(&plan->columns[i]) && items[i])) {
				add_formatted(grid, &plan->columns[i], values[i]);
			} else if (items[i]) {
				add_formatted(grid, &plan->columns[i], items[i]);
				items[i] = acr_json_next(items[i]);
			}
		}
	}
}

static int add_planned_row(struct grid *grid, const struct plan *plan, const struct acr_json *row,
			   struct acr_error *error)
{
	ACR_AUTO_FREE struct acr_json **values = acr_alloc_array(plan->count + 1, sizeof(*values));
	int code = 0;
	for (size_t i = 0; code == 0 && i < plan->count; i++) {
		code = acr_query_run(plan->queries[i], row, &values[i], error);
	}
	if (code == 0) {
		add_planned_cells(grid, plan, values);
	}
	for (size_t i = 0; i < plan->count; i++) {
		acr_json_free(values[i]);
	}
	return code;
}

static int fill_planned(struct grid *grid, const struct acr_json *value, const struct column *columns,
			struct acr_error *error)
{
	struct plan plan;
	const struct acr_json *list = acr_json_get(value, "value");
	if (acr_json_is(list, ACR_JSON_ARRAY)) {
		value = list;
	}
	int code = plan_init(&plan, columns, error);
	if (code == 0 && !acr_json_is(value, ACR_JSON_ARRAY)) {
		code = add_planned_row(grid, &plan, value, error);
	}
	const struct acr_json *row = acr_json_is(value, ACR_JSON_ARRAY) ? acr_json_first(value) : NULL;
	for (; code == 0 && row; row = acr_json_next(row)) {
		code = add_planned_row(grid, &plan, row, error);
	}
	plan_clear(&plan);
	return code;
}

static void fill(struct grid *grid, const struct acr_json *value, bool sorted)
{
	if (!acr_json_is(value, ACR_JSON_ARRAY)) {
		add_row(grid, value, sorted);
		return;
	}
	for (const struct acr_json *row = acr_json_first(value); row; row = acr_json_next(row)) {
		add_row(grid, row, sorted);
	}
}

int out_table(const struct acr_json *value, const struct output_options *options, struct acr_buf *out,
	      struct acr_error *error)
{
	struct grid *grid = grid_new();
	int code = 0;
	if (options->columns && !options->queried) {
		code = fill_planned(grid, value, options->columns, error);
	} else {
		fill(grid, value, !options->queried);
	}
	if (code < 0) {
		code = acr_fail(error, ACR_ERROR_GENERAL,
				"Table output unavailable. Use the --query option to specify an appropriate query. Use "
				"--debug for more info.");
	} else {
		grid_write(grid, out);
	}
	grid_free(grid);
	return code;
}
