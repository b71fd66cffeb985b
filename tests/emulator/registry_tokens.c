/* The token service of a registry: Azure token → refresh token → access token. */
#include "registry.h"

#include <stdlib.h>
#include <string.h>

#define ACCESS_SECONDS (75 * 60)
#define REFRESH_SECONDS (3 * 60 * 60)
#define AZURE_SECONDS 3600 /* what the emulator's Azure tokens live unless it was told otherwise */
#define ISSUER "Azure Container Registry"
#define FORM_MAX ((size_t)256 << 10)

/* ---- issuing -------------------------------------------------------------------------------------------------- */

/* --token-lifetime makes registry tokens shorter, too, never longer. */
static int lifetime(int seconds)
{
	return emulator.token_lifetime < AZURE_SECONDS && emulator.token_lifetime < seconds ? emulator.token_lifetime
											    : seconds;
}

static char *issue(const struct registry *registry, const char *subject, const char *extra_key, struct acr_json *extra,
		   struct acr_json *access, int seconds)
{
	char id[37];
	acr_uuid(id);
	ACR_AUTO_PTR(acr_json) *claims = json_build("{'jti':%s,'sub':%s,'iss':%s,'aud':%s,'version':'1.0'}", id,
						    subject ? subject : "", ISSUER, registry->login_server);
	if (extra)
		acr_json_set(claims, extra_key, extra);
	if (access)
		acr_json_set(claims, "access", access);
	return token_issue(claims, lifetime(seconds));
}

static char *issue_refresh_token(const struct registry *registry, const struct account *account)
{
	return issue(registry, account->subject, "grant_type", acr_json_new_string("refresh_token"),
		     account->everything ? NULL : acr_json_copy(account->access), REFRESH_SECONDS);
}

static void reply_tokens(struct exchange *exchange, const char *refresh_token, const char *access_token)
{
	struct acr_json *answer = acr_json_new_object();
	if (refresh_token)
		acr_json_set_str(answer, "refresh_token", refresh_token);
	if (access_token)
		acr_json_set_str(answer, "access_token", access_token);
	acr_headers_set(&exchange->reply_headers, "x-ms-ratelimit-remaining-calls-per-second", "166.65");
	reply_json(exchange, 200, answer);
}

/* ---- parameters ----------------------------------------------------------------------------------------------- */

static char *required(struct exchange *exchange, const char *form, const char *name)
{
	char *value = acr_query_get(form, name);
	if (value && *value)
		return value;
	free(value);
	registry_fail(exchange, 400, "BAD_REQUEST", NULL, "The parameter '%s' is missing.", name);
	return NULL;
}

/* Whether the request names this registry; replies when not. */
static bool check_service(const struct registry *registry, struct exchange *exchange, const char *form)
{
	ACR_AUTO_FREE char *service = required(exchange, form, "service");
	if (!service)
		return false;
	if (!strcasecmp(service, registry->login_server))
		return true;
	registry_fail(exchange, 400, "BAD_REQUEST", NULL, "The service '%s' is not this registry, '%s'.", service,
		      registry->login_server);
	return false;
}

static bool parameter_is(const char *form, const char *name, const char *value)
{
	ACR_AUTO_FREE char *given = acr_query_get(form, name);
	return given && !strcmp(given, value);
}

/* ---- scopes --------------------------------------------------------------------------------------------------- */

static bool is_abac(const struct registry *registry)
{
	ACR_AUTO_PTR(acr_json) *resource = registry_resource(registry);
	const char *mode = acr_json_str(resource, "/properties/roleAssignmentMode");
	return mode && !strcmp(mode, "AbacRepositoryPermissions");
}

/* Add what the account may do of "repository:team/app:pull,push" to `granted`. */
static void grant_scope(const struct registry *registry, const struct account *account, char *scope,
			struct acr_json *granted)
{
	char *name = strchr(scope, ':');
	char *actions = name ? strrchr(name + 1, ':') : NULL;
	if (!actions)
		return;
	*name++ = '\0';
	*actions++ = '\0';
	/* Where rights are given by repository nobody has them for all at once. */
	if (!strcmp(scope, "repository") && strchr(name, '*') && is_abac(registry))
		return;
	struct acr_json *allowed = acr_json_new_array();
	char *rest = NULL;
	for (char *action = strtok_r(actions, ",", &rest); action; action = strtok_r(NULL, ",", &rest)) {
		struct need need = {scope, name, action};
		if (account_may(account, &need))
			acr_json_append(allowed, acr_json_new_string(action));
	}
	if (acr_json_first(allowed)) {
		struct acr_json *item = json_build("{'type':%s,'name':%s}", scope, name);
		acr_json_set(item, "actions", allowed);
		acr_json_append(granted, item);
	} else {
		acr_json_free(allowed);
	}
}

/* What is asked for by all "scope" parameters (several, or one with blanks between) and may be had. */
static struct acr_json *grant_scopes(const struct registry *registry, const struct account *account, const char *form,
				     bool *asked)
{
	static const char key[] = "scope=";
	struct acr_json *granted = acr_json_new_array();
	*asked = false;
	for (const char *part = form; part; part = strchr(part, '&') ? strchr(part, '&') + 1 : NULL) {
		if (strncmp(part, key, sizeof(key) - 1) != 0)
			continue;
		const char *value = part + sizeof(key) - 1;
		ACR_AUTO_FREE char *text = acr_uri_unescape(value, strcspn(value, "&"), true);
		char *rest = NULL;
		for (char *scope = strtok_r(text, " ", &rest); scope; scope = strtok_r(NULL, " ", &rest)) {
			*asked = true;
			grant_scope(registry, account, scope, granted);
		}
	}
	return granted;
}

/* Access token for what of the scopes the account may have; nothing of it at all is a refusal. */
static void reply_access_token(const struct registry *registry, struct exchange *exchange,
			       const struct account *account, const char *form)
{
	bool asked;
	struct acr_json *granted = grant_scopes(registry, account, form, &asked);
	if (asked && !acr_json_first(granted)) {
		acr_json_free(granted);
		challenge(registry, exchange, NULL, 0, NULL);
		return;
	}
	ACR_AUTO_FREE char *access = issue(registry, account->subject, NULL, NULL, granted, ACCESS_SECONDS);
	bool offline = parameter_is(form, "offline_token", "true") || parameter_is(form, "access_type", "offline");
	ACR_AUTO_FREE char *refresh = offline && account->known ? issue_refresh_token(registry, account) : NULL;
	reply_tokens(exchange, refresh, access);
}

/* ---- /oauth2/exchange ----------------------------------------------------------------------------------------- */

/* Azure tokens for the registry service are good for any registry; those for management, too, unless the registry
 * refuses them. */
static bool audience_accepted(const struct registry *registry, const char *audience)
{
	static const char *const registry_audience = "https://containerregistry.azure.net";
	if (!audience)
		return false;
	if (!strncmp(audience, registry_audience, strlen(registry_audience)))
		return true;
	if (strncmp(audience, "https://management.", strlen("https://management.")) != 0 &&
	    strncmp(audience, emulator.base_url, strlen(emulator.base_url)) != 0)
		return false;
	ACR_AUTO_PTR(acr_json) *resource = registry_resource(registry);
	const char *status = acr_json_str(resource, "/properties/policies/azureADAuthenticationAsArmPolicy/status");
	return !status || strcasecmp(status, "disabled") != 0;
}

static void exchange_azure_token(const struct registry *registry, struct exchange *exchange, const char *form)
{
	ACR_AUTO_FREE char *token = required(exchange, form, "access_token");
	if (!token)
		return;
	ACR_AUTO_PTR(acr_json) *claims = token_verify(token);
	if (!audience_accepted(registry, acr_json_str(claims, "/aud"))) {
		challenge(registry, exchange, NULL, 0, NULL);
		return;
	}
	const char *subject = acr_json_str(claims, "/appid");
	if (!subject)
		subject = acr_json_str(claims, "/sub");
	ACR_AUTO(account) account = {0};
	account_by_principal(registry, acr_json_str(claims, "/oid"), subject, &account);
	if (!account.known) {
		challenge(registry, exchange, NULL, 0, NULL);
		return;
	}
	ACR_AUTO_FREE char *refresh = issue_refresh_token(registry, &account);
	reply_tokens(exchange, refresh, NULL);
}

static void answer_exchange(const struct registry *registry, struct exchange *exchange, const char *form)
{
	ACR_AUTO_FREE char *grant = required(exchange, form, "grant_type");
	if (!grant || !check_service(registry, exchange, form))
		return;
	if (!strcmp(grant, "access_token") || !strcmp(grant, "access_token_refresh_token"))
		exchange_azure_token(registry, exchange, form);
	else
		registry_fail(exchange, 400, "UNSUPPORTED", NULL, "The grant type '%s' is not supported.", grant);
}

/* ---- /oauth2/token -------------------------------------------------------------------------------------------- */

static void answer_token_post(const struct registry *registry, struct exchange *exchange, const char *form)
{
	ACR_AUTO_FREE char *grant = required(exchange, form, "grant_type");
	if (!grant || !check_service(registry, exchange, form))
		return;
	ACR_AUTO(account) account = {0};
	if (!strcmp(grant, "refresh_token")) {
		ACR_AUTO_FREE char *token = required(exchange, form, "refresh_token");
		if (!token)
			return;
		account_by_refresh_token(registry, token, &account);
	} else if (!strcmp(grant, "password")) {
		ACR_AUTO_FREE char *username = required(exchange, form, "username");
		ACR_AUTO_FREE char *password = username ? required(exchange, form, "password") : NULL;
		if (!password)
			return;
		account_by_password(registry, username, password, &account);
	} else {
		registry_fail(exchange, 400, "UNSUPPORTED", NULL, "The grant type '%s' is not supported.", grant);
		return;
	}
	if (account.known)
		reply_access_token(registry, exchange, &account, form);
	else
		challenge(registry, exchange, NULL, 0, NULL);
}

static bool anonymous_pull(const struct registry *registry)
{
	ACR_AUTO_PTR(acr_json) *resource = registry_resource(registry);
	return acr_json_true(resource, "/properties/anonymousPullEnabled");
}

static void answer_token_get(const struct registry *registry, struct exchange *exchange)
{
	if (!check_service(registry, exchange, exchange->query))
		return;
	ACR_AUTO(account) account = {0};
	const char *authorization = exchange_header(exchange, "Authorization");
	if (authorization)
		account_by_basic(registry, authorization, &account);
	else if (anonymous_pull(registry))
		account.access = json_build("[{'type':'repository','name':'*','actions':['pull']}]");
	if (account.known || account.access)
		reply_access_token(registry, exchange, &account, exchange->query);
	else
		challenge(registry, exchange, NULL, 0, NULL);
}

void tokens_answer(struct registry *registry, struct exchange *exchange)
{
	bool post = !strcmp(exchange->method, "POST");
	const char *form = acr_buf_str(&exchange->body);
	if (exchange->body.length > FORM_MAX)
		registry_fail(exchange, 413, "BAD_REQUEST", NULL, "The form is larger than %zu bytes.", FORM_MAX);
	else if (post && !strcmp(exchange->path, "/oauth2/exchange"))
		answer_exchange(registry, exchange, form);
	else if (post && !strcmp(exchange->path, "/oauth2/token"))
		answer_token_post(registry, exchange, form);
	else if (!strcmp(exchange->method, "GET") && !strcmp(exchange->path, "/oauth2/token"))
		answer_token_get(registry, exchange);
	else
		fail_unsupported(exchange);
}
