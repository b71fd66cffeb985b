/* The formats of -o, byte for byte; cells of tables. tests/meta/compare_output.py compares many more values. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "output.h"

static struct acr_json *parse(const char *text)
{
	struct acr_json *value = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (acr_json_parse(text, strlen(text), &value, &error) < 0) {
		fail_msg("%s: %s", text, error.message);
	}
	return value;
}

static void assert_output(const struct output_options *options, const char *json, const char *expected)
{
	ACR_AUTO_PTR(acr_json) *value = parse(json);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (output_write(value, options, &text, &error) < 0) {
		fail_msg("%s: %s", json, error.message);
	}
	assert_string_equal(acr_buf_str(&text), expected);
}

static void assert_format(enum output_format format, const char *json, const char *expected)
{
	struct output_options options = {.format = format};
	assert_output(&options, json, expected);
}

static void test_format_names(void **state)
{
	(void)state;
	enum output_format format = OUTPUT_NONE;
	assert_true(output_format_find("json", &format));
	assert_int_equal(format, OUTPUT_JSON);
	assert_true(output_format_find("YamlC", &format));
	assert_int_equal(format, OUTPUT_YAMLC);
	assert_false(output_format_find("csv", &format));
	assert_false(output_format_find("", &format));
	assert_int_equal(format, OUTPUT_YAMLC);
}

static void test_null_prints_nothing(void **state)
{
	(void)state;
	for (int format = OUTPUT_JSON; format <= OUTPUT_NONE; format++) {
		assert_format((enum output_format)format, "null", "");
	}
	assert_format(OUTPUT_NONE, "{\"a\":1}", "");
}

static void test_json(void **state)
{
	(void)state;
	assert_format(OUTPUT_JSON, "{\"b\":[1,{}],\"a\":{\"z\":null,\"y\":\"\xc3\xa9\\n\\u0001\\u007f\"},\"B\":[]}",
		      "{\n  \"B\": [],\n  \"a\": {\n    \"y\": \"\xc3\xa9\\n\\u0001\x7f\",\n    \"z\": null\n  },\n"
		      "  \"b\": [\n    1,\n    {}\n  ]\n}\n");
	assert_format(OUTPUT_JSON, "\"a\"", "\"a\"\n");
	assert_format(OUTPUT_JSON, "[1e16,2.50,-0.0,1e-7,9999999999999998,true]",
		      "[\n  1e+16,\n  2.5,\n  0,\n  1e-07,\n  9999999999999998,\n  true\n]\n");
	assert_format(OUTPUT_JSONC, "{\"a\":\"b\"}", "{\n  \"a\": \"b\"\n}\n");
}

static void test_colours(void **state)
{
	(void)state;
	struct output_options options = {.format = OUTPUT_JSONC, .colour = true};
	assert_output(
		&options, "{\"a\":[\"b\",1,null]}",
		"{\n  \033[94m\"a\"\033[39;49;00m: [\n    \033[33m\"b\"\033[39;49;00m,\n    \033[34m1\033[39;49;00m,\n"
		"    \033[34mnull\033[39;49;00m\n  ]\n}\n");
	options.format = OUTPUT_YAMLC;
	assert_output(
		&options, "{\"a\":[{\"b\":\"it's: x\",\"c d\":\"plain 'text'\"}],\"e\":\"1\"}",
		"\033[94ma\033[39;49;00m:\n- \033[94mb\033[39;49;00m: \033[33m'it''s: x'\033[39;49;00m\n"
		"  \033[94mc d\033[39;49;00m: plain 'text'\n\033[94me\033[39;49;00m: \033[33m'1'\033[39;49;00m\n");
	options.format = OUTPUT_JSON;
	assert_output(&options, "\"a\"", "\"a\"\n");
}

static void test_yaml(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"{\"b\":[1,{\"c\":[],\"a\":{}},[\"x\",\"y\"]],\"a\":null}",
		 "a: null\nb:\n- 1\n- a: {}\n  c: []\n- - x\n  - y\n"},
		{"\"text\"", "text\n...\n"},
		{"5", "5\n...\n"},
		{"\"5\"", "'5'\n"},
		{"[]", "[]\n"},
		{"[\"true\",\"Null\",\"1.5\",\"2023-12-21\",\"0x1f\",\"\",\"~\",\"v1\",\"1.2.3\",\"on\",\"oN\"]",
		 "- 'true'\n- 'Null'\n- '1.5'\n- '2023-12-21'\n- '0x1f'\n- ''\n- '~'\n- v1\n- 1.2.3\n- 'on'\n- oN\n"},
		{"[1e16,1e-7,2.5e20]", "- 1.0e+16\n- 1.0e-07\n- 2.5e+20\n"},
		{"{\"m\":\"line1\\nline2\\n\"}", "m: 'line1\n\n  line2\n\n  '\n"},
		{"{\"m\":\"\\u0007\\u001b[0m\",\"e\":\"\xf0\x9f\x90\xb3 \xee\x80\x80\"}",
		 "e: \xf0\x9f\x90\xb3 \xee\x80\x80\nm: \"\\a\\e[0m\"\n"},
		{"[\"\\n a\",\"a \\nb\",\"a\\tb\"]", "- \"\\n a\"\n- \"a \\nb\"\n- \"a\\tb\"\n"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		assert_format(OUTPUT_YAML, rows[i][0], rows[i][1]);
	}
}

static void test_yaml_long_lines(void **state)
{
	(void)state;
#define NUMBERS "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"
	assert_format(OUTPUT_YAML, "{\"k\":\"" NUMBERS " 0123456789 end\"}", "k: " NUMBERS " 0123456789\n  end\n");
	assert_format(OUTPUT_YAML, "{\"k\":\"" NUMBERS " 0123: end\"}", "k: '" NUMBERS " 0123:\n  end'\n");
	/* In double quotes PyYAML breaks before the blank, libyaml behind it. */
	assert_format(OUTPUT_YAML, "{\"k\":\"\\u0007" NUMBERS " 0123456789 end\"}",
		      "k: \"\\a" NUMBERS "\\\n  \\ 0123456789 end\"\n");
#undef NUMBERS
}

static void test_tsv(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"[{\"b\":true,\"a\":null,\"c\":[1,2],\"d\":{\"x\":1},\"e\":1.50,\"f\":\"a\\tb\"}]",
		 "None\tTrue\t2\t\t1.5\ta\tb\n"},
		{"{\"b\":1,\"a\":\"x\"}", "x\t1\n"},
		{"[\"a\",true,null,[1,\"b\",null],5]", "a\ntrue\nNone\n1\tb\tNone\n5\n"},
		{"false", "false\n"},
		{"\"text\"", "text\n"},
		{"[]", ""},
		{"{}", "\n"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		assert_format(OUTPUT_TSV, rows[i][0], rows[i][1]);
	}
	struct output_options options = {.format = OUTPUT_TSV, .queried = true};
	assert_output(&options, "{\"b\":1,\"a\":\"x\"}", "1\tx\n");
	options.plain_rows = true;
	assert_output(&options, "{\"b\":1,\"a\":\"x\"}", "x\t1\n");
}

static void test_table(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"[{\"name\":\"a\",\"id\":\"1\",\"type\":\"t\",\"etag\":\"e\",\"Type\":\"T\",\"sku\":{\"x\":1},\"no\":"
		 "null,"
		 "\"admin\":false,\"size\":10}]",
		 "Type    Admin    Name    Size\n------  -------  ------  ------\nT       False    a       10\n"},
		{"[{\"a\":1},{\"b\":\"long value here\",\"a\":2},{\"c\":\"x\"}]",
		 "A    B                C\n---  ---------------  ---\n1\n2    long value here\n                      "
		 "x\n"},
		{"[\"x\",\"y\"]", "Result\n--------\nx\ny\n"},
		{"5", "Result\n--------\n5\n"},
		{"[[\"a\",1],[\"b\",null]]", "Column1    Column2\n---------  ---------\na          1\nb\n"},
		{"[{\"n\":\"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\",\"o\":\"x\"},{\"n\":\"abcdefgh\",\"o\":\"y\"}]",
		 "N         O\n--------  ---\n\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e    x\nabcdefgh  y\n"},
		{"[{\"a\":\"1\\n22\",\"b\":\"x\"},{\"a\":\"3\",\"b\":\"y\\r\\nz\\n\"}]",
		 "A    B\n---  ---\n1    x\n22\n3    y\n     z\n"},
		{"[{\"a\":\"  x \",\"b\":\"y\"}]", "A    B\n---  ---\nx    y\n"},
		{"[{\"\xc3\xa9tat\":\"ok\"}]", "\xc3\x89tat\n------\nok\n"},
		{"[]", "\n"},
		{"{}", "\n"},
		{"[{\"id\":\"1\",\"list\":[]}]", "\n"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		assert_format(OUTPUT_TABLE, rows[i][0], rows[i][1]);
	}
	struct output_options options = {.format = OUTPUT_TABLE, .queried = true};
	assert_output(&options, "[{\"b\":1,\"a\":\"x\",\"type\":\"t\"}]", "B    A\n---  ---\n1    x\n");
}

static const struct column columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "SKU", .path = "sku.name"},
	{.header = "ADMIN", .path = "admin"},
	{.header = "CREATED", .path = "created", .format = cell_time},
	{0},
};

static void test_table_columns(void **state)
{
	(void)state;
	struct output_options options = {.format = OUTPUT_TABLE, .columns = columns};
	const char *table = "NAME    SKU    ADMIN    CREATED\n------  -----  -------  --------------------\n"
			    "a       Basic  False    2023-12-21T23:56:34Z\nb\n";
	assert_output(&options,
		      "[{\"created\":\"2023-12-21T23:56:34.85+00:00\",\"admin\":false,\"sku\":{\"name\":\"Basic\"},"
		      "\"name\":\"a\"},{\"name\":\"b\",\"sku\":null,\"created\":\"\"}]",
		      table);
	assert_output(&options,
		      "{\"value\":[{\"created\":\"2023-12-21 23:56:34\",\"admin\":false,\"sku\":{\"name\":\"Basic\"},"
		      "\"name\":\"a\"},{\"name\":\"b\"}]}",
		      table);
	assert_output(&options, "[]", "\n");
	assert_output(&options, "{\"name\":\"\"}",
		      "NAME    SKU    ADMIN    CREATED\n------  -----  -------  ---------\n\n");
	options.queried = true;
	assert_output(&options, "[\"a\"]", "Result\n--------\na\n");
}

static void test_table_columns_with_lists(void **state)
{
	(void)state;
	static const struct column lists[] = {
		{.header = "loginServer", .path = "loginServer"},
		{.header = "Region", .path = "endpoints[].region"},
		{.header = "Port", .path = "map(&port, endpoints)"},
		{.header = "Actions", .path = "actions", .format = cell_python},
		{0},
	};
	struct output_options options = {.format = OUTPUT_TABLE, .columns = lists};
	assert_output(&options,
		      "{\"loginServer\":\"x\",\"endpoints\":[{\"region\":\"a\"},{\"region\":\"b\",\"port\":1}],"
		      "\"actions\":[\"push\",\"delete\"]}",
		      "LoginServer    Region    Port    Actions\n-------------  --------  ------  ------------------\n"
		      "x              a                 ['push', 'delete']\nx              b         1       ['push', "
		      "'delete']\n");
	assert_output(&options, "{\"loginServer\":\"x\",\"endpoints\":[]}", "\n");
}

static void test_table_unavailable(void **state)
{
	(void)state;
	static const struct column failing[] = {{.header = "A", .path = "abs(name)"}, {0}};
	struct output_options options = {.format = OUTPUT_TABLE, .columns = failing};
	ACR_AUTO_PTR(acr_json) *value = parse("[{\"name\":\"a\"}]");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	assert_int_equal(output_write(value, &options, &text, &error), ACR_ERROR_GENERAL);
	assert_string_equal(error.message, "Table output unavailable. Use the --query option to specify an appropriate "
					   "query. Use --debug for more info.");
	assert_string_equal(acr_buf_str(&text), "");
}

static void test_cells(void **state)
{
	(void)state;
	static const struct {
		void (*cell)(const struct acr_json *value, struct acr_buf *out);
		const char *json, *expected;
	} rows[] = {
		{cell_time, "\"2023-12-21T23:56:34.8524938Z\"", "2023-12-21T23:56:34Z"},
		{cell_time, "\"2023-12-21T23:56:34+02:00\"", "2023-12-21T23:56:34Z"},
		{cell_time, "\"2023-12-21\"", "2023-12-21T00:00:00Z"},
		{cell_time, "\"Thu, 21 Dec 2023 23:56:34 GMT\"", "2023-12-21T23:56:34Z"},
		{cell_time, "\"soon\"", "soon"},
		{cell_time, "null", ""},
		{cell_duration, "[\"2023-12-21T23:56:34.5Z\",\"2023-12-23T00:57:35.4Z\"]", "25:01:00"},
		{cell_duration, "[\"2023-12-21T23:56:34Z\",\"2023-12-21T23:56:24Z\"]", "-1:59:50"},
		{cell_duration, "[\"2023-12-21T23:56:34Z\",null]", ""},
		{cell_duration, "null", ""},
		{cell_trigger, "{\"sourceTrigger\":{\"eventType\":\"commit\"},\"timerTrigger\":{\"x\":1}}", "commit"},
		{cell_trigger, "{\"sourceTrigger\":null,\"timerTrigger\":{\"x\":1}}", "Timer"},
		{cell_trigger, "{\"imageUpdateTrigger\":{\"x\":1}}", "Image Update"},
		{cell_trigger, "{\"imageUpdateTrigger\":null}", "Manual"},
		{cell_task_triggers,
		 "{\"trigger\":{\"sourceTriggers\":[{\"status\":\"Enabled\"}],\"timerTriggers\":[{\"status\":"
		 "\"Disabled\"},"
		 "{\"status\":\"enabled\"}],\"baseImageTrigger\":{\"status\":\"Enabled\"}}}",
		 "BASE_IMAGE, SOURCE, TIMER"},
		{cell_task_triggers,
		 "{\"trigger\":{\"sourceTriggers\":[{\"status\":\"Disabled\"},{\"status\":\"Enabled\"}]}}", ""},
		{cell_task_triggers, "{}", ""},
		{cell_python, "[\"push\",\"it's\",\"\\n\\u00e9\\u200b\",1.5,true,null,{\"a\":[]}]",
		 "['push', \"it's\", '\\n\xc3\xa9\\u200b', 1.5, True, None, {'a': []}]"},
		{cell_python, "{}", ""},
		{cell_python, "\"a\"", "a"},
		{cell_title, "\"not enabled-2x\"", "Not Enabled-2X"},
		{cell_title, "null", ""},
		{cell_short, "\"123456789 123456789 123456789 123456789 123456789 1234567\"",
		 "123456789 123456789 123456789 123456789 123456789 1234567"},
		{cell_short,
		 "\"\xc3\xa9"
		 "23456789 123456789 123456789 123456789 123456789 12345678\"",
		 "\xc3\xa9"
		 "23456789 123456789 123456789 123456789 123456789 1234567..."},
		{cell_last_segment, "\"/a/b/c\"", "c"},
		{cell_last_segment, "\"c\"", "c"},
		{cell_last_segment, "null", ""},
		{cell_lines, "{\"a\":{},\"b\":{}}", "a\nb"},
		{cell_lines, "[\"a\",1]", "a\n1"},
		{cell_lines, "null", ""},
		{cell_expiry, "{\"name\":\"password1\"}", "Never"},
		{cell_expiry, "{\"expiry\":\"2023-12-21T23:56:34.1Z\"}", "2023-12-21T23:56:34Z"},
		{cell_expiry, "[{\"expiry\":null}]", "Never"},
		{cell_expiry, "null", ""},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO_PTR(acr_json) *value = parse(rows[i].json);
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		rows[i].cell(value, &text);
		if (strcmp(acr_buf_str(&text), rows[i].expected) != 0) {
			fail_msg("cell of %s is '%s', expected '%s'", rows[i].json, acr_buf_str(&text),
				 rows[i].expected);
		}
	}
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	cell_time(NULL, &text);
	cell_duration(NULL, &text);
	cell_lines(NULL, &text);
	assert_string_equal(acr_buf_str(&text), "");
}

static void test_damaged_text_is_survived(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *value = acr_json_new_array();
	acr_json_append(value, acr_json_new_string("a\xff\xc3(\xed\xa0\x80\xf4\x90\x80\x80\xf0\x9f"));
	for (int format = OUTPUT_JSON; format < OUTPUT_NONE; format++) {
		struct output_options options = {.format = (enum output_format)format};
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		assert_int_equal(output_write(value, &options, &text, NULL), 0);
		assert_non_null(strstr(text.data, "a"));
	}
}

static void test_large_results_take_linear_time(void **state)
{
	(void)state;
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	for (int i = 0; i < 50000; i++) {
		struct acr_json *item = acr_json_new_object();
		acr_json_set_num(item, "size", i);
		acr_json_set_str(item, "name", "text \xc3\xa9\xf0\x9f\x90\xb3 \x07");
		acr_json_append(list, item);
	}
	clock_t start = clock();
	for (int format = OUTPUT_JSON; format < OUTPUT_NONE; format++) {
		struct output_options options = {.format = (enum output_format)format};
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		assert_int_equal(output_write(list, &options, &text, NULL), 0);
		assert_true(text.length > 1000000 / 2);
	}
	assert_true(clock() - start < 10 * CLOCKS_PER_SEC); /* some 0.5 s; minutes if anything were quadratic */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_names),
		cmocka_unit_test(test_null_prints_nothing),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_yaml_long_lines),
		cmocka_unit_test(test_tsv),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_table_columns),
		cmocka_unit_test(test_table_columns_with_lists),
		cmocka_unit_test(test_table_unavailable),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_damaged_text_is_survived),
		cmocka_unit_test(test_large_results_take_linear_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
