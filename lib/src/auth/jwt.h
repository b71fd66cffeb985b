/* Signed statements with which an application proves who it is (RFC 7519, RFC 7523). */
#ifndef AUTH_JWT_H
#define AUTH_JWT_H

#include "auth/client_key.h"

struct jwt_statement {
	const char *client_id; /* who says it, about itself */
	const char *audience;  /* whom it is for: the token endpoint */
	bool sha1;             /* RS256 and the certificate's SHA-1, for AD FS; else PS256 and its SHA-256 */
	bool send_chain;       /* with the certificates themselves: trust by subject name and issuer */
	int64_t now;
};

/* The statement, good for ten minutes, as header.claims.signature; yours to free(). */
int jwt_sign(const struct client_key *key, const struct jwt_statement *statement, char **ret,
	     struct acr_error *error) ACR_MUST_CHECK;

#endif
