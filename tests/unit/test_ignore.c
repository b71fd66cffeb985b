/* Ignore files: reading, matching, and when an ignored folder need not be opened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/buf.h>
#include <acr/file.h>
#include <acr/json.h>
#include "source/ignore.h"

#define TABLE "../shared/dockerignore/matches.json"

static struct acr_ignore rules_of(const char *text)
{
	struct acr_ignore ignore = {0};
	struct acr_error error = ACR_ERROR_INIT;
	if (acr_ignore_parse(&ignore, ".dockerignore", text, strlen(text), &error) != 0) {
		fail_msg("%s: %s", text, error.message);
	}
	return ignore;
}

/* The rule that decides about a path when its folders are looked at one after the other, as the walk does. */
static int rule_for(const struct acr_ignore *ignore, const char *path)
{
	int rule = ACR_IGNORE_NO_RULE;
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		rule = acr_ignore_last(ignore, path, (size_t)(slash - path), rule);
	}
	return acr_ignore_last(ignore, path, strlen(path), rule);
}

static bool ignored(const char *text, const char *path)
{
	struct acr_ignore ignore = rules_of(text);
	bool result = acr_ignore_excludes(&ignore, rule_for(&ignore, path));
	acr_ignore_clear(&ignore);
	return result;
}

static void docker_table(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	struct acr_error error = ACR_ERROR_INIT;
	if (access(TABLE, R_OK) != 0) {
		print_message("%s is not here: skipped\n", TABLE);
		skip();
	}
	assert_int_equal(acr_file_read(TABLE, &text, &error), 0);
	ACR_AUTO_PTR(acr_json) *rows = NULL;
	assert_int_equal(acr_json_parse(text.data, text.length, &rows, &error), 0);
	assert_true(acr_json_size(rows) > 60);
	for (struct acr_json *row = acr_json_first(rows); row; row = acr_json_next(row)) {
		const char *pattern = acr_json_str(row, "/pattern");
		const char *path = acr_json_str(row, "/path");
		if (ignored(pattern, path) != acr_json_true(row, "/match")) {
			fail_msg("pattern '%s', path '%s'", pattern, path);
		}
	}
}

static const struct {
	const char *rules, *path;
	bool ignored;
} pattern_rows[] = {
	{"node_modules", "node_modules", true},
	{"node_modules", "node_modules/a/b.js", true},
	{"node_modules", "sub/node_modules", false},
	{"node_modules/", "node_modules", true},
	{"/node_modules", "node_modules/x", true},
	{"./node_modules/.", "node_modules/x", true},
	{"a/../b", "b", true},
	{"/../b", "b", true},
	{"../b", "b", false},
	{".", "b", false},
	{"/", "b", false},
	{"a//b", "a/b", true},
	{"  a  ", "a", true},
	{"\xC2\xA0 a\xE3\x80\x80", "a", true},
	{"\xEF\xBB\xBF"
	 "a",
	 "a", true},
	{"a\r\nb\r\n", "a", true},
	{"a\r\nb\r\n", "b", true},
	{"# a\na # b", "a", false},
	{" #a", "#a", true},
	{"\\#a", "#a", true},
	{"\\!a", "!a", true},
	{"./!a\n", "!a", false},
	{"*.log", "x.log", true},
	{"*.log", "sub/x.log", false},
	{"**/*.log", "x.log", true},
	{"**/*.log", "a/b/x.log", true},
	{"**/*.log", "a/b/x.log.txt", false},
	{"**/.env", "b.env", false},
	{"**.env", "b.env", true},
	{"**.env", "a/b.env", true},
	{"**file?", "profiles", false},
	{"**file?", "a/file1", true},
	{"a/**/b", "a/b", true},
	{"a/**/b", "a/x/y/b", true},
	{"a/**/b", "a/xb", false},
	{"dir**", "dirty", true},
	{"dir**", "adir", false},
	{"**/a/**", "x/a/b", true},
	{"**/a/**", "x/a", false},
	{"**/**", "x/a", true},
	{"x*y**/z", "xaybyz", true},
	{"a+b", "a+b", true},
	{"(x)", "(x)", true},
	{"a{1}|^$*", "a{1}|^$b", true},
	{"a{1}|^$*", "a", false},
	{"a?b",
	 "a\xE2\x98\xBA"
	 "b",
	 true},
	{"a???b",
	 "a\xE2\x98\xBA"
	 "b",
	 false},
	{"a?b", "a/b", false},
	{"a*b", "a/b", false},
	{"a[^a]b",
	 "a\xE2\x98\xBA"
	 "b",
	 true},
	{"*[^\xC3\xA9]", "\xC3\xA9", false},
	{"[a-\xCE\xB6]*", "\xCE\xB1", true},
	{"*[a-\xCE\xB6]", "A", false},
	{"[\\]a]", "]", true},
	{"[\\-x]", "-", true},
	{"[x\\-]", "z", false},
	{"a]b", "a]b", true},
	{"[*?]", "*", true},
	{"[*?]", "b", false},
	{"a*b?c*x", "abxbbxdbxebxczzx", true},
	{"a*b?c*x", "abxbbxdbxebxczzy", false},
	{"*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
};

static void patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ACR_COUNT(pattern_rows); i++) {
		if (ignored(pattern_rows[i].rules, pattern_rows[i].path) != pattern_rows[i].ignored) {
			fail_msg("'%s' and path '%s'", pattern_rows[i].rules, pattern_rows[i].path);
		}
	}
}

static void last_rule_decides(void **state)
{
	(void)state;
	assert_false(ignored("docs\n!docs/README.md", "docs/README.md"));
	assert_true(ignored("docs\n!docs/README.md", "docs/other"));
	assert_true(ignored("!a.go\n*.go", "a.go"));
	assert_false(ignored("*.go\n!a.go", "a.go"));
	assert_false(ignored("**\n!util/docker/web", "util/docker/web/foo"));
	assert_true(ignored("**\n!util/docker/web\nutil/docker/web/foo", "util/docker/web/foo"));
	assert_true(ignored("a\n!a/b\na", "a/b"));
	assert_false(ignored("*\n! /src/", "src/main.c"));
	assert_true(ignored("*\n! /src/", "srcs"));
	assert_false(ignored("", "a"));
}

static void malformed(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"ok\n\n[", "sub/x.dockerignore, line 3: the pattern '[' is malformed: a '[' is not closed"},
		{"[^bc", "sub/x.dockerignore, line 1: the pattern '[^bc' is malformed: a '[' is not closed"},
		{"[]a]", "sub/x.dockerignore, line 1: the pattern '[]a]' is malformed: inside '[ ]' a backslash must "
			 "stand before '-' and ']'"},
		{"[-x]", "sub/x.dockerignore, line 1: the pattern '[-x]' is malformed: inside '[ ]' a backslash must "
			 "stand before '-' and ']'"},
		{"[x-]", "sub/x.dockerignore, line 1: the pattern '[x-]' is malformed: a range inside '[ ]' has no "
			 "proper end"},
		{"[z-a]", "sub/x.dockerignore, line 1: the pattern '[z-a]' is malformed: a range inside '[ ]' has no "
			  "proper end"},
		{"[a-b-c]", "sub/x.dockerignore, line 1: the pattern '[a-b-c]' is malformed: inside '[ ]' a backslash "
			    "must stand before '-' and ']'"},
		{"a\\", "sub/x.dockerignore, line 1: the pattern 'a\\' is malformed: it ends in a backslash"},
		{"a\n!", "sub/x.dockerignore, line 2: '!' needs a pattern behind it"},
		{"! /", "sub/x.dockerignore, line 1: '!' needs a pattern behind it"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		struct acr_ignore ignore = {0};
		struct acr_error error = ACR_ERROR_INIT;
		int code = acr_ignore_parse(&ignore, "sub/x.dockerignore", rows[i].text, strlen(rows[i].text), &error);
		assert_int_equal(code, ACR_ERROR_FORMAT);
		assert_string_equal(error.message, rows[i].message);
		acr_error_clear(&error);
		acr_ignore_clear(&ignore);
	}
}

static void utf16_is_told(void **state)
{
	(void)state;
	struct acr_ignore ignore = {0};
	struct acr_error error = ACR_ERROR_INIT;
	assert_int_equal(acr_ignore_parse(&ignore, "f",
					  "\xFF\xFE"
					  "a\0b\0",
					  6, &error),
			 ACR_ERROR_FORMAT);
	assert_string_equal(error.message, "f, line 1: a NUL byte; the file must be UTF-8 text");
	acr_error_clear(&error);
	acr_ignore_clear(&ignore);
}

static bool reaches(const char *text, const char *folder)
{
	struct acr_ignore ignore = rules_of(text);
	int rule = rule_for(&ignore, folder);
	ACR_AUTO_FREE char *slashed = acr_format("%s/", folder);
	bool result = acr_ignore_reaches(&ignore, slashed, strlen(slashed), rule);
	acr_ignore_clear(&ignore);
	return result;
}

static void ignored_folders(void **state)
{
	(void)state;
	assert_false(reaches("a", "a"));
	assert_false(reaches("!a/b\na", "a"));
	assert_true(reaches("a\n!a/b", "a"));
	assert_false(reaches("a\n!ab", "a"));
	assert_false(reaches("a\n!b/a/c", "a"));
	assert_true(reaches("a\n!a/b/c", "a/b"));
	assert_false(reaches("a\n!a/b/c", "a/x"));
	assert_true(reaches("a\n!a/**", "a"));
	assert_true(reaches("a\n!a/b/**", "a"));
	assert_false(reaches("a\n!b/**", "a"));
	assert_true(reaches("a\n!**/keep", "a"));
	assert_true(reaches("a\n!*/keep", "a"));
	assert_false(reaches("a\n!*/keep", "a/b"));
	assert_true(reaches("a\n!a/*/c?", "a/b"));
	assert_false(reaches("a\n!a/[x-z]/c", "a/b"));
	assert_true(reaches("a\n!b/**/c*\n!a*/b*", "a"));
	assert_false(reaches("*\n!src/*.c", "docs"));
}

static void builtin_rules(void **state)
{
	(void)state;
	static const char *const names[] = {".git", ".svn", NULL};
	struct acr_ignore ignore = {0};
	struct acr_error error = ACR_ERROR_INIT;
	acr_ignore_add_builtin(&ignore, names);
	assert_int_equal(ignore.builtin, 2);
	assert_int_equal(acr_ignore_parse(&ignore, "f", "*.c\n!.svn", 9, &error), 0);
	assert_int_equal(rule_for(&ignore, ".git"), 0);
	assert_int_equal(rule_for(&ignore, ".git/config"), 0);
	assert_int_equal(rule_for(&ignore, "sub/.git"), ACR_IGNORE_NO_RULE);
	assert_int_equal(rule_for(&ignore, ".svn/x"), 3);
	assert_false(acr_ignore_excludes(&ignore, 3));
	acr_ignore_clear(&ignore);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker_table),  cmocka_unit_test(patterns),      cmocka_unit_test(last_rule_decides),
		cmocka_unit_test(malformed),     cmocka_unit_test(utf16_is_told), cmocka_unit_test(ignored_folders),
		cmocka_unit_test(builtin_rules),
	};
	return cmocka_run_group_tests_name("ignore", tests, NULL, NULL);
}
