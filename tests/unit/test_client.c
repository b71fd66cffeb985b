/* The client: what it makes, when, and for whom the tokens are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/encode.h>
#include <acr/ops.h>
#include "client_fixture.h"

#define SERVER "reg1.azurecr.io"
#define AUDIENCE "https://containerregistry.azure.net"

static const struct acr_op show = {.method = "GET", .path = "/x", .api = "1"};
static const struct acr_op catalog = {
	.method = "GET", .path = "/v2/_catalog", .plane = ACR_PLANE_REGISTRY, .scope = "registry:catalog:*"};

static int call_registry(struct client_fixture *f)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "loginServer", SERVER);
	rc = acr_call(f->client, &catalog, &params, NULL, &f->result, &f->error);
	acr_params_clear(&params);
	return rc;
}

/* A registry token of some kind that ends in an hour. */
static char *token_body(const char *member)
{
	ACR_AUTO_FREE char *claims = acr_format("{\"exp\":%d}", FAKE_CLOCK_START + 3600);
	ACR_AUTO(acr_buf) body = ACR_BUF_INIT;

	acr_buf_printf(&body, "{\"%s\":\"e30.", member);
	acr_base64url_encode(claims, strlen(claims), &body);
	acr_buf_puts(&body, ".x\"}");
	return acr_buf_take(&body);
}

static void expect_token(struct client_fixture *f, const char *path, const char *body, const char *member)
{
	ACR_AUTO_FREE char *url = acr_format("https://" SERVER "%s", path);
	ACR_AUTO_FREE char *reply = token_body(member);

	fake_expect(f->script, "POST", url);
	fake_expect_body(f->script, body);
	fake_reply(f->script, 200, reply);
}

static void assert_resource(const struct client_fixture *f, size_t index, const char *expected)
{
	assert_string_equal(acr_json_string(acr_json_item(f->resources, index)), expected);
}

static void test_what_it_tells(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	assert_string_equal(acr_client_cloud(f.client)->name, "AzureCloud");
	assert_string_equal(acr_client_subscription(f.client), "S");
	assert_string_equal(acr_client_subscription_label(f.client), "My Subscription (S)");
	assert_ptr_equal(acr_client_clock(f.client), &f.clock.clock);
	client_end(&f);

	client_prepare(&f);
	f.options.subscription_name = NULL;
	client_start(&f);
	assert_string_equal(acr_client_subscription_label(f.client), "S");
	client_end(&f);

	client_prepare(&f);
	f.options.subscription = NULL;
	client_start(&f);
	assert_null(acr_client_subscription(f.client));
	assert_string_equal(acr_client_subscription_label(f.client), "");
	client_end(&f);
	acr_client_free(NULL);
}

static void test_sign_in_waits_for_the_first_request(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	acr_client_transport(f.client);
	acr_client_registry_auth(f.client);
	acr_client_cache(f.client);
	assert_int_equal(f.sign_ins, 0);
	for (size_t i = 0; i < 3; i++) {
		fake_expect(f.script, "GET", ARM "/x?api-version=1");
		fake_expect_header(f.script, "Authorization", "Bearer TOKEN");
		assert_int_equal(acr_call(f.client, &show, NULL, NULL, &f.result, &f.error), 0);
	}
	assert_int_equal(f.sign_ins, 1);
	assert_int_equal(f.tokens, 1);
	assert_resource(&f, 0, "https://management.core.windows.net/");
	client_end(&f);
}

static struct acr_credential *nobody(void *user, struct acr_transport *transport, struct acr_error *error)
{
	(void)transport;
	++*(size_t *)user;
	acr_fail(error, ACR_ERROR_SIGN_IN, "nobody is here");
	return NULL;
}

static void test_nobody_signs_in(void **state)
{
	(void)state;
	struct client_fixture f;
	size_t asked = 0;

	client_prepare(&f);
	f.options.sign_in = nobody;
	f.options.sign_in_user = &asked;
	client_start(&f);
	assert_int_equal(acr_call(f.client, &show, NULL, NULL, &f.result, &f.error), ACR_ERROR_SIGN_IN);
	assert_string_equal(f.error.message, "nobody is here");
	assert_int_equal(asked, 1);
	assert_int_equal(acr_call(f.client, &show, NULL, NULL, &f.result, NULL), ACR_ERROR_SIGN_IN);
	client_end(&f);

	client_prepare(&f);
	f.options.sign_in = NULL;
	client_start(&f);
	assert_int_equal(acr_call(f.client, &show, NULL, NULL, &f.result, &f.error), ACR_ERROR_SIGN_IN);
	assert_string_equal(f.error.message, "Please run 'az login' to setup account.");
	client_end(&f);
}

static void test_token_for_others(void **state)
{
	(void)state;
	ACR_AUTO(acr_token) token = {0};
	struct client_fixture f;

	client_begin(&f);
	assert_int_equal(acr_client_token(f.client, "https://graph.microsoft.com/", &token, &f.error), 0);
	assert_string_equal(token.secret, "TOKEN");
	assert_resource(&f, 0, "https://graph.microsoft.com/");
	acr_token_clear(&token);
	f.token_code = ACR_ERROR_AUTH;
	assert_int_equal(acr_client_token(f.client, "https://other/", &token, &f.error), ACR_ERROR_AUTH);
	assert_string_equal(f.error.message, "no token for https://other/");
	client_end(&f);
}

/* The registry's own audience comes first, management's second; where the cloud is one's own, the other way round;
 * what the user chose is always first. */
static void test_audiences(void **state)
{
	(void)state;
	static const struct {
		bool own_cloud;
		const char *chosen, *expected;
	} cases[] = {
		{false, NULL, AUDIENCE},
		{true, NULL, "https://management.core.windows.net/"},
		{false, "https://chosen.azure.net", "https://chosen.azure.net"},
		{true, "https://chosen.azure.net", "https://chosen.azure.net"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct client_fixture f;

		client_prepare(&f);
		f.options.registry_audience = cases[i].chosen;
		if (cases[i].own_cloud) {
			free(f.options.cloud.registry_suffix);
			f.options.cloud.registry_suffix = NULL;
		}
		client_start(&f);
		expect_token(&f, "/oauth2/exchange", "*access_token=TOKEN*", "refresh_token");
		expect_token(&f, "/oauth2/token", "*", "access_token");
		fake_expect(f.script, "GET", "https://" SERVER "/v2/_catalog");
		fake_expect_header(f.script, "Authorization", "Bearer e30.*");
		assert_int_equal(call_registry(&f), 0);
		assert_int_equal(f.tokens, 1);
		assert_resource(&f, 0, cases[i].expected);
		client_end(&f);
	}
}

static void test_second_audience(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	fake_expect(f.script, "POST", "https://" SERVER "/oauth2/exchange");
	fake_reply(f.script, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"audience\"}]}");
	expect_token(&f, "/oauth2/exchange", "*access_token=TOKEN*", "refresh_token");
	expect_token(&f, "/oauth2/token", "*", "access_token");
	fake_expect(f.script, "GET", "https://" SERVER "/v2/_catalog");
	assert_int_equal(call_registry(&f), 0);
	assert_int_equal(f.tokens, 2);
	assert_resource(&f, 0, AUDIENCE);
	assert_resource(&f, 1, "https://management.core.windows.net/");
	client_end(&f);
}

static void test_tokens_are_stored_for_the_next_process(void **state)
{
	(void)state;
	char folder[] = "/tmp/acr-test-XXXXXX";
	struct client_fixture f;

	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < 2; i++) {
		ACR_AUTO_FREE char *command = acr_format("rm -rf %s", folder);

		client_prepare(&f);
		f.options.cache_folder = folder;
		client_start(&f);
		fake_expect(f.script, "GET", ARM "/x?api-version=1");
		assert_int_equal(acr_call(f.client, &show, NULL, NULL, &f.result, &f.error), 0);
		assert_int_equal(f.tokens, i == 0);
		client_end(&f);
		if (i == 1)
			assert_int_equal(system(command), 0);
	}
}

static void add_line(void *user, const char *line)
{
	acr_buf_printf(user, "%s\n", line);
}

/* Each attempt is told, without the token. */
static void test_trace(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) lines = ACR_BUF_INIT;
	struct client_fixture f;

	client_prepare(&f);
	f.options.trace = add_line;
	f.options.user = &lines;
	f.options.retry.attempts = 2;
	client_start(&f);
	fake_expect(f.script, "GET", ARM "/x?api-version=1");
	fake_reply(f.script, 503, "");
	fake_expect(f.script, "GET", ARM "/x?api-version=1");
	assert_int_equal(acr_call(f.client, &show, NULL, NULL, &f.result, &f.error), 0);
	assert_non_null(strstr(lines.data, "503"));
	assert_non_null(strstr(strstr(lines.data, "503"), "GET " ARM "/x?api-version=1"));
	assert_non_null(strstr(lines.data, "Authorization: Bearer"));
	assert_null(strstr(lines.data, "TOKEN"));
	client_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_it_tells),
		cmocka_unit_test(test_sign_in_waits_for_the_first_request),
		cmocka_unit_test(test_nobody_signs_in),
		cmocka_unit_test(test_token_for_others),
		cmocka_unit_test(test_audiences),
		cmocka_unit_test(test_second_audience),
		cmocka_unit_test(test_tokens_are_stored_for_the_next_process),
		cmocka_unit_test(test_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
