/* Registry tokens: which way leads to one, and where it is kept. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include "auth/registry_endpoint.h"
#include "auth/registry_exchange.h"
#include "auth/registry_token.h"
#include "auth/token_slot.h"

#define REFRESH_KIND "registry-refresh"
#define REFRESH_MARGIN_S 300
#define ACCESS_MARGIN_S 60

struct login {
	char *username, *password;
};

/* What is known of one registry. */
struct registry {
	struct registry_endpoint endpoint;
	struct login admin;
	bool admin_asked;
};

struct acr_registry_auth {
	struct acr_transport *transport;
	struct registry_account account;
	struct acr_cache *cache;
	const struct acr_clock *clock;
	struct login login; /* given by the user, for all registries */
	acr_admin_lookup lookup;
	void *lookup_user;
	struct registry **registries;
	size_t count;
};

static void login_clear(struct login *login)
{
	free(login->username);
	free(login->password);
	*login = (struct login){0};
}

struct acr_registry_auth *acr_registry_auth_new(struct acr_transport *transport, struct acr_credential *credential,
						const char *tenant, const char *audience, const char *fallback_audience,
						struct acr_cache *cache, const struct acr_clock *clock)
{
	struct acr_registry_auth *auth = acr_alloc(sizeof(*auth));

	*auth = (struct acr_registry_auth){
		.transport = transport,
		.account = {credential, tenant, audience, fallback_audience},
		.cache = cache,
		.clock = clock,
	};
	return auth;
}

void acr_registry_auth_free(struct acr_registry_auth *auth)
{
	if (!auth)
		return;
	for (size_t i = 0; i < auth->count; i++) {
		registry_endpoint_clear(&auth->registries[i]->endpoint);
		login_clear(&auth->registries[i]->admin);
		free(auth->registries[i]);
	}
	free(auth->registries);
	login_clear(&auth->login);
	free(auth);
}

void acr_registry_auth_set_login(struct acr_registry_auth *auth, const struct acr_registry_login *login)
{
	login_clear(&auth->login);
	auth->login.username = acr_strdup(login->username);
	auth->login.password = acr_strdup(login->password ? login->password : "");
}

void acr_registry_auth_set_admin_lookup(struct acr_registry_auth *auth, acr_admin_lookup lookup, void *user)
{
	auth->lookup = lookup;
	auth->lookup_user = user;
}

static struct registry *find_registry(struct acr_registry_auth *auth, const char *name)
{
	ACR_AUTO_FREE char *host = acr_strdup(name);

	for (char *p = host; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	for (size_t i = 0; i < auth->count; i++) {
		if (strcmp(auth->registries[i]->endpoint.registry, host) == 0)
			return auth->registries[i];
	}
	auth->registries = acr_realloc_array(auth->registries, auth->count + 1, sizeof(struct registry *));
	struct registry *registry = acr_alloc(sizeof(*registry));
	registry_endpoint_init(&registry->endpoint, host, auth->transport, auth->cache, auth->clock);
	auth->registries[auth->count++] = registry;
	return registry;
}

/* One token that is asked for. */
struct wanted {
	struct acr_registry_auth *auth;
	struct registry *registry;
	const char *scope;
	const struct login *login; /* NULL: the Azure account */
	bool fresh;                /* a cached refresh token will not do */
};

/* ---- Azure token → refresh token ---- */

static int make_refresh_token(void *user, struct acr_token *ret, struct acr_error *error)
{
	const struct wanted *wanted = user;

	return registry_exchange_account(&wanted->registry->endpoint, &wanted->auth->account, ret, error);
}

/* Whose tokens they are: part of every key in the cache. Yours to free(). */
static int identity(const struct wanted *wanted, char **ret, struct acr_error *error)
{
	const struct registry_account *account = &wanted->auth->account;
	struct acr_credential *credential = account->credential;
	const char *registry = wanted->registry->endpoint.registry;
	int rc;

	if (wanted->login) {
		*ret = acr_format("password\n%s\n%s\n%s", registry, wanted->login->username, wanted->login->password);
		return 0;
	}
	if (credential->prepare && (rc = credential->prepare(credential, error)) < 0)
		return rc;
	*ret = acr_format("azure\n%s\n%s\n%s", registry, account->tenant ? account->tenant : "", credential->cache_key);
	return 0;
}

static int get_refresh_token(struct wanted *wanted, const char *refused, struct acr_token *ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *key = NULL;
	int rc = identity(wanted, &key, error);

	if (rc < 0)
		return rc;
	const struct token_slot slot = {
		.cache = wanted->auth->cache,
		.kind = REFRESH_KIND,
		.key = key,
		.margin = REFRESH_MARGIN_S,
		.registry = wanted->registry->endpoint.registry,
	};
	ACR_AUTO_FREE char *current = wanted->fresh && !refused ? token_slot_peek(&slot) : NULL;
	return token_slot_get(&slot, refused ? refused : current, make_refresh_token, wanted, ret, error);
}

/* ---- refresh token → access token ---- */

static int make_access_token(void *user, struct acr_token *ret, struct acr_error *error)
{
	struct wanted *wanted = user;
	struct registry_endpoint *endpoint = &wanted->registry->endpoint;
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	ACR_AUTO(acr_token) refresh = {0};
	ACR_AUTO(acr_token) again = {0};
	int rc;

	if ((rc = get_refresh_token(wanted, NULL, &refresh, error)) < 0)
		return rc;
	rc = registry_access_token(endpoint, wanted->scope, refresh.secret, ret, &reason);
	if (rc == 0 || rc != ACR_ERROR_AUTH || !refresh.cached || reason.http_status == 403)
		return rc < 0 ? acr_error_move(error, &reason) : 0;
	if ((rc = get_refresh_token(wanted, refresh.secret, &again, error)) < 0)
		return rc;
	return registry_access_token(endpoint, wanted->scope, again.secret, ret, error);
}

static int make_login_token(void *user, struct acr_token *ret, struct acr_error *error)
{
	struct wanted *wanted = user;
	struct registry_endpoint *endpoint = &wanted->registry->endpoint;
	const struct login *login = wanted->login;

	if (strcmp(login->username, ACR_TOKEN_USER) == 0)
		return registry_access_token(endpoint, wanted->scope, login->password, ret, error);
	int rc = registry_password_token(endpoint, wanted->scope, login->username, login->password, ret, error);
	/* The slot must not keep what is no token. */
	if (rc == 0 && endpoint->basic_only)
		return acr_fail(error, ACR_ERROR_GENERAL, "registry '%s' has no token service", endpoint->registry);
	return rc;
}

static int get_access_token(struct wanted *wanted, const char *refused, struct registry_authorization *ret,
			    struct acr_error *error)
{
	ACR_AUTO_FREE char *whose = NULL;
	ACR_AUTO(acr_token) token = {0};
	int rc = identity(wanted, &whose, error);

	if (rc < 0)
		return rc;
	ACR_AUTO_FREE char *key = acr_format("%s\n%s", whose, wanted->scope);
	const struct token_slot slot = {
		.cache = wanted->auth->cache, .kind = "registry-access", .key = key, .margin = ACCESS_MARGIN_S};
	wanted->fresh = refused != NULL;
	rc = token_slot_get(&slot, refused, wanted->login ? make_login_token : make_access_token, wanted, &token,
			    error);
	if (rc < 0)
		return rc;
	*ret = (struct registry_authorization){.value = acr_format("Bearer %s", token.secret), .cached = token.cached};
	return 0;
}

/* ---- the ways to an authorization ---- */

static char *basic_value(const struct login *login)
{
	ACR_AUTO_FREE char *pair = acr_format("%s:%s", login->username, login->password);
	ACR_AUTO(acr_buf) value = ACR_BUF_INIT;

	acr_buf_puts(&value, "Basic ");
	acr_base64_encode(pair, strlen(pair), &value);
	return acr_buf_take(&value);
}

static int with_login(struct wanted *wanted, const struct login *login, const char *refused,
		      struct registry_authorization *ret, struct acr_error *error)
{
	const struct registry_endpoint *endpoint = &wanted->registry->endpoint;
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	int rc = 0;

	wanted->login = login;
	if (!endpoint->basic_only)
		rc = get_access_token(wanted, refused, ret, &reason);
	if (!endpoint->basic_only)
		return rc < 0 ? acr_error_move(error, &reason) : 0;
	*ret = (struct registry_authorization){.value = basic_value(login)};
	return 0;
}

static int make_anonymous_token(void *user, struct acr_token *ret, struct acr_error *error)
{
	const struct wanted *wanted = user;

	return registry_anonymous_token(&wanted->registry->endpoint, wanted->scope, ret, error);
}

/* Nobody is signed in: perhaps anybody may pull. When not, `reason` says more than the registry's refusal. */
static int without_login(struct wanted *wanted, const char *refused, struct registry_authorization *ret,
			 struct acr_error *error, struct acr_error *reason)
{
	ACR_AUTO_FREE char *key = acr_format("anonymous\n%s\n%s", wanted->registry->endpoint.registry, wanted->scope);
	const struct token_slot slot = {
		.cache = wanted->auth->cache, .kind = "registry-access", .key = key, .margin = ACCESS_MARGIN_S};
	ACR_AUTO(acr_error) refusal = ACR_ERROR_INIT;
	ACR_AUTO(acr_token) token = {0};
	int rc = token_slot_get(&slot, refused, make_anonymous_token, wanted, &token, &refusal);

	if (rc == ACR_ERROR_INTERRUPTED || rc == ACR_ERROR_NETWORK || rc == ACR_ERROR_TLS)
		return acr_error_move(error, &refusal);
	if (rc < 0)
		return acr_error_move(error, reason);
	*ret = (struct registry_authorization){
		.value = acr_format("Bearer %s", token.secret),
		.cached = token.cached,
		.anonymous = TAKE(reason->message),
	};
	return 0;
}

/* Whether another way may lead where the Azure token did not. */
static bool admin_may_help(const struct acr_error *reason)
{
	bool refused =
		reason->code == ACR_ERROR_AUTH || reason->code == ACR_ERROR_SERVICE || reason->code == ACR_ERROR_FORMAT;
	/* Whom the directory turns away gets no token to look for the admin account with, either. */
	bool unknown = reason->service_code && strncmp(reason->service_code, "AADSTS", 6) == 0;

	return refused && !unknown && reason->http_status != 429 && reason->http_status != 403;
}

static void find_admin(struct wanted *wanted)
{
	struct acr_registry_auth *auth = wanted->auth;
	struct registry *registry = wanted->registry;
	ACR_AUTO(acr_error) ignored = ACR_ERROR_INIT; /* the reason for asking is reported instead */

	if (registry->admin_asked || !auth->lookup)
		return;
	registry->admin_asked = true;
	if (auth->lookup(auth->lookup_user, registry->endpoint.registry, &registry->admin.username,
			 &registry->admin.password, &ignored) < 0)
		registry->admin = (struct login){0};
}

int registry_authorize(struct acr_registry_auth *auth, const char *registry_name, const char *scope,
		       const char *refused, struct registry_authorization *ret, struct acr_error *error)
{
	struct registry *registry = find_registry(auth, registry_name);
	struct wanted wanted = {.auth = auth, .registry = registry, .scope = scope ? scope : ""};
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	const char *token = refused && strncmp(refused, "Bearer ", 7) == 0 ? refused + 7 : refused;

	if (auth->login.username)
		return with_login(&wanted, &auth->login, token, ret, error);
	if (registry->admin.username)
		return with_login(&wanted, &registry->admin, token, ret, error);
	if (get_access_token(&wanted, token, ret, &reason) == 0)
		return 0;
	if (reason.code == ACR_ERROR_SIGN_IN)
		return without_login(&wanted, token, ret, error, &reason);
	if (admin_may_help(&reason))
		find_admin(&wanted);
	if (registry->admin.username && with_login(&wanted, &registry->admin, NULL, ret, NULL) == 0)
		return 0;
	return acr_error_move(error, &reason);
}

void registry_authorization_clear(struct registry_authorization *authorization)
{
	free(authorization->value);
	free(authorization->anonymous);
	*authorization = (struct registry_authorization){0};
}

int acr_registry_authorization(struct acr_registry_auth *auth, const char *registry, const char *scope, bool fresh,
			       char **ret, struct acr_error *error)
{
	ACR_AUTO(registry_authorization) first = {0};
	ACR_AUTO(registry_authorization) second = {0};
	int rc;

	if ((rc = registry_authorize(auth, registry, scope, NULL, &first, error)) < 0)
		return rc;
	if (!fresh || !first.cached) {
		*ret = TAKE(first.value);
		return 0;
	}
	if ((rc = registry_authorize(auth, registry, scope, first.value, &second, error)) < 0)
		return rc;
	*ret = TAKE(second.value);
	return 0;
}

int acr_registry_refresh_token(struct acr_registry_auth *auth, const char *registry, struct acr_token *ret,
			       struct acr_error *error)
{
	struct wanted wanted = {.auth = auth, .registry = find_registry(auth, registry)};
	const struct login *login = &auth->login;

	if (!login->username)
		return get_refresh_token(&wanted, NULL, ret, error);
	if (strcmp(login->username, ACR_TOKEN_USER) != 0)
		return acr_fail(
			error, ACR_ERROR_AUTH,
			"a token of registry '%s' cannot be had with a user name and a password; sign in with an "
			"Azure account",
			registry);
	*ret = (struct acr_token){.secret = acr_strdup(login->password),
				  .expires_on = registry_token_end(login->password, auth->clock->now(auth->clock))};
	return 0;
}

/* Tokens of other accounts stay out: the key tells whose a token is. */
int acr_registry_kept_tokens(struct acr_registry_auth *auth, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *all = acr_cache_list(auth->cache, REFRESH_KIND);
	ACR_AUTO_PTR(acr_json) *mine = acr_json_new_object();
	int rc;

	for (const struct acr_json *one = acr_json_first(all); one; one = acr_json_next(one)) {
		const char *name = acr_json_str(one, "/registry");
		ACR_AUTO_PTR(acr_json) *value = NULL;
		ACR_AUTO_FREE char *key = NULL;

		if (!name || acr_json_get(mine, name))
			continue;
		struct wanted wanted = {.auth = auth, .registry = find_registry(auth, name)};
		if ((rc = identity(&wanted, &key, error)) < 0)
			return rc;
		if ((value = acr_cache_get(auth->cache, REFRESH_KIND, key, 0)))
			acr_json_set_num(mine, name, acr_json_num(value, "/expires_on", 0));
	}
	*ret = TAKE(mine);
	return 0;
}
