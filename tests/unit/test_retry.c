/* acr_retry_new(): what is repeated, when, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fake_clock.h"
#include "fake_transport.h"

#define URL "https://host/x"

struct fixture {
	struct fake_clock clock;
	struct fake_script *script;
	struct acr_transport *transport;
	struct acr_exchange exchange;
	struct acr_error error;
};

static void begin_with(struct fixture *f, const char *method, struct acr_retry_policy policy)
{
	*f = (struct fixture){.script = fake_script_new()};
	fake_clock_init(&f->clock);
	f->transport = acr_retry_new(fake_transport_new(f->script), &policy, &f->clock.clock);
	f->exchange.request.method = method;
	f->exchange.request.url = acr_strdup(URL);
}

static void begin(struct fixture *f, const char *method)
{
	begin_with(f, method, (struct acr_retry_policy){0});
}

static void finish(struct fixture *f)
{
	acr_transport_free(f->transport);
	acr_exchange_clear(&f->exchange);
	acr_error_clear(&f->error);
	fake_script_done(f->script);
}

static void expect_status(struct fixture *f, long status)
{
	fake_expect(f->script, f->exchange.request.method, URL);
	fake_reply(f->script, status, "");
}

static void expect_failure(struct fixture *f, int code)
{
	fake_expect(f->script, f->exchange.request.method, URL);
	fake_fail(f->script, code, "lost");
}

static int go(struct fixture *f)
{
	return acr_send(f->transport, &f->exchange, &f->error);
}

static void test_each_momentary_status_is_repeated(void **state)
{
	(void)state;
	static const long statuses[] = {408, 429, 500, 502, 503, 504};
	static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE"};
	for (size_t i = 0; i < ACR_COUNT(statuses); i++) {
		for (size_t j = 0; j < ACR_COUNT(methods); j++) {
			struct fixture f;
			begin(&f, methods[j]);
			expect_status(&f, statuses[i]);
			expect_status(&f, 200);
			assert_int_equal(go(&f), 0);
			assert_int_equal(f.exchange.response.status, 200);
			assert_true(fake_clock_slept(&f.clock) <= 800);
			finish(&f);
		}
	}
}

static void test_other_statuses_are_final(void **state)
{
	(void)state;
	static const long statuses[] = {200, 201, 302, 400, 401, 403, 404, 409, 412, 501};
	for (size_t i = 0; i < ACR_COUNT(statuses); i++) {
		struct fixture f;
		begin(&f, "GET");
		expect_status(&f, statuses[i]);
		assert_int_equal(go(&f), 0);
		assert_int_equal(f.exchange.response.status, statuses[i]);
		assert_int_equal(f.clock.sleeps, 0);
		finish(&f);
	}
}

static void test_pauses_double_with_jitter_until_the_last_attempt(void **state)
{
	(void)state;
	bool differs = false;
	int64_t first = -1;
	for (int round = 0; round < 20; round++) {
		struct fixture f;
		begin(&f, "GET");
		for (int i = 0; i < 4; i++) {
			expect_status(&f, 500);
		}
		assert_int_equal(go(&f), 0);
		assert_int_equal(f.exchange.response.status, 500);
		/* a pause of 0 ms is not slept */
		assert_true(f.clock.sleeps <= 3);
		assert_true(fake_clock_slept(&f.clock) <= 800 + 1600 + 3200);
		differs = differs || (first >= 0 && first != fake_clock_slept(&f.clock));
		first = fake_clock_slept(&f.clock);
		finish(&f);
	}
	assert_true(differs);
}

static void test_lost_connections_are_repeated(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, "PUT");
	expect_failure(&f, ACR_ERROR_NETWORK);
	expect_status(&f, 201);
	assert_int_equal(go(&f), 0);
	assert_int_equal(f.exchange.response.status, 201);
	assert_null(f.error.message);
	finish(&f);
}

static void test_the_last_failure_is_reported(void **state)
{
	(void)state;
	struct fixture f;
	begin_with(&f, "GET", (struct acr_retry_policy){.attempts = 2, .base_ms = 1});
	expect_status(&f, 500);
	expect_failure(&f, ACR_ERROR_NETWORK);
	assert_int_equal(go(&f), ACR_ERROR_NETWORK);
	assert_string_equal(f.error.message, "lost");
	finish(&f);
}

static void test_other_failures_are_final(void **state)
{
	(void)state;
	static const int codes[] = {ACR_ERROR_TLS,   ACR_ERROR_INTERRUPTED, ACR_ERROR_TIMEOUT,
				    ACR_ERROR_LIMIT, ACR_ERROR_USAGE,       ACR_ERROR_GENERAL};
	for (size_t i = 0; i < ACR_COUNT(codes); i++) {
		struct fixture f;
		begin(&f, "GET");
		expect_failure(&f, codes[i]);
		assert_int_equal(go(&f), codes[i]);
		finish(&f);
	}
}

static void test_a_post_is_not_repeated(void **state)
{
	(void)state;
	static const char *const methods[] = {"POST", "PATCH"};
	for (size_t i = 0; i < ACR_COUNT(methods); i++) {
		struct fixture f;
		begin(&f, methods[i]);
		expect_status(&f, 503);
		assert_int_equal(go(&f), 0);
		finish(&f);
		begin(&f, methods[i]);
		expect_failure(&f, ACR_ERROR_NETWORK);
		assert_int_equal(go(&f), ACR_ERROR_NETWORK);
		finish(&f);
		begin(&f, methods[i]);
		expect_status(&f, 500);
		fake_reply_header(f.script, "Retry-After", "1");
		assert_int_equal(go(&f), 0);
		finish(&f);
	}
}

static void test_a_repeatable_post_is_repeated(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, "POST");
	f.exchange.request.repeatable = true;
	expect_failure(&f, ACR_ERROR_NETWORK);
	expect_status(&f, 500);
	expect_status(&f, 200);
	assert_int_equal(go(&f), 0);
	assert_int_equal(f.exchange.response.status, 200);
	finish(&f);
}

static void test_a_post_turned_away_with_a_time_is_repeated(void **state)
{
	(void)state;
	static const long statuses[] = {429, 503};
	for (size_t i = 0; i < ACR_COUNT(statuses); i++) {
		struct fixture f;
		begin(&f, "POST");
		expect_status(&f, statuses[i]);
		fake_reply_header(f.script, "Retry-After", "3");
		expect_status(&f, 200);
		assert_int_equal(go(&f), 0);
		assert_int_equal(f.exchange.response.status, 200);
		assert_int_equal(fake_clock_slept(&f.clock), 3000);
		finish(&f);
	}
}

static void test_once_means_once(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, "GET");
	f.exchange.request.once = true;
	expect_status(&f, 429);
	fake_reply_header(f.script, "Retry-After", "1");
	assert_int_equal(go(&f), 0);
	assert_int_equal(f.exchange.response.status, 429);
	finish(&f);
}

static void test_each_form_of_retry_after(void **state)
{
	(void)state;
	static const struct {
		const char *name, *value;
		int64_t pause;
	} cases[] = {
		{"Retry-After", "7", 7000},
		{"retry-after", "0", 0},
		{"Retry-After", "Tue, 14 Nov 2023 22:13:25 GMT", 5000}, /* FAKE_CLOCK_START + 5 s */
		{"Retry-After", "Tue, 14 Nov 2023 22:13:00 GMT", 0},    /* in the past */
		{"x-ms-retry-after-ms", "1234", 1234},
		{"retry-after-ms", "60000", 60000},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct fixture f;
		begin(&f, "GET");
		expect_status(&f, 429);
		fake_reply_header(f.script, cases[i].name, cases[i].value);
		expect_status(&f, 200);
		assert_int_equal(go(&f), 0);
		assert_int_equal(f.exchange.response.status, 200);
		assert_int_equal(fake_clock_slept(&f.clock), cases[i].pause);
		finish(&f);
	}
}

static void test_milliseconds_are_more_exact_than_seconds(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, "GET");
	expect_status(&f, 429);
	fake_reply_header(f.script, "Retry-After", "2");
	fake_reply_header(f.script, "x-ms-retry-after-ms", "1500");
	expect_status(&f, 200);
	assert_int_equal(go(&f), 0);
	assert_int_equal(fake_clock_slept(&f.clock), 1500);
	finish(&f);
}

static void test_nonsense_in_retry_after_is_ignored(void **state)
{
	(void)state;
	static const char *const values[] = {"-5", "soon", "", "1e3", "99999999999999999999", "5 seconds"};
	for (size_t i = 0; i < ACR_COUNT(values); i++) {
		struct fixture f;
		begin(&f, "GET");
		expect_status(&f, 503);
		fake_reply_header(f.script, "Retry-After", values[i]);
		expect_status(&f, 200);
		assert_int_equal(go(&f), 0);
		assert_int_equal(f.exchange.response.status, 200);
		assert_true(fake_clock_slept(&f.clock) <= 800);
		finish(&f);
	}
}

static void test_a_pause_beyond_the_budget_is_not_begun(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, "GET");
	expect_status(&f, 429);
	fake_reply_header(f.script, "Retry-After", "61");
	assert_int_equal(go(&f), 0);
	assert_int_equal(f.exchange.response.status, 429);
	assert_string_equal(acr_headers_get(&f.exchange.response.headers, "Retry-After"), "61");
	assert_int_equal(f.clock.sleeps, 0);
	finish(&f);
}

static void test_the_budget_is_for_all_pauses_together(void **state)
{
	(void)state;
	struct fixture f;
	begin_with(&f, "GET", (struct acr_retry_policy){.attempts = 100, .budget_ms = 10000});
	for (int i = 0; i < 3; i++) {
		expect_status(&f, 429);
		fake_reply_header(f.script, "Retry-After", "4");
	}
	assert_int_equal(go(&f), 0);
	assert_int_equal(f.exchange.response.status, 429);
	assert_int_equal(fake_clock_slept(&f.clock), 8000);
	finish(&f);
}

static void test_an_interruption_ends_the_pause(void **state)
{
	(void)state;
	struct fixture f;
	begin(&f, "GET");
	f.clock.interrupt_at = 1;
	expect_status(&f, 429);
	fake_reply_header(f.script, "Retry-After", "5");
	assert_int_equal(go(&f), ACR_ERROR_INTERRUPTED);
	assert_string_equal(f.error.message, "interrupted");
	assert_int_equal(f.exchange.response.status, 0);
	finish(&f);
}

static int take_bytes(void *user, const void *bytes, size_t length)
{
	acr_buf_add(user, bytes, length);
	return 0;
}

static void test_bytes_handed_over_are_not_repeated(void **state)
{
	(void)state;
	struct fixture f;
	ACR_AUTO(acr_buf) got = ACR_BUF_INIT;
	begin(&f, "GET");
	f.exchange.request.sink = take_bytes;
	f.exchange.request.sink_user = &got;
	fake_expect(f.script, "GET", URL);
	fake_reply(f.script, 503, "not for the sink");
	fake_expect(f.script, "GET", URL);
	fake_reply(f.script, 200, "half");
	fake_fail(f.script, ACR_ERROR_NETWORK, "cut off");
	assert_int_equal(go(&f), ACR_ERROR_NETWORK);
	assert_string_equal(f.error.message, "cut off");
	assert_string_equal(acr_buf_str(&got), "half");
	finish(&f);
}

/* Each waits for its own time and not for the others'. */
static void test_only_the_failed_ones_of_a_batch_are_repeated(void **state)
{
	(void)state;
	struct fixture f;
	struct acr_exchange batch[4] = {0}, *list[4];
	begin_with(&f, "GET", (struct acr_retry_policy){.base_ms = 1});
	for (int i = 0; i < 4; i++) {
		batch[i].request.method = "PUT";
		batch[i].request.url = acr_format("https://host/%d", i);
		list[i] = &batch[i];
	}
	static const long first[] = {201, 503, 400, 429};
	for (int i = 0; i < 4; i++) {
		fake_expect(f.script, "PUT", batch[i].request.url);
		fake_reply(f.script, first[i], "");
		/* Not at once, which could be before the next of the batch. */
		if (i % 2)
			fake_reply_header(f.script, "Retry-After", i == 1 ? "1" : "2");
	}
	fake_expect(f.script, "PUT", "https://host/1");
	fake_fail(f.script, ACR_ERROR_NETWORK, "lost");
	fake_expect(f.script, "PUT", "https://host/1");
	fake_reply(f.script, 201, "");
	fake_expect(f.script, "PUT", "https://host/3");
	fake_reply(f.script, 201, "");
	f.transport->send(f.transport, list, 4);
	static const long last[] = {201, 201, 400, 201};
	for (int i = 0; i < 4; i++) {
		assert_int_equal(batch[i].result, 0);
		assert_int_equal(batch[i].response.status, last[i]);
		acr_exchange_clear(&batch[i]);
	}
	assert_int_equal(fake_clock_slept(&f.clock), 2000);
	finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_momentary_status_is_repeated),
		cmocka_unit_test(test_other_statuses_are_final),
		cmocka_unit_test(test_pauses_double_with_jitter_until_the_last_attempt),
		cmocka_unit_test(test_lost_connections_are_repeated),
		cmocka_unit_test(test_the_last_failure_is_reported),
		cmocka_unit_test(test_other_failures_are_final),
		cmocka_unit_test(test_a_post_is_not_repeated),
		cmocka_unit_test(test_a_repeatable_post_is_repeated),
		cmocka_unit_test(test_a_post_turned_away_with_a_time_is_repeated),
		cmocka_unit_test(test_once_means_once),
		cmocka_unit_test(test_each_form_of_retry_after),
		cmocka_unit_test(test_milliseconds_are_more_exact_than_seconds),
		cmocka_unit_test(test_nonsense_in_retry_after_is_ignored),
		cmocka_unit_test(test_a_pause_beyond_the_budget_is_not_begun),
		cmocka_unit_test(test_the_budget_is_for_all_pauses_together),
		cmocka_unit_test(test_an_interruption_ends_the_pause),
		cmocka_unit_test(test_bytes_handed_over_are_not_repeated),
		cmocka_unit_test(test_only_the_failed_ones_of_a_batch_are_repeated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
