/* JSON over several lines, for files that people and other programs edit. */
#ifndef AUTH_INDENT_H
#define AUTH_INDENT_H

#include <acr/json.h>

/* Append the value with one member or item a line, each level indented by `indent` once more. Empty containers stay
 * on one line. No line end follows. */
void json_indent(const struct acr_json *value, const char *indent, struct acr_buf *out);

#endif
