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
	bool creates; /* PUT or PATCH: the resource is the result */
	bool deletes;
	bool strict;    /* acr_rest(): answers that leave the outcome open are errors */
	char *resource; /* URL of the first request */
	char *status;   /* Azure-AsyncOperation, Operation-Location; NULL */
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

/* Codes are texts, but some services send numbers. */
static char *code_of(const struct acr_json *document)
{
	static const char *const places[] = {"/error/code", "/properties/provisioningError/code",
					     "/properties/error/code"};

	for (size_t i = 0; i < ACR_COUNT(places); i++) {
		const struct acr_json *code = acr_json_at(document, places[i]);

		if (acr_json_string(code))
			return acr_strdup(acr_json_string(code));
		if (acr_json_is(code, ACR_JSON_NUMBER))
			return acr_json_text(code);
	}
	return NULL;
}

static const char *message_of(const struct acr_json *document)
{
	static const char *const places[] = {"/error/message", "/properties/provisioningError/message",
					     "/properties/error/message"};
	const char *message = NULL;

	for (size_t i = 0; i < ACR_COUNT(places) && !message; i++)
		message = acr_json_str(document, places[i]);
	return message && *message ? message : NULL;
}

/* The error inside a status document or a resource whose provisioning failed. */
static int operation_failed(const struct acr_json *document, const char *state, struct acr_error *error)
{
	const char *message = message_of(document);

	if (message)
		acr_fail(error, ACR_ERROR_SERVICE, "%s", message);
	else
		acr_fail(error, ACR_ERROR_SERVICE, "The operation ended with status '%s'.", state);
	if (error && !error->service_code)
		error->service_code = code_of(document);
	return ACR_ERROR_SERVICE;
}

static int get_result(struct poll *poll, const char *url, struct acr_json **ret, struct acr_error *error)
{
	int rc = call_follow(poll->call, url, error);

	return rc < 0 ? rc : call_body(poll->call, ret, error);
}

static bool final_state_is(const struct poll *poll, const char *name)
{
	const char *wanted = poll->call->rest ? poll->call->rest->final_state : NULL;

	return wanted && !strcasecmp(wanted, name);
}

/* Where the result is, once the status says Succeeded; NULL: in the status document itself. */
static const char *result_url(const struct poll *poll)
{
	if (final_state_is(poll, "azure-async-operation") || final_state_is(poll, "operation-location"))
		return NULL;
	if (final_state_is(poll, "location") && poll->location)
		return poll->location;
	if (poll->creates || final_state_is(poll, "original-uri"))
		return poll->resource;
	return poll->deletes ? NULL : poll->location;
}

/* What the operation leaves behind, once its status says Succeeded. */
static int final_result(struct poll *poll, struct acr_json *document, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *last = document;
	const char *url = result_url(poll);

	if (url)
		return get_result(poll, url, ret, error);
	if (poll->strict)
		*ret = TAKE(last);
	else
		*ret = poll->deletes ? NULL : acr_json_detach(last, "properties");
	return 0;
}

static int poll_status(struct poll *poll, struct acr_json **ret, struct acr_error *error)
{
	/* az looks at once, too: short operations are over by then. */
	int64_t pause = 0;
	ACR_AUTO_PTR(acr_json) *document = NULL;
	int rc;

	if (acr_headers_get(&poll->call->exchange.response.headers, "retry-after"))
		pause = next_pause(poll);
	for (;;) {
		const char *state = acr_json_str(document, "/status");

		if ((rc = wait_then_get(poll, poll->status, pause, state, error)) < 0)
			return rc;
		acr_json_free(TAKE(document));
		if ((rc = call_body(poll->call, &document, error)) < 0)
			return rc;
		state = acr_json_str(document, "/status");
		if (!state)
			return acr_fail(error, ACR_ERROR_SERVICE,
					"The operation's status at %s has no 'status' member.", poll->status);
		if (failed(state))
			return operation_failed(document, state, error);
		if (succeeded(state))
			return final_result(poll, TAKE(document), ret, error);
		take_addresses(poll);
		pause = next_pause(poll);
	}
}

static int poll_location(struct poll *poll, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *result = NULL;
	int rc;

	while (poll->call->exchange.response.status == 202) {
		if ((rc = wait_then_get(poll, poll->location, next_pause(poll), NULL, error)) < 0) {
			/* A deleted resource's operation may be gone with it. */
			if (poll->deletes && !poll->strict && rc == ACR_ERROR_NOT_FOUND) {
				acr_error_clear(error);
				*ret = NULL;
				return 0;
			}
			return rc;
		}
		take_addresses(poll);
	}
	if (poll->deletes && !poll->strict) {
		*ret = NULL;
		return 0;
	}
	if ((rc = call_body(poll->call, &result, error)) < 0)
		return rc;
	if (poll->creates && !acr_json_first(result))
		return get_result(poll, poll->resource, ret, error);
	*ret = TAKE(result);
	return 0;
}

/* No address: the resource itself says when it is ready. */
static int poll_resource(struct poll *poll, struct acr_json *resource, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *current = resource;
	long first = poll->call->exchange.response.status;
	bool unknown = first == 202 || (first == 201 && !current);
	int rc;

	for (;;) {
		const char *state = acr_json_str(current, "/properties/provisioningState");

		if (failed(state))
			return operation_failed(current, state, error);
		if (!unknown && (!state || succeeded(state)))
			break;
		if ((rc = wait_then_get(poll, poll->resource, next_pause(poll), state, error)) < 0)
			return rc;
		acr_json_free(TAKE(current));
		if ((rc = call_body(poll->call, &current, error)) < 0)
			return rc;
		if (!current)
			return acr_fail(error, ACR_ERROR_SERVICE,
					"The answer of %s, which should tell how the operation goes "
					"on, is empty.",
					poll->resource);
		unknown = poll->call->exchange.response.status == 202;
	}
	*ret = TAKE(current);
	return 0;
}

/* An answer whose state is final needs no look at the addresses that came with it. */
static bool is_over(const struct poll *poll, const struct acr_json *body)
{
	const char *state = acr_json_str(body, "/properties/provisioningState");

	return poll->creates && poll->call->exchange.response.status == 200 && (succeeded(state) || failed(state));
}

static int choose(struct poll *poll, struct acr_json *body, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *first = body;
	long status = poll->call->exchange.response.status;

	if (!is_over(poll, first)) {
		if (poll->status)
			return poll_status(poll, ret, error);
		if (status == 202 && poll->location)
			return poll_location(poll, ret, error);
	}
	if (poll->creates)
		return poll_resource(poll, TAKE(first), ret, error);
	if (status == 202 && poll->strict)
		return acr_fail(error, ACR_ERROR_SERVICE,
				"%s accepted the request but named no address at which its progress "
				"can be followed.",
				poll->resource);
	*ret = TAKE(first);
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
		.strict = call->rest != NULL,
		.resource = acr_strdup(call->exchange.request.url),
		.started = clock->ticks(clock),
		.pause = FIRST_PAUSE_MS,
	};
	long status = call->exchange.response.status;
	struct acr_json *body = NULL;
	int rc = 0;

	take_addresses(&poll);
	/* Beside an address, a body says nothing about the end. */
	if ((poll.creates && status == 200) || !(poll.status || (poll.location && status == 202)))
		rc = call_body(call, &body, error);
	if (rc == 0)
		rc = choose(&poll, body, ret, error);
	poll_clear(&poll);
	return rc;
}
