/* acr/json.h */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/json.h>

static struct acr_json *parse(const char *text)
{
	struct acr_json *value = NULL;
	struct acr_error error = ACR_ERROR_INIT;
	if (acr_json_parse(text, strlen(text), &value, &error) < 0) {
		fail_msg("%s: %s", text, error.message);
	}
	return value;
}

static void assert_text(const struct acr_json *value, const char *expected)
{
	ACR_AUTO_FREE char *text = acr_json_text(value);
	assert_string_equal(text, expected);
}

static void assert_round_trip(const char *text, const char *expected)
{
	ACR_AUTO_PTR(acr_json) *value = parse(text);
	assert_text(value, expected);
}

/* The text lies in memory that ends with it, so that reading too far is noticed. */
static void assert_refused_bytes(const char *text, size_t length, const char *message)
{
	struct acr_json *value = NULL;
	struct acr_error error = ACR_ERROR_INIT;
	char *exact = malloc(length ? length : 1);
	memcpy(exact, text, length);
	int code = acr_json_parse(exact, length, &value, &error);
	free(exact);
	assert_int_equal(code, ACR_ERROR_FORMAT);
	assert_null(value);
	assert_string_equal(error.message, message);
	acr_error_clear(&error);
}

static void assert_refused(const char *text, const char *message)
{
	assert_refused_bytes(text, strlen(text), message);
}

static void test_values_are_written_as_read(void **state)
{
	(void)state;
	assert_round_trip("null", "null");
	assert_round_trip(" [ true , false ] \r\n\t", "[true,false]");
	assert_round_trip("{\"b\":1,\"a\":{},\"c\":[]}", "{\"b\":1,\"a\":{},\"c\":[]}");
	assert_round_trip("\xef\xbb\xbf{\"a\":\"\xc3\xa4\"}", "{\"a\":\"\xc3\xa4\"}");
	assert_round_trip("\"\\u00e4\\ud83d\\ude00\\/\\b\"", "\"\xc3\xa4\xf0\x9f\x98\x80/\\b\"");
	assert_round_trip("\"\\u001f\\u007f\\\"\\\\\\n\"", "\"\\u001f\x7f\\\"\\\\\\n\"");
	assert_round_trip("\"\\\\u0000\"", "\"\\\\u0000\"");
}

static void test_malformed_texts_are_refused(void **state)
{
	(void)state;
	assert_refused("", "not valid JSON: the text is empty");
	assert_refused(" \n", "not valid JSON: the text is empty");
	assert_refused("{\"a\":1,", "not valid JSON: the text ends too early");
	assert_refused("[1, ", "not valid JSON: the text ends too early");
	assert_refused("{\"a\":", "not valid JSON: the text ends too early");
	assert_refused("[1", "not valid JSON: the text ends too early");
	assert_refused("{", "not valid JSON: the text ends too early");
	assert_refused("\"abc", "not valid JSON: a string that does not end at offset 4");
	assert_refused("\"abc\\\"", "not valid JSON: a string that does not end at offset 6");
	assert_refused("{} {}", "not valid JSON: more text after the value at offset 3");
	assert_refused("1 x", "not valid JSON: more text after the value at offset 2");
	assert_refused("nul", "not valid JSON: unexpected text at offset 0");
	assert_refused("[1,]", "not valid JSON: unexpected text at offset 3");
	assert_refused("{\"a\" 1}", "not valid JSON: unexpected text at offset 5");
	assert_refused("{a:1}", "not valid JSON: unexpected text at offset 2");
	assert_refused("]", "not valid JSON: unexpected text at offset 0");
	assert_refused("\"\\x\"", "not valid JSON: malformed escape in a string at offset 1");
	assert_refused("\"a\\u00g1\"", "not valid JSON: malformed escape in a string at offset 2");
	assert_refused("\"\\u001\"", "not valid JSON: malformed escape in a string at offset 1");
	assert_refused("\"\\", "not valid JSON: malformed escape in a string at offset 1");
	assert_refused("\"\\ud800\"", "not valid JSON: unexpected text at offset 1");
	assert_refused("\"a\nb\"", "not valid JSON: control character in a string at offset 2");
	assert_refused("\"a\\u0000\"", "not valid JSON: NUL character in a string at offset 2");
	assert_refused("[1,\v2]", "not valid JSON: control character at offset 3");
	assert_refused_bytes("1\0", 2, "not valid JSON: control character at offset 1");
}

static void test_what_is_no_utf8_is_replaced_when_written(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"a\xff"
		 "b",
		 "\"a\xef\xbf\xbd"
		 "b\""},                                      /* begins no character */
		{"\xc3", "\"\xef\xbf\xbd\""},                 /* ends too early */
		{"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""}, /* longer than it need be */
		{"\xc3\xa9\xef\xbf\xbd\xf0\x9f\x98\x80", "\"\xc3\xa9\xef\xbf\xbd\xf0\x9f\x98\x80\""},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
		acr_json_write_string(rows[i][0], strlen(rows[i][0]), &out);
		assert_string_equal(acr_buf_str(&out), rows[i][1]);
	}
}

static void test_malformed_numbers_are_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {"01", "-", "-x", "1.", "1.e5", "1e", "1e+", "-01"};
	for (size_t i = 0; i < ACR_COUNT(wrong); i++) {
		assert_refused(wrong[i], "not valid JSON: malformed number at offset 0");
	}
	assert_refused("+1", "not valid JSON: unexpected text at offset 0");
	assert_refused(".5", "not valid JSON: unexpected text at offset 0");
	assert_refused("NaN", "not valid JSON: unexpected text at offset 0");
	assert_refused("[1000000000000000000000000000000000000000000000000000000000000000]",
		       "not valid JSON: number with too many digits at offset 1");
}

static void test_depth_is_capped(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	for (int i = 0; i < 512; i++) {
		acr_buf_putc(&text, '[');
	}
	for (int i = 0; i < 512; i++) {
		acr_buf_putc(&text, ']');
	}
	assert_round_trip(acr_buf_str(&text), acr_buf_str(&text));
	ACR_AUTO_FREE char *deeper = acr_format("[%s]", acr_buf_str(&text));
	assert_refused(deeper, "not valid JSON: more than 512 levels at offset 512");
}

static void assert_number(double number, const char *expected)
{
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	acr_json_write_number(number, &out);
	assert_string_equal(acr_buf_str(&out), expected);
	if (isfinite(number)) {
		assert_true(strtod(expected, NULL) == number);
	}
}

static void test_numbers_are_written_short_and_exact(void **state)
{
	(void)state;
	assert_number(0, "0");
	assert_number(-0.0, "-0");
	assert_number(3, "3");
	assert_number(-0.5, "-0.5");
	assert_number(0.1, "0.1");
	assert_number(1e100, "1e+100");
	assert_number(5e-324, "5e-324");
	assert_number(1.0 / 3, "0.3333333333333333");
	assert_number(0.1 + 0.2, "0.30000000000000004");
	assert_number(100000000000, "100000000000");
	assert_number(9007199254740992, "9007199254740992");
	assert_number(-9007199254740992, "-9007199254740992");
	assert_number(1.7976931348623157e308, "1.7976931348623157e+308");
	assert_number(INFINITY, "1.7976931348623157e+308");
	assert_number(-INFINITY, "-1.7976931348623157e+308");
	assert_number(NAN, "null");
}

static void test_getters_take_anything(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value = parse("{\"s\":\"x\",\"n\":1.5,\"t\":true,\"z\":null,\"a\":[1,2]}");
	assert_int_equal(acr_json_type(NULL), ACR_JSON_ABSENT);
	assert_int_equal(acr_json_type(acr_json_get(value, "z")), ACR_JSON_NULL);
	assert_true(acr_json_is(acr_json_get(value, "a"), ACR_JSON_ARRAY));
	assert_true(acr_json_is_nothing(NULL));
	assert_true(acr_json_is_nothing(acr_json_get(value, "z")));
	assert_false(acr_json_is_nothing(acr_json_get(value, "t")));
	assert_string_equal(acr_json_string(acr_json_get(value, "s")), "x");
	assert_null(acr_json_string(acr_json_get(value, "n")));
	assert_null(acr_json_string(NULL));
	assert_true(acr_json_number(acr_json_get(value, "n")) == 1.5);
	assert_true(acr_json_number(acr_json_get(value, "s")) == 0);
	assert_true(acr_json_bool(acr_json_get(value, "t")));
	assert_false(acr_json_bool(acr_json_get(value, "n")));
	assert_int_equal(acr_json_size(value), 5);
	assert_int_equal(acr_json_size(acr_json_get(value, "s")), 0);
	assert_int_equal(acr_json_size(NULL), 0);
	assert_null(acr_json_first(acr_json_get(value, "s")));
	assert_null(acr_json_get(value, "S"));
	assert_null(acr_json_get(acr_json_get(value, "a"), "0"));
	assert_null(acr_json_item(value, 0));
	assert_null(acr_json_item(acr_json_get(value, "a"), 2));
	assert_string_equal(acr_json_key(acr_json_next(acr_json_first(value))), "n");
	assert_null(acr_json_key(acr_json_item(acr_json_get(value, "a"), 0)));
	assert_null(acr_json_copy(NULL));
	acr_json_free(NULL);
}

static void test_equality_ignores_member_order(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool equal;
	} cases[] = {
		{"{\"a\":1,\"b\":[1,{\"c\":null}]}", "{\"b\":[1,{\"c\":null}],\"a\":1}", true},
		{"[1,2]", "[2,1]", false},
		{"[1]", "[1,1]", false},
		{"[1,1]", "[1]", false},
		{"{\"a\":1}", "{\"b\":1}", false},
		{"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
		{"\"1\"", "1", false},
		{"true", "false", false},
		{"1.0", "1", true},
		{"{}", "[]", false},
		{"{}", "{}", true},
		{"\"a\"", "\"A\"", false},
	};
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_PTR(acr_json) *a = parse(cases[i].a);
		ACR_AUTO_PTR(acr_json) *b = parse(cases[i].b);
		assert_int_equal(acr_json_equal(a, b), cases[i].equal);
		assert_int_equal(acr_json_equal(b, a), cases[i].equal);
	}
	assert_true(acr_json_equal(NULL, NULL));
}

static void test_sorting_keeps_the_lists_whole(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value =
		parse("[{\"b\":1,\"a\":{\"z\":1,\"B\":2,\"y\":3},\"A\":0,\"\":9},{},{\"x\":1}]");
	acr_json_sort(value);
	assert_text(value, "[{\"\":9,\"A\":0,\"a\":{\"B\":2,\"y\":3,\"z\":1},\"b\":1},{},{\"x\":1}]");
	/* appending and taking out still work at both ends */
	struct acr_json *object = acr_json_item(value, 0);
	acr_json_set_num(object, "0", 5);
	acr_json_remove(object, "");
	acr_json_remove(object, "b");
	assert_text(object, "{\"A\":0,\"a\":{\"B\":2,\"y\":3,\"z\":1},\"0\":5}");
}

static void test_sorting_many_members_is_fast(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	for (unsigned i = 0; i < 100000; i++) {
		acr_buf_printf(&text, "%c\"%08x\":%u", i ? ',' : '{', i * 2654435761u, i);
	}
	acr_buf_putc(&text, '}');
	ACR_AUTO_PTR(acr_json) *value = parse(acr_buf_str(&text));
	ACR_AUTO_PTR(acr_json) *copy = acr_json_copy(value);
	acr_json_sort(value);
	assert_int_equal(acr_json_size(value), 100000);
	const struct acr_json *last = acr_json_first(value);
	for (const struct acr_json *next; (next = acr_json_next(last)); last = next) {
		assert_true(strcmp(acr_json_key(last), acr_json_key(next)) < 0);
	}
	assert_true(acr_json_equal(value, copy));
}

static void test_setting_replaces_in_place(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value = parse("{\"a\":1,\"b\":2,\"c\":3}");
	acr_json_set_str(value, "a", "x");
	acr_json_set_bool(value, "b", true);
	acr_json_set_str(value, "c", NULL);
	acr_json_set_num(value, "d", 0.5);
	acr_json_set(value, "e", NULL);
	acr_json_set(value, "f", acr_json_new_string_length("abc", 2));
	assert_text(value, "{\"a\":\"x\",\"b\":true,\"c\":null,\"d\":0.5,\"e\":null,\"f\":\"ab\"}");
	acr_json_set_str(value, "f", "last");
	acr_json_set_str(value, "g", "after");
	assert_string_equal(acr_json_str(value, "/f"), "last");
	assert_string_equal(acr_json_key(acr_json_next(acr_json_get(value, "f"))), "g");
}

static void test_detached_values_belong_to_the_caller(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value = parse("{\"a\":[1,2,3],\"b\":\"x\"}");
	ACR_AUTO_PTR(acr_json) *b = acr_json_detach(value, "b");
	assert_null(acr_json_key(b));
	assert_null(acr_json_detach(value, "b"));
	ACR_AUTO_PTR(acr_json) *two = acr_json_detach_item(acr_json_get(value, "a"), 1);
	assert_null(acr_json_detach_item(acr_json_get(value, "a"), 2));
	assert_text(value, "{\"a\":[1,3]}");
	acr_json_append(acr_json_get(value, "a"), TAKE(b));
	acr_json_append(acr_json_get(value, "a"), NULL);
	assert_true(acr_json_replace(acr_json_get(value, "a"), 0, TAKE(two)));
	assert_text(value, "{\"a\":[2,3,\"x\",null]}");
	struct acr_json *unused = acr_json_new_null();
	assert_false(acr_json_replace(acr_json_get(value, "a"), 4, unused));
	acr_json_free(unused);
	acr_json_remove(value, "nothing");
	acr_json_remove(value, "a");
	assert_text(value, "{}");
}

static void test_pointers_look_up(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value =
		parse("{\"a\":{\"b\":[10,{\"c\":\"x\"}]},\"\":5,\"m~n\":1,\"s/t\":2,\"0\":true}");
	assert_ptr_equal(acr_json_at(value, ""), value);
	assert_string_equal(acr_json_str(value, "/a/b/1/c"), "x");
	assert_true(acr_json_num(value, "/a/b/0", -1) == 10);
	assert_true(acr_json_num(value, "/a/b", -1) == -1);
	assert_true(acr_json_num(value, "/", -1) == 5);
	assert_true(acr_json_num(value, "/m~0n", -1) == 1);
	assert_true(acr_json_num(value, "/s~1t", -1) == 2);
	assert_true(acr_json_true(value, "/0"));
	assert_null(acr_json_at(value, "/a/b/01"));
	assert_null(acr_json_at(value, "/a/b/-"));
	assert_null(acr_json_at(value, "/a/b/2"));
	assert_null(acr_json_at(value, "/a/b/99999999999999999999"));
	assert_null(acr_json_at(value, "/x/y"));
	assert_null(acr_json_at(value, "a"));
	assert_null(acr_json_at(NULL, "/a"));
	assert_null(acr_json_at(NULL, ""));
}

static void test_put_makes_the_way(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value = NULL;
	assert_int_equal(acr_json_put(&value, "/properties/sku/name", acr_json_new_string("x"), NULL), 0);
	assert_int_equal(acr_json_put(&value, "/properties/list/-", acr_json_new_number(1), NULL), 0);
	assert_int_equal(acr_json_put(&value, "/properties/list/-", acr_json_new_number(2), NULL), 0);
	assert_int_equal(acr_json_put(&value, "/properties/list/0", acr_json_new_bool(true), NULL), 0);
	assert_int_equal(acr_json_put(&value, "/a~1b", NULL, NULL), 0);
	assert_text(value, "{\"properties\":{\"sku\":{\"name\":\"x\"},\"list\":[true,2]},\"a/b\":null}");
	assert_int_equal(acr_json_put(&value, "/a~1b/c", acr_json_new_number(3), NULL), 0); /* null gives way */
	assert_text(acr_json_get(value, "a/b"), "{\"c\":3}");
	assert_int_equal(acr_json_put(&value, "", acr_json_new_string("all"), NULL), 0);
	assert_text(value, "\"all\"");

	ACR_AUTO_PTR(acr_json) *array = NULL;
	assert_int_equal(acr_json_put(&array, "/-", acr_json_new_number(1), NULL), 0);
	assert_text(array, "[1]");
}

static void test_put_changes_nothing_on_failure(void **state)
{
	(void)state;
	static const char *const impossible[] = {"/s/x", "/a/5", "/a/x", "/a/-/b", "/a/1/x", "/s/x/y/-", "x"};
	ACR_AUTO_PTR(acr_json) *value = parse("{\"s\":\"text\",\"a\":[1]}");
	for (size_t i = 0; i < ACR_COUNT(impossible); i++) {
		struct acr_error error = ACR_ERROR_INIT;
		ACR_AUTO_FREE char *message =
			acr_format("cannot set '%s': a step on the way is no object or array", impossible[i]);
		assert_int_equal(acr_json_put(&value, impossible[i], acr_json_new_null(), &error), ACR_ERROR_FORMAT);
		assert_string_equal(error.message, message);
		assert_text(value, "{\"s\":\"text\",\"a\":[1]}");
		acr_error_clear(&error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_written_as_read),
		cmocka_unit_test(test_malformed_texts_are_refused),
		cmocka_unit_test(test_what_is_no_utf8_is_replaced_when_written),
		cmocka_unit_test(test_malformed_numbers_are_refused),
		cmocka_unit_test(test_depth_is_capped),
		cmocka_unit_test(test_numbers_are_written_short_and_exact),
		cmocka_unit_test(test_getters_take_anything),
		cmocka_unit_test(test_equality_ignores_member_order),
		cmocka_unit_test(test_sorting_keeps_the_lists_whole),
		cmocka_unit_test(test_sorting_many_members_is_fast),
		cmocka_unit_test(test_setting_replaces_in_place),
		cmocka_unit_test(test_detached_values_belong_to_the_caller),
		cmocka_unit_test(test_pointers_look_up),
		cmocka_unit_test(test_put_makes_the_way),
		cmocka_unit_test(test_put_changes_nothing_on_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
