/* The tokens of JSON texts: checked before cJSON, which is lenient about them, sees the text. */
#ifndef ACR_BASE_JSONTOKEN_H
#define ACR_BASE_JSONTOKEN_H

#include <stddef.h>
#include <acr/error.h>

/* Check strings, numbers, control characters and depth of text[start..length); not the order of the tokens. */
int acr_json_check_tokens(const char *text, size_t start, size_t length, struct acr_error *error) ACR_MUST_CHECK;
/* How many characters of JSON white space `text` begins with. */
size_t acr_json_blanks(const char *text, size_t length);

#endif
