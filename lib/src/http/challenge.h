/* WWW-Authenticate challenges (RFC 9110 section 11.6.1, RFC 6750 section 3). */
#ifndef ACR_HTTP_CHALLENGE_H
#define ACR_HTTP_CHALLENGE_H

#include <stdbool.h>
#include <acr/transport.h>

/* The parameters we know of one challenge; NULL where absent. All yours, see acr_challenge_clear(). */
struct acr_challenge {
	char *realm, *service, *scope;
	char *error;  /* "invalid_token", "insufficient_scope", "insufficient_claims", … */
	char *claims; /* as sent: base64 of a JSON object */
};

/* Find the first challenge of `scheme` ("Bearer", "Basic"; without case) in all WWW-Authenticate fields of an answer;
 * *ret is written when true is returned. */
bool acr_challenge_find(const struct acr_headers *headers, const char *scheme, struct acr_challenge *ret);
void acr_challenge_clear(struct acr_challenge *challenge);

#endif
