/* From somebody who has signed in to the accounts that azureProfile.json keeps: one for each subscription. */
#ifndef RUN_ACCOUNTS_H
#define RUN_ACCOUNTS_H

#include <acr/login.h>

#include "context.h"

struct account_owner {
	struct context *context;
	struct acr_login login;   /* without a tenant, its resource is management's audience */
	struct acr_json *user;    /* as accounts name it: {"name","type", …} */
	struct acr_json *list;    /* the accounts found */
	struct acr_json *reached; /* ids of the tenants that could be signed in to */
};

/* Makes the context's client. `user` is taken. */
int account_owner_init(struct account_owner *owner, struct context *context, struct acr_json *user,
		       struct acr_error *error) ACR_MUST_CHECK;
void account_owner_clear(struct account_owner *owner);
/* Find the subscriptions of one tenant. `token` is for management there; NULL: the account's stored sign-in gets one. */
int accounts_in_tenant(struct account_owner *owner, const char *tenant, const char *token,
		       struct acr_error *error) ACR_MUST_CHECK;
/* Find those of all tenants that a user may sign in to, starting from this one. What some of them refuse is told, and is no
 * failure. */
int accounts_in_all_tenants(struct account_owner *owner, const char *home, struct acr_error *error) ACR_MUST_CHECK;
/* Accounts that stand for the tenants where nothing was found. */
void accounts_add_tenants(struct account_owner *owner);
/* As az prints accounts: "cloudName" for "environmentName". The caller owns the array. */
struct acr_json *accounts_printed(const struct acr_json *accounts);
/* Go on as if nobody were signed in where azureProfile.json is damaged, and say so. */
void accounts_ignore_broken(struct context *context);
/* Forget all tokens that are kept for further commands. */
void accounts_forget_tokens(struct acr_client *client);
/* The resource that scopes are of ("https://vault.azure.net/.default"), yours to free(); that of management when the
 * list is empty. */
int scopes_resource(const struct acr_json *scopes, const char *fallback, char **ret,
		    struct acr_error *error) ACR_MUST_CHECK;

#endif
