/* Arguments → request, as the options' rows say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "bind.h"
#include "opttype.h"

static const struct option path = {.name = "webhook", .bind = PATH("webhook")};
static const struct option query = {.name = "top", .bind = QUERY("$top")};
static const struct option header = {.name = "force", .bind = HEADER("x-ms-force")};
static const struct option body = {.name = "uri", .bind = BODY("/properties/serviceUri")};
static const struct option deep = {.name = "sku", .bind = BODY("/sku/name")};
static const struct option state_switch = {.name = "enabled", .bind = BODY_SWITCH("/properties/state", "On", "Off")};
static const struct option plain_flag = {.name = "flag", .bind = BODY("/properties/flag")};
static const struct option clearing = {.name = "clear", .bind = BODY("/properties/text"), .flags = OPT_EMPTY_CLEARS};
static const struct option nowhere = {.name = "yes"};
static const struct option through_text = {.name = "odd", .bind = BODY("/sku/name/odd")};
static const struct option resource = {.name = "scope-map", .bind = BODY_ID("/properties/scopeMapId", "scopeMaps")};

#define REGISTRY "/subscriptions/S/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r"

struct run {
	struct acr_params params;
	struct acr_error error;
	int rc;
};

/* Bind one argument after another: values as JSON, NULL for those that are absent. */
static void bind(struct run *run, const char *constant, size_t count, const struct option *const *options,
		 const char *const *values)
{
	const struct command command = {.path = "x", .body = constant};
	struct arg list[8] = {0};
	struct args args = {.command = &command, .list = list, .count = count};
	struct context context;
	struct io io = {0};

	for (size_t i = 0; i < count; i++) {
		list[i].option = options[i];
		if (values[i])
			assert_int_equal(acr_json_parse(values[i], strlen(values[i]), &list[i].value, NULL), 0);
	}
	*run = (struct run){0};
	context_init(&context, &io, &args, NULL);
	context.registry.id = acr_strdup(REGISTRY);
	run->rc = bind_arguments(&context, &run->params, &run->error);
	context_clear(&context);
	for (size_t i = 0; i < count; i++)
		acr_json_free(list[i].value);
}

static void run_clear(struct run *run)
{
	acr_params_clear(&run->params);
	acr_error_clear(&run->error);
}

static void assert_json(const struct acr_json *value, const char *expected)
{
	ACR_AUTO_FREE char *text = value ? acr_json_text(value) : acr_strdup("(none)");

	assert_string_equal(text, expected ? expected : "(none)");
}

static void test_each_place(void **state)
{
	(void)state;
	const struct option *const options[] = {&path, &query, &header, &body, &deep, &nowhere, &plain_flag};
	const char *const values[] = {"\"a/b\"", "5", "true", "\"https://x\"", "\"Basic\"", "true", "false"};
	struct run run;

	bind(&run, NULL, ACR_COUNT(options), options, values);
	assert_int_equal(run.rc, 0);
	assert_json(run.params.path, "{\"webhook\":\"a/b\"}");
	assert_json(run.params.query, "{\"$top\":\"5\"}");
	assert_json(run.params.headers, "{\"x-ms-force\":\"true\"}");
	assert_json(run.params.body,
		    "{\"properties\":{\"serviceUri\":\"https://x\",\"flag\":false},\"sku\":{\"name\":\"Basic\"}}");
	run_clear(&run);
}

static void test_what_is_absent_is_not_sent(void **state)
{
	(void)state;
	const struct option *const options[] = {&path, &query, &header, &body, &plain_flag};
	const char *const values[] = {NULL, NULL, NULL, NULL, NULL};
	struct run run;

	bind(&run, NULL, ACR_COUNT(options), options, values);
	assert_int_equal(run.rc, 0);
	assert_null(run.params.path);
	assert_null(run.params.query);
	assert_null(run.params.headers);
	assert_null(run.params.body);
	run_clear(&run);
}

static void test_constant_part(void **state)
{
	(void)state;
	const struct option *const options[] = {&body, &plain_flag};
	const char *const values[] = {NULL, "true"};
	struct run run;

	bind(&run, "{\"type\":\"t\",\"properties\":{\"flag\":false,\"kept\":1}}", 2, options, values);
	assert_int_equal(run.rc, 0);
	assert_json(run.params.body, "{\"type\":\"t\",\"properties\":{\"flag\":true,\"kept\":1}}");
	run_clear(&run);

	bind(&run, "{broken", 0, NULL, NULL);
	assert_int_equal(run.rc, ACR_ERROR_FORMAT);
	run_clear(&run);
}

static void test_values(void **state)
{
	(void)state;
	static const struct {
		const struct option *option;
		const char *value, *sent;
	} cases[] = {
		{&state_switch, "true", "{\"properties\":{\"state\":\"On\"}}"},
		{&state_switch, "false", "{\"properties\":{\"state\":\"Off\"}}"},
		{&state_switch, "\"text\"", "{\"properties\":{\"state\":\"text\"}}"},
		{&clearing, "\"\"", "{\"properties\":{\"text\":null}}"},
		{&clearing, "\" \"", "{\"properties\":{\"text\":\" \"}}"},
		{&body, "\"\"", "{\"properties\":{\"serviceUri\":\"\"}}"},
		{&body, "[\"a\",\"b\"]", "{\"properties\":{\"serviceUri\":[\"a\",\"b\"]}}"},
		{&body, "{}", "{\"properties\":{\"serviceUri\":{}}}"},
		{&body, "7", "{\"properties\":{\"serviceUri\":7}}"},
		{&resource, "\"mine\"", "{\"properties\":{\"scopeMapId\":\"" REGISTRY "/scopeMaps/mine\"}}"},
		{&resource, "\"/some/id\"", "{\"properties\":{\"scopeMapId\":\"/some/id\"}}"},
		{&resource, "\"\"", "{\"properties\":{\"scopeMapId\":\"\"}}"},
		{&resource, "[\"a\",\"/b\"]",
		 "{\"properties\":{\"scopeMapId\":[\"" REGISTRY "/scopeMaps/a\",\"/b\"]}}"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		struct run run;

		bind(&run, NULL, 1, &cases[i].option, &cases[i].value);
		assert_int_equal(run.rc, 0);
		assert_json(run.params.body, cases[i].sent);
		run_clear(&run);
	}
}

static void test_texts(void **state)
{
	(void)state;
	static const char *const values[][2] = {{"\"x y\"", "{\"$top\":\"x y\"}"},
						{"true", "{\"$top\":\"true\"}"},
						{"2.5", "{\"$top\":\"2.5\"}"},
						{"\"\"", "{\"$top\":\"\"}"}};

	for (size_t i = 0; i < ACR_COUNT(values); i++) {
		const struct option *const option = &query;
		struct run run;

		bind(&run, NULL, 1, &option, &values[i][0]);
		assert_int_equal(run.rc, 0);
		assert_json(run.params.query, values[i][1]);
		run_clear(&run);
	}
}

static void test_pointers_through_texts(void **state)
{
	(void)state;
	const struct option *const options[] = {&deep, &through_text};
	const char *const values[] = {"\"Basic\"", "\"x\""};
	struct run run;

	bind(&run, NULL, 2, options, values);
	assert_int_equal(run.rc, ACR_ERROR_FORMAT);
	assert_string_equal(run.error.message, "cannot set '/sku/name/odd': a step on the way is no object or array");
	run_clear(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_place),    cmocka_unit_test(test_what_is_absent_is_not_sent),
		cmocka_unit_test(test_constant_part), cmocka_unit_test(test_values),
		cmocka_unit_test(test_texts),         cmocka_unit_test(test_pointers_through_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
