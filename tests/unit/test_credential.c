/* Azure credentials: requests, what refusals say, the chain, and caching. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/credential.h>
#include "fake_clock.h"
#include "fake_transport.h"

#define ARM "https://management.core.windows.net/"
#define CAPABILITY "&claims=%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D"
#define PUBLIC_URL "https://login.microsoftonline.com/tenant%201/oauth2/v2.0/token"
#define PUBLIC_BODY                                                                                                    \
	"grant_type=client_credentials&client_id=client&client_secret=s%26cret%20x&"                                   \
	"scope=https%3A%2F%2Fmanagement.core.windows.net%2F%2F.default" CAPABILITY

struct fixture {
	struct fake_clock clock;
	struct fake_script *script;
	struct acr_transport *transport;
	struct acr_cloud cloud;
	struct acr_credential *credential;
	struct acr_token token;
	struct acr_error error;
};

static struct acr_credential *secret_of(struct fixture *f, const char *secret)
{
	return acr_client_secret_new(&f->cloud, "tenant 1", "client", secret, f->transport, &f->clock.clock);
}

static int set_up(void **state)
{
	struct fixture *f = acr_alloc(sizeof(*f));

	fake_clock_init(&f->clock);
	f->script = fake_script_new();
	f->transport = fake_transport_new(f->script);
	assert_true(acr_cloud_builtin("AzureCloud", &f->cloud));
	f->credential = secret_of(f, "s&cret x");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	acr_credential_free(f->credential);
	acr_transport_free(f->transport);
	fake_script_done(f->script);
	acr_cloud_clear(&f->cloud);
	acr_token_clear(&f->token);
	acr_error_clear(&f->error);
	free(f);
	return 0;
}

static int get(struct fixture *f, const char *resource, const char *claims)
{
	acr_token_clear(&f->token);
	return f->credential->get(f->credential, resource, claims, &f->token, &f->error);
}

static void expect(struct fixture *f, const char *url, const char *body)
{
	fake_expect(f->script, "POST", url);
	fake_expect_header(f->script, "Content-Type", "application/x-www-form-urlencoded");
	fake_expect_header(f->script, "Authorization", NULL);
	fake_expect_auth(f->script, ACR_AUTH_NONE, NULL, NULL);
	if (body)
		fake_expect_body(f->script, body);
}

/* ---- client secret ---- */

static void test_client_secret(void **state)
{
	struct fixture *f = *state;

	expect(f, PUBLIC_URL, PUBLIC_BODY);
	fake_reply(f->script, 200, "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"abc\"}");
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "abc");
	assert_int_equal(f->token.expires_on, FAKE_CLOCK_START + 3599);
	assert_false(f->token.cached);
}

static void test_adfs(void **state)
{
	struct fixture *f = *state;

	acr_credential_free(f->credential);
	free(f->cloud.authority);
	f->cloud.authority = acr_strdup("https://localhost:8443/adfs");
	f->credential = secret_of(f, "pw");
	expect(f, "https://localhost:8443/adfs/oauth2/token", "*&scope=https%3A%2F%2Fregistry%2F.default&*");
	fake_reply(f->script, 200, "{\"expires_in\":\"60\",\"access_token\":\"abc\"}");
	assert_int_equal(get(f, "https://registry", NULL), 0);
	assert_int_equal(f->token.expires_on, FAKE_CLOCK_START + 60);
}

static void test_claims(void **state)
{
	struct fixture *f = *state;

	expect(f, PUBLIC_URL,
	       "*&claims=%7B%22access_token%22%3A%7B%22nbf%22%3A1%2C%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%"
	       "7D%7D%7D");
	fake_reply(f->script, 200, "{\"access_token\":\"abc\"}");
	assert_int_equal(get(f, ARM, "{\"access_token\":{\"nbf\":1}}"), 0);
	expect(f, PUBLIC_URL, PUBLIC_BODY);
	fake_reply(f->script, 200, "{\"access_token\":\"abc\"}");
	assert_int_equal(get(f, ARM, "{}"), 0);
	assert_int_equal(get(f, ARM, "no json"), ACR_ERROR_FORMAT);
	assert_non_null(strstr(f->error.message, "the claims challenge of the service cannot be understood"));
	assert_int_equal(get(f, ARM, "{\"access_token\":1}"), ACR_ERROR_FORMAT);
}

static void test_lifetime(void **state)
{
	static const struct {
		const char *body;
		int64_t end;
	} rows[] = {
		{"{\"access_token\":\"a\",\"expires_in\":100}", FAKE_CLOCK_START + 100},
		{"{\"access_token\":\"a\",\"expires_in\":\"100\"}", FAKE_CLOCK_START + 100},
		{"{\"access_token\":\"a\",\"expires_on\":\"1700000050\"}", 1700000050},
		{"{\"access_token\":\"a\"}", FAKE_CLOCK_START + 600},
		{"{\"access_token\":\"a\",\"expires_in\":1e300}", FAKE_CLOCK_START + 600},
		{"{\"access_token\":\"a\",\"expires_in\":-5}", FAKE_CLOCK_START + 600},
		{"{\"access_token\":\"a\",\"expires_in\":\"soon\"}", FAKE_CLOCK_START + 600},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		expect(f, PUBLIC_URL, NULL);
		fake_reply(f->script, 200, rows[i].body);
		assert_int_equal(get(f, ARM, NULL), 0);
		assert_int_equal(f->token.expires_on, rows[i].end);
	}
}

static void test_cache_keys_differ(void **state)
{
	struct fixture *f = *state;
	struct acr_credential *same = secret_of(f, "s&cret x");
	struct acr_credential *other = secret_of(f, "s&cret y");

	assert_string_equal(f->credential->cache_key, same->cache_key);
	assert_string_not_equal(f->credential->cache_key, other->cache_key);
	assert_null(strstr(other->cache_key, "s&cret"));
	acr_credential_free(same);
	acr_credential_free(other);
}

#define WHO "cannot sign in as application 'client' in tenant 'tenant 1': "

static void test_refusals(void **state)
{
	static const struct {
		const char *body, *code, *message;
	} rows[] = {
		{"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client secret provided. "
		 "Ensure it."
		 "\\r\\nTrace ID: 1\\r\\nCorrelation ID: 2\",\"error_codes\":[7000215],\"correlation_id\":\"c-1\"}",
		 "AADSTS7000215",
		 WHO "the client secret is wrong; give the secret's value, not its id (AADSTS7000215: Invalid client "
		     "secret "
		     "provided)"},
		{"{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000222: The provided client secret keys "
		 "are "
		 "expired.\",\"correlation_id\":\"c-1\"}",
		 "AADSTS7000222",
		 WHO
		 "the client secret has expired; renew it with 'az ad app credential reset --id client' and sign in "
		 "with the new one (AADSTS7000222: The provided client secret keys are expired)"},
		{"{\"error\":\"unauthorized_client\",\"error_description\":\"AADSTS700016: Application not found\","
		 "\"correlation_id\":\"c-1\"}",
		 "AADSTS700016",
		 WHO "the tenant does not know this application; check the client id and the tenant (AADSTS700016: "
		     "Application not found)"},
		{"{\"error\":\"invalid_request\",\"error_description\":\"AADSTS90002: Tenant 'x' not found.\","
		 "\"correlation_id\":\"c-1\"}",
		 "AADSTS90002",
		 WHO "there is no such tenant; check the tenant and the cloud (AADSTS90002: Tenant 'x' not found)"},
		{"{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS1234567: Something. New. Trace ID: 5\","
		 "\"correlation_id\":\"c-1\"}",
		 "AADSTS1234567", WHO "AADSTS1234567: Something. New; check the client id, the secret and the tenant"},
		{"{\"error\":\"invalid_client\",\"correlation_id\":\"c-1\"}", "invalid_client",
		 WHO "invalid_client; check the client id, the secret and the tenant"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		long status = i % 2 ? 400 : 401;

		expect(f, PUBLIC_URL, NULL);
		fake_reply(f->script, status, rows[i].body);
		assert_int_equal(get(f, ARM, NULL), ACR_ERROR_AUTH);
		assert_int_equal(f->error.code, ACR_ERROR_AUTH);
		assert_int_equal(f->error.http_status, status);
		assert_string_equal(f->error.service_code, rows[i].code);
		assert_string_equal(f->error.message, rows[i].message);
		assert_string_equal(f->error.request_id, "c-1");
		assert_null(f->token.secret);
	}
}

static void test_other_failures(void **state)
{
	struct fixture *f = *state;

	expect(f, PUBLIC_URL, NULL);
	fake_reply(f->script, 429, "");
	assert_int_equal(get(f, ARM, NULL), ACR_ERROR_SERVICE);
	assert_int_equal(f->error.http_status, 429);
	expect(f, PUBLIC_URL, NULL);
	fake_fail(f->script, ACR_ERROR_NETWORK, "no route");
	assert_int_equal(get(f, ARM, NULL), ACR_ERROR_NETWORK);
	assert_string_equal(f->error.message, "cannot sign in as application 'client' in tenant 'tenant 1': no route");
	for (int i = 0; i < 4; i++) {
		static const char *const bodies[] = {"", "<html/>", "{\"token_type\":\"Bearer\"}",
						     "{\"access_token\":\"\"}"};

		expect(f, PUBLIC_URL, NULL);
		fake_reply(f->script, 200, bodies[i]);
		assert_int_equal(get(f, ARM, NULL), ACR_ERROR_FORMAT);
		assert_string_equal(f->error.message,
				    WHO PUBLIC_URL " answered without a token; check the cloud's sign-in "
						   "endpoint");
	}
}

/* ---- chain ---- */

/* A credential whose answer is known. */
struct fixed {
	struct acr_credential credential;
	int code, calls;
	int lifetime;
	const char *message;
	bool *freed;
	char *last_claims;
};

static int fixed_get(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
		     struct acr_error *error)
{
	struct fixed *self = (struct fixed *)credential;

	self->calls++;
	free(self->last_claims);
	self->last_claims = acr_strdup(claims);
	if (self->code)
		return acr_fail(error, self->code, "%s", self->message);
	*ret = (struct acr_token){.secret = acr_format("%s-%d %s", credential->name, self->calls, resource),
				  .expires_on = FAKE_CLOCK_START + self->lifetime};
	return 0;
}

static void fixed_free(struct acr_credential *credential)
{
	struct fixed *self = (struct fixed *)credential;

	if (self->freed)
		*self->freed = true;
	free(self->last_claims);
	free(self);
}

static struct fixed *fixed_new(const char *name, int code, const char *message)
{
	struct fixed *self = acr_alloc(sizeof(*self));

	*self = (struct fixed){.credential = {.name = name, .get = fixed_get, .cache_key = name, .free = fixed_free},
			       .code = code,
			       .message = message,
			       .lifetime = 3600};
	return self;
}

static void use(struct fixture *f, struct acr_credential *credential)
{
	acr_credential_free(f->credential);
	f->credential = credential;
}

static void test_chain_takes_the_first_that_applies(void **state)
{
	struct fixture *f = *state;
	struct fixed *none = fixed_new("none", ACR_ERROR_SIGN_IN, "not here");
	struct fixed *good = fixed_new("good", 0, NULL);
	struct fixed *never = fixed_new("never", 0, NULL);
	struct acr_credential *list[] = {&none->credential, &good->credential, &never->credential};
	bool freed[3] = {false, false, false};

	none->freed = &freed[0];
	good->freed = &freed[1];
	never->freed = &freed[2];
	use(f, acr_chain_new(list, 3));
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "good-1 " ARM);
	assert_int_equal(get(f, ARM, "{}"), 0);
	assert_string_equal(good->last_claims, "{}");
	assert_int_equal(none->calls, 1);
	assert_int_equal(good->calls, 2);
	assert_int_equal(never->calls, 0);
	assert_string_equal(f->credential->cache_key, "none\ngood\nnever\n");
	use(f, NULL);
	assert_true(freed[0] && freed[1] && freed[2]);
}

static void test_chain_stops_at_a_refusal(void **state)
{
	struct fixture *f = *state;
	struct fixed *bad = fixed_new("bad", ACR_ERROR_AUTH, "wrong secret");
	struct fixed *good = fixed_new("good", 0, NULL);
	struct acr_credential *list[] = {&bad->credential, &good->credential};

	use(f, acr_chain_new(list, 2));
	assert_int_equal(get(f, ARM, NULL), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "wrong secret");
	assert_int_equal(good->calls, 0);
}

static void test_chain_of_nothing(void **state)
{
	struct fixture *f = *state;
	struct acr_credential *list[] = {&fixed_new("first", ACR_ERROR_SIGN_IN, "no variables")->credential,
					 &fixed_new("second", ACR_ERROR_SIGN_IN, "no account")->credential};

	use(f, acr_chain_new(list, 2));
	assert_int_equal(get(f, ARM, NULL), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message,
			    "Please run 'az login' to setup account. Tried first: no variables; second: "
			    "no account");
	use(f, acr_chain_new(NULL, 0));
	assert_int_equal(get(f, ARM, NULL), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message, "Please run 'az login' to setup account, or set AZURE_TENANT_ID, "
					      "AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.");
}

/* ---- caching ---- */

static void test_caching(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_cache) *cache = acr_cache_new(NULL, &f->clock.clock, NULL, NULL);
	struct fixed *next = fixed_new("next", 0, NULL);

	next->lifetime = 1000;
	use(f, acr_caching_new(&next->credential, cache, &f->clock.clock));
	assert_string_equal(f->credential->name, "next");
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_false(f->token.cached);
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_true(f->token.cached);
	assert_string_equal(f->token.secret, "next-1 " ARM);
	assert_int_equal(f->token.expires_on, FAKE_CLOCK_START + 1000);
	f->clock.elapsed_ms = 699 * 1000;
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "next-1 " ARM);
	f->clock.elapsed_ms = 700 * 1000; /* five minutes before its end */
	next->lifetime = 5000;
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "next-2 " ARM);
	assert_int_equal(get(f, "https://other", NULL), 0);
	assert_string_equal(f->token.secret, "next-3 https://other");
	use(f, NULL);
}

static void test_caching_with_claims(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_cache) *cache = acr_cache_new(NULL, &f->clock.clock, NULL, NULL);
	struct fixed *next = fixed_new("next", 0, NULL);

	use(f, acr_caching_new(&next->credential, cache, &f->clock.clock));
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_int_equal(get(f, ARM, "{\"a\":1}"), 0);
	assert_string_equal(f->token.secret, "next-2 " ARM);
	assert_false(f->token.cached);
	assert_string_equal(next->last_claims, "{\"a\":1}");
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "next-2 " ARM);
	assert_true(f->token.cached);
	use(f, NULL);
}

static void test_failures_are_not_cached(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_cache) *cache = acr_cache_new(NULL, &f->clock.clock, NULL, NULL);
	struct fixed *next = fixed_new("next", ACR_ERROR_AUTH, "refused");

	use(f, acr_caching_new(&next->credential, cache, &f->clock.clock));
	assert_int_equal(get(f, ARM, NULL), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "refused");
	next->code = 0;
	assert_int_equal(get(f, ARM, NULL), 0);
	assert_false(f->token.cached);
	use(f, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_client_secret),
		TEST(test_adfs),
		TEST(test_claims),
		TEST(test_lifetime),
		TEST(test_cache_keys_differ),
		TEST(test_refusals),
		TEST(test_other_failures),
		TEST(test_chain_takes_the_first_that_applies),
		TEST(test_chain_stops_at_a_refusal),
		TEST(test_chain_of_nothing),
		TEST(test_caching),
		TEST(test_caching_with_claims),
		TEST(test_failures_are_not_cached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
