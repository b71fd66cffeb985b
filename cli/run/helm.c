/* Helm charts of the former kind: pushed; and helm told of the registry. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "context.h"
#include "process.h"
#include "run/run.h"

#define PACKAGE_MAX ((size_t)64 << 20)
#define PULL_SCOPE "artifact-repository:repo:pull"
#define PUSH_SCOPE "artifact-repository:repo:push,pull"

static int read_package(const char *path, struct acr_buf *bytes, struct acr_error *error)
{
	struct stat status;

	if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Please run 'helm package %s' to generate a chart package first.", path);
	return acr_file_read(path, bytes, error);
}

/* Send the package; a file is no JSON, so no operation row can. */
static int send_package(struct context *context, const char *method, const char *name, const struct acr_buf *bytes,
			struct acr_json **ret, struct acr_error *error)
{
	struct acr_exchange exchange = {0};
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	const char *server;
	int rc = context_login_server(context, &server, error);

	if (rc < 0)
		return rc;
	acr_buf_printf(&url, "https://%s/helm/v1/repo/_blobs/", server);
	acr_uri_escape(name, "+", &url);
	exchange.request = (struct acr_request){
		.method = method,
		.url = acr_buf_take(&url),
		.body = acr_buf_str(bytes),
		.body_length = bytes->length,
		.auth = ACR_AUTH_REGISTRY,
		.registry = server,
		.scope = PUSH_SCOPE,
	};
	acr_headers_set(&exchange.request.headers, "Content-Type", "application/octet-stream");
	rc = acr_send(acr_client_transport(context->client), &exchange, error);
	if (rc == 0)
		rc = acr_check_status(&exchange, NULL, error);
	if (rc == 0 && exchange.response.body.length)
		rc = acr_json_parse(exchange.response.body.data, exchange.response.body.length, ret, error);
	acr_exchange_clear(&exchange);
	return rc;
}

int helm_push(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *path = args_string(context->args, "package"), *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	bool force = args_flag(context->args, "force");
	ACR_AUTO(acr_buf) bytes = ACR_BUF_INIT_MAX(PACKAGE_MAX);
	int rc;

	if ((rc = read_package(path, &bytes, error)) < 0)
		return rc;
	rc = send_package(context, force ? "PATCH" : "PUT", name, &bytes, ret, error);
	if (rc < 0 && force && error && error->http_status == 404) {
		/* It is not there yet. */
		acr_error_clear(error);
		rc = send_package(context, "PUT", name, &bytes, ret, error);
	}
	return rc;
}

/* What helm can sign in with: user name and password or token; both yours to free(). */
static int helm_login(struct context *context, const char *server, char **username, char **password,
		      struct acr_error *error)
{
	struct acr_registry_auth *auth = acr_client_registry_auth(context->client);
	ACR_AUTO_FREE char *value = NULL;
	ACR_AUTO(acr_buf) pair = ACR_BUF_INIT;
	const char *colon;
	int rc = acr_registry_authorization(auth, server, PULL_SCOPE, false, &value, error);

	if (rc < 0)
		return rc;
	if (!strncmp(value, "Bearer ", 7)) {
		*username = acr_strdup(ACR_TOKEN_USER);
		*password = acr_strdup(value + 7);
		return 0;
	}
	if (strncmp(value, "Basic ", 6) != 0 || acr_base64_decode(value + 6, strlen(value + 6), &pair, error) < 0 ||
	    !(colon = strchr(acr_buf_str(&pair), ':')))
		return acr_fail(error, ACR_ERROR_AUTH, "The registry '%s' takes no credential that helm could use.",
				server);
	*username = acr_strndup(pair.data, (size_t)(colon - pair.data));
	*password = acr_strdup(colon + 1);
	return 0;
}

static void pass_on(FILE *stream, const struct acr_buf *text)
{
	fwrite(acr_buf_str(text), 1, text->length, stream);
	fflush(stream);
}

int helm_repo_add(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *helm = process_find("helm"), *username = NULL, *password = NULL, *url = NULL;
	ACR_AUTO(process_result) result = {0};
	const char *server;
	int rc;

	(void)ret;
	if (!helm)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"helm was not found. Install it, for instance by 'acr helm install-cli', "
				"and see that it is in PATH.");
	if ((rc = context_login_server(context, &server, error)) < 0 ||
	    (rc = helm_login(context, server, &username, &password, error)) < 0)
		return rc;
	url = acr_format("https://%s/helm/v1/repo", server);
	const char *const argv[] = {helm, "repo",       "add",    args_string(context->args, "registry"),
				    url,  "--username", username, "--password-stdin",
				    NULL};
	if ((rc = process_run(argv, password, &context->clock, &result, error)) < 0)
		return rc;
	pass_on(context->io->out, &result.out);
	pass_on(context->io->err, &result.err);
	return result.status ? acr_fail(error, ACR_ERROR_GENERAL, "helm failed with status %d.", result.status) : 0;
}
