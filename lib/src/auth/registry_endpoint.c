/* Requests to a registry's token service (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <acr/encode.h>
#include <acr/uri.h>
#include "auth/oauth.h"
#include "auth/registry_endpoint.h"
#include "http/challenge.h"

#define REALM_KIND "registry-realm"
#define REALM_LIFETIME_S (30 * 24 * 60 * 60)
#define REFRESH_LIFETIME_S (3 * 60 * 60) /* of a refresh token that does not tell */
#define ACCESS_LIFETIME_S (5 * 60)       /* of an access token that does not tell */
#define MAX_ANSWER ((size_t)1 << 20)
#define MAX_NUMBER 1e11

static void set_place(struct registry_endpoint *endpoint, const char *origin, const char *service)
{
	free(endpoint->origin);
	free(endpoint->service);
	endpoint->origin = acr_strdup(origin);
	endpoint->service = acr_strdup(service);
}

void registry_endpoint_init(struct registry_endpoint *endpoint, const char *registry, struct acr_transport *transport,
			    struct acr_cache *cache, const struct acr_clock *clock)
{
	ACR_AUTO_PTR(acr_json) *known = acr_cache_get(cache, REALM_KIND, registry, 0);
	ACR_AUTO_FREE char *origin = acr_format("https://%s", registry);

	*endpoint = (struct registry_endpoint){
		.transport = transport, .cache = cache, .clock = clock, .registry = acr_strdup(registry)};
	if (acr_json_str(known, "/origin") && acr_json_str(known, "/service"))
		set_place(endpoint, acr_json_str(known, "/origin"), acr_json_str(known, "/service"));
	else
		set_place(endpoint, origin, registry);
}

void registry_endpoint_clear(struct registry_endpoint *endpoint)
{
	free(endpoint->registry);
	free(endpoint->origin);
	free(endpoint->service);
}

/* ---- refusals ---- */

/* The address in "client with IP '1.2.3.4' is not allowed access", yours to free(); NULL when there is none. */
static char *client_address(const char *message)
{
	const char *start = message ? strstr(message, "IP '") : NULL;
	const char *end;

	if (!start)
		return NULL;
	start += strlen("IP '");
	end = strchr(start, '\'');
	return end ? acr_strndup(start, (size_t)(end - start)) : NULL;
}

static int blocked(const struct registry_endpoint *endpoint, struct acr_error *error)
{
	int length = (int)strcspn(endpoint->registry, ".");
	ACR_AUTO_FREE char *address = error ? client_address(error->message) : NULL;
	ACR_AUTO_FREE char *said = error ? acr_strdup(error->message) : NULL;
	ACR_AUTO_FREE char *service_code = error ? acr_strdup(error->service_code) : NULL;
	ACR_AUTO_FREE char *request_id = error ? acr_strdup(error->request_id) : NULL;

	if (address)
		acr_fail(error, ACR_ERROR_AUTH,
			 "the firewall of registry '%s' does not let the address %s in; allow it with 'az acr "
			 "network-rule "
			 "add --name %.*s --ip-address %s', or come from an allowed network",
			 endpoint->registry, address, length, endpoint->registry, address);
	else
		acr_fail(error, ACR_ERROR_AUTH,
			 "%s; check the registry's firewall ('az acr network-rule list --name %.*s') and the rights of "
			 "the "
			 "account",
			 said ? said : "access was denied", length, endpoint->registry);
	if (error) {
		error->http_status = 403;
		error->service_code = TAKE(service_code);
		error->request_id = TAKE(request_id);
	}
	return ACR_ERROR_AUTH;
}

/* An answer that is not a token. */
static int check(const struct registry_endpoint *endpoint, const struct acr_exchange *exchange, struct acr_error *error)
{
	ACR_AUTO_FREE char *what = acr_format("cannot sign in to registry '%s'", endpoint->registry);
	long status = exchange->response.status;
	int rc = acr_check_status(exchange, what, error);

	if (status == 403)
		return blocked(endpoint, error);
	if (status == 400 && error)
		return error->code = ACR_ERROR_AUTH;
	return rc;
}

/* ---- finding the token service ---- */

/* Tokens of the account go to the registry itself or to a host of the same domain, and nowhere else, whatever a
 * challenge says. */
static bool is_trusted(const char *registry, const struct acr_uri *realm)
{
	size_t host_length = strcspn(registry, ":");
	ACR_AUTO_FREE char *host = acr_strndup(registry, host_length);
	const char *domain = strchr(host, '.');
	size_t realm_length = strlen(realm->host);

	if (strcmp(realm->scheme, "https") != 0 && !acr_uri_is_loopback(realm->host))
		return false;
	if (strcasecmp(realm->host, host) == 0)
		return true;
	return domain && strchr(domain + 1, '.') && realm_length > strlen(domain) &&
	       strcasecmp(realm->host + realm_length - strlen(domain), domain) == 0;
}

/* "https://host:port", yours to free(). */
static char *origin_of(const struct acr_uri *uri)
{
	ACR_AUTO(acr_buf) origin = ACR_BUF_INIT;

	acr_buf_printf(&origin, strchr(uri->host, ':') ? "%s://[%s]" : "%s://%s", uri->scheme, uri->host);
	if (uri->port)
		acr_buf_printf(&origin, ":%d", uri->port);
	return acr_buf_take(&origin);
}

static int take_challenge(struct registry_endpoint *endpoint, const struct acr_challenge *challenge,
			  struct acr_error *error)
{
	ACR_AUTO(acr_uri) realm = {0};
	ACR_AUTO_PTR(acr_json) *known = acr_json_new_object();

	if (!challenge->realm || acr_uri_parse(challenge->realm, &realm, NULL) < 0)
		return acr_fail(
			error, ACR_ERROR_SERVICE,
			"cannot sign in to '%s': it does not say where its token service is; check the login server",
			endpoint->registry);
	if (!is_trusted(endpoint->registry, &realm))
		return acr_fail(error, ACR_ERROR_SERVICE,
				"cannot sign in to '%s': it asks for tokens to be sent to another host, '%s', which is "
				"refused; check the login server",
				endpoint->registry, realm.host);
	ACR_AUTO_FREE char *origin = origin_of(&realm);
	set_place(endpoint, origin, challenge->service ? challenge->service : endpoint->registry);
	acr_json_set_str(known, "origin", endpoint->origin);
	acr_json_set_str(known, "service", endpoint->service);
	acr_cache_put(endpoint->cache, REALM_KIND, endpoint->registry, known,
		      endpoint->clock->now(endpoint->clock) + REALM_LIFETIME_S);
	return 0;
}

/* Ask the registry where its token service is. */
static int ask(struct registry_endpoint *endpoint, struct acr_error *error)
{
	ACR_AUTO(acr_exchange)
	exchange = {
		.request = {.method = "GET",
			    .url = acr_format("https://%s/v2/", endpoint->registry),
			    .max_response = MAX_ANSWER},
	};
	ACR_AUTO(acr_challenge) challenge = {0};
	int rc;

	endpoint->challenged = true;
	if ((rc = acr_send(endpoint->transport, &exchange, error)) < 0)
		return acr_error_prefix(error, "cannot sign in to registry '%s'", endpoint->registry);
	if (exchange.response.status != 401) {
		if ((rc = check(endpoint, &exchange, error)) < 0)
			return rc;
	} else if (acr_challenge_find(&exchange.response.headers, "Bearer", &challenge)) {
		return take_challenge(endpoint, &challenge, error);
	} else if (acr_challenge_find(&exchange.response.headers, "Basic", &challenge)) {
		endpoint->basic_only = true;
		return 0;
	}
	return acr_fail(
		error, ACR_ERROR_SERVICE,
		"cannot sign in to '%s': it does not ask for sign-in as an Azure Container Registry does; check the "
		"login server",
		endpoint->registry);
}

/* ---- requests ---- */

static int send_get(const struct registry_endpoint *endpoint, const char *path, const struct acr_json *fields,
		    struct acr_exchange *exchange, struct acr_error *error)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;

	acr_buf_printf(&url, "%s%s", endpoint->origin, path);
	for (const struct acr_json *field = acr_json_first(fields); field; field = acr_json_next(field))
		acr_uri_add_query(&url, acr_json_key(field), acr_json_string(field));
	exchange->request =
		(struct acr_request){.method = "GET", .url = acr_buf_take(&url), .max_response = MAX_ANSWER};
	return acr_send(endpoint->transport, exchange, error);
}

static int send_post(const struct registry_endpoint *endpoint, const char *path, const struct acr_json *fields,
		     struct acr_exchange *exchange, struct acr_error *error)
{
	ACR_AUTO_FREE char *url = acr_format("%s%s", endpoint->origin, path);

	return oauth_post(endpoint->transport, url, fields, exchange, error);
}

/* Send to the token service, whose name is put into the fields. When there is nothing at the place where it should
 * be, the registry is asked, once. */
static int request(struct registry_endpoint *endpoint, bool get, const char *path, struct acr_json *fields,
		   struct acr_exchange *exchange, struct acr_error *error)
{
	int rc;

	for (;;) {
		acr_json_set_str(fields, "service", endpoint->service);
		rc = get ? send_get(endpoint, path, fields, exchange, error)
			 : send_post(endpoint, path, fields, exchange, error);
		if (rc < 0)
			return acr_error_prefix(error, "cannot sign in to registry '%s'", endpoint->registry);
		if ((exchange->response.status != 404 && exchange->response.status != 405) || endpoint->challenged)
			return 0;
		acr_exchange_clear(exchange);
		*exchange = (struct acr_exchange){0};
		if ((rc = ask(endpoint, error)) < 0 || endpoint->basic_only)
			return rc;
	}
}

int64_t registry_token_end(const char *token, int64_t fallback)
{
	ACR_AUTO_PTR(acr_json) *claims = acr_token_claims(token);
	double number = acr_json_num(claims, "/exp", -1);

	return number > 0 && number < MAX_NUMBER ? (int64_t)number : fallback;
}

/* The token in an answer under one of two names. */
static int take_token(const struct registry_endpoint *endpoint, const struct acr_exchange *exchange, const char *name,
		      const char *other_name, int64_t lifetime, struct acr_token *ret, struct acr_error *error)
{
	const struct acr_buf *body = &exchange->response.body;
	int64_t now = endpoint->clock->now(endpoint->clock);
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	if (endpoint->basic_only)
		return acr_fail(error, ACR_ERROR_AUTH,
				"registry '%s' takes a user name and a password only; give them with --username and "
				"--password",
				endpoint->registry);
	if ((rc = check(endpoint, exchange, error)) < 0)
		return rc;
	(void)!acr_json_parse(acr_buf_str(body), body->length, &answer, NULL);
	const char *token = acr_json_string(acr_json_get(answer, name));
	if (!token && other_name)
		token = acr_json_string(acr_json_get(answer, other_name));
	if (!token || !*token)
		return acr_fail(
			error, ACR_ERROR_FORMAT,
			"cannot sign in to registry '%s': its token service answered without a token; check the "
			"login server",
			endpoint->registry);
	int64_t end = now + oauth_number(answer, "expires_in", lifetime);
	*ret = (struct acr_token){.secret = acr_strdup(token), .expires_on = registry_token_end(token, end)};
	return 0;
}

/* Say what to do about a refusal; returns `rc`. */
static int advise(int rc, const struct acr_exchange *exchange, const char *advice, struct acr_error *error)
{
	long status = exchange->response.status;

	if ((status == 400 || status == 401) && error) {
		size_t length = strlen(error->message);
		bool dot = length && error->message[length - 1] == '.';
		char *message = acr_format("%.*s; %s", (int)(length - dot), error->message, advice);

		free(error->message);
		error->message = message;
	}
	return rc;
}

int registry_exchange(struct registry_endpoint *endpoint, const char *tenant, const char *azure_token,
		      struct acr_token *ret, struct acr_error *error)
{
	ACR_AUTO(acr_exchange) exchange = {0};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	int rc;

	acr_json_set_str(fields, "grant_type", "access_token");
	acr_json_set_str(fields, "service", endpoint->service);
	if (tenant)
		acr_json_set_str(fields, "tenant", tenant);
	acr_json_set_str(fields, "access_token", azure_token);
	if ((rc = request(endpoint, false, "/oauth2/exchange", fields, &exchange, error)) < 0)
		return rc;
	rc = take_token(endpoint, &exchange, "refresh_token", NULL, REFRESH_LIFETIME_S, ret, error);
	return advise(rc, &exchange, "check that this account may use the registry, or run 'az login'", error);
}

int registry_access_token(struct registry_endpoint *endpoint, const char *scope, const char *refresh_token,
			  struct acr_token *ret, struct acr_error *error)
{
	ACR_AUTO(acr_exchange) exchange = {0};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	ACR_AUTO_FREE char *advice = NULL;
	int rc;

	acr_json_set_str(fields, "grant_type", "refresh_token");
	acr_json_set_str(fields, "service", endpoint->service);
	acr_json_set_str(fields, "scope", scope);
	acr_json_set_str(fields, "refresh_token", refresh_token);
	if ((rc = request(endpoint, false, "/oauth2/token", fields, &exchange, error)) < 0)
		return rc;
	rc = take_token(endpoint, &exchange, "access_token", "token", ACCESS_LIFETIME_S, ret, error);
	advice =
		acr_format("check that this account has a role for '%s', such as AcrPull, AcrPush or AcrDelete", scope);
	return advise(rc, &exchange, *scope ? advice : "run 'az login'", error);
}

int registry_password_token(struct registry_endpoint *endpoint, const char *scope, const char *username,
			    const char *password, struct acr_token *ret, struct acr_error *error)
{
	ACR_AUTO(acr_exchange) exchange = {0};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	ACR_AUTO_FREE char *advice = NULL;
	int rc;

	acr_json_set_str(fields, "grant_type", "password");
	acr_json_set_str(fields, "service", endpoint->service);
	acr_json_set_str(fields, "scope", scope);
	acr_json_set_str(fields, "username", username);
	acr_json_set_str(fields, "password", password);
	if ((rc = request(endpoint, false, "/oauth2/token", fields, &exchange, error)) < 0 || endpoint->basic_only)
		return rc;
	rc = take_token(endpoint, &exchange, "access_token", "token", ACCESS_LIFETIME_S, ret, error);
	advice = acr_format("check the user name and the password%s%s%s",
			    *scope ? ", and that they are good for '" : "", scope, *scope ? "'" : "");
	return advise(rc, &exchange, advice, error);
}

int registry_anonymous_token(struct registry_endpoint *endpoint, const char *scope, struct acr_token *ret,
			     struct acr_error *error)
{
	ACR_AUTO(acr_exchange) exchange = {0};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	int rc;

	acr_json_set_str(fields, "service", endpoint->service);
	acr_json_set_str(fields, "scope", scope);
	if ((rc = request(endpoint, true, "/oauth2/token", fields, &exchange, error)) < 0)
		return rc;
	return take_token(endpoint, &exchange, "access_token", "token", ACCESS_LIFETIME_S, ret, error);
}
