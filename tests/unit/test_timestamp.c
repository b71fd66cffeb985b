/* acr/timestamp.h and acr/clock.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include <acr/clock.h>
#include <acr/timestamp.h>
#include "fake_clock.h"

static void test_rfc_3339(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t seconds;
		int nanoseconds;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0, 0},
		{"2023-12-21T23:56:34.8524938Z", 1703202994, 852493800},
		{"2023-12-21t23:56:34z", 1703202994, 0},
		{"2023-12-21 23:56:34", 1703202994, 0},
		{"2023-12-22T00:56:34+01:00", 1703202994, 0},
		{"2023-12-21T18:26:34.5-0530", 1703202994, 500000000},
		{"2023-12-21", 1703116800, 0},
		{"2024-02-29T00:00:00Z", 1709164800, 0},
		{"2000-02-29T00:00:00Z", 951782400, 0},
		{"1969-12-31T23:59:59Z", -1, 0},
		{"0001-01-01T00:00:00", -62135596800, 0}, /* how .NET writes "never" */
		{"9999-12-31T23:59:59.9999999Z", 253402300799, 999999900},
		{"2016-12-31T23:59:60Z", 1483228800, 0},
		{"2023-12-21T23:56:34.1234567891Z", 1703202994, 123456789},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		int64_t seconds = 42;
		int nanoseconds = 42;
		struct acr_error error = ACR_ERROR_INIT;
		if (acr_time_parse(cases[i].text, &seconds, &nanoseconds, &error) < 0) {
			fail_msg("%s", error.message);
		}
		assert_int_equal(seconds, cases[i].seconds);
		assert_int_equal(nanoseconds, cases[i].nanoseconds);
	}
	int64_t seconds;
	assert_int_equal(acr_time_parse("2023-12-21", &seconds, NULL, NULL), 0);
}

static void test_not_rfc_3339(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"",
		"x",
		"2023-12-21T",
		"2023-13-01",
		"2023-00-01",
		"2023-02-29",
		"1900-02-29",
		"2023-1-1",
		"2023-12-21T24:00:00Z",
		"2023-12-21T23:60:00Z",
		"2023-12-21T23:56Z",
		"2023-12-21T23:56:34.Z",
		"2023-12-21T23:56:34Zx",
		"2023-12-21T23:56:34+1",
		"2023-12-21T23:56:34+24:00",
		" 2023-12-21",
		"2023-12-32",
	};
	for (size_t i = 0; i < ACR_COUNT(wrong); i++) {
		int64_t seconds = 42;
		struct acr_error error = ACR_ERROR_INIT;
		ACR_AUTO_FREE char *message =
			acr_format("'%s' is not a date and time like 2023-12-21T23:56:34Z", wrong[i]);
		assert_int_equal(acr_time_parse(wrong[i], &seconds, NULL, &error), ACR_ERROR_FORMAT);
		assert_string_equal(error.message, message);
		assert_int_equal(seconds, 42);
		acr_error_clear(&error);
	}
}

static void test_http_dates(void **state)
{
	(void)state;
	int64_t seconds = 42;
	assert_int_equal(acr_time_parse_http("Thu, 21 Dec 2023 23:56:34 GMT", &seconds, NULL), 0);
	assert_int_equal(seconds, 1703202994);
	static const char *const wrong[] = {
		"",
		"120",
		"Thu, 21 Dec 2023 23:56:34",
		"Thu, 21 Dec 2023 23:56:34 UTC",
		"Thursday, 21-Dec-23 23:56:34 GMT",
		"Thu Dec 21 23:56:34 2023",
		"Thu, 31 Feb 2023 23:56:34 GMT",
		"Thu, 1 Dec 2023 23:56:34 GMT",
		"Thu, 21 Dez 2023 23:56:34 GMT",
	};
	for (size_t i = 0; i < ACR_COUNT(wrong); i++) {
		struct acr_error error = ACR_ERROR_INIT;
		ACR_AUTO_FREE char *message =
			acr_format("'%s' is not a date like Thu, 21 Dec 2023 23:56:34 GMT", wrong[i]);
		assert_int_equal(acr_time_parse_http(wrong[i], &seconds, &error), ACR_ERROR_FORMAT);
		assert_string_equal(error.message, message);
		acr_error_clear(&error);
	}
}

static void test_writing(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *text = acr_time_text(1703202994);
	assert_string_equal(text, "2023-12-21T23:56:34Z");
	ACR_AUTO_FREE char *http = acr_time_http_text(1703202994);
	assert_string_equal(http, "Thu, 21 Dec 2023 23:56:34 GMT");
	ACR_AUTO_FREE char *early = acr_time_text(-62135596800);
	assert_string_equal(early, "0001-01-01T00:00:00Z");
}

static bool always(void *user)
{
	(void)user;
	return true;
}

static void test_system_clock(void **state)
{
	(void)state;
	struct acr_clock clock = acr_clock_system;
	struct acr_error error = ACR_ERROR_INIT;
	int64_t start = clock.ticks(&clock);
	assert_true(clock.now(&clock) > 1700000000);
	assert_int_equal(clock.sleep(&clock, 30, &error), 0);
	assert_true(clock.ticks(&clock) - start >= 30);
	assert_int_equal(clock.sleep(&clock, 0, &error), 0);
	assert_false(acr_clock_interrupted(&clock));
	clock.interrupted = always;
	assert_true(acr_clock_interrupted(&clock));
	assert_int_equal(clock.sleep(&clock, 100000, &error), ACR_ERROR_INTERRUPTED);
	assert_string_equal(error.message, "interrupted");
	assert_true(clock.ticks(&clock) - start < 10000);
	acr_error_clear(&error);
}

static void test_fake_clock(void **state)
{
	(void)state;
	struct fake_clock fake;
	fake_clock_init(&fake);
	const struct acr_clock *clock = &fake.clock;
	assert_int_equal(clock->sleep(clock, 2500, NULL), 0);
	assert_int_equal(clock->sleep(clock, 500, NULL), 0);
	assert_int_equal(clock->now(clock), FAKE_CLOCK_START + 3);
	assert_int_equal(clock->ticks(clock), 3000);
	assert_int_equal(fake.sleeps, 2);
	assert_int_equal(fake.slept[0], 2500);
	assert_int_equal(fake_clock_slept(&fake), 3000);
	fake.interrupt_at = 3;
	assert_int_equal(clock->sleep(clock, 1, NULL), ACR_ERROR_INTERRUPTED);
	assert_true(acr_clock_interrupted(clock));
	assert_int_equal(fake_clock_slept(&fake), 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_3339), cmocka_unit_test(test_not_rfc_3339), cmocka_unit_test(test_http_dates),
		cmocka_unit_test(test_writing),  cmocka_unit_test(test_system_clock), cmocka_unit_test(test_fake_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
