/* Results on their way out: which writer a format has. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "writers.h"

static const struct {
	const char *name;
	output_writer *write;
} formats[] = {
	[OUTPUT_JSON] = {"json", out_json},   [OUTPUT_JSONC] = {"jsonc", out_json},  [OUTPUT_YAML] = {"yaml", out_yaml},
	[OUTPUT_YAMLC] = {"yamlc", out_yaml}, [OUTPUT_TABLE] = {"table", out_table}, [OUTPUT_TSV] = {"tsv", out_tsv},
	[OUTPUT_NONE] = {"none", NULL},
};

bool output_format_find(const char *name, enum output_format *ret)
{
	for (size_t i = 0; i < ACR_COUNT(formats); i++) {
		if (strcasecmp(formats[i].name, name) == 0) {
			*ret = (enum output_format)i;
			return true;
		}
	}
	return false;
}

int output_write(const struct acr_json *value, const struct output_options *options, struct acr_buf *out,
		 struct acr_error *error)
{
	output_writer *write = formats[options->format].write;
	struct output_options plain = *options;
	plain.colour = options->colour && (options->format == OUTPUT_JSONC || options->format == OUTPUT_YAMLC);
	if (!write || acr_json_is_nothing(value)) {
		return 0;
	}
	int code = write(value, &plain, out, error);
	if (code == 0 && out->overflow) {
		code = acr_fail(error, ACR_ERROR_LIMIT,
				"the result is too large to print; use --query to select a part of it");
	}
	return code;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(acr_json_key(*(const struct acr_json *const *)a),
		      acr_json_key(*(const struct acr_json *const *)b));
}

const struct acr_json **output_members(const struct acr_json *object, bool sorted, size_t *count)
{
	*count = acr_json_size(object);
	const struct acr_json **members = acr_alloc_array(*count + 1, sizeof(*members));
	size_t at = 0;
	for (const struct acr_json *v = acr_json_first(object); v; v = acr_json_next(v)) {
		members[at++] = v;
	}
	if (sorted) {
		qsort(members, *count, sizeof(*members), compare_keys);
	}
	return members;
}
