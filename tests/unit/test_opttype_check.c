/* Option types for names, schedules, durations, identities; printed shapes that depend on a type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model.h"
#include "opttype.h"

#define ID "/subscriptions/s/resourcegroups/g/providers/microsoft.managedidentity/userAssignedIdentities/i"
#define EXAMPLE ", as in '0 21 * * *' (every day at 21:00 UTC)"

static void gives(const struct option_type *type, const char *word, const char *json)
{
	const struct option option = {.name = "o", .type = type, .minimum = 5, .maximum = 12};
	ACR_AUTO_PTR(acr_json) *value = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *text = NULL;

	assert_int_equal(type->add(&option, word, &value, &error), 0);
	text = acr_json_text(value);
	assert_string_equal(text, json);
}

static void refuses(const struct option_type *type, const char *word, const char *message)
{
	const struct option option = {.name = "o", .type = type, .minimum = 5, .maximum = 12};
	ACR_AUTO_PTR(acr_json) *value = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	assert_int_equal(type->add(&option, word, &value, &error), ACR_ERROR_USAGE);
	assert_non_null(error.message);
	if (message)
		assert_string_equal(error.message, message);
	assert_null(value);
}

static void test_names(void **state)
{
	(void)state;
	gives(&type_name, "a-B_9", "\"a-B_9\"");
	gives(&type_name, "twelve-chars", "\"twelve-chars\"");
	refuses(&type_name, "four", "'four' must have 5 to 12 characters, as in 'nightly-build'");
	refuses(&type_name, "thirteen-char", "'thirteen-char' must have 5 to 12 characters, as in 'nightly-build'");
	refuses(&type_name, "with/slash",
		"'with/slash' may have letters, digits, '-' and '_' only, as in 'nightly-build'");
	refuses(&type_name, "with\rreturn", NULL);
	refuses(&type_name, "\xc3\xa4\xc3\xb6\xc3\xbc", NULL);
}

static void test_schedules(void **state)
{
	static const char *const good[] = {
		"* * * * *",           "0 21 * * *",       "*/15 0-6/2 1,15 * *",    "59 23 31 12 7",
		"0 0 * jan-MAR,dec *", "5 4 * * sunday-5", "  0   0\t*  * mon-fri ", "1/10 * * * *",
	};
	static const char *const bad[] = {
		"60 * * * *", "* 24 * * *",  "* * 0 * *",    "* * 32 * *",  "* * * 13 *",  "* * * * 8",
		"-1 * * * *", "5-1 * * * *", "*/0 * * * *",  "*/x * * * *", "1,, * * * *", "1- * * * *",
		"* * * mo *", "* * * foo *", "mon * * * *",  "* * * * * *", "* * * *",     "",
		"@daily",     "000 * * * *", "1,2, * * * *",
	};

	(void)state;
	for (size_t i = 0; i < ACR_COUNT(good); i++) {
		ACR_AUTO(acr_buf) json = ACR_BUF_INIT;

		acr_json_write_string(good[i], strlen(good[i]), &json);
		gives(&type_cron, good[i], acr_buf_str(&json));
	}
	for (size_t i = 0; i < ACR_COUNT(bad); i++)
		refuses(&type_cron, bad[i], NULL);
	refuses(&type_cron, "0 25 * * *", "'0 25 * * *' is no schedule: '25' is no hour" EXAMPLE);
	refuses(&type_cron, "0 0 * * 1-9", "'0 0 * * 1-9' is no schedule: '1-9' is no day of the week" EXAMPLE);
	refuses(&type_cron, "0 0",
		"'0 0' is no schedule: it needs minute, hour, day of the month, month and day of the week" EXAMPLE);
}

static void test_timers(void **state)
{
	(void)state;
	gives(&type_timer, "0 1 * * *", "{\"status\":\"Enabled\",\"schedule\":\"0 1 * * *\"}");
	gives(&type_timer, " nightly :0 1 * * *",
	      "{\"name\":\"nightly\",\"status\":\"Enabled\",\"schedule\":\"0 1 * * *\"}");
	refuses(&type_timer, " :0 1 * * *", "'' is no name in front of the colon, as in 'nightly:0 21 * * *'");
	refuses(&type_timer, "night ly:0 1 * * *",
		"'night ly' is no name in front of the colon, as in 'nightly:0 21 * * *'");
	refuses(&type_timer, "a:b:0 1 * * *", NULL);
	refuses(&type_timer, "nightly:", NULL);
}

static void test_durations(void **state)
{
	static const char *const good[] = {"P2D", "PT3H", "P1DT12H", "P3W", "P1Y2M3DT4H5M6S", "PT0S"};
	static const char *const bad[] = {"",     "P",     "PT",    "2D",     "P2",   "P2d", "PD",   "P1DT",  "P1H",
					  "PT1D", "P1D1D", "P1D2Y", "PT1S2M", "P2D ", "4h",  "P-1D", "P1.5D", "P1DT1"};

	(void)state;
	for (size_t i = 0; i < ACR_COUNT(good); i++) {
		ACR_AUTO_FREE char *json = acr_format("\"%s\"", good[i]);

		gives(&type_duration, good[i], json);
	}
	for (size_t i = 0; i < ACR_COUNT(bad); i++)
		refuses(&type_duration, bad[i], NULL);
	refuses(&type_duration, "4h",
		"'4h' is no ISO 8601 duration, such as 'P2D' (2 days), 'PT3H' (3 hours) or 'P1DT12H'");
}

static void test_identities(void **state)
{
	(void)state;
	gives(&type_user_identity, ID, "\"" ID "\"");
	refuses(&type_user_identity, "[system]", NULL);
	refuses(&type_user_identity, "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/vnets/v", NULL);
	gives(&type_task_identities, NULL, "[]");
	gives(&type_task_identities, "[system]", "[\"[system]\"]");
	gives(&type_task_identities, "[all]", "[\"[all]\"]");
	gives(&type_task_identities, ID, "[\"" ID "\"]");
	refuses(&type_task_identities, "system", NULL);
	refuses(&type_task_identities, "", NULL);
}

static void test_inverse(void **state)
{
	(void)state;
	gives(&type_inverse, NULL, "false");
	gives(&type_inverse, "true", "false");
	gives(&type_inverse, "false", "true");
}

static void shapes(const char *shape, const char *json, const char *printed)
{
	ACR_AUTO_PTR(acr_json) *value = NULL, *shaped = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *text = NULL;

	assert_int_equal(model_check(shape, &error), 0);
	assert_int_equal(acr_json_parse(json, strlen(json), &value, &error), 0);
	shaped = model_apply(shape, value);
	text = acr_json_text(shaped);
	assert_string_equal(text, printed);
}

static void test_shapes_by_type(void **state)
{
	static const char shape[] = "step?{A{type a} B{type b{c}}} last";

	(void)state;
	shapes(shape, "{\"step\":{\"type\":\"A\",\"x\":1}}", "{\"step\":{\"type\":\"A\",\"a\":null},\"last\":null}");
	shapes(shape, "{\"step\":{\"type\":\"B\",\"b\":{}}}",
	       "{\"step\":{\"type\":\"B\",\"b\":{\"c\":null}},\"last\":null}");
	shapes(shape, "{\"step\":{\"type\":\"C\",\"x\":1},\"last\":2}",
	       "{\"step\":{\"type\":\"C\",\"x\":1},\"last\":2}");
	shapes(shape, "{\"step\":{\"x\":1}}", "{\"step\":{\"x\":1},\"last\":null}");
	shapes(shape, "{\"step\":null}", "{\"step\":null,\"last\":null}");
	shapes("step>was?{A{type}}", "{\"step\":{\"type\":\"A\",\"x\":1}}", "{\"was\":{\"type\":\"A\"}}");
}

static void test_maps(void **state)
{
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	(void)state;
	shapes("*{a b}", "{\"x\":{\"a\":1,\"c\":2},\"y\":null}", "{\"x\":{\"a\":1,\"b\":null},\"y\":null}");
	shapes("*{a}", "{}", "{}");
	shapes("*{a}", "[{\"x\":{}}]", "[{\"x\":{\"a\":null}}]");
	shapes("*{a}", "null", "null");
	assert_true(model_check("*{a", &error) < 0);
	acr_error_clear(&error);
	assert_true(model_check("*{a} b", &error) < 0);
	acr_error_clear(&error);
	assert_true(model_check("*", &error) < 0);
	acr_error_clear(&error);
	assert_true(model_check("*{a a}", &error) < 0);
	acr_error_clear(&error);
	assert_true(model_check("a?{B{c}", &error) < 0);
}

static void test_fields(void **state)
{
	(void)state;
	gives(&type_fields, "a=b=c", "{\"a\":\"b=c\"}");
	gives(&type_fields, "a=", "{\"a\":\"\"}");
	gives(&type_fields, "{\"a\":1,\"b\":\"x\",\"c\":true}", "{\"a\":\"1\",\"b\":\"x\",\"c\":\"true\"}");
	refuses(&type_fields, "a", "'a' is neither KEY=VALUE nor a JSON object, such as 'api-version=2022-04-01'");
	refuses(&type_fields, "=a", NULL);
	refuses(&type_fields, "[1]", NULL);
}

static void test_decimals(void **state)
{
	(void)state;
	gives(&type_decimal, "1.5", "1.5");
	gives(&type_decimal, "2", "2");
	refuses(&type_decimal, "0", "'0' is not a number above 0, such as 1.5");
	refuses(&type_decimal, "-1", NULL);
	refuses(&type_decimal, "1x", NULL);
	refuses(&type_decimal, "nan", NULL);
	refuses(&type_decimal, "inf", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),     cmocka_unit_test(test_schedules),      cmocka_unit_test(test_timers),
		cmocka_unit_test(test_durations), cmocka_unit_test(test_identities),     cmocka_unit_test(test_inverse),
		cmocka_unit_test(test_fields),    cmocka_unit_test(test_decimals),
		cmocka_unit_test(test_maps),      cmocka_unit_test(test_shapes_by_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
