/* Results in the formats of -o, byte for byte as the Azure CLI prints them. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <acr/json.h>
#include <acr/query.h>
#include "spec.h"

enum output_format {
	OUTPUT_JSON,
	OUTPUT_JSONC, /* coloured when `colour` */
	OUTPUT_YAML,
	OUTPUT_YAMLC,
	OUTPUT_TABLE,
	OUTPUT_TSV,
	OUTPUT_NONE,
};

struct output_options {
	enum output_format format;
	bool colour;
	bool queried;                 /* the value came out of --query: its member order is the user's, no columns apply */
	bool plain_rows;              /* queried, but !acr_query_is_projection_of_hash(): tsv sorts the members of rows */
	const struct column *columns; /* of the command; NULL = all scalar members */
};

/* The format by name ("json", any case); false when there is none of that name. */
bool output_format_find(const char *name, enum output_format *ret);
/* Append the value in that format, with its line end. JSON null writes nothing. */
int output_write(const struct acr_json *value, const struct output_options *options, struct acr_buf *out,
                 struct acr_error *error) ACR_MUST_CHECK;

/* Column formats of the tables in cli/groups (struct column.format). */
void cell_time(const struct acr_json *value, struct acr_buf *out);     /* 2023-12-21T23:56:34Z, fraction dropped */
void cell_duration(const struct acr_json *value, struct acr_buf *out); /* of [start, finish] as HH:MM:SS */
void cell_trigger(const struct acr_json *value, struct acr_buf *out);  /* of a run */
void cell_task_triggers(const struct acr_json *value, struct acr_buf *out); /* BASE_IMAGE, SOURCE, TIMER of a task */
void cell_python(const struct acr_json *value, struct acr_buf *out);   /* as Python prints lists and dicts */
void cell_title(const struct acr_json *value, struct acr_buf *out);    /* Title Case */
void cell_short(const struct acr_json *value, struct acr_buf *out);    /* cut to 57 characters + "..." */
void cell_last_segment(const struct acr_json *value, struct acr_buf *out); /* of a path */
void cell_cores(const struct acr_json *value, struct acr_buf *out);    /* [1, 1.5] → 1.0 core/1.5 gb */
void cell_lines(const struct acr_json *value, struct acr_buf *out);    /* keys or items, one a line */
void cell_expiry(const struct acr_json *value, struct acr_buf *out);   /* of a password object: time, or Never */

#endif
