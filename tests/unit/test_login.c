/* Signing a person in: device code, browser, what is kept of it, tenants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <acr/encode.h>
#include <acr/file.h>
#include <acr/login.h>
#include <acr/uri.h>
#include "auth/msal_cache.h"
#include "fake_clock.h"
#include "fake_transport.h"
#include "scratch.h"

#define ARM "https://management.core.windows.net/"
#define AUTHORITY "https://login.microsoftonline.com/organizations/oauth2/v2.0/"
#define CLIENT "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define SCOPE "https%3A%2F%2Fmanagement.core.windows.net%2F%2F.default%20openid%20profile%20offline_access"

struct fixture {
	char *folder, *cache;
	struct fake_clock clock;
	struct fake_script *script;
	struct acr_transport *transport;
	struct acr_cloud cloud;
	struct acr_login login;
	struct acr_device_code code;
	struct acr_signed_in who;
	struct acr_error error;
};

static int set_up(void **state)
{
	struct fixture *f = acr_alloc(sizeof(*f));
	f->folder = scratch_folder_new();
	f->cache = acr_path_join(f->folder, "msal_token_cache.json");
	fake_clock_init(&f->clock);
	f->script = fake_script_new();
	f->transport = fake_transport_new(f->script);
	assert_true(acr_cloud_builtin("AzureCloud", &f->cloud));
	f->login = (struct acr_login){
		.cloud = &f->cloud, .resource = ARM, .transport = f->transport, .clock = &f->clock.clock};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	acr_transport_free(f->transport);
	fake_script_done(f->script);
	acr_cloud_clear(&f->cloud);
	acr_device_code_clear(&f->code);
	acr_signed_in_clear(&f->who);
	acr_error_clear(&f->error);
	scratch_folder_free(f->folder);
	free(f->cache);
	free(f);
	return 0;
}

/* An answer of the token endpoint; `claims` are those of the id token. */
static char *make_answer(const char *access, const char *refresh, const char *claims)
{
	static const char info[] = "{\"uid\":\"oid\",\"utid\":\"home\"}";
	ACR_AUTO(acr_buf) token = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) client = ACR_BUF_INIT;

	acr_base64url_encode(claims, strlen(claims), &token);
	acr_base64url_encode(info, strlen(info), &client);
	return acr_format("{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"%s\",\"refresh_token\":"
			  "\"%s\",\"foci\":\"1\",\"scope\":\"" ARM "/.default\",\"id_token\":\"e30.%s.x\","
			  "\"client_info\":\"%s\"}",
			  access, refresh, acr_buf_str(&token), acr_buf_str(&client));
}

#define CLAIMS "{\"aud\":\"" CLIENT "\",\"tid\":\"t-1\",\"oid\":\"oid\",\"preferred_username\":\"me@example.com\"}"

/* ---- device code ---- */

static int start(struct fixture *f, const char *reply)
{
	fake_expect(f->script, "POST", AUTHORITY "devicecode");
	fake_expect_body(f->script, "client_id=" CLIENT "&scope=" SCOPE);
	fake_reply(f->script, 200, reply);
	return acr_device_code_start(&f->login, &f->code, &f->error);
}

static void expect_poll(struct fixture *f, long status, const char *reply)
{
	fake_expect(f->script, "POST", AUTHORITY "token");
	fake_expect_body(f->script, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=d-1&"
				    "client_id=" CLIENT "&client_info=1&scope=" SCOPE "&claims=*");
	fake_reply(f->script, status, reply);
}

#define STARTED                                                                                                        \
	"{\"device_code\":\"d-1\",\"user_code\":\"AB12\",\"verification_uri\":\"https://x.test\",\"expires_in\":900,"  \
	"\"interval\":5,\"message\":\"Open and enter.\"}"
#define PENDING "{\"error\":\"authorization_pending\",\"error_description\":\"AADSTS70016: x\",\"error_codes\":[70016]}"

static void test_device_code(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *answer = make_answer("at-1", "rt-1", CLAIMS);

	assert_int_equal(start(f, STARTED), 0);
	assert_string_equal(f->code.message, "Open and enter.");
	assert_string_equal(f->code.user_code, "AB12");
	assert_int_equal(f->code.expires_on, FAKE_CLOCK_START + 900);
	expect_poll(f, 400, PENDING);
	expect_poll(f, 400, "{\"error\":\"slow_down\",\"error_codes\":[70016]}");
	expect_poll(f, 200, answer);
	assert_int_equal(acr_device_code_wait(&f->login, &f->code, &f->who, &f->error), 0);
	assert_int_equal(f->clock.sleeps, 3);
	assert_int_equal(f->clock.slept[0], 5000);
	assert_int_equal(f->clock.slept[1], 5000);
	assert_int_equal(f->clock.slept[2], 10000);
	assert_string_equal(f->who.username, "me@example.com");
	assert_string_equal(f->who.tenant, "t-1");
	assert_string_equal(f->who.home_account_id, "oid.home");
	assert_string_equal(f->who.token.secret, "at-1");
}

static void test_device_code_expires(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(start(f, "{\"device_code\":\"d-1\",\"user_code\":\"AB12\",\"verification_uri\":\"https://x.test\","
				  "\"expires_in\":8,\"message\":\"\"}"),
			 0);
	assert_string_equal(f->code.message, "To sign in, open https://x.test in a browser and enter the code AB12.");
	expect_poll(f, 400, PENDING);
	expect_poll(f, 400, "{\"error\":\"expired_token\",\"error_codes\":[70020]}");
	assert_int_equal(acr_device_code_wait(&f->login, &f->code, &f->who, &f->error), ACR_ERROR_TIMEOUT);
	assert_string_equal(f->error.message, "nobody signed in with the code AB12 before it expired; try again");
	/* Nor is anything asked when the time is up. */
	acr_error_clear(&f->error);
	assert_int_equal(acr_device_code_wait(&f->login, &f->code, &f->who, &f->error), ACR_ERROR_TIMEOUT);
}

static void test_device_code_ends(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(start(f, STARTED), 0);
	expect_poll(f, 400, "{\"error\":\"authorization_declined\",\"error_description\":\"AADSTS65004: User declined.\","
			    "\"error_codes\":[65004]}");
	assert_int_equal(acr_device_code_wait(&f->login, &f->code, &f->who, &f->error), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "cannot sign in as a user of tenant 'organizations': consent was not given; "
					      "sign in again (AADSTS65004: User declined)");
	acr_error_clear(&f->error);
	f->clock.interrupt_at = 2;
	assert_int_equal(acr_device_code_wait(&f->login, &f->code, &f->who, &f->error), ACR_ERROR_INTERRUPTED);
	acr_error_clear(&f->error);
	acr_device_code_clear(&f->code);
	assert_int_equal(start(f, "[]"), ACR_ERROR_FORMAT);
}

/* ---- browser ---- */

/* A sign-in service that gives one answer, and looks at what it is for. */
struct service {
	struct acr_transport transport;
	const char *nonce; /* to put into the id token; NULL: the one that was sent */
	char *url;         /* that was opened */
	char *form;        /* that came */
	const char *visits[4]; /* queries that the browser brings, "%s" is the state */
	pid_t browser;
};

static void answer_code(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	struct service *service = (struct service *)transport;
	struct acr_exchange *exchange = exchanges[0];
	ACR_AUTO_FREE char *sent = acr_query_get(strchr(service->url, '?') + 1, "nonce");
	ACR_AUTO_FREE char *claims =
		acr_format("{\"aud\":\"" CLIENT "\",\"tid\":\"t-1\",\"preferred_username\":\"me@example.com\","
			   "\"nonce\":\"%s\"}",
			   service->nonce ? service->nonce : sent);
	ACR_AUTO_FREE char *answer = make_answer("at-1", "rt-1", claims);

	assert_int_equal(count, 1);
	assert_string_equal(exchange->request.url, AUTHORITY "token");
	service->form = acr_strndup(exchange->request.body, exchange->request.body_length);
	exchange->response.status = 200;
	acr_buf_puts(&exchange->response.body, answer);
	exchange->result = 0;
}

/* What a browser does: fetch a page, and show nothing. */
static void visit(int port, const char *target)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int connection = socket(AF_INET, SOCK_STREAM, 0);
	char bytes[4096];

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(connection, (struct sockaddr *)&address, sizeof(address)) < 0)
		_exit(1);
	if (*target) /* else: a connection that brings nothing */
		dprintf(connection, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
	shutdown(connection, SHUT_WR);
	while (read(connection, bytes, sizeof(bytes)) > 0)
		;
	close(connection);
}

static int open_url(void *user, const char *url, struct acr_error *error)
{
	struct service *service = user;
	const char *query = strchr(url, '?') + 1;
	ACR_AUTO_FREE char *state = acr_query_get(query, "state");
	ACR_AUTO_FREE char *redirect = acr_query_get(query, "redirect_uri");
	int port = atoi(strrchr(redirect, ':') + 1);

	(void)error;
	service->url = acr_strdup(url);
	service->browser = fork();
	if (service->browser == 0) {
		for (size_t i = 0; i < ACR_COUNT(service->visits) && service->visits[i]; i++) {
			const char *mark = strstr(service->visits[i], "%s");
			char target[1024];

			snprintf(target, sizeof(target), "%.*s%s%s",
				 (int)(mark ? mark - service->visits[i] : (long)strlen(service->visits[i])),
				 service->visits[i], mark ? state : "", mark ? mark + 2 : "");
			visit(port, target);
		}
		_exit(0);
	}
	return 0;
}

static int sign_in(struct fixture *f, struct service *service)
{
	int rc, status;

	service->transport.send = answer_code;
	f->login.transport = &service->transport;
	f->login.clock = &acr_clock_system;
	rc = acr_browser_sign_in(&f->login, open_url, service, &f->who, &f->error);
	assert_int_equal(waitpid(service->browser, &status, 0), service->browser);
	return rc;
}

static void service_clear(struct service *service)
{
	free(service->url);
	free(service->form);
}

static char *challenge_of(const char *verifier)
{
	unsigned char digest[32];
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	assert_true(EVP_Digest(verifier, strlen(verifier), digest, NULL, EVP_sha256(), NULL));
	acr_base64url_encode(digest, sizeof(digest), &text);
	return acr_buf_take(&text);
}

static void assert_parameter(const char *query, const char *name, const char *expected)
{
	ACR_AUTO_FREE char *value = acr_query_get(query, name);

	assert_non_null(value);
	assert_string_equal(value, expected);
}

static void test_browser(void **state)
{
	struct fixture *f = *state;
	/* Others than the one that was asked for may come before, and do no harm. */
	ACR_AUTO(service)
	service = {.visits = {"/favicon.ico", "", "/?code=forged&state=other", "/?code=c%2B1&state=%s"}};

	assert_int_equal(sign_in(f, &service), 0);
	const char *query = strchr(service.url, '?') + 1;
	assert_int_equal(strncmp(service.url, AUTHORITY "authorize?", strlen(AUTHORITY "authorize?")), 0);
	assert_parameter(query, "client_id", CLIENT);
	assert_parameter(query, "response_type", "code");
	assert_parameter(query, "code_challenge_method", "S256");
	assert_parameter(query, "scope", ARM "/.default openid profile offline_access");
	assert_parameter(service.form, "grant_type", "authorization_code");
	assert_parameter(service.form, "code", "c+1");
	ACR_AUTO_FREE char *redirect = acr_query_get(query, "redirect_uri");
	assert_parameter(service.form, "redirect_uri", redirect);
	ACR_AUTO_FREE char *verifier = acr_query_get(service.form, "code_verifier");
	ACR_AUTO_FREE char *challenge = challenge_of(verifier);
	assert_parameter(query, "code_challenge", challenge);
	assert_int_equal(strlen(verifier), 43);
	assert_string_equal(f->who.username, "me@example.com");
	assert_string_equal(f->who.token.secret, "at-1");
}

static void test_browser_refused(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO(service)
	service = {.visits = {"/?error=access_denied&error_description=AADSTS65004%3A+declined%0D%0ATrace&state=%s"}};

	assert_int_equal(sign_in(f, &service), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "the sign-in in the browser failed: AADSTS65004: declined");
	assert_null(service.form);
}

static void test_browser_with_another_nonce(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO(service) service = {.nonce = "replayed", .visits = {"/?code=c&state=%s"}};

	assert_int_equal(sign_in(f, &service), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message, "the answer of https://login.microsoftonline.com is refused: it belongs to "
					      "another sign-in; sign in again");
	assert_null(f->who.token.secret);
}

static bool at_once(void *user)
{
	(void)user;
	return true;
}

static int open_nothing(void *user, const char *url, struct acr_error *error)
{
	(void)user;
	(void)url;
	(void)error;
	return 0;
}

static int open_fails(void *user, const char *url, struct acr_error *error)
{
	(void)user;
	(void)url;
	return acr_fail(error, ACR_ERROR_GENERAL, "no browser");
}

static void test_browser_given_up(void **state)
{
	struct fixture *f = *state;
	struct acr_clock clock = acr_clock_system;

	clock.interrupted = at_once;
	f->login.clock = &clock;
	assert_int_equal(acr_browser_sign_in(&f->login, open_nothing, NULL, &f->who, &f->error), ACR_ERROR_INTERRUPTED);
	assert_int_equal(acr_browser_sign_in(&f->login, open_fails, NULL, &f->who, &f->error), ACR_ERROR_GENERAL);
}

/* ---- keeping it ---- */

static void sign_in_as(struct fixture *f, const char *access, const char *refresh)
{
	ACR_AUTO_FREE char *answer = make_answer(access, refresh, CLAIMS);

	acr_device_code_clear(&f->code);
	acr_signed_in_clear(&f->who);
	assert_int_equal(start(f, STARTED), 0);
	expect_poll(f, 200, answer);
	assert_int_equal(acr_device_code_wait(&f->login, &f->code, &f->who, &f->error), 0);
}

static struct acr_json *read_cache(const struct fixture *f)
{
	struct acr_json *cache = NULL;

	assert_int_equal(msal_cache_read(f->cache, &f->clock.clock, &cache, NULL), 0);
	return cache;
}

static const char *no_variable(const char *name)
{
	(void)name;
	return NULL;
}

static void test_store(void **state)
{
	static const char account_text[] =
		"{\"tenantId\":\"t-1\",\"user\":{\"name\":\"me@example.com\",\"type\":\"user\"}}";
	struct fixture *f = *state;
	ACR_AUTO(acr_token) token = {0};
	ACR_AUTO_PTR(acr_json) *account = NULL;
	struct stat status;

	sign_in_as(f, "at-1", "rt-1");
	assert_int_equal(acr_msal_store(f->folder, &f->login, &f->who, &f->error), 0);
	sign_in_as(f, "at-2", "rt-2");
	assert_int_equal(acr_msal_store(f->folder, &f->login, &f->who, &f->error), 0);
	ACR_AUTO_PTR(acr_json) *cache = read_cache(f);
	ACR_AUTO_PTR(acr_json) *expected = NULL;
	static const char text[] =
		"{\"oid.home-login.microsoftonline.com-refreshtoken-" CLIENT "--https://management.core.windows.net//"
		".default\":{\"credential_type\":\"RefreshToken\",\"secret\":\"rt-2\",\"home_account_id\":\"oid.home\","
		"\"environment\":\"login.microsoftonline.com\",\"client_id\":\"" CLIENT "\",\"target\":\"" ARM
		"/.default\",\"last_modification_time\":\"1700000010\",\"family_id\":\"1\"}}";
	assert_int_equal(acr_json_parse(text, strlen(text), &expected, NULL), 0);
	assert_true(acr_json_equal(acr_json_get(cache, "RefreshToken"), expected));
	assert_int_equal(acr_json_size(acr_json_get(cache, "Account")), 1);
	assert_string_equal(acr_json_key(acr_json_first(acr_json_get(cache, "IdToken"))),
			    "oid.home-login.microsoftonline.com-idtoken-" CLIENT "-t-1-");
	assert_int_equal(stat(f->cache, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	/* The Azure CLI's account finds it. */
	assert_int_equal(acr_json_parse(account_text, strlen(account_text), &account, NULL), 0);
	struct acr_credential *credential =
		acr_cli_profile_new(&f->cloud, account, f->folder, no_variable, f->transport, &f->clock.clock);
	assert_int_equal(credential->get(credential, ARM, NULL, &token, &f->error), 0);
	assert_string_equal(token.secret, "at-2");
	acr_credential_free(credential);
}

static void test_forget(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(acr_msal_forget(f->folder, "me@example.com", &f->clock.clock, &f->error), 0);
	sign_in_as(f, "at-1", "rt-1");
	assert_int_equal(acr_msal_store(f->folder, &f->login, &f->who, &f->error), 0);
	assert_int_equal(acr_msal_forget(f->folder, "somebody@example.com", &f->clock.clock, &f->error), 0);
	ACR_AUTO_PTR(acr_json) *before = read_cache(f);
	assert_int_equal(acr_json_size(acr_json_get(before, "RefreshToken")), 1);
	assert_int_equal(acr_msal_forget(f->folder, "ME@example.com", &f->clock.clock, &f->error), 0);
	ACR_AUTO_PTR(acr_json) *after = read_cache(f);
	for (const struct acr_json *one = acr_json_first(after); one; one = acr_json_next(one))
		assert_int_equal(acr_json_size(one), strcmp(acr_json_key(one), "AppMetadata") == 0 ? 1 : 0);
	assert_int_equal(acr_msal_forget(f->folder, NULL, &f->clock.clock, &f->error), 0);
	ACR_AUTO_PTR(acr_json) *empty = read_cache(f);
	assert_int_equal(acr_json_size(empty), 0);
}

static void assert_cache(const struct fixture *f, const char *expected)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	assert_int_equal(acr_file_read(f->cache, &text, NULL), 0);
	assert_string_equal(acr_buf_str(&text), expected);
}

/* What cannot be understood is not written over, but can be cleared, since that is what users are told to do. */
static void test_damaged_cache(void **state)
{
	struct fixture *f = *state;

	sign_in_as(f, "at-1", "rt-1");
	assert_int_equal(acr_file_replace(f->cache, "{\"Acc", 5, 0600, NULL), 0);
	assert_int_equal(acr_msal_store(f->folder, &f->login, &f->who, &f->error), ACR_ERROR_FORMAT);
	assert_int_equal(acr_msal_forget(f->folder, "me@example.com", &f->clock.clock, &f->error), ACR_ERROR_FORMAT);
	assert_cache(f, "{\"Acc");
	assert_int_equal(acr_msal_forget(f->folder, NULL, &f->clock.clock, &f->error), 0);
	assert_cache(f, "{}");
}

static void test_empty_cache_file(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_json) *cache = NULL;

	sign_in_as(f, "at-1", "rt-1");
	assert_int_equal(acr_file_replace(f->cache, "", 0, 0600, NULL), 0);
	assert_int_equal(acr_msal_store(f->folder, &f->login, &f->who, &f->error), 0);
	assert_int_equal(msal_cache_read(f->cache, &f->clock.clock, &cache, &f->error), 0);
	assert_int_equal(acr_json_size(acr_json_get(cache, "Account")), 1);
}

static void store_principal(struct fixture *f, const char *text)
{
	ACR_AUTO_PTR(acr_json) *entry = NULL;

	assert_int_equal(acr_json_parse(text, strlen(text), &entry, NULL), 0);
	assert_int_equal(acr_principal_store(f->folder, entry, &f->error), 0);
}

static void assert_principals(const struct fixture *f, const char *expected)
{
	ACR_AUTO_FREE char *path = acr_path_join(f->folder, "service_principal_entries.json");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO_PTR(acr_json) *entries = NULL;

	assert_int_equal(acr_file_read(path, &text, NULL), 0);
	assert_int_equal(acr_json_parse(acr_buf_str(&text), text.length, &entries, NULL), 0);
	ACR_AUTO_FREE char *found = acr_json_text(entries);
	assert_string_equal(found, expected);
}

static void test_principals(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *path = acr_path_join(f->folder, "service_principal_entries.json");

	assert_int_equal(acr_principal_forget(f->folder, NULL, &f->error), 0);
	assert_int_equal(access(path, F_OK), -1);
	store_principal(f, "{\"client_id\":\"a\",\"tenant\":\"t\",\"client_secret\":\"1\"}");
	store_principal(f, "{\"client_id\":\"a\",\"tenant\":\"u\",\"client_secret\":\"2\"}");
	store_principal(f, "{\"client_id\":\"b\",\"tenant\":\"t\",\"certificate\":\"x.pem\"}");
	store_principal(f, "{\"client_id\":\"A\",\"tenant\":\"T\",\"client_secret\":\"3\"}");
	assert_principals(f, "[{\"client_id\":\"a\",\"tenant\":\"u\",\"client_secret\":\"2\"},{\"client_id\":\"b\","
			     "\"tenant\":\"t\",\"certificate\":\"x.pem\"},{\"client_id\":\"A\",\"tenant\":\"T\","
			     "\"client_secret\":\"3\"}]");
	assert_int_equal(acr_principal_forget(f->folder, "a", &f->error), 0);
	assert_principals(f, "[{\"client_id\":\"b\",\"tenant\":\"t\",\"certificate\":\"x.pem\"}]");
	assert_int_equal(acr_principal_forget(f->folder, NULL, &f->error), 0);
	assert_principals(f, "[]");
	assert_int_equal(acr_file_replace(path, "{}", 2, 0600, NULL), 0);
	assert_int_equal(acr_principal_forget(f->folder, "a", &f->error), ACR_ERROR_FORMAT);
	assert_int_equal(acr_principal_forget(f->folder, NULL, &f->error), 0);
	assert_principals(f, "[]");
}

/* ---- tenants ---- */

static void test_tenants(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_json) *list = NULL;

	fake_expect(f->script, "GET", "https://management.azure.com/tenants?api-version=2022-12-01");
	fake_expect_header(f->script, "Authorization", "Bearer at");
	fake_reply(f->script, 200,
		   "{\"value\":[{\"tenantId\":\"1\"}],\"nextLink\":\"https://management.azure.com/next\"}");
	fake_expect(f->script, "GET", "https://management.azure.com/next");
	fake_reply(f->script, 200, "{\"value\":[{\"tenantId\":\"2\"}]}");
	assert_int_equal(acr_tenant_list(&f->login, "at", &list, &f->error), 0);
	ACR_AUTO_FREE char *text = acr_json_text(list);
	assert_string_equal(text, "[{\"tenantId\":\"1\"},{\"tenantId\":\"2\"}]");
}

#define DISCOVERY "https://login.microsoftonline.com/contoso.com/.well-known/openid-configuration"

static void test_tenant_by_domain(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *tenant = NULL;

	f->login.tenant = "contoso.com";
	fake_expect(f->script, "GET", DISCOVERY);
	fake_expect_header(f->script, "Authorization", NULL);
	fake_reply(f->script, 200, "{\"issuer\":\"https://sts.windows.net/1-2/\"}");
	assert_int_equal(acr_tenant_resolve(&f->login, &tenant, &f->error), 0);
	assert_string_equal(tenant, "1-2");
	fake_expect(f->script, "GET", DISCOVERY);
	fake_reply(f->script, 200, "{\"issuer\":\"https://sts.windows.net/\"}");
	assert_int_equal(acr_tenant_resolve(&f->login, &tenant, &f->error), ACR_ERROR_FORMAT);
	assert_string_equal(f->error.message, "cannot find the tenant 'contoso.com': https://login.microsoftonline.com "
					      "does not say its id");
}

/* Ids, and what AD FS calls its only tenant, need no request. */
static void test_tenant_by_id(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *tenant = NULL;
	ACR_AUTO_FREE char *adfs = NULL;

	f->login.tenant = "11111111-2222-3333-4444-55555555555A";
	assert_int_equal(acr_tenant_resolve(&f->login, &tenant, &f->error), 0);
	assert_string_equal(tenant, f->login.tenant);
	f->login.tenant = "contoso.com";
	free(f->cloud.authority);
	f->cloud.authority = acr_strdup("https://fs.contoso.com/adfs");
	assert_int_equal(acr_tenant_resolve(&f->login, &adfs, &f->error), 0);
	assert_string_equal(adfs, "contoso.com");
}

static void test_password(void **state)
{
	struct fixture *f = *state;

	fake_expect(f->script, "POST", AUTHORITY "token");
	fake_expect_auth(f->script, ACR_AUTH_NONE, NULL, NULL);
	fake_reply(f->script, 400,
		   "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS50126: Wrong. Trace ID: x\","
		   "\"error_codes\":[50126]}");
	assert_int_equal(acr_password_sign_in(&f->login, "me", "pw", &f->who, &f->error), ACR_ERROR_AUTH);
	assert_string_equal(f->error.service_code, "AADSTS50126");
	assert_null(f->who.username);
}

static void test_subscriptions_refused(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_PTR(acr_json) *list = NULL;

	fake_expect(f->script, "GET", "https://management.azure.com/subscriptions?api-version=2022-12-01");
	fake_reply(f->script, 200, "{\"value\":[],\"nextLink\":\"https://elsewhere.test/next\"}");
	assert_int_equal(acr_subscription_list(&f->login, "at", &list, &f->error), ACR_ERROR_SERVICE);
	assert_string_equal(f->error.message, "cannot list the subscriptions: the next page is at another host, "
					      "'https://elsewhere.test/next'");
	assert_null(list);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_device_code),
		TEST(test_device_code_expires),
		TEST(test_device_code_ends),
		TEST(test_browser),
		TEST(test_browser_refused),
		TEST(test_browser_with_another_nonce),
		TEST(test_browser_given_up),
		TEST(test_store),
		TEST(test_forget),
		TEST(test_damaged_cache),
		TEST(test_empty_cache_file),
		TEST(test_principals),
		TEST(test_tenants),
		TEST(test_subscriptions_refused),
		TEST(test_tenant_by_domain),
		TEST(test_tenant_by_id),
		TEST(test_password),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
