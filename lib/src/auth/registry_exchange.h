/* From an Azure account to a registry's refresh token. */
#ifndef AUTH_REGISTRY_EXCHANGE_H
#define AUTH_REGISTRY_EXCHANGE_H

#include "auth/registry_endpoint.h"

/* All borrowed; see acr_registry_auth_new(). */
struct registry_account {
	struct acr_credential *credential;
	const char *tenant;            /* may be NULL */
	const char *audience;          /* of the Azure token */
	const char *fallback_audience; /* tried when tokens for the first are refused; may be NULL */
};

/* Get an Azure token and exchange it. A token from the cache that is refused is replaced by a new one. */
int registry_exchange_account(struct registry_endpoint *endpoint, const struct registry_account *account,
			      struct acr_token *ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
