/* What the ways of signing a person in share. */
#ifndef AUTH_SIGNED_IN_H
#define AUTH_SIGNED_IN_H

#include <acr/login.h>
#include "auth/oauth.h"

/* "RESOURCE/.default openid profile offline_access", yours to free(). */
char *login_scope(const struct acr_login *login);
const char *login_tenant(const struct acr_login *login);
/* A page of the authority: "token", "authorize" or "devicecode"; yours to free(). */
char *login_endpoint(const struct acr_login *login, const char *page);
/* Send a token request with these fields (client id and claims are added). `nonce` is what the id token must hold,
 * NULL when none was sent. */
int login_request(const struct acr_login *login, struct acr_json *fields, const char *nonce, struct acr_signed_in *ret,
		  struct acr_error *error) ACR_MUST_CHECK;

#endif
