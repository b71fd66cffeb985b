/* INI files as Python's configparser, and with it the Azure CLI, reads and writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ini.h"

static void test_reading(void **state)
{
	(void)state;
	static const struct {
		const char *text, *json;
	} cases[] = {
		{"", "{}"},
		{"\n \n# a comment\n; another\n", "{}"},
		{"[core]\noutput = table\n", "{\"core\":{\"output\":\"table\"}}"},
		{"[core]\noutput = table", "{\"core\":{\"output\":\"table\"}}"},
		{"\xef\xbb\xbf[core]\noutput=table\n", "{\"core\":{\"output\":\"table\"}}"},
		{"[core]\r\noutput = table\r\n\r\n[defaults]\r\nacr = a\r\n",
		 "{\"core\":{\"output\":\"table\"},\"defaults\":{\"acr\":\"a\"}}"},
		{"[core]\nOutPut : table\n", "{\"core\":{\"output\":\"table\"}}"},
		{"[core]\nkey name = a value \n", "{\"core\":{\"key name\":\"a value\"}}"},
		{"[core]\nurl = https://host:1/?a=b\n", "{\"core\":{\"url\":\"https://host:1/?a=b\"}}"},
		{"[core]\nurl: a=b\n", "{\"core\":{\"url\":\"a=b\"}}"},
		{"[core]\nempty =\n", "{\"core\":{\"empty\":\"\"}}"},
		{"[core]\nvalue = a # no comment\n", "{\"core\":{\"value\":\"a # no comment\"}}"},
		{"[Core]\na=1\n[core]\na=2\n", "{\"Core\":{\"a\":\"1\"},\"core\":{\"a\":\"2\"}}"},
		{"[a]\nx=1\n[b]\n[a]\ny=2\n", "{\"a\":{\"x\":\"1\",\"y\":\"2\"},\"b\":{}}"},
		{"[a]\nx=1\nx=2\n", "{\"a\":{\"x\":\"2\"}}"},
		{"[a] trailing\nx=1\n", "{\"a\":{\"x\":\"1\"}}"},
		{"[a]\nx = one\n  two\n\tthree = 3\n[b]\n", "{\"a\":{\"x\":\"one\\ntwo\\nthree = 3\"},\"b\":{}}"},
		{"[a]\nx = one\n  # comment\n  two\n", "{\"a\":{\"x\":\"one\\ntwo\"}}"},
		{"[a]\nx =\n  [b]\ny = 1\n", "{\"a\":{\"x\":\"\\n[b]\",\"y\":\"1\"}}"},
		/* Indented as a whole: no line continues another. */
		{"  [defaults]\n  acr = a\n  group = g\n    h\n  location = l\n",
		 "{\"defaults\":{\"acr\":\"a\",\"group\":\"g\\nh\",\"location\":\"l\"}}"},
		{"[defaults]\n    acr = a\n  group = g\n", "{\"defaults\":{\"acr\":\"a\",\"group\":\"g\"}}"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_PTR(acr_json) *value = NULL;
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

		assert_int_equal(ini_parse("file", cases[i].text, &value, &error), 0);
		ACR_AUTO_FREE char *json = acr_json_text(value);
		assert_string_equal(json, cases[i].json);
	}
}

static void test_faults(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{"key = value\n", 1},  {"[a]\n\nnonsense\n", 3}, {"[a\nx=1\n", 1},
		{"[a]\n= value\n", 2}, {"# c\n<html>\n", 2},     {"[a]\nx=1\n[b\n", 3},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct acr_json *value = NULL;
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		ACR_AUTO_FREE char *expected = acr_format(
			"/x/config, line %u is neither a [section] nor key = value. Correct or remove the file.",
			cases[i].line);

		assert_int_equal(ini_parse("/x/config", cases[i].text, &value, &error), ACR_ERROR_FORMAT);
		assert_string_equal(error.message, expected);
		assert_null(value);
	}
}

static void test_setting(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after;
	} cases[] = {
		{"", "[Cloud]\nsubscription = S\n"},
		{"[Cloud]\n", "[Cloud]\nsubscription = S\n"},
		{"[Cloud]\nprofile = latest", "[Cloud]\nprofile = latest\nsubscription = S\n"},
		{"# mine\n[Cloud]\nsubscription = old\nprofile = latest\n",
		 "# mine\n[Cloud]\nsubscription = S\nprofile = latest\n"},
		{"[Cloud]\nSUBSCRIPTION: old\n", "[Cloud]\nsubscription = S\n"},
		{"[Cloud]\na = 1\n\n[Other]\nsubscription = T\n",
		 "[Cloud]\na = 1\n\nsubscription = S\n[Other]\nsubscription = T\n"},
		{"[Other]\nsubscription = T\n", "[Other]\nsubscription = T\n\n[Cloud]\nsubscription = S\n"},
		{"[Other]\nsubscription = T\n[Cloud]\nsubscription = old\n",
		 "[Other]\nsubscription = T\n[Cloud]\nsubscription = S\n"},
		{"[Cloud]\r\na = 1\r\n", "[Cloud]\r\na = 1\r\nsubscription = S\n"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *after = ini_set(cases[i].before, "Cloud", "subscription", "S");
		ACR_AUTO_FREE char *again = ini_set(after, "Cloud", "subscription", "S");
		ACR_AUTO_PTR(acr_json) *value = NULL;

		assert_string_equal(after, cases[i].after);
		assert_string_equal(again, after);
		assert_int_equal(ini_parse("file", after, &value, NULL), 0);
		assert_string_equal(acr_json_str(value, "/Cloud/subscription"), "S");
	}
}

static void test_removing(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
		{"", ""},
		{"[A]\nx = 1\n", "[A]\nx = 1\n"},
		{"# c\n[A]\nx = 1\n[Cloud]\ny = 2\n  more\n\n[B]\nz = 3\n", "# c\n[A]\nx = 1\n[B]\nz = 3\n"},
		{"[Cloud]\ny = 2\n[A]\nx = 1\n[Cloud]\nz = 3", "[A]\nx = 1\n"},
	};

	(void)state;
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *after = ini_remove(cases[i].before, "Cloud");

		assert_string_equal(after, cases[i].after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_setting),
		cmocka_unit_test(test_removing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
