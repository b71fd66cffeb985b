/* docker-credential-acr: fresh tokens for docker, podman, skopeo, buildah and oras, with no login before.
 *
 * Tokens are made and kept as for every other command. Logins that are handed to the helper (docker login) are kept
 * beside them, unless they are tokens, which it can make itself. */
#include "run/credential_helper.h"

#include <acr/docker.h>
#include <acr/file.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "context.h"
#include "engines.h"
#include "registry_name.h"

#define MAX_INPUT ((size_t)1 << 20)
/* The protocol's own words: programs compare with them. */
#define NOT_FOUND "credentials not found in native keychain"
#define NO_SERVER "no credentials server URL"
#define NO_USER "no credentials username"

/* What a request is about. */
struct request {
	struct context *context;
	struct acr_buf input;
};

/* Where logins that were handed over are kept; yours to free(). */
static int kept_file(struct request *request, char **ret, struct acr_error *error)
{
	const char *folder = settings_cache_folder(request->context->settings);

	if (!*folder)
		return acr_fail(error, ACR_ERROR_GENERAL, "ACR_CACHE_DIR is empty: nothing is kept.");
	*ret = acr_path_join(folder, "logins.json");
	return 0;
}

/* "https://myregistry.azurecr.io/v2/" → "myregistry.azurecr.io"; yours to free(). */
static int server_of(const char *text, char **ret, struct acr_error *error)
{
	const char *scheme = strstr(text, "://");
	size_t length;

	text = scheme ? scheme + 3 : text;
	length = strcspn(text, "/ \t\r\n");
	if (!length)
		return acr_fail(error, ACR_ERROR_GENERAL, NO_SERVER);
	*ret = acr_strndup(text, length);
	return 0;
}

static int print_login(struct request *request, const char *server, const char *username, const char *secret,
		       struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *answer = acr_json_new_object();
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	acr_json_set_str(answer, "ServerURL", server);
	acr_json_set_str(answer, "Username", username);
	acr_json_set_str(answer, "Secret", secret);
	acr_json_write(answer, &text);
	acr_buf_putc(&text, '\n');
	return io_result(request->context->io, text.data, text.length, error);
}

/* Whether an engine's file has this helper for the server. */
static bool is_named(const char *server)
{
	ACR_AUTO(engines) engines;
	ACR_AUTO_FREE char *docker = NULL;

	engines_find(NULL, &engines);
	docker = engines_docker_file(&engines);
	return (docker && acr_docker_has_helper(docker, server, CREDENTIAL_HELPER_NAME, NULL) > 0) ||
	       (engines.podman && acr_docker_has_helper(engines.podman, server, CREDENTIAL_HELPER_NAME, NULL) > 0);
}

/* 1 for a registry of the active cloud, else 0: as credsStore the helper is asked about all servers, and none but ours
 * may see a token. Where a name does not tell, the user's file does, or the list of registries. */
static int is_ours(struct acr_client *client, const char *server, struct acr_error *error)
{
	const struct acr_cloud *cloud = acr_client_cloud(client);
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc;

	if (cloud->registry_suffix)
		return registry_name_check_server(server, cloud, NULL) == 0;
	if (is_named(server))
		return 1;
	if ((rc = acr_call(client, &acr_op_registry_list, NULL, NULL, &list, error)) < 0)
		return rc;
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *own = acr_json_str(item, "/properties/loginServer");

		if (own && strcasecmp(own, server) == 0)
			return 1;
	}
	return 0;
}

/* A token for a registry of the active cloud; for any other server there is nothing. */
static int make_login(struct request *request, const char *server, struct acr_error *error)
{
	struct acr_client *client;
	ACR_AUTO(acr_token) token = {0};
	int rc = context_client(request->context, &client, error);

	if (rc < 0)
		return rc;
	if ((rc = is_ours(client, server, error)) <= 0)
		return rc < 0 ? rc : acr_fail(error, ACR_ERROR_GENERAL, NOT_FOUND);
	rc = acr_registry_refresh_token(acr_client_registry_auth(client), server, &token, error);
	return rc < 0 ? rc : print_login(request, server, ACR_HELPER_TOKEN_USER, token.secret, error);
}

/* Without anybody signed in, public images can still be had; and where login servers cannot be told by their names,
 * the one that was asked about may not be ours. */
static bool is_no_matter(const struct request *request, int rc)
{
	const struct acr_client *client = request->context->client;

	return rc == ACR_ERROR_SIGN_IN || (client && !acr_client_cloud(client)->registry_suffix);
}

static int nothing_found(struct request *request, struct acr_error *error)
{
	if (strcmp(error->message, NOT_FOUND) != 0)
		io_error(request->context->io, "%s", error->message);
	return acr_fail(error, ACR_ERROR_GENERAL, NOT_FOUND);
}

static int get(struct request *request, struct acr_error *error)
{
	ACR_AUTO_FREE char *server = NULL, *file = NULL, *username = NULL, *secret = NULL;
	int rc = server_of(acr_buf_str(&request->input), &server, error);

	if (rc < 0)
		return rc;
	if (kept_file(request, &file, NULL) == 0 &&
	    (rc = acr_docker_find(file, server, &username, &secret, error)) != 0)
		return rc < 0 ? rc : print_login(request, server, username, secret, error);
	rc = make_login(request, server, error);
	return rc < 0 && is_no_matter(request, rc) ? nothing_found(request, error) : rc;
}

static int store(struct request *request, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *login = NULL;
	ACR_AUTO_FREE char *server = NULL, *file = NULL;
	const char *username, *secret;
	int rc = acr_json_parse(acr_buf_str(&request->input), request->input.length, &login, error);

	if (rc < 0)
		return rc;
	username = acr_json_str(login, "/Username");
	secret = acr_json_str(login, "/Secret");
	if ((rc = server_of(acr_json_str(login, "/ServerURL") ? acr_json_str(login, "/ServerURL") : "", &server,
			    error)) < 0)
		return rc;
	if (!username || !*username)
		return acr_fail(error, ACR_ERROR_GENERAL, NO_USER);
	if (!strcmp(username, ACR_HELPER_TOKEN_USER) || !strcmp(username, ACR_TOKEN_USER))
		return 0;
	rc = kept_file(request, &file, error);
	return rc < 0 ? rc : acr_docker_keep(file, server, username, secret ? secret : "", error);
}

static int erase(struct request *request, struct acr_error *error)
{
	ACR_AUTO_FREE char *server = NULL, *file = NULL;
	int rc = server_of(acr_buf_str(&request->input), &server, error);

	if (rc < 0 || kept_file(request, &file, NULL) < 0)
		return rc;
	return acr_docker_keep(file, server, NULL, NULL, error);
}

static int list(struct request *request, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *logins = acr_json_new_object();
	ACR_AUTO_FREE char *file = NULL;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (kept_file(request, &file, NULL) == 0) {
		struct acr_json *kept;
		int rc = acr_docker_list(file, &kept, error);

		if (rc < 0)
			return rc;
		acr_json_free(logins);
		logins = kept;
	}
	acr_json_write(logins, &text);
	acr_buf_putc(&text, '\n');
	return io_result(request->context->io, text.data, text.length, error);
}

static int version(struct request *request, struct acr_error *error)
{
	static const char line[] = CREDENTIAL_HELPER " (acr) " ACR_VERSION "\n";

	return io_result(request->context->io, line, strlen(line), error);
}

static const struct verb {
	const char *name;
	bool reads; /* standard input */
	int (*perform)(struct request *request, struct acr_error *error);
} verbs[] = {
	{"get", true, get},    {"store", true, store},      {"erase", true, erase},
	{"list", false, list}, {"version", false, version},
};

static int perform(struct request *request, const char *name, struct acr_error *error)
{
	for (size_t i = 0; i < ACR_COUNT(verbs); i++) {
		int rc;

		if (strcmp(verbs[i].name, name) != 0)
			continue;
		if (verbs[i].reads && (rc = acr_file_read("-", &request->input, error)) < 0)
			return rc;
		return verbs[i].perform(request, error);
	}
	return acr_fail(error, ACR_ERROR_USAGE,
			"Usage: " CREDENTIAL_HELPER
			" get|store|erase|list|version. See 'acr credential-helper install -h'.");
}

int credential_helper(struct io *io, struct settings *settings, int argc, char *const *argv)
{
	const struct args none = {0};
	struct context context;
	struct request request = {.context = &context, .input = ACR_BUF_INIT_MAX(MAX_INPUT)};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	int rc;

	context_init(&context, io, &none, settings);
	context_catch_signals();
	io->only_show_errors = true;
	rc = perform(&request, argc > 1 ? argv[1] : "", &error);
	if (rc < 0) {
		fprintf(io->out, "%s\n", error.message);
		fflush(io->out);
	}
	acr_buf_clear(&request.input);
	context_clear(&context);
	return rc < 0 ? 1 : 0;
}
