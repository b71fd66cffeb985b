/* @FILE in place of a value, as az has it. */
#ifndef CLI_ARGFILE_H
#define CLI_ARGFILE_H

#include <acr/error.h>
#include "io.h"

/* *ret is what the word stands for, yours to free(): "@FILE" is the file's text ("~" expanded, byte order mark and
 * trailing line ends dropped), "@-" standard input's; with `pairs` the same goes for what is behind the first "=".
 * A file that cannot be read leaves the word as it is. ACR_ERROR_USAGE when the text is larger than a value may
 * be, or is no text. */
int argfile_expand(const char *word, bool pairs, struct io *io, char **ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
