/* Managed identity: which service is asked, how long it is waited for, and what its answers mean. The protocols
 * themselves are played by tests/identity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/credential.h>
#include <acr/file.h>
#include "fake_clock.h"
#include "fake_transport.h"

#define ARM "https://management.core.windows.net/"
#define QUERY "&resource=https%3A%2F%2Fmanagement.core.windows.net%2F"
#define IMDS "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01" QUERY
#define TOKEN "{\"access_token\":\"at\",\"expires_on\":\"1700003600\"}"

/* The variables of a hosting service: names and values in turn, ended by NULL. */
static const char *const *variables;

static const char *find_variable(const char *name)
{
	for (const char *const *one = variables; one && *one; one += 2) {
		if (strcmp(*one, name) == 0)
			return one[1];
	}
	return NULL;
}

struct fixture {
	struct fake_clock clock;
	struct fake_script *script;
	struct acr_transport *transport;
	struct acr_managed_identity_options options;
	struct acr_credential *credential;
	struct acr_token token;
	struct acr_error error;
};

static int set_up(void **state)
{
	struct fixture *f = acr_alloc(sizeof(*f));

	fake_clock_init(&f->clock);
	f->script = fake_script_new();
	f->transport = fake_transport_new(f->script);
	f->options.environment = find_variable;
	variables = NULL;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	acr_credential_free(f->credential);
	acr_transport_free(f->transport);
	fake_script_done(f->script);
	acr_token_clear(&f->token);
	acr_error_clear(&f->error);
	free(f);
	return 0;
}

static int get(struct fixture *f)
{
	if (!f->credential)
		f->credential = acr_managed_identity_new(&f->options, f->transport, &f->clock.clock);
	acr_error_clear(&f->error);
	acr_token_clear(&f->token);
	return f->credential->get(f->credential, ARM, NULL, &f->token, &f->error);
}

static void expect(struct fixture *f, const char *url, long status, const char *body)
{
	fake_expect(f->script, "GET", url);
	fake_reply(f->script, status, body);
}

static void test_imds(void **state)
{
	struct fixture *f = *state;

	expect(f, IMDS, 200, TOKEN);
	fake_expect_header(f->script, "Metadata", "true");
	assert_int_equal(get(f), 0);
	assert_string_equal(f->token.secret, "at");
	assert_int_equal(f->token.expires_on, 1700003600);
	assert_false(f->credential->guess);
}

static void test_probe(void **state)
{
	struct fixture *f = *state;

	f->options.guess = true;
	expect(f, IMDS, 400, "{}");
	fake_expect_header(f->script, "Metadata", NULL);
	expect(f, IMDS, 200, TOKEN);
	fake_expect_header(f->script, "Metadata", "true");
	assert_int_equal(get(f), 0);
	assert_true(f->credential->guess);
}

static void test_nothing_there(void **state)
{
	struct fixture *f = *state;

	f->options.guess = true;
	fake_expect(f->script, "GET", IMDS);
	fake_fail(f->script, ACR_ERROR_TIMEOUT, "too slow");
	assert_int_equal(get(f), ACR_ERROR_SIGN_IN);
	/* It is asked once in the life of a process. */
	assert_int_equal(get(f), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message, "there is no managed identity here");
}

static void test_absence_is_remembered(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_cache) *cache = acr_cache_new(NULL, &f->clock.clock, NULL, NULL);

	f->options.guess = true;
	f->options.cache = cache;
	for (int i = 0; i < 3; i++) {
		if (i != 1) { /* the first time, and when the minute is over */
			fake_expect(f->script, "GET", IMDS);
			fake_fail(f->script, ACR_ERROR_NETWORK, "nobody there");
		}
		assert_int_equal(get(f), ACR_ERROR_SIGN_IN);
		acr_credential_free(f->credential);
		f->credential = NULL;
		f->clock.elapsed_ms += 40000;
	}
}

static void test_refused_by_a_proxy(void **state)
{
	struct fixture *f = *state;

	f->options.guess = true;
	expect(f, IMDS, 403, "A socket operation was attempted to an unreachable network.");
	assert_int_equal(get(f), ACR_ERROR_SIGN_IN);
}

static void test_interrupted_while_probing(void **state)
{
	struct fixture *f = *state;

	f->options.guess = true;
	fake_expect(f->script, "GET", IMDS);
	fake_fail(f->script, ACR_ERROR_INTERRUPTED, "interrupted");
	assert_int_equal(get(f), ACR_ERROR_INTERRUPTED);
}

static void test_passing_states(void **state)
{
	static const long statuses[] = {404, 429, 500, 503, 408, 404};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(statuses); i++)
		expect(f, IMDS, statuses[i], "");
	assert_int_equal(get(f), ACR_ERROR_SERVICE);
	assert_int_equal(f->clock.sleeps, 5);
	assert_int_equal(f->clock.slept[0], 800);
	assert_int_equal(f->clock.slept[4], 12800);
}

/* An update of the service takes up to 70 s. */
static void test_gone_for_a_while(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < 8; i++)
		expect(f, IMDS, 410, "");
	expect(f, IMDS, 200, TOKEN);
	assert_int_equal(get(f), 0);
	assert_true(fake_clock_slept(&f->clock) > 60000 && fake_clock_slept(&f->clock) < 90000);
}

static void test_interrupted_while_waiting(void **state)
{
	struct fixture *f = *state;

	f->clock.interrupt_at = 2;
	expect(f, IMDS, 404, "");
	expect(f, IMDS, 404, "");
	assert_int_equal(get(f), ACR_ERROR_INTERRUPTED);
}

static void test_no_such_identity(void **state)
{
	static const char body[] = "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}";
	struct fixture *f = *state;

	f->options.id = (struct acr_managed_identity_id){ACR_IDENTITY_CLIENT, "c-1"};
	expect(f, IMDS "&client_id=c-1", 400, body);
	assert_int_equal(get(f), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message,
			    "the metadata service gave no token for the managed identity: Identity not found");
}

static void test_answers_without_token(void **state)
{
	static const char *const bodies[] = {"", "<html>", "[]", "{\"access_token\":1}"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(bodies); i++) {
		expect(f, IMDS, 200, bodies[i]);
		assert_int_equal(get(f), ACR_ERROR_FORMAT);
	}
}

static void test_service_by_variables(void **state)
{
	static const struct {
		const char *variables[7], *url, *header, *value;
	} rows[] = {
		{{"IDENTITY_ENDPOINT", "http://127.0.0.1:1/t", "IDENTITY_HEADER", "s"},
		 "http://127.0.0.1:1/t?api-version=2019-08-01" QUERY,
		 "X-IDENTITY-HEADER",
		 "s"},
		/* Some set the older names, too. */
		{{"MSI_ENDPOINT", "http://127.0.0.1:2/t", "IDENTITY_ENDPOINT", "http://127.0.0.1:1/t", "IDENTITY_HEADER",
		  "s"},
		 "http://127.0.0.1:1/t?api-version=2019-08-01" QUERY,
		 "X-IDENTITY-HEADER",
		 "s"},
		{{"MSI_ENDPOINT", "http://127.0.0.1:2/t", "MSI_SECRET", "s"},
		 "http://127.0.0.1:2/t?api-version=2017-09-01" QUERY,
		 "Secret",
		 "s"},
		{{"IDENTITY_ENDPOINT", "http://127.0.0.1:3/t", "IMDS_ENDPOINT", "x"},
		 "http://127.0.0.1:3/t?api-version=2020-06-01" QUERY,
		 "Metadata",
		 "true"},
		{{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:4/"},
		 "http://127.0.0.1:4/metadata/identity/oauth2/token?api-version=2018-02-01" QUERY,
		 "Metadata",
		 "true"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		variables = rows[i].variables;
		acr_credential_free(f->credential);
		f->credential = NULL;
		expect(f, rows[i].url, 200, TOKEN);
		fake_expect_header(f->script, rows[i].header, rows[i].value);
		assert_int_equal(get(f), 0);
	}
}

/* The end as a date in a form of its own: the token knows it, too. */
static void test_end_from_the_token(void **state)
{
	static const char *const service[] = {"MSI_ENDPOINT", "http://127.0.0.1:2/t", "MSI_SECRET", "s", NULL};
	struct fixture *f = *state;

	variables = service;
	/* {"exp":1700001234} */
	expect(f, "*", 200, "{\"access_token\":\"e30.eyJleHAiOjE3MDAwMDEyMzR9.x\",\"expires_on\":\"9/14/2017 0:00 AM\"}");
	assert_int_equal(get(f), 0);
	assert_int_equal(f->token.expires_on, 1700001234);
	expect(f, "*", 200, "{\"access_token\":\"opaque\",\"expires_on\":\"9/14/2017 0:00 AM\"}");
	assert_int_equal(get(f), 0);
	assert_int_equal(f->token.expires_on, FAKE_CLOCK_START + 600);
}

static void test_cannot_do(void **state)
{
	static const char *const shell[] = {"MSI_ENDPOINT", "http://127.0.0.1:2/t", NULL};
	static const char *const learning[] = {"MSI_ENDPOINT", "http://127.0.0.1:2/t", "MSI_SECRET", "s", NULL};
	struct fixture *f = *state;

	f->options.id = (struct acr_managed_identity_id){ACR_IDENTITY_OBJECT, "o-1"};
	variables = shell;
	assert_int_equal(get(f), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "Cloud Shell cannot give a token for the managed identity 'o-1'; it knows no "
					      "user-assigned identities");
	variables = learning;
	assert_int_equal(get(f), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "Azure Machine Learning cannot give a token for the managed identity 'o-1'; "
					      "it knows user-assigned identities by their client id only");
}

/* A job on an Arc machine has no variables; the agent's file tells. Variables go first. */
static void test_arc_without_variables(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const app[] = {"IDENTITY_ENDPOINT", "http://127.0.0.1:2/t", "IDENTITY_HEADER", "s", NULL};
	struct fixture *f = *state;

	f->options.arc_agent = "/proc/self/exe";
	variables = none;
	expect(f, "http://127.0.0.1:40342/metadata/identity/oauth2/token?api-version=2020-06-01&resource=*", 200, TOKEN);
	fake_expect_header(f->script, "Metadata", "true");
	assert_int_equal(get(f), 0);
	variables = app;
	expect(f, "http://127.0.0.1:2/t?api-version=2019-08-01&*", 200, TOKEN);
	assert_int_equal(get(f), 0);
}

static void test_arc(void **state)
{
	static const char *const service[] = {"IDENTITY_ENDPOINT", "http://127.0.0.1:3/t", "IMDS_ENDPOINT", "x", NULL};
	char folder[] = "/tmp/acr-test-XXXXXX";
	struct fixture *f = *state;

	assert_non_null(mkdtemp(folder));
	ACR_AUTO_FREE char *key = acr_path_join(folder, "a.key");
	ACR_AUTO_FREE char *challenge = acr_format("Basic realm=%s", key);
	ACR_AUTO_FREE char *command = acr_format("rm -r '%s'", folder);
	assert_int_equal(acr_file_replace(key, "k-1", 3, 0600, NULL), 0);
	variables = service;
	f->options.arc_key_folder = folder;
	expect(f, "*", 401, "");
	fake_reply_header(f->script, "WWW-Authenticate", challenge);
	expect(f, "*", 200, TOKEN);
	fake_expect_header(f->script, "Authorization", "Basic k-1");
	fake_expect_header(f->script, "Metadata", "true");
	assert_int_equal(get(f), 0);
	expect(f, "*", 401, "");
	assert_int_equal(get(f), ACR_ERROR_SERVICE);
	assert_string_equal(f->error.message, "Azure Arc's agent does not name the key that it asks for");
	assert_int_equal(system(command), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_imds),
		TEST(test_probe),
		TEST(test_nothing_there),
		TEST(test_absence_is_remembered),
		TEST(test_refused_by_a_proxy),
		TEST(test_interrupted_while_probing),
		TEST(test_passing_states),
		TEST(test_gone_for_a_while),
		TEST(test_interrupted_while_waiting),
		TEST(test_no_such_identity),
		TEST(test_answers_without_token),
		TEST(test_service_by_variables),
		TEST(test_end_from_the_token),
		TEST(test_cannot_do),
		TEST(test_arc),
		TEST(test_arc_without_variables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
