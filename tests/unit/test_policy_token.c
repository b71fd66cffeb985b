/* policy_token_new(): which requests get a token, and what becomes of those that get none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/mem.h>
#include "fake_transport.h"
#include "http/policy_token.h"

#define RM "https://management.test"
#define ACQUIRE(subscription)                                                                                          \
	RM "/subscriptions/" subscription "/providers/Microsoft.Authorization/"                                        \
					  "acquirePolicyToken?api-version=2025-11-01"
#define TOKEN "x-ms-policy-external-evaluations"

struct fixture {
	struct fake_script *script;
	struct acr_transport *transport;
	struct acr_exchange exchanges[3];
	struct acr_exchange *list[3];
};

static void begin(struct fixture *f, const char *subscription, const char *reference)
{
	*f = (struct fixture){.script = fake_script_new()};
	f->transport = policy_token_new(fake_transport_new(f->script), RM, subscription, reference);
}

static void add(struct fixture *f, size_t at, const char *method, const char *url, enum acr_auth auth)
{
	f->exchanges[at].request = (struct acr_request){.method = method, .url = acr_strdup(url), .auth = auth};
	f->list[at] = &f->exchanges[at];
}

static void finish(struct fixture *f)
{
	acr_transport_free(f->transport);
	for (size_t i = 0; i < ACR_COUNT(f->exchanges); i++)
		acr_exchange_clear(&f->exchanges[i]);
	fake_script_done(f->script);
}

static void test_what_needs_no_token(void **state)
{
	static const struct {
		const char *method, *url;
		enum acr_auth auth;
	} cases[] = {
		{"GET", RM "/subscriptions/s/x", ACR_AUTH_ARM},
		{"HEAD", RM "/subscriptions/s/x", ACR_AUTH_ARM},
		{"PUT", "https://graph.test/subscriptions/s/x", ACR_AUTH_ARM},
		{"DELETE", "https://reg.test/acr/v1/x", ACR_AUTH_REGISTRY},
		{"PUT", RM "/upload?sig=x", ACR_AUTH_NONE},
	};

	(void)state;
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct fixture f;

		begin(&f, "s", "c");
		add(&f, 0, cases[i].method, cases[i].url, cases[i].auth);
		fake_expect(f.script, cases[i].method, cases[i].url);
		fake_expect_header(f.script, TOKEN, NULL);
		f.transport->send(f.transport, f.list, 1);
		assert_int_equal(f.exchanges[0].result, 0);
		finish(&f);
	}
}

/* A batch: reads pass, each write gets the token that is for it, and one without is not sent. */
static void test_batches(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, NULL, NULL);
	add(&f, 0, "DELETE", RM "/subscriptions/a/x", ACR_AUTH_ARM);
	add(&f, 1, "GET", RM "/subscriptions/a/y", ACR_AUTH_ARM);
	add(&f, 2, "POST", RM "/subscriptions/b/z", ACR_AUTH_ARM);
	acr_headers_set(&f.exchanges[2].request.headers, "x-ms-client-request-id", "id");
	f.exchanges[2].request.body = "{\"n\":1}";
	f.exchanges[2].request.body_length = strlen("{\"n\":1}");
	fake_expect(f.script, "POST", ACQUIRE("a"));
	fake_expect_auth(f.script, ACR_AUTH_ARM, NULL, NULL);
	fake_expect_header(f.script, "x-ms-force-sync", "true");
	fake_expect_body(f.script, "{\"operation\":{\"uri\":\"" RM "/subscriptions/a/x\",\"httpMethod\":\"DELETE\"}}");
	fake_reply(f.script, 200, "{\"result\":\"Failed\",\"message\":\"not today\"}");
	fake_expect(f.script, "POST", ACQUIRE("b"));
	fake_expect_header(f.script, "x-ms-client-request-id", "id");
	fake_expect_body(f.script, "{\"operation\":{\"uri\":\"" RM "/subscriptions/b/z\",\"httpMethod\":\"POST\","
				   "\"content\":{\"n\":1}}}");
	fake_reply(f.script, 200, "{\"result\":\"Succeeded\",\"token\":\"t\"}");
	fake_expect(f.script, "GET", RM "/subscriptions/a/y");
	fake_expect(f.script, "POST", RM "/subscriptions/b/z");
	fake_expect_header(f.script, TOKEN, "t");
	f.transport->send(f.transport, f.list, 3);
	assert_int_equal(f.exchanges[0].result, ACR_ERROR_AUTH);
	assert_string_equal(f.exchanges[0].error.message,
			    "No policy token for DELETE " RM "/subscriptions/a/x: not today");
	assert_int_equal(f.exchanges[1].result, 0);
	assert_int_equal(f.exchanges[2].result, 0);
	finish(&f);
}

static void test_subscription_in_use(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "mine", "/changes/c");
	add(&f, 0, "PUT", RM "/providers/x", ACR_AUTH_ARM);
	fake_expect(f.script, "POST", ACQUIRE("mine"));
	fake_expect_body(f.script, "{\"operation\":{\"uri\":\"" RM "/providers/x\",\"httpMethod\":\"PUT\"},"
				   "\"changeReference\":\"/changes/c\"}");
	fake_reply(f.script, 200, "{\"token\":\"t\"}");
	fake_expect(f.script, "PUT", RM "/providers/x");
	fake_expect_header(f.script, TOKEN, "t");
	f.transport->send(f.transport, f.list, 1);
	assert_int_equal(f.exchanges[0].result, 0);
	finish(&f);

	begin(&f, NULL, NULL);
	add(&f, 0, "PUT", RM "/providers/x", ACR_AUTH_ARM);
	f.transport->send(f.transport, f.list, 1);
	assert_int_equal(f.exchanges[0].result, ACR_ERROR_GENERAL);
	assert_non_null(strstr(f.exchanges[0].error.message, "--subscription"));
	finish(&f);
}

static void test_answers_without_a_token(void **state)
{
	static const struct {
		long status;
		const char *body;
		int result;
	} cases[] = {
		{200, "{}", ACR_ERROR_AUTH},
		{200, "{\"token\":\"\"}", ACR_ERROR_AUTH},
		{200, "{\"token\":1}", ACR_ERROR_AUTH},
		{200, "no json", ACR_ERROR_FORMAT},
		{404, "", ACR_ERROR_NOT_FOUND},
		{403, "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"no\"}}", ACR_ERROR_AUTH},
	};

	(void)state;
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct fixture f;

		begin(&f, NULL, NULL);
		add(&f, 0, "PUT", RM "/subscriptions/s/x?y=z", ACR_AUTH_ARM);
		fake_expect(f.script, "POST", ACQUIRE("s"));
		fake_reply(f.script, cases[i].status, cases[i].body);
		f.transport->send(f.transport, f.list, 1);
		assert_int_equal(f.exchanges[0].result, cases[i].result);
		assert_memory_equal(f.exchanges[0].error.message, "No policy token for PUT " RM "/subscriptions/s/x: ",
				    strlen("No policy token for PUT " RM "/subscriptions/s/x: "));
		finish(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_needs_no_token),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_subscription_in_use),
		cmocka_unit_test(test_answers_without_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
