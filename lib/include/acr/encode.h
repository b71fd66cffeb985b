/* Base64, UTF-8, SHA-256, random identifiers. */
#ifndef ACR_ENCODE_H
#define ACR_ENCODE_H

#include <stdint.h>
#include "buf.h"
#include "error.h"

/* Append base64 of the bytes (RFC 4648 section 4), … */
void acr_base64_encode(const void *bytes, size_t length, struct acr_buf *out);
/* … or base64url, without padding (section 5). */
void acr_base64url_encode(const void *bytes, size_t length, struct acr_buf *out);
/* Decode either alphabet, padded or not, white space ignored; ACR_ERROR_FORMAT on other characters. */
int acr_base64_decode(const char *text, size_t length, struct acr_buf *out, struct acr_error *error) ACR_MUST_CHECK;
/* The first character of `length` bytes (RFC 3629), at least one: how many bytes it has. A byte that begins none is one
 * of its own, U+FFFD. */
size_t acr_utf8_decode(const char *text, size_t length, uint32_t *point);
/* Lower-case hexadecimal SHA-256, 64 characters and a NUL. */
void acr_sha256_hex(const void *bytes, size_t length, char ret[65]);
/* A random (version 4) UUID, 36 characters and a NUL (RFC 9562). */
void acr_uuid(char ret[37]);
/* `length` bytes fit for secrets. */
void acr_random(void *bytes, size_t length);

#endif
