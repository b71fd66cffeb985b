/* Text as Python writes it: the Azure CLI prints numbers, booleans and nested values through str() and repr(). */
#ifndef CLI_PYTEXT_H
#define CLI_PYTEXT_H

#include <stdint.h>
#include <acr/json.h>

/* 3, 2.5, 1e+16. */
void pytext_number(double number, struct acr_buf *out);
/* True, None, 2.5, a string as it is, ['a', {'b': 1}]. */
void pytext_str(const struct acr_json *value, struct acr_buf *out);
/* The same with quotes around strings. */
void pytext_repr(const struct acr_json *value, struct acr_buf *out);
/* What `if value` means: not absent, null, false, 0 or empty. */
bool pytext_truthy(const struct acr_json *value);

/* The character in UTF-8. */
void pytext_encode(uint32_t point, struct acr_buf *out);
/* White space to str.strip() and str.rstrip(); a line's end to str.splitlines(). */
bool pytext_is_space(uint32_t point);
bool pytext_is_line_end(uint32_t point);
/* The bytes of white space that `text` begins with. */
size_t pytext_leading_space(const char *text, size_t length);
/* The length of `text` without white space at its end. */
size_t pytext_trimmed(const char *text, size_t length);
/* The bytes that the first `characters` characters take. */
size_t pytext_prefix(const char *text, size_t characters);

#endif
