/* Long operations: Azure-AsyncOperation, Location, or the resource's own provisioningState, polled to the end
 * (Azure Resource Manager RPC, "asynchronous operations"). */
#include "call.h"

#include <acr/timestamp.h>
#include <acr/uri.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Without Retry-After: soon at first, since most operations take seconds, then less and less often. */
#define FIRST_PAUSE_MS 1000
#define LONGEST_PAUSE_MS 15000
#define RETRY_AFTER_MAX_S 600

struct poll {
	struct call *call;
	bool creates;   /* PUT or PATCH: the resource is the result */
	bool deletes;
	char *resource; /* URL of the first request */
	char *status;   /* Azure-AsyncOperation; NULL */
	char *location; /* Location; NULL */
	int64_t started, pause;
};

static void poll_clear(struct poll *poll)
{
	free(poll->resource);
	free(poll->status);
	free(poll->location);
}

static bool is_any(const char *text, const char *const *list)
{
	for (; text && *list; list++)
		if (!strcasecmp(text, *list))
			return true;
	return false;
}

static bool succeeded(const char *state)
{
	return is_any(state, (const char *const[]){"Succeeded", NULL});
}

static bool failed(const char *state)
{
	return is_any(state, (const char *const[]){"Failed", "Canceled", "Cancelled", NULL});
}

/* Follow the addresses of an answer, each of which may renew them. */
static void take_addresses(struct poll *poll)
{
	const struct acr_headers *headers = &poll->call->exchange.response.headers;
	const char *status = acr_headers_get(headers, "azure-asyncoperation");
	const char *location = acr_headers_get(headers, "location");
	const char *base = poll->call->exchange.request.url;

	if (!status)
		status = acr_headers_get(headers, "operation-location");
	if (status) {
		free(poll->status);
		poll->status = acr_uri_resolve(base, status);
	}
	if (location) {
		free(poll->location);
		poll->location = acr_uri_resolve(base, location);
	}
}

static int64_t next_pause(struct poll *poll)
{
	const char *after = acr_headers_get(&poll->call->exchange.response.headers, "retry-after");
	int64_t pause = poll->pause;

	if (after && *after >= '0' && *after <= '9') {
		long seconds = strtol(after, NULL, 10);

		return 1000 * (int64_t)(seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : seconds);
	}
	if (after) {
		const struct acr_clock *clock = acr_client_clock(poll->call->client);
		int64_t when;

		if (acr_time_parse_http(after, &when, NULL) == 0) {
			int64_t wait = when - clock->now(clock);

			return wait < 0 ? 0 : 1000 * (wait > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : wait);
		}
	}
	poll->pause = pause * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause * 2;
	return pause;
}

static int wait_then_get(struct poll *poll, const char *url, int64_t pause, const char *state, struct acr_error *error)
{
	const struct acr_call_options *options = poll->call->options;
	const struct acr_clock *clock = acr_client_clock(poll->call->client);
	int rc;

	if (options->progress)
		options->progress(options->user, state ? state : "Running", clock->ticks(clock) - poll->started);
	if (pause > 0 && (rc = clock->sleep(clock, pause, error)) < 0)
		return rc;
	return call_follow(poll->call, url, error);
}

/* The error inside a status document or a resource whose provisioning failed. */
static int operation_failed(const struct acr_json *document, const char *state, struct acr_error *error)
{
	const char *code = acr_json_str(document, "/error/code");
	const char *message = acr_json_str(document, "/error/message");

	if (!code)
		code = acr_json_str(document, "/properties/provisioningError/code");
	if (!message)
		message = acr_json_str(document, "/properties/provisioningError/message");
	if (message)
		acr_fail(error, ACR_ERROR_SERVICE, "%s", message);
	else
		acr_fail(error, ACR_ERROR_SERVICE, "The operation ended with status '%s'.", state);
	if (error && code && !error->service_code)
		error->service_code = acr_strdup(code);
	return ACR_ERROR_SERVICE;
}

/* What the operation leaves behind, once its status says Succeeded. */
static int final_result(struct poll *poll, struct acr_json *document, struct acr_json **ret, struct acr_error *error)
{
	const char *url = poll->creates ? poll->resource : poll->deletes ? NULL : poll->location;
	int rc;

	if (url) {
		acr_json_free(document);
		if ((rc = call_follow(poll->call, url, error)) < 0)
			return rc;
		return call_body(poll->call, ret, error);
	}
	*ret = NULL;
	if (poll->deletes) {
		acr_json_free(document);
		return 0;
	}
	*ret = acr_json_detach(document, "properties");
	acr_json_free(document);
	return 0;
}

static int poll_status(struct poll *poll, struct acr_json **ret, struct acr_error *error)
{
	/* az looks at once, too: short operations are over by then. */
	int64_t pause = 0;
	const char *state = NULL;
	int rc;

	if (acr_headers_get(&poll->call->exchange.response.headers, "retry-after"))
		pause = next_pause(poll);
	for (;;) {
		ACR_AUTO_PTR(acr_json) *document = NULL;

		if ((rc = wait_then_get(poll, poll->status, pause, state, error)) < 0)
			return rc;
		if ((rc = call_body(poll->call, &document, error)) < 0)
			return rc;
		state = acr_json_str(document, "/status");
		if (!state)
			return acr_fail(error, ACR_ERROR_SERVICE, "The operation's status at %s has no 'status' member.",
			                poll->status);
		if (failed(state))
			return operation_failed(document, state, error);
		if (succeeded(state))
			return final_result(poll, TAKE(document), ret, error);
		take_addresses(poll);
		pause = next_pause(poll);
		state = NULL;
	}
}

static int poll_location(struct poll *poll, struct acr_json **ret, struct acr_error *error)
{
	int rc;

	while (poll->call->exchange.response.status == 202) {
		if ((rc = wait_then_get(poll, poll->location, next_pause(poll), NULL, error)) < 0) {
			/* A deleted resource's operation may be gone with it. */
			if (poll->deletes && rc == ACR_ERROR_NOT_FOUND) {
				acr_error_clear(error);
				*ret = NULL;
				return 0;
			}
			return rc;
		}
		take_addresses(poll);
	}
	if (poll->creates)
		return final_result(poll, NULL, ret, error);
	if (poll->deletes) {
		*ret = NULL;
		return 0;
	}
	return call_body(poll->call, ret, error);
}

/* No address: the resource itself says when it is ready. */
static int poll_resource(struct poll *poll, struct acr_json *resource, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *current = resource;
	int rc;

	for (;;) {
		const char *state = acr_json_str(current, "/properties/provisioningState");

		if (failed(state))
			return operation_failed(current, state, error);
		if (!state || succeeded(state))
			break;
		if ((rc = wait_then_get(poll, poll->resource, next_pause(poll), state, error)) < 0)
			return rc;
		acr_json_free(TAKE(current));
		if ((rc = call_body(poll->call, &current, error)) < 0)
			return rc;
	}
	*ret = TAKE(current);
	return 0;
}

int call_poll(struct call *call, struct acr_json **ret, struct acr_error *error)
{
	const struct acr_clock *clock = acr_client_clock(call->client);
	const char *method = call->op->method;
	struct poll poll = {
		.call = call,
		.creates = !strcmp(method, "PUT") || !strcmp(method, "PATCH"),
		.deletes = !strcmp(method, "DELETE"),
		.resource = acr_strdup(call->exchange.request.url),
		.started = clock->ticks(clock),
		.pause = FIRST_PAUSE_MS,
	};
	long status = call->exchange.response.status;
	struct acr_json *body = NULL;
	int rc;

	take_addresses(&poll);
	if (poll.status)
		rc = poll_status(&poll, ret, error);
	else if (status == 202 && poll.location)
		rc = poll_location(&poll, ret, error);
	else if ((rc = call_body(call, &body, error)) == 0 && poll.creates)
		rc = poll_resource(&poll, body, ret, error);
	else if (rc == 0)
		*ret = body;
	poll_clear(&poll);
	return rc;
}
