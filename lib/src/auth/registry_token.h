/* Authorization for registry requests, with what acr_auth_new() must know about it. */
#ifndef AUTH_REGISTRY_TOKEN_H
#define AUTH_REGISTRY_TOKEN_H

#include <acr/credential.h>

struct registry_authorization {
	char *value;     /* of the Authorization header field */
	bool cached;     /* its token was not made just now */
	char *anonymous; /* why nobody is signed in, when the token is anybody's; NULL otherwise */
};
void registry_authorization_clear(struct registry_authorization *authorization);

/* The authorization for one scope. `refused` is the value that the registry did not accept, NULL the first time: then
 * it, and the refresh token behind it, is made anew, unless another process has done so meanwhile. */
int registry_authorize(struct acr_registry_auth *auth, const char *registry, const char *scope, const char *refused,
		       struct registry_authorization *ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
