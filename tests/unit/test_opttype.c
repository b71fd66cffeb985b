/* Option types: one word in, JSON out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "opttype.h"
#include "options.h"
#include "table.h"

/* Adds words (ended by NULL) one after another and compares the value as JSON. */
static void gives(const struct option *option, const char *json, const char *const *words)
{
	ACR_AUTO_PTR(acr_json) *value = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	for (; *words; words++)
		assert_int_equal(option->type->add(option, *words, &value, &error), 0);
	ACR_AUTO_FREE char *text = acr_json_text(value);
	assert_string_equal(text, json);
}
#define GIVES(option, json, ...) gives(option, json, (const char *const[]){__VA_ARGS__, NULL})

static void refuses(const struct option *option, const char *word, const char *message)
{
	ACR_AUTO_PTR(acr_json) *value = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	assert_int_equal(option->type->add(option, word, &value, &error), ACR_ERROR_USAGE);
	assert_string_equal(error.message, message);
	assert_null(value);
}

static void nothing_gives(const struct option *option, const char *json)
{
	ACR_AUTO_PTR(acr_json) *value = NULL;

	assert_int_equal(option->type->add(option, NULL, &value, NULL), 0);
	ACR_AUTO_FREE char *text = acr_json_text(value);
	assert_string_equal(text, json);
}

static void single_values_are_replaced(void **state)
{
	(void)state;
	const struct option string = {.name = "s", .type = &type_string}, path = {.name = "p", .type = &type_path};
	const struct option boolean = {.name = "b", .type = &type_boolean};
	const struct option location = {.name = "l", .type = &type_location};

	GIVES(&string, "\"second\"", "first", "second");
	GIVES(&string, "\"\"", "");
	GIVES(&path, "\"~/a b\"", "~/a b");
	GIVES(&boolean, "false", "true", "false");
	GIVES(&location, "\"eastus2euap\"", "East US 2 EUAP");
	nothing_gives(&boolean, "true");
	nothing_gives(&opt_yes, "true");
}

static void lists_grow(void **state)
{
	(void)state;
	const struct option list = {.name = "l", .type = &type_list}, any = {.name = "a", .type = &type_list_any};
	const struct option append = {.name = "a", .type = &type_append};

	GIVES(&list, "[\"a\",\"\",\"b c\"]", "a", "", "b c");
	GIVES(&append, "[\"a\",\"b\"]", "a", "b");
	nothing_gives(&any, "[]");
	GIVES(&opt_tags, "{\"a\":\"1\",\"b\":\"\",\"c\":\"x=y\"}", "a=0", "b", "c=x=y", "a=1");
	GIVES(&opt_tags, "{}", "");
	nothing_gives(&opt_tags, "{}");
}

static void integers_have_limits(void **state)
{
	(void)state;
	const struct option free_range = {.name = "i", .type = &type_integer};
	const struct option some = {.name = "i", .type = &type_integer, .minimum = 1, .maximum = 10};
	const struct option least = {.name = "i", .type = &type_integer, .minimum = 5};

	GIVES(&free_range, "-12", "-12");
	GIVES(&free_range, "7", "+7");
	GIVES(&free_range, "9007199254740992", "9007199254740992");
	refuses(&free_range, "9007199254740993", "invalid int value: '9007199254740993'; give a whole number, such as 10");
	refuses(&free_range, "99999999999999999999", "invalid int value: '99999999999999999999'; give a whole number, such as 10");
	refuses(&free_range, "0x10", "invalid int value: '0x10'; give a whole number, such as 10");
	refuses(&free_range, "", "invalid int value: ''; give a whole number, such as 10");
	GIVES(&some, "10", "1", "10");
	refuses(&some, "0", "0 is too small, the least is 1");
	refuses(&some, "11", "11 is too large, the most is 10");
	GIVES(&least, "1000", "1000");
	refuses(&least, "4", "4 is too small, the least is 5");
}

static void assignments(void **state)
{
	(void)state;
	const struct option argument = {.name = "arg", .type = &type_assignment};
	const struct option setting = {.name = "set", .type = &type_setting};

	setenv("ACR_TEST_VARIABLE", "value", 1);
	GIVES(&argument, "[{\"name\":\"A\",\"value\":\"b=c\"},{\"name\":\"ACR_TEST_VARIABLE\",\"value\":\"value\"}]",
	      "A=b=c", "ACR_TEST_VARIABLE");
	GIVES(&setting, "[{\"name\":\"ACR_TEST_VARIABLE\",\"value\":\"\"}]", "ACR_TEST_VARIABLE");
	GIVES(&argument, "[]", "");
	unsetenv("ACR_TEST_VARIABLE");
}

static void queries_are_compiled(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	GIVES(&opt_query, "\"a.b[0]\"", "a.b[0]");
	assert_int_equal(type_query.add(&opt_query, "a[", &value, &error), ACR_ERROR_USAGE);
	assert_null(value);
}

static void labels(void **state)
{
	(void)state;
	const struct option positional = {.name = "SOURCE", .flags = OPT_POSITIONAL, .type = &type_path};
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	option_label(&opt_resource_group, &text);
	acr_buf_putc(&text, ' ');
	option_label(&opt_tags, &text);
	acr_buf_putc(&text, ' ');
	option_label(&positional, &text);
	assert_string_equal(text.data, "--resource-group/-g --tags <SOURCE>");
	assert_string_equal(option_key(&opt_registry_name), "registry");
	assert_string_equal(option_key(&opt_location), "location");
}

static void nearest_words(void **state)
{
	(void)state;
	const char *const words[] = {"create", "delete", "show", "show-usage", "sku", "resource-group"};

	assert_string_equal(table_nearest("craete", words, ACR_COUNT(words)), "create");
	assert_string_equal(table_nearest("shwo", words, ACR_COUNT(words)), "show");
	assert_string_equal(table_nearest("skuu", words, ACR_COUNT(words)), "sku");
	assert_string_equal(table_nearest("resourcegroups", words, ACR_COUNT(words)), "resource-group");
	assert_null(table_nearest("bogus", words, ACR_COUNT(words)));
	assert_null(table_nearest("ku2", words, ACR_COUNT(words)));
	assert_null(table_nearest("", words, ACR_COUNT(words)));
	ACR_AUTO_FREE char *endless = acr_alloc(1000);
	memset(endless, 'a', 999);
	assert_null(table_nearest(endless, words, ACR_COUNT(words)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_values_are_replaced),
		cmocka_unit_test(lists_grow),
		cmocka_unit_test(integers_have_limits),
		cmocka_unit_test(assignments),
		cmocka_unit_test(queries_are_compiled),
		cmocka_unit_test(labels),
		cmocka_unit_test(nearest_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
