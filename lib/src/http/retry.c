/* A transport that repeats exchanges which failed for the moment, after a pause. */
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include <acr/timestamp.h>
#include "http/request.h"

#define DEFAULT_ATTEMPTS 4
#define DEFAULT_BUDGET_MS 60000
#define DEFAULT_BASE_MS 800

struct retry_transport {
	struct acr_transport transport;
	struct acr_transport *next;
	struct acr_retry_policy policy;
	const struct acr_clock *clock;
};

static bool is_momentary(long status)
{
	static const long statuses[] = {408, 429, 500, 502, 503, 504};
	for (size_t i = 0; i < ACR_COUNT(statuses); i++) {
		if (status == statuses[i]) {
			return true;
		}
	}
	return false;
}

/* A header field that is a plain number; false when it is absent or something else. */
static bool number_header(const struct acr_headers *headers, const char *name, int64_t *ret)
{
	const char *text = acr_headers_get(headers, name);
	size_t length = text ? strlen(text) : 0;
	if (!length || length > 9 || strspn(text, "0123456789") != length) {
		return false;
	}
	*ret = strtol(text, NULL, 10);
	return true;
}

/* The pause the service asks for; false when it does not. */
static bool asked_pause(const struct retry_transport *self, const struct acr_headers *headers, int64_t *milliseconds)
{
	int64_t number;
	if (number_header(headers, "x-ms-retry-after-ms", &number) ||
	    number_header(headers, "retry-after-ms", &number)) {
		*milliseconds = number;
		return true;
	}
	if (number_header(headers, "Retry-After", &number)) {
		*milliseconds = number * 1000;
		return true;
	}
	const char *date = acr_headers_get(headers, "Retry-After");
	if (!date || acr_time_parse_http(date, &number, NULL) < 0) {
		return false;
	}
	int64_t seconds = number - self->clock->now(self->clock);
	*milliseconds = seconds > 0 ? seconds * 1000 : 0;
	return true;
}

static bool should_repeat(const struct acr_exchange *exchange, bool asked)
{
	const struct acr_request *request = &exchange->request;
	if (request->once || exchange->final) {
		return false;
	}
	if (exchange->result < 0) {
		return exchange->result == ACR_ERROR_NETWORK && acr_request_may_repeat(request);
	}
	long status = exchange->response.status;
	/* Who is turned away with a time to come back has had nothing done. */
	return is_momentary(status) && (acr_request_may_repeat(request) || ((status == 429 || status == 503) && asked));
}

/* Between nothing and base * 2^(attempt - 1), so that clients that failed together do not come back together. */
static int64_t jittered_pause(const struct retry_transport *self, int attempt)
{
	uint64_t random;
	int64_t most = self->policy.base_ms << (attempt < 16 ? attempt - 1 : 15);
	acr_random(&random, sizeof(random));
	return (int64_t)(random % (uint64_t)(most + 1));
}

/* Keep the exchanges that are worth a repeat in the list; *pause grows to the longest of their pauses. */
static size_t keep_repeatable(const struct retry_transport *self, struct acr_exchange **list, size_t count, int attempt,
			      int64_t budget, int64_t *pause)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		int64_t wanted = 0;
		bool answered = list[i]->result == 0;
		bool asked = answered && asked_pause(self, &list[i]->response.headers, &wanted);
		if (!should_repeat(list[i], asked)) {
			continue;
		}
		wanted = asked ? wanted : jittered_pause(self, attempt);
		if (wanted <= budget) {
			*pause = wanted > *pause ? wanted : *pause;
			list[kept++] = list[i];
		}
	}
	return kept;
}

static void retry_send(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	struct retry_transport *self = (struct retry_transport *)transport;
	ACR_AUTO_FREE struct acr_exchange **list = acr_alloc_array(count, sizeof(*list));
	struct acr_error error = ACR_ERROR_INIT;
	int64_t budget = self->policy.budget_ms;
	memcpy(list, exchanges, count * sizeof(*list));
	for (int attempt = 1; count; attempt++) {
		self->next->send(self->next, list, count);
		if (attempt >= self->policy.attempts) {
			return;
		}
		int64_t pause = 0;
		count = keep_repeatable(self, list, count, attempt, budget, &pause);
		budget -= pause;
		if (!count || (pause && self->clock->sleep(self->clock, pause, &error) < 0)) {
			break;
		}
	}
	for (size_t i = 0; i < count; i++) {
		acr_response_clear(&list[i]->response);
		list[i]->result = acr_fail(&list[i]->error, error.code, "%s", error.message);
	}
	acr_error_clear(&error);
}

static void retry_free(struct acr_transport *transport)
{
	struct retry_transport *self = (struct retry_transport *)transport;
	acr_transport_free(self->next);
	free(self);
}

struct acr_transport *acr_retry_new(struct acr_transport *next, const struct acr_retry_policy *policy,
				    const struct acr_clock *clock)
{
	struct retry_transport *self = acr_alloc(sizeof(*self));
	self->transport = (struct acr_transport){.send = retry_send, .free = retry_free};
	self->next = next;
	self->policy = policy ? *policy : (struct acr_retry_policy){0};
	self->policy.attempts = self->policy.attempts ? self->policy.attempts : DEFAULT_ATTEMPTS;
	self->policy.budget_ms = self->policy.budget_ms ? self->policy.budget_ms : DEFAULT_BUDGET_MS;
	self->policy.base_ms = self->policy.base_ms ? self->policy.base_ms : DEFAULT_BASE_MS;
	self->clock = clock ? clock : &acr_clock_system;
	return &self->transport;
}
