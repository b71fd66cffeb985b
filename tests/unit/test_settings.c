/* Settings: environment, configuration files, clouds, accounts. */
#include <setjmp.h>
#include <stdarg.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/file.h>
#include "settings.h"

#define ID1 "11111111-1111-1111-1111-111111111111"
#define ID2 "22222222-2222-2222-2222-22222222222a"
#define BOM "\xef\xbb\xbf"

static char root[] = "/tmp/acr-test-settings-XXXXXX";
static struct settings *settings;
static struct acr_error error;

static const char *const variables[] = {
	"AZURE_CONFIG_DIR",        "ACR_CACHE_DIR",        "XDG_CACHE_HOME",      "AZURE_DEFAULTS_ACR",
	"AZURE_CORE_OUTPUT",       "AZURE_CLOUD_NAME",     "AZURE_CLIENT_ID",     "AZURE_TENANT_ID",
	"AZURE_CLIENT_SECRET",     "AZURE_DEFAULTS_GROUP", "AZURE_CORE_NO_COLOR", "AZURE_SUBSCRIPTION_ID",
	"AZURE_DEFAULTS_LOCATION",
};

static void run(const char *format, const char *name)
{
	ACR_AUTO(acr_buf) command = ACR_BUF_INIT;

	acr_buf_puts(&command, format);
	acr_buf_puts(&command, name);
	assert_int_equal(system(acr_buf_str(&command)), 0);
}

static int begin(void **state)
{
	(void)state;
	for (size_t i = 0; i < ACR_COUNT(variables); i++)
		unsetenv(variables[i]);
	strcpy(root + strlen(root) - 6, "XXXXXX");
	assert_non_null(mkdtemp(root));
	assert_int_equal(chdir(root), 0);
	assert_int_equal(setenv("HOME", root, 1), 0);
	assert_int_equal(mkdir(".azure", 0700), 0);
	settings = settings_new();
	error = (struct acr_error)ACR_ERROR_INIT;
	return 0;
}

static int end(void **state)
{
	(void)state;
	settings_free(settings);
	acr_error_clear(&error);
	assert_int_equal(chdir("/"), 0);
	run("rm -rf ", root);
	return 0;
}

/* Read everything anew, as the next process would. */
static void renew(void)
{
	settings_free(settings);
	settings = settings_new();
	acr_error_clear(&error);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *path, const char *expected)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	assert_int_equal(acr_file_read(path, &text, NULL), 0);
	assert_string_equal(acr_buf_str(&text), expected);
}

static void assert_setting(const char *section, const char *key, const char *expected)
{
	const char *value = settings_get(settings, section, key);

	if (expected)
		assert_string_equal(value ? value : "(none)", expected);
	else
		assert_null(value);
}

/* ---- where things are ---- */

static void test_folders(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *home = acr_path_join(root, ".azure"), *cache = acr_path_join(root, ".cache/acr");

	assert_string_equal(settings_folder(settings), home);
	assert_string_equal(settings_cache_folder(settings), cache);
	setenv("AZURE_CONFIG_DIR", "/elsewhere", 1);
	setenv("XDG_CACHE_HOME", "relative", 1);
	renew();
	assert_string_equal(settings_folder(settings), "/elsewhere");
	assert_string_equal(settings_cache_folder(settings), cache);
	setenv("AZURE_CONFIG_DIR", "", 1);
	setenv("XDG_CACHE_HOME", "/xdg", 1);
	renew();
	assert_string_equal(settings_folder(settings), home);
	assert_string_equal(settings_cache_folder(settings), "/xdg/acr");
	setenv("ACR_CACHE_DIR", "/mine", 1);
	renew();
	assert_string_equal(settings_cache_folder(settings), "/mine");
	/* Nothing is to be stored. */
	setenv("ACR_CACHE_DIR", "", 1);
	renew();
	assert_string_equal(settings_cache_folder(settings), "");
}

static void test_variables(void **state)
{
	(void)state;
	assert_null(settings_variable("AZURE_DEFAULTS_ACR"));
	setenv("AZURE_DEFAULTS_ACR", "", 1);
	assert_null(settings_variable("AZURE_DEFAULTS_ACR"));
	setenv("AZURE_DEFAULTS_ACR", "x", 1);
	assert_string_equal(settings_variable("AZURE_DEFAULTS_ACR"), "x");
}

/* ---- values ---- */

static void test_no_files(void **state)
{
	(void)state;
	run("rm -r ", ".azure");
	assert_setting("defaults", "acr", NULL);
	assert_setting("core", "output", NULL);
	assert_int_equal(settings_check(settings, &error), 0);
}

static void test_environment_wins(void **state)
{
	(void)state;
	write_file(".azure/config", "[defaults]\nacr = file\ngroup = g\n[core]\noutput = table\n");
	assert_setting("defaults", "acr", "file");
	assert_setting("core", "output", "table");
	setenv("AZURE_DEFAULTS_ACR", "variable", 1);
	setenv("AZURE_CORE_OUTPUT", "tsv", 1);
	assert_setting("defaults", "acr", "variable");
	assert_setting("core", "output", "tsv");
	assert_setting("defaults", "group", "g");
	/* An empty one hides the file's. */
	setenv("AZURE_DEFAULTS_GROUP", "", 1);
	assert_setting("defaults", "group", "");
}

static void test_local_files(void **state)
{
	(void)state;
	run("mkdir -p ", "a/.azure a/b/.azure a/b/c/.azure");
	write_file(".azure/config", "[defaults]\nacr = own\ngroup = own\nlocation = own\n[core]\noutput = yaml\n");
	write_file("a/.azure/config", "[defaults]\nacr = far\ngroup = far\n[core]\noutput = table\n");
	write_file("a/b/c/.azure/config", "[defaults]\nacr = near\n[core]\nno_color = yes\n");
	assert_int_equal(chdir("a/b/c"), 0);
	assert_setting("defaults", "acr", "near");
	assert_setting("defaults", "group", "far");
	assert_setting("defaults", "location", "own");
	/* Only [defaults] counts there. */
	assert_setting("core", "output", "yaml");
	assert_false(settings_flag(settings, "core", "no_color"));
	/* An empty value is a value, which hides those behind it. */
	write_file(".azure/config", "[defaults]\nacr =\n");
	renew();
	assert_setting("defaults", "acr", "");
	setenv("AZURE_DEFAULTS_ACR", "variable", 1);
	assert_setting("defaults", "acr", "variable");
}

/* The configuration folder itself is no local one, and what is above it does not count, either. */
static void test_local_files_end_at_the_own_folder(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *home = acr_path_join(root, "home");

	run("mkdir -p ", "home/.azure home/work");
	setenv("HOME", home, 1);
	renew();
	write_file(".azure/config", "[defaults]\nacr = above\n");
	write_file("home/.azure/config", "[defaults]\ngroup = own\n");
	assert_int_equal(chdir("home/work"), 0);
	assert_setting("defaults", "acr", NULL);
	assert_setting("defaults", "group", "own");
}

static void test_working_folder_that_is_gone(void **state)
{
	(void)state;
	write_file(".azure/config", "[defaults]\nacr = a\n");
	assert_int_equal(mkdir("gone", 0700), 0);
	assert_int_equal(chdir("gone"), 0);
	run("rmdir ", "../gone");
	assert_setting("defaults", "acr", "a");
}

static void test_flags(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		bool expected;
	} cases[] = {{"yes", true},    {"TRUE", true}, {"On", true}, {"1", true},  {"no", false},
		     {"false", false}, {"0", false},   {"", false},  {"2", false}, {"yess", false}};

	assert_false(settings_flag(settings, "core", "no_color"));
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		setenv("AZURE_CORE_NO_COLOR", cases[i].value, 1);
		assert_int_equal(settings_flag(settings, "core", "no_color"), cases[i].expected);
	}
}

static void test_broken_file(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *expected = acr_format(
		"%s/.azure/config, line 2 is neither a [section] nor key = value. Correct or remove the file.", root);

	write_file(".azure/config", "[core]\nnonsense\n");
	assert_int_equal(settings_check(settings, &error), 0);
	assert_setting("core", "output", NULL);
	assert_int_equal(settings_check(settings, &error), ACR_ERROR_FORMAT);
	assert_string_equal(error.message, expected);
}

/* What reading the configuration comes to for somebody who may not enter its folder. */
static int check_as_stranger(const char *folder)
{
	if (setuid(65534) < 0)
		return 1;
	if (folder)
		setenv("AZURE_CONFIG_DIR", folder, 1);
	renew();
	settings_get(settings, "core", "output");
	return settings_check(settings, NULL);
}

/* A home folder that is closed has nothing; a folder that was named must be readable. */
static void test_closed_home(void **state)
{
	ACR_AUTO_FREE char *folder = acr_path_join(root, ".azure");
	const struct {
		const char *folder;
		int result;
	} cases[] = {{NULL, 0}, {folder, ACR_ERROR_FILE}};

	(void)state;
	if (geteuid() != 0)
		skip();
	write_file(".azure/config", "[core]\noutput = table\n");
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		pid_t child = fork();
		int status = -1;

		assert_true(child >= 0);
		if (child == 0)
			_exit(check_as_stranger(cases[i].folder) == cases[i].result ? 0 : 1);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
}

/* ---- clouds ---- */

static void assert_cloud(const char *name, const char *manager, const char *audience, const char *suffix)
{
	ACR_AUTO(acr_cloud) cloud = {0};

	assert_int_equal(settings_cloud(settings, &cloud, &error), 0);
	assert_string_equal(cloud.name, name);
	assert_string_equal(cloud.resource_manager, manager);
	assert_string_equal(cloud.audience, audience);
	if (suffix)
		assert_string_equal(cloud.registry_suffix, suffix);
	else
		assert_null(cloud.registry_suffix);
}

static void test_builtin_clouds(void **state)
{
	(void)state;
	assert_cloud("AzureCloud", "https://management.azure.com", "https://management.core.windows.net/",
		     ".azurecr.io");
	write_file(".azure/config", "[cloud]\nname = AzureChinaCloud\n");
	renew();
	assert_cloud("AzureChinaCloud", "https://management.chinacloudapi.cn",
		     "https://management.core.chinacloudapi.cn/", ".azurecr.cn");
	setenv("AZURE_CLOUD_NAME", "azureusgovernment", 1);
	renew();
	assert_cloud("AzureUSGovernment", "https://management.usgovcloudapi.net",
		     "https://management.core.usgovcloudapi.net/", ".azurecr.us");
}

static void test_own_clouds(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *lacking = acr_format("The cloud 'Half' in %s/.azure/clouds.config lacks "
						 "endpoint_resource_manager or endpoint_active_directory.",
						 root);
	ACR_AUTO_FREE char *unknown =
		acr_format("The cloud 'Other' is not known. Set AZURE_CLOUD_NAME to AzureCloud, AzureChinaCloud or "
			   "AzureUSGovernment, or describe it in %s/.azure/clouds.config.",
			   root);
	ACR_AUTO(acr_cloud) cloud = {0};

	write_file(".azure/clouds.config", "[AzureCloud]\nendpoint_resource_manager = https://arm.example:8443//\n"
					   "[Mine]\nendpoint_resource_manager = https://localhost:1/\n"
					   "endpoint_active_directory = https://localhost:1/adfs/\n"
					   "[Half]\nendpoint_resource_manager = https://localhost:1\n");
	/* A built-in one that was customised. */
	setenv("AZURE_CLOUD_NAME", "azurecloud", 1);
	assert_cloud("AzureCloud", "https://arm.example:8443", "https://management.core.windows.net/", ".azurecr.io");
	setenv("AZURE_CLOUD_NAME", "Mine", 1);
	assert_cloud("Mine", "https://localhost:1", "https://localhost:1/", NULL);
	setenv("AZURE_CLOUD_NAME", "Half", 1);
	assert_int_equal(settings_cloud(settings, &cloud, &error), ACR_ERROR_FORMAT);
	assert_string_equal(error.message, lacking);
	acr_error_clear(&error);
	setenv("AZURE_CLOUD_NAME", "Other", 1);
	assert_int_equal(settings_cloud(settings, &cloud, &error), ACR_ERROR_GENERAL);
	assert_string_equal(error.message, unknown);
	assert_null(cloud.name);
}

static void test_broken_clouds(void **state)
{
	(void)state;
	ACR_AUTO(acr_cloud) cloud = {0};

	write_file(".azure/clouds.config", "x");
	assert_int_equal(settings_cloud(settings, &cloud, &error), ACR_ERROR_FORMAT);
	assert_non_null(strstr(error.message, "clouds.config, line 1"));
}

/* ---- accounts ---- */

#define ACCOUNT(id, name, cloud, is_default)                                                                           \
	"{\"id\":\"" id "\",\"name\":\"" name "\",\"environmentName\":\"" cloud "\",\"isDefault\":" is_default "}"
#define PROFILE(accounts) BOM "{\"installationId\":\"i\",\"subscriptions\":[" accounts "]}"

static void assert_account(const char *subscription, const char *id)
{
	const struct acr_json *account = NULL;

	assert_int_equal(settings_account(settings, subscription, &account, &error), 0);
	if (id)
		assert_string_equal(acr_json_str(account, "/id"), id);
	else
		assert_null(account);
}

static void refused_account(const char *subscription, int code, const char *message)
{
	const struct acr_json *account = NULL;

	assert_int_equal(settings_account(settings, subscription, &account, &error), code);
	assert_string_equal(error.message, message);
	assert_null(account);
	acr_error_clear(&error);
}

static void test_accounts_of_the_active_cloud(void **state)
{
	(void)state;
	const struct acr_json *accounts;

	assert_int_equal(settings_accounts(settings, &accounts, &error), 0);
	assert_int_equal(acr_json_size(accounts), 0);
	assert_account(NULL, NULL);
	write_file(".azure/azureProfile.json", PROFILE(ACCOUNT(ID1, "One", "AzureCloud", "false") "," ACCOUNT(
						       ID2, "Two", "AzureChinaCloud", "true") ",{\"id\":\"x\"},null"));
	renew();
	assert_int_equal(settings_accounts(settings, &accounts, &error), 0);
	assert_int_equal(acr_json_size(accounts), 1);
	assert_string_equal(acr_json_str(accounts, "/0/id"), ID1);
	setenv("AZURE_CLOUD_NAME", "AzureChinaCloud", 1);
	renew();
	assert_account(NULL, ID2);
	assert_account("two", ID2);
	refused_account("One", ACR_ERROR_GENERAL,
			"Subscription 'One' not found. Check the spelling and casing and try again.");
}

static void test_choosing_an_account(void **state)
{
	(void)state;
	const struct acr_json *account;

	write_file(".azure/azureProfile.json",
		   PROFILE(ACCOUNT(ID1, "One", "AzureCloud", "false") "," ACCOUNT(
			   ID2, "Two", "AzureCloud", "true") "," ACCOUNT("3", "Same", "AzureCloud",
									 "false") "," ACCOUNT("4", "same", "AzureCloud",
											      "false")));
	assert_account(NULL, ID2);
	assert_account(ID1, ID1);
	assert_account("oNE", ID1);
	assert_account("22222222-2222-2222-2222-22222222222A", ID2);
	refused_account("Three", ACR_ERROR_GENERAL,
			"Subscription 'Three' not found. Check the spelling and casing and try again.");
	refused_account("", ACR_ERROR_GENERAL,
			"Subscription '' not found. Check the spelling and casing and try again.");
	refused_account("Same", ACR_ERROR_GENERAL,
			"Multiple subscriptions with the name 'Same' found. Specify the subscription ID.");
	/* The environment comes after the command line, and before the default. */
	setenv("AZURE_SUBSCRIPTION_ID", ID1, 1);
	assert_account(NULL, ID1);
	assert_account("Two", ID2);
	setenv("AZURE_SUBSCRIPTION_ID", "99999999-9999-9999-9999-999999999999", 1);
	assert_account(NULL, NULL);
	assert_int_equal(settings_default_account(settings, &account, &error), 0);
	assert_string_equal(acr_json_str(account, "/id"), ID2);
}

static void test_default_account(void **state)
{
	(void)state;
	const char *const one_default =
		PROFILE(ACCOUNT(ID1, "One", "AzureCloud", "true") "," ACCOUNT(ID2, "Two", "AzureCloud", "false"));
	const char *const no_default =
		PROFILE(ACCOUNT(ID1, "One", "AzureCloud", "false") "," ACCOUNT(ID2, "Two", "AzureCloud", "false"));

	write_file(".azure/clouds.config", "[AzureCloud]\nsubscription = " ID2 "\n");
	write_file(".azure/azureProfile.json", one_default);
	assert_account(NULL, ID1);
	write_file(".azure/azureProfile.json", no_default);
	renew();
	assert_account(NULL, ID2);
	write_file(".azure/clouds.config", "[AzureCloud]\nsubscription = gone\n");
	renew();
	assert_account(NULL, NULL);
}

static void test_nobody_is_signed_in(void **state)
{
	(void)state;
	static const char sentence[] =
		"Please run 'az login' to setup account, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and "
		"AZURE_CLIENT_SECRET.";
	static const char *const no_ids[] = {"One", ID1 "1", "11111111-1111-1111-1111-11111111111g", "1111"};

	refused_account("One", ACR_ERROR_SIGN_IN, sentence);
	/* Any id will do: there may be a managed identity. */
	assert_account(ID1, NULL);
	setenv("AZURE_CLIENT_ID", "c", 1);
	setenv("AZURE_TENANT_ID", "t", 1);
	assert_account(ID1, NULL);
	for (size_t i = 0; i < ACR_COUNT(no_ids); i++) {
		ACR_AUTO_FREE char *expected = acr_format(
			"Subscription '%s' not found. Check the spelling and casing and try again.", no_ids[i]);

		refused_account(no_ids[i], ACR_ERROR_GENERAL, expected);
	}
}

static void test_broken_profile(void **state)
{
	(void)state;
	const struct acr_json *accounts = NULL;

	write_file(".azure/azureProfile.json", BOM "{\"subscriptions\":[{\"id\":");
	assert_int_equal(settings_accounts(settings, &accounts, &error), ACR_ERROR_FORMAT);
	assert_non_null(strstr(error.message, "/.azure/azureProfile.json cannot be read: not valid JSON: the text ends too "
					      "early; run 'az login' to write it again."));
	assert_null(accounts);
	/* Who brings everything along does not need it. */
	setenv("AZURE_CLIENT_ID", "c", 1);
	setenv("AZURE_TENANT_ID", "t", 1);
	renew();
	assert_account(ID1, NULL);
	assert_int_equal(error.code, 0);
	setenv("AZURE_SUBSCRIPTION_ID", ID2, 1);
	assert_account(NULL, NULL);
	assert_int_equal(settings_account(settings, "One", &accounts, &error), ACR_ERROR_FORMAT);
}

static void test_empty_profile(void **state)
{
	(void)state;
	static const char *const texts[] = {"", BOM "{}", "{\"subscriptions\":null}", "[]"};

	for (size_t i = 0; i < ACR_COUNT(texts); i++) {
		write_file(".azure/azureProfile.json", texts[i]);
		renew();
		assert_account(NULL, NULL);
	}
}

static void *finish_writing(void *path)
{
	const struct timespec pause = {.tv_nsec = 60000000};

	nanosleep(&pause, NULL);
	write_file(path, PROFILE(ACCOUNT(ID1, "One", "AzureCloud", "true")));
	return NULL;
}

/* az empties the file and then writes it. */
static void test_profile_that_is_being_written(void **state)
{
	(void)state;
	static const char *const halves[] = {"", BOM "{\"subscriptions\":["};
	char path[] = ".azure/azureProfile.json";

	for (size_t i = 0; i < ACR_COUNT(halves); i++) {
		pthread_t writer;

		write_file(path, halves[i]);
		renew();
		assert_int_equal(pthread_create(&writer, NULL, finish_writing, path), 0);
		assert_account(NULL, ID1);
		pthread_join(writer, NULL);
	}
}

static void test_setting_the_account(void **state)
{
	(void)state;
	struct stat status;

	write_file(".azure/clouds.config", "# mine\n[Other]\nsubscription = x\n");
	write_file(".azure/azureProfile.json",
		   PROFILE("{\"id\":\"" ID1 "\",\"name\":\"One\",\"environmentName\":\"AzureCloud\",\"isDefault\":true,"
			   "\"user\":{\"name\":\"me\"}}," ACCOUNT(ID2, "Two", "AzureCloud", "false") "," ACCOUNT(
				   ID2, "Two", "AzureChinaCloud", "true")));
	assert_int_equal(settings_set_account(settings, "tWO", &error), 0);
	assert_file(".azure/azureProfile.json",
		    PROFILE("{\"id\":\"" ID1
			    "\",\"name\":\"One\",\"environmentName\":\"AzureCloud\",\"isDefault\":false,"
			    "\"user\":{\"name\":\"me\"}}," ACCOUNT(ID2, "Two", "AzureCloud", "true") "," ACCOUNT(
				    ID2, "Two", "AzureChinaCloud", "false")));
	assert_file(".azure/clouds.config",
		    "# mine\n[Other]\nsubscription = x\n\n[AzureCloud]\nsubscription = " ID2 "\n");
	renew();
	assert_account(NULL, ID2);
	/* The first time there is no clouds.config. */
	assert_int_equal(unlink(".azure/clouds.config"), 0);
	assert_int_equal(settings_set_account(settings, ID1, &error), 0);
	assert_file(".azure/clouds.config", "[AzureCloud]\nsubscription = " ID1 "\n");
	assert_int_equal(stat(".azure/clouds.config", &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void test_refused_to_set_the_account(void **state)
{
	(void)state;
	static const char before[] =
		PROFILE(ACCOUNT("3", "Same", "AzureCloud", "false") "," ACCOUNT("4", "same", "AzureCloud", "true"));

	write_file(".azure/azureProfile.json", before);
	assert_int_equal(settings_set_account(settings, "5", &error), ACR_ERROR_GENERAL);
	assert_string_equal(error.message,
			    "The subscription of '5' doesn't exist in cloud 'AzureCloud'. See 'acr account list'.");
	acr_error_clear(&error);
	assert_int_equal(settings_set_account(settings, "same", &error), ACR_ERROR_GENERAL);
	assert_string_equal(error.message,
			    "The subscription of 'same' has more than one match in cloud 'AzureCloud'. See "
			    "'acr account list'.");
	assert_file(".azure/azureProfile.json", before);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_folders),
		TEST(test_variables),
		TEST(test_no_files),
		TEST(test_environment_wins),
		TEST(test_local_files),
		TEST(test_local_files_end_at_the_own_folder),
		TEST(test_working_folder_that_is_gone),
		TEST(test_flags),
		TEST(test_broken_file),
		TEST(test_closed_home),
		TEST(test_builtin_clouds),
		TEST(test_own_clouds),
		TEST(test_broken_clouds),
		TEST(test_accounts_of_the_active_cloud),
		TEST(test_choosing_an_account),
		TEST(test_default_account),
		TEST(test_nobody_is_signed_in),
		TEST(test_broken_profile),
		TEST(test_empty_profile),
		TEST(test_profile_that_is_being_written),
		TEST(test_setting_the_account),
		TEST(test_refused_to_set_the_account),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
