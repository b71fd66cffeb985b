/* acr_trace_new(): everything is shown but secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fake_transport.h"

static void add_line(void *user, const char *line)
{
	assert_null(strchr(line, '\n'));
	acr_buf_puts(user, line);
	acr_buf_putc(user, '\n');
}

/* Trace one exchange that the script answers; the lines. */
static void trace(struct fake_script *script, struct acr_exchange *exchange, struct acr_buf *lines)
{
	struct acr_transport *transport = acr_trace_new(fake_transport_new(script), add_line, lines);
	int code = acr_send(transport, exchange, NULL);
	acr_transport_free(transport);
	assert_int_equal(code, exchange->result);
	acr_exchange_clear(exchange);
	fake_script_done(script);
}

static struct acr_exchange exchange_for(const char *method, const char *url)
{
	return (struct acr_exchange){.request = {.method = method, .url = acr_strdup(url)}};
}

static void set_body(struct acr_exchange *exchange, const char *type, const char *body)
{
	acr_headers_add(&exchange->request.headers, "Content-Type", type);
	exchange->request.body = body;
	exchange->request.body_length = strlen(body);
}

static void test_request_and_answer_are_shown(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) lines = ACR_BUF_INIT;
	struct fake_script *script = fake_script_new();
	struct acr_exchange exchange = exchange_for("PUT", "https://h/x?api-version=1");
	set_body(&exchange, "application/json", "{\"a\": [1]}");
	fake_expect(script, "PUT", "*");
	fake_reply(script, 201, "{\"name\": \"x\"}");
	fake_reply_header(script, "Content-Type", "application/json; charset=utf-8");
	fake_reply_header(script, "X-Id", "7");
	trace(script, &exchange, &lines);
	assert_string_equal(acr_buf_str(&lines), "> PUT https://h/x?api-version=1\n"
						 "> Content-Type: application/json\n"
						 "> {\"a\":[1]}\n"
						 "< PUT https://h/x?api-version=1: 201\n"
						 "< Content-Type: application/json; charset=utf-8\n"
						 "< X-Id: 7\n"
						 "< {\"name\":\"x\"}\n");
}

static void test_failures_are_shown(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) lines = ACR_BUF_INIT;
	struct fake_script *script = fake_script_new();
	struct acr_exchange exchange = exchange_for("GET", "https://h/b?sv=1&sig=s3cret");
	fake_expect(script, "GET", "*");
	fake_fail(script, ACR_ERROR_NETWORK, "lost the connection to h:443");
	trace(script, &exchange, &lines);
	assert_string_equal(acr_buf_str(&lines), "> GET https://h/b?sv=1&sig=***\n"
						 "< GET https://h/b?sv=1&sig=***: lost the connection to h:443\n");
}

static void test_header_fields_are_blanked(void **state)
{
	(void)state;
	static const char *const cases[][3] = {
		{"Authorization", "Bearer s3cret", "Bearer ***"},
		{"authorization", "Basic czNjcmV0", "Basic ***"},
		{"Authorization", "s3cret", "***"},
		{"Proxy-Authorization", "Basic czNjcmV0", "Basic ***"},
		{"Cookie", "session=s3cret", "***"},
		{"X-IDENTITY-HEADER", "s3cret", "***"},
		{"X-Api-Key", "s3cret", "***"},
		{"x-vault-token", "s3cret", "***"},
		{"Token", "s3cret", "***"},
		{"x-ms-policy-external-evaluations", "PoP s3cret", "***"},
		{"Location", "https://b/x?se=2&sig=s3cret&sp=r", "https://b/x?se=2&sig=***&sp=r"},
		{"x-ms-copy-source", "https://b/x?SIG=s3cret", "https://b/x?SIG=***"},
		{"Link", "<https://b/x?token=s3cret>; rel=\"next\"", "<https://b/x?token=***>; rel=\"next\""},
		{"X-Design", "sig=1&design=2", "sig=1&design=2"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_buf) lines = ACR_BUF_INIT;
		ACR_AUTO_FREE char *expected =
			acr_format("> GET https://h/\n> %s: %s\n< GET https://h/: 200\n< %s: %s\n", cases[i][0],
				   cases[i][2], cases[i][0], cases[i][2]);
		struct fake_script *script = fake_script_new();
		struct acr_exchange exchange = exchange_for("GET", "https://h/");
		acr_headers_add(&exchange.request.headers, cases[i][0], cases[i][1]);
		fake_expect(script, "GET", "*");
		fake_reply_header(script, cases[i][0], cases[i][1]);
		trace(script, &exchange, &lines);
		assert_string_equal(acr_buf_str(&lines), expected);
	}
}

static void assert_shown(const char *type, const char *body, const char *expected)
{
	ACR_AUTO(acr_buf) lines = ACR_BUF_INIT;
	ACR_AUTO_FREE char *all =
		acr_format("> POST https://h/\n> Content-Type: %s\n> %s\n< POST https://h/: 200\n", type, expected);
	struct fake_script *script = fake_script_new();
	struct acr_exchange exchange = exchange_for("POST", "https://h/");
	set_body(&exchange, type, body);
	fake_expect(script, "POST", "*");
	trace(script, &exchange, &lines);
	assert_string_equal(acr_buf_str(&lines), all);
}

static void test_forms_are_blanked(void **state)
{
	(void)state;
	static const char type[] = "application/x-www-form-urlencoded";
	assert_shown(type,
		     "grant_type=client_credentials&client_id=c&client_secret=s3cret&client_assertion=s3cret&scope=a",
		     "grant_type=client_credentials&client_id=c&client_secret=***&client_assertion=***&scope=a");
	assert_shown(type,
		     "refresh_token=s3cret&access_token=s3cret&password=s3cret&username=u&assertion=s3cret&code=s3cret",
		     "refresh_token=***&access_token=***&password=***&username=u&assertion=***&code=***");
	assert_shown(type, "password", "password");
}

static void test_json_is_blanked(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"{\"access_token\":\"s3cret\",\"token_type\":\"Bearer\",\"expires_in\":3599}",
		 "{\"access_token\":\"***\",\"token_type\":\"Bearer\",\"expires_in\":3599}"},
		{"{\"refresh_token\":\"s\",\"id_token\":\"s\",\"client_secret\":\"s\",\"accessToken\":\"s\"}",
		 "{\"refresh_token\":\"***\",\"id_token\":\"***\",\"client_secret\":\"***\",\"accessToken\":\"***\"}"},
		{"{\"username\":\"u\",\"passwords\":[{\"name\":\"password\",\"value\":\"s3cret\"}]}",
		 "{\"username\":\"u\",\"passwords\":[{\"name\":\"***\",\"value\":\"***\"}]}"},
		{"{\"password\":{\"type\":\"Opaque\",\"value\":\"s3cret\"},\"userName\":{\"value\":\"u\"}}",
		 "{\"password\":{\"type\":\"***\",\"value\":\"***\"},\"userName\":{\"value\":\"u\"}}"},
		{"{\"arguments\":[{\"name\":\"a\",\"value\":\"s3cret\",\"isSecret\":true},{\"name\":\"b\",\"value\":"
		 "\"v\","
		 "\"isSecret\":false}]}",
		 "{\"arguments\":[{\"name\":\"a\",\"value\":\"***\",\"isSecret\":true},{\"name\":\"b\",\"value\":\"v\","
		 "\"isSecret\":false}]}"},
		{"{\"properties\":{\"customHeaders\":{\"X\":\"s3cret\"},\"serviceUri\":\"https://s/?code=s3cret\"}}",
		 "{\"properties\":{\"customHeaders\":{\"X\":\"***\"},\"serviceUri\":\"https://s/?code=***\"}}"},
		{"{\"uploadUrl\":\"https://b/x?sv=1&sig=s3cret\",\"list\":[\"https://b/?sig=s3cret\",\"plain\"]}",
		 "{\"uploadUrl\":\"https://b/x?sv=1&sig=***\",\"list\":[\"https://b/?sig=***\",\"plain\"]}"},
		{"{\"error\":{\"code\":\"NotFound\",\"message\":\"m\"},\"token\":null}",
		 "{\"error\":{\"code\":\"NotFound\",\"message\":\"m\"},\"token\":null}"},
		{"[{\"password\":12345}]", "[{\"password\":\"***\"}]"},
		{"{\"request\":{\"headers\":{\"Authorization\":\"Bearer s3cret\",\"Accept\":\"*\"}}}",
		 "{\"request\":{\"headers\":{\"Authorization\":\"***\",\"Accept\":\"*\"}}}"},
		{"{\"userName\":{\"value\":\"s3cret\",\"type\":\"Opaque\"},\"other\":{\"value\":\"v\",\"type\":"
		 "\"Vaultsecret\"}}",
		 "{\"userName\":{\"value\":\"***\",\"type\":\"Opaque\"},\"other\":{\"value\":\"v\",\"type\":"
		 "\"Vaultsecret\"}}"},
		{"{\"primaryKey\":\"s\",\"ADMINPASSWORD\":\"s\",\"secureValue\":\"s\",\"connectionString\":\"s\","
		 "\"key\":\"v\"}",
		 "{\"primaryKey\":\"***\",\"ADMINPASSWORD\":\"***\",\"secureValue\":\"***\",\"connectionString\":\"***"
		 "\",\"key\":"
		 "\"v\"}"},
		{"{\"keyIdentifier\":\"https://v/keys/k\",\"isSecret\":false,\"passwordName\":\"p\",\"tokenId\":\"t\"}",
		 "{\"keyIdentifier\":\"https://v/keys/"
		 "k\",\"isSecret\":false,\"passwordName\":\"p\",\"tokenId\":\"t\"}"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		assert_shown("application/json", cases[i][0], cases[i][1]);
		assert_shown("application/vnd.docker.distribution.manifest.v2+json", cases[i][0], cases[i][1]);
	}
}

static void test_broken_json_and_binary_are_counted_only(void **state)
{
	(void)state;
	assert_shown("application/json", "{\"password\":\"s3cret\"", "(20 bytes)");
	assert_shown("application/octet-stream", "password=s3cret", "(15 bytes)");
}

static void test_text_is_shown_line_by_line_without_control_characters(void **state)
{
	(void)state;
	assert_shown("text/plain", "one\r\ntwo \x1b[31m\n", "one\n> two ?[31m");
	assert_shown("application/xml", "<BlockList/>", "<BlockList/>");
}

static void test_long_bodies_are_cut(void **state)
{
	(void)state;
	char body[10001];
	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	ACR_AUTO_FREE char *expected = acr_format("%.8192s… (%d more bytes)", body, 10000 - 8192);
	assert_shown("text/plain", body, expected);
}

static void test_answers_of_a_batch_say_what_they_answer(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) lines = ACR_BUF_INIT;
	struct fake_script *script = fake_script_new();
	struct acr_transport *transport = acr_trace_new(fake_transport_new(script), add_line, &lines);
	struct acr_exchange one = exchange_for("GET", "https://h/1"), two = exchange_for("GET", "https://h/2");
	struct acr_exchange *both[] = {&one, &two};
	fake_expect(script, "GET", "https://h/1");
	fake_expect(script, "GET", "https://h/2");
	fake_reply(script, 404, NULL);
	transport->send(transport, both, 2);
	assert_string_equal(acr_buf_str(&lines), "> GET https://h/1\n> GET https://h/2\n"
						 "< GET https://h/1: 200\n< GET https://h/2: 404\n");
	acr_exchange_clear(&one);
	acr_exchange_clear(&two);
	acr_transport_free(transport);
	fake_script_done(script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_and_answer_are_shown),
		cmocka_unit_test(test_failures_are_shown),
		cmocka_unit_test(test_header_fields_are_blanked),
		cmocka_unit_test(test_forms_are_blanked),
		cmocka_unit_test(test_json_is_blanked),
		cmocka_unit_test(test_broken_json_and_binary_are_counted_only),
		cmocka_unit_test(test_text_is_shown_line_by_line_without_control_characters),
		cmocka_unit_test(test_long_bodies_are_cut),
		cmocka_unit_test(test_answers_of_a_batch_say_what_they_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
