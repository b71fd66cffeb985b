/* A transport that answers from a script. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/json.h>
#include "fake_transport.h"

struct step {
	char *method, *url, *body;
	struct acr_headers headers; /* expected; "\n" as the value stands for absence */
	bool check_auth, used;
	enum acr_auth auth;
	char *registry, *scope;
	long status;
	struct acr_headers reply_headers;
	struct acr_buf reply;
	int code; /* of the failure that comes instead of an answer */
	char *message;
};

struct fake_script {
	struct step *steps;
	size_t count, requests;
	bool any_order, allow_unused;
	struct acr_headers last; /* of the request that came last */
	struct acr_buf complaints;
	pthread_mutex_t lock;
};

struct fake_transport {
	struct acr_transport transport;
	struct fake_script *script;
};

static const char absent[] = "\n";

struct fake_script *fake_script_new(void)
{
	struct fake_script *script = acr_alloc(sizeof(*script));
	pthread_mutex_init(&script->lock, NULL);
	return script;
}

static void clear_step(struct step *step)
{
	free(step->method);
	free(step->url);
	free(step->body);
	free(step->registry);
	free(step->scope);
	free(step->message);
	acr_headers_clear(&step->headers);
	acr_headers_clear(&step->reply_headers);
	acr_buf_clear(&step->reply);
}

void fake_script_done(struct fake_script *script)
{
	ACR_AUTO(acr_buf) complaints = script->complaints;
	for (size_t i = 0; i < script->count; i++) {
		if (!script->steps[i].used && !script->allow_unused) {
			acr_buf_printf(&complaints, "\nexpected but never sent: %s %s", script->steps[i].method,
				       script->steps[i].url);
		}
		clear_step(&script->steps[i]);
	}
	pthread_mutex_destroy(&script->lock);
	acr_headers_clear(&script->last);
	free(script->steps);
	free(script);
	if (complaints.length) {
		print_error("%s\n", complaints.data + 1);
		fail();
	}
}

void fake_any_order(struct fake_script *script)
{
	script->any_order = true;
}

void fake_allow_unused(struct fake_script *script)
{
	script->allow_unused = true;
}

const char *fake_last_header(const struct fake_script *script, const char *name)
{
	return acr_headers_get(&script->last, name);
}

size_t fake_requests(const struct fake_script *script)
{
	return script->requests;
}

void fake_expect(struct fake_script *script, const char *method, const char *url)
{
	script->steps = acr_realloc_array(script->steps, script->count + 1, sizeof(*script->steps));
	script->steps[script->count++] =
		(struct step){.method = acr_strdup(method), .url = acr_strdup(url), .status = 200};
}

static struct step *last(struct fake_script *script)
{
	assert_true(script->count > 0);
	return &script->steps[script->count - 1];
}

void fake_expect_header(struct fake_script *script, const char *name, const char *value)
{
	acr_headers_add(&last(script)->headers, name, value ? value : absent);
}

void fake_expect_body(struct fake_script *script, const char *body)
{
	free(last(script)->body);
	last(script)->body = acr_strdup(body);
}

void fake_expect_auth(struct fake_script *script, enum acr_auth auth, const char *registry, const char *scope)
{
	struct step *step = last(script);
	step->check_auth = true;
	step->auth = auth;
	step->registry = acr_strdup(registry);
	step->scope = acr_strdup(scope);
}

void fake_reply(struct fake_script *script, long status, const char *body)
{
	fake_reply_bytes(script, status, body, body ? strlen(body) : 0);
}

void fake_reply_bytes(struct fake_script *script, long status, const void *bytes, size_t length)
{
	last(script)->status = status;
	acr_buf_reset(&last(script)->reply);
	acr_buf_add(&last(script)->reply, bytes, length);
}

void fake_reply_header(struct fake_script *script, const char *name, const char *value)
{
	acr_headers_add(&last(script)->reply_headers, name, value);
}

void fake_fail(struct fake_script *script, int code, const char *message)
{
	last(script)->code = code;
	last(script)->message = acr_strdup(message);
}

/* Whether `text` fits `pattern`, in which "*" stands for anything. */
static bool fits(const char *pattern, const char *text)
{
	for (; *pattern != '*'; pattern++, text++) {
		if (*pattern != *text) {
			return false;
		}
		if (!*pattern) {
			return true;
		}
	}
	for (;; text++) {
		if (fits(pattern + 1, text)) {
			return true;
		}
		if (!*text) {
			return false;
		}
	}
}

static bool fits_or_empty(const char *pattern, const char *text)
{
	return fits(pattern ? pattern : "", text ? text : "");
}

static bool same_body(const char *expected, const struct acr_request *request)
{
	ACR_AUTO(acr_buf) got = ACR_BUF_INIT;
	ACR_AUTO_PTR(acr_json) *left = NULL, *right = NULL;
	acr_buf_add(&got, request->body, request->body ? request->body_length : 0);
	if (acr_json_parse(expected, strlen(expected), &left, NULL) == 0 &&
	    acr_json_parse(got.data, got.length, &right, NULL) == 0) {
		return acr_json_equal(left, right);
	}
	return strlen(acr_buf_str(&got)) == got.length && fits(expected, acr_buf_str(&got));
}

static bool same_headers(const struct acr_headers *expected, const struct acr_request *request)
{
	for (size_t i = 0; i < expected->count; i++) {
		const char *got = acr_headers_get(&request->headers, expected->items[i].name);
		const char *value = expected->items[i].value;
		if (strcmp(value, absent) == 0 ? got != NULL : !got || !fits(value, got)) {
			return false;
		}
	}
	return true;
}

/* The name of the first thing about the request that is not as expected; NULL when all is. */
static const char *difference(const struct step *step, const struct acr_request *request)
{
	if (strcmp(step->method, request->method) != 0 || !fits(step->url, request->url)) {
		return "request";
	}
	if (step->body && !same_body(step->body, request)) {
		return "body";
	}
	if (!same_headers(&step->headers, request)) {
		return "header fields";
	}
	if (step->check_auth && (step->auth != request->auth || !fits_or_empty(step->registry, request->registry) ||
				 !fits_or_empty(step->scope, request->scope))) {
		return "authorization";
	}
	return NULL;
}

static void describe(struct acr_buf *out, const struct acr_request *request)
{
	acr_buf_printf(out, "%s %s", request->method, request->url);
	for (size_t i = 0; i < request->headers.count; i++) {
		acr_buf_printf(out, "\n  %s: %s", request->headers.items[i].name, request->headers.items[i].value);
	}
	if (request->body) {
		acr_buf_printf(out, "\n  %.*s", (int)request->body_length, (const char *)request->body);
	}
}

/* The step that answers the request; NULL, with a complaint noted, when the script has none. */
static struct step *find_step(struct fake_script *script, const struct acr_request *request)
{
	const struct step *next = NULL;
	for (size_t i = 0; i < script->count; i++) {
		struct step *step = &script->steps[i];
		if (step->used) {
			continue;
		}
		next = next ? next : step;
		if (!difference(step, request)) {
			return step;
		}
		if (!script->any_order) {
			break;
		}
	}
	acr_buf_puts(&script->complaints, "\nunexpected: ");
	describe(&script->complaints, request);
	if (next) {
		acr_buf_printf(&script->complaints, "\nthe %s should have been: %s %s", difference(next, request),
			       next->method, next->url);
		acr_buf_printf(&script->complaints, "%s%s", next->body ? "\n  " : "", next->body ? next->body : "");
	}
	return NULL;
}

static int answer_body(const struct step *step, struct acr_exchange *exchange)
{
	const struct acr_request *request = &exchange->request;
	const struct acr_buf *body = &step->reply;
	if (request->sink && step->status / 100 == 2) {
		/* In two pieces, as a network would. */
		size_t half = body->length / 2;
		exchange->final = body->length > 0;
		if ((half && request->sink(request->sink_user, body->data, half) != 0) ||
		    (body->length && request->sink(request->sink_user, body->data + half, body->length - half) != 0)) {
			return acr_fail(&exchange->error, ACR_ERROR_GENERAL, "the receiver of the answer stopped it");
		}
		return 0;
	}
	if (request->max_response && body->length > request->max_response) {
		return acr_fail(&exchange->error, ACR_ERROR_LIMIT, "the answer is larger than %zu bytes",
				request->max_response);
	}
	acr_buf_add(&exchange->response.body, body->data, body->length);
	return 0;
}

static void answer(const struct step *step, struct acr_exchange *exchange)
{
	if (step->code && !step->reply.length) {
		exchange->result = acr_fail(&exchange->error, step->code, "%s", step->message);
		return;
	}
	exchange->response.status = step->status;
	for (size_t i = 0; i < step->reply_headers.count; i++) {
		const struct acr_header *header = &step->reply_headers.items[i];
		acr_headers_add(&exchange->response.headers, header->name, header->value);
	}
	exchange->result = answer_body(step, exchange);
	if (step->code && exchange->result == 0) {
		exchange->result = acr_fail(&exchange->error, step->code, "%s", step->message);
	}
}

static void keep_headers(struct fake_script *script, const struct acr_headers *headers)
{
	acr_headers_clear(&script->last);
	for (size_t i = 0; i < headers->count; i++) {
		acr_headers_add(&script->last, headers->items[i].name, headers->items[i].value);
	}
}

static void fake_send(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	struct fake_script *script = ((struct fake_transport *)transport)->script;
	for (size_t i = 0; i < count; i++) {
		struct acr_exchange *exchange = exchanges[i];
		acr_response_clear(&exchange->response);
		acr_error_clear(&exchange->error);
		exchange->result = 0;
		exchange->final = false;
		pthread_mutex_lock(&script->lock);
		script->requests++;
		keep_headers(script, &exchange->request.headers);
		struct step *step = find_step(script, &exchange->request);
		if (step) {
			step->used = true;
		}
		pthread_mutex_unlock(&script->lock);
		if (step) {
			answer(step, exchange);
		} else {
			exchange->result = acr_fail(&exchange->error, ACR_ERROR_GENERAL, "unexpected request: %s %s",
						    exchange->request.method, exchange->request.url);
		}
	}
}

static void fake_free(struct acr_transport *transport)
{
	free(transport);
}

struct acr_transport *fake_transport_new(struct fake_script *script)
{
	struct fake_transport *fake = acr_alloc(sizeof(*fake));
	fake->transport = (struct acr_transport){.send = fake_send, .free = fake_free};
	fake->script = script;
	return &fake->transport;
}
