/* A place for a token in the cache, shared by all processes. */
#ifndef AUTH_TOKEN_SLOT_H
#define AUTH_TOKEN_SLOT_H

#include <acr/credential.h>

struct token_slot {
	struct acr_cache *cache;
	const char *kind, *key; /* as for acr_cache_get() */
	int margin;             /* seconds that the token must be good for */
	const char *registry;   /* that the token is for, kept beside it; NULL when it is for none */
};

/* Makes the token when the cache has none. */
typedef int (*token_maker)(void *user, struct acr_token *ret, struct acr_error *error);

/* The token in the cache, yours to free(); NULL when there is none. */
char *token_slot_peek(const struct token_slot *slot);
/* The token in the cache unless it is `refused` (may be NULL), else a new one, which only one process at a time
 * makes. */
int token_slot_get(const struct token_slot *slot, const char *refused, token_maker make, void *user,
		   struct acr_token *ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
