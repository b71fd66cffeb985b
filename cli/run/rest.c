/* acr rest: a request of the user's own. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "context.h"
#include "progress.h"
#include "run/run.h"

/* The URL with its host, the subscription filled in, and the parameters behind it. */
static int build_url(struct context *context, struct acr_client *client, struct acr_buf *url, struct acr_error *error)
{
	static const char token[] = "{subscriptionId}";
	const char *text = args_string(context->args, "url"), *subscription = acr_client_subscription(client), *at;
	const struct acr_json *item;

	if (!strstr(text, "://"))
		acr_buf_printf(url, "%s%s", acr_client_cloud(client)->resource_manager, *text == '/' ? "" : "/");
	for (; (at = strstr(text, token)); text = at + strlen(token)) {
		if (!subscription)
			return acr_fail(error, ACR_ERROR_SIGN_IN,
					"There is no subscription to put in the place of "
					"{subscriptionId}. Please run 'az login', or give --subscription.");
		acr_buf_add(url, text, (size_t)(at - text));
		acr_buf_puts(url, subscription);
	}
	acr_buf_puts(url, text);
	for (item = acr_json_first(args_value(context->args, "parameters")); item; item = acr_json_next(item))
		acr_uri_add_query(url, acr_json_key(item), acr_json_string(item));
	return 0;
}

/* Whether the URL is one of that endpoint: a host that only begins alike is another one. */
static bool is_below(const char *url, const char *endpoint)
{
	size_t length = endpoint ? strlen(endpoint) : 0;

	return length && !strncasecmp(url, endpoint, length) && strchr("/?#", url[length]);
}

/* What the token must be for; NULL when the request goes without one. */
static const char *choose_audience(struct context *context, const struct acr_cloud *cloud, const char *url,
				   const struct acr_headers *headers)
{
	const char *resource = args_string(context->args, "resource");

	if (args_flag(context->args, "skip-authorization-header") || acr_headers_get(headers, "Authorization") ||
	    strncasecmp(url, "https://", 8) != 0)
		return NULL;
	if (resource)
		return resource;
	if (is_below(url, cloud->resource_manager))
		return cloud->audience;
	if (is_below(url, cloud->graph))
		return cloud->graph;
	io_warn(context->io,
		"It is not known for what resource '%.*s' takes tokens, so none is sent. Name it with --resource.",
		(int)(strcspn(url + 8, "/?#") + 8), url);
	return NULL;
}

static void set_headers(struct context *context, struct acr_headers *headers)
{
	const char *body = args_string(context->args, "body");
	const struct acr_json *item;
	ACR_AUTO_PTR(acr_json) *value = NULL;

	if (body && acr_json_parse(body, strlen(body), &value, NULL) == 0)
		acr_headers_set(headers, "Content-Type", "application/json");
	for (item = acr_json_first(args_value(context->args, "headers")); item; item = acr_json_next(item))
		acr_headers_set(headers, acr_json_key(item), acr_json_string(item));
}

/* The file that --output-file names; opened when there is something to write. */
struct target {
	const char *path;
	int descriptor;
	struct acr_error *error;
};

static int open_target(struct target *target)
{
	if (target->descriptor < 0)
		target->descriptor = open(target->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return target->descriptor < 0 ? acr_fail_errno(target->error, errno, "cannot write '%s'", target->path) : 0;
}

static int write_target(void *user, const void *bytes, size_t length)
{
	struct target *target = user;
	const char *at = bytes;
	int rc = open_target(target);

	while (rc == 0 && length) {
		ssize_t written = write(target->descriptor, at, length);

		if (written < 0 && errno != EINTR)
			rc = acr_fail_errno(target->error, errno, "cannot write '%s'", target->path);
		if (written > 0) {
			at += written;
			length -= (size_t)written;
		}
	}
	return rc;
}

/* A disk may tell only here that it is full. */
static int close_target(struct target *target, int rc)
{
	if (target->descriptor >= 0 && close(target->descriptor) < 0 && rc == 0)
		return acr_fail_errno(target->error, errno, "cannot write '%s'", target->path);
	return rc;
}

/* An answer that is no JSON; its last line ends. */
static int print_text(struct context *context, struct acr_buf *text, struct acr_error *error)
{
	if (!text->length)
		return 0;
	if (text->data[text->length - 1] != '\n')
		acr_buf_putc(text, '\n');
	return io_result(context->io, text->data, text->length, error);
}

static int send_request(struct context *context, struct acr_client *client, const struct acr_rest_request *prepared,
			struct acr_json **ret, struct acr_error *error)
{
	struct acr_error reason = ACR_ERROR_INIT;
	struct target target = {.path = args_string(context->args, "output-file"), .descriptor = -1, .error = &reason};
	struct acr_rest_request request = *prepared;
	bool as_it_comes = target.path && !request.wait && !request.all;
	ACR_AUTO_PTR(acr_json) *value = NULL;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	int rc;

	if (as_it_comes) {
		request.sink = write_target;
		request.sink_user = &target;
	}
	rc = acr_rest(client, &request, &value, &text, error);
	if (rc == 0 && as_it_comes)
		rc = open_target(&target); /* also for an empty answer */
	if (rc == 0 && target.path && value) {
		acr_json_write(value, &text);
		rc = write_target(&target, text.data, text.length);
	}
	rc = close_target(&target, rc);
	if (reason.code)
		rc = acr_error_move(error, &reason);
	if (rc == 0 && !target.path) {
		*ret = TAKE(value);
		rc = print_text(context, &text, error);
	}
	return rc;
}

int rest_run(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *body = args_string(args, "body");
	ACR_AUTO_FREE char *method = acr_strdup(args_string(args, "method"));
	ACR_AUTO(acr_headers) headers = {0};
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	struct progress *progress;
	struct acr_client *client;
	int rc;

	if ((rc = context_client(context, &client, error)) < 0 || (rc = build_url(context, client, &url, error)) < 0)
		return rc;
	for (char *c = method; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	set_headers(context, &headers);
	progress = args_flag(args, "wait") ? progress_new(context->io, context->settings) : NULL;
	struct acr_rest_request request = {
		.method = method,
		.url = acr_buf_str(&url),
		.headers = &headers,
		.body = body,
		.body_length = body ? strlen(body) : 0,
		.audience = choose_audience(context, acr_client_cloud(client), acr_buf_str(&url), &headers),
		.repeatable = args_flag(args, "repeatable"),
		.wait = args_flag(args, "wait"),
		.final_state = args_string(args, "final-state-via"),
		.all = args_flag(args, "all"),
		.next_query = args_value(args, "next-parameters"),
		.progress = progress_operation,
		.progress_user = progress,
	};
	rc = send_request(context, client, &request, ret, error);
	progress_free(progress);
	/* az rest has no exit status of its own for what is not there. */
	if (rc == ACR_ERROR_NOT_FOUND && error)
		error->code = rc = ACR_ERROR_SERVICE;
	return rc;
}
