/* Registry tokens: every way to one, what is cached, and the transport that uses them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/credential.h>
#include <acr/encode.h>
#include <acr/file.h>
#include "fake_clock.h"
#include "fake_transport.h"
#include "scratch.h"

#define REGISTRY "reg.azurecr.io"
#define EXCHANGE_URL "https://reg.azurecr.io/oauth2/exchange"
#define TOKEN_URL "https://reg.azurecr.io/oauth2/token"
#define EXCHANGE_BODY "grant_type=access_token&service=reg.azurecr.io&tenant=t1&access_token="
#define PULL "repository:app:pull"
#define TOKEN_BODY "grant_type=refresh_token&service=reg.azurecr.io&scope=repository%3Aapp%3Apull&refresh_token="
#define PASSWORD_BODY                                                                                                  \
	"grant_type=password&service=reg.azurecr.io&scope=repository%3Aapp%3Apull&username=admin&password=pw"
#define AUDIENCE "https://containerregistry.azure.net"
#define FALLBACK "https://management.core.windows.net/"

/* An account that hands out "azure-1", "azure-2", … and notes what it was asked for. */
struct account {
	struct acr_credential credential;
	struct acr_buf asked; /* "resource claims;" of each call */
	int calls;
	bool cached;                                   /* the next token claims to come from a cache */
	int code;                                      /* fail with this … */
	const char *service_code, *message, *only_for; /* … when asked for this resource (NULL: any) */
};

static int account_get(struct acr_credential *credential, const char *resource, const char *claims,
		       struct acr_token *ret, struct acr_error *error)
{
	struct account *account = (struct account *)credential;

	acr_buf_printf(&account->asked, "%s %s;", resource, claims ? claims : "-");
	if (account->code && (!account->only_for || strcmp(account->only_for, resource) == 0)) {
		acr_fail(error, account->code, "%s", account->message);
		error->service_code = acr_strdup(account->service_code);
		return account->code;
	}
	*ret = (struct acr_token){.secret = acr_format("azure-%d", ++account->calls), .cached = account->cached};
	account->cached = false;
	return 0;
}

struct fixture {
	char *folder;
	struct fake_clock clock;
	struct fake_script *script;
	struct acr_transport *plain;
	struct account account;
	struct acr_cache *cache;
	struct acr_registry_auth *auth;
	struct acr_error error;
};

static void open_auth(struct fixture *f)
{
	f->cache = acr_cache_new(f->folder, &f->clock.clock, NULL, NULL);
	f->auth = acr_registry_auth_new(f->plain, &f->account.credential, "t1", AUDIENCE, FALLBACK, f->cache,
					&f->clock.clock);
}

static void close_auth(struct fixture *f)
{
	acr_registry_auth_free(f->auth);
	acr_cache_free(f->cache);
}

/* What the next process sees. */
static void reopen(struct fixture *f)
{
	close_auth(f);
	open_auth(f);
}

static int set_up(void **state)
{
	struct fixture *f = acr_alloc(sizeof(*f));
	f->folder = scratch_folder_new();
	fake_clock_init(&f->clock);
	f->script = fake_script_new();
	f->plain = fake_transport_new(f->script);
	f->account.credential = (struct acr_credential){.name = "test", .get = account_get, .cache_key = "me"};
	open_auth(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	close_auth(f);
	acr_transport_free(f->plain);
	fake_script_done(f->script);
	acr_buf_clear(&f->account.asked);
	acr_error_clear(&f->error);
	scratch_folder_free(f->folder);
	free(f);
	return 0;
}

/* A JWT that ends `seconds` after the clock's start, unsigned; `name` makes it its own. Yours to free(). */
static char *jwt(const char *name, int seconds)
{
	ACR_AUTO_FREE char *claims =
		acr_format("{\"jti\":\"%s\",\"exp\":%lld}", name, (long long)FAKE_CLOCK_START + seconds);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	acr_buf_puts(&text, "e30.");
	acr_base64url_encode(claims, strlen(claims), &text);
	acr_buf_puts(&text, ".c2ln");
	return acr_buf_take(&text);
}

static void expect(struct fixture *f, const char *method, const char *url, const char *body, const char *body_end)
{
	ACR_AUTO_FREE char *all = acr_format("%s%s", body ? body : "", body_end ? body_end : "");

	fake_expect(f->script, method, url);
	fake_expect_header(f->script, "Authorization", NULL);
	fake_expect_auth(f->script, ACR_AUTH_NONE, NULL, NULL);
	if (body)
		fake_expect_body(f->script, all);
}

static void reply_token(struct fixture *f, const char *name, const char *token)
{
	ACR_AUTO_FREE char *body = acr_format("{\"%s\":\"%s\"}", name, token);

	fake_reply(f->script, 200, body);
}

static void expect_exchange(struct fixture *f, const char *azure, const char *refresh)
{
	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, azure);
	reply_token(f, "refresh_token", refresh);
}

static void expect_access(struct fixture *f, const char *refresh, const char *access)
{
	expect(f, "POST", TOKEN_URL, TOKEN_BODY, refresh);
	reply_token(f, "access_token", access);
}

static int authorization(struct fixture *f, bool fresh, const char *expected)
{
	char *value = NULL;
	int rc = acr_registry_authorization(f->auth, REGISTRY, PULL, fresh, &value, &f->error);

	if (rc == 0) {
		assert_non_null(expected);
		assert_string_equal(value, expected);
	} else {
		assert_null(value);
		assert_int_equal(f->error.code, rc);
		assert_null(expected);
	}
	free(value);
	return rc;
}

/* ---- tokens ---- */

static void test_no_challenge_and_cached(void **state)
{
	struct fixture *f = *state;

	expect_exchange(f, "azure-1", "r1");
	expect_access(f, "r1", "a1");
	authorization(f, false, "Bearer a1");
	authorization(f, false, "Bearer a1");
	reopen(f);
	authorization(f, false, "Bearer a1");
	assert_string_equal(acr_buf_str(&f->account.asked), AUDIENCE " -;");
}

static void test_scopes_share_the_refresh_token(void **state)
{
	struct fixture *f = *state;
	char *value = NULL;

	expect_exchange(f, "azure-1", "r1");
	expect_access(f, "r1", "a1");
	authorization(f, false, "Bearer a1");
	expect(f, "POST", TOKEN_URL,
	       "grant_type=refresh_token&service=reg.azurecr.io&scope=registry%3Acatalog%3A*&refresh_token=r1", NULL);
	reply_token(f, "access_token", "a2");
	assert_int_equal(
		acr_registry_authorization(f->auth, "REG.azurecr.io", "registry:catalog:*", false, &value, NULL), 0);
	assert_string_equal(value, "Bearer a2");
	free(value);
}

static void test_other_account_other_token(void **state)
{
	struct fixture *f = *state;

	expect_exchange(f, "azure-1", "r1");
	expect_access(f, "r1", "a1");
	authorization(f, false, "Bearer a1");
	f->account.credential.cache_key = "somebody else";
	reopen(f);
	expect_exchange(f, "azure-2", "r2");
	expect_access(f, "r2", "a2");
	authorization(f, false, "Bearer a2");
}

static void test_expiry_is_the_token_s_own(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *refresh = jwt("r", 10000);
	ACR_AUTO_FREE char *access = jwt("a", 4500);
	ACR_AUTO_FREE char *value = acr_format("Bearer %s", access);

	expect_exchange(f, "azure-1", refresh);
	expect_access(f, refresh, access);
	authorization(f, false, value);
	f->clock.elapsed_ms = 4439 * 1000;
	authorization(f, false, value);
	f->clock.elapsed_ms = 4440 * 1000; /* a minute before its end */
	expect_access(f, refresh, "a2");
	authorization(f, false, "Bearer a2");
	f->clock.elapsed_ms = 9700 * 1000; /* five minutes before the refresh token's end */
	expect_exchange(f, "azure-2", "r2");
	expect_access(f, "r2", "a3");
	authorization(f, false, "Bearer a3");
}

static void test_unreadable_refresh_token_lasts_three_hours(void **state)
{
	struct fixture *f = *state;
	struct acr_token token = {0};

	expect_exchange(f, "azure-1", "opaque");
	assert_int_equal(acr_registry_refresh_token(f->auth, REGISTRY, &token, &f->error), 0);
	assert_string_equal(token.secret, "opaque");
	assert_int_equal(token.expires_on, FAKE_CLOCK_START + 3 * 60 * 60);
	assert_false(token.cached);
	acr_token_clear(&token);
	assert_int_equal(acr_registry_refresh_token(f->auth, REGISTRY, &token, &f->error), 0);
	assert_true(token.cached);
	acr_token_clear(&token);
}

static void test_fresh_drops_both(void **state)
{
	struct fixture *f = *state;

	expect_exchange(f, "azure-1", "r1");
	expect_access(f, "r1", "a1");
	authorization(f, false, "Bearer a1");
	expect_exchange(f, "azure-2", "r2");
	expect_access(f, "r2", "a2");
	authorization(f, true, "Bearer a2");
	authorization(f, false, "Bearer a2");
}

static void test_fresh_without_cached(void **state)
{
	struct fixture *f = *state;

	expect_exchange(f, "azure-1", "r1");
	expect_access(f, "r1", "a1");
	authorization(f, true, "Bearer a1");
}

static void test_refused_refresh_token(void **state)
{
	struct fixture *f = *state;
	struct acr_token token = {0};

	expect_exchange(f, "azure-1", "r1");
	assert_int_equal(acr_registry_refresh_token(f->auth, REGISTRY, &token, &f->error), 0);
	acr_token_clear(&token);
	expect(f, "POST", TOKEN_URL, TOKEN_BODY, "r1");
	fake_reply(f->script, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"expired\"}]}");
	expect_exchange(f, "azure-2", "r2");
	expect_access(f, "r2", "a2");
	authorization(f, false, "Bearer a2");
}

static void test_cached_azure_token_is_refused(void **state)
{
	struct fixture *f = *state;

	f->account.cached = true;
	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, "azure-1");
	fake_reply(f->script, 401, "{}");
	expect_exchange(f, "azure-2", "r2");
	expect_access(f, "r2", "a2");
	authorization(f, false, "Bearer a2");
	assert_string_equal(acr_buf_str(&f->account.asked), AUDIENCE " -;" AUDIENCE " {};");
}

/* ---- audiences ---- */

static void test_audience_unknown_to_the_directory(void **state)
{
	struct fixture *f = *state;

	f->account.code = ACR_ERROR_AUTH;
	f->account.service_code = "AADSTS500011";
	f->account.message = "no such resource";
	f->account.only_for = AUDIENCE;
	expect_exchange(f, "azure-1", "r1");
	expect_access(f, "r1", "a1");
	authorization(f, false, "Bearer a1");
	assert_string_equal(acr_buf_str(&f->account.asked), AUDIENCE " -;" FALLBACK " -;");
}

static void test_audience_refused_by_the_registry(void **state)
{
	struct fixture *f = *state;

	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, "azure-1");
	fake_reply(f->script, 401, "{}");
	expect_exchange(f, "azure-2", "r2");
	expect_access(f, "r2", "a2");
	authorization(f, false, "Bearer a2");
	assert_string_equal(acr_buf_str(&f->account.asked), AUDIENCE " -;" FALLBACK " -;");
}

static void test_other_refusals_are_final(void **state)
{
	struct fixture *f = *state;

	f->account.code = ACR_ERROR_AUTH;
	f->account.service_code = "AADSTS7000215";
	f->account.message = "wrong secret; do this";
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "wrong secret; do this");
	assert_string_equal(acr_buf_str(&f->account.asked), AUDIENCE " -;");
}

static void test_both_audiences_are_refused(void **state)
{
	struct fixture *f = *state;

	for (int i = 1; i <= 2; i++) {
		ACR_AUTO_FREE char *azure = acr_format("azure-%d", i);

		expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, azure);
		fake_reply(f->script, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no role\"}]}");
	}
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_AUTH);
	assert_string_equal(f->error.service_code, "UNAUTHORIZED");
	assert_non_null(strstr(f->error.message, "cannot sign in to registry 'reg.azurecr.io'"));
	assert_non_null(strstr(f->error.message, "no role"));
	assert_non_null(strstr(f->error.message, "; check that this account may use the registry, or run 'az login'"));
}

/* ---- where the token service is ---- */

static void expect_challenge(struct fixture *f, const char *challenge)
{
	expect(f, "GET", "https://" REGISTRY "/v2/", NULL, NULL);
	fake_reply(f->script, 401, "{}");
	fake_reply_header(f->script, "WWW-Authenticate", challenge);
}

static void test_challenge_when_there_is_nothing(void **state)
{
	static const char body[] = "grant_type=access_token&service=tokens&tenant=t1&access_token=azure-1";
	static const char token_body[] =
		"grant_type=refresh_token&service=tokens&scope=repository%3Aapp%3Apull&refresh_token=";
	struct fixture *f = *state;

	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, "azure-1");
	fake_reply(f->script, 404, "");
	expect_challenge(f, "Bearer realm=\"https://auth.azurecr.io/oauth2/token\",service=\"tokens\"");
	expect(f, "POST", "https://auth.azurecr.io/oauth2/exchange", body, NULL);
	reply_token(f, "refresh_token", "r1");
	expect(f, "POST", "https://auth.azurecr.io/oauth2/token", token_body, "r1");
	reply_token(f, "access_token", "a1");
	authorization(f, false, "Bearer a1");
	reopen(f);
	f->clock.elapsed_ms = 3600 * 1000; /* the access token has ended, the place is remembered */
	expect(f, "POST", "https://auth.azurecr.io/oauth2/token", token_body, "r1");
	reply_token(f, "access_token", "a2");
	authorization(f, false, "Bearer a2");
}

static void test_tokens_stay_in_the_domain(void **state)
{
	static const struct {
		const char *realm, *host;
	} rows[] = {
		{"https://evil.example.test/oauth2/token", "evil.example.test"},
		{"https://evilazurecr.io/oauth2/token", "evilazurecr.io"},
		{"http://reg.azurecr.io/oauth2/token", "reg.azurecr.io"},
		{"https://azurecr.io/oauth2/token", "azurecr.io"},
		{"https://reg.azurecr.io.evil.test/oauth2/token", "reg.azurecr.io.evil.test"},
		{"https://user@evil.test/oauth2/token", NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO_FREE char *challenge = acr_format("Bearer realm=\"%s\",service=\"x\"", rows[i].realm);
		ACR_AUTO_FREE char *azure = acr_format("azure-%zu", i + 1);

		expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, azure);
		fake_reply(f->script, 405, "");
		expect_challenge(f, challenge);
		assert_int_equal(authorization(f, false, NULL), ACR_ERROR_SERVICE);
		if (rows[i].host) {
			ACR_AUTO_FREE char *message = acr_format(
				"cannot sign in to 'reg.azurecr.io': it asks for tokens to be sent to another "
				"host, '%s', which is refused; check the login server",
				rows[i].host);
			assert_string_equal(f->error.message, message);
		}
		reopen(f);
	}
}

static void test_not_a_registry(void **state)
{
	struct fixture *f = *state;

	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, "azure-1");
	fake_reply(f->script, 404, "");
	expect(f, "GET", "https://" REGISTRY "/v2/", NULL, NULL);
	fake_reply(f->script, 200, "hello");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_SERVICE);
	assert_string_equal(f->error.message,
			    "cannot sign in to 'reg.azurecr.io': it does not ask for sign-in as an Azure "
			    "Container Registry does; check the login server");
}

static void test_no_token_in_the_answer(void **state)
{
	static const char *const bodies[] = {"", "<html>", "{}", "{\"refresh_token\":1}", "{\"refresh_token\":\"\"}"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(bodies); i++) {
		fake_expect(f->script, "POST", EXCHANGE_URL);
		fake_reply(f->script, 200, bodies[i]);
		assert_int_equal(authorization(f, false, NULL), ACR_ERROR_FORMAT);
		assert_string_equal(f->error.message, "cannot sign in to registry 'reg.azurecr.io': its token service "
						      "answered without a token; check the login server");
	}
}

static void test_firewall(void **state)
{
	struct fixture *f = *state;

	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, "azure-1");
	fake_reply(f->script, 403,
		   "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"client with IP '192.0.2.7' is not allowed access. "
		   "Refer "
		   "https://aka.ms/acr/firewall to grant access.\"}]}");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_AUTH);
	assert_string_equal(
		f->error.message,
		"the firewall of registry 'reg.azurecr.io' does not let the address 192.0.2.7 in; allow it with "
		"'az acr network-rule add --name reg --ip-address 192.0.2.7', or come from an allowed network");
	assert_string_equal(f->error.service_code, "DENIED");
	assert_int_equal(f->error.http_status, 403);
}

static void test_denied_without_address(void **state)
{
	struct fixture *f = *state;

	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, "azure-1");
	fake_reply(f->script, 403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"go away\"}]}");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_AUTH);
	assert_non_null(strstr(f->error.message, "go away"));
	assert_non_null(
		strstr(f->error.message, "; check the registry's firewall ('az acr network-rule list --name reg')"));
}

static void test_no_connection(void **state)
{
	struct fixture *f = *state;

	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, "azure-1");
	fake_fail(f->script, ACR_ERROR_NETWORK, "no such host");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_NETWORK);
	assert_string_equal(f->error.message, "cannot sign in to registry 'reg.azurecr.io': no such host");
}

/* ---- user names and passwords ---- */

static void set_login(struct fixture *f, const char *username, const char *password)
{
	const struct acr_registry_login login = {.username = username, .password = password};

	acr_registry_auth_set_login(f->auth, &login);
}

static void test_password(void **state)
{
	struct fixture *f = *state;

	set_login(f, "admin", "pw");
	expect(f, "POST", TOKEN_URL, PASSWORD_BODY, NULL);
	reply_token(f, "access_token", "a1");
	authorization(f, false, "Bearer a1");
	authorization(f, false, "Bearer a1");
	assert_int_equal(f->account.calls, 0);
	set_login(f, "admin", "other");
	expect(f, "POST", TOKEN_URL, "*password=other", NULL);
	reply_token(f, "access_token", "a2");
	authorization(f, false, "Bearer a2");
}

static void test_basic_only(void **state)
{
	struct fixture *f = *state;

	set_login(f, "admin", "pw");
	expect(f, "POST", TOKEN_URL, PASSWORD_BODY, NULL);
	fake_reply(f->script, 404, "");
	expect_challenge(f, "Basic realm=\"x\"");
	authorization(f, false, "Basic YWRtaW46cHc=");
	authorization(f, true, "Basic YWRtaW46cHc=");
}

static void test_account_where_only_basic_will_do(void **state)
{
	struct fixture *f = *state;

	expect(f, "POST", EXCHANGE_URL, EXCHANGE_BODY, "azure-1");
	fake_reply(f->script, 404, "");
	expect_challenge(f, "Basic realm=\"x\"");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message,
			    "registry 'reg.azurecr.io' takes a user name and a password only; give them "
			    "with --username and --password");
}

static void test_wrong_password(void **state)
{
	struct fixture *f = *state;

	set_login(f, "admin", "pw");
	expect(f, "POST", TOKEN_URL, PASSWORD_BODY, NULL);
	fake_reply(f->script, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"nope\"}]}");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_AUTH);
	assert_non_null(strstr(f->error.message, "nope"));
	assert_non_null(strstr(f->error.message, "; check the user name and the password"));
}

static void test_token_as_password(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *refresh = jwt("r", 1000);
	struct acr_token token = {0};

	set_login(f, ACR_TOKEN_USER, refresh);
	expect_access(f, refresh, "a1");
	authorization(f, false, "Bearer a1");
	assert_int_equal(acr_registry_refresh_token(f->auth, REGISTRY, &token, &f->error), 0);
	assert_string_equal(token.secret, refresh);
	assert_int_equal(token.expires_on, FAKE_CLOCK_START + 1000);
	acr_token_clear(&token);
	set_login(f, "admin", "pw");
	assert_int_equal(acr_registry_refresh_token(f->auth, REGISTRY, &token, &f->error), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message,
			    "a token of registry 'reg.azurecr.io' cannot be had with a user name and a "
			    "password; sign in with an Azure account");
}

/* ---- the admin account ---- */

struct admin {
	int calls, code;
};

static int find_admin(void *user, const char *registry, char **username, char **password, struct acr_error *error)
{
	struct admin *admin = user;

	admin->calls++;
	assert_string_equal(registry, REGISTRY);
	if (admin->code)
		return acr_fail(error, admin->code, "the admin account is disabled");
	*username = acr_strdup("admin");
	*password = acr_strdup("pw");
	return 0;
}

static void test_admin(void **state)
{
	struct fixture *f = *state;
	struct admin admin = {0};

	acr_registry_auth_set_admin_lookup(f->auth, find_admin, &admin);
	f->account.code = ACR_ERROR_AUTH;
	f->account.message = "refused";
	expect(f, "POST", TOKEN_URL, PASSWORD_BODY, NULL);
	reply_token(f, "access_token", "a1");
	authorization(f, false, "Bearer a1");
	authorization(f, false, "Bearer a1");
	assert_int_equal(admin.calls, 1);
	assert_string_equal(acr_buf_str(&f->account.asked), AUDIENCE " -;");
}

static void test_admin_is_disabled(void **state)
{
	struct fixture *f = *state;
	struct admin admin = {.code = ACR_ERROR_GENERAL};

	acr_registry_auth_set_admin_lookup(f->auth, find_admin, &admin);
	f->account.code = ACR_ERROR_AUTH;
	f->account.message = "refused";
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "refused");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_AUTH);
	assert_int_equal(admin.calls, 1);
}

static void test_admin_cannot_help(void **state)
{
	static const long statuses[] = {429, 403};
	struct fixture *f = *state;
	struct admin admin = {0};

	acr_registry_auth_set_admin_lookup(f->auth, find_admin, &admin);
	for (size_t i = 0; i < ACR_COUNT(statuses); i++) {
		fake_expect(f->script, "POST", EXCHANGE_URL);
		fake_reply(f->script, statuses[i], "");
		assert_true(authorization(f, false, NULL) < 0);
		assert_int_equal(f->error.http_status, statuses[i]);
	}
	fake_expect(f->script, "POST", EXCHANGE_URL);
	fake_fail(f->script, ACR_ERROR_NETWORK, "no connection");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_NETWORK);
	assert_int_equal(admin.calls, 0);
}

/* ---- nobody is signed in ---- */

static void sign_out(struct fixture *f)
{
	f->account.code = ACR_ERROR_SIGN_IN;
	f->account.message = "Please run 'az login' to setup account.";
}

static void expect_anonymous(struct fixture *f)
{
	expect(f, "GET", TOKEN_URL "?service=reg.azurecr.io&scope=repository%3Aapp%3Apull", NULL, NULL);
}

static void test_anonymous(void **state)
{
	struct fixture *f = *state;

	sign_out(f);
	expect_anonymous(f);
	reply_token(f, "access_token", "anybody");
	authorization(f, false, "Bearer anybody");
	authorization(f, false, "Bearer anybody");
}

static void test_anonymous_is_refused(void **state)
{
	struct fixture *f = *state;

	sign_out(f);
	expect_anonymous(f);
	fake_reply(f->script, 401, "{}");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message, "Please run 'az login' to setup account.");
}

static int prepare_fails(struct acr_credential *credential, struct acr_error *error)
{
	(void)credential;
	return acr_fail(error, ACR_ERROR_SIGN_IN, "nobody is here");
}

static int prepare_key(struct acr_credential *credential, struct acr_error *error)
{
	(void)error;
	credential->cache_key = "found out";
	return 0;
}

static void test_prepare(void **state)
{
	struct fixture *f = *state;

	f->account.credential.prepare = prepare_fails;
	f->account.credential.cache_key = NULL;
	expect_anonymous(f);
	fake_reply(f->script, 401, "{}");
	assert_int_equal(authorization(f, false, NULL), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message, "nobody is here");
	f->account.credential.prepare = prepare_key;
	expect_exchange(f, "azure-1", "r1");
	expect_access(f, "r1", "a1");
	authorization(f, false, "Bearer a1");
	assert_string_equal(f->account.credential.cache_key, "found out");
}

static void test_kept_tokens(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *refresh = jwt("r1", 3600);
	ACR_AUTO_PTR(acr_json) *mine = NULL, *others = NULL;

	expect_exchange(f, "azure-1", refresh);
	expect_access(f, refresh, "a1");
	authorization(f, false, "Bearer a1");
	reopen(f);
	assert_int_equal(acr_registry_kept_tokens(f->auth, &mine, &f->error), 0);
	assert_int_equal(acr_json_size(mine), 1);
	assert_int_equal((int64_t)acr_json_number(acr_json_get(mine, REGISTRY)), FAKE_CLOCK_START + 3600);
	/* Somebody else's are nobody's business. */
	f->account.credential.cache_key = "somebody else";
	assert_int_equal(acr_registry_kept_tokens(f->auth, &others, &f->error), 0);
	assert_int_equal(acr_json_size(others), 0);
}

/* ---- many processes ---- */

/* A transport that notes each request in a file that all processes share. */
struct counting {
	struct acr_transport transport;
	int file;
};

static void counting_send(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	const struct counting *self = (const struct counting *)transport;

	for (size_t i = 0; i < count; i++) {
		bool is_exchange = strstr(exchanges[i]->request.url, "/exchange") != NULL;

		assert_int_equal(write(self->file, is_exchange ? "e" : "t", 1), 1);
		usleep(20000);
		exchanges[i]->result = 0;
		exchanges[i]->response.status = 200;
		acr_buf_puts(&exchanges[i]->response.body, "{\"refresh_token\":\"r\",\"access_token\":\"a\"}");
	}
}

static void test_fifty_processes(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *path = acr_path_join(f->folder, "requests");
	struct counting counting = {.transport = {.send = counting_send}};
	int status, failures = 0;

	counting.file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	for (int i = 0; i < 50; i++) {
		if (fork())
			continue;
		struct acr_cache *cache = acr_cache_new(f->folder, &f->clock.clock, NULL, NULL);
		struct acr_registry_auth *auth = acr_registry_auth_new(&counting.transport, &f->account.credential,
								       "t1", AUDIENCE, NULL, cache, &f->clock.clock);
		char *value = NULL;
		int rc = acr_registry_authorization(auth, REGISTRY, PULL, false, &value, NULL);

		_exit(rc == 0 && strcmp(value, "Bearer a") == 0 ? 0 : 1);
	}
	while (wait(&status) > 0)
		failures += status != 0;
	close(counting.file);
	assert_int_equal(failures, 0);
	ACR_AUTO(acr_buf) requests = ACR_BUF_INIT;
	assert_int_equal(acr_file_read(path, &requests, NULL), 0);
	assert_string_equal(acr_buf_str(&requests), "et");
}

/* ---- the transport ---- */

/* The fake transport is shared: it must outlive the wrapper that thinks to own it. */
struct borrowed {
	struct acr_transport transport;
	struct acr_transport *next;
};

static void borrowed_send(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	struct acr_transport *next = ((struct borrowed *)transport)->next;

	next->send(next, exchanges, count);
}

static void borrowed_free(struct acr_transport *transport)
{
	free(transport);
}

static struct acr_transport *authorized(struct fixture *f)
{
	struct borrowed *borrowed = acr_alloc(sizeof(*borrowed));

	*borrowed = (struct borrowed){{.send = borrowed_send, .free = borrowed_free}, f->plain};
	return acr_auth_new(&borrowed->transport, &f->account.credential, FALLBACK, f->auth);
}

static struct acr_exchange exchange_of(enum acr_auth auth, const char *url)
{
	return (struct acr_exchange){
		.request =
			{
				.method = "GET",
				.url = acr_strdup(url),
				.auth = auth,
				.registry = auth == ACR_AUTH_REGISTRY ? REGISTRY : NULL,
				.scope = auth == ACR_AUTH_REGISTRY ? PULL : NULL,
			},
	};
}

static void expect_with(struct fixture *f, const char *url, const char *value, long status)
{
	fake_expect(f->script, "GET", url);
	fake_expect_header(f->script, "Authorization", value);
	fake_reply(f->script, status, "");
}

static int send_one(struct fixture *f, enum acr_auth auth, const char *url, long *status)
{
	struct acr_transport *transport = authorized(f);
	ACR_AUTO(acr_exchange) exchange = exchange_of(auth, url);
	int rc = acr_send(transport, &exchange, &f->error);

	*status = exchange.response.status;
	acr_transport_free(transport);
	return rc;
}

static void test_transport_none(void **state)
{
	struct fixture *f = *state;
	long status;

	expect_with(f, "https://blob.example.test/x", NULL, 401);
	assert_int_equal(send_one(f, ACR_AUTH_NONE, "https://blob.example.test/x", &status), 0);
	assert_int_equal(status, 401);
	assert_int_equal(f->account.calls, 0);
}

static void test_transport_management(void **state)
{
	struct fixture *f = *state;
	long status;

	expect_with(f, "https://management/x", "Bearer azure-1", 200);
	assert_int_equal(send_one(f, ACR_AUTH_ARM, "https://management/x", &status), 0);
	assert_string_equal(acr_buf_str(&f->account.asked), FALLBACK " -;");
}

static void test_transport_cached_token_is_refused(void **state)
{
	struct fixture *f = *state;
	long status;

	f->account.cached = true;
	expect_with(f, "https://management/x", "Bearer azure-1", 401);
	expect_with(f, "https://management/x", "Bearer azure-2", 200);
	assert_int_equal(send_one(f, ACR_AUTH_ARM, "https://management/x", &status), 0);
	assert_int_equal(status, 200);
	assert_string_equal(acr_buf_str(&f->account.asked), FALLBACK " -;" FALLBACK " {};");
}

static void test_transport_new_token_is_refused(void **state)
{
	struct fixture *f = *state;
	long status;

	expect_with(f, "https://management/x", "Bearer azure-1", 401);
	assert_int_equal(send_one(f, ACR_AUTH_ARM, "https://management/x", &status), 0);
	assert_int_equal(status, 401);
}

static void test_transport_second_refusal_is_final(void **state)
{
	struct fixture *f = *state;
	long status;

	f->account.cached = true;
	expect_with(f, "https://management/x", "Bearer azure-1", 401);
	expect_with(f, "https://management/x", "Bearer azure-2", 401);
	assert_int_equal(send_one(f, ACR_AUTH_ARM, "https://management/x", &status), 0);
	assert_int_equal(status, 401);
}

static void test_transport_claims(void **state)
{
	struct fixture *f = *state;
	long status;

	expect_with(f, "https://management/x", "Bearer azure-1", 401);
	fake_reply_header(f->script, "WWW-Authenticate",
			  "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"");
	expect_with(f, "https://management/x", "Bearer azure-2", 200);
	assert_int_equal(send_one(f, ACR_AUTH_ARM, "https://management/x", &status), 0);
	assert_int_equal(status, 200);
	assert_string_equal(acr_buf_str(&f->account.asked), FALLBACK " -;" FALLBACK " {\"access_token\":{}};");
}

static void test_transport_sign_in_fails(void **state)
{
	struct fixture *f = *state;
	long status;

	sign_out(f);
	assert_int_equal(send_one(f, ACR_AUTH_ARM, "https://management/x", &status), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message, "Please run 'az login' to setup account.");
}

static void test_transport_registry(void **state)
{
	struct fixture *f = *state;
	long status;

	expect_exchange(f, "azure-1", "r1");
	expect_access(f, "r1", "a1");
	expect_with(f, "https://" REGISTRY "/v2/x", "Bearer a1", 200);
	assert_int_equal(send_one(f, ACR_AUTH_REGISTRY, "https://" REGISTRY "/v2/x", &status), 0);
	expect_with(f, "https://REG.azurecr.io/v2/x", "Bearer a1", 401);
	expect_exchange(f, "azure-2", "r2");
	expect_access(f, "r2", "a2");
	expect_with(f, "https://REG.azurecr.io/v2/x", "Bearer a2", 200);
	assert_int_equal(send_one(f, ACR_AUTH_REGISTRY, "https://REG.azurecr.io/v2/x", &status), 0);
	assert_int_equal(status, 200);
}

static void test_transport_other_host(void **state)
{
	static const char *const urls[] = {"https://evil.test/v2/", "https://rag.azurecr.io/v2/",
					   "https://reg.azurecr.io.evil.test/v2/", "https://reg.azurecr.io:444/",
					   "https://reg.azurecr.io@evil.test/"};
	struct fixture *f = *state;
	long status;

	for (size_t i = 0; i < ACR_COUNT(urls); i++) {
		assert_int_equal(send_one(f, ACR_AUTH_REGISTRY, urls[i], &status), ACR_ERROR_SERVICE);
		assert_memory_equal(f->error.message,
				    "the token of registry 'reg.azurecr.io' is not sent to another host ('", 69);
	}
	assert_int_equal(f->account.calls, 0);
}

static void test_transport_anonymous(void **state)
{
	struct fixture *f = *state;
	long status;

	sign_out(f);
	expect_anonymous(f);
	reply_token(f, "access_token", "anybody");
	expect_with(f, "https://" REGISTRY "/v2/x", "Bearer anybody", 200);
	assert_int_equal(send_one(f, ACR_AUTH_REGISTRY, "https://" REGISTRY "/v2/x", &status), 0);
	reopen(f);
	f->clock.elapsed_ms = 3600 * 1000;
	expect_anonymous(f);
	reply_token(f, "access_token", "anybody2");
	expect_with(f, "https://" REGISTRY "/v2/y", "Bearer anybody2", 401);
	assert_int_equal(send_one(f, ACR_AUTH_REGISTRY, "https://" REGISTRY "/v2/y", &status), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message, "Please run 'az login' to setup account.");
}

/* Exchanges of a batch with the same needs share one token, and one renewal. */
static void test_transport_batch(void **state)
{
	struct fixture *f = *state;
	struct acr_transport *transport = authorized(f);
	ACR_AUTO(acr_exchange) a = exchange_of(ACR_AUTH_ARM, "https://management/a");
	ACR_AUTO(acr_exchange) b = exchange_of(ACR_AUTH_ARM, "https://management/b");
	ACR_AUTO(acr_exchange) c = exchange_of(ACR_AUTH_NONE, "https://blob.test/c");
	ACR_AUTO(acr_exchange) d = exchange_of(ACR_AUTH_REGISTRY, "https://evil.test/d");
	struct acr_exchange *batch[] = {&a, &b, &c, &d};

	f->account.cached = true;
	expect_with(f, "https://management/a", "Bearer azure-1", 401);
	expect_with(f, "https://management/b", "Bearer azure-1", 401);
	expect_with(f, "https://blob.test/c", NULL, 200);
	expect_with(f, "https://management/a", "Bearer azure-2", 200);
	expect_with(f, "https://management/b", "Bearer azure-2", 404);
	transport->send(transport, batch, ACR_COUNT(batch));
	acr_transport_free(transport);
	assert_int_equal(a.response.status, 200);
	assert_int_equal(b.response.status, 404);
	assert_int_equal(c.response.status, 200);
	assert_int_equal(d.result, ACR_ERROR_SERVICE);
	assert_int_equal(f->account.calls, 2);
}

static void test_transport_batch_fails_once(void **state)
{
	struct fixture *f = *state;
	struct acr_transport *transport = authorized(f);
	ACR_AUTO(acr_exchange) a = exchange_of(ACR_AUTH_ARM, "https://management/a");
	ACR_AUTO(acr_exchange) b = exchange_of(ACR_AUTH_ARM, "https://management/b");
	struct acr_exchange *batch[] = {&a, &b};

	f->account.code = ACR_ERROR_AUTH;
	f->account.service_code = "AADSTS7000222";
	f->account.message = "expired";
	transport->send(transport, batch, ACR_COUNT(batch));
	acr_transport_free(transport);
	for (size_t i = 0; i < ACR_COUNT(batch); i++) {
		assert_int_equal(batch[i]->result, ACR_ERROR_AUTH);
		assert_string_equal(batch[i]->error.message, "expired");
		assert_string_equal(batch[i]->error.service_code, "AADSTS7000222");
	}
	assert_string_equal(acr_buf_str(&f->account.asked), FALLBACK " -;");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_challenge_and_cached),
		TEST(test_kept_tokens),
		TEST(test_scopes_share_the_refresh_token),
		TEST(test_other_account_other_token),
		TEST(test_expiry_is_the_token_s_own),
		TEST(test_unreadable_refresh_token_lasts_three_hours),
		TEST(test_fresh_drops_both),
		TEST(test_fresh_without_cached),
		TEST(test_refused_refresh_token),
		TEST(test_cached_azure_token_is_refused),
		TEST(test_audience_unknown_to_the_directory),
		TEST(test_audience_refused_by_the_registry),
		TEST(test_other_refusals_are_final),
		TEST(test_both_audiences_are_refused),
		TEST(test_challenge_when_there_is_nothing),
		TEST(test_tokens_stay_in_the_domain),
		TEST(test_not_a_registry),
		TEST(test_no_token_in_the_answer),
		TEST(test_firewall),
		TEST(test_denied_without_address),
		TEST(test_no_connection),
		TEST(test_password),
		TEST(test_basic_only),
		TEST(test_account_where_only_basic_will_do),
		TEST(test_wrong_password),
		TEST(test_token_as_password),
		TEST(test_admin),
		TEST(test_admin_is_disabled),
		TEST(test_admin_cannot_help),
		TEST(test_anonymous),
		TEST(test_anonymous_is_refused),
		TEST(test_prepare),
		TEST(test_fifty_processes),
		TEST(test_transport_none),
		TEST(test_transport_management),
		TEST(test_transport_cached_token_is_refused),
		TEST(test_transport_new_token_is_refused),
		TEST(test_transport_second_refusal_is_final),
		TEST(test_transport_claims),
		TEST(test_transport_sign_in_fails),
		TEST(test_transport_registry),
		TEST(test_transport_other_host),
		TEST(test_transport_anonymous),
		TEST(test_transport_batch),
		TEST(test_transport_batch_fails_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
