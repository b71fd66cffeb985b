/* A credential whose tokens are kept for the next command. */
#include <stdlib.h>
#include "auth/token_slot.h"

#define MARGIN_S 300 /* an operation that starts now must be able to end with the token */

struct caching {
	struct acr_credential credential;
	struct acr_credential *next;
	struct acr_cache *cache;
};

/* One request for a token. */
struct wanted {
	struct acr_credential *next;
	const char *resource, *claims;
};

static int make(void *user, struct acr_token *ret, struct acr_error *error)
{
	const struct wanted *wanted = user;
	int rc = wanted->next->get(wanted->next, wanted->resource, wanted->claims, ret, error);

	if (rc == 0 && !ret->by)
		ret->by = acr_strdup(wanted->next->name);
	return rc;
}

static int get(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
	       struct acr_error *error)
{
	const struct caching *self = (const struct caching *)credential;
	struct wanted wanted = {.next = self->next, .resource = resource, .claims = claims};
	ACR_AUTO_FREE char *key = acr_format("%s\n%s", self->credential.cache_key, resource);
	const struct token_slot slot = {.cache = self->cache, .kind = "azure-token", .key = key, .margin = MARGIN_S};
	/* With claims the token that we have is not good enough. */
	ACR_AUTO_FREE char *refused = claims ? token_slot_peek(&slot) : NULL;

	return token_slot_get(&slot, refused, make, &wanted, ret, error);
}

static void free_credential(struct acr_credential *credential)
{
	struct caching *self = (struct caching *)credential;

	acr_credential_free(self->next);
	free(self);
}

struct acr_credential *acr_caching_new(struct acr_credential *next, struct acr_cache *cache,
				       const struct acr_clock *clock)
{
	struct caching *self = acr_alloc(sizeof(*self));

	(void)clock; /* the cache has the same */
	self->next = next;
	self->cache = cache;
	self->credential = (struct acr_credential){
		.name = next->name,
		.get = get,
		.cache_key = next->cache_key,
		.free = free_credential,
	};
	return &self->credential;
}
