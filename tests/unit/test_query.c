/* JMESPath: the compliance tables where they are at hand, and rows of our own for the essentials. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include <acr/file.h>
#include <acr/query.h>

#define TABLES "../shared/jmespath"

static struct acr_json *parse(const char *text)
{
	struct acr_json *value = NULL;
	struct acr_error error = ACR_ERROR_INIT;
	if (acr_json_parse(text, strlen(text), &value, &error) < 0) {
		fail_msg("%s: %s", text, error.message);
	}
	return value;
}

/* The result as JSON text, yours to free(), or NULL with the error set. */
static char *run(const char *expression, const struct acr_json *value, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_query) *query = NULL;
	ACR_AUTO_PTR(acr_json) *result = NULL;
	if (acr_query_compile(expression, &query, error) < 0 || acr_query_run(query, value, &result, error) < 0) {
		return NULL;
	}
	return acr_json_text(result);
}

static void assert_result(const char *given, const char *expression, const char *expected)
{
	ACR_AUTO_PTR(acr_json) *value = parse(given);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *got = run(expression, value, &error);
	if (!got) {
		fail_msg("%s: %s", expression, error.message);
	}
	if (strcmp(got, expected) != 0) {
		fail_msg("%s on %s gave %s, expected %s", expression, given, got, expected);
	}
}

static void assert_error(const char *given, const char *expression, int code, const char *message)
{
	ACR_AUTO_PTR(acr_json) *value = parse(given);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *got = run(expression, value, &error);
	if (got) {
		fail_msg("%s gave %s, expected the error: %s", expression, got, message);
	}
	assert_string_equal(error.message, message);
	assert_int_equal(error.code, code);
}

/* One case of a compliance table. */
static void check_case(const char *file, const struct acr_json *given, const struct acr_json *row)
{
	const char *expression = acr_json_str(row, "/expression");
	const char *expected_error = acr_json_str(row, "/error");
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *got = run(expression, given, &error);
	if (!expected_error) {
		ACR_AUTO_PTR(acr_json) *value = got ? parse(got) : NULL;
		if (!got || !acr_json_equal(value, acr_json_get(row, "result"))) {
			ACR_AUTO_FREE char *wanted = acr_json_text(acr_json_get(row, "result"));
			fail_msg("%s: %s gave %s, expected %s", file, expression, got ? got : error.message, wanted);
		}
		return;
	}
	if (got) {
		fail_msg("%s: %s gave %s, expected %s", file, expression, got, expected_error);
	}
	if (strcmp(expected_error, "syntax") == 0) {
		assert_int_equal(error.code, ACR_ERROR_USAGE);
	} else if (strncmp(error.message, expected_error, strlen(expected_error)) != 0) {
		fail_msg("%s: %s failed with '%s', expected %s", file, expression, error.message, expected_error);
	}
}

static size_t check_table(const char *path)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (acr_file_read(path, &text, &error) < 0) {
		fail_msg("%s", error.message);
	}
	ACR_AUTO_PTR(acr_json) *table = parse(acr_buf_str(&text));
	size_t count = 0;
	for (const struct acr_json *suite = acr_json_first(table); suite; suite = acr_json_next(suite)) {
		const struct acr_json *row = acr_json_first(acr_json_get(suite, "cases"));
		for (; row; row = acr_json_next(row)) {
			check_case(path, acr_json_get(suite, "given"), row);
			count++;
		}
	}
	return count;
}

static void test_compliance(void **state)
{
	(void)state;
	DIR *folder = opendir(TABLES);
	if (!folder) {
		print_message("skipped: no compliance tables in " TABLES "\n");
		skip();
	}
	size_t count = 0;
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (strstr(entry->d_name, ".json")) {
			ACR_AUTO_FREE char *path = acr_format("%s/%s", TABLES, entry->d_name);
			count += check_table(path);
		}
	}
	closedir(folder);
	print_message("%zu rows of the compliance tables\n", count);
	assert_true(count > 600);
}

static const char registries[] = "[{\"name\":\"a\",\"sku\":{\"name\":\"Basic\"},\"tags\":{\"x\":\"1\"},\"size\":10},"
				 "{\"name\":\"b\",\"sku\":{\"name\":\"Premium\"},\"tags\":null,\"size\":30},"
				 "{\"name\":\"c\",\"sku\":null,\"tags\":{},\"size\":20}]";

static void test_essentials(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"[].name", "[\"a\",\"b\",\"c\"]"},
		{"[].sku.name", "[\"Basic\",\"Premium\"]"},
		{"[0].name", "\"a\""},
		{"[-1].name", "\"c\""},
		{"[7]", "null"},
		{"[99999999999999999999999]", "null"},
		{"[?sku.name=='Premium'].name | [0]", "\"b\""},
		{"[?size>`15`].{N:name,S:size}", "[{\"N\":\"b\",\"S\":30},{\"N\":\"c\",\"S\":20}]"},
		{"[].{b:name,a:size,b:sku.name}[0]", "{\"b\":\"Basic\",\"a\":10}"},
		{"[].{b:name,a:size,b:sku.name} | [0]", "{\"b\":\"Basic\",\"a\":10}"},
		{"[].[name,size]", "[[\"a\",10],[\"b\",30],[\"c\",20]]"},
		{"[::-1].name", "[\"c\",\"b\",\"a\"]"},
		{"[:2].size", "[10,30]"},
		{"[5:].size", "[]"},
		{"[-9223372036854775808:9223372036854775807:9223372036854775807].name", "[\"a\"]"},
		{"sort_by(@,&size)[].name", "[\"a\",\"c\",\"b\"]"},
		{"max_by(@,&size).name", "\"b\""},
		{"length(@)", "3"},
		{"length('h\xc3\xa9\xf0\x9f\x90\xb3')", "3"},
		{"reverse('h\xc3\xa9\xf0\x9f\x90\xb3')", "\"\xf0\x9f\x90\xb3\xc3\xa9h\""},
		{"[?contains(name, 'b')] | [0].size", "30"},
		{"[0].tags.*", "[\"1\"]"},
		{"[0].\"name\"", "\"a\""},
		{"[?!tags].name", "[\"b\",\"c\"]"},
		{"[?tags && size==`10`].name", "[\"a\"]"},
		{"[*].sku.name || 'none'", "[\"Basic\",\"Premium\"]"},
		{"nothing || 'none'", "\"none\""},
		{"to_string(@[1].sku)", "\"{\\\"name\\\":\\\"Premium\\\"}\""},
		{"to_string(`{\"\xc3\xa9\":\"\xf0\x9f\x90\xb3\"}`)",
		 "\"{\\\"\\\\u00e9\\\":\\\"\\\\ud83d\\\\udc33\\\"}\""},
		{"to_number(' 12.5 ')", "12.5"},
		{"to_number('0x10')", "null"},
		{"to_number('inf')", "null"},
		{"to_number('')", "null"},
		{"ceil(`-0.5`)", "0"},
		{"join(', ', [].name)", "\"a, b, c\""},
		{"merge(`{\"a\":1,\"b\":2}`,`{\"b\":3,\"c\":4}`)", "{\"a\":1,\"b\":3,\"c\":4}"},
		{"map(&sku.name, @)", "[\"Basic\",\"Premium\",null]"},
		{"`foo`", "\"foo\""},
		{"` [1, 2]`", "[1,2]"},
		{"'it\\'s \\\\ raw'", "\"it's \\\\\\\\ raw\""},
		{"`\"a\\`b\"`", "\"a`b\""},
		{"[0].name < 'b'", "true"},
		{"[0].name < `1`", "null"},
		{"`[1,{\"a\":[2]}]` == `[1,{\"a\":[2]}]`", "true"},
		{"`{\"a\":1,\"b\":2}` == `{\"b\":2,\"a\":1}`", "true"},
		{"`{\"a\":null}` == `{\"b\":null}`", "false"},
		{"`1` == `true`", "false"},
		{"contains(`[1]`, `true`)", "false"},
		{"contains('1', `1`)", "false"},
		{"not_null(nothing, name, 'x')", "\"x\""},
		/* Written like this in scripts, and accepted by the reference implementation. */
		{"join('-' to_array('a'),)", "\"a\""},
		{"{a:'1' b:'2'}", "{\"a\":\"1\",\"b\":\"2\"}"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		assert_result(registries, rows[i][0], rows[i][1]);
	}
}

static void test_syntax_errors(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"", "expected an expression at position 1 of ''"},
		{" ", "expected an expression at position 2 of ' '"},
		{"a[", "expected a number, ':' or '*' at position 3 of 'a['"},
		{"a[0", "expected ']' at position 4 of 'a[0'"},
		{"a[*", "expected ']' at position 4 of 'a[*'"},
		{"a[1:2:3:4]", "expected ']' at position 8 of 'a[1:2:3:4]'"},
		{"a.", "expected a name, '[' or '{' at position 3 of 'a.'"},
		{"a ||", "expected an expression at position 5 of 'a ||'"},
		{"{a:b", "expected ',' or '}' at position 5 of '{a:b'"},
		{"{a b}", "expected ':' at position 4 of '{a b}'"},
		{"{`1`:b}", "expected a name at position 2 of '{`1`:b}'"},
		{"[a b]", "expected ',' or ']' at position 4 of '[a b]'"},
		{"(a", "expected ')' at position 3 of '(a'"},
		{"a b", "unexpected 'b' at position 3 of 'a b'"},
		{"a = b", "unexpected '=' at position 3 of 'a = b'"},
		{"'abc", "a raw string without its closing ' at position 1 of ''abc'"},
		{"\"abc", "a quoted name without its closing \" at position 1 of '\"abc'"},
		{"`abc", "a literal without its closing ` at position 1 of '`abc'"},
		{"`{\"a\"`", "a literal that is not JSON at position 1 of '`{\"a\"`'"},
		{"\"a\\x\"", "a quoted name that is no JSON string at position 1 of '\"a\\x\"'"},
		{"\"length\"(@)", "expected a function name without quotes at position 1 of '\"length\"(@)'"},
		{"@(a)", "unexpected '(' at position 2 of '@(a)'"},
		{"'\xc3\xa9' \xc3\xa9", "unexpected '\xc3\xa9' at position 5 of ''\xc3\xa9' \xc3\xa9'"},
		{"a-b", "unexpected '-' at position 2 of 'a-b'; names with '-' need quotes: \"a-b\""},
		{"[].tags.cost-1-x.y",
		 "unexpected '-' at position 15 of '[].tags.cost-1-x.y'; names with '-' need quotes: \"cost-1-x\""},
		{"a - b", "unexpected '-' at position 3 of 'a - b'"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		assert_error("{}", rows[i][0], ACR_ERROR_USAGE, rows[i][1]);
	}
}

static void test_evaluation_errors(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"abs('a')", "invalid-type: abs() takes a number, not string"},
		{"length(`1`)", "invalid-type: length() takes a string or an array or an object, not number"},
		{"sum(`[1,\"a\"]`)",
		 "invalid-type: sum() takes an array of numbers, not an array with an item of type string"},
		{"sort(`[\"a\",1]`)",
		 "invalid-type: sort() takes an array of numbers or an array of strings, not an array "
		 "with an item of type number"},
		{"sort_by(@, &sku)",
		 "invalid-type: sort_by() needs an expression that gives only strings or only numbers, "
		 "but item 0 gives object"},
		{"sort_by(@, &sku.name)", "invalid-type: sort_by() needs an expression that gives only strings or only "
					  "numbers, but item 2 gives null"},
		{"sort_by(@, name)", "invalid-type: sort_by() takes an expression (&\u2026), not null"},
		{"abs()", "invalid-arity: abs() takes 1 argument, not 0"},
		{"join('a')", "invalid-arity: join() takes 2 arguments, not 1"},
		{"not_null()", "invalid-arity: not_null() takes at least 1 argument, not 0"},
		{"merge(`{}`, `1`)", "invalid-type: merge() takes an object, not number"},
		{"nosuch(@)", "unknown-function: there is no function nosuch()"},
		{"[::0]", "invalid-value: the step of a slice cannot be 0"},
		{"{a: [&name]}", "invalid-type: an expression (&\u2026) is an argument of functions, not a result"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		assert_error(registries, rows[i][0], ACR_ERROR_QUERY, rows[i][1]);
	}
}

static char *repeat(const char *before, const char *unit, size_t count)
{
	struct acr_buf text = ACR_BUF_INIT;
	acr_buf_puts(&text, before);
	while (count--) {
		acr_buf_puts(&text, unit);
	}
	return acr_buf_take(&text);
}

static void test_depth_is_capped(void **state)
{
	(void)state;
	static const char *const units[][2] = {
		{"", "("},   {"", "!"},      {"", "["},    {"", "{a:"}, {"a", ".a"}, {"a", "|a"},  {"a", "[0]"},
		{"a", "[]"}, {"a", " || a"}, {"", "abs("}, {"", "[?"},  {"", "& "},   {"a", "[*]"}, {"", "*."},
	};
	for (size_t i = 0; i < ACR_COUNT(units); i++) {
		ACR_AUTO_FREE char *expression = repeat(units[i][0], units[i][1], 100000);
		assert_error("{}", expression, ACR_ERROR_USAGE, "the expression nests more than 1000 levels deep");
	}
	ACR_AUTO_FREE char *long_or = repeat("a", " || a", 900);
	assert_result("{\"a\":0}", long_or, "0");
}

static void test_results_are_capped(void **state)
{
	(void)state;
	static const char *const units[][2] = {
		{"@", "|[@,@]"},
		{"@", "|{a:@,b:@}"},
		{"'0123456789'", "|join(@,[@,@])"},
		{"[@]", "|[@,@][]"},
	};
	for (size_t i = 0; i < ACR_COUNT(units); i++) {
		ACR_AUTO_FREE char *expression = repeat(units[i][0], units[i][1], 60);
		assert_error("1", expression, ACR_ERROR_LIMIT, "the result of the query is too large");
	}
}

static void test_order_of_members(void **state)
{
	(void)state;
	static const struct {
		const char *expression;
		bool from_hash;
	} rows[] = {
		{"{a:b}", true},
		{"[].{a:b}", true},
		{"[].{a:b} | [0]", true},
		{"[?a].{a:b} | sort_by(@, &a) | [:2]", true},
		{"map(&{a:b}, @)", true},
		{"a || {a:b}", true},
		{"[{a:b}]", true},
		{"*.{a:b}", true},
		{"@", false},
		{"[]", false},
		{"[?a]", false},
		{"{a:b}.a", false},
		{"[].{a:b} | [0].a", false},
		{"sort_by(@, &{a:b}.a)", false},
		{"merge({a:b}, {c:d})", false},
		{"[].[a,b]", false},
		{"length({a:b})", false},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO_PTR(acr_query) *query = NULL;
		assert_int_equal(acr_query_compile(rows[i].expression, &query, NULL), 0);
		if (acr_query_is_projection_of_hash(query) != rows[i].from_hash) {
			fail_msg("%s", rows[i].expression);
		}
	}
}

static void test_large_arrays_take_linear_time(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	for (int i = 0; i < 50000; i++) {
		struct acr_json *item = acr_json_new_object();
		acr_json_set_num(item, "n", 49999 - i);
		acr_json_set_str(item, "s", "text");
		acr_json_append(list, item);
	}
	clock_t start = clock();
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *got =
		run("sort_by([?s=='text'], &n)[*].{n:n,s:s} | [::-1] | [].n | [49990:]", list, &error);
	assert_string_equal(got, "[9,8,7,6,5,4,3,2,1,0]");
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC); /* some 0.1 s; minutes if anything were quadratic */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compliance),       cmocka_unit_test(test_essentials),
		cmocka_unit_test(test_syntax_errors),    cmocka_unit_test(test_evaluation_errors),
		cmocka_unit_test(test_depth_is_capped),  cmocka_unit_test(test_results_are_capped),
		cmocka_unit_test(test_order_of_members), cmocka_unit_test(test_large_arrays_take_linear_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
