/* Generic updates. The expected bodies and sentences are those of the Azure CLI 2.45, where it does not fail for want
 * of something that is created here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "bind.h"
#include "opttype.h"
#include "update_value.h"

static const struct option force_string = {.name = "force-string", .type = &type_flag};
static const struct command command = {
	.path = "thing update",
	.options = OPTIONS(&force_string),
	.update_model = "tags sku{name tier} properties(adminUserEnabled networkRuleSet{defaultAction "
			"ipRules[action value>ipAddressOrRange]} "
			"policies{azureADAuthenticationAsArmPolicy>azureAdAuthenticationAsArmPolicy{status} "
			"quarantinePolicy{status}} scope)",
};

struct run {
	struct acr_params params;
	struct acr_error error;
	char *warnings;
	int rc;
};

/* Apply updates, written as JSON: [["set","a=1"],["remove","b"]], to a body. */
static void apply(struct run *run, const char *body, const char *updates, bool force)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	struct arg argument = {.option = &force_string, .value = force ? acr_json_new_bool(true) : NULL};
	struct args args = {.command = &command, .list = &argument, .count = 1, .updates = acr_json_new_array()};
	struct settings *settings = settings_new();
	struct context context;
	size_t size;
	struct io io = {.err = open_memstream(&run->warnings, &size)};

	run->params = (struct acr_params){0};
	run->error = (struct acr_error)ACR_ERROR_INIT;
	if (body)
		assert_int_equal(acr_json_parse(body, strlen(body), &run->params.body, NULL), 0);
	assert_int_equal(acr_json_parse(updates, strlen(updates), &list, NULL), 0);
	for (struct acr_json *words = acr_json_first(list); words; words = acr_json_next(words)) {
		struct acr_json *update = acr_json_new_object(), *copy = acr_json_copy(words);

		acr_json_set(update, "action", acr_json_detach_item(copy, 0));
		acr_json_set(update, "words", copy);
		acr_json_append(args.updates, update);
	}
	context_init(&context, &io, &args, settings);
	run->rc = update_apply(&context, &run->params, &run->error);
	context_clear(&context);
	settings_free(settings);
	acr_json_free(args.updates);
	acr_json_free(argument.value);
	fclose(io.err);
}

static void run_clear(struct run *run)
{
	acr_params_clear(&run->params);
	acr_error_clear(&run->error);
	free(run->warnings);
}

static void assert_body(const char *body, const char *updates, bool force, const char *expected, const char *warnings)
{
	struct run run;

	apply(&run, body, updates, force);
	ACR_AUTO_FREE char *got = acr_json_text(run.params.body);
	if (run.rc != 0)
		fail_msg("%s: %s", updates, run.error.message);
	if (strcmp(got, expected) != 0)
		fail_msg("%s: %s instead of %s", updates, got, expected);
	assert_string_equal(run.warnings, warnings);
	run_clear(&run);
}

static void assert_refused(const char *body, const char *updates, const char *message)
{
	struct run run;

	apply(&run, body, updates, false);
	if (run.rc != ACR_ERROR_GENERAL)
		fail_msg("%s: ended with %d", updates, run.rc);
	assert_string_equal(run.error.message, message);
	run_clear(&run);
}

static void test_set(void **state)
{
	(void)state;
	static const struct {
		const char *updates, *body;
	} cases[] = {
		{"[]", "{}"},
		{"[[\"set\",\"tags.a=b\"]]", "{\"tags\":{\"a\":\"b\"}}"},
		{"[[\"set\",\"tags.a=b\",\"tags.c=d\"]]", "{\"tags\":{\"a\":\"b\",\"c\":\"d\"}}"},
		{"[[\"set\",\"tags.a=b=c\"]]", "{\"tags\":{\"a\":\"b=c\"}}"},
		{"[[\"set\",\"tags.a=\"]]", "{\"tags\":{\"a\":\"\"}}"},
		{"[[\"set\",\"tags.a/b~c=d\"]]", "{\"tags\":{\"a/b~c\":\"d\"}}"},
		{"[[\"set\",\"tags..a=x\"]]", "{\"tags\":{\"a\":\"x\"}}"},
		{"[[\"set\",\".tags.a=x\"]]", "{\"tags\":{\"a\":\"x\"}}"},
		{"[[\"set\",\"tags. =x\"]]", "{\"tags\":{\" \":\"x\"}}"},
		{"[[\"set\",\"tags={\\\"x\\\":\\\"y\\\"}\"]]", "{\"tags\":{\"x\":\"y\"}}"},
		{"[[\"set\",\"tags={'x':'y'}\"]]", "{\"tags\":{\"x\":\"y\"}}"},
		{"[[\"set\",\"tags={'x':'y'}\",\"tags.z=1\"]]", "{\"tags\":{\"x\":\"y\",\"z\":\"1\"}}"},
		{"[[\"set\",\"adminUserEnabled=true\"]]", "{\"properties\":{\"adminUserEnabled\":true}}"},
		{"[[\"set\",\"adminUserEnabled=True\"]]", "{\"properties\":{\"adminUserEnabled\":true}}"},
		{"[[\"set\",\"adminUserEnabled=False\"]]", "{\"properties\":{\"adminUserEnabled\":false}}"},
		{"[[\"set\",\"admin_user_enabled=true\"]]", "{\"properties\":{\"adminUserEnabled\":true}}"},
		{"[[\"set\",\"sku.name=Premium\"]]", "{\"sku\":{\"name\":\"Premium\"}}"},
		{"[[\"set\",\"sku={\\\"name\\\":\\\"Basic\\\"}\"],[\"set\",\"sku.name=Premium\"]]",
		 "{\"sku\":{\"name\":\"Premium\"}}"},
		{"[[\"set\",\"scope=repo:tag\"]]", "{\"properties\":{\"scope\":\"repo:tag\"}}"},
		{"[[\"set\",\"networkRuleSet.defaultAction=Deny\"]]",
		 "{\"properties\":{\"networkRuleSet\":{\"defaultAction\":\"Deny\"}}}"},
		/* Two levels that are not there yet; a name that is another one on the wire. */
		{"[[\"set\",\"policies.azureAdAuthenticationAsArmPolicy.status=enabled\"]]",
		 "{\"properties\":{\"policies\":{\"azureADAuthenticationAsArmPolicy\":{\"status\":\"enabled\"}}}}"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++)
		assert_body(NULL, cases[i].updates, false, cases[i].body, "");
}

static void test_own_options_come_first(void **state)
{
	(void)state;
	assert_body("{\"tags\":{\"a\":\"b\"},\"sku\":{\"name\":\"Basic\"}}",
		    "[[\"set\",\"tags.c=d\",\"sku.name=Premium\"]]", false,
		    "{\"tags\":{\"a\":\"b\",\"c\":\"d\"},\"sku\":{\"name\":\"Premium\"}}", "");
}

static void test_tags_are_texts(void **state)
{
	(void)state;
	static const struct {
		const char *value, *text;
	} cases[] = {
		{"1", "\"1\""},
		{"1.50", "\"1.5\""},
		{"true", "\"True\""},
		{"False", "\"False\""},
		{"null", "null"},
		{"None", "null"},
		{"\\\"q\\\"", "\"q\""},
		{"[1,'x']", "\"[1, 'x']\""},
		{"007", "\"007\""},
		{"12345678901234567890", "\"12345678901234567890\""},
		{"-12345678901234567890", "\"-12345678901234567890\""},
		{"2024-01-01", "\"2024-01-01\""},
		{"a, b", "\"a, b\""},
		{"it's", "\"it's\""},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *updates = acr_format("[[\"set\",\"tags.a=%s\"]]", cases[i].value);
		ACR_AUTO_FREE char *expected = acr_format("{\"tags\":{\"a\":%s}}", cases[i].text);

		assert_body(NULL, updates, false, expected, "");
	}
}

static void test_force_string(void **state)
{
	(void)state;
	assert_body(NULL, "[[\"set\",\"scope={}\",\"adminUserEnabled=true\"]]", true,
		    "{\"properties\":{\"scope\":\"{}\",\"adminUserEnabled\":\"true\"}}", "");
	assert_body(NULL, "[[\"add\",\"networkRuleSet.ipRules\",\"1\",\"{}\"]]", true,
		    "{\"properties\":{\"networkRuleSet\":{\"ipRules\":[\"1\",\"{}\"]}}}", "");
}

static void test_additional_properties(void **state)
{
	(void)state;
	assert_body(NULL, "[[\"set\",\"bogus=x\"]]", false, "{\"bogus\":\"x\"}",
		    "WARNING: Property 'bogus' not found on root. Send it as an additional property .\n");
	assert_body("{\"sku\":{\"name\":\"Basic\"}}", "[[\"set\",\"sku.bogus=1\"]]", false,
		    "{\"sku\":{\"name\":\"Basic\",\"bogus\":1}}",
		    "WARNING: Property 'bogus' not found on sku. Send it as an additional property .\n");
}

#define RULE_SET "{\"properties\":{\"networkRuleSet\":{\"ipRules\":[%s]}}}"

static void test_add(void **state)
{
	(void)state;
	static const struct {
		const char *words, *items;
	} cases[] = {
		{"\"value=1.2.3.4\"", "{\"value\":\"1.2.3.4\"}"},
		{"\"value=1\",\"action=Allow\"", "{\"value\":\"1\",\"action\":\"Allow\"}"},
		{"\"a=b\",\"5\",\"c=d\",\"e=true\"", "{\"a\":\"b\"},5,{\"c\":\"d\",\"e\":\"true\"}"},
		{"\"a=1\",\"a=2\"", "{\"a\":\"2\"}"},
		{"\"a=b=c\"", "{\"a\":\"b=c\"}"},
		{"\"action=Allow\",\"ipAddressOrRange=1.2.3.4\"", "{\"action\":\"Allow\",\"value\":\"1.2.3.4\"}"},
		{"\"{\\\"ip_address_or_range\\\":\\\"1.2.3.4\\\"}\"", "{\"value\":\"1.2.3.4\"}"},
		{"\"{\\\"a\\\":1}\",\"[1]\",\"x y\",\"null\",\"True\"", "{\"a\":1},[1],\"x y\",null,true"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *updates = acr_format("[[\"add\",\"networkRuleSet.ipRules\",%s]]", cases[i].words);
		ACR_AUTO_FREE char *expected = acr_format(RULE_SET, cases[i].items);

		assert_body(NULL, updates, false, expected, "");
	}
	/* Without values the list is made all the same. */
	assert_body(NULL, "[[\"add\",\"networkRuleSet.ipRules\"]]", false,
		    "{\"properties\":{\"networkRuleSet\":{\"ipRules\":[]}}}", "");
	assert_body("{\"tags\":{\"l\":[1]}}", "[[\"set\",\"sku={}\"],[\"add\",\"tags.l\",\"2\"],[\"set\",\"scope=x\"]]",
		    false, "{\"tags\":{\"l\":\"[1, 2]\"},\"sku\":{},\"properties\":{\"scope\":\"x\"}}", "");
	assert_refused(
		NULL, "[[\"set\",\"scope=x\"],[\"add\",\"scope\",\"y\"]]",
		"usage error: 'scope' is no list. Correct syntax: --add LIST KEY=VALUE ... or --add LIST VALUE ...");
}

static void test_lists(void **state)
{
	(void)state;
	static const struct {
		const char *list, *updates, *result;
	} cases[] = {
		{"1,2,3", "[\"set\",\"networkRuleSet.ipRules[1]=x\"]", "1,\"x\",3"},
		{"1,2,3", "[\"set\",\"networkRuleSet.ipRules[-1]=x\"]", "1,2,\"x\""},
		{"[1,2],[3]", "[\"set\",\"networkRuleSet.ipRules[0][1]=x\"]", "[1,\"x\"],[3]"},
		{"[1,2],[3]", "[\"set\",\"networkRuleSet.ipRules.[0].[1]=x\"]", "[1,\"x\"],[3]"},
		{"{\"k\":\"v\",\"z\":1},{\"k\":2}", "[\"set\",\"networkRuleSet.ipRules[k=v].z=x\"]",
		 "{\"k\":\"v\",\"z\":\"x\"},{\"k\":2}"},
		{"{\"k\":\"v\",\"z\":1},{\"k\":2}", "[\"set\",\"networkRuleSet.ipRules[k=2].z=x\"]",
		 "{\"k\":\"v\",\"z\":1},{\"k\":2,\"z\":\"x\"}"},
		{"{\"k\":\"v\"}", "[\"set\",\"networkRuleSet.ipRules[k=v]=5\"]", "5"},
		{"{\"k\":\"a.b\"}", "[\"set\",\"networkRuleSet.ipRules[k=a.b].z=1\"]", "{\"k\":\"a.b\",\"z\":1}"},
		{"{\"k\":null}", "[\"set\",\"networkRuleSet.ipRules[0].k.z=1\"]", "{\"k\":{\"z\":1}}"},
		{"1,2,3", "[\"remove\",\"networkRuleSet.ipRules\",\"1\"]", "1,3"},
		{"1,2,3", "[\"remove\",\"networkRuleSet.ipRules\",\"-1\"]", "1,2"},
		{"1,2,3", "[\"remove\",\"networkRuleSet.ipRules[0]\"]", "2,3"},
		{"1,2,3", "[\"remove\",\"networkRuleSet.ipRules\"]", ""},
		{"{\"a\":1,\"b\":2}", "[\"remove\",\"networkRuleSet.ipRules[0].a\"]", "{\"b\":2}"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *body = acr_format(RULE_SET, cases[i].list);
		ACR_AUTO_FREE char *updates = acr_format("[%s]", cases[i].updates);
		ACR_AUTO_FREE char *expected = acr_format(RULE_SET, cases[i].result);

		assert_body(body, updates, false, expected, "");
	}
}

static void test_remove(void **state)
{
	(void)state;
	static const struct {
		const char *before, *updates, *after;
	} cases[] = {
		/* What is known but was not given is left as it is in the service. */
		{"{}", "[[\"remove\",\"tags\"]]", "{}"},
		{"{}", "[[\"remove\",\"adminUserEnabled\"]]", "{}"},
		{"{\"tags\":{\"a\":\"b\"},\"sku\":{}}", "[[\"remove\",\"tags\"]]", "{\"sku\":{}}"},
		{"{\"tags\":{\"a\":\"b\"}}", "[[\"remove\",\"tags.a\"]]", "{\"tags\":{}}"},
		{"{}", "[[\"set\",\"tags.a=b\",\"tags.c=d\"],[\"remove\",\"tags.a\"]]", "{\"tags\":{\"c\":\"d\"}}"},
		{"{}", "[[\"set\",\"adminUserEnabled=true\"],[\"remove\",\"adminUserEnabled\"]]",
		 "{\"properties\":{}}"},
		{"{}",
		 "[[\"set\",\"networkRuleSet.defaultAction=Deny\"],[\"remove\",\"networkRuleSet.defaultAction\"]]",
		 "{\"properties\":{\"networkRuleSet\":{}}}"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++)
		assert_body(cases[i].before, cases[i].updates, false, cases[i].after, "");
}

#define NAMES "['adminUserEnabled', 'networkRuleSet', 'policies', 'scope', 'sku', 'tags']"

static void test_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *before, *updates, *message;
	} cases[] = {
		{NULL, "[[\"set\",\"properties.adminUserEnabled=true\"]]",
		 "Couldn't find 'properties' in ''. Available options: " NAMES},
		{NULL, "[[\"set\",\"bogus.a=x\"]]", "Couldn't find 'bogus' in ''. Available options: " NAMES},
		{NULL, "[[\"add\",\"bogus\",\"a\"]]", "Couldn't find 'bogus' in ''. Available options: " NAMES},
		{NULL, "[[\"remove\",\"bogus\"]]", "Couldn't find 'bogus' in ''. Available options: " NAMES},
		{NULL, "[[\"set\",\"policies.bogus.status=x\"]]",
		 "Couldn't find 'bogus' in 'policies'. Available options: ['azureAdAuthenticationAsArmPolicy', "
		 "'quarantinePolicy']"},
		{NULL, "[[\"remove\",\"policies.bogus\"]]",
		 "Couldn't find 'bogus' in 'policies'. Available options: ['azureAdAuthenticationAsArmPolicy', "
		 "'quarantinePolicy']"},
		{NULL, "[[\"set\",\"tags.a.b=c\"]]", "Couldn't find 'a' in 'tags'. Available options: []"},
		{"{\"tags\":{\"b\":1,\"a\":1}}", "[[\"set\",\"tags.x.b=c\"]]",
		 "Couldn't find 'x' in 'tags'. Available options: ['a', 'b']"},
		{"{\"tags\":{\"a\":\"s\"}}", "[[\"set\",\"tags.a.b=c\"]]",
		 "Couldn't find 'b' in 'tags.a'. 'tags.a' does not support further indexing."},
		{NULL, "[[\"remove\",\"tags.b\"]]",
		 "Couldn't find 'b' in 'tags'. 'tags' does not support further indexing."},
		{"{\"tags\":{\"a\":1}}", "[[\"remove\",\"tags.b\"]]",
		 "Couldn't find 'b' in 'tags'. Available options: ['a']"},
		{"{\"tags\":{\"l\":[1]}}", "[[\"set\",\"tags.l.x=1\"]]",
		 "Couldn't find 'x' in 'tags.l'. Available options: index into the collection 'tags.l' with [<index>] "
		 "or "
		 "[<key=value>]"},
		{"{\"tags\":{\"l\":[1]}}", "[[\"set\",\"tags.l[]=1\"]]",
		 "Couldn't find '[]' in 'tags.l'. Available options: index into the collection 'tags.l' with [<index>] "
		 "or [<key=value>]"},
		{"{\"tags\":{\"a\":\"s\"}}", "[[\"set\",\"tags.a[0]=1\"]]",
		 "Couldn't find '[0]' in 'tags.a'. 'tags.a' does not support further indexing."},
		{"{\"tags\":{\"l\":[1,2]}}", "[[\"set\",\"tags.l[2]=x\"]]", "index 2 doesn't exist on tags.l"},
		{"{\"tags\":{\"l\":[1,2]}}", "[[\"set\",\"tags.l[-3].a=x\"]]", "index -3 doesn't exist on tags.l"},
		{"{\"tags\":{\"l\":[1,2]}}", "[[\"set\",\"tags.l[99999999999999999999]=x\"]]",
		 "index 99999999999999999999 doesn't exist on tags.l"},
		{"{\"tags\":{\"l\":[1]}}", "[[\"set\",\"tags.l[x]=1\"]]",
		 "usage error: 'x]' is no index into 'tags.l'."},
		{"{\"tags\":{\"l\":[{\"k\":\"v\"},{\"k\":\"v\"}]}}", "[[\"set\",\"tags.l[k=v].z=x\"]]",
		 "non-unique key 'k' found multiple matches on tags.l. Key must be unique."},
		{"{\"tags\":{\"l\":[{\"k\":\"v\"},5]}}", "[[\"set\",\"tags.l[k=q].z=x\"]]",
		 "item with value 'q' doesn't exist for key 'k' on tags.l"},
		{"{\"tags\":{\"l\":[1]}}", "[[\"remove\",\"tags.l\",\"7\"]]", "index 7 doesn't exist on l"},
		{"{\"tags\":{\"l\":[1]}}", "[[\"remove\",\"tags.l\",\"x\"]]", "usage error: 'x' is no index into 'l'."},
		{NULL, "[[\"remove\",\"policies\",\"0\"]]", "policies doesn't exist"},
		{"{\"sku\":{}}", "[[\"remove\",\"sku\",\"0\"]]", "sku doesn't exist"},
		{NULL, "[[\"add\",\"tags\",\"a=b\"]]",
		 "usage error: tags are names with values. Correct syntax: --set tags.NAME=VALUE"},
		{NULL, "[[\"set\",\"tags=x\"]]",
		 "usage error: tags are names with values. Correct syntax: --set tags.NAME=VALUE"},
		{NULL, "[[\"set\",\"=x\"]]",
		 "usage error: Empty key in --set. Correct syntax: --set KEY=VALUE [KEY=VALUE ...]"},
		{NULL, "[[\"set\",\".=x\"]]",
		 "usage error: Empty key in --set. Correct syntax: --set KEY=VALUE [KEY=VALUE ...]"},
		/* az takes it for adminUserEnabled= and switches the admin user off. */
		{NULL, "[[\"set\",\"adminUserEnabled\"]]",
		 "usage error: No value in --set. Correct syntax: --set KEY=VALUE [KEY=VALUE ...]"},
		{NULL, "[[\"set\",\"\"]]",
		 "usage error: No value in --set. Correct syntax: --set KEY=VALUE [KEY=VALUE ...]"},
		{NULL, "[[\"set\",\"tags.l[k=v]\"]]",
		 "usage error: No value in --set. Correct syntax: --set KEY=VALUE [KEY=VALUE ...]"},
		{NULL, "[[\"add\",\"\",\"x\"]]",
		 "usage error: Empty path in --add. Correct syntax: --add LIST KEY=VALUE ... or --add LIST VALUE ..."},
		{NULL, "[[\"remove\",\".\"]]",
		 "usage error: Empty path in --remove. Correct syntax: --remove LIST INDEX or --remove PROPERTY"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++)
		assert_refused(cases[i].before, cases[i].updates, cases[i].message);
}

static void test_values(void **state)
{
	(void)state;
	static const struct {
		const char *text, *json;
	} cases[] = {
		{"", "\"\""},
		{"{'a': 'it\\'s', \"b\": [True, None]}", "{\"a\":\"it's\",\"b\":[true,null]}"},
		{"'say \"x\"'", "\"say \\\"x\\\"\""},
		{"'tab\\t'", "\"tab\\t\""},
		{"'\\\\'", "\"\\\\\""},
		{"'\\\\\\''", "\"\\\\'\""},
		{"\"it\\'s\"", "\"it's\""},
		{"'open", "\"'open\""},
		{"'open\\", "\"'open\\\\\""},
		{"Truex", "\"Truex\""},
		{"{'True': 'None'}", "{\"True\":\"None\"}"},
		{"999999999999999", "999999999999999"},
		{"1234567890123456", "\"1234567890123456\""},
		{"-5", "-5"},
		{"--5", "\"--5\""},
		{" 5 ", "5"},
		{"{'a':}", "\"{'a':}\""},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_PTR(acr_json) *value = update_value(cases[i].text, false);
		ACR_AUTO_PTR(acr_json) *forced = update_value(cases[i].text, true);
		ACR_AUTO_FREE char *json = acr_json_text(value);

		assert_string_equal(json, cases[i].json);
		assert_string_equal(acr_json_string(forced), cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_own_options_come_first),
		cmocka_unit_test(test_tags_are_texts),
		cmocka_unit_test(test_force_string),
		cmocka_unit_test(test_additional_properties),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
