/* Long operations: every way in which a service tells how they go on, and how they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/ops.h>
#include <acr/timestamp.h>
#include "client_fixture.h"

#define RESOURCE ARM "/r?api-version=1"
#define STATUS ARM "/status/1?api-version=1&t=1&s=signed%2Fpart"
#define LOCATION ARM "/result/1?api-version=1"

static struct acr_op op = {.path = "/r", .api = "1", .shape = ACR_LRO};

static int call(struct client_fixture *f, const struct acr_call_options *options)
{
	return acr_call(f->client, &op, NULL, options, &f->result, &f->error);
}

/* The first request and its answer. */
static void begin(struct client_fixture *f, const char *method, long status, const char *body)
{
	client_begin(f);
	op.method = method;
	fake_expect(f->script, method, RESOURCE);
	fake_reply(f->script, status, body);
}

static void poll(struct client_fixture *f, const char *url, long status, const char *body)
{
	fake_expect(f->script, "GET", url);
	fake_expect_header(f->script, "Authorization", "Bearer TOKEN");
	fake_expect_header(f->script, "Content-Type", NULL);
	fake_expect_auth(f->script, ACR_AUTH_ARM, NULL, NULL);
	fake_reply(f->script, status, body);
}

static void header(struct client_fixture *f, const char *name, const char *value)
{
	fake_reply_header(f->script, name, value);
}

static void test_created_with_status_address(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "PUT", 201, "{\"properties\":{\"provisioningState\":\"Creating\"}}");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 200, "{\"status\":\"Creating\"}");
	poll(&f, STATUS, 202, "{\"status\":\"InProgress\"}");
	poll(&f, STATUS, 200, "{\"status\":\"succeeded\"}");
	poll(&f, RESOURCE, 200, "{\"id\":\"/r\",\"properties\":{\"provisioningState\":\"Succeeded\"}}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, "{\"id\":\"/r\",\"properties\":{\"provisioningState\":\"Succeeded\"}}");
	/* At once, then less and less often. */
	assert_int_equal(f.clock.sleeps, 2);
	assert_int_equal(f.clock.slept[0], 1000);
	assert_int_equal(f.clock.slept[1], 2000);
	client_end(&f);
}

static void test_pauses_grow_to_a_limit(void **state)
{
	(void)state;
	static const int64_t expected[] = {1000, 2000, 4000, 4000, 4000, 4000};
	struct client_fixture f;

	begin(&f, "PATCH", 202, "");
	header(&f, "Azure-AsyncOperation", "/status/1");
	for (int i = 0; i < 6; i++)
		poll(&f, ARM "/status/1", 200, "{\"status\":\"Updating\"}");
	poll(&f, ARM "/status/1", 200, "{\"status\":\"Succeeded\"}");
	poll(&f, RESOURCE, 200, "{}");
	assert_int_equal(call(&f, NULL), 0);
	assert_int_equal(f.clock.sleeps, ACR_COUNT(expected));
	for (size_t i = 0; i < ACR_COUNT(expected); i++)
		assert_int_equal(f.clock.slept[i], expected[i]);
	client_end(&f);
}

static void test_retry_after(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *soon = acr_time_http_text(FAKE_CLOCK_START + 27);
	ACR_AUTO_FREE char *past = acr_time_http_text(FAKE_CLOCK_START - 100);
	ACR_AUTO_FREE char *far = acr_time_http_text(FAKE_CLOCK_START + 1000000);
	const struct {
		const char *value;
		int64_t pause;
	} cases[] = {
		{"7", 7000},   {"0", 100},  {"100000", 600000}, {"99999999999999999999999", 600000},
		{soon, 27000}, {past, 100}, {far, 600000},      {"soon", 0},
		{"-5", 0},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct client_fixture f;

		begin(&f, "PUT", 201, "");
		header(&f, "Azure-AsyncOperation", STATUS);
		header(&f, "Retry-After", cases[i].value);
		poll(&f, STATUS, 200, "{\"status\":\"Succeeded\"}");
		poll(&f, RESOURCE, 200, "{}");
		assert_int_equal(call(&f, NULL), 0);
		assert_int_equal(fake_clock_slept(&f.clock), cases[i].pause);
		client_end(&f);
	}
}

static void test_retry_after_of_each_answer(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	header(&f, "Retry-After", "3");
	poll(&f, STATUS, 200, "{\"status\":\"Creating\"}");
	header(&f, "Retry-After", "5");
	poll(&f, STATUS, 200, "{\"status\":\"Creating\"}");
	poll(&f, STATUS, 200, "{\"status\":\"Creating\"}");
	poll(&f, STATUS, 200, "{\"status\":\"Succeeded\"}");
	poll(&f, RESOURCE, 200, "{}");
	assert_int_equal(call(&f, NULL), 0);
	assert_int_equal(f.clock.slept[0], 3000);
	assert_int_equal(f.clock.slept[1], 5000);
	assert_int_equal(f.clock.slept[2], 1000);
	client_end(&f);
}

static void test_renewed_addresses(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 200, "{\"status\":\"Creating\"}");
	header(&f, "Azure-AsyncOperation", "https://westus.management.azure.com/status/2");
	poll(&f, "https://westus.management.azure.com/status/2", 200, "{\"status\":\"Creating\"}");
	header(&f, "azure-asyncoperation", "/status/3");
	poll(&f, "https://westus.management.azure.com/status/3", 200, "{\"status\":\"Succeeded\"}");
	/* From the region's host the way leads back to the resource. */
	poll(&f, RESOURCE, 200, "{\"a\":1}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, "{\"a\":1}");
	client_end(&f);
}

static void test_location(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "POST", 202, "{\"ignored\":true}");
	header(&f, "Location", LOCATION);
	poll(&f, LOCATION, 202, "");
	header(&f, "Location", ARM "/result/2");
	header(&f, "Retry-After", "4");
	poll(&f, ARM "/result/2", 202, "{}");
	poll(&f, ARM "/result/2", 200, "{\"value\":\"x\"}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, "{\"value\":\"x\"}");
	assert_int_equal(f.clock.slept[0], 4000);
	client_end(&f);

	/* 204: there is no result. */
	begin(&f, "POST", 202, "");
	header(&f, "Location", LOCATION);
	poll(&f, LOCATION, 204, "");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, NULL);
	client_end(&f);
}

static void test_result_of_a_post_with_status(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "POST", 202, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	header(&f, "Location", LOCATION);
	poll(&f, STATUS, 200, "{\"status\":\"Succeeded\",\"properties\":{\"not\":\"this\"}}");
	poll(&f, LOCATION, 200, "{\"this\":1}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, "{\"this\":1}");
	client_end(&f);

	begin(&f, "POST", 202, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 200, "{\"status\":\"Succeeded\",\"properties\":{\"this\":2}}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, "{\"this\":2}");
	client_end(&f);
}

static void test_provisioning_state(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "PUT", 201, "{\"properties\":{\"provisioningState\":\"Creating\"}}");
	poll(&f, RESOURCE, 200, "{\"properties\":{\"provisioningState\":\"Updating\"}}");
	poll(&f, RESOURCE, 200, "{\"properties\":{\"provisioningState\":\"Succeeded\"},\"a\":1}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, "{\"properties\":{\"provisioningState\":\"Succeeded\"},\"a\":1}");
	client_end(&f);
}

static void test_over_at_once(void **state)
{
	(void)state;
	static const struct {
		const char *method;
		long status;
		const char *body;
	} cases[] = {
		{"PUT", 200, "{\"properties\":{\"provisioningState\":\"Succeeded\"}}"},
		{"PUT", 200, "{\"tags\":{}}"},
		{"PATCH", 200, "{\"properties\":{}}"},
		{"POST", 200, "{\"runId\":\"cf1\"}"},
		{"DELETE", 200, NULL},
		{"DELETE", 204, NULL},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct client_fixture f;

		begin(&f, cases[i].method, cases[i].status, cases[i].body ? cases[i].body : "");
		assert_int_equal(call(&f, NULL), 0);
		assert_result(&f, cases[i].body);
		assert_int_equal(f.clock.sleeps, 0);
		client_end(&f);
	}
}

static void test_failing_ends(void **state)
{
	(void)state;
	static const struct {
		const char *document, *code, *message;
	} cases[] = {
		{"{\"status\":\"Failed\",\"error\":{\"code\":\"Quota\",\"message\":\"No more.\"}}", "Quota",
		 "No more."},
		{"{\"status\":\"Canceled\"}", NULL, "The operation ended with status 'Canceled'."},
		{"{\"status\":\"cancelled\",\"error\":{\"message\":\"Somebody did.\"}}", NULL, "Somebody did."},
		{"{\"status\":\"Failed\",\"error\":{\"code\":\"Odd\"}}", "Odd",
		 "The operation ended with status 'Failed'."},
		{"{\"status\":\"Failed\",\"properties\":{\"error\":{\"code\":7,\"message\":\"m\"}}}", "7", "m"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct client_fixture f;

		begin(&f, "PUT", 201, "");
		header(&f, "Azure-AsyncOperation", STATUS);
		poll(&f, STATUS, 200, cases[i].document);
		assert_int_equal(call(&f, NULL), ACR_ERROR_SERVICE);
		assert_string_equal(f.error.message, cases[i].message);
		if (cases[i].code)
			assert_string_equal(f.error.service_code, cases[i].code);
		else
			assert_null(f.error.service_code);
		assert_null(f.result);
		client_end(&f);
	}
}

static void test_failing_resource(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "PUT", 201, "{\"properties\":{\"provisioningState\":\"Creating\"}}");
	poll(&f, RESOURCE, 200,
	     "{\"properties\":{\"provisioningState\":\"Failed\",\"provisioningError\":{\"code\":\"X\",\"message\":"
	     "\"y\"}}}");
	assert_int_equal(call(&f, NULL), ACR_ERROR_SERVICE);
	assert_string_equal(f.error.service_code, "X");
	assert_string_equal(f.error.message, "y");
	client_end(&f);
}

static void test_errors_while_polling(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 409, "{\"error\":{\"code\":\"Busy\",\"message\":\"Come back.\"}}");
	assert_int_equal(call(&f, NULL), ACR_ERROR_SERVICE);
	assert_string_equal(f.error.service_code, "Busy");
	assert_int_equal(f.error.http_status, 409);
	client_end(&f);

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 404, "");
	assert_int_equal(call(&f, NULL), ACR_ERROR_NOT_FOUND);
	client_end(&f);

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 200, "{\"state\":\"Succeeded\"}");
	assert_int_equal(call(&f, NULL), ACR_ERROR_SERVICE);
	assert_string_equal(f.error.message, "The operation's status at " ARM "/status/1 has no 'status' member.");
	client_end(&f);

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	fake_expect(f.script, "GET", STATUS);
	fake_fail(f.script, ACR_ERROR_NETWORK, "lost the connection");
	assert_int_equal(call(&f, NULL), ACR_ERROR_NETWORK);
	assert_string_equal(f.error.message, "lost the connection");
	client_end(&f);
}

static void test_addresses_elsewhere_are_refused(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", "https://evil.example/status");
	assert_int_equal(call(&f, NULL), ACR_ERROR_SERVICE);
	assert_string_equal(f.error.message, "The service points to another host (https://evil.example/status); its "
					     "address is not followed.");
	client_end(&f);
}

static void test_deleting(void **state)
{
	(void)state;
	struct client_fixture f;

	begin(&f, "DELETE", 202, "{\"id\":\"/r\",\"properties\":{\"provisioningState\":\"Deleting\"}}");
	header(&f, "Location", LOCATION);
	poll(&f, LOCATION, 202, "");
	poll(&f, LOCATION, 200, "{\"what\":\"ever\"}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, NULL);
	client_end(&f);

	/* The operation may be gone with the resource. */
	begin(&f, "DELETE", 202, "");
	header(&f, "Location", LOCATION);
	poll(&f, LOCATION, 404, "{\"error\":{\"code\":\"NotFound\",\"message\":\"gone\"}}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, NULL);
	assert_int_equal(f.error.code, 0);
	client_end(&f);

	begin(&f, "DELETE", 202, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 200, "{\"status\":\"Deleting\"}");
	poll(&f, STATUS, 404, "");
	assert_int_equal(call(&f, NULL), 0);
	assert_int_equal(f.error.code, 0);
	client_end(&f);

	begin(&f, "DELETE", 202, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 200, "{\"status\":\"Succeeded\",\"properties\":{}}");
	assert_int_equal(call(&f, NULL), 0);
	assert_result(&f, NULL);
	client_end(&f);

	/* What was never there is an error. */
	begin(&f, "DELETE", 404, "");
	assert_int_equal(call(&f, NULL), ACR_ERROR_NOT_FOUND);
	client_end(&f);

	/* Not allowed to look is not gone. */
	begin(&f, "DELETE", 202, "");
	header(&f, "Location", LOCATION);
	poll(&f, LOCATION, 403, "");
	assert_int_equal(call(&f, NULL), ACR_ERROR_AUTH);
	client_end(&f);
}

static void test_no_wait(void **state)
{
	(void)state;
	struct acr_call_options options = {.no_wait = true};
	struct client_fixture f;

	begin(&f, "PUT", 201, "{\"properties\":{\"provisioningState\":\"Creating\"}}");
	header(&f, "Azure-AsyncOperation", STATUS);
	assert_int_equal(call(&f, &options), 0);
	assert_result(&f, "{\"properties\":{\"provisioningState\":\"Creating\"}}");
	client_end(&f);
}

static void test_interruption(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *pending = NULL;
	struct acr_call_options options = {.pending = &pending};
	struct client_fixture f;

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", STATUS "&sig=s3cret");
	poll(&f, STATUS "&sig=s3cret", 200, "{\"status\":\"Creating\"}");
	f.clock.interrupt_at = 1;
	assert_int_equal(call(&f, &options), ACR_ERROR_INTERRUPTED);
	assert_string_equal(f.error.message, "Interrupted: the operation goes on in the service. Ask for its state at " STATUS
					     "&sig=***");
	assert_string_equal(pending, STATUS "&sig=***");
	client_end(&f);
}

static void note_progress(void *user, const char *state, int64_t elapsed_ms)
{
	acr_buf_printf(user, "%s %d; ", state, (int)elapsed_ms);
}

static void test_progress(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) seen = ACR_BUF_INIT;
	struct acr_call_options options = {.progress = note_progress, .user = &seen};
	struct client_fixture f;

	begin(&f, "PUT", 201, "");
	header(&f, "Azure-AsyncOperation", STATUS);
	poll(&f, STATUS, 200, "{\"status\":\"Creating\"}");
	poll(&f, STATUS, 200, "{\"status\":\"Updating\"}");
	poll(&f, STATUS, 200, "{\"status\":\"Succeeded\"}");
	poll(&f, RESOURCE, 200, "{}");
	assert_int_equal(call(&f, &options), 0);
	assert_string_equal(acr_buf_str(&seen), "Running 0; Creating 0; Updating 1000; Updating 2000; ");
	client_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_created_with_status_address),
		cmocka_unit_test(test_pauses_grow_to_a_limit),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_retry_after_of_each_answer),
		cmocka_unit_test(test_renewed_addresses),
		cmocka_unit_test(test_location),
		cmocka_unit_test(test_result_of_a_post_with_status),
		cmocka_unit_test(test_provisioning_state),
		cmocka_unit_test(test_over_at_once),
		cmocka_unit_test(test_failing_ends),
		cmocka_unit_test(test_failing_resource),
		cmocka_unit_test(test_errors_while_polling),
		cmocka_unit_test(test_addresses_elsewhere_are_refused),
		cmocka_unit_test(test_deleting),
		cmocka_unit_test(test_no_wait),
		cmocka_unit_test(test_interruption),
		cmocka_unit_test(test_progress),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
