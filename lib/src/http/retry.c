/* A transport that repeats exchanges which failed for the moment, after a pause. */
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include <acr/timestamp.h>
#include "http/feed.h"
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

/* An exchange from its first attempt to its last. */
struct attempt {
	struct acr_exchange *exchange;
	int number;
	int64_t budget; /* what is left of it */
	int64_t due;    /* in ticks, while it waits for its repeat */
	bool waiting;
};

/* The feed of the transport below: repeats that are due first, then what `source` yields. */
struct retry_feed {
	struct acr_feed feed; /* first */
	const struct retry_transport *transport;
	struct acr_feed *source;
	struct attempt *attempts;
	size_t count;
};

/* How long the source is left alone when it has nothing yet. */
#define PENDING_MS 5

static void hand_back(struct retry_feed *self, struct attempt *attempt)
{
	struct acr_exchange *exchange = attempt->exchange;
	*attempt = self->attempts[--self->count];
	self->source->done(self->source, exchange);
	self->feed.stop = self->source->stop;
}

static struct acr_exchange *begin_first(struct retry_feed *self, bool idle)
{
	struct acr_exchange *exchange = self->source->next(self->source, idle);
	self->feed.pending = self->source->pending;
	self->feed.stop = self->source->stop;
	if (exchange) {
		self->attempts = acr_realloc_array(self->attempts, self->count + 1, sizeof(*self->attempts));
		self->attempts[self->count++] = (struct attempt){
			.exchange = exchange, .number = 1, .budget = self->transport->policy.budget_ms};
	}
	return exchange;
}

static struct attempt *first_due(struct retry_feed *self)
{
	struct attempt *first = NULL;
	for (size_t i = 0; i < self->count; i++) {
		struct attempt *attempt = &self->attempts[i];
		if (attempt->waiting && (!first || attempt->due < first->due)) {
			first = attempt;
		}
	}
	return first;
}

/* Nothing is under way: wait for the next repeat, or a moment for the source. */
static void wait_for(struct retry_feed *self, int64_t milliseconds)
{
	const struct acr_clock *clock = self->transport->clock;
	struct acr_error error = ACR_ERROR_INIT;
	bool short_wait = self->source->pending && milliseconds > PENDING_MS;
	if (clock->sleep(clock, short_wait ? PENDING_MS : milliseconds, &error) < 0) {
		for (struct attempt *left; (left = first_due(self));) {
			struct acr_exchange *exchange = left->exchange;
			acr_response_clear(&exchange->response);
			acr_error_clear(&exchange->error);
			exchange->result = acr_fail(&exchange->error, error.code, "%s", error.message);
			hand_back(self, left);
		}
	}
	acr_error_clear(&error);
}

static struct acr_exchange *retry_next(struct acr_feed *feed, bool idle)
{
	struct retry_feed *self = (struct retry_feed *)feed;
	const struct acr_clock *clock = self->transport->clock;
	for (struct attempt *repeat; (repeat = first_due(self));) {
		int64_t left = repeat->due - clock->ticks(clock);
		if (left <= 0) {
			repeat->waiting = false;
			repeat->number++;
			return repeat->exchange;
		}
		struct acr_exchange *exchange = feed->stop ? NULL : begin_first(self, false);
		if (exchange || !idle || feed->stop) {
			feed->pending = true;
			return exchange;
		}
		wait_for(self, left);
	}
	return feed->stop ? NULL : begin_first(self, idle);
}

static bool plan_repeat(const struct retry_transport *self, struct attempt *attempt)
{
	const struct acr_exchange *exchange = attempt->exchange;
	int64_t pause = 0;
	bool answered = exchange->result == 0;
	bool asked = answered && asked_pause(self, &exchange->response.headers, &pause);
	if (attempt->number >= self->policy.attempts || !should_repeat(exchange, asked)) {
		return false;
	}
	pause = asked ? pause : jittered_pause(self, attempt->number);
	if (pause > attempt->budget) {
		return false;
	}
	attempt->budget -= pause;
	attempt->due = self->clock->ticks(self->clock) + pause;
	attempt->waiting = true;
	return true;
}

static void retry_done(struct acr_feed *feed, struct acr_exchange *exchange)
{
	struct retry_feed *self = (struct retry_feed *)feed;
	struct attempt *attempt = self->attempts;
	while (attempt->exchange != exchange) {
		attempt++;
	}
	if (feed->stop || !plan_repeat(self->transport, attempt)) {
		hand_back(self, attempt);
	}
}

static void retry_stream(struct acr_transport *transport, struct acr_feed *source)
{
	const struct retry_transport *self = (const struct retry_transport *)transport;
	struct retry_feed feed = {
		.feed = {.next = retry_next, .done = retry_done}, .transport = self, .source = source};
	acr_stream(self->next, &feed.feed);
	while (feed.count) { /* the stream was stopped while they waited */
		hand_back(&feed, &feed.attempts[feed.count - 1]);
	}
	free(feed.attempts);
}

static void retry_send(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	struct acr_feed_list list = acr_feed_list(exchanges, count);
	retry_stream(transport, &list.feed);
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
	self->transport = (struct acr_transport){.send = retry_send, .stream = retry_stream, .free = retry_free};
	self->next = next;
	self->policy = policy ? *policy : (struct acr_retry_policy){0};
	self->policy.attempts = self->policy.attempts ? self->policy.attempts : DEFAULT_ATTEMPTS;
	self->policy.budget_ms = self->policy.budget_ms ? self->policy.budget_ms : DEFAULT_BUDGET_MS;
	self->policy.base_ms = self->policy.base_ms ? self->policy.base_ms : DEFAULT_BASE_MS;
	self->clock = clock ? clock : &acr_clock_system;
	return &self->transport;
}
