/* Tokens in the cache: look, lock, look again, make. */
#include <stdlib.h>
#include <string.h>
#include "auth/token_slot.h"

static bool look(const struct token_slot *slot, const char *refused, struct acr_token *ret)
{
	ACR_AUTO_PTR(acr_json) *value = acr_cache_get(slot->cache, slot->kind, slot->key, slot->margin);
	const char *secret = acr_json_str(value, "/secret");
	double end = acr_json_num(value, "/expires_on", 0);

	if (!secret || (refused && strcmp(refused, secret) == 0))
		return false;
	*ret = (struct acr_token){.secret = acr_strdup(secret),
				  .expires_on = (int64_t)end,
				  .cached = true,
				  .by = acr_strdup(acr_json_str(value, "/by"))};
	return true;
}

static void keep(const struct token_slot *slot, const struct acr_token *token)
{
	ACR_AUTO_PTR(acr_json) *value = acr_json_new_object();

	acr_json_set_str(value, "secret", token->secret);
	acr_json_set_num(value, "expires_on", (double)token->expires_on);
	if (token->by)
		acr_json_set_str(value, "by", token->by);
	if (slot->registry)
		acr_json_set_str(value, "registry", slot->registry);
	acr_cache_put(slot->cache, slot->kind, slot->key, value, token->expires_on);
}

char *token_slot_peek(const struct token_slot *slot)
{
	ACR_AUTO(acr_token) token = {0};

	return look(slot, NULL, &token) ? TAKE(token.secret) : NULL;
}

int token_slot_get(const struct token_slot *slot, const char *refused, token_maker make, void *user,
		   struct acr_token *ret, struct acr_error *error)
{
	struct acr_token token = {0};
	int lock, rc = 0;

	if (look(slot, refused, ret))
		return 0;
	lock = acr_cache_lock(slot->cache, slot->kind, slot->key);
	if (!look(slot, refused, &token) && (rc = make(user, &token, error)) == 0)
		keep(slot, &token);
	acr_cache_unlock(lock);
	if (rc == 0)
		*ret = token;
	return rc;
}
