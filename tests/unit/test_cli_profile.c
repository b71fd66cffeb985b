/* The Azure CLI's account: its service principals, its users, and MSAL's token cache, which it goes on reading. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/credential.h>
#include <acr/file.h>
#include "auth/msal_cache.h"
#include "auth/msal_lock.h"
#include "fake_clock.h"
#include "fake_transport.h"
#include "scratch.h"

#define ARM "https://management.core.windows.net/"
#define SCOPE ARM "/.default"
#define TENANT "72f988bf-0000-0000-0000-000000000001"
#define TOKEN_URL "https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/token"
#define HOME "oid-1." TENANT
#define CLIENT "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

#define USER_ACCOUNT "{\"tenantId\":\"" TENANT "\",\"user\":{\"name\":\"Me@Example.test\",\"type\":\"user\"}}"
#define PRINCIPAL_ACCOUNT "{\"tenantId\":\"" TENANT "\",\"user\":{\"name\":\"client-1\",\"type\":\"servicePrincipal\"}}"

/* What the Azure CLI's own login leaves; the access token's end is put in. */
#define CACHE                                                                                                          \
	"{\"AccessToken\": {\"" HOME "-login.microsoftonline.com-accesstoken-" CLIENT "-" TENANT "-" SCOPE "\": {"     \
	"\"credential_type\": \"AccessToken\", \"secret\": \"at-old\", \"home_account_id\": \"" HOME "\", "            \
	"\"environment\": \"login.microsoftonline.com\", \"client_id\": \"" CLIENT "\", \"target\": \"" SCOPE "\", "   \
	"\"realm\": \"" TENANT "\", \"token_type\": \"Bearer\", \"cached_at\": \"1\", \"expires_on\": \"%lld\", "      \
	"\"extended_expires_on\": \"%lld\"}}, "                                                                        \
	"\"Account\": {\"" HOME "-login.microsoftonline.com-" TENANT "\": {\"home_account_id\": \"" HOME "\", "        \
	"\"environment\": \"login.microsoftonline.com\", \"realm\": \"" TENANT "\", \"local_account_id\": \"oid-1\", " \
	"\"username\": \"me@example.test\", \"authority_type\": \"MSSTS\"}}, "                                         \
	"\"Unknown\": {\"kept\": [1, {}]}, "                                                                           \
	"\"RefreshToken\": {\"" HOME "-login.microsoftonline.com-refreshtoken-" CLIENT "--" SCOPE "\": {"              \
	"\"credential_type\": \"RefreshToken\", \"secret\": \"rt-old\", \"home_account_id\": \"" HOME "\", "           \
	"\"environment\": \"login.microsoftonline.com\", \"client_id\": \"" CLIENT "\", \"target\": \"" SCOPE "\", "   \
	"\"last_modification_time\": \"100\", \"family_id\": \"1\", \"extra\": \"kept\"}}, "                           \
	"\"AppMetadata\": {\"appmetadata-login.microsoftonline.com-" CLIENT "\": {\"client_id\": \"" CLIENT "\", "     \
	"\"environment\": \"login.microsoftonline.com\", \"family_id\": \"1\"}}}"

struct fixture {
	char *folder, *cache;
	struct fake_clock clock;
	struct fake_script *script;
	struct acr_transport *transport;
	struct acr_cloud cloud;
	struct acr_credential *credential;
	struct acr_token token;
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
	scratch_folder_free(f->folder);
	free(f->cache);
	free(f);
	return 0;
}

static void write_file(const struct fixture *f, const char *name, const char *text)
{
	ACR_AUTO_FREE char *path = acr_path_join(f->folder, name);

	assert_int_equal(acr_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

/* A cache whose access token lives that many seconds. */
static void write_cache(const struct fixture *f, int lifetime)
{
	long long end = (long long)FAKE_CLOCK_START + lifetime;
	ACR_AUTO_FREE char *text = acr_format(CACHE, end, end);

	write_file(f, "msal_token_cache.json", text);
}

static struct acr_json *read_cache(const struct fixture *f)
{
	struct acr_json *cache = NULL;

	assert_int_equal(msal_cache_read(f->cache, &f->clock.clock, &cache, NULL), 0);
	assert_non_null(cache);
	return cache;
}

static const char *no_variable(const char *name)
{
	(void)name;
	return NULL;
}

static int get(struct fixture *f, const char *account_text, const char *resource, const char *claims)
{
	ACR_AUTO_PTR(acr_json) *account = NULL;

	assert_int_equal(acr_json_parse(account_text, strlen(account_text), &account, NULL), 0);
	acr_credential_free(f->credential);
	f->credential = acr_cli_profile_new(&f->cloud, account, f->folder, no_variable, f->transport, &f->clock.clock);
	acr_token_clear(&f->token);
	return f->credential->get(f->credential, resource, claims, &f->token, &f->error);
}

static void expect(struct fixture *f, const char *body, long status, const char *reply)
{
	fake_expect(f->script, "POST", TOKEN_URL);
	fake_expect_auth(f->script, ACR_AUTH_NONE, NULL, NULL);
	fake_expect_body(f->script, body);
	fake_reply(f->script, status, reply);
}

/* ---- service principals ---- */

static void test_principal(void **state)
{
	struct fixture *f = *state;

	write_file(f, "service_principal_entries.json",
		   "[{\"client_id\":\"other\",\"tenant\":\"" TENANT "\",\"client_secret\":\"1\"},"
		   "{\"client_id\":\"client-1\",\"tenant\":\"elsewhere\",\"client_secret\":\"2\"},"
		   "{\"client_id\":\"CLIENT-1\",\"tenant\":\"" TENANT "\",\"client_secret\":\"3\"}]");
	expect(f, "*&client_id=client-1&client_secret=3&*", 200, "{\"access_token\":\"a\",\"expires_in\":60}");
	assert_int_equal(get(f, PRINCIPAL_ACCOUNT, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "a");
}

static void test_principal_of_another_tenant(void **state)
{
	struct fixture *f = *state;

	write_file(f, "service_principal_entries.json",
		   "[{\"client_id\":\"client-1\",\"tenant\":\"elsewhere\",\"client_secret\":\"2\"}]");
	expect(f, "*&client_secret=2&*", 200, "{\"access_token\":\"a\"}");
	assert_int_equal(get(f, PRINCIPAL_ACCOUNT, ARM, NULL), 0);
}

static void test_principal_without_entry(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, PRINCIPAL_ACCOUNT, ARM, NULL), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message,
			    "the Azure CLI has no stored sign-in of 'client-1'; run 'az login --service-principal'");
	write_file(f, "service_principal_entries.json", "[{\"client_id\":\"other\"}]");
	assert_int_equal(get(f, PRINCIPAL_ACCOUNT, ARM, NULL), ACR_ERROR_SIGN_IN);
	write_file(f, "service_principal_entries.json", "[{\"client_id\":");
	assert_int_equal(get(f, PRINCIPAL_ACCOUNT, ARM, NULL), ACR_ERROR_FORMAT);
	assert_non_null(
		strstr(f->error.message, "is damaged; run 'az account clear' and 'az login --service-principal'"));
}

static void test_encrypted_entries(void **state)
{
	struct fixture *f = *state;

	write_file(f, "service_principal_entries.bin", "x");
	assert_int_equal(get(f, PRINCIPAL_ACCOUNT, ARM, NULL), ACR_ERROR_SIGN_IN);
	ACR_AUTO_FREE char *expected =
		acr_format("the Azure CLI keeps the secrets of service principals encrypted in "
			   "'%s/service_principal_entries.bin', which only itself can read; run 'az config set "
			   "core.encrypt_token_cache=false' and 'az login --service-principal'",
			   f->folder);
	assert_string_equal(f->error.message, expected);
}

static void test_principal_with_nothing(void **state)
{
	struct fixture *f = *state;

	write_file(f, "service_principal_entries.json",
		   "[{\"client_id\":\"client-1\",\"tenant\":\"" TENANT "\",\"new\":\"x\"}]");
	assert_int_equal(get(f, PRINCIPAL_ACCOUNT, ARM, NULL), ACR_ERROR_AUTH);
	assert_string_equal(f->error.message,
			    "the Azure CLI's entry of the service principal 'client-1' has neither secret nor "
			    "certificate nor federated token; run 'az login --service-principal'");
}

static void test_federated_principal(void **state)
{
	struct fixture *f = *state;

	write_file(f, "service_principal_entries.json",
		   "[{\"client_id\":\"client-1\",\"tenant\":\"" TENANT "\",\"client_assertion\":\"a.b.c\"}]");
	fake_expect(f->script, "POST", TOKEN_URL);
	fake_expect_body(f->script,
			 "grant_type=client_credentials&client_id=client-1&client_assertion_type=urn%3Aietf%3Aparams%3A"
			 "oauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c&*");
	fake_reply(f->script, 200, "{\"access_token\":\"at\"}");
	assert_int_equal(get(f, PRINCIPAL_ACCOUNT, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "at");
}

static void test_managed_identities(void **state)
{
	static const struct {
		const char *mark, *query;
	} rows[] = {
		{"MSI", ""},
		{"MSIClient-c", "&client_id=c"},
		{"MSIObject-o", "&object_id=o"},
		{"MSIResource-/a/b", "&msi_res_id=%2Fa%2Fb"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO_FREE char *account =
			acr_format("{\"tenantId\":\"t\",\"user\":{\"name\":\"systemAssignedIdentity\","
				   "\"type\":\"servicePrincipal\",\"assignedIdentityInfo\":\"%s\"}}",
				   rows[i].mark);
		ACR_AUTO_FREE char *url = acr_format(
			"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https"
			"%%3A%%2F%%2Fmanagement.core.windows.net%%2F%s",
			rows[i].query);

		fake_expect(f->script, "GET", url);
		fake_expect_header(f->script, "Metadata", "true");
		fake_reply(f->script, 200, "{\"access_token\":\"at\",\"expires_in\":\"100\"}");
		assert_int_equal(get(f, account, ARM, NULL), 0);
		assert_int_equal(f->token.expires_on, FAKE_CLOCK_START + 100);
	}
}

static void test_accounts_without_a_way(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, "{\"user\":{\"name\":\"me\",\"type\":\"user\",\"cloudShellID\":true}}", ARM, NULL),
			 ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message, "the Azure CLI's account is the one of Cloud Shell, and this is not Cloud "
					      "Shell; run 'az login'");
	assert_int_equal(get(f, "{}", ARM, NULL), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message, "the Azure CLI's account names no user; run 'az login'");
}

/* ---- users ---- */

static void test_cached_access_token(void **state)
{
	struct fixture *f = *state;

	write_cache(f, 301);
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "at-old");
	assert_int_equal(f->token.expires_on, FAKE_CLOCK_START + 301);
	assert_true(f->token.cached);
}

static void test_aliases_of_the_host(void **state)
{
	static const char *const hosts[] = {"login.windows.net", "STS.windows.net", "login.microsoft.com"};
	struct fixture *f = *state;

	write_cache(f, 1000);
	for (size_t i = 0; i < ACR_COUNT(hosts); i++) {
		free(f->cloud.authority);
		f->cloud.authority = acr_format("https://%s", hosts[i]);
		assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), 0);
	}
	free(f->cloud.authority);
	f->cloud.authority = acr_strdup("https://login.microsoftonline.us");
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), ACR_ERROR_SIGN_IN);
}

static void expect_refresh(struct fixture *f, const char *refresh_token, long status, const char *reply)
{
	ACR_AUTO_FREE char *body = acr_format(
		"grant_type=refresh_token&client_id=" CLIENT "&refresh_token=%s&client_info=1&scope="
		"https%%3A%%2F%%2Fmanagement.core.windows.net%%2F%%2F.default%%20openid%%20profile%%20offline_access&"
		"claims=*",
		refresh_token);

	expect(f, body, status, reply);
}

#define NEW_TOKENS                                                                                                     \
	"{\"token_type\":\"Bearer\",\"scope\":\"" ARM "/user_impersonation " SCOPE "\",\"expires_in\":4000,"           \
	"\"ext_expires_in\":5000,\"refresh_in\":2000,\"access_token\":\"at-new\",\"refresh_token\":\"rt-new\","        \
	"\"foci\":\"1\"}"

static void test_refresh(void **state)
{
	struct fixture *f = *state;
	struct stat status;

	write_cache(f, 300);
	expect_refresh(f, "rt-old", 200, NEW_TOKENS);
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "at-new");
	assert_int_equal(f->token.expires_on, FAKE_CLOCK_START + 4000);
	assert_false(f->token.cached);
	assert_int_equal(stat(f->cache, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	ACR_AUTO_FREE char *lock = acr_format("%s.lockfile", f->cache);
	assert_int_equal(access(lock, F_OK), -1);
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "at-new");
	assert_true(f->token.cached);
}

static void test_what_is_stored(void **state)
{
	struct fixture *f = *state;

	write_cache(f, 0);
	expect_refresh(f, "rt-old", 200, NEW_TOKENS);
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), 0);
	ACR_AUTO_PTR(acr_json) *cache = read_cache(f);
	const struct acr_json *token =
		acr_json_get(acr_json_get(cache, "AccessToken"), HOME "-login.microsoftonline.com-accesstoken-" CLIENT
								      "-" TENANT "-" ARM "/user_impersonation " SCOPE);
	ACR_AUTO_FREE char *text = acr_json_text(token);
	assert_string_equal(text,
			    "{\"credential_type\":\"AccessToken\",\"secret\":\"at-new\",\"home_account_id\":\"" HOME
			    "\",\"environment\":\"login.microsoftonline.com\",\"client_id\":\"" CLIENT
			    "\",\"target\":\"" ARM "/user_impersonation " SCOPE "\",\"realm\":\"" TENANT
			    "\",\"token_type\":\"Bearer\",\"cached_at\":\"1700000000\",\"expires_on\":\"1700004000\","
			    "\"extended_expires_on\":\"1700005000\",\"refresh_on\":\"1700002000\"}");
	assert_int_equal(acr_json_size(acr_json_get(cache, "AccessToken")), 2);
	assert_int_equal(acr_json_size(acr_json_get(cache, "RefreshToken")), 1);
	const struct acr_json *refresh = acr_json_first(acr_json_get(cache, "RefreshToken"));
	assert_string_equal(acr_json_str(refresh, "/secret"), "rt-new");
	assert_string_equal(acr_json_str(refresh, "/last_modification_time"), "1700000000");
	assert_string_equal(acr_json_str(refresh, "/extra"), "kept");
	assert_string_equal(acr_json_key(refresh), HOME "-login.microsoftonline.com-refreshtoken-" CLIENT "--" SCOPE);
	ACR_AUTO_FREE char *unknown = acr_json_text(acr_json_get(cache, "Unknown"));
	assert_string_equal(unknown, "{\"kept\":[1,{}]}");
}

static void test_claims_skip_the_cached_token(void **state)
{
	struct fixture *f = *state;

	write_cache(f, 3000);
	expect_refresh(f, "rt-old", 200, "{\"access_token\":\"at-new\"}");
	assert_int_equal(get(f, USER_ACCOUNT, ARM, "{}"), 0);
	assert_string_equal(f->token.secret, "at-new");
	ACR_AUTO_PTR(acr_json) *cache = read_cache(f);
	assert_string_equal(acr_json_str(acr_json_first(acr_json_get(cache, "RefreshToken")), "/secret"), "rt-old");
}

static void test_other_resource(void **state)
{
	struct fixture *f = *state;

	write_cache(f, 3000);
	expect(f, "*&scope=https%3A%2F%2Fcontainerregistry.azure.net%2F.default%20*", 200,
	       "{\"access_token\":\"reg\"}");
	assert_int_equal(get(f, USER_ACCOUNT, "https://containerregistry.azure.net", NULL), 0);
	assert_string_equal(f->token.secret, "reg");
}

static void test_sign_in_again(void **state)
{
	static const struct {
		const char *code, *cause;
	} rows[] = {
		{"700082", "the stored sign-in has expired since it was not used for long; "},
		{"70043", "the tenant's sign-in frequency policy asks for a new sign-in; "},
		{"50076", "multi-factor authentication is required; "},
		{"50173", "the stored sign-in was revoked, as after a change of the password; "},
		{"999", NULL},
	};
	struct fixture *f = *state;

	write_cache(f, 0);
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO_FREE char *reply = acr_format(
			"{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS%s: Text.\\r\\nTrace ID: 1\"}",
			rows[i].code);
		ACR_AUTO_FREE char *said = acr_format("AADSTS%s: Text", rows[i].code);
		ACR_AUTO_FREE char *known = acr_format(" (%s)", said);
		ACR_AUTO_FREE char *unknown = acr_format("%s; ", said);
		ACR_AUTO_FREE char *expected =
			acr_format("cannot sign in as 'Me@Example.test' in tenant '" TENANT
				   "': %srun 'az login --tenant \"" TENANT "\" --scope \"" SCOPE "\"'%s",
				   rows[i].cause ? rows[i].cause : unknown, rows[i].cause ? known : "");

		expect_refresh(f, "rt-old", 400, reply);
		assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), ACR_ERROR_AUTH);
		assert_string_equal(f->error.message, expected);
	}
}

static void test_next_refresh_token(void **state)
{
	struct fixture *f = *state;

	write_cache(f, 0);
	ACR_AUTO_PTR(acr_json) *cache = read_cache(f);
	struct acr_json *section = acr_json_get(cache, "RefreshToken");
	struct acr_json *newer = acr_json_copy(acr_json_first(section));
	struct acr_json *foreign = acr_json_copy(newer);
	acr_json_set_str(newer, "secret", "rt-newer");
	acr_json_set_str(newer, "client_id", "another member of the family");
	acr_json_set_str(newer, "last_modification_time", "200");
	acr_json_set_str(foreign, "client_id", "a stranger");
	acr_json_set_str(foreign, "last_modification_time", "300");
	acr_json_remove(foreign, "family_id");
	acr_json_set(section, "foreign", foreign);
	acr_json_set(section, "newer", newer);
	ACR_AUTO_FREE char *text = acr_json_text(cache);
	write_file(f, "msal_token_cache.json", text);
	expect_refresh(f, "rt-newer", 400, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700082: old\"}");
	expect_refresh(f, "rt-old", 200, "{\"access_token\":\"at-new\"}");
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "at-new");
}

static void test_nobody_in_the_cache(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), ACR_ERROR_SIGN_IN);
	assert_string_equal(f->error.message,
			    "the Azure CLI has no stored sign-in of 'Me@Example.test'; run 'az login'");
	write_file(f, "msal_token_cache.json", "{}");
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), ACR_ERROR_SIGN_IN);
	write_file(f, "msal_token_cache.json", "[]");
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), ACR_ERROR_SIGN_IN);
}

static void test_damaged_cache(void **state)
{
	struct fixture *f = *state;

	write_file(f, "msal_token_cache.json", "{\"AccessToken\":");
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), ACR_ERROR_FORMAT);
	assert_non_null(strstr(f->error.message, "the Azure CLI's token cache '"));
	assert_non_null(strstr(f->error.message, "; run 'az account clear' and 'az login'"));
	assert_int_equal(f->clock.sleeps, 2);
}

/* The token is used even where it cannot be stored. */
static void test_read_only_folder(void **state)
{
	struct fixture *f = *state;

	write_cache(f, 0);
	if (geteuid() == 0) {
		ACR_AUTO_FREE char *lock = acr_format("%s.lockfile", f->cache);

		assert_int_equal(mkdir(lock, 0700), 0); /* root may write anywhere, but not here */
	} else {
		assert_int_equal(chmod(f->folder, 0500), 0);
	}
	expect_refresh(f, "rt-old", 200, NEW_TOKENS);
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), 0);
	assert_string_equal(f->token.secret, "at-new");
	ACR_AUTO_PTR(acr_json) *cache = read_cache(f);
	assert_string_equal(acr_json_str(acr_json_first(acr_json_get(cache, "RefreshToken")), "/secret"), "rt-old");
}

/* Who has signed out meanwhile stays signed out. */
static void test_signed_out_meanwhile(void **state)
{
	struct fixture *f = *state;
	struct msal_user user = {.host = "login.microsoftonline.com", .username = "me@example.test", .realm = TENANT};
	ACR_AUTO_PTR(acr_json) *answer = NULL;

	write_cache(f, 0);
	ACR_AUTO_PTR(acr_json) *cache = read_cache(f);
	assert_true(msal_find_user(cache, &user));
	const struct acr_json *entry = msal_find_refresh_token(cache, &user, 0);
	assert_non_null(entry);
	assert_null(msal_find_refresh_token(cache, &user, 1));
	write_file(f, "msal_token_cache.json", "{\"RefreshToken\":{}}");
	assert_int_equal(acr_json_parse(NEW_TOKENS, strlen(NEW_TOKENS), &answer, NULL), 0);
	assert_int_equal(msal_cache_store(f->cache, &user, entry, answer, SCOPE, &f->clock.clock, &f->error), 0);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	assert_int_equal(acr_file_read(f->cache, &text, NULL), 0);
	assert_string_equal(acr_buf_str(&text), "{\"RefreshToken\":{}}");
}

/* ---- the lock ---- */

static void test_lock_of_a_dead_process(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *path = acr_format("%s.lockfile", f->cache);

	write_file(f, "msal_token_cache.json.lockfile", "123 az");
	int lock = msal_lock(path, &f->clock.clock, &f->error);
	assert_true(lock >= 0);
	assert_in_range(fake_clock_slept(&f->clock), 5000, 5100);
	msal_unlock(path, lock);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_lock_that_is_kept(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *path = acr_format("%s.lockfile", f->cache);
	int holder = msal_lock(path, &f->clock.clock, &f->error);

	assert_true(holder >= 0);
	assert_int_equal(fake_clock_slept(&f->clock), 0);
	assert_int_equal(msal_lock(path, &f->clock.clock, &f->error), ACR_ERROR_TIMEOUT);
	assert_in_range(fake_clock_slept(&f->clock), 10000, 10200);
	ACR_AUTO_FREE char *expected =
		acr_format("cannot lock '%s': another process keeps it; remove it if none does", path);
	assert_string_equal(f->error.message, expected);
	assert_int_equal(access(path, F_OK), 0);
	msal_unlock(path, holder);
}

static void test_lock_interrupted(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *path = acr_format("%s.lockfile", f->cache);
	int holder = msal_lock(path, &f->clock.clock, &f->error);

	f->clock.interrupt_at = 1;
	assert_int_equal(msal_lock(path, &f->clock.clock, &f->error), ACR_ERROR_INTERRUPTED);
	msal_unlock(path, holder);
}

/* A clock on which, at one of the waits, the lock changes hands: its holder removes it and somebody else makes a new
 * one. */
struct handover {
	struct fake_clock clock;
	int (*sleep)(const struct acr_clock *clock, int64_t milliseconds, struct acr_error *error);
	const char *path;
	int holder, next;
};

static int handover_sleep(const struct acr_clock *clock, int64_t milliseconds, struct acr_error *error)
{
	struct handover *handover = (struct handover *)(uintptr_t)clock;

	if (handover->clock.elapsed_ms > 6000 && handover->next < 0) {
		msal_unlock(handover->path, handover->holder);
		handover->next = acr_file_lock(handover->path, 0, NULL);
		assert_true(handover->next >= 0);
	}
	return handover->sleep(clock, milliseconds, error);
}

/* The file that we waited for is gone then, and locking it means nothing. */
static void test_lock_changes_hands(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *path = acr_format("%s.lockfile", f->cache);
	struct handover handover = {.path = path, .next = -1};

	handover.holder = msal_lock(path, &f->clock.clock, &f->error);
	assert_true(handover.holder >= 0);
	fake_clock_init(&handover.clock);
	handover.sleep = handover.clock.clock.sleep;
	handover.clock.clock.sleep = handover_sleep;
	assert_int_equal(msal_lock(path, &handover.clock.clock, &f->error), ACR_ERROR_TIMEOUT);
	assert_true(handover.next >= 0);
	assert_int_equal(access(path, F_OK), 0);
	msal_unlock(path, handover.next);
}

/* Twenty processes add one each to a number in a file under the lock: none is lost. */
static void test_lock_excludes(void **state)
{
	struct fixture *f = *state;
	ACR_AUTO_FREE char *path = acr_format("%s.lockfile", f->cache);
	ACR_AUTO_FREE char *number = acr_path_join(f->folder, "number");
	int status, failures = 0;

	write_file(f, "number", "0");
	for (int i = 0; i < 20; i++) {
		if (fork())
			continue;
		int lock = msal_lock(path, &acr_clock_system, NULL);
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

		if (lock < 0 || acr_file_read(number, &text, NULL) < 0)
			_exit(1);
		ACR_AUTO_FREE char *next = acr_format("%ld", strtol(acr_buf_str(&text), NULL, 10) + 1);
		usleep(2000);
		if (acr_file_replace(number, next, strlen(next), 0600, NULL) < 0)
			_exit(1);
		msal_unlock(path, lock);
		_exit(0);
	}
	while (wait(&status) > 0)
		failures += status != 0;
	assert_int_equal(failures, 0);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	assert_int_equal(acr_file_read(number, &text, NULL), 0);
	assert_string_equal(acr_buf_str(&text), "20");
}

/* ---- MSAL itself ---- */

/* The library of the Azure CLI finds the new tokens in the file, by its own look-ups and without a token request. */
static const char msal_script[] =
	"import json, sys, msal\n"
	"from msal_extensions import FilePersistence, PersistedTokenCache\n"
	"class Answer:\n"
	"    status_code = 200\n"
	"    headers = {}\n"
	"    def __init__(self, text): self.text = text\n"
	"    def raise_for_status(self): pass\n"
	"class Http:\n"
	"    def get(self, url, **options):\n"
	"        base = 'https://login.microsoftonline.com/" TENANT "/oauth2/v2.0/'\n"
	"        return Answer(json.dumps({'authorization_endpoint': base + 'authorize', 'token_endpoint': base + "
	"'token', 'metadata': []}))\n"
	"    def post(self, url, **options): sys.exit('MSAL wanted a new token')\n"
	"    def close(self): pass\n"
	"cache = PersistedTokenCache(FilePersistence(sys.argv[1]))\n"
	"app = msal.PublicClientApplication('" CLIENT "', authority='https://login.microsoftonline.com/" TENANT "', "
	"token_cache=cache, http_client=Http())\n"
	"account = app.get_accounts('me@example.test')[0]\n"
	"token = app.acquire_token_silent(['" SCOPE "'], account)\n"
	"assert token['access_token'] == 'at-new', token\n"
	"refresh = cache.find('RefreshToken', query={'family_id': '1', 'home_account_id': "
	"account['home_account_id']})\n"
	"assert [entry['secret'] for entry in refresh] == ['rt-new'], refresh\n";

/* A Python that has the library; NULL when there is none. */
static const char *python_with_msal(void)
{
	static const char *const pythons[] = {"python3", "/usr/bin/python3"};

	for (size_t i = 0; i < ACR_COUNT(pythons); i++) {
		ACR_AUTO_FREE char *command =
			acr_format("%s -c 'import msal, msal_extensions' 2>/dev/null", pythons[i]);

		if (system(command) == 0)
			return pythons[i];
	}
	return NULL;
}

static void check_with_msal(struct fixture *f, const char *python)
{
	ACR_AUTO_FREE char *command = acr_format("%s '%s/check.py' '%s'", python, f->folder, f->cache);

	/* The script lives in real time, so the token must do so too. */
	f->clock.elapsed_ms = (acr_clock_system.now(&acr_clock_system) - FAKE_CLOCK_START) * 1000;
	write_cache(f, 0);
	expect_refresh(f, "rt-old", 200, NEW_TOKENS);
	assert_int_equal(get(f, USER_ACCOUNT, ARM, NULL), 0);
	write_file(f, "check.py", msal_script);
	assert_int_equal(system(command), 0);
}

static void test_msal_reads_it(void **state)
{
	const char *python = python_with_msal();

	if (!python) {
		print_message("skipped: the Python library msal is not installed\n");
		skip();
	}
	check_with_msal(*state, python);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_principal),
		TEST(test_principal_of_another_tenant),
		TEST(test_principal_without_entry),
		TEST(test_encrypted_entries),
		TEST(test_principal_with_nothing),
		TEST(test_federated_principal),
		TEST(test_managed_identities),
		TEST(test_accounts_without_a_way),
		TEST(test_cached_access_token),
		TEST(test_aliases_of_the_host),
		TEST(test_refresh),
		TEST(test_what_is_stored),
		TEST(test_claims_skip_the_cached_token),
		TEST(test_other_resource),
		TEST(test_sign_in_again),
		TEST(test_next_refresh_token),
		TEST(test_nobody_in_the_cache),
		TEST(test_damaged_cache),
		TEST(test_read_only_folder),
		TEST(test_signed_out_meanwhile),
		TEST(test_lock_of_a_dead_process),
		TEST(test_lock_that_is_kept),
		TEST(test_lock_interrupted),
		TEST(test_lock_changes_hands),
		TEST(test_lock_excludes),
		TEST(test_msal_reads_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
