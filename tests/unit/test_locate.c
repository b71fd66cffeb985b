/* Where a registry is: by name, by group, by login server; login servers and how long they are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/ops.h>
#include "client_fixture.h"

#define SEARCH                                                                                                         \
	ARM "/subscriptions/S/resources?$filter=resourceType%20eq%20%27Microsoft.ContainerRegistry%2Fregistries%27"    \
	    "&api-version=" ACR_API_RESOURCES
#define LIST ARM "/subscriptions/S/providers/Microsoft.ContainerRegistry/registries?api-version=" ACR_API_REGISTRY
#define ID(group, name)                                                                                                \
	"/subscriptions/S/resourceGroups/" group "/providers/Microsoft.ContainerRegistry/registries/" name

static void expect(struct client_fixture *f, const char *url, const char *body)
{
	fake_expect(f->script, "GET", url);
	fake_reply(f->script, 200, body);
}

/* A cloud without a suffix. */
static void begin_bare(struct client_fixture *f)
{
	client_prepare(f);
	free(f->options.cloud.registry_suffix);
	f->options.cloud.registry_suffix = NULL;
	client_start(f);
}

static void test_group_given(void **state)
{
	(void)state;
	ACR_AUTO(acr_registry) registry = {0};
	struct client_fixture f;

	client_begin(&f);
	assert_int_equal(acr_locate(f.client, "MyReg", "My Group", &registry, &f.error), 0);
	assert_string_equal(registry.id, ID("My Group", "MyReg"));
	assert_string_equal(registry.name, "MyReg");
	assert_string_equal(registry.resource_group, "My Group");
	assert_null(registry.sku);
	assert_null(registry.location);
	assert_null(registry.login_server);
	assert_int_equal(fake_requests(f.script), 0);
	client_end(&f);
}

static void test_search(void **state)
{
	(void)state;
	static const char *const groups[] = {NULL, ""};

	for (size_t i = 0; i < ACR_COUNT(groups); i++) {
		ACR_AUTO(acr_registry) registry = {0};
		struct client_fixture f;

		client_begin(&f);
		expect(&f, SEARCH, "{\"value\":[{\"name\":\"other\",\"id\":\"/x\"}],\"nextLink\":\"/2\"}");
		expect(&f, ARM "/2",
		       "{\"value\":[{\"id\":\"" ID("RG-One",
						   "MYREG") "\",\"name\":\"MYREG\",\"location\":\"westus\","
							    "\"sku\":{\"name\":\"Basic\",\"tier\":\"Basic\"}}]}");
		assert_int_equal(acr_locate(f.client, "myReg", groups[i], &registry, &f.error), 0);
		/* As az goes on: the name as typed, the group in lower case. */
		assert_string_equal(registry.id, ID("rg-one", "myReg"));
		assert_string_equal(registry.name, "myReg");
		assert_string_equal(registry.resource_group, "rg-one");
		assert_string_equal(registry.location, "westus");
		assert_string_equal(registry.sku, "Basic");
		client_end(&f);
	}
}

static void test_search_without_a_match(void **state)
{
	(void)state;
	ACR_AUTO(acr_registry) registry = {0};
	struct client_fixture f;

	client_begin(&f);
	expect(&f, SEARCH, "{\"value\":[{\"name\":\"myreg2\",\"id\":\"" ID("a", "myreg2") "\"},{\"id\":\"/x\"}]}");
	assert_int_equal(acr_locate(f.client, "myreg", NULL, &registry, &f.error), ACR_ERROR_GENERAL);
	assert_string_equal(
		f.error.message,
		"The resource with name 'myreg' and type 'Microsoft.ContainerRegistry/registries' could not "
		"be found in subscription 'My Subscription (S)'.");
	assert_null(registry.id);
	client_end(&f);
}

static void test_search_with_several_matches(void **state)
{
	(void)state;
	ACR_AUTO(acr_registry) registry = {0};
	struct client_fixture f;

	client_begin(&f);
	expect(&f, SEARCH,
	       "{\"value\":[{\"name\":\"myreg\",\"id\":\"" ID("a", "myreg") "\"},{\"name\":\"MyReg\",\"id\":\"" ID(
		       "b", "MyReg") "\"}]}");
	assert_int_equal(acr_locate(f.client, "myreg", NULL, &registry, &f.error), ACR_ERROR_GENERAL);
	assert_string_equal(f.error.message, "More than one resources with type "
					     "'Microsoft.ContainerRegistry/registries' are found with name 'myreg'.");
	assert_null(registry.id);
	client_end(&f);
}

static void test_search_without_a_group_in_the_id(void **state)
{
	(void)state;
	static const char *const bodies[] = {"{\"value\":[{\"name\":\"myreg\",\"id\":\"/x\"}]}",
					     "{\"value\":[{\"name\":\"myreg\"}]}"};

	for (size_t i = 0; i < ACR_COUNT(bodies); i++) {
		ACR_AUTO(acr_registry) registry = {0};
		struct client_fixture f;

		client_begin(&f);
		expect(&f, SEARCH, bodies[i]);
		assert_int_equal(acr_locate(f.client, "myreg", NULL, &registry, &f.error), ACR_ERROR_SERVICE);
		assert_string_equal(f.error.message,
				    "The service does not say in which resource group 'myreg' is. Give "
				    "--resource-group.");
		client_end(&f);
	}
}

static void test_no_subscription(void **state)
{
	(void)state;
	ACR_AUTO(acr_registry) registry = {0};
	ACR_AUTO_FREE char *server = NULL;
	struct client_fixture f;

	client_prepare(&f);
	f.options.subscription = NULL;
	client_start(&f);
	assert_int_equal(acr_locate(f.client, "myreg", "group", &registry, &f.error), ACR_ERROR_SIGN_IN);
	/* A registry in a cloud with a suffix does not need one. */
	assert_int_equal(acr_login_server(f.client, "myreg", NULL, NULL, &server, &f.error), 0);
	assert_string_equal(server, "myreg.azurecr.io");
	client_end(&f);
}

static void test_login_server_as_name(void **state)
{
	(void)state;
	ACR_AUTO(acr_registry) registry = {0};
	struct client_fixture f;

	begin_bare(&f);
	expect(&f, LIST,
	       "{\"value\":[{\"id\":\"" ID(
		       "RG",
		       "a") "\",\"name\":\"a\",\"properties\":{}},"
			    "{\"id\":\"" ID(
				    "RG",
				    "b") "\",\"name\":\"b\",\"location\":\"local\",\"sku\":{\"name\":\"Premium\"},"
					 "\"properties\":{\"loginServer\":\"LocalHost:5001\"}}]}");
	assert_int_equal(acr_locate(f.client, "localhost:5001", "rg", &registry, &f.error), 0);
	assert_string_equal(registry.id, ID("RG", "b"));
	assert_string_equal(registry.name, "b");
	assert_string_equal(registry.resource_group, "rg");
	assert_string_equal(registry.login_server, "LocalHost:5001");
	acr_registry_clear(&registry);

	/* The same login server, but in another group than the one asked for. */
	expect(&f, LIST,
	       "{\"value\":[{\"id\":\"" ID("RG", "b") "\",\"name\":\"b\",\"properties\":"
							 "{\"loginServer\":\"localhost:5001\"}}]}");
	assert_int_equal(acr_locate(f.client, "localhost:5001", "other", &registry, &f.error), ACR_ERROR_NOT_FOUND);
	acr_error_clear(&f.error);

	expect(&f, LIST, "{\"value\":[]}");
	assert_int_equal(acr_locate(f.client, "localhost:5009", NULL, &registry, &f.error), ACR_ERROR_GENERAL);
	assert_string_equal(f.error.message, "No registry with the login server 'localhost:5009' could be found in "
					     "subscription 'My Subscription (S)'.");
	client_end(&f);
}

/* ---- login servers ---- */

static void assert_login_server(struct client_fixture *f, const char *name, const char *label, const char *group,
				const char *expected)
{
	ACR_AUTO_FREE char *server = NULL;

	assert_int_equal(acr_login_server(f->client, name, label, group, &server, &f->error), 0);
	assert_string_equal(server, expected);
}

static void test_login_server_by_suffix(void **state)
{
	(void)state;
	struct client_fixture f;

	client_begin(&f);
	assert_login_server(&f, "MyReg", NULL, NULL, "myreg.azurecr.io");
	assert_login_server(&f, "MyReg", "-AbC", "group", "myreg-abc.azurecr.io");
	assert_int_equal(fake_requests(f.script), 0);
	client_end(&f);
}

static void test_login_server_asked_once(void **state)
{
	(void)state;
	struct client_fixture f;

	begin_bare(&f);
	expect(&f, LIST,
	       "{\"value\":[{\"name\":\"other\",\"properties\":{\"loginServer\":\"o:1\"}},"
	       "{\"name\":\"myreg\",\"properties\":{\"loginServer\":\"localhost:5001\"}}]}");
	assert_login_server(&f, "MyReg", NULL, NULL, "localhost:5001");
	assert_login_server(&f, "myreg", NULL, "", "localhost:5001");
	assert_int_equal(fake_requests(f.script), 1);
	/* In a group another registry may have the name. */
	expect(&f, ARM ID("rg", "myreg") "?api-version=" ACR_API_REGISTRY,
	       "{\"properties\":{\"loginServer\":\"localhost:5002\"}}");
	assert_login_server(&f, "myreg", NULL, "rg", "localhost:5002");
	assert_login_server(&f, "myreg", NULL, "RG", "localhost:5002");
	assert_int_equal(fake_requests(f.script), 2);
	client_end(&f);
}

static void test_login_server_is_not_kept_for_ever(void **state)
{
	(void)state;
	struct client_fixture f;

	begin_bare(&f);
	acr_login_server_keep(f.client, "myreg", NULL, "localhost:5001");
	f.clock.elapsed_ms = (60 * 60 - 1) * 1000;
	assert_login_server(&f, "myreg", NULL, NULL, "localhost:5001");
	f.clock.elapsed_ms = 60 * 60 * 1000;
	expect(&f, LIST, "{\"value\":[{\"name\":\"myreg\",\"properties\":{\"loginServer\":\"localhost:5009\"}}]}");
	assert_login_server(&f, "myreg", NULL, NULL, "localhost:5009");
	client_end(&f);
}

static void test_forgetting(void **state)
{
	(void)state;
	struct client_fixture f;

	/* Kept because name and suffix alone did not lead there. */
	client_begin(&f);
	acr_login_server_keep(f.client, "myreg", NULL, "myreg-abc.azurecr.io");
	assert_login_server(&f, "MYREG", NULL, NULL, "myreg-abc.azurecr.io");
	assert_login_server(&f, "myreg", NULL, "rg", "myreg.azurecr.io");
	assert_login_server(&f, "myreg", "-def", NULL, "myreg-def.azurecr.io");
	acr_login_server_forget(f.client, "MyReg");
	assert_login_server(&f, "myreg", NULL, NULL, "myreg.azurecr.io");
	client_end(&f);
}

static void test_login_server_unknown(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *server = NULL;
	struct client_fixture f;

	begin_bare(&f);
	expect(&f, LIST, "{\"value\":[{\"name\":\"other\",\"properties\":{\"loginServer\":\"o:1\"}}]}");
	assert_int_equal(acr_login_server(f.client, "myreg", NULL, NULL, &server, &f.error), ACR_ERROR_GENERAL);
	assert_string_equal(
		f.error.message,
		"The resource with name 'myreg' and type 'Microsoft.ContainerRegistry/registries' could not "
		"be found in subscription 'My Subscription (S)'.");
	client_reset(&f);
	/* In a group it is management that does not find it. */
	fake_expect(f.script, "GET", ARM ID("rg", "myreg") "?api-version=" ACR_API_REGISTRY);
	fake_reply(f.script, 404, "{\"error\":{\"code\":\"ResourceNotFound\",\"message\":\"gone\"}}");
	assert_int_equal(acr_login_server(f.client, "myreg", NULL, "rg", &server, &f.error), ACR_ERROR_NOT_FOUND);
	client_reset(&f);
	expect(&f, LIST, "{\"value\":[{\"name\":\"myreg\",\"properties\":{\"provisioningState\":\"Creating\"}}]}");
	assert_int_equal(acr_login_server(f.client, "myreg", NULL, NULL, &server, &f.error), ACR_ERROR_SERVICE);
	assert_string_equal(f.error.message, "The registry 'myreg' has no login server yet. Try again later.");
	client_reset(&f);
	expect(&f, LIST, "{\"value\":[{\"name\":\"myreg\"},{\"name\":\"MyReg\"}]}");
	assert_int_equal(acr_login_server(f.client, "myreg", NULL, NULL, &server, &f.error), ACR_ERROR_GENERAL);
	assert_non_null(strstr(f.error.message, "More than one"));
	assert_null(server);
	client_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group_given),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_search_without_a_match),
		cmocka_unit_test(test_search_with_several_matches),
		cmocka_unit_test(test_search_without_a_group_in_the_id),
		cmocka_unit_test(test_no_subscription),
		cmocka_unit_test(test_login_server_as_name),
		cmocka_unit_test(test_login_server_by_suffix),
		cmocka_unit_test(test_login_server_asked_once),
		cmocka_unit_test(test_login_server_is_not_kept_for_ever),
		cmocka_unit_test(test_forgetting),
		cmocka_unit_test(test_login_server_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
