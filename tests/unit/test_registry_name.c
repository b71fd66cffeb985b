/* Registry names as users give them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "registry_name.h"

#define FIFTY "a2345678901234567890123456789012345678901234567890"
#define REFUSED(text)                                                                                                  \
	"Registry names may contain only alpha numeric characters and must be between 5 and 50 characters, such as "    \
	"'myregistry'; '" text "' is not one."
#define OMITTED(name, rest)                                                                                            \
	"WARNING: Registry name is '" name "'. The following suffix '" rest "' is automatically omitted.\n"

static struct acr_cloud cloud;

/* Parse with what is printed in *output, yours to free(). */
static int parse(const char *text, struct registry_name *ret, char **output, struct acr_error *error)
{
	size_t size;
	struct io io = {.err = open_memstream(output, &size)};
	int rc = registry_name_parse(text, &cloud, &io, ret, error);

	fclose(io.err);
	return rc;
}

static void assert_text(const char *got, const char *expected)
{
	assert_string_equal(got ? got : "(none)", expected ? expected : "(none)");
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *text, *name, *label, *printed;
	} cases[] = {
		{"myreg", "myreg", NULL, ""},
		{"MyReg1", "MyReg1", NULL, ""},
		{"12345", "12345", NULL, ""},
		{FIFTY, FIFTY, NULL, ""},
		{"myreg.azurecr.io", "myreg", NULL, OMITTED("myreg", ".azurecr.io")},
		{"https://myreg.azurecr.io", "myreg", NULL, OMITTED("myreg", ".azurecr.io")},
		{"HTTPS://myreg.azurecr.io/", "myreg", NULL, OMITTED("myreg", ".azurecr.io")},
		{"myreg.AzureCR.io", "myreg", NULL, OMITTED("myreg", ".AzureCR.io")},
		{"myreg-a1b2", "myreg", "-a1b2", OMITTED("myreg", "-a1b2")},
		{"myreg-a1b2.azurecr.io", "myreg", "-a1b2", OMITTED("myreg", "-a1b2.azurecr.io")},
		{"myreg-a-b", "myreg", "-a-b", OMITTED("myreg", "-a-b")},
		/* The name has a limit, name and label together have another one. */
		{FIFTY "-byd7dxczcubtd0hj", FIFTY, "-byd7dxczcubtd0hj", OMITTED(FIFTY, "-byd7dxczcubtd0hj")},
	};

	assert_true(acr_cloud_builtin("AzureCloud", &cloud));
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(registry_name) name = {0};
		ACR_AUTO_FREE char *printed = NULL;

		assert_int_equal(parse(cases[i].text, &name, &printed, NULL), 0);
		assert_text(name.name, cases[i].name);
		assert_text(name.label, cases[i].label);
		assert_null(name.login_server);
		assert_string_equal(printed, cases[i].printed);
	}
	acr_cloud_clear(&cloud);
}

static void test_refused_names(void **state)
{
	(void)state;
	static const char wrong_suffix[] =
		"The login server suffix is not valid for the current cloud. Please try again using '.azurecr.io'.";
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"", REFUSED("")},
		{"four", REFUSED("four")},
		{"abc-defgh", REFUSED("abc-defgh")},
		{FIFTY "1", REFUSED(FIFTY "1")},
		{"my_registry", REFUSED("my_registry")},
		{"my reg", REFUSED("my reg")},
		{"myreg-", REFUSED("myreg-")},
		{"myreg-a_b", REFUSED("myreg-a_b")},
		{"-myreg", REFUSED("-myreg")},
		{"myr\xc3\xa4g", REFUSED("myr\xc3\xa4g")},
		{"localhost:5000", REFUSED("localhost:5000")},
		{"four.azurecr.io", REFUSED("four.azurecr.io")},
		{".azurecr.io", REFUSED(".azurecr.io")},
		{"myreg.azurecr.cn", wrong_suffix},
		{"myreg.azurecr.io.evil.example", wrong_suffix},
		{"myreg.westus.azurecr.io", wrong_suffix},
		{"myreg.azurecr.io:443", wrong_suffix},
		{"https://myreg.azurecr.io/v2/", wrong_suffix},
		{"myreg.azurecr.io/", wrong_suffix},
		{"myreg.", wrong_suffix},
	};

	assert_true(acr_cloud_builtin("AzureCloud", &cloud));
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(registry_name) name = {0};
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		ACR_AUTO_FREE char *printed = NULL;

		assert_int_equal(parse(cases[i].text, &name, &printed, &error), ACR_ERROR_GENERAL);
		assert_string_equal(error.message, cases[i].message);
		assert_null(name.name);
		assert_string_equal(printed, "");
	}
	acr_cloud_clear(&cloud);
}

static void test_cloud_without_suffix(void **state)
{
	(void)state;
	static const struct {
		const char *text, *name, *login_server;
	} cases[] = {
		{"myreg", "myreg", NULL},
		{"localhost:5001", "localhost:5001", "localhost:5001"},
		{"myreg.stack.example", "myreg.stack.example", "myreg.stack.example"},
	};

	cloud = (struct acr_cloud){0};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(registry_name) name = {0};
		ACR_AUTO_FREE char *printed = NULL;

		assert_int_equal(parse(cases[i].text, &name, &printed, NULL), 0);
		assert_text(name.name, cases[i].name);
		assert_text(name.login_server, cases[i].login_server);
		assert_null(name.label);
		assert_string_equal(printed, "");
	}
}

static void test_without_warnings(void **state)
{
	(void)state;
	ACR_AUTO(registry_name) name = {0};

	assert_true(acr_cloud_builtin("AzureCloud", &cloud));
	assert_int_equal(registry_name_parse("myreg-a.azurecr.io", &cloud, NULL, &name, NULL), 0);
	assert_string_equal(name.name, "myreg");
	acr_cloud_clear(&cloud);
}

static void test_new_names(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"myreg", NULL},
		{"12345", NULL},
		{FIFTY, NULL},
		{"four", REFUSED("four")},
		{FIFTY "1", REFUSED(FIFTY "1")},
		{"my.reg", REFUSED("my.reg")},
		{"MyReg", "argument error: Registry name must use only lowercase; 'MyReg' does not."},
		{"my-reg", "argument error: Registry name cannot contain dashes; 'my-reg' does."},
		{"myreg.azurecr.io", REFUSED("myreg.azurecr.io")},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		int rc = registry_name_check_new(cases[i].text, &error);

		assert_int_equal(rc, cases[i].message ? ACR_ERROR_GENERAL : 0);
		assert_text(error.message, cases[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused_names),
		cmocka_unit_test(test_cloud_without_suffix),
		cmocka_unit_test(test_without_warnings),
		cmocka_unit_test(test_new_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
