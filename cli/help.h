/* Three views of the tables: help text, manual pages, completion. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <acr/buf.h>
#include "args.h"

/* Help for a command or, when it is NULL, for a group ("" is the program). `program` is "acr" or "az". */
void help_command(const struct command *command, const char *program, bool as_az, struct acr_buf *out);
void help_group(const char *group, const char *program, bool as_az, struct acr_buf *out);
/* Manual pages in mdoc(7): one for each group ("" is acr(1)'s list of commands), for `__man NAME`. */
int man_page(const char *name, struct acr_buf *out, struct acr_error *error) ACR_MUST_CHECK;
/* Names of all pages, one a line: "acr-webhook", for `__man`. */
void man_list(struct acr_buf *out);
/* What could follow `words` (the last one is being typed, maybe ""), one candidate a line with a tab and its help
 * behind it, for `__complete -- WORDS…`. Dynamic values come from `values`, may be NULL; it appends
 * lines of that form, of which those that begin with `prefix` are shown. A line ":files" asks for file names. */
typedef void (*complete_values)(void *user, const struct args *args, const char *kind, const char *prefix,
                                struct acr_buf *out);
void complete_words(int count, char *const *words, bool as_az, complete_values values, void *user,
                    struct acr_buf *out);

#endif
