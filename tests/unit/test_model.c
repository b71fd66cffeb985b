/* Printed shapes: every construct of their language, resource groups, and times as Python writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "model.h"
#include "pytime.h"

static struct acr_json *json(const char *text)
{
	struct acr_json *value = NULL;

	assert_int_equal(acr_json_parse(text, strlen(text), &value, NULL), 0);
	return value;
}

static void assert_shaped(const char *shape, const char *before, const char *after)
{
	ACR_AUTO_PTR(acr_json) *value = json(before);
	ACR_AUTO_PTR(acr_json) *shaped = model_apply(shape, value);
	ACR_AUTO_FREE char *got = acr_json_text(shaped);

	if (strcmp(got, after) != 0)
		fail_msg("%s of %s: %s instead of %s", shape, before, got, after);
	assert_int_equal(model_check(shape, NULL), 0);
}

static void test_constructs(void **state)
{
	(void)state;
	static const struct {
		const char *shape, *before, *after;
	} cases[] = {
		{"a b", "{\"b\":1,\"c\":2}", "{\"a\":null,\"b\":1}"},
		{"b a", "{\"a\":{\"deep\":[1]},\"b\":\"x\"}", "{\"b\":\"x\",\"a\":{\"deep\":[1]}}"},
		{"wire>printed", "{\"wire\":1}", "{\"printed\":1}"},
		{"wire>printed{x}", "{\"wire\":{\"x\":1,\"y\":2}}", "{\"printed\":{\"x\":1}}"},
		{"wire>printed[x]", "{\"wire\":[{\"x\":1}]}", "{\"printed\":[{\"x\":1}]}"},
		{"a{b{c}}", "{\"a\":{\"b\":{\"c\":1,\"d\":2}}}", "{\"a\":{\"b\":{\"c\":1}}}"},
		{"a{b}", "{}", "{\"a\":null}"},
		{"a{b}", "{\"a\":null}", "{\"a\":null}"},
		{"a{b c}", "{\"a\":{}}", "{\"a\":{\"b\":null,\"c\":null}}"},
		{"a[b]", "{\"a\":[{\"b\":1,\"c\":2},{}]}", "{\"a\":[{\"b\":1},{\"b\":null}]}"},
		{"a[b]", "{\"a\":[]}", "{\"a\":[]}"},
		{"a[b]", "{}", "{\"a\":null}"},
		{"a[b]", "{\"a\":[1,null]}", "{\"a\":[1,null]}"},
		{"m*{x}", "{\"m\":{\"k\":{\"x\":1,\"y\":2},\"l\":{}}}", "{\"m\":{\"k\":{\"x\":1},\"l\":{\"x\":null}}}"},
		{"m*{x}", "{\"m\":{}}", "{\"m\":{}}"},
		{"m*{x}", "{}", "{\"m\":null}"},
		{"*{x}", "{\"k\":{\"x\":1,\"y\":2}}", "{\"k\":{\"x\":1}}"},
		{"id properties(a b{c})", "{\"id\":\"i\",\"properties\":{\"a\":1,\"b\":{\"c\":2,\"d\":3},\"z\":4}}",
		 "{\"id\":\"i\",\"a\":1,\"b\":{\"c\":2}}"},
		{"id properties(a)", "{\"id\":\"i\"}", "{\"id\":\"i\",\"a\":null}"},
		/* What is flattened already. */
		{"properties(a b)", "{\"a\":1,\"properties\":{\"b\":2}}", "{\"a\":1,\"b\":2}"},
		{"properties(a)", "{\"a\":1,\"properties\":{\"a\":2}}", "{\"a\":2}"},
		{"a[id properties(s)]", "{\"a\":[{\"id\":\"i\",\"properties\":{\"s\":1}}]}",
		 "{\"a\":[{\"id\":\"i\",\"s\":1}]}"},
		{"step?{Docker{a type} File{b}}", "{\"step\":{\"type\":\"Docker\",\"b\":1}}",
		 "{\"step\":{\"a\":null,\"type\":\"Docker\"}}"},
		{"step?{Docker{a} File{b}}", "{\"step\":{\"type\":\"Other\",\"b\":1}}",
		 "{\"step\":{\"type\":\"Other\",\"b\":1}}"},
		{"t:time s:span", "{\"t\":\"2023-12-21T23:56:34.8524938Z\",\"s\":\"P2D\"}",
		 "{\"t\":\"2023-12-21T23:56:34.852493+00:00\",\"s\":\"2 days, 0:00:00\"}"},
		{"t:time s:span", "{\"t\":\"soon\",\"s\":\"long\"}", "{\"t\":\"soon\",\"s\":\"long\"}"},
		{"t:time s:span", "{\"t\":5,\"s\":null}", "{\"t\":5,\"s\":null}"},
		{"properties(t:time)", "{\"properties\":{\"t\":\"2023-12-21T23:56:34Z\"}}",
		 "{\"t\":\"2023-12-21T23:56:34+00:00\"}"},
		{"", "{\"a\":1}", "{}"},
		{"a", "[{\"a\":1,\"b\":2},{\"b\":3}]", "[{\"a\":1},{\"a\":null}]"},
		{"a", "[]", "[]"},
		{"a", "\"text\"", "\"text\""},
		{"a", "null", "null"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++)
		assert_shaped(cases[i].shape, cases[i].before, cases[i].after);
}

static void test_nothing(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *shaped = model_apply("a", NULL);

	assert_true(acr_json_is(shaped, ACR_JSON_NULL));
}

static void test_picking(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value = json(
		"{\"id\":\"i\",\"location\":\"l\",\"tags\":null,\"identity\":{\"type\":\"t\",\"principalId\":\"p\"},"
		"\"properties\":{\"a\":1,\"rules\":[{\"value\":\"v\",\"x\":1}],\"b\":2}}");
	ACR_AUTO_PTR(acr_json) *picked =
		model_pick("location tags identity{type} gone properties(a rules[value>printed])", value);
	ACR_AUTO_FREE char *got = acr_json_text(picked);

	assert_string_equal(got, "{\"location\":\"l\",\"identity\":{\"type\":\"t\"},\"properties\":{\"a\":1,\"rules\":"
				 "[{\"value\":\"v\"}]}}");
}

static void test_names_of_the_wire(void **state)
{
	(void)state;
	static const char shape[] = "id tags properties(on rules[action value>addressOrRange] b>printed{c>d} map*{e>f} "
				    "step?{A{g>h}})";
	ACR_AUTO_PTR(acr_json) *value =
		json("{\"tags\":{\"printed\":1},\"properties\":{\"rules\":[{\"addressOrRange\":1,\"x\":2},"
		     "{\"address_or_range\":3},{\"value\":4,\"addressOrRange\":5},\"text\"],\"printed\":{\"d\":6},"
		     "\"map\":{\"f\":{\"f\":7}},\"step\":{\"h\":8},\"unknown\":[{\"d\":9}]}}");

	model_unprint(shape, value);
	ACR_AUTO_FREE char *got = acr_json_text(value);
	assert_string_equal(got, "{\"tags\":{\"printed\":1},\"properties\":{\"rules\":[{\"x\":2,\"value\":1},"
				 "{\"value\":3},{\"value\":4,\"addressOrRange\":5},\"text\"],\"map\":{\"f\":{\"e\":7}},"
				 "\"step\":{\"h\":8},\"unknown\":[{\"d\":9}],\"b\":{\"c\":6}}}");
	model_unprint(shape, NULL);
}

static void test_resource_groups(void **state)
{
	(void)state;
#define ID "/subscriptions/S/resourceGroups/My-RG/providers/N/T/R"
	static const struct {
		const char *before, *after;
	} cases[] = {
		{"{\"id\":\"" ID "\"}", "{\"id\":\"" ID "\",\"resourceGroup\":\"My-RG\"}"},
		{"{\"id\":\"" ID "/children/C\"}", "{\"id\":\"" ID "/children/C\",\"resourceGroup\":\"My-RG\"}"},
		{"{\"id\":\"/subscriptions/S/RESOURCEgroups/g/providers/N/T/R\"}",
		 "{\"id\":\"/subscriptions/S/RESOURCEgroups/g/providers/N/T/R\",\"resourceGroup\":\"g\"}"},
		{"[{\"a\":{\"id\":\"" ID "\"}}]", "[{\"a\":{\"id\":\"" ID "\",\"resourceGroup\":\"My-RG\"}}]"},
		/* There is one already, under whatever spelling. */
		{"{\"id\":\"" ID "\",\"resourceGroup\":\"x\"}", "{\"id\":\"" ID "\",\"resourceGroup\":\"x\"}"},
		{"{\"id\":\"" ID "\",\"ResourceGroup\":null}", "{\"id\":\"" ID "\",\"ResourceGroup\":null}"},
		/* Ids of groups and of other things. */
		{"{\"id\":\"/subscriptions/S/resourceGroups/G\"}", "{\"id\":\"/subscriptions/S/resourceGroups/G\"}"},
		{"{\"id\":\"/subscriptions/S/providers/N/T/R/a/b\"}",
		 "{\"id\":\"/subscriptions/S/providers/N/T/R/a/b\"}"},
		{"{\"id\":5}", "{\"id\":5}"},
		{"{\"id\":\"\"}", "{\"id\":\"\"}"},
		{"{\"sourceVault\":{\"id\":\"" ID "\"}}", "{\"sourceVault\":{\"id\":\"" ID "\"}}"},
		{"\"" ID "\"", "\"" ID "\""},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_PTR(acr_json) *value = json(cases[i].before);

		model_add_resource_group(value);
		ACR_AUTO_FREE char *got = acr_json_text(value);
		assert_string_equal(got, cases[i].after);
	}
	model_add_resource_group(NULL);
}

static void test_pointers(void **state)
{
	(void)state;
	static const char shape[] =
		"name sku{name tier} wire>printed properties(a b{c} deep(d) list[x] map*{x} t:time)";
	static const struct {
		const char *printed, *pointer, *inner;
	} cases[] = {
		{"name", "/name", NULL},
		{"sku", "/sku", "name tier"},
		{"printed", "/wire", NULL},
		{"wire", NULL, NULL},
		{"a", "/properties/a", NULL},
		{"b", "/properties/b", "c"},
		{"d", "/properties/deep/d", NULL},
		{"list", "/properties/list", NULL},
		{"map", "/properties/map", NULL},
		{"t", "/properties/t", NULL},
		{"c", NULL, NULL},
		{"properties", NULL, NULL},
		{"na", NULL, NULL},
		{"names", NULL, NULL},
		{"", NULL, NULL},
		{"NAME", "/name", NULL},
		{"_n_a_me_", "/name", NULL},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *inner = NULL;
		ACR_AUTO_FREE char *pointer = model_pointer(shape, cases[i].printed, &inner);

		assert_string_equal(pointer ? pointer : "(none)", cases[i].pointer ? cases[i].pointer : "(none)");
		assert_string_equal(inner ? inner : "(none)", cases[i].inner ? cases[i].inner : "(none)");
	}
}

static void test_names(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *names = model_names("b wire>a properties(c{x} d[y]) e:time");
	ACR_AUTO_FREE char *text = acr_json_text(names);

	assert_string_equal(text, "[\"b\",\"a\",\"c\",\"d\",\"e\"]");
}

static void test_unsound_shapes(void **state)
{
	(void)state;
	static const struct {
		const char *shape, *message;
	} cases[] = {
		{"a b a", "'a' stands twice"},
		{"a properties(b a)", "'a' stands twice"},
		{"a b>a", "'a' stands twice"},
		{"x{a a}", "'a' stands twice"},
		{"a {b}", "cannot be read from '{b}' on"},
		{"a b{c", "cannot be read from '{c' on"},
		{"a }", "cannot be read from '}' on"},
		{"a [", "cannot be read from '[' on"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

		assert_int_equal(model_check(cases[i].shape, &error), ACR_ERROR_FORMAT);
		assert_string_equal(error.message, cases[i].message);
	}
}

/* What Python, with the Azure CLI's libraries, prints. */
static void test_points_in_time(void **state)
{
	(void)state;
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{"2023-12-21T23:56:34.8524938Z", "2023-12-21T23:56:34.852493+00:00"},
		{"2023-12-21T23:56:34.8524998Z", "2023-12-21T23:56:34.852499+00:00"},
		{"2023-12-21T23:56:34Z", "2023-12-21T23:56:34+00:00"},
		{"2023-12-21T23:56:34.0000000Z", "2023-12-21T23:56:34+00:00"},
		{"2023-12-21T23:56:34.0000009+00:00", "2023-12-21T23:56:34+00:00"},
		{"2023-12-21T23:56:34.85+02:00", "2023-12-21T23:56:34.850000+02:00"},
		{"2023-12-21T23:56:34.5-05:30", "2023-12-21T23:56:34.500000-05:30"},
		{"2023-12-21T23:56:34", "2023-12-21T23:56:34"},
		{"2023-12-21T23:56:34.1234567", "2023-12-21T23:56:34.123456"},
		{"0001-01-01T00:00:00", "0001-01-01T00:00:00"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:00"},
		{"9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999+00:00"},
		{"2023-12-21t23:56:34z", "2023-12-21T23:56:34+00:00"},
		{"2023-12-21", NULL},
		{"2023-12-21 23:56:34Z", NULL},
		{"2023-12-21T23:56Z", NULL},
		{"2023-12-21T24:00:00Z", NULL},
		{"2023-13-21T23:00:00Z", NULL},
		{"", NULL},
		{"garbage", NULL},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *printed = pytime_point(cases[i].text);

		assert_string_equal(printed ? printed : "(none)", cases[i].printed ? cases[i].printed : "(none)");
	}
}

static void test_spans(void **state)
{
	(void)state;
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{"P2D", "2 days, 0:00:00"},
		{"P1D", "1 day, 0:00:00"},
		{"PT30M", "0:30:00"},
		{"PT1H30M", "1:30:00"},
		{"P1DT2H", "1 day, 2:00:00"},
		{"PT0S", "0:00:00"},
		{"PT36H", "1 day, 12:00:00"},
		{"P1W", "7 days, 0:00:00"},
		{"PT90S", "0:01:30"},
		{"PT0.5S", "0:00:00.500000"},
		{"PT1H1M1.25S", "1:01:01.250000"},
		{"PT1.1234567S", "0:00:01.123456"},
		{"P100000D", "100000 days, 0:00:00"},
		{"PT", "0:00:00"},
		{"P", NULL},
		{"", NULL},
		{"1D", NULL},
		{"P1M", NULL},
		{"P1Y", NULL},
		{"P1H", NULL},
		{"PT1D", NULL},
		{"PTT1S", NULL},
		{"PT1.5M", NULL},
		{"P-1D", NULL},
		{"P1", NULL},
		{"PT99999999999999999999S", NULL},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *printed = pytime_span(cases[i].text);

		assert_string_equal(printed ? printed : "(none)", cases[i].printed ? cases[i].printed : "(none)");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constructs),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_names_of_the_wire),
		cmocka_unit_test(test_picking),
		cmocka_unit_test(test_resource_groups),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_unsound_shapes),
		cmocka_unit_test(test_points_in_time),
		cmocka_unit_test(test_spans),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
