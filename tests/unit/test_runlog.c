/* Following the log of a run: few requests, never an early end, faults waited out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/runlog.h>
#include "fake_clock.h"
#include "fake_transport.h"

#define URL "https://store.test/logs/x.log?sig=1"
#define RENEWED "https://store.test/logs/x.log?sig=2"

static struct run {
	struct fake_script *script;
	struct fake_clock clock;
	struct acr_buf log;
	char *state;
	struct acr_error error;
	/* What the callbacks answer. */
	int asked, ended_after; /* ended() says yes at this question; 0 = never */
	int ended_fails;        /* a code instead */
	int renewed;
	bool refuse_bytes;
} run;

static int set_up(void **state)
{
	(void)state;
	memset(&run, 0, sizeof(run));
	run.script = fake_script_new();
	fake_clock_init(&run.clock);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	acr_buf_clear(&run.log);
	acr_error_clear(&run.error);
	free(run.state);
	return 0;
}

static int on_bytes(void *user, const char *bytes, size_t length)
{
	(void)user;
	acr_buf_add(&run.log, bytes, length);
	return run.refuse_bytes;
}

static int on_ended(void *user, struct acr_error *error)
{
	(void)user;
	if (run.ended_fails) {
		return acr_fail(error, run.ended_fails, "cannot ask");
	}
	return ++run.asked == run.ended_after;
}

static int on_renew(void *user, char **url, struct acr_error *error)
{
	(void)user, (void)error;
	run.renewed++;
	*url = acr_strdup(RENEWED);
	return 0;
}

static int follow_with(const struct acr_runlog_options *options)
{
	struct acr_transport *transport = fake_transport_new(run.script);
	int code = acr_runlog_follow(transport, URL, &run.clock.clock, options, &run.state, &run.error);
	acr_transport_free(transport);
	fake_script_done(run.script);
	return code;
}

static int follow(void)
{
	const struct acr_runlog_options options = {.write = on_bytes, .ended = on_ended, .renew = on_renew};
	return follow_with(&options);
}

/* A look from byte `from` (-1: no range), answered with `body` of a log of `total` bytes. */
static void expect_look(long from, const char *body, long total)
{
	ACR_AUTO_FREE char *range = acr_format("bytes=%ld-%ld", from, from + (8L << 20) - 1);
	ACR_AUTO_FREE char *answered = acr_format("bytes %ld-%ld/%ld", from, from + (long)strlen(body) - 1, total);
	fake_expect(run.script, "GET", URL);
	fake_expect_header(run.script, "x-ms-range", range);
	fake_expect_header(run.script, "x-ms-version", "2021-08-06");
	fake_expect_auth(run.script, ACR_AUTH_NONE, NULL, NULL);
	fake_reply(run.script, 206, body);
	fake_reply_header(run.script, "Content-Range", answered);
}

static void complete(const char *state)
{
	fake_reply_header(run.script, "x-ms-meta-complete", state);
}

static void one_request_is_enough(void **state)
{
	(void)state;
	expect_look(0, "a\r\n\xFF\xE2\x82", 6);
	complete("Successful");
	assert_int_equal(follow(), 0);
	assert_string_equal(acr_buf_str(&run.log), "a\r\n\xFF\xE2\x82");
	assert_string_equal(run.state, "successful");
	assert_int_equal(run.clock.sleeps, 0);
}

static void follows_growth(void **state)
{
	(void)state;
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 404, "");
	expect_look(0, "one\n", 4);
	expect_look(3, "\n", 4); /* silent */
	expect_look(3, "\ntwo\n", 8);
	expect_look(7, "\n", 8);
	complete("failed");
	assert_int_equal(follow(), 0);
	assert_string_equal(acr_buf_str(&run.log), "one\ntwo\n");
	assert_string_equal(run.state, "failed");
	assert_int_equal(run.clock.sleeps, 4);
	assert_int_equal(fake_clock_slept(&run.clock), 4000);
	assert_int_equal(run.asked, 2); /* while nothing came */
}

static void reads_on_at_once_when_there_is_more(void **state)
{
	(void)state;
	expect_look(0, "abc", 6);
	complete("successful");
	expect_look(2, "cdef", 6);
	complete("successful");
	assert_int_equal(follow(), 0);
	assert_string_equal(acr_buf_str(&run.log), "abcdef");
	assert_int_equal(run.clock.sleeps, 0);
}

static void server_without_ranges(void **state)
{
	(void)state;
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 200, "abc");
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 200, "abcdef");
	complete("successful");
	assert_int_equal(follow(), 0);
	assert_string_equal(acr_buf_str(&run.log), "abcdef");
}

static void empty_log(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		fake_expect(run.script, "GET", URL);
		fake_reply(run.script, 416, "<Error><Code>InvalidRange</Code></Error>");
		fake_expect(run.script, "HEAD", URL);
		fake_expect_header(run.script, "x-ms-range", NULL);
	}
	complete("Canceled");
	assert_int_equal(follow(), 0);
	assert_int_equal(run.log.length, 0);
	assert_string_equal(run.state, "canceled");
	assert_int_equal(run.clock.sleeps, 1);
}

static void faults_are_waited_out(void **state)
{
	(void)state;
	expect_look(0, "a", 1);
	for (int i = 0; i < 30; i++) {
		fake_expect(run.script, "GET", URL);
		if (i % 2) {
			fake_reply(run.script, 503, "");
		} else {
			fake_fail(run.script, ACR_ERROR_NETWORK, "connection lost");
		}
	}
	expect_look(0, "ab", 2);
	complete("successful");
	assert_int_equal(follow(), 0);
	assert_string_equal(acr_buf_str(&run.log), "ab");
	assert_int_equal(run.clock.sleeps, 31);
	assert_null(run.error.message);
}

static void unreachable_storage_ends_it_after_the_run(void **state)
{
	(void)state;
	run.ended_after = 7;
	for (int i = 0; i < 8; i++) {
		fake_expect(run.script, "GET", URL);
		fake_fail(run.script, ACR_ERROR_NETWORK, "no route");
	}
	assert_int_equal(follow(), ACR_ERROR_NETWORK);
	assert_string_equal(run.error.message, "cannot read the log of the run: no route");
}

static void unreachable_storage_without_word_of_the_run(void **state)
{
	(void)state;
	const struct acr_runlog_options options = {.write = on_bytes, .poll_ms = 200};
	for (int i = 0; i < 5; i++) {
		fake_expect(run.script, "GET", URL);
		fake_fail(run.script, ACR_ERROR_TIMEOUT, "too slow");
	}
	assert_int_equal(follow_with(&options), ACR_ERROR_TIMEOUT);
	assert_string_equal(run.error.message, "cannot read the log of the run: too slow");
	assert_int_equal(fake_clock_slept(&run.clock), 800);
}

static void refused_certificate_is_final(void **state)
{
	(void)state;
	fake_expect(run.script, "GET", URL);
	fake_fail(run.script, ACR_ERROR_TLS, "self-signed");
	assert_int_equal(follow(), ACR_ERROR_TLS);
	assert_string_equal(run.error.message, "cannot read the log of the run: self-signed");
}

static void tail_after_the_end(void **state)
{
	(void)state;
	run.ended_after = 1;
	expect_look(0, "a", 1);
	expect_look(0, "a", 1);   /* silent: the run has ended */
	expect_look(0, "abc", 3); /* the tail */
	expect_look(2, "c", 3);   /* and no more */
	assert_int_equal(follow(), 0);
	assert_string_equal(acr_buf_str(&run.log), "abc");
	assert_null(run.state);
	assert_int_equal(run.clock.sleeps, 1);
	assert_int_equal(run.asked, 1);
}

static void run_that_ends_without_a_log(void **state)
{
	(void)state;
	run.ended_after = 2;
	for (int i = 0; i < 3; i++) {
		fake_expect(run.script, "GET", URL);
		fake_reply(run.script, 404, "");
	}
	assert_int_equal(follow(), 0);
	assert_null(run.state);
	assert_int_equal(run.clock.sleeps, 1);
}

static void question_that_fails(void **state)
{
	(void)state;
	run.ended_fails = ACR_ERROR_NETWORK;
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 404, "");
	expect_look(0, "a", 1);
	complete("successful");
	assert_int_equal(follow(), 0);
	tear_down(state);

	set_up(state);
	run.ended_fails = ACR_ERROR_SIGN_IN;
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 404, "");
	assert_int_equal(follow(), ACR_ERROR_SIGN_IN);
	assert_string_equal(run.error.message, "cannot ask");
}

static void refused_url_is_renewed(void **state)
{
	(void)state;
	expect_look(0, "a", 1);
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 403, "");
	fake_expect(run.script, "GET", RENEWED);
	fake_reply(run.script, 206, "ab");
	fake_reply_header(run.script, "Content-Range", "bytes 0-1/2");
	complete("successful");
	assert_int_equal(follow(), 0);
	assert_string_equal(acr_buf_str(&run.log), "ab");
	assert_int_equal(run.renewed, 1);
	assert_int_equal(run.clock.sleeps, 1);
}

static void url_that_stays_refused(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		fake_expect(run.script, "GET", i ? RENEWED : URL);
		fake_reply(run.script, 403, "<Error><Code>AuthenticationFailed</Code><Message>No.</Message></Error>");
	}
	assert_int_equal(follow(), ACR_ERROR_AUTH);
	assert_string_equal(run.error.message, "cannot read the log of the run: No.");
	assert_int_equal(run.renewed, 3);
	tear_down(state);

	const struct acr_runlog_options options = {.write = on_bytes};
	set_up(state);
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 403, "");
	assert_int_equal(follow_with(&options), ACR_ERROR_AUTH);
}

static void reader_that_stops(void **state)
{
	(void)state;
	run.refuse_bytes = true;
	expect_look(0, "a", 1);
	assert_int_equal(follow(), ACR_ERROR_CANCELLED);
	assert_string_equal(run.error.message, "the log of the run is not wanted any more");
}

static void interruption(void **state)
{
	(void)state;
	run.clock.interrupt_at = 1;
	expect_look(0, "a", 1);
	assert_int_equal(follow(), ACR_ERROR_INTERRUPTED);
}

static void part_that_was_not_asked_for(void **state)
{
	(void)state;
	expect_look(0, "a", 1);
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 206, "zz");
	fake_reply_header(run.script, "Content-Range", "bytes 5-6/7");
	assert_int_equal(follow(), ACR_ERROR_FORMAT);
	assert_string_equal(run.error.message,
			    "cannot read the log of the run: the storage answered with another part than asked for");
	tear_down(state);

	set_up(state);
	fake_expect(run.script, "GET", URL);
	fake_reply(run.script, 206, "zz");
	assert_int_equal(follow(), ACR_ERROR_FORMAT);
	assert_string_equal(run.error.message,
			    "cannot read the log of the run: the storage answered with a part it does not name");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_request_is_enough),
		TEST(follows_growth),
		TEST(reads_on_at_once_when_there_is_more),
		TEST(server_without_ranges),
		TEST(empty_log),
		TEST(faults_are_waited_out),
		TEST(unreachable_storage_ends_it_after_the_run),
		TEST(unreachable_storage_without_word_of_the_run),
		TEST(refused_certificate_is_final),
		TEST(tail_after_the_end),
		TEST(run_that_ends_without_a_log),
		TEST(question_that_fails),
		TEST(refused_url_is_renewed),
		TEST(url_that_stays_refused),
		TEST(reader_that_stops),
		TEST(interruption),
		TEST(part_that_was_not_asked_for),
	};
	return cmocka_run_group_tests_name("runlog", tests, NULL, NULL);
}
