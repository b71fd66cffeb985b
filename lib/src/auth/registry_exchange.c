/* Which Azure token a registry takes in exchange for its own. */
#include <string.h>
#include "auth/oauth.h"
#include "auth/registry_exchange.h"

#define NEW_TOKEN_CLAIMS "{}" /* asks for nothing special, but for a new token */

/* What may help where an exchange failed. */
struct remedy {
	bool new_token;      /* the Azure token came from the cache, and was refused */
	bool other_audience; /* the directory or the registry does not want tokens for this one */
};

static int exchange_once(struct registry_endpoint *endpoint, const struct registry_account *account,
			 const char *audience, const char *claims, struct acr_token *ret, struct remedy *remedy,
			 struct acr_error *error)
{
	ACR_AUTO(acr_token) azure = {0};
	int rc = account->credential->get(account->credential, audience, claims, &azure, error);

	*remedy = (struct remedy){.other_audience = rc < 0 && oauth_resource_refused(error)};
	if (rc < 0)
		return rc;
	rc = registry_exchange(endpoint, account->tenant, azure.secret, ret, error);
	if (rc < 0) {
		remedy->new_token = azure.cached && error->http_status == 401;
		remedy->other_audience = error->http_status == 400 || error->http_status == 401;
	}
	return rc;
}

static int exchange_for(struct registry_endpoint *endpoint, const struct registry_account *account,
			const char *audience, struct acr_token *ret, struct remedy *remedy, struct acr_error *error)
{
	int rc = exchange_once(endpoint, account, audience, NULL, ret, remedy, error);

	if (rc < 0 && remedy->new_token) {
		acr_error_clear(error);
		rc = exchange_once(endpoint, account, audience, NEW_TOKEN_CLAIMS, ret, remedy, error);
	}
	return rc;
}

int registry_exchange_account(struct registry_endpoint *endpoint, const struct registry_account *account,
			      struct acr_token *ret, struct acr_error *error)
{
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	struct remedy remedy;
	int rc = exchange_for(endpoint, account, account->audience, ret, &remedy, &reason);

	if (rc < 0 && remedy.other_audience && account->fallback_audience &&
	    strcmp(account->audience, account->fallback_audience) != 0) {
		acr_error_clear(&reason);
		rc = exchange_for(endpoint, account, account->fallback_audience, ret, &remedy, &reason);
	}
	return rc < 0 ? acr_error_move(error, &reason) : 0;
}
