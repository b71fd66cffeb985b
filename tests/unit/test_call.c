/* acr_call(): URLs, header fields, bodies, answers that are none, pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/ops.h>
#include "client_fixture.h"

#define SERVER "reg1.azurecr.io"

static const struct acr_op show = {.method = "GET", .path = "{+id}/webhooks/{name}", .api = "2024-01-01"};
static const struct acr_op list = {
	.method = "GET", .path = "/subscriptions/{subscriptionId}/things", .api = "1", .shape = ACR_PAGES};
static const struct acr_op catalog = {.method = "GET",
				      .path = "/v2/_catalog",
				      .plane = ACR_PLANE_REGISTRY,
				      .scope = "registry:catalog:*",
				      .shape = ACR_PAGES,
				      .items = "repositories"};

static struct acr_json *json(const char *text)
{
	struct acr_json *value = NULL;

	assert_int_equal(acr_json_parse(text, strlen(text), &value, NULL), 0);
	return value;
}

static int call(struct client_fixture *f, const struct acr_op *op, const char *path, const char *body)
{
	struct acr_params params = {.path = path ? json(path) : NULL, .body = body ? json(body) : NULL};
	int rc = acr_call(f->client, op, &params, NULL, &f->result, &f->error);

	acr_params_clear(&params);
	return rc;
}

/* A client that has a registry token at hand: one request for it is expected first. */
static void begin_registry(struct client_fixture *f)
{
	client_begin(f);
	acr_registry_auth_set_login(acr_client_registry_auth(f->client),
				    &(struct acr_registry_login){.username = ACR_TOKEN_USER, .password = "refresh"});
	fake_expect(f->script, "POST", "https://" SERVER "/oauth2/token");
	fake_reply(f->script, 200, "{\"access_token\":\"ACCESS\"}");
}

static void test_url_of_management(void **state)
{
	(void)state;
	struct client_fixture f;
	struct acr_params params = {0};

	client_begin(&f);
	params.path = json("{\"id\":\"/subscriptions/s/resourceGroups/a b\",\"name\":\"x/y?z\"}");
	params.query = json("{\"$filter\":\"name eq 'a&b'\",\"n\":\"1\"}");
	params.headers = json("{\"x-ms-force\":\"true\",\"Accept\":\"text/plain\"}");
	fake_expect(f.script, "GET",
		    ARM "/subscriptions/s/resourceGroups/a%20b/webhooks/x%2Fy%3Fz?$filter=name%20eq%20%27a%26b%27&n=1"
			"&api-version=2024-01-01");
	fake_expect_header(f.script, "Accept", "text/plain");
	fake_expect_header(f.script, "x-ms-force", "true");
	fake_expect_header(f.script, "Content-Type", NULL);
	fake_expect_header(f.script, "Authorization", "Bearer TOKEN");
	fake_expect_header(f.script, "x-ms-client-request-id", "*-*-4*");
	fake_expect_auth(f.script, ACR_AUTH_ARM, NULL, NULL);
	fake_reply(f.script, 200, "{\"a\":1}");
	assert_int_equal(acr_call(f.client, &show, &params, NULL, &f.result, &f.error), 0);
	assert_result(&f, "{\"a\":1}");
	acr_params_clear(&params);
	client_end(&f);
}

static void test_body(void **state)
{
	(void)state;
	static const struct acr_op create = {.method = "PUT", .path = "{+id}", .api = "1"};
	struct client_fixture f;

	client_begin(&f);
	fake_expect(f.script, "PUT", ARM "/x?api-version=1");
	fake_expect_header(f.script, "Content-Type", "application/json");
	fake_expect_header(f.script, "Accept", "application/json");
	fake_expect_body(f.script, "{\"a\":{\"b\":[1,null,\"\xc3\xa4\"]}}");
	fake_reply(f.script, 201, " \n");
	assert_int_equal(call(&f, &create, "{\"id\":\"/x\"}", "{\"a\":{\"b\":[1,null,\"\xc3\xa4\"]}}"), 0);
	assert_result(&f, NULL);
	client_end(&f);
}

static void test_subscription(void **state)
{
	(void)state;
	static const struct acr_op op = {.method = "GET", .path = "/subscriptions/{subscriptionId}", .api = "1"};
	struct client_fixture f;

	client_begin(&f);
	fake_expect(f.script, "GET", ARM "/subscriptions/S?api-version=1");
	assert_int_equal(call(&f, &op, NULL, NULL), 0);
	fake_expect(f.script, "GET", ARM "/subscriptions/other?api-version=1");
	assert_int_equal(call(&f, &op, "{\"subscriptionId\":\"other\"}", NULL), 0);
	client_end(&f);

	client_prepare(&f);
	f.options.subscription = NULL;
	client_start(&f);
	assert_int_equal(call(&f, &op, NULL, NULL), ACR_ERROR_SIGN_IN);
	assert_string_equal(f.error.message, "Please run 'az login' to setup account, or set AZURE_SUBSCRIPTION_ID, or "
					     "give --subscription.");
	fake_expect(f.script, "GET", ARM "/subscriptions/other?api-version=1");
	client_reset(&f);
	assert_int_equal(call(&f, &op, "{\"subscriptionId\":\"other\"}", NULL), 0);
	fake_expect(f.script, "GET", ARM "/x/webhooks/y?api-version=2024-01-01");
	assert_int_equal(call(&f, &show, "{\"id\":\"/x\",\"name\":\"y\"}", NULL), 0);
	client_end(&f);
}

static void test_missing_values(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	assert_int_equal(call(&f, &show, "{\"id\":\"/x\"}", NULL), ACR_ERROR_GENERAL);
	assert_string_equal(f.error.message, "no value for 'name' in '{+id}/webhooks/{name}'");
	client_reset(&f);
	assert_int_equal(call(&f, &catalog, NULL, NULL), ACR_ERROR_GENERAL);
	assert_string_equal(f.error.message, "no value for 'loginServer' in '/v2/_catalog'");
	client_end(&f);
}

static void test_one_request_id_for_all(void **state)
{
	(void)state;
	struct client_fixture f;
	char first[64] = "";

	client_begin(&f);
	for (int i = 0; i < 2; i++) {
		fake_expect(f.script, "GET", ARM "/x/webhooks/y?api-version=2024-01-01");
		fake_expect_header(f.script, "x-ms-client-request-id", *first ? first : "*-*-4*");
		assert_int_equal(call(&f, &show, "{\"id\":\"/x\",\"name\":\"y\"}", NULL), 0);
		strcpy(first, fake_last_header(f.script, "x-ms-client-request-id"));
		assert_int_equal(strlen(first), 36);
	}
	client_end(&f);
}

static void test_registry(void **state)
{
	(void)state;
	static const struct acr_op tag = {.method = "DELETE",
					  .path = "/acr/v1/{+repository}/_tags/{tag}",
					  .plane = ACR_PLANE_REGISTRY,
					  .scope = "repository:{+repository}:delete",
					  .accept = "a/b"};
	static const struct acr_op base = {.method = "GET", .path = "/v2/", .plane = ACR_PLANE_REGISTRY};
	struct client_fixture f;

	begin_registry(&f);
	fake_expect_body(f.script, "*scope=repository%3Aa%2Fb%3Adelete*");
	fake_expect(f.script, "DELETE", "https://" SERVER "/acr/v1/a/b/_tags/v1");
	fake_expect_header(f.script, "Accept", "a/b");
	fake_expect_header(f.script, "Authorization", "Bearer ACCESS");
	fake_expect_header(f.script, "x-ms-client-request-id", NULL);
	fake_expect_auth(f.script, ACR_AUTH_REGISTRY, SERVER, "repository:a/b:delete");
	fake_reply(f.script, 202, "");
	assert_int_equal(call(&f, &tag, "{\"loginServer\":\"" SERVER "\",\"repository\":\"a/b\",\"tag\":\"v1\"}", NULL),
			 0);
	assert_result(&f, NULL);
	client_end(&f);

	/* A row without a scope. */
	begin_registry(&f);
	fake_expect(f.script, "GET", "https://" SERVER "/v2/");
	fake_expect_auth(f.script, ACR_AUTH_REGISTRY, SERVER, "");
	assert_int_equal(call(&f, &base, "{\"loginServer\":\"" SERVER "\"}", NULL), 0);
	client_end(&f);
}

static void test_errors_of_services(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	fake_expect(f.script, "GET", ARM "/x/webhooks/y?api-version=2024-01-01");
	fake_reply(f.script, 404, "{\"error\":{\"code\":\"ResourceNotFound\",\"message\":\"No such thing.\"}}");
	assert_int_equal(call(&f, &show, "{\"id\":\"/x\",\"name\":\"y\"}", NULL), ACR_ERROR_NOT_FOUND);
	assert_string_equal(f.error.service_code, "ResourceNotFound");
	assert_string_equal(f.error.message, "No such thing.");
	assert_null(f.result);
	client_end(&f);
}

static void test_answers_that_are_no_json(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	fake_expect(f.script, "GET", ARM "/x/webhooks/y?*");
	fake_reply(f.script, 200, "<html>Sign in to our WLAN</html>");
	fake_reply_header(f.script, "Content-Type", "text/html");
	assert_int_equal(call(&f, &show, "{\"id\":\"/x\",\"name\":\"y\"}", NULL), ACR_ERROR_FORMAT);
	assert_non_null(strstr(f.error.message, "The answer of " ARM "/x/webhooks/y (text/html) cannot be read: "));
	assert_null(f.result);
	client_end(&f);
}

static void test_redirections_are_no_success(void **state)
{
	(void)state;
	static const struct acr_op remove = {.method = "DELETE", .path = "{+id}", .api = "1", .shape = ACR_LRO};
	struct client_fixture f;

	client_begin(&f);
	fake_expect(f.script, "DELETE", ARM "/x?api-version=1");
	fake_reply(f.script, 302, "");
	fake_reply_header(f.script, "Location", "https://portal.example/");
	assert_int_equal(call(&f, &remove, "{\"id\":\"/x\"}", NULL), ACR_ERROR_SERVICE);
	assert_string_equal(f.error.message,
			    ARM "/x?api-version=1 answers with a redirect to 'https://portal.example/' (HTTP status "
				"302), which is not followed; check the endpoint.");
	client_end(&f);
}

/* ---- pages ---- */

static void page(struct client_fixture *f, const char *url, const char *body)
{
	fake_expect(f->script, "GET", url);
	fake_reply(f->script, 200, body);
}

static void test_pages_of_management(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	page(&f, ARM "/subscriptions/S/things?api-version=1",
	     "{\"value\":[1,2],\"nextLink\":\"" ARM ":443/subscriptions/S/things?$skiptoken=a%2Fb&api-version=1\"}");
	page(&f, ARM ":443/subscriptions/S/things?$skiptoken=a%2Fb&api-version=1",
	     "{\"value\":[],\"nextLink\":\"/relative?x=1\"}");
	fake_expect_header(f.script, "Authorization", "Bearer TOKEN");
	fake_expect_auth(f.script, ACR_AUTH_ARM, NULL, NULL);
	page(&f, ARM ":443/relative?x=1", "{\"value\":[3],\"nextLink\":\"\"}");
	assert_int_equal(call(&f, &list, NULL, NULL), 0);
	assert_result(&f, "[1,2,3]");
	client_end(&f);
}

static void test_lists_that_are_not_there(void **state)
{
	(void)state;
	static const char *const bodies[] = {
		"{\"value\":[]}", "{\"value\":null}", "{}", "{\"value\":{\"a\":1}}", "", "[]"};
	struct client_fixture f;

	for (size_t i = 0; i < ACR_COUNT(bodies); i++) {
		client_begin(&f);
		page(&f, ARM "/subscriptions/S/things?api-version=1", bodies[i]);
		assert_int_equal(call(&f, &list, NULL, NULL), 0);
		assert_result(&f, "[]");
		client_end(&f);
	}
}

static void test_top(void **state)
{
	(void)state;
	static const struct {
		size_t top, pages;
		const char *result;
	} cases[] = {{1, 1, "[1]"}, {2, 1, "[1,2]"}, {3, 2, "[1,2,3]"}, {4, 2, "[1,2,3,4]"}, {9, 2, "[1,2,3,4]"}};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct acr_call_options options = {.top = cases[i].top};
		struct client_fixture f;

		client_begin(&f);
		page(&f, ARM "/subscriptions/S/things?api-version=1", "{\"value\":[1,2],\"nextLink\":\"/2\"}");
		if (cases[i].pages == 2)
			page(&f, ARM "/2", "{\"value\":[3,4]}");
		assert_int_equal(acr_call(f.client, &list, NULL, &options, &f.result, &f.error), 0);
		assert_result(&f, cases[i].result);
		client_end(&f);
	}
}

static void test_an_error_on_a_later_page(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	page(&f, ARM "/subscriptions/S/things?api-version=1", "{\"value\":[1,2],\"nextLink\":\"/2\"}");
	fake_expect(f.script, "GET", ARM "/2");
	fake_reply(f.script, 500, "");
	assert_int_equal(call(&f, &list, NULL, NULL), ACR_ERROR_SERVICE);
	assert_null(f.result);
	client_end(&f);
}

static void test_pages_of_registries(void **state)
{
	(void)state;
	struct client_fixture f;
	struct acr_params params = {.path = json("{\"loginServer\":\"" SERVER "\"}"), .query = json("{\"n\":\"2\"}")};

	begin_registry(&f);
	page(&f, "https://" SERVER "/v2/_catalog?n=2", "{\"repositories\":[\"a\",\"b\"]}");
	fake_reply_header(f.script, "Link",
			  "</prev?n=2>; rel=\"prev\", </inner/_catalog?last=b%2Fc&n=2>; rel=\"next\"");
	page(&f, "https://" SERVER "/v2/_catalog?last=b%2Fc&n=2", "{\"repositories\":[\"c\"]}");
	fake_expect_header(f.script, "Authorization", "Bearer ACCESS");
	fake_expect_auth(f.script, ACR_AUTH_REGISTRY, SERVER, "registry:catalog:*");
	fake_reply_header(f.script, "link", "<https://evil.example/v2/_catalog?last=c&n=2>;rel=next");
	page(&f, "https://" SERVER "/v2/_catalog?last=c&n=2", "{\"repositories\":null}");
	fake_reply_header(f.script, "Link", "</v2/_catalog?n=2>; rel=\"first\"");
	assert_int_equal(acr_call(f.client, &catalog, &params, NULL, &f.result, &f.error), 0);
	assert_result(&f, "[\"a\",\"b\",\"c\"]");
	acr_params_clear(&params);
	client_end(&f);
}

static void test_links_that_lead_nowhere(void **state)
{
	(void)state;
	static const char *const fields[] = {"",          "<", "</x", "</x>", "</x>; rel=\"last\"", "rel=\"next\"",
					     ">;rel=next"};

	for (size_t i = 0; i < ACR_COUNT(fields); i++) {
		struct client_fixture f;

		begin_registry(&f);
		page(&f, "https://" SERVER "/v2/_catalog", "{\"repositories\":[\"a\"]}");
		fake_reply_header(f.script, "Link", fields[i]);
		assert_int_equal(call(&f, &catalog, "{\"loginServer\":\"" SERVER "\"}", NULL), 0);
		assert_result(&f, "[\"a\"]");
		client_end(&f);
	}
}

/* Pages that come around again: from page `length` to page 1. */
static void walk_circle(unsigned length, size_t most)
{
	struct client_fixture f;

	client_begin(&f);
	page(&f, ARM "/subscriptions/S/things?api-version=1", "{\"value\":[0],\"nextLink\":\"/1\"}");
	for (unsigned i = 0; i < most; i++) {
		ACR_AUTO_FREE char *url = acr_format(ARM "/%u", 1 + i % length);
		ACR_AUTO_FREE char *body =
			acr_format("{\"value\":[1],\"nextLink\":\"" ARM "/%u\"}", 1 + (i + 1) % length);

		page(&f, url, body);
	}
	fake_allow_unused(f.script);
	assert_int_equal(call(&f, &list, NULL, NULL), ACR_ERROR_SERVICE);
	assert_non_null(strstr(f.error.message, "as the next one; the list is not complete."));
	assert_null(f.result);
	client_end(&f);
}

static void test_circles_end(void **state)
{
	(void)state;
	for (unsigned length = 1; length < 12; length++)
		walk_circle(length, 4 * (size_t)length + 4);
}

static void test_other_hosts_get_no_token(void **state)
{
	(void)state;
	static const char *const links[] = {
		"https://evil.example/x",
		"http://management.azure.com/x",
		"https://management.azure.com:8443/x",
		"https://xmanagement.azure.com/x",
		"https://azure.com/x",
		"//evil.example/x",
		"https://management.azure.com@evil.example/x",
	};

	for (size_t i = 0; i < ACR_COUNT(links); i++) {
		ACR_AUTO_FREE char *body = acr_format("{\"value\":[1],\"nextLink\":\"%s\"}", links[i]);
		struct client_fixture f;

		client_begin(&f);
		page(&f, ARM "/subscriptions/S/things?api-version=1", body);
		assert_int_equal(call(&f, &list, NULL, NULL), ACR_ERROR_SERVICE);
		assert_non_null(strstr(f.error.message, "The service points to another host ("));
		client_end(&f);
	}
}

static void test_hosts_below_and_back(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	page(&f, ARM "/subscriptions/S/things?api-version=1",
	     "{\"value\":[1],\"nextLink\":\"https://westeurope.management.azure.com/2\"}");
	page(&f, "https://westeurope.management.azure.com/2", "{\"value\":[2],\"nextLink\":\"" ARM "/3\"}");
	page(&f, ARM "/3", "{\"value\":[3]}");
	assert_int_equal(call(&f, &list, NULL, NULL), 0);
	assert_result(&f, "[1,2,3]");
	client_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url_of_management),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_subscription),
		cmocka_unit_test(test_missing_values),
		cmocka_unit_test(test_one_request_id_for_all),
		cmocka_unit_test(test_registry),
		cmocka_unit_test(test_errors_of_services),
		cmocka_unit_test(test_answers_that_are_no_json),
		cmocka_unit_test(test_redirections_are_no_success),
		cmocka_unit_test(test_pages_of_management),
		cmocka_unit_test(test_lists_that_are_not_there),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_an_error_on_a_later_page),
		cmocka_unit_test(test_pages_of_registries),
		cmocka_unit_test(test_links_that_lead_nowhere),
		cmocka_unit_test(test_circles_end),
		cmocka_unit_test(test_other_hosts_get_no_token),
		cmocka_unit_test(test_hosts_below_and_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
