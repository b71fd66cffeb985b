/* Signing a person in, and keeping it the way the Azure CLI does: what a `login` command is made of.
 *
 *   struct acr_login login = {.cloud = …, .tenant = "organizations", .resource = cloud->audience, …};
 *   ACR_AUTO(acr_signed_in) who = {0};
 *   acr_browser_sign_in(&login, open_browser, user, &who, &error);      or acr_device_code_start() and _wait()
 *   acr_msal_store(folder, &login, &who, &error);                       az and acr_cli_profile_new() find it there
 *   acr_tenant_list(…), acr_subscription_list(…)                        what azureProfile.json is made of
 *
 * Applications and managed identities need none of this: their credentials (credential.h) are asked for a token, and
 * acr_principal_store() keeps what an application signs in with. */
#ifndef ACR_LOGIN_H
#define ACR_LOGIN_H

#include "credential.h"

/* Who signs in, where, and what for. Everything is borrowed. */
struct acr_login {
	const struct acr_cloud *cloud;
	const char *tenant;   /* id or name; NULL: "organizations", the home tenant of whoever signs in */
	const char *resource; /* what the token is for: acr_cloud.audience as a rule */
	const char *claims;   /* JSON of a claims challenge to answer, or NULL */
	const char *hint;     /* user name to offer, or NULL */
	struct acr_transport *transport;
	const struct acr_clock *clock; /* its interrupted() ends the waiting */
};

/* What came of it. */
struct acr_signed_in {
	char *username;          /* "me@example.com" */
	char *tenant;            /* id of the tenant that the token is of; "adfs" where there are none */
	char *home_account_id;   /* how MSAL tells users apart */
	struct acr_token token;  /* for acr_login.resource */
	struct acr_json *answer; /* the whole answer of the token endpoint: a secret */
};
/* Free what it holds. */
void acr_signed_in_clear(struct acr_signed_in *signed_in);

/* ---- on another device (RFC 8628) ---- */

struct acr_device_code {
	char *message; /* what to show, in the service's words: open … and enter … */
	char *url, *user_code;
	char *code;         /* secret */
	int64_t expires_on; /* seconds since 1970 */
	int64_t interval_ms;
};
/* Free its strings. */
void acr_device_code_clear(struct acr_device_code *code);
/* Get a code to show. ACR_ERROR_AUTH where the authority makes none for this, ACR_ERROR_FORMAT for an answer without. */
int acr_device_code_start(const struct acr_login *login, struct acr_device_code *ret,
			  struct acr_error *error) ACR_MUST_CHECK;
/* Ask until the person has signed in, at the pace that the service wants. ACR_ERROR_TIMEOUT when the code expires
 * before, ACR_ERROR_AUTH when it is refused, ACR_ERROR_INTERRUPTED. */
int acr_device_code_wait(const struct acr_login *login, const struct acr_device_code *code, struct acr_signed_in *ret,
			 struct acr_error *error) ACR_MUST_CHECK;

/* ---- with a browser on this machine (RFC 8252, RFC 7636) ---- */

/* Show the URL to the person, in a browser as a rule. A negative code ends the sign-in. */
typedef int (*acr_open_url)(void *user, const char *url, struct acr_error *error);
/* Listen on a loopback port, have the page opened, wait at most ten minutes for the browser to come back, and redeem
 * the code that it brings. PKCE, state and nonce are used and checked; answers with another state are turned away and
 * waited past. */
int acr_browser_sign_in(const struct acr_login *login, acr_open_url open_url, void *user, struct acr_signed_in *ret,
			struct acr_error *error) ACR_MUST_CHECK;

/* ---- with a password (RFC 6749 section 4.3) ---- */

/* Tenants that ask for more than a password refuse this, as all do for personal Microsoft accounts. */
int acr_password_sign_in(const struct acr_login *login, const char *username, const char *password,
			 struct acr_signed_in *ret, struct acr_error *error) ACR_MUST_CHECK;

/* ---- keeping it ---- */

/* Put account, tokens and id token into msal_token_cache.json in `folder`, under the lock of MSAL's extensions; what
 * else is there stays. A file that is damaged is not touched (ACR_ERROR_FORMAT). */
int acr_msal_store(const char *folder, const struct acr_login *login, const struct acr_signed_in *signed_in,
		   struct acr_error *error) ACR_MUST_CHECK;
/* Remove all that is of this user, or application by its client id; NULL: of everybody. 0 also when there was nothing. */
int acr_msal_forget(const char *folder, const char *username, const struct acr_clock *clock,
		    struct acr_error *error) ACR_MUST_CHECK;
/* Put an entry into service_principal_entries.json in `folder` in place of the one with the same client_id and tenant:
 * members "client_id", "tenant", and "client_secret", or "certificate" (path; "use_cert_sn_issuer": true), or
 * "client_assertion". */
int acr_principal_store(const char *folder, const struct acr_json *entry, struct acr_error *error) ACR_MUST_CHECK;
/* Remove the entries of an application; NULL: all. 0 also when there was nothing. */
int acr_principal_forget(const char *folder, const char *client_id, struct acr_error *error) ACR_MUST_CHECK;

/* ---- tenants and subscriptions ---- */

/* The id of acr_login.tenant, which may be one of the tenant's domains: then the sign-in service is asked for it (OpenID
 * Connect Discovery). AD FS has one tenant, whatever it is called. Yours to free(). */
int acr_tenant_resolve(const struct acr_login *login, char **ret, struct acr_error *error) ACR_MUST_CHECK;

/* The tenants that the owner of a management token may sign in to: an array of objects as management has them
 * ("tenantId", "displayName", "defaultDomain"); the caller owns it. */
int acr_tenant_list(const struct acr_login *login, const char *token, struct acr_json **ret,
		    struct acr_error *error) ACR_MUST_CHECK;
/* The subscriptions of the token's tenant ("subscriptionId", "displayName", "state", "tenantId" = the subscription's
 * home tenant, "managedByTenants"). */
int acr_subscription_list(const struct acr_login *login, const char *token, struct acr_json **ret,
			  struct acr_error *error) ACR_MUST_CHECK;

#endif
