/* http/proxy.h and acr_proxy_applies(): what the variables of the environment may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/mem.h>
#include <acr/transport.h>
#include "http/proxy.h"

static void test_urls(void **state)
{
	(void)state;
	static const struct {
		const char *text, *url, *login;
	} cases[] = {
		{"http://proxy.example:8080", "http://proxy.example:8080", NULL},
		{"proxy.example:8080", "http://proxy.example:8080", NULL},
		{"proxy", "http://proxy:80", NULL},
		{"HTTPS://Proxy.Example/", "https://proxy.example:443", NULL},
		{"socks5h://proxy", "socks5h://proxy:1080", NULL},
		{"http://[::1]:3128/?x#y", "http://[::1]:3128", NULL},
		{"http://user@proxy", "http://proxy:80", "user:"},
		{"http://user:@proxy", "http://proxy:80", "user:"},
		{"user:pass@proxy:1", "http://proxy:1", "user:pass"},
		{"http://corp%5Cuser:p%40s%3as@proxy", "http://proxy:80", "corp%5Cuser:p%40s%3As"},
		{"http://corp\\user:p@s:s/#?@proxy", "http://proxy:80", "corp%5Cuser:p%40s%3As%2F%23%3F"},
		{"http://user:100%@proxy", "http://proxy:80", "user:100%25"},
		{"http://user:a%00b@proxy", "http://proxy:80", "user:a%2500b"},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_proxy) proxy = {0};
		assert_int_equal(acr_proxy_parse(cases[i].text, "HTTPS_PROXY", &proxy, NULL), 0);
		assert_string_equal(proxy.url, cases[i].url);
		assert_string_equal(proxy.where, strstr(cases[i].url, "://") + 3);
		assert_string_equal(proxy.login ? proxy.login : "(none)", cases[i].login ? cases[i].login : "(none)");
	}
}

/* A password must not be seen, however wrong the rest is. */
static void test_no_urls(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"ftp://u:s3cret@proxy",        "http://u:s3cret@",
		"http://u:s3cret@proxy:70000", "http://u:s3cret@proxy:x",
		"http://u:s3cret@[::1",        "http://u:s3cret@two words",
		"://u:s3cret@proxy",           "s3cret://",
		"http://u:s3cret@proxy\n",     "u:s3cret",
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct acr_error error = ACR_ERROR_INIT;
		struct acr_proxy proxy = {0};
		assert_true(acr_proxy_parse(cases[i], "https_proxy", &proxy, &error) < 0);
		assert_null(proxy.url);
		assert_null(strstr(error.message, "s3cret"));
		assert_ptr_equal(strstr(error.message, "https_proxy does not hold the URL of a proxy"), error.message);
		acr_error_clear(&error);
	}
}

static void test_exceptions(void **state)
{
	(void)state;
	static const struct {
		const char *list, *host;
		int port;
		bool direct;
	} cases[] = {
		{"*", "a.example", 443, true},
		{"b.example, *", "a.example", 443, true},
		{"a.example", "a.example", 443, true},
		{"A.Example.", "a.example", 443, true},
		{"a.example", "a.example.", 443, true},
		{"a.example", "x.a.example", 443, true},
		{"a.example", "xa.example", 443, false},
		{".a.example", "x.a.example", 443, true},
		{".a.example", "a.example", 443, true},
		{"*.a.example", "x.y.a.example", 443, true},
		{"x.a.example", "a.example", 443, false},
		{"b.example,a.example", "a.example", 443, true},
		{"b.example a.example", "a.example", 443, true},
		{",, ,", "a.example", 443, false},
		{".", "a.example", 443, false},
		{"a.example:443", "a.example", 443, true},
		{"a.example:443", "x.a.example", 443, true},
		{"a.example:8443", "a.example", 443, false},
		{"a.example:", "a.example", 443, false},
		{"10.1.2.3", "10.1.2.3", 443, true},
		{"10.1.2.3:443", "10.1.2.3", 443, true},
		{"10.1.2.3:80", "10.1.2.3", 443, false},
		{"2.3", "10.1.2.3", 443, false},
		{"10.0.0.0/8", "10.200.1.1", 443, true},
		{"10.0.0.0/8", "11.0.0.1", 443, false},
		{"10.128.0.0/9", "10.127.255.255", 443, false},
		{"10.128.0.0/9", "10.255.0.1", 443, true},
		{"10.1.2.3/32", "10.1.2.3", 443, true},
		{"0.0.0.0/0", "10.1.2.3", 443, true},
		{"0.0.0.0/0", "fd00::1", 443, false},
		{"0.0.0.0/0", "a.example", 443, false},
		{"10.0.0.0/33", "10.0.0.1", 443, false},
		{"10.0.0.0/", "10.0.0.1", 443, false},
		{"10.0.0.0/8x", "10.0.0.1", 443, false},
		{"10.0.0/8", "10.0.0.1", 443, false},
		{"fd00::1", "fd00::1", 443, true},
		{"fd00:0:0::1", "fd00::1", 443, true},
		{"[fd00::1]", "fd00::1", 443, true},
		{"[fd00::1]:443", "fd00::1", 443, true},
		{"[fd00::1]:80", "fd00::1", 443, false},
		{"fd00::/8", "fdff::1", 443, true},
		{"[fd00::]/8", "fdff::1", 443, true},
		{"fd00::/8", "fe80::1", 443, false},
		{"2001:db8::/33", "2001:db8:7fff::1", 443, true},
		{"2001:db8::/33", "2001:db8:8000::1", 443, false},
		{"::/129", "::2", 443, false},
		{NULL, "a.example", 443, false},
		{"", "localhost", 443, true},
		{"", "x.localhost", 443, true},
		{"", "127.0.0.9", 443, true},
		{"", "::1", 443, true},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		if (acr_proxy_applies("proxy:1", cases[i].list, cases[i].host, cases[i].port) == cases[i].direct) {
			fail_msg("'%s' and %s:%d", cases[i].list, cases[i].host, cases[i].port);
		}
	}
	assert_false(acr_proxy_applies(NULL, NULL, "a.example", 443));
	assert_false(acr_proxy_applies("", NULL, "a.example", 443));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_no_urls),
		cmocka_unit_test(test_exceptions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
