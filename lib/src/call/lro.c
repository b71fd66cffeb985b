/* Long operations: Azure-AsyncOperation, Location, or the resource's own provisioningState, polled to the end
 * (Azure Resource Manager RPC, "asynchronous operations"). */
#include "call.h"
#include "http/redact.h"

#include <acr/timestamp.h>
#include <acr/uri.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Without Retry-After: at once, as az does, since short operations are over by then; then less and less often. */
#define FIRST_PAUSE_MS 1000
#define LONGEST_PAUSE_MS 4000
#define HEARTBEAT_MS 1000
/* Whatever the service says, it is not asked without end. */
#define SHORTEST_PAUSE_MS 100
#define RETRY_AFTER_MAX_S 600

struct poll {
	struct call *call;
	bool creates; /* PUT or PATCH: the resource is the result */
	bool deletes;
	bool strict;            /* acr_rest(): answers that leave the outcome open are errors */
	char *resource;         /* URL of the first request */
	char *status;           /* Azure-AsyncOperation, Operation-Location; NULL */
	char *location;         /* Location; NULL */
	int64_t started, pause; /* ticks; the next wait without Retry-After */
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

/* What Retry-After (RFC 9110 section 10.2.3) asks for; false when it is absent or cannot be read. */
static bool asked_pause(const struct poll *poll, int64_t *milliseconds)
{
	const struct acr_clock *clock = acr_client_clock(poll->call->client);
	const char *after = acr_headers_get(&poll->call->exchange.response.headers, "retry-after");
	int64_t seconds;

	if (!after)
		return false;
	if (*after >= '0' && *after <= '9')
		seconds = strtol(after, NULL, 10);
	else if (acr_time_parse_http(after, &seconds, NULL) == 0)
		seconds -= clock->now(clock);
	else
		return false;
	*milliseconds = seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S * 1000
			: seconds > 0               ? seconds * 1000
						    : SHORTEST_PAUSE_MS;
	return true;
}

static int64_t next_pause(struct poll *poll)
{
	int64_t pause = poll->pause;

	if (asked_pause(poll, &pause))
		return pause;
	poll->pause = pause ? pause * 2 : FIRST_PAUSE_MS;
	if (poll->pause > LONGEST_PAUSE_MS)
		poll->pause = LONGEST_PAUSE_MS;
	return pause;
}

/* Sleep, and say every second that the operation still goes on. */
static int pass_time(struct poll *poll, int64_t pause, const char *state, struct acr_error *error)
{
	const struct acr_call_options *options = poll->call->options;
	const struct acr_clock *clock = acr_client_clock(poll->call->client);
	int64_t step, left = pause;
	int rc = 0;

	do {
		if (options->progress)
			options->progress(options->user, state ? state : "Running",
					  clock->ticks(clock) - poll->started);
		step = options->progress && left > HEARTBEAT_MS ? HEARTBEAT_MS : left;
		if (step > 0)
			rc = clock->sleep(clock, step, error);
		left -= step;
	} while (rc == 0 && left > 0);
	return rc;
}

static int wait_then_get(struct poll *poll, const char *url, const char *state, struct acr_error *error)
{
	int rc = pass_time(poll, next_pause(poll), state, error);

	return rc < 0 ? rc : call_follow(poll->call, url, error);
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

/* A deleted resource's operation may be gone with it. */
static bool is_gone(const struct poll *poll, int code)
{
	return poll->deletes && !poll->strict && code == ACR_ERROR_NOT_FOUND;
}

static int deleted(struct acr_json **ret, struct acr_error *error)
{
	acr_error_clear(error);
	*ret = NULL;
	return 0;
}

static int poll_status(struct poll *poll, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *document = NULL;
	int rc;

	for (;;) {
		const char *state = acr_json_str(document, "/status");

		if ((rc = wait_then_get(poll, poll->status, state, error)) < 0)
			return is_gone(poll, rc) ? deleted(ret, error) : rc;
		acr_json_free(TAKE(document));
		if ((rc = call_body(poll->call, &document, error)) < 0)
			return rc;
		state = acr_json_str(document, "/status");
		if (!state)
			return acr_fail(error, ACR_ERROR_SERVICE,
					"The operation's status at %.*s has no 'status' member.",
					(int)strcspn(poll->status, "?"), poll->status);
		if (failed(state))
			return operation_failed(document, state, error);
		if (succeeded(state))
			return final_result(poll, TAKE(document), ret, error);
		take_addresses(poll);
	}
}

static int poll_location(struct poll *poll, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *result = NULL;
	int rc;

	while (poll->call->exchange.response.status == 202) {
		if ((rc = wait_then_get(poll, poll->location, NULL, error)) < 0)
			return is_gone(poll, rc) ? deleted(ret, error) : rc;
		take_addresses(poll);
	}
	if (poll->deletes && !poll->strict)
		return deleted(ret, error);
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
		if ((rc = wait_then_get(poll, poll->resource, state, error)) < 0)
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

/* Who stops waiting does not stop the operation. */
static int leave(const struct poll *poll, struct acr_error *error)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;

	acr_redact_text(poll->status ? poll->status : poll->location ? poll->location : poll->resource, &url);
	acr_error_clear(error);
	acr_fail(error, ACR_ERROR_INTERRUPTED,
		 "Interrupted: the operation goes on in the service. Ask for its state at %s", acr_buf_str(&url));
	if (poll->call->options->pending)
		*poll->call->options->pending = acr_buf_take(&url);
	return ACR_ERROR_INTERRUPTED;
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
	if (rc == ACR_ERROR_INTERRUPTED)
		rc = leave(&poll, error);
	poll_clear(&poll);
	return rc;
}
