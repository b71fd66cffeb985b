/* acr_check_status(), and the challenges of WWW-Authenticate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/transport.h>
#include "http/challenge.h"

struct answer {
	long status;
	enum acr_auth auth;
	const char *type, *body;
};

static int check(const struct answer *answer, const char *what, struct acr_error *error)
{
	struct acr_exchange exchange = {0};
	exchange.request.url = acr_strdup("https://reg.azurecr.io/v2/?sig=s3cret");
	exchange.request.auth = answer->auth;
	exchange.response.status = answer->status;
	if (answer->type) {
		acr_headers_add(&exchange.response.headers, "Content-Type", answer->type);
	}
	if (answer->body) {
		acr_buf_puts(&exchange.response.body, answer->body);
	}
	int code = acr_check_status(&exchange, what, error);
	acr_exchange_clear(&exchange);
	return code;
}

static void test_below_400_is_no_error(void **state)
{
	(void)state;
	static const long statuses[] = {200, 202, 204, 302, 399};
	for (size_t i = 0; i < ACR_COUNT(statuses); i++) {
		struct acr_error error = ACR_ERROR_INIT;
		struct answer answer = {statuses[i], ACR_AUTH_ARM, NULL, "{\"error\":{\"code\":\"X\"}}"};
		assert_int_equal(check(&answer, "x", &error), 0);
		assert_null(error.message);
	}
}

static void test_each_form_of_error_body(void **state)
{
	(void)state;
	static const struct {
		const char *type, *body, *code, *message;
	} cases[] = {
		{"application/json",
		 "{\"error\":{\"code\":\"ResourceNotFound\",\"message\":\"The Resource 'x' was not found.\"}}",
		 "ResourceNotFound", "The Resource 'x' was not found."},
		{"application/json", "\xef\xbb\xbf{\"error\":{\"code\":\"C\",\"message\":\"M\"}}", "C", "M"},
		{"application/json",
		 "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\",\"detail\":[]}]}",
		 "UNAUTHORIZED", "authentication required"},
		{NULL, "{\"errors\":[{\"code\":\"A\",\"message\":\"one\"},{\"code\":\"B\",\"message\":\"two\"}]}", "A",
		 "one; two"},
		{"application/json",
		 "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid secret.\\r\\nTrace ID: "
		 "1\"}",
		 "invalid_client", "AADSTS7000215: Invalid secret. Trace ID: 1"},
		{"application/json", "{\"code\":\"Conflict\",\"message\":\"In use.\"}", "Conflict", "In use."},
		{"application/json", "{\"Code\":\"Conflict\",\"Message\":\"In use.\"}", "Conflict", "In use."},
		{"application/xml",
		 "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthenticationFailed</Code>"
		 "<Message>Not &lt;you&gt; &amp; me.\nRequestId:1\nTime:2</Message></Error>",
		 "AuthenticationFailed", "Not <you> & me."},
		{"text/plain; charset=utf-8", "no such thing\n", NULL, "no such thing"},
		{"application/json", "{\"error\":{\"code\":\"OnlyCode\"}}", "OnlyCode",
		 "reg.azurecr.io answered with HTTP status 400 (Bad Request)"},
		{"text/html", "<html><h1>502</h1></html>", NULL,
		 "reg.azurecr.io answered with HTTP status 400 (Bad Request)"},
		{"application/json", "{broken", NULL, "reg.azurecr.io answered with HTTP status 400 (Bad Request)"},
		{"application/json", "[1,2]", NULL, "reg.azurecr.io answered with HTTP status 400 (Bad Request)"},
		{"application/json", "{\"errors\":[]}", NULL,
		 "reg.azurecr.io answered with HTTP status 400 (Bad Request)"},
		{NULL, NULL, NULL, "reg.azurecr.io answered with HTTP status 400 (Bad Request)"},
		/* nothing that a terminal would obey gets through */
		{"application/json",
		 "{\"code\":\"C\\u001b[1m\",\"message\":\" a \\u001b]0;t\\u0007\\n\\tb\\u009b1m \"}", "C[1m",
		 "a ]0;t b1m"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct acr_error error = ACR_ERROR_INIT;
		struct answer answer = {400, ACR_AUTH_NONE, cases[i].type, cases[i].body};
		assert_int_equal(check(&answer, NULL, &error), ACR_ERROR_SERVICE);
		assert_string_equal(error.message, cases[i].message);
		assert_string_equal(error.service_code ? error.service_code : "(none)",
				    cases[i].code ? cases[i].code : "(none)");
		assert_int_equal(error.http_status, 400);
		acr_error_clear(&error);
	}
}

static void test_status_gives_the_code(void **state)
{
	(void)state;
	static const struct {
		long status;
		enum acr_auth auth;
		int code;
	} cases[] = {
		{404, ACR_AUTH_ARM, ACR_ERROR_NOT_FOUND},    {404, ACR_AUTH_REGISTRY, ACR_ERROR_SERVICE},
		{404, ACR_AUTH_NONE, ACR_ERROR_SERVICE},     {401, ACR_AUTH_ARM, ACR_ERROR_AUTH},
		{401, ACR_AUTH_REGISTRY, ACR_ERROR_AUTH},    {403, ACR_AUTH_NONE, ACR_ERROR_AUTH},
		{400, ACR_AUTH_ARM, ACR_ERROR_SERVICE},      {409, ACR_AUTH_ARM, ACR_ERROR_SERVICE},
		{429, ACR_AUTH_REGISTRY, ACR_ERROR_SERVICE}, {500, ACR_AUTH_ARM, ACR_ERROR_SERVICE},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct acr_error error = ACR_ERROR_INIT;
		struct answer answer = {cases[i].status, cases[i].auth, NULL, NULL};
		assert_int_equal(check(&answer, NULL, &error), cases[i].code);
		assert_int_equal(error.code, cases[i].code);
		acr_error_clear(&error);
	}
}

static void test_what_stands_in_front(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	struct answer answer = {503, ACR_AUTH_ARM, NULL, NULL}, strange = {499, ACR_AUTH_ARM, NULL, NULL};
	assert_int_equal(check(&answer, "cannot show registry 'x'", &error), ACR_ERROR_SERVICE);
	assert_string_equal(error.message, "cannot show registry 'x': reg.azurecr.io answered with HTTP status 503 "
					   "(Service Unavailable; try again later)");
	assert_int_equal(check(&strange, "x", &error), ACR_ERROR_SERVICE);
	assert_string_equal(error.message, "x: reg.azurecr.io answered with HTTP status 499");
	assert_int_equal(check(&strange, "x", NULL), ACR_ERROR_SERVICE);
	acr_error_clear(&error);
}

static void test_ids_and_codes_from_header_fields(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_exchange exchange = {.response.status = 404};
	acr_headers_add(&exchange.response.headers, "x-ms-request-id", "request-1");
	acr_headers_add(&exchange.response.headers, "x-ms-error-code", "BlobNotFound");
	assert_int_equal(acr_check_status(&exchange, NULL, &error), ACR_ERROR_SERVICE);
	assert_string_equal(error.request_id, "request-1");
	assert_string_equal(error.service_code, "BlobNotFound");
	assert_string_equal(error.message, "the service answered with HTTP status 404 (Not Found)");
	acr_headers_add(&exchange.response.headers, "X-Ms-Correlation-Request-Id", "correlation-1");
	assert_int_equal(acr_check_status(&exchange, NULL, &error), ACR_ERROR_SERVICE);
	assert_string_equal(error.request_id, "correlation-1");
	acr_error_clear(&error);
	acr_exchange_clear(&exchange);
}

static void test_long_messages_are_cut_between_characters(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) body = ACR_BUF_INIT;
	acr_buf_puts(&body, "{\"code\":\"C\",\"message\":\"x");
	for (int i = 0; i < 4000; i++) {
		acr_buf_puts(&body, "\xc3\xa4");
	}
	acr_buf_puts(&body, "\"}");
	struct acr_error error = ACR_ERROR_INIT;
	struct answer answer = {400, ACR_AUTH_ARM, NULL, acr_buf_str(&body)};
	assert_int_equal(check(&answer, NULL, &error), ACR_ERROR_SERVICE);
	assert_true(strlen(error.message) <= 4096);
	assert_true(strlen(error.message) > 4090);
	assert_int_equal(error.message[0], 'x');
	assert_int_equal(strlen(error.message) % 2, 1); /* one "x" and whole two-byte characters */
	acr_error_clear(&error);
}

static bool find(const char *field, const char *scheme, struct acr_challenge *ret)
{
	struct acr_headers headers = {0};
	acr_headers_add(&headers, "Content-Type", "Bearer realm=\"no\"");
	acr_headers_add(&headers, "www-authenticate", field);
	bool found = acr_challenge_find(&headers, scheme, ret);
	acr_headers_clear(&headers);
	return found;
}

static const char *or_none(const char *text)
{
	return text ? text : "(none)";
}

static void test_challenges(void **state)
{
	(void)state;
	static const struct {
		const char *field, *scheme, *realm, *service, *scope, *error, *claims;
	} cases[] = {
		{"Bearer realm=\"https://r.azurecr.io/oauth2/token\",service=\"r.azurecr.io\"", "Bearer",
		 "https://r.azurecr.io/oauth2/token", "r.azurecr.io", NULL, NULL, NULL},
		{"Bearer realm=\"R\",service=\"S\",scope=\"repository:a:pull,push\",error=\"invalid_token\"", "bearer",
		 "R", "S", "repository:a:pull,push", "invalid_token", NULL},
		{"Basic realm=\"R, \\\"quoted\\\"\"", "Basic", "R, \"quoted\"", NULL, NULL, NULL, NULL},
		{"Basic realm=one, Bearer realm = \"two\" , service=three", "Bearer", "two", "three", NULL, NULL, NULL},
		{"Negotiate, NTLM abc==, Bearer realm=\"two\"", "Bearer", "two", NULL, NULL, NULL, NULL},
		{"Bearer authorization_uri=\"https://login/x\", error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"",
		 "Bearer", NULL, NULL, NULL, "insufficient_claims", "eyJhIjoxfQ=="},
		{"bearer REALM=x", "Bearer", "x", NULL, NULL, NULL, NULL},
		{"Bearer", "Bearer", NULL, NULL, NULL, NULL, NULL},
		{"Bearer realm=\"one\", realm=\"two\"", "Bearer", "one", NULL, NULL, NULL, NULL},
		{"Bearer realm=\"never ends", "Bearer", "never ends", NULL, NULL, NULL, NULL},
		{",, Bearer  realm=a", "Bearer", "a", NULL, NULL, NULL, NULL},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_challenge) got = {0};
		assert_true(find(cases[i].field, cases[i].scheme, &got));
		assert_string_equal(or_none(got.realm), or_none(cases[i].realm));
		assert_string_equal(or_none(got.service), or_none(cases[i].service));
		assert_string_equal(or_none(got.scope), or_none(cases[i].scope));
		assert_string_equal(or_none(got.error), or_none(cases[i].error));
		assert_string_equal(or_none(got.claims), or_none(cases[i].claims));
	}
}

static void test_no_challenge(void **state)
{
	(void)state;
	static const char *const fields[] = {
		"",  "Basic realm=\"Bearer\"",      "BearerX realm=a", "\"Bearer\" realm=a",
		"=", "Basic realm=a Bearer realm=b"};
	for (size_t i = 0; i < ACR_COUNT(fields); i++) {
		struct acr_challenge got = {0};
		bool found = find(fields[i], "Bearer", &got);
		/* the last one lacks its comma; what is made of it does not matter as long as it ends */
		assert_true(i == ACR_COUNT(fields) - 1 || !found);
		acr_challenge_clear(&got);
	}
}

static void test_several_fields(void **state)
{
	(void)state;
	struct acr_headers headers = {0};
	ACR_AUTO(acr_challenge) got = {0};
	acr_headers_add(&headers, "WWW-Authenticate", "Basic realm=\"one\"");
	acr_headers_add(&headers, "WWW-Authenticate", "Bearer realm=\"two\"");
	assert_true(acr_challenge_find(&headers, "Bearer", &got));
	assert_string_equal(got.realm, "two");
	acr_headers_clear(&headers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_below_400_is_no_error),
		cmocka_unit_test(test_each_form_of_error_body),
		cmocka_unit_test(test_status_gives_the_code),
		cmocka_unit_test(test_what_stands_in_front),
		cmocka_unit_test(test_ids_and_codes_from_header_fields),
		cmocka_unit_test(test_long_messages_are_cut_between_characters),
		cmocka_unit_test(test_challenges),
		cmocka_unit_test(test_no_challenge),
		cmocka_unit_test(test_several_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
