/* acr/uri.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/uri.h>

static void test_parsing(void **state)
{
	(void)state;
	static const struct {
		const char *url, *scheme, *host;
		int port;
		const char *path, *query;
	} cases[] = {
		{"https://Host.Example/a/b?x=1#f", "https", "host.example", 0, "/a/b", "x=1"},
		{"HTTPS://h:8443", "https", "h", 8443, "", NULL},
		{"http://[::1]:80/", "http", "::1", 80, "/", NULL},
		{"https://h?q", "https", "h", 0, "", "q"},
		{"https://h:/", "https", "h", 0, "/", NULL},
		{"https://h/#?no", "https", "h", 0, "/", NULL},
		{"https://h:65535/?", "https", "h", 65535, "/", ""},
		{"https://127.0.0.1:5000/x%20y", "https", "127.0.0.1", 5000, "/x%20y", NULL},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_uri) uri = {0};
		assert_int_equal(acr_uri_parse(cases[i].url, &uri, NULL), 0);
		assert_string_equal(uri.scheme, cases[i].scheme);
		assert_string_equal(uri.host, cases[i].host);
		assert_int_equal(uri.port, cases[i].port);
		assert_string_equal(uri.path, cases[i].path);
		assert_string_equal(uri.query ? uri.query : "(none)", cases[i].query ? cases[i].query : "(none)");
	}
}

static void test_refusing(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{"", "'' is not a URL: it does not begin like https://"},
		{"/path", "'/path' is not a URL: it does not begin like https://"},
		{"host:80/x", "'host:80/x' is not a URL: it does not begin like https://"},
		{"https:/h", "'https:/h' is not a URL: it does not begin like https://"},
		{"https://h/a b", "'https://h/a b' is not a URL: it contains a blank or control character"},
		{"https://h/\n", "'https://h/\n' is not a URL: it contains a blank or control character"},
		{"https://", "'https://' is not a URL: no valid host and port in it"},
		{"https://:80", "'https://:80' is not a URL: no valid host and port in it"},
		{"https://h:65536", "'https://h:65536' is not a URL: no valid host and port in it"},
		{"https://h:1x", "'https://h:1x' is not a URL: no valid host and port in it"},
		{"https://user@h/", "'https://user@h/' is not a URL: no valid host and port in it"},
		{"https://good\\@evil/", "'https://good\\@evil/' is not a URL: no valid host and port in it"},
		{"https://[::1", "'https://[::1' is not a URL: no valid host and port in it"},
		{"https://[::1]x", "'https://[::1]x' is not a URL: no valid host and port in it"},
		/* signatures stay out of messages */
		{"https://h:x?sig=s3cret", "'https://h:x' is not a URL: no valid host and port in it"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct acr_uri uri = {0};
		struct acr_error error = ACR_ERROR_INIT;
		int code = acr_uri_parse(cases[i][0], &uri, &error);
		assert_int_equal(code, ACR_ERROR_FORMAT);
		assert_string_equal(error.message, cases[i][1]);
		assert_null(uri.host);
		acr_error_clear(&error);
	}
}

static void test_loopback(void **state)
{
	(void)state;
	static const char *const yes[] = {"localhost",   "LOCALHOST", "a.b.localhost",  "127.0.0.1",
					  "127.255.0.9", "::1",       "0:0:0:0:0:0:0:1"};
	static const char *const no[] = {"",
					 ".localhost",
					 "localhost.example.com",
					 "xlocalhost",
					 "128.0.0.1",
					 "::2",
					 "127.0.0.1.example.com",
					 "127.1",
					 "0.0.0.0",
					 "169.254.169.254"};
	for (size_t i = 0; i < ACR_COUNT(yes); i++) {
		assert_true(acr_uri_is_loopback(yes[i]));
	}
	for (size_t i = 0; i < ACR_COUNT(no); i++) {
		assert_false(acr_uri_is_loopback(no[i]));
	}
}

static void test_escaping(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	acr_uri_escape("aZ0-._~ /:\xc3\xa4%", NULL, &out);
	assert_string_equal(acr_buf_str(&out), "aZ0-._~%20%2F%3A%C3%A4%25");
	acr_buf_reset(&out);
	acr_uri_escape("a/b:c d", "/:", &out);
	assert_string_equal(acr_buf_str(&out), "a/b:c%20d");
}

static void test_unescaping(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool plus;
		const char *expected;
	} cases[] = {
		{"a%20b%2Fc", false, "a b/c"}, {"a+b", false, "a+b"},     {"a+b%2B", true, "a b+"},
		{"100%", false, "100%"},       {"%4", false, "%4"},       {"%zz", false, "%zz"},
		{"%c3%A4", false, "\xc3\xa4"}, {"a%00b", false, "a%00b"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *got = acr_uri_unescape(cases[i].text, strlen(cases[i].text), cases[i].plus);
		assert_string_equal(got, cases[i].expected);
	}
	ACR_AUTO_FREE char *part = acr_uri_unescape("ab%20", 4, false);
	assert_string_equal(part, "ab%2");
}

static void test_expanding(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	ACR_AUTO_PTR(acr_json) *vars = acr_json_new_object();
	acr_json_set_str(vars, "id", "/subscriptions/s/x");
	acr_json_set_str(vars, "name", "a b/c");
	acr_json_set_num(vars, "number", 1);
	assert_int_equal(acr_uri_expand("{+id}/webhooks/{name}?{{", vars, &out, &error), ACR_ERROR_GENERAL);
	assert_string_equal(error.message, "template '{+id}/webhooks/{name}?{{' lacks a closing brace");
	acr_buf_reset(&out);
	assert_int_equal(acr_uri_expand("{+id}/webhooks/{name}/x", vars, &out, &error), 0);
	assert_string_equal(acr_buf_str(&out), "/subscriptions/s/x/webhooks/a%20b%2Fc/x");
	acr_buf_reset(&out);
	acr_json_set_str(vars, "id", "/resourceGroups/a (\xc3\xa4)?#%/x@sha256:1");
	assert_int_equal(acr_uri_expand("{+id}", vars, &out, &error), 0);
	assert_string_equal(acr_buf_str(&out), "/resourceGroups/a%20(%C3%A4)%3F%23%25/x@sha256:1");
	assert_int_equal(acr_uri_expand("/{gone}", vars, &out, &error), ACR_ERROR_GENERAL);
	assert_string_equal(error.message, "no value for 'gone' in '/{gone}'");
	assert_int_equal(acr_uri_expand("/{number}", vars, &out, &error), ACR_ERROR_GENERAL);
	acr_error_clear(&error);
}

static void test_query_strings_and_forms(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	acr_buf_puts(&url, "https://h/p");
	acr_uri_add_query(&url, "api-version", "1");
	acr_uri_add_query(&url, "$filter", "a eq 'b&c'");
	assert_string_equal(acr_buf_str(&url), "https://h/p?api-version=1&$filter=a%20eq%20%27b%26c%27");
	ACR_AUTO_FREE char *filter = acr_query_get(strchr(acr_buf_str(&url), '?') + 1, "$filter");
	assert_string_equal(filter, "a eq 'b&c'");

	ACR_AUTO(acr_buf) form = ACR_BUF_INIT;
	acr_form_add(&form, "grant_type", "client_credentials");
	acr_form_add(&form, "client_secret", "p&=+ %");
	assert_string_equal(acr_buf_str(&form), "grant_type=client_credentials&client_secret=p%26%3D%2B%20%25");
	ACR_AUTO_FREE char *secret = acr_query_get(acr_buf_str(&form), "client_secret");
	assert_string_equal(secret, "p&=+ %");
}

static void test_query_get_finds_whole_names(void **state)
{
	(void)state;
	static const char *const cases[][3] = {
		{"ab=1&b=2", "b", "2"},  {"a&b=", "a", ""},     {"a&b=", "b", ""},     {"a=1&a=2", "a", "1"},
		{"x%20y=z", "x y", "z"}, {"a=b=c", "a", "b=c"}, {"a=x+y", "a", "x y"}, {"&&a=1", "a", "1"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *got = acr_query_get(cases[i][0], cases[i][1]);
		assert_string_equal(got, cases[i][2]);
	}
	assert_null(acr_query_get("ab=1", "a"));
	assert_null(acr_query_get("", "a"));
	assert_null(acr_query_get(NULL, "a"));
}

static void test_resolving(void **state)
{
	(void)state;
	/* the lower half is from RFC 3986 section 5.4 */
	static const char *const cases[][3] = {
		{"https://h:1/a/b?q", "https://other/x", "https://other/x"},
		{"https://h:1/a/b?q", "//other/x", "https://other/x"},
		{"https://h:1/a/b?q", "/x?y", "https://h:1/x?y"},
		{"https://h:1", "x", "https://h:1/x"},
		{"https://h:1?q", "x", "https://h:1/x"},
		{"https://h/v2/_catalog?n=2", "/v2/_catalog?last=a/b&n=2", "https://h/v2/_catalog?last=a/b&n=2"},
		{"http://a/b/c/d;p?q", "g", "http://a/b/c/g"},
		{"http://a/b/c/d;p?q", "./g", "http://a/b/c/g"},
		{"http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"},
		{"http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"},
		{"http://a/b/c/d;p?q", "g?y", "http://a/b/c/g?y"},
		{"http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"},
		{"http://a/b/c/d;p?q", "#s", "http://a/b/c/d;p?q#s"},
		{"http://a/b/c/d;p?q", ".", "http://a/b/c/"},
		{"http://a/b/c/d;p?q", "..", "http://a/b/"},
		{"http://a/b/c/d;p?q", "../..", "http://a/"},
		{"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
		{"http://a/b/c/d;p?q", "/./g", "http://a/g"},
		{"http://a/b/c/d;p?q", "/../g", "http://a/g"},
		{"http://a/b/c/d;p?q", "g.", "http://a/b/c/g."},
		{"http://a/b/c/d;p?q", "..g", "http://a/b/c/..g"},
		{"http://a/b/c/d;p?q", "./../g", "http://a/b/g"},
		{"http://a/b/c/d;p?q", "g/../h", "http://a/b/c/h"},
		{"http://a/b/c/d;p?q", "g?y/../x", "http://a/b/c/g?y/../x"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *got = acr_uri_resolve(cases[i][0], cases[i][1]);
		assert_string_equal(got, cases[i][2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parsing),
		cmocka_unit_test(test_refusing),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_escaping),
		cmocka_unit_test(test_unescaping),
		cmocka_unit_test(test_expanding),
		cmocka_unit_test(test_query_strings_and_forms),
		cmocka_unit_test(test_query_get_finds_whole_names),
		cmocka_unit_test(test_resolving),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
