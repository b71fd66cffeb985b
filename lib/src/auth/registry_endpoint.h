/* The token service of one registry: where it is, and one function for each of its requests. */
#ifndef AUTH_REGISTRY_ENDPOINT_H
#define AUTH_REGISTRY_ENDPOINT_H

#include <acr/credential.h>

/* Starts as the place where Azure registries have it; corrected by the registry's own challenge only when there is
 * nothing at that place, and then remembered in the cache. */
struct registry_endpoint {
	struct acr_transport *transport;
	struct acr_cache *cache;
	const struct acr_clock *clock;
	char *registry;  /* login server */
	char *origin;    /* "https://reg.azurecr.io" */
	char *service;   /* "reg.azurecr.io" */
	bool challenged; /* the registry has been asked */
	bool basic_only; /* it takes user names and passwords in each request, and has no token service */
};

void registry_endpoint_init(struct registry_endpoint *endpoint, const char *registry, struct acr_transport *transport,
			    struct acr_cache *cache, const struct acr_clock *clock);
void registry_endpoint_clear(struct registry_endpoint *endpoint);

/* Azure token → refresh token. ACR_ERROR_AUTH with http_status 400 or 401: that token was refused. `tenant` may be
 * NULL. */
int registry_exchange(struct registry_endpoint *endpoint, const char *tenant, const char *azure_token,
		      struct acr_token *ret, struct acr_error *error) ACR_MUST_CHECK;
/* Refresh token → access token for a scope. ACR_ERROR_AUTH when the refresh token was refused. */
int registry_access_token(struct registry_endpoint *endpoint, const char *scope, const char *refresh_token,
			  struct acr_token *ret, struct acr_error *error) ACR_MUST_CHECK;
/* User name and password → access token. Returns 0 without writing *ret when endpoint->basic_only turns out. */
int registry_password_token(struct registry_endpoint *endpoint, const char *scope, const char *username,
			    const char *password, struct acr_token *ret, struct acr_error *error) ACR_MUST_CHECK;
/* Nothing → access token, where the registry lets anybody pull. */
int registry_anonymous_token(struct registry_endpoint *endpoint, const char *scope, struct acr_token *ret,
			     struct acr_error *error) ACR_MUST_CHECK;
/* When a token (a JWT) ends by its own account; `fallback` when that cannot be read. */
int64_t registry_token_end(const char *token, int64_t fallback);

#endif
