/* Option types for addresses, permissions, dates; and picking members from what a service answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model.h"
#include "opttype.h"

#define ID "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"

static void gives(const struct option_type *type, unsigned flags, const char *json, const char *const *words)
{
	const struct option option = {.name = "o", .type = type, .flags = flags, .minimum = 5, .maximum = 50};
	ACR_AUTO_PTR(acr_json) *value = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	for (; *words; words++)
		assert_int_equal(type->add(&option, *words, &value, &error), 0);
	ACR_AUTO_FREE char *text = acr_json_text(value);
	assert_string_equal(text, json);
}
#define GIVES(type, json, ...) gives(&(type), 0, json, (const char *const[]){__VA_ARGS__, NULL})

static void refuses(const struct option_type *type, int code, const char *word, const char *message)
{
	const struct option option = {.name = "o", .type = type, .minimum = 5, .maximum = 50};
	ACR_AUTO_PTR(acr_json) *value = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	assert_int_equal(type->add(&option, word, &value, &error), code);
	if (message)
		assert_string_equal(error.message, message);
	assert_non_null(error.message);
	assert_null(value);
}
#define REFUSES(type, ...)                                                                                             \
	do {                                                                                                           \
		const char *const words[] = {__VA_ARGS__};                                                             \
		for (size_t i_ = 0; i_ < ACR_COUNT(words); i_++)                                                       \
			refuses(&(type), ACR_ERROR_USAGE, words[i_], NULL);                                            \
	} while (0)

static void test_networks(void **state)
{
	(void)state;
	GIVES(type_network, "\"16.17.18.19\"", "16.17.18.19");
	GIVES(type_network, "\"16.17.18.0/24\"", "1.2.3.4", "16.17.18.0/24");
	GIVES(type_network, "\"0.0.0.0/0\"", "0.0.0.0/0");
	GIVES(type_network, "\"2001:db8::/128\"", "2001:db8::/128");
	REFUSES(type_network, "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1",
		"1.2.3.4/+8", "1.2.3.4/8 ", "1.2.3.4/0008", "::/129", "localhost", "1.2.3.4 ", "/24");
	refuses(&type_network, ACR_ERROR_USAGE, "here",
		"'here' is no IP address or range, such as '16.17.18.19' or '16.17.18.0/24'");
}

static void test_urls(void **state)
{
	(void)state;
	GIVES(type_url, "\"http://h\"", "http://h");
	GIVES(type_url, "\"https://h:8443/p?q=1\"", "https://h:8443/p?q=1");
	REFUSES(type_url, "", "h", "ftp://h", "https://", "https:///p", "https://h/a b", "https://h/\n");
	GIVES(type_key_url, "\"https://v.vault.azure.net/keys/k/0\"", "https://v.vault.azure.net/keys/k/0");
	REFUSES(type_key_url, "http://v.vault.azure.net/keys/k", "https://v.vault.azure.net/keys/",
		"https://v.vault.azure.net/secrets/k", "k");
	GIVES(type_secret_url, "\"https://v.vault.azure.net/secrets/s\"", "https://v.vault.azure.net/secrets/s");
	refuses(&type_secret_url, ACR_ERROR_USAGE, "s",
		"'s' is no URL such as 'https://myvault.vault.azure.net/secrets/mysecret'");
}

static void test_resource_ids(void **state)
{
	(void)state;
	GIVES(type_resource_id, "\"" ID "\"", ID);
	GIVES(type_resource_id, "\"" ID "/subnets/n\"", ID "/subnets/n");
	GIVES(type_resource_id, "\"/SUBSCRIPTIONS/s/resourcegroups/g/Providers/n/t/v\"",
	      "/SUBSCRIPTIONS/s/resourcegroups/g/Providers/n/t/v");
	REFUSES(type_resource_id, "", "v", "/", "/subscriptions/s/resourceGroups/g", ID "/subnets", ID "/", ID "//n",
		"/subscription/s/resourceGroups/g/providers/n/t/v", "/subscriptions/s/resourceGroup/g/providers/n/t/v",
		"x" ID);
	gives(&type_resource_id, OPT_EMPTY_CLEARS, "\"\"", (const char *const[]){"", NULL});
}

static void test_names_in_registries(void **state)
{
	(void)state;
	GIVES(type_repository, "\"docker.io/library/*\"", "docker.io/library/*");
	REFUSES(type_repository, "", "/a", "a b", "a@sha256", "a\tb", "\xc3\xa4");
	GIVES(type_scope, "\"\"", "");
	GIVES(type_scope, "\"foo:*\"", "foo:*");
	REFUSES(type_scope, " ", "/a", "a,b");
	GIVES(type_server, "\"ghcr.io:443\"", "ghcr.io:443");
	REFUSES(type_server, "", "https://ghcr.io", "ghcr.io/a", ".io", "a b");
	GIVES(type_plain_name, "\"webhook1\"", "webhook1");
	REFUSES(type_plain_name, "web-hook", "hook");
	GIVES(type_name, "\"web-hook\"", "web-hook");
	GIVES(type_upper, "\"S2\"", "s2");
	REFUSES(type_upper, "");
}

static void test_permissions(void **state)
{
	(void)state;
	GIVES(type_repository_permission, "[\"a/b\",\"content/read\",\"metadata/write\"]", "A/b", "Content/READ",
	      "metadata/write");
	GIVES(type_gateway_permission, "[\"edge\",\"message/read\"]", "Edge", "message/read");
	refuses(&type_repository_permission, ACR_ERROR_USAGE, "", NULL);
	refuses(&type_repository_permission, ACR_ERROR_USAGE, "a b",
		"'a b' is no name; the name comes first, then the actions, as in 'hello-world content/read'");

	const struct option option = {.name = "o", .type = &type_gateway_permission};
	ACR_AUTO_PTR(acr_json) *value = acr_json_new_array();
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	assert_int_equal(option.type->add(&option, "edge", &value, &error), 0);
	assert_int_equal(option.type->add(&option, "content/read", &value, &error), ACR_ERROR_GENERAL);
	assert_string_equal(error.message,
			    "Invalid action \"content/read\" provided. Valid actions are config/read, config/write, "
			    "message/read, message/write.");
	assert_int_equal(acr_json_size(value), 1);
}

static void test_identities(void **state)
{
	(void)state;
	GIVES(type_identities, "[\"[system]\",\"me\",\"" ID "\"]", "[system]", "me", ID);
	GIVES(type_identity, "\"me\"", "[system]", "me");
	REFUSES(type_identity, "", "a/b", "/me", "[system", "[]", "a b");
}

static void test_moments(void **state)
{
	(void)state;
	GIVES(type_moment, "\"2035-12-31T12:59:59.000Z\"", "2035-12-31T12:59:59Z");
	refuses(&type_moment, ACR_ERROR_GENERAL, "soon",
		"Input 'soon' is not valid datetime. Valid example: 2035-12-31T12:59:59Z");
	static const char *const wrong[] = {"",
					    "2035-12-31",
					    "2035-12-31T12:59:59",
					    "2035-12-31T12:59:59+00:00",
					    "2035-12-31 12:59:59Z",
					    "2035-12-31t12:59:59z",
					    "2035-13-31T12:59:59Z",
					    "2035-02-29T12:59:59Z",
					    "2035-12-31T25:59:59Z",
					    "2035-12-31T12:59:59Z "};
	for (size_t i = 0; i < ACR_COUNT(wrong); i++)
		refuses(&type_moment, ACR_ERROR_GENERAL, wrong[i], NULL);
}

static void picks(const char *shape, const char *from, const char *json)
{
	ACR_AUTO_PTR(acr_json) *value = NULL, *picked = NULL;

	assert_int_equal(acr_json_parse(from, strlen(from), &value, NULL), 0);
	picked = model_pick(shape, value);
	ACR_AUTO_FREE char *text = acr_json_text(picked);
	assert_string_equal(text, json);
}

static void test_picking(void **state)
{
	(void)state;
	picks("a b c", "{\"a\":1,\"b\":null,\"x\":2}", "{\"a\":1}");
	picks("sku{name} properties(on list[v] other{x})",
	      "{\"sku\":{\"name\":\"P\",\"tier\":\"P\"},\"properties\":{\"list\":[{\"v\":1,\"w\":2},{}],\"on\":false}}",
	      "{\"sku\":{\"name\":\"P\"},\"properties\":{\"on\":false,\"list\":[{\"v\":1},{}]}}");
	picks("users*{}", "{\"users\":{\"/a\":{\"clientId\":\"c\"},\"/b\":{}}}", "{\"users\":{\"/a\":{},\"/b\":{}}}");
	picks("wire>printed at:time", "{\"wire\":1,\"printed\":2,\"at\":\"2024-01-02T03:04:05.678Z\"}",
	      "{\"wire\":1,\"at\":\"2024-01-02T03:04:05.678Z\"}");
	picks("a{b}", "{\"a\":\"text\"}", "{\"a\":{}}");
	picks("a", "null", "{}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks),     cmocka_unit_test(test_urls),
		cmocka_unit_test(test_resource_ids), cmocka_unit_test(test_names_in_registries),
		cmocka_unit_test(test_permissions),  cmocka_unit_test(test_identities),
		cmocka_unit_test(test_moments),      cmocka_unit_test(test_picking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
