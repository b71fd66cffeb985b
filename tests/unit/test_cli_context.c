/* What a command knows about its registry: name, place, login server, and where to look when that does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "client_fixture.h"
#include "context.h"
#include "opttype.h"

#define ID "/subscriptions/S/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/myreg"
#define SEARCH ARM "/subscriptions/S/resources?*"
#define FOUND "{\"value\":[{\"name\":\"myreg\",\"id\":\"" ID "\"}]}"
#define SHOW ARM ID "?api-version=" ACR_API_REGISTRY
#define LOST "cannot find the host myreg.azurecr.io:443"

static const struct option options[] = {{.name = "registry"}, {.name = "resource-group"}, {.name = "username"},
					{.name = "password"}, {.name = "suffix"},         {.name = "repository"}};

struct fixture {
	struct client_fixture client;
	struct arg list[ACR_COUNT(options)];
	struct args args;
	struct io io;
	struct settings *settings;
	struct context context;
	char *printed;
	size_t size;
};

static void give(struct fixture *f, const char *name, const char *value)
{
	for (size_t i = 0; i < ACR_COUNT(options); i++)
		if (!strcmp(options[i].name, name))
			f->list[i].value = acr_json_new_string(value);
}

/* The command's client has been made already: the one of the test. */
static void begin_with(struct fixture *f, const char *registry)
{
	for (size_t i = 0; i < ACR_COUNT(options); i++)
		f->list[i].option = &options[i];
	f->args = (struct args){.list = f->list, .count = ACR_COUNT(options)};
	if (registry)
		give(f, "registry", registry);
	f->io.err = open_memstream(&f->printed, &f->size);
	f->settings = settings_new();
	context_init(&f->context, &f->io, &f->args, f->settings);
	f->context.client = f->client.client;
}

static void begin(struct fixture *f, const char *registry)
{
	*f = (struct fixture){0};
	client_begin(&f->client);
	begin_with(f, registry);
}

static void end(struct fixture *f)
{
	f->context.client = NULL;
	context_clear(&f->context);
	settings_free(f->settings);
	for (size_t i = 0; i < ACR_COUNT(options); i++)
		acr_json_free(f->list[i].value);
	fclose(f->io.err);
	free(f->printed);
	client_end(&f->client);
}

static void expect(struct fixture *f, const char *method, const char *url, long status, const char *body)
{
	fake_expect(f->client.script, method, url);
	fake_reply(f->client.script, status, body);
}

static void expect_lost(struct fixture *f, const char *url)
{
	fake_expect(f->client.script, "POST", url);
	fake_fail(f->client.script, ACR_ERROR_NETWORK, LOST);
}

/* Tokens and the catalog of a login server that answers. */
static void expect_catalog(struct fixture *f, const char *server)
{
	ACR_AUTO_FREE char *exchange = acr_format("https://%s/oauth2/exchange", server);
	ACR_AUTO_FREE char *token = acr_format("https://%s/oauth2/token", server);
	ACR_AUTO_FREE char *catalog = acr_format("https://%s/v2/_catalog", server);

	expect(f, "POST", exchange, 200, "{\"refresh_token\":\"R\"}");
	expect(f, "POST", token, 200, "{\"access_token\":\"A\"}");
	expect(f, "GET", catalog, 200, "{\"repositories\":[\"a\"]}");
}

static int call(struct fixture *f)
{
	struct acr_params params = {0};
	int rc = context_call(&f->context, &acr_op_catalog, &params, NULL, &f->client.result, &f->client.error);

	acr_params_clear(&params);
	return rc;
}

static void test_login_server(void **state)
{
	(void)state;
	static const struct {
		const char *registry, *suffix, *server;
	} cases[] = {
		{"MyReg", NULL, "myreg.azurecr.io"},
		{"myreg-abc", NULL, "myreg-abc.azurecr.io"},
		{"myreg.azurecr.io", NULL, "myreg.azurecr.io"},
		{"myreg", "abc", "myreg-abc.azurecr.io"},
		{"myreg", "", "myreg.azurecr.io"},
		{"myreg-def", "abc", "myreg-abc.azurecr.io"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct fixture f;
		const char *server;

		begin(&f, cases[i].registry);
		if (cases[i].suffix)
			give(&f, "suffix", cases[i].suffix);
		assert_int_equal(context_login_server(&f.context, &server, &f.client.error), 0);
		assert_string_equal(server, cases[i].server);
		assert_int_equal(fake_requests(f.client.script), 0);
		end(&f);
	}
}

static void test_no_name(void **state)
{
	(void)state;
	const struct acr_registry *registry;
	struct fixture f;

	begin(&f, NULL);
	assert_int_equal(call(&f), ACR_ERROR_GENERAL);
	assert_string_equal(f.client.error.message, "Name the registry: --registry or --name, or AZURE_DEFAULTS_ACR.");
	assert_int_equal(context_registry(&f.context, &registry, NULL), ACR_ERROR_GENERAL);
	end(&f);
}

/* What is cut off is told once, though both services are asked. */
static void test_one_warning(void **state)
{
	(void)state;
	const struct acr_registry *registry;
	const char *server;
	struct fixture f;

	begin(&f, "myreg-abc.azurecr.io");
	give(&f, "resource-group", "rg");
	assert_int_equal(context_login_server(&f.context, &server, NULL), 0);
	assert_int_equal(context_registry(&f.context, &registry, NULL), 0);
	assert_string_equal(registry->id, ID);
	assert_string_equal(f.printed, "WARNING: Registry name is 'myreg'. The following suffix '-abc.azurecr.io' is "
				       "automatically omitted.\n");
	end(&f);
}

static void test_label_is_found(void **state)
{
	(void)state;
	struct fixture f;

	begin(&f, "myreg");
	expect_lost(&f, "https://myreg.azurecr.io/oauth2/exchange");
	expect(&f, "GET", SEARCH, 200, FOUND);
	expect(&f, "GET", SHOW, 200, "{\"properties\":{\"loginServer\":\"myreg-abc.azurecr.io\"}}");
	expect_catalog(&f, "myreg-abc.azurecr.io");
	assert_int_equal(call(&f), 0);
	assert_result(&f.client, "[\"a\"]");
	assert_int_equal(f.client.error.code, 0);
	/* The next command knows. */
	ACR_AUTO_FREE char *server = NULL;
	assert_int_equal(acr_login_server(f.client.client, "myreg", NULL, NULL, &server, NULL), 0);
	assert_string_equal(server, "myreg-abc.azurecr.io");
	end(&f);
}

static void assert_first_error(struct fixture *f)
{
	assert_int_equal(call(f), ACR_ERROR_NETWORK);
	assert_non_null(strstr(f->client.error.message, LOST));
	assert_null(f->client.error.service_code);
	assert_null(f->client.result);
}

static void test_first_error_is_kept(void **state)
{
	(void)state;
	struct fixture f;

	/* Nothing else is known there. */
	begin(&f, "myreg");
	expect_lost(&f, "https://myreg.azurecr.io/oauth2/exchange");
	expect(&f, "GET", SEARCH, 200, FOUND);
	expect(&f, "GET", SHOW, 200, "{\"properties\":{\"loginServer\":\"MyReg.azurecr.io\"}}");
	assert_first_error(&f);
	end(&f);

	/* Not found, not allowed to look. */
	begin(&f, "myreg");
	expect_lost(&f, "https://myreg.azurecr.io/oauth2/exchange");
	expect(&f, "GET", SEARCH, 200, "{\"value\":[]}");
	assert_first_error(&f);
	end(&f);

	begin(&f, "myreg");
	expect_lost(&f, "https://myreg.azurecr.io/oauth2/exchange");
	expect(&f, "GET", SEARCH, 403, "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"no\"}}");
	assert_first_error(&f);
	end(&f);

	/* Without an error to fill in, as completion asks. */
	struct acr_params params = {0};
	begin(&f, "myreg");
	expect_lost(&f, "https://myreg.azurecr.io/oauth2/exchange");
	expect(&f, "GET", SEARCH, 200, FOUND);
	expect(&f, "GET", SHOW, 200, "{\"properties\":{\"loginServer\":\"other.azurecr.io\"}}");
	expect_lost(&f, "https://other.azurecr.io/oauth2/exchange");
	assert_int_equal(context_call(&f.context, &acr_op_catalog, &params, NULL, &f.client.result, NULL),
			 ACR_ERROR_NETWORK);
	acr_params_clear(&params);
	end(&f);
}

/* User name and password are enough for the registry, but nobody is there to ask management. */
static void test_nobody_to_ask(void **state)
{
	(void)state;
	struct fixture f = {0};

	client_prepare(&f.client);
	f.client.options.subscription = NULL;
	client_start(&f.client);
	begin_with(&f, "myreg");
	give(&f, "username", "me");
	give(&f, "password", "secret");
	expect_lost(&f, "https://myreg.azurecr.io/oauth2/token");
	assert_first_error(&f);
	assert_int_equal(fake_requests(f.client.script), 1);
	end(&f);
}

static void test_interrupted_while_looking(void **state)
{
	(void)state;
	struct fixture f;

	begin(&f, "myreg");
	expect_lost(&f, "https://myreg.azurecr.io/oauth2/exchange");
	fake_expect(f.client.script, "GET", SEARCH);
	fake_fail(f.client.script, ACR_ERROR_INTERRUPTED, "interrupted");
	assert_int_equal(call(&f), ACR_ERROR_INTERRUPTED);
	assert_string_equal(f.client.error.message, "interrupted");
	end(&f);
}

/* An address that the user typed is not looked for elsewhere. */
static void test_typed_addresses(void **state)
{
	(void)state;
	struct fixture f;

	begin(&f, NULL);
	f.context.login_server = acr_strdup("myreg.azurecr.io");
	expect_lost(&f, "https://myreg.azurecr.io/oauth2/exchange");
	assert_first_error(&f);
	assert_int_equal(fake_requests(f.client.script), 1);
	end(&f);

	f = (struct fixture){0};
	client_prepare(&f.client);
	free(f.client.options.cloud.registry_suffix);
	f.client.options.cloud.registry_suffix = NULL;
	client_start(&f.client);
	begin_with(&f, "myreg.stack.example");
	expect_lost(&f, "https://myreg.stack.example/oauth2/exchange");
	assert_first_error(&f);
	assert_int_equal(fake_requests(f.client.script), 1);
	end(&f);
}

/* Where the registry is can be asked by its address, too: for the admin account, say. */
static void test_registry_of_an_address(void **state)
{
	(void)state;
	const struct acr_registry *registry;
	struct fixture f;

	begin(&f, NULL);
	f.context.login_server = acr_strdup("myreg-abc.azurecr.io");
	expect(&f, "GET", SEARCH, 200, FOUND);
	assert_int_equal(context_registry(&f.context, &registry, &f.client.error), 0);
	assert_string_equal(registry->id, ID);
	assert_string_equal(f.printed ? f.printed : "", "");
	end(&f);
}

static void test_moved_login_server(void **state)
{
	(void)state;
	struct fixture f = {0};

	client_prepare(&f.client);
	free(f.client.options.cloud.registry_suffix);
	f.client.options.cloud.registry_suffix = NULL;
	client_start(&f.client);
	begin_with(&f, "MyReg");
	acr_login_server_keep(f.client.client, "myreg", NULL, "localhost:5001");
	expect_lost(&f, "https://localhost:5001/oauth2/exchange");
	expect(&f, "GET", SEARCH, 200, FOUND);
	expect(&f, "GET", ARM "/subscriptions/S/resourceGroups/rg/*", 200,
	       "{\"properties\":{\"loginServer\":\"localhost:5002\"}}");
	expect_catalog(&f, "localhost:5002");
	assert_int_equal(call(&f), 0);
	assert_result(&f.client, "[\"a\"]");
	end(&f);
}

static void test_password_is_asked_for(void **state)
{
	(void)state;
	struct fixture f;

	begin(&f, "myreg");
	give(&f, "username", "me");
	assert_int_equal(call(&f), ACR_ERROR_GENERAL);
	assert_string_equal(f.client.error.message,
			    "Please specify both username and password in non-interactive mode.");
	end(&f);

	begin(&f, "myreg");
	give(&f, "username", "me");
	f.io.in = tmpfile();
	fputs("secret\n", f.io.in);
	rewind(f.io.in);
	f.io.in_terminal = true;
	fake_expect(f.client.script, "POST", "https://myreg.azurecr.io/oauth2/token");
	fake_expect_body(f.client.script, "*username=me*password=secret*");
	fake_reply(f.client.script, 200, "{\"access_token\":\"A\"}");
	expect(&f, "GET", "https://myreg.azurecr.io/v2/_catalog", 200, "{\"repositories\":[]}");
	assert_int_equal(call(&f), 0);
	fclose(f.io.in);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_login_server),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_one_warning),
		cmocka_unit_test(test_label_is_found),
		cmocka_unit_test(test_first_error_is_kept),
		cmocka_unit_test(test_nobody_to_ask),
		cmocka_unit_test(test_interrupted_while_looking),
		cmocka_unit_test(test_typed_addresses),
		cmocka_unit_test(test_registry_of_an_address),
		cmocka_unit_test(test_moved_login_server),
		cmocka_unit_test(test_password_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
