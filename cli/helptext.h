/* Sentences about options and commands, shared by help, manual pages and completion. */
#ifndef CLI_HELPTEXT_H
#define CLI_HELPTEXT_H

#include <acr/buf.h>
#include "table.h"

/* "acr webhook create", "az group create": how the command or group is called. `path` may be "". */
void helptext_name(const char *path, bool outside, const char *program, bool as_az, struct acr_buf *out);
/* An example's command line for that program: "acr …" becomes "az acr …" under az, "az …" outside of acr. */
void helptext_example(const char *command, bool outside, const char *program, bool as_az, struct acr_buf *out);
/* The option's help with its allowed values, limits and defaults behind it. */
void helptext_option(const struct option *option, struct acr_buf *out);
/* What stands for its value in the manual: "NUMBER", or of --resource-group "GROUP". */
void helptext_metavar(const struct option *option, struct acr_buf *out);
/* "Required", "Preview", "Deprecated" or "". */
const char *helptext_option_tag(const struct option *option);
const char *helptext_status_tag(enum command_status status);

/* Some options of a command in the order of reading: positionals, required ones, the rest; each by name. */
struct helptext_options {
	const struct option **list;
	size_t count;
};
/* Those under that heading (NULL: without one) that are not hidden. */
void helptext_options(const struct option *const *options, const char *heading, struct helptext_options *ret);
void helptext_options_clear(struct helptext_options *options);
/* The heading that comes behind `after` (NULL: the first) in alphabetical order; NULL when there is none. */
const char *helptext_next_heading(const struct option *const *options, const char *after);

#endif
