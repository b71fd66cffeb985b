/* The authority that issues Azure tokens: an AD FS one (https://localhost:PORT/adfs), which MSAL accepts for a private
 * host without asking Microsoft, with the v2.0 paths beside it. */
#include "directory.h"

#include <openssl/crypto.h>
#include <string.h>

#define REFRESH_LIFETIME (90 * 86400)

/* ---- which requests ------------------------------------------------------------------------------------------- */

/* What follows "/TENANT/", NULL when there is no such part. */
static const char *below_tenant(const char *path)
{
	const char *slash = *path == '/' ? strchr(path + 1, '/') : NULL;
	return slash ? slash + 1 : NULL;
}

/* What follows the tenant; az asks for the configuration of a tenant below the authority, which has but one. */
static const char *wanted_page(const char *path)
{
	const char *rest = below_tenant(path);
	size_t length = strlen(emulator.tenant_id);

	if (rest && !strncmp(rest, emulator.tenant_id, length) && !strncmp(rest + length, "/.well-known/", 13))
		return rest + length + 1;
	return rest;
}

bool signin_concerns(const struct exchange *exchange)
{
	static const char *const starts[] = {"oauth2/", "v2.0/", ".well-known/", "discovery/"};
	const char *rest = wanted_page(exchange->path);
	for (size_t i = 0; rest && i < ACR_COUNT(starts); i++)
		if (!strncmp(rest, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* ---- errors ---------------------------------------------------------------------------------------------------- */

static void refuse(struct exchange *exchange, int status, const char *error, int code, const char *format, ...)
	ACR_PRINTF(5, 6);

static void refuse(struct exchange *exchange, int status, const char *error, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *text = acr_vformat(format, args);
	va_end(args);
	char trace[37], correlation[37];
	acr_uuid(trace);
	acr_uuid(correlation);
	ACR_AUTO_FREE char *now = acr_time_text(now_seconds());
	ACR_AUTO_FREE char *description = acr_format("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", code,
						     text, trace, correlation, now);
	reply_json(exchange, status,
		   json_build("{'error':%s,'error_description':%s,'error_codes':[%d],'timestamp':%s,'trace_id':%s,"
			      "'correlation_id':%s}",
			      error, description, code, now, trace, correlation));
}

/* ---- tokens ---------------------------------------------------------------------------------------------------- */

struct grant {
	char *type, *client_id, *client_secret, *resource, *scope, *username, *password, *refresh_token;
	char *audience; /* what the access token is for */
};

static void grant_clear(struct grant *grant)
{
	char **parts = (char **)grant;
	for (size_t i = 0; i < sizeof(*grant) / sizeof(char *); i++)
		free(parts[i]);
}

/* "https://x/.default" asks for "https://x"; "openid profile" and their like ask for nothing by themselves. */
static char *audience_of(const char *scope)
{
	static const char end[] = "/.default";
	while (scope && *scope) {
		scope += strspn(scope, " ");
		size_t length = strcspn(scope, " ");
		if (length > strlen(end) && !strncmp(scope + length - strlen(end), end, strlen(end)))
			return acr_strndup(scope, length - strlen(end));
		scope += length;
	}
	return NULL;
}

static void read_grant(struct exchange *exchange, struct grant *grant)
{
	const char *form = acr_buf_str(&exchange->body);
	grant->type = acr_query_get(form, "grant_type");
	grant->client_id = acr_query_get(form, "client_id");
	grant->client_secret = acr_query_get(form, "client_secret");
	grant->resource = acr_query_get(form, "resource");
	grant->scope = acr_query_get(form, "scope");
	grant->username = acr_query_get(form, "username");
	grant->password = acr_query_get(form, "password");
	grant->refresh_token = acr_query_get(form, "refresh_token");
	grant->audience = grant->resource ? acr_strdup(grant->resource) : audience_of(grant->scope);
}

static struct acr_json *base_claims(const struct grant *grant, bool user)
{
	ACR_AUTO_FREE char *principal =
		user || !grant->client_id ? NULL : directory_principal_of(grant->client_id);
	const char *object = principal ? principal : emulator.client_id;
	ACR_AUTO_FREE char *issuer = acr_format("%s/adfs/", emulator.base_url);
	struct acr_json *claims = json_build(
		"{'aud':%s,'iss':%s,'appid':%s,'appidacr':'1','oid':%s,'sub':%s,'tid':%s,'ver':'1.0'}", grant->audience,
		issuer, grant->client_id, object, object, emulator.tenant_id);
	acr_json_set_str(claims, "idtyp", user ? "user" : "app");
	if (user)
		acr_json_set_str(claims, "upn", emulator.client_id);
	return claims;
}

/* What a user's sign-in gets besides the access token. */
static void add_user_tokens(const struct grant *grant, const struct acr_json *claims, struct acr_json *reply)
{
	ACR_AUTO_PTR(acr_json) *refresh = json_build("{'use':'refresh','appid':%s}", grant->client_id);
	ACR_AUTO_FREE char *refresh_token = token_issue(refresh, REFRESH_LIFETIME);
	acr_json_set_str(reply, "refresh_token", refresh_token);
	acr_json_set_num(reply, "refresh_token_expires_in", REFRESH_LIFETIME);
	ACR_AUTO_PTR(acr_json) *identity = acr_json_copy(claims);
	acr_json_set_str(identity, "aud", grant->client_id);
	acr_json_set_str(identity, "preferred_username", emulator.client_id);
	ACR_AUTO_FREE char *identity_token = token_issue(identity, emulator.token_lifetime);
	acr_json_set_str(reply, "id_token", identity_token);
}

static void issue(struct exchange *exchange, const struct grant *grant, bool user)
{
	if (!grant->audience || !*grant->audience) {
		refuse(exchange, 400, "invalid_request", 900144,
		       "The request body must contain the following parameter: 'scope'.");
		return;
	}
	ACR_AUTO_PTR(acr_json) *claims = base_claims(grant, user);
	ACR_AUTO_FREE char *token = token_issue(claims, emulator.token_lifetime);
	struct acr_json *reply =
		json_build("{'token_type':'Bearer','expires_in':%d,'ext_expires_in':%d,'access_token':%s}",
			   emulator.token_lifetime, emulator.token_lifetime, token);
	if (user)
		add_user_tokens(grant, claims, reply);
	reply_json(exchange, 200, reply);
}

/* ---- grants ---------------------------------------------------------------------------------------------------- */

static bool is_own_secret(const char *given)
{
	const char *secret = emulator.client_secret;
	return given && strlen(given) == strlen(secret) && CRYPTO_memcmp(given, secret, strlen(secret)) == 0;
}

/* An application of the directory must have a service principal in it to sign in. */
static bool is_known(const char *client_id)
{
	ACR_AUTO_FREE char *principal = client_id ? directory_principal_of(client_id) : NULL;
	return principal != NULL;
}

static bool is_secret(const char *client_id, const char *given)
{
	return strcmp(client_id, emulator.client_id) ? directory_secret_valid(client_id, given) : is_own_secret(given);
}

static void grant_client(struct exchange *exchange, const struct grant *grant)
{
	if (!is_known(grant->client_id))
		refuse(exchange, 400, "unauthorized_client", 700016,
		       "Application with identifier '%s' was not found in the directory '%s'.",
		       grant->client_id ? grant->client_id : "", emulator.tenant_id);
	else if (!grant->client_secret)
		refuse(exchange, 401, "invalid_client", 7000216,
		       "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' "
		       "grant "
		       "type; this authority knows secrets only.");
	else if (!is_secret(grant->client_id, grant->client_secret))
		refuse(exchange, 401, "invalid_client", 7000215,
		       "Invalid client secret provided. Ensure the secret being sent in the request is the client "
		       "secret "
		       "value, not the client secret ID, for a secret added to app '%s'.",
		       grant->client_id);
	else
		issue(exchange, grant, false);
}

/* The one account there is may also sign in as a user would. */
static void grant_password(struct exchange *exchange, const struct grant *grant)
{
	if (!grant->username || strcmp(grant->username, emulator.client_id) != 0 || !is_own_secret(grant->password))
		refuse(exchange, 400, "invalid_grant", 50126,
		       "Error validating credentials due to invalid username or password.");
	else
		issue(exchange, grant, true);
}

static void grant_refresh(struct exchange *exchange, const struct grant *grant)
{
	ACR_AUTO_PTR(acr_json) *claims = grant->refresh_token ? token_verify(grant->refresh_token) : NULL;
	const char *use = acr_json_str(claims, "/use");
	if (!use || strcmp(use, "refresh") != 0)
		refuse(exchange, 400, "invalid_grant", 700082,
		       "The refresh token has expired due to inactivity, or was not issued by this authority.");
	else
		issue(exchange, grant, true);
}

static void answer_token(struct exchange *exchange)
{
	static const struct {
		const char *type;
		void (*answer)(struct exchange *exchange, const struct grant *grant);
	} grants[] = {
		{"client_credentials", grant_client},
		{"password", grant_password},
		{"refresh_token", grant_refresh},
	};
	__attribute__((cleanup(grant_clear))) struct grant grant = {0};
	read_grant(exchange, &grant);
	acr_headers_set(&exchange->reply_headers, "Cache-Control", "no-store");
	for (size_t i = 0; grant.type && i < ACR_COUNT(grants); i++)
		if (!strcmp(grants[i].type, grant.type)) {
			grants[i].answer(exchange, &grant);
			return;
		}
	if (grant.type)
		refuse(exchange, 400, "unsupported_grant_type", 70003,
		       "The app requested an unsupported grant type '%s'.", grant.type);
	else
		refuse(exchange, 400, "invalid_request", 900144,
		       "The request body must contain the following parameter: 'grant_type'.");
}

/* ---- discovery ------------------------------------------------------------------------------------------------- */

static void answer_configuration(struct exchange *exchange, bool v2)
{
	ACR_AUTO_FREE char *root =
		acr_format("%s/%s/oauth2/%s", emulator.base_url, emulator.tenant_id, v2 ? "v2.0/" : "");
	ACR_AUTO_FREE char *issuer = acr_format("%s/%s%s", emulator.base_url, emulator.tenant_id, v2 ? "/v2.0" : "");
	ACR_AUTO_FREE char *authorize = acr_format("%sauthorize", root);
	ACR_AUTO_FREE char *token = acr_format("%stoken", root);
	reply_json(exchange, 200,
		   json_build("{'issuer':%s,'authorization_endpoint':%s,'token_endpoint':%s,"
			      "'token_endpoint_auth_methods_supported':['client_secret_post'],"
			      "'grant_types_supported':['client_credentials','password','refresh_token'],"
			      "'response_types_supported':['code'],'subject_types_supported':['pairwise'],"
			      "'id_token_signing_alg_values_supported':['HS256']}",
			      issuer, authorize, token));
}

/* Clients that do not know this host ask whether it is an authority at all. */
static void answer_instance(struct exchange *exchange)
{
	ACR_AUTO_FREE char *configuration =
		acr_format("%s/%s/v2.0/.well-known/openid-configuration", emulator.base_url, emulator.tenant_id);
	ACR_AUTO_FREE char *host = acr_format("localhost:%d", emulator.port);
	reply_json(exchange, 200,
		   json_build("{'tenant_discovery_endpoint':%s,'api-version':'1.1','metadata':[{'preferred_network':%s,"
			      "'preferred_cache':%s,'aliases':[%s]}]}",
			      configuration, host, host, host));
}

static bool knows_tenant(const char *path)
{
	static const char *const tenants[] = {"common", "organizations"};
	ACR_AUTO_FREE char *tenant = acr_strndup(path + 1, strcspn(path + 1, "/"));
	for (size_t i = 0; i < ACR_COUNT(tenants); i++)
		if (!strcmp(tenants[i], tenant))
			return true;
	return !strcmp(tenant, emulator.tenant_id);
}

void signin_answer(struct exchange *exchange)
{
	const char *rest = wanted_page(exchange->path);
	bool get = !strcmp(exchange->method, "GET"), post = !strcmp(exchange->method, "POST");
	if (!knows_tenant(exchange->path))
		refuse(exchange, 400, "invalid_request", 90002,
		       "Tenant '%.*s' not found. This authority has one tenant, '%s'.",
		       (int)strcspn(exchange->path + 1, "/"), exchange->path + 1, emulator.tenant_id);
	else if (post && (!strcmp(rest, "oauth2/token") || !strcmp(rest, "oauth2/v2.0/token")))
		answer_token(exchange);
	else if (get && !strcmp(rest, ".well-known/openid-configuration"))
		answer_configuration(exchange, false);
	else if (get && !strcmp(rest, "v2.0/.well-known/openid-configuration"))
		answer_configuration(exchange, true);
	else if (get && !strcmp(rest, "discovery/instance"))
		answer_instance(exchange);
	else
		refuse(exchange, 404, "invalid_request", 900561, "The endpoint does not serve %s requests at '%s'.",
		       exchange->method, exchange->path);
}
