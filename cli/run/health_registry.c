/* Checks of a registry: where it is, what it asks for, which tokens it gives, and the hosts beside it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run/health.h"

static void check_sign_in(struct health *health)
{
	struct acr_client *client = health->context->client;
	ACR_AUTO(acr_token) token = {0};
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;

	health->signed_in = acr_client_token(client, acr_client_cloud(client)->audience, &token, &reason) == 0;
	if (health->signed_in)
		health_ok(health, "sign-in", acr_client_cloud(client)->authority, "Sign in at %s",
			  acr_client_cloud(client)->authority);
	else
		health_failed(health, "sign-in", acr_client_cloud(client)->authority, "CONNECTIVITY_AAD_LOGIN_ERROR",
			      "%s", reason.message);
}

/* The registry as management knows it; a login server can be found without. */
static bool find_server(struct health *health)
{
	struct context *context = health->context;
	const char *name = args_string(context->args, "registry"), *server;
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;

	if (health->signed_in && context_registry_resource(context, &health->resource, &reason) < 0)
		health_note(health, "registry", name, "Registry '%s' was not found by management: %s", name,
			    reason.message);
	server = acr_json_str(health->resource, "/properties/loginServer");
	if (server && !context->login_server)
		context->login_server = acr_strdup(server);
	acr_error_clear(&reason);
	if (context_login_server(context, &health->server, &reason) == 0)
		return true;
	health_failed(health, "registry", name, "LOGIN_SERVER_ERROR",
		      "An error occurred while retrieving the login server for "
		      "registry '%s': %s",
		      name, reason.message);
	return false;
}

static bool check_challenge(struct health *health, const struct acr_exchange *answer)
{
	const char *challenge = acr_headers_get(&answer->response.headers, "WWW-Authenticate");
	const char *name = args_string(health->context->args, "registry");

	if (answer->response.status == 403) {
		health_failed(health, "challenge", health->server, "CONNECTIVITY_FORBIDDEN_ERROR",
			      "Looks like you don't have "
			      "access to registry '%s'. To see configured firewall rules, run 'acr show --query "
			      "networkRuleSet "
			      "--name %s'.",
			      health->server, name);
		return false;
	}
	if (answer->response.status != 401 || !challenge) {
		health_failed(health, "challenge", health->server, "CONNECTIVITY_CHALLENGE_ERROR",
			      "Registry '%s' did not issue a "
			      "challenge; it answered with HTTP status %ld.",
			      health->server, answer->response.status);
		return false;
	}
	if (strncasecmp(challenge, "Bearer ", 7) != 0 && strncasecmp(challenge, "Basic ", 6) != 0) {
		health_failed(health, "challenge", health->server, "CONNECTIVITY_WWW_AUTHENTICATE_ERROR",
			      "Registry '%s' did not "
			      "ask properly for a basic or a bearer authentication.",
			      health->server);
		return false;
	}
	health_ok(health, "challenge", health->server, "Challenge endpoint https://%s/v2/", health->server);
	return true;
}

static void token_failed(struct health *health, const char *check, const char *code, const struct acr_error *reason)
{
	if (reason->http_status == 429)
		code = "CONNECTIVITY_TOOMANYREQUESTS_ERROR";
	health_failed(health, check, health->server, code, "%s", reason->message);
}

static bool check_refresh_token(struct health *health)
{
	struct acr_registry_auth *auth = acr_client_registry_auth(health->context->client);
	ACR_AUTO(acr_token) token = {0};
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;

	if (acr_registry_refresh_token(auth, health->server, &token, &reason) < 0) {
		token_failed(health, "refresh-token", "CONNECTIVITY_REFRESH_TOKEN_ERROR", &reason);
		return false;
	}
	health_ok(health, "refresh-token", health->server, "Fetch refresh token for registry '%s'", health->server);
	return true;
}

/* What an access token (a JWT) grants on a repository: its actions, lent by *claims; NULL when that cannot be read. */
static const struct acr_json *granted(const char *authorization, const char *repository, struct acr_json **claims)
{
	const char *payload = strncmp(authorization, "Bearer ", 7) ? NULL : strchr(authorization, '.');
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	const struct acr_json *item;

	if (!payload || acr_base64_decode(payload + 1, strcspn(payload + 1, "."), &text, NULL) < 0 ||
	    acr_json_parse(acr_buf_str(&text), text.length, claims, NULL) < 0)
		return NULL;
	for (item = acr_json_first(acr_json_get(*claims, "access")); item; item = acr_json_next(item)) {
		const char *name = acr_json_str(item, "/name");

		if (name && !strcmp(name, repository))
			return acr_json_get(item, "actions");
	}
	return NULL;
}

static bool has_action(const struct acr_json *actions, const char *wanted)
{
	for (const struct acr_json *item = acr_json_first(actions); item; item = acr_json_next(item))
		if (acr_json_string(item) &&
		    (!strcmp(acr_json_string(item), wanted) || !strcmp(acr_json_string(item), "*")))
			return true;
	return false;
}

/* Which of the permissions on the repository are missing, as a list for people. */
static void check_permissions(struct health *health, const char *authorization, const char *repository,
			      const char *const *permissions)
{
	ACR_AUTO_PTR(acr_json) *claims = NULL;
	const struct acr_json *actions = granted(authorization, repository, &claims);
	ACR_AUTO(acr_buf) missing = ACR_BUF_INIT;

	for (; claims && *permissions; permissions++)
		if (!has_action(actions, *permissions))
			acr_buf_printf(&missing, "%s%s", missing.length ? ", " : "", *permissions);
	if (missing.length)
		health_failed(health, "access-token", repository, "CONNECTIVITY_ACCESS_TOKEN_PERMISSIONS_ERROR",
			      "The access token "
			      "for repository '%s' in registry '%s' lacks these permissions: %s",
			      repository, health->server, acr_buf_str(&missing));
	else
		health_ok(health, "access-token", repository, "Fetch access token for repository '%s' in registry '%s'",
			  repository, health->server);
}

static bool is_abac(const struct health *health)
{
	const char *mode = acr_json_str(health->resource, "/properties/roleAssignmentMode");

	return mode && !strcasecmp(mode, "AbacRepositoryPermissions");
}

static void check_access_token(struct health *health)
{
	static const char *const permissions[] = {"pull", "push", "metadata_write", "metadata_read", "delete", NULL};
	struct acr_registry_auth *auth = acr_client_registry_auth(health->context->client);
	const char *repository = args_string(health->context->args, "repository");
	ACR_AUTO_FREE char *value = NULL, *scope = NULL;
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;

	scope = repository ? acr_format("repository:%s:pull,push,metadata_write,metadata_read,delete", repository)
			   : acr_strdup("registry:catalog:*");
	if (acr_registry_authorization(auth, health->server, scope, false, &value, &reason) < 0) {
		token_failed(health, "access-token", "CONNECTIVITY_ACCESS_TOKEN_ERROR", &reason);
		return;
	}
	if (repository) {
		check_permissions(health, value, repository, permissions);
		return;
	}
	health_ok(health, "access-token", health->server, "Fetch access token for registry '%s'", health->server);
	if (is_abac(health))
		health_note(health, "access-token", health->server,
			    "The registry grants access by repository: name one with "
			    "--repository to check it");
}

static void check_data_endpoints(struct health *health)
{
	const struct acr_json *item =
		acr_json_first(acr_json_at(health->resource, "/properties/dataEndpointHostNames"));

	if (!acr_json_true(health->resource, "/properties/dataEndpointEnabled"))
		return;
	if (!item)
		health_failed(health, "data-endpoint", health->server, "DATA_ENDPOINT_ERROR",
			      "Data endpoints are enabled for registry '%s', but it has none: layers cannot be pulled. "
			      "Enable "
			      "them anew with 'acr update -n %s --data-endpoint-enabled true'.",
			      health->server, args_string(health->context->args, "registry"));
	for (; item; item = acr_json_next(item))
		if (acr_json_string(item) && health_check_host(health, acr_json_string(item), "/", NULL))
			health_ok(health, "data-endpoint", acr_json_string(item), "Data endpoint %s",
				  acr_json_string(item));
}

/* Builds send their context to storage that the registry names. */
static void check_build_upload(struct health *health)
{
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *host = NULL;
	const char *url, *start;

	if (context_call(health->context, &acr_op_source_upload, &params, NULL, &answer, &reason) < 0)
		health_note(health, "build-upload", health->server, "Build upload endpoint: not known (%s)",
			    reason.message);
	acr_params_clear(&params);
	url = acr_json_str(answer, "/uploadUrl");
	start = url ? strstr(url, "://") : NULL;
	if (!start)
		return;
	host = acr_strndup(start + 3, strcspn(start + 3, "/?#"));
	if (health_check_host(health, host, "/", NULL))
		health_ok(health, "build-upload", host, "Build upload endpoint %s", host);
}

static bool identity_has(struct health *health, const char *id, const char *client_id)
{
	struct acr_params params = {.path = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	const char *found;

	acr_json_set_str(params.path, "identityId", id);
	found = context_call(health->context, &acr_op_identity_show, &params, NULL, &answer, NULL) == 0
			? acr_json_str(answer, "/properties/clientId")
			: NULL;
	acr_params_clear(&params);
	return found && !strcasecmp(found, client_id);
}

/* The identity that reads the customer's key must still be there. */
static void check_key(struct health *health)
{
	const char *client_id = acr_json_str(health->resource, "/properties/encryption/keyVaultProperties/identity");
	const struct acr_json *item;
	bool valid = false;

	if (!acr_json_at(health->resource, "/properties/encryption/keyVaultProperties"))
		return;
	if (client_id && !strcmp(client_id, "system"))
		valid = acr_json_str(health->resource, "/identity/principalId") != NULL;
	item = acr_json_first(acr_json_at(health->resource, "/identity/userAssignedIdentities"));
	for (; client_id && !valid && item; item = acr_json_next(item)) {
		const char *candidate = acr_json_str(item, "/clientId");

		valid = candidate && !strcasecmp(candidate, client_id) &&
			identity_has(health, acr_json_key(item), client_id);
	}
	if (!valid)
		health_failed(health, "encryption", health->server, "CMK_ERROR",
			      "The identity used for registry '%s' encryption "
			      "doesn't exist.",
			      args_string(health->context->args, "registry"));
	else
		health_ok(health, "encryption", health->server, "Identity that reads the encryption key");
}

void health_check_registry(struct health *health)
{
	struct acr_exchange answer = {0};

	check_sign_in(health);
	if (!find_server(health))
		return;
	if (health_check_host(health, health->server, "/v2/", &answer) && check_challenge(health, &answer) &&
	    health->signed_in && check_refresh_token(health))
		check_access_token(health);
	acr_exchange_clear(&answer);
	if (!health->resource)
		return;
	check_data_endpoints(health);
	check_build_upload(health);
	check_key(health);
}
