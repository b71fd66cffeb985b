/* Azure tokens and registry tokens. */
#ifndef ACR_CREDENTIAL_H
#define ACR_CREDENTIAL_H

#include <stdbool.h>
#include <stdint.h>
#include "cache.h"
#include "cloud.h"
#include "environment.h"
#include "json.h"
#include "transport.h"

struct acr_token {
	char *secret;
	int64_t expires_on; /* seconds since 1970 */
	bool cached;        /* it was not made just now, so the service may have revoked it since */
	char *by;           /* name of the credential that got it, where that is known */
};
/* Free the secret. */
void acr_token_clear(struct acr_token *token);
/* What a token says about itself when it is a JWT (RFC 7519), unverified; NULL when it is none. The caller owns it. */
struct acr_json *acr_token_claims(const char *token);

/* One way to get Azure tokens. The transport given to a constructor is borrowed, the other arguments are copied. */
struct acr_credential {
	const char *name; /* for messages: "environment (client secret)" */
	/* A token for `resource` ("https://management.core.windows.net/"; the scope of the v2 endpoint is resource +
	 * "/.default"). `claims` is the JSON of a claims challenge or NULL; with claims ("{}" will do) no cached token
	 * is used. ACR_ERROR_SIGN_IN: this credential does not apply here, try the next; other errors are final. */
	int (*get)(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
	           struct acr_error *error);
	/* What makes cached tokens of this credential its own (tenant, client, hash of the secret); borrowed. */
	const char *cache_key;
	/* NULL, or a function that finds out cache_key and must be called before it is read; sends nothing. */
	int (*prepare)(struct acr_credential *credential, struct acr_error *error);
	bool guess; /* nothing hints at it, it is only tried: not worth a word when it does not apply */
	void (*free)(struct acr_credential *credential);
};
/* Free it with those that it has taken. */
void acr_credential_free(struct acr_credential *credential);

/* Service principal with a secret: the client_credentials grant (RFC 6749 section 4.4) at the tenant's v2.0 token
 * endpoint, or at an AD FS authority's /oauth2/token. */
struct acr_credential *acr_client_secret_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
                                             const char *client_secret, struct acr_transport *transport,
                                             const struct acr_clock *clock);
/* Service principal with a certificate: the same grant with a signed statement (RFC 7523), PS256 with the
 * certificate's SHA-256, RS256 with its SHA-1 for AD FS. */
struct acr_certificate_file {
	const char *path;     /* PEM or PKCS #12, with the RSA key and its certificate */
	const char *password; /* NULL when there is none */
	bool send_chain;      /* the certificates go along: trust by subject name and issuer */
};
/* Reads the file at once: ACR_ERROR_FILE where that fails, ACR_ERROR_AUTH for a wrong password, a file without an RSA
 * key and its certificate, or a certificate that is not valid now. */
int acr_client_certificate_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
                               const struct acr_certificate_file *file, struct acr_transport *transport,
                               const struct acr_clock *clock, struct acr_credential **ret,
                               struct acr_error *error) ACR_MUST_CHECK;
/* Service principal with a token of another issuer that it trusts (workload identity federation): from a file, which
 * is read again for every request, … */
struct acr_credential *acr_federated_file_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
                                              const char *path, struct acr_transport *transport,
                                              const struct acr_clock *clock);
/* … or this one, … */
struct acr_credential *acr_federated_token_new(const struct acr_cloud *cloud, const char *tenant,
                                               const char *client_id, const char *token,
                                               struct acr_transport *transport, const struct acr_clock *clock);
/* … or from the CI system, which is asked again for every request since its tokens live for minutes. */
struct acr_oidc_request {
	const char *url;        /* ACTIONS_ID_TOKEN_REQUEST_URL, SYSTEM_OIDCREQUESTURI */
	const char *token;      /* ACTIONS_ID_TOKEN_REQUEST_TOKEN, SYSTEM_ACCESSTOKEN: what the job may ask with */
	const char *connection; /* Azure Pipelines: id of the service connection */
};
/* GitHub Actions. */
struct acr_credential *acr_github_actions_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
                                              const struct acr_oidc_request *request, struct acr_transport *transport,
                                              const struct acr_clock *clock);
/* Azure Pipelines. */
struct acr_credential *acr_azure_pipelines_new(const struct acr_cloud *cloud, const char *tenant,
                                               const char *client_id, const struct acr_oidc_request *request,
                                               struct acr_transport *transport, const struct acr_clock *clock);
/* Managed identity: what the machine or the service that the program runs on is known as. */
enum acr_identity_kind {
	ACR_IDENTITY_SYSTEM,    /* the one and only, or the one assigned by the system */
	ACR_IDENTITY_CLIENT,    /* user-assigned, by client id */
	ACR_IDENTITY_OBJECT,    /* by object id */
	ACR_IDENTITY_RESOURCE,  /* by resource id */
	ACR_IDENTITY_KINDS,
};
struct acr_managed_identity_id {
	enum acr_identity_kind kind;
	const char *id; /* NULL with ACR_IDENTITY_SYSTEM */
};
struct acr_managed_identity_options {
	acr_environment environment; /* tells which service is here: IDENTITY_ENDPOINT, MSI_ENDPOINT, … */
	struct acr_managed_identity_id id;
	/* The user did not ask for it: the metadata service of virtual machines, which nothing announces, is given less
	 * than a second to show that it is there, and that it is not is no failure (ACR_ERROR_SIGN_IN). */
	bool guess;
	struct acr_cache *cache;    /* borrowed; remembers for a minute that no such service is there; may be NULL */
	const char *arc_agent;      /* the file that shows a machine of Azure Arc; NULL: /opt/azcmagent/bin/himds */
	const char *arc_key_folder; /* where Azure Arc may keep its secrets; NULL: /var/opt/azcmagent/tokens */
};
/* App Service, Functions and Container Apps, Azure Machine Learning, Cloud Shell, Azure Arc, and the metadata service
 * of virtual machines (IMDS), whichever the variables name. */
struct acr_credential *acr_managed_identity_new(const struct acr_managed_identity_options *options,
                                                struct acr_transport *transport, const struct acr_clock *clock);
#define ACR_CLI_ACCOUNT "Azure CLI account" /* name of the next one */
/* The Azure CLI's signed-in account: `account` is the entry of azureProfile.json in use, `folder` the configuration
 * folder with service_principal_entries.json and msal_token_cache.json. Service principals sign in again with the
 * stored secret, certificate or federated token, managed identities where `environment` says they are; users' access
 * tokens come from the cache, or from their refresh token, which then is stored back under the cache's lock. */
struct acr_credential *acr_cli_profile_new(const struct acr_cloud *cloud, const struct acr_json *account,
                                           const char *folder, acr_environment environment,
                                           struct acr_transport *transport, const struct acr_clock *clock);
/* Tries each of the credentials (taken) in turn until one applies; the list may be empty. */
struct acr_credential *acr_chain_new(struct acr_credential **list, size_t count);
/* Keeps tokens of `next` (taken) in the cache (borrowed) until five minutes before they end. */
struct acr_credential *acr_caching_new(struct acr_credential *next, struct acr_cache *cache,
                                       const struct acr_clock *clock);

/* Registry tokens: Azure token → refresh token (/oauth2/exchange) → access token (/oauth2/token), each cached. */
struct acr_registry_auth;
struct acr_registry_login {
	const char *username, *password; /* given by the user; NULL: exchange an Azure token */
};
/* Everything is borrowed. `audience` is the resource asked for first ("https://containerregistry.azure.net"),
 * `fallback_audience` the one tried when the first is refused, may be NULL. */
struct acr_registry_auth *acr_registry_auth_new(struct acr_transport *transport, struct acr_credential *credential,
                                                const char *tenant, const char *audience,
                                                const char *fallback_audience, struct acr_cache *cache,
                                                const struct acr_clock *clock);
/* Free it and the tokens in memory; borrowed things stay. */
void acr_registry_auth_free(struct acr_registry_auth *auth);
/* Use this user name and password from now on (copied). */
void acr_registry_auth_set_login(struct acr_registry_auth *auth, const struct acr_registry_login *login);
/* A function that finds the admin account of a registry, used when no token can be had: sets user name and password
 * (owned by the caller) and returns 0, or a negative code when there is none. */
typedef int (*acr_admin_lookup)(void *user, const char *registry, char **username, char **password,
                                struct acr_error *error);
/* Use this function from now on; NULL: none. */
void acr_registry_auth_set_admin_lookup(struct acr_registry_auth *auth, acr_admin_lookup lookup, void *user);
/* The refresh token of a login server, yours to acr_token_clear(). ACR_ERROR_SIGN_IN where there is nothing to sign in
 * with, ACR_ERROR_AUTH where it was refused. */
int acr_registry_refresh_token(struct acr_registry_auth *auth, const char *registry, struct acr_token *ret,
                               struct acr_error *error) ACR_MUST_CHECK;
/* Until when the refresh tokens that the cache keeps for the Azure account are good: an object of seconds since 1970 by
 * login server, which the caller owns. */
int acr_registry_kept_tokens(struct acr_registry_auth *auth, struct acr_json **ret,
			     struct acr_error *error) ACR_MUST_CHECK;
/* The whole value of an Authorization header field for one scope, yours to free(). `fresh` asks for a new token
 * where a cached one was refused. */
int acr_registry_authorization(struct acr_registry_auth *auth, const char *registry, const char *scope, bool fresh,
                               char **ret, struct acr_error *error) ACR_MUST_CHECK;

/* Adds the Authorization header field to exchanges by their `auth`, and repeats an exchange once when a cached token
 * was refused with 401. Takes `next`; borrows the rest. */
struct acr_transport *acr_auth_new(struct acr_transport *next, struct acr_credential *credential,
                                   const char *management_audience, struct acr_registry_auth *registry);

/* The user name that stands for "the password is a token". */
#define ACR_TOKEN_USER "00000000-0000-0000-0000-000000000000"

#endif
