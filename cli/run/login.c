/* acr login: a registry credential for docker, podman and their like, or on standard output. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "context.h"
#include "engines.h"
#include "run/run.h"

static int store(struct context *context, const char *server, const char *username, const char *secret,
		 struct acr_error *error)
{
	ACR_AUTO(engines) engines;
	struct acr_docker_config config;
	int rc;

	engines_find(args_string(context->args, "engine"), &engines);
	config = engines_config(&engines);
	if ((rc = acr_docker_store(&config, server, username, secret, error)) == 0) {
		fputs("Login Succeeded\n", context->io->out);
		fflush(context->io->out);
	}
	return rc;
}

/* The registry's own login server as management knows it, and its regional ones. */
static int find_servers(struct context *context, char **server, struct acr_json **regional, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *resource = NULL;
	const struct acr_json *hosts;
	int rc = context_registry_resource(context, &resource, error);

	if (rc < 0)
		return rc;
	hosts = acr_json_at(resource, "/properties/regionalEndpointHostNames");
	*server = acr_strdup(acr_json_str(resource, "/properties/loginServer"));
	*regional = acr_json_is(hosts, ACR_JSON_ARRAY) ? acr_json_copy(hosts) : acr_json_new_array();
	return 0;
}

#define TURN_ON "Turn them on with 'acr update --regional-endpoints enabled', or see 'acr show --query " \
		"regionalEndpointHostNames'."

/* The regional login server that --endpoint names. */
static int regional_server(struct context *context, const char *region, char **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *hosts = NULL;
	ACR_AUTO_FREE char *server = NULL, *beginning = NULL;
	const struct acr_json *host;
	int rc = find_servers(context, &server, &hosts, error);

	if (rc < 0)
		return rc;
	beginning = acr_format("%.*s.%s.geo.", (int)strcspn(server ? server : "", "."), server ? server : "", region);
	for (host = acr_json_first(hosts); host; host = acr_json_next(host))
		if (acr_json_string(host) && !strncasecmp(acr_json_string(host), beginning, strlen(beginning))) {
			*ret = acr_strdup(acr_json_string(host));
			return 0;
		}
	return acr_fail(error, ACR_ERROR_GENERAL, "The registry '%s' has no regional endpoint in '%s'. " TURN_ON,
			args_string(context->args, "registry"), region);
}

static struct acr_json *exposed(struct context *context, const char *server, const char *token)
{
	struct acr_json *ret = acr_json_new_object();

	io_warn(context->io, "You can perform manual login using the provided refresh token below, for example: 'docker login "
	        "%s -u %s --password-stdin'", server, ACR_TOKEN_USER);
	acr_json_set_str(ret, "loginServer", server);
	acr_json_set_str(ret, "username", ACR_TOKEN_USER);
	acr_json_set_str(ret, "accessToken", token);
	acr_json_set_str(ret, "refreshToken", token);
	return ret;
}

/* A user name and password are tried before they are stored. */
static int login_password(struct context *context, const char *server, const char *username, struct acr_error *error)
{
	struct acr_registry_auth *auth = acr_client_registry_auth(context->client);
	ACR_AUTO_FREE char *header = NULL;
	const char *password = args_string(context->args, "password");
	int rc = acr_registry_authorization(auth, server, "", true, &header, error);

	if (rc < 0) {
		acr_error_prefix(error, "Login to %s failed", server);
		return rc;
	}
	return store(context, server, username ? username : ACR_TOKEN_USER,
	             password ? password : context->typed_password, error);
}

static int login_token(struct context *context, const char *server, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_token) token = {0};
	int rc = acr_registry_refresh_token(acr_client_registry_auth(context->client), server, &token, error);

	if (rc < 0) {
		acr_error_prefix(error, "Login to %s failed", server);
		return rc;
	}
	if (args_flag(context->args, "expose-token")) {
		*ret = exposed(context, server, token.secret);
		return 0;
	}
	if (context->io->err_terminal) {
		ACR_AUTO_FREE char *until = acr_time_text(token.expires_on);

		io_note(context->io, "The login to %s is good until %s.", server, until);
	}
	return store(context, server, ACR_TOKEN_USER, token.secret, error);
}

static int check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;
	bool password = args_string(args, "username") || args_string(args, "password");

	if (args_flag(args, "expose-token") && password)
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "`--expose-token` cannot be combined with `--username` or `--password`.");
	if (args_flag(args, "expose-token") && args_string(args, "endpoint"))
		return acr_fail(error, ACR_ERROR_GENERAL, "`--expose-token` cannot be combined with `--endpoint`.");
	if (args_flag(args, "all-endpoints") && (args_flag(args, "expose-token") || args_string(args, "endpoint")))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"`--all-endpoints` cannot be combined with `--expose-token` or `--endpoint`.");
	return 0;
}

static int login_to(struct context *context, const char *server, struct acr_json **ret, struct acr_error *error)
{
	const char *username = args_string(context->args, "username");

	if (username || args_string(context->args, "password"))
		return login_password(context, server, username, error);
	return login_token(context, server, ret, error);
}

/* The registry's login server first, then each of its regions. */
static int login_everywhere(struct context *context, const char *server, struct acr_json **ret,
			    struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *hosts = NULL;
	ACR_AUTO_FREE char *own = NULL;
	const struct acr_json *host;
	int rc = find_servers(context, &own, &hosts, error);

	if (rc == 0 && !acr_json_first(hosts))
		rc = acr_fail(error, ACR_ERROR_GENERAL, "The registry '%s' has no regional endpoints. " TURN_ON,
			      args_string(context->args, "registry"));
	if (rc == 0)
		rc = login_to(context, own ? own : server, ret, error);
	for (host = acr_json_first(hosts); host && rc == 0; host = acr_json_next(host))
		rc = login_to(context, acr_json_string(host), ret, error);
	return rc;
}

int registry_login(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *region = args_string(context->args, "endpoint");
	ACR_AUTO_FREE char *regional = NULL;
	const char *server;
	int rc;

	if ((rc = check(context, error)) < 0 || (rc = context_login_server(context, &server, error)) < 0)
		return rc;
	if (args_flag(context->args, "all-endpoints"))
		return login_everywhere(context, server, ret, error);
	if (region) {
		rc = regional_server(context, region, &regional, error);
		return rc < 0 ? rc : login_to(context, regional, ret, error);
	}
	rc = login_to(context, server, ret, error);
	if (rc == ACR_ERROR_NETWORK && (rc = context_login_server_again(context, error)) == 0)
		rc = login_to(context, context->login_server, ret, error);
	return rc;
}
