/* What the writers of the output formats share; internal to output.c and out_*.c. */
#ifndef CLI_WRITERS_H
#define CLI_WRITERS_H

#include "output.h"

typedef int output_writer(const struct acr_json *value, const struct output_options *options, struct acr_buf *out,
                          struct acr_error *error);
output_writer out_json, out_yaml, out_tsv, out_table;

/* Colours of jsonc and yamlc. */
#define COLOUR_KEY "\033[94m"
#define COLOUR_STRING "\033[33m"
#define COLOUR_LITERAL "\033[34m"
#define COLOUR_END "\033[39;49;00m"

/* The members of an object, by key or in their order; the array is yours to free(). */
const struct acr_json **output_members(const struct acr_json *object, bool sorted, size_t *count);

#endif
