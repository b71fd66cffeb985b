/* Points in time as seconds since 1970 UTC, and their texts. */
#ifndef ACR_TIMESTAMP_H
#define ACR_TIMESTAMP_H

#include <stdint.h>
#include "buf.h"
#include "error.h"

/* RFC 3339 ("2023-12-21T23:56:34.8524938Z", any offset; a missing offset means UTC; a blank for the "T" and a date
 * alone are allowed). `nanoseconds` may be NULL. */
int acr_time_parse(const char *text, int64_t *seconds, int *nanoseconds, struct acr_error *error) ACR_MUST_CHECK;
/* HTTP date (RFC 9110 section 5.6.7), the preferred form only. */
int acr_time_parse_http(const char *text, int64_t *seconds, struct acr_error *error) ACR_MUST_CHECK;
/* "2023-12-21T23:56:34Z", yours to free(). */
char *acr_time_text(int64_t seconds);
/* "Thu, 21 Dec 2023 23:56:34 GMT", yours to free(). */
char *acr_time_http_text(int64_t seconds);

#endif
