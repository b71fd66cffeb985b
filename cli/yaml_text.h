/* Scalars as PyYAML, which the Azure CLI uses, understands and writes them: where its rules and libyaml's part. */
#ifndef CLI_YAML_TEXT_H
#define CLI_YAML_TEXT_H

#include <acr/buf.h>

/* Whether plain text would be read as something other than a string: a number, a date, true, yes, null, … */
bool yaml_text_is_typed(const char *text);
bool yaml_text_has_line_end(const char *text, size_t length);
/* Whether text can only be written with escapes, in double quotes. */
bool yaml_text_needs_escapes(const char *text, size_t length);
/* Write it so, at a column of the line. Lines over 80 characters are continued at `indent`, if `split`. */
void yaml_text_write_escaped(const char *text, size_t length, size_t column, size_t indent, bool split,
                             struct acr_buf *out);
/* Append a finished document with colours for keys and quoted scalars. */
void yaml_colour(const struct acr_buf *text, struct acr_buf *out);

#endif
