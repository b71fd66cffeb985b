/* Credentials in order of preference. */
#include <stdlib.h>
#include <string.h>
#include <acr/credential.h>

struct chain {
	struct acr_credential credential;
	struct acr_credential **list;
	size_t count;
	struct acr_credential *chosen; /* the one that applied */
	char *cache_key;
};

static int choose(struct chain *self, const char *resource, const char *claims, struct acr_token *ret,
		  struct acr_error *error)
{
	ACR_AUTO(acr_buf) tried = ACR_BUF_INIT;

	for (size_t i = 0; i < self->count; i++) {
		ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
		int rc = self->list[i]->get(self->list[i], resource, claims, ret, &reason);

		if (rc == 0) {
			self->chosen = self->list[i];
			ret->by = ret->by ? ret->by : acr_strdup(self->list[i]->name);
			return 0;
		}
		if (rc != ACR_ERROR_SIGN_IN)
			return acr_error_move(error, &reason);
		if (self->list[i]->guess)
			continue;
		acr_buf_printf(&tried, "%s%s: %s", tried.length ? "; " : ". Tried ", self->list[i]->name,
			       reason.message);
	}
	return acr_fail(error, ACR_ERROR_SIGN_IN, "Please run 'az login' to setup account%s",
			tried.length ? acr_buf_str(&tried)
				     : ", or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.");
}

static int get(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
	       struct acr_error *error)
{
	struct chain *self = (struct chain *)credential;

	if (self->chosen)
		return self->chosen->get(self->chosen, resource, claims, ret, error);
	return choose(self, resource, claims, ret, error);
}

static void free_credential(struct acr_credential *credential)
{
	struct chain *self = (struct chain *)credential;

	for (size_t i = 0; i < self->count; i++)
		acr_credential_free(self->list[i]);
	free(self->list);
	free(self->cache_key);
	free(self);
}

struct acr_credential *acr_chain_new(struct acr_credential **list, size_t count)
{
	struct chain *self = acr_alloc(sizeof(*self));
	ACR_AUTO(acr_buf) keys = ACR_BUF_INIT;

	self->list = acr_alloc_array(count ? count : 1, sizeof(struct acr_credential *));
	for (size_t i = 0; i < count; i++) {
		self->list[i] = list[i];
		acr_buf_printf(&keys, "%s\n", list[i]->cache_key);
	}
	self->count = count;
	self->cache_key = acr_buf_take(&keys);
	self->credential = (struct acr_credential){
		.name = "sign-in",
		.get = get,
		.cache_key = self->cache_key,
		.free = free_credential,
	};
	return &self->credential;
}
