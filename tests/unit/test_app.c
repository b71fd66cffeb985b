/* One run of the program: streams, exit statuses, output formats, signals. */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "app.h"
#include "context.h"
#include "fail.h"
#include "options.h"
#include "table.h"

/* ---- commands that do what they are told ---- */

static int give(const char *text, struct acr_json **ret, struct acr_error *error)
{
	return text ? acr_json_parse(text, strlen(text), ret, error) : 0;
}

static int run_result(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return give(args_string(context->args, "json"), ret, error);
}

static int run_fail(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	int code = (int)args_integer(context->args, "code", -1);

	acr_fail(error, code, "cannot\r\n  do\tit\n");
	error->service_code = acr_strdup(args_string(context->args, "service-code"));
	if (args_string(context->args, "id")) {
		error->http_status = 500;
		error->request_id = acr_strdup(args_string(context->args, "id"));
	}
	/* What is not valid with an error must not be printed. */
	return give("{\"half\":true}", ret, NULL) < 0 ? 0 : code;
}

static int run_status(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	int rc = run_result(context, ret, error);

	return rc < 0 ? rc : 7;
}

static int run_talk(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	(void)ret;
	(void)error;
	io_note(context->io, "note");
	io_warn(context->io, "warning");
	io_info(context->io, "info");
	io_debug(context->io, "debug");
	return 0;
}

static int run_wait(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	(void)ret;
	raise((int)args_integer(context->args, "signal", SIGINT));
	return context->clock.sleep(&context->clock, 10000, error);
}

static const struct option json = {.name = "json", .type = &type_string};
static const struct option code = {.name = "code", .type = &type_integer, .minimum = -100, .maximum = -1};
static const struct option service_code = {.name = "service-code", .type = &type_text};
static const struct option id = {.name = "id", .type = &type_string};
static const struct option number = {.name = "signal", .type = &type_integer};
static const struct option old = {
	.name = "old", .type = &type_string, .flags = OPT_DEPRECATED, .instead = "--new", .key = "json"};
static const struct column columns[] = {{.header = "LETTER", .path = "a"}, {0}};
static const struct command commands[] = {
	{.path = "result", .options = OPTIONS(&json, &old), .run = run_result},
	{.path = "rows", .options = OPTIONS(&json), .run = run_result, .columns = columns},
	{.path = "fail", .options = OPTIONS(&code, &service_code, &id), .run = run_fail},
	{.path = "status", .options = OPTIONS(&json), .run = run_status},
	{.path = "talk", .options = (const struct option *const[]){NULL}, .run = run_talk},
	{.path = "wait", .options = OPTIONS(&number), .run = run_wait},
	{.path = "needs", .options = OPTIONS(&opt_registry), .run = run_result},
	{0},
};
static const struct group group = {.path = "", .summary = "Test.", .commands = commands};
static const struct group *const groups[] = {&group, NULL};

/* ---- running them ---- */

struct run {
	char *out, *err;
	int status;
};

#define MAX_WORDS 16

static struct io io_options;

static void run(struct run *ret, const char *program, ...)
{
	char *words[MAX_WORDS] = {(char *)(uintptr_t)program};
	struct io io = io_options;
	size_t out_size, err_size;
	int count = 1;
	va_list args;

	va_start(args, program);
	while (count < MAX_WORDS - 1 && (words[count] = va_arg(args, char *)))
		count++;
	va_end(args);
	io.in = fopen("/dev/null", "r");
	io.out = open_memstream(&ret->out, &out_size);
	io.err = open_memstream(&ret->err, &err_size);
	ret->status = app_main(count, words, &io);
	fclose(io.in);
	fclose(io.out);
	fclose(io.err);
}

static void run_clear(struct run *run)
{
	free(run->out);
	free(run->err);
}

#define assert_run(expected_status, expected_out, expected_err, ...)                                                   \
	do {                                                                                                           \
		__attribute__((cleanup(run_clear))) struct run run_ = {0};                                             \
		run(&run_, __VA_ARGS__, NULL);                                                                         \
		assert_string_equal(run_.out, expected_out);                                                           \
		assert_string_equal(run_.err, expected_err);                                                           \
		assert_int_equal(run_.status, expected_status);                                                        \
	} while (0)

static int begin(void **state)
{
	static const char *const variables[] = {"AZURE_CORE_OUTPUT", "AZURE_CORE_ONLY_SHOW_ERRORS",
						"AZURE_DEFAULTS_ACR", "ACR_ONLY_SHOW_ERRORS", "AZURE_CORE_NO_COLOR"};

	(void)state;
	for (size_t i = 0; i < ACR_COUNT(variables); i++)
		unsetenv(variables[i]);
	setenv("AZURE_CONFIG_DIR", "/nonexistent", 1);
	io_options = (struct io){0};
	table_use(groups);
	return 0;
}

/* ---- tests ---- */

static void test_results(void **state)
{
	(void)state;
	assert_run(0, "{\n  \"a\": [],\n  \"b\": 1\n}\n", "", "acr", "result", "--json", "{\"b\":1,\"a\":[]}");
	assert_run(0, "\"x\"\n", "", "acr", "result", "--json", "\"x\"");
	assert_run(0, "[]\n", "", "acr", "result", "--json", "[]");
	assert_run(0, "false\n", "", "acr", "result", "--json", "false");
}

static void test_no_result(void **state)
{
	(void)state;
	assert_run(0, "", "", "acr", "result");
	assert_run(0, "", "", "acr", "result", "--json", "null");
	assert_run(0, "", "", "acr", "result", "-o", "table");
	assert_run(0, "", "", "acr", "result", "--json", "{\"a\":1}", "--query", "b");
	assert_run(0, "", "", "acr", "result", "--json", "{\"a\":1}", "--query", "b", "-o", "tsv");
	assert_run(0, "", "", "acr", "result", "--query", "a");
	assert_run(0, "", "", "acr", "result", "--json", "{\"a\":1}", "-o", "none");
}

static void test_formats(void **state)
{
	(void)state;
	assert_run(0, "a: 1\n", "", "acr", "result", "--json", "{\"a\":1}", "-o", "yaml");
	assert_run(0, "a: 1\n", "", "acr", "result", "--json", "{\"a\":1}", "-oYAML");
	assert_run(0, "1\t2\n", "", "acr", "result", "--json", "{\"b\":2,\"a\":1}", "-o", "tsv");
	assert_run(0, "LETTER\n--------\nx\n", "", "acr", "rows", "--json", "[{\"b\":2,\"a\":\"x\"}]", "-o", "table");
	assert_run(0, "B\n---\n2\n", "", "acr", "rows", "--json", "[{\"b\":2,\"a\":\"x\"}]", "-o", "table", "--query",
		   "[].{b:b}");
}

static void test_default_format(void **state)
{
	(void)state;
	setenv("AZURE_CORE_OUTPUT", "tsv", 1);
	assert_run(0, "1\n", "", "acr", "result", "--json", "{\"a\":1}");
	assert_run(0, "a: 1\n", "", "acr", "result", "--json", "{\"a\":1}", "-o", "yaml");
	setenv("AZURE_CORE_OUTPUT", "", 1);
	assert_run(0, "1\n", "", "acr", "result", "--json", "1");
	setenv("AZURE_CORE_OUTPUT", "xml", 1);
	assert_run(2, "",
		   "ERROR: 'xml' is not an output format. [core] output in the configuration, or AZURE_CORE_OUTPUT, "
		   "may be "
		   "json, jsonc, yaml, yamlc, table, tsv or none.\n",
		   "acr", "result", "--json", "1");
	assert_run(0, "1\n", "", "acr", "result", "--json", "1", "-o", "json");
}

static void test_queries(void **state)
{
	(void)state;
	assert_run(0, "2\n", "", "acr", "result", "--json", "{\"a\":{\"b\":2}}", "--query", "a.b");
	assert_run(0, "2\t1\n", "", "acr", "result", "--json", "{\"a\":1,\"b\":2}", "--query", "{x:b,a:a}", "-o",
		   "tsv");
	/* Its syntax is looked at before anything is done, its evaluation comes last. */
	assert_run(2, "", "ERROR: argument --query: expected a number, ':' or '*' at position 3 of 'a['\n", "acr",
		   "result", "--query", "a[");
	assert_run(1, "",
		   "ERROR: Invalid jmespath query supplied for `--query`: unknown-function: there is no function "
		   "nosuch()\n",
		   "acr", "result", "--json", "1", "--query", "nosuch(@)");
}

static void test_exit_statuses(void **state)
{
	(void)state;
	static const struct {
		const char *code;
		int status;
	} cases[] = {
		{"-1", 1},  {"-2", 2},  {"-3", 3},  {"-4", 1},  {"-5", 1},  {"-6", 1},
		{"-7", 1},  {"-8", 1},  {"-9", 1},  {"-10", 1}, {"-11", 1}, {"-12", 130},
		{"-13", 1}, {"-14", 1}, {"-15", 1}, {"-16", 1}, {"-99", 1},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++)
		assert_run(cases[i].status, "", "ERROR: cannot do it\n", "acr", "fail", "--code", cases[i].code);
	assert_run(7, "", "", "acr", "status");
	assert_run(7, "{\n  \"a\": 1\n}\n", "", "acr", "status", "--json", "{\"a\":1}");
	assert_int_equal(fail_status(&(struct acr_error)ACR_ERROR_INIT), 0);
}

/* With ACR_EXIT_CODES=rich failures that scripts treat apart have statuses of their own. */
static void test_rich_statuses(void **state)
{
	static const struct {
		int code;
		long http_status;
		int plain, rich;
	} cases[] = {
		{0, 0, 0, 0},
		{ACR_ERROR_GENERAL, 0, 1, 1},
		{ACR_ERROR_USAGE, 0, 2, 2},
		{ACR_ERROR_NOT_FOUND, 404, 3, 3},
		{ACR_ERROR_SIGN_IN, 0, 1, 4},
		{ACR_ERROR_AUTH, 0, 1, 4},
		{ACR_ERROR_AUTH, 401, 1, 4},
		{ACR_ERROR_AUTH, 403, 1, 1},
		{ACR_ERROR_RUN, 0, 1, 1},
		{ACR_ERROR_RUN_TIMEOUT, 0, 1, 5},
		{ACR_ERROR_RUN_CANCELED, 0, 1, 6},
		{ACR_ERROR_NETWORK, 0, 1, 7},
		{ACR_ERROR_TIMEOUT, 0, 1, 7},
		{ACR_ERROR_TLS, 0, 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		const struct acr_error error = {.code = cases[i].code, .http_status = cases[i].http_status};

		unsetenv("ACR_EXIT_CODES");
		assert_int_equal(fail_status(&error), cases[i].plain);
		setenv("ACR_EXIT_CODES", "az", 1);
		assert_int_equal(fail_status(&error), cases[i].plain);
		setenv("ACR_EXIT_CODES", "Rich", 1);
		assert_int_equal(fail_status(&error), cases[i].rich);
	}
	unsetenv("ACR_EXIT_CODES");
}

static void test_errors_are_one_line(void **state)
{
	(void)state;
	assert_run(1, "", "ERROR: (Conflict) cannot do it\n", "acr", "fail", "--service-code", "Conflict");
	assert_run(1, "", "ERROR: (Two lines) cannot do it\n", "acr", "fail", "--service-code", "Two\nlines");
	assert_run(1, "", "ERROR: (\\x1b[2J) cannot do it\n", "acr", "fail", "--service-code", "\033[2J");
	assert_run(1, "", "ERROR: cannot do it. Correlation ID: 1-2.\n", "acr", "fail", "--id", "1-2");
}

static void test_usage(void **state)
{
	(void)state;
	assert_run(2, "",
		   "ERROR: the following arguments are required: _subcommand. Run 'acr -h' to list the commands.\n",
		   "acr");
	assert_run(2, "",
		   "ERROR: the following arguments are required: _subcommand. Run 'az acr -h' to list the commands.\n",
		   "/usr/bin/az", "acr");
	assert_run(2, "", "ERROR: the following arguments are required: --registry/-r\n", "acr", "needs");
	setenv("AZURE_DEFAULTS_ACR", "", 1);
	assert_run(2, "", "ERROR: the following arguments are required: --registry/-r\n", "acr", "needs");
	setenv("AZURE_DEFAULTS_ACR", "myreg", 1);
	assert_run(0, "", "", "acr", "needs");
}

static void test_help(void **state)
{
	(void)state;
	__attribute__((cleanup(run_clear))) struct run help = {0};

	run(&help, "acr", "result", "-h", NULL);
	assert_int_equal(help.status, 0);
	assert_string_equal(help.err, "");
	assert_non_null(strstr(help.out, "acr result"));
}

static void test_verbosity(void **state)
{
	(void)state;
	__attribute__((cleanup(run_clear))) struct run verbose = {0}, debug = {0};
	static const char plain[] = "note\nWARNING: warning\n";

	assert_run(0, "", plain, "acr", "talk");
	assert_run(0, "", "", "acr", "talk", "--only-show-errors");
	run(&verbose, "acr", "talk", "--verbose", NULL);
	assert_non_null(strstr(verbose.err, "note\nWARNING: warning\nINFO: info\nINFO: Command ran in 0."));
	assert_null(strstr(verbose.err, "debug"));
	run(&debug, "acr", "talk", "--debug", NULL);
	assert_non_null(strstr(debug.err, "INFO: info\nDEBUG: debug\n"));
	setenv("AZURE_CORE_ONLY_SHOW_ERRORS", "yes", 1);
	assert_run(0, "", "", "acr", "talk");
	setenv("AZURE_CORE_ONLY_SHOW_ERRORS", "no", 1);
	assert_run(0, "", plain, "acr", "talk");
	setenv("ACR_ONLY_SHOW_ERRORS", "1", 1);
	assert_run(0, "", "", "acr", "talk");
}

/* Remarks about the command line come before it is known whether they are wanted. */
static void test_remarks(void **state)
{
	(void)state;
	static const char remark[] =
		"WARNING: Option '--old' has been deprecated and will be removed in a future release. Use "
		"'--new' instead.\n";

	io_options.err_terminal = true;
	assert_run(0, "1\n", remark, "acr", "result", "--old", "1");
	assert_run(0, "1\n", "", "acr", "result", "--old", "1", "--only-show-errors");
	setenv("AZURE_CORE_ONLY_SHOW_ERRORS", "true", 1);
	assert_run(0, "1\n", "", "acr", "result", "--old", "1");
	setenv("AZURE_CORE_ONLY_SHOW_ERRORS", "false", 1);
	assert_run(0, "1\n", remark, "acr", "result", "--old", "1");
}

static void test_colour(void **state)
{
	(void)state;
	io_options.colour = true;
	assert_run(1, "", "\033[91mcannot do it\033[0m\n", "acr", "fail");
	setenv("AZURE_CORE_NO_COLOR", "yes", 1);
	assert_run(1, "", "ERROR: cannot do it\n", "acr", "fail");
}

static void test_disk_is_full(void **state)
{
	(void)state;
	char *words[] = {(char[]){"acr"}, (char[]){"result"}, (char[]){"--json"}, (char[]){"1"}, NULL};
	char *help[] = {(char[]){"acr"}, (char[]){"-h"}, NULL};
	size_t size;

	for (int i = 0; i < 2; i++) {
		ACR_AUTO_FREE char *text = NULL;
		struct io io = {.in = stdin, .out = fopen("/dev/full", "w"), .err = open_memstream(&text, &size)};

		assert_non_null(io.out);
		assert_int_equal(i ? app_main(2, help, &io) : app_main(4, words, &io), 1);
		fclose(io.out);
		fclose(io.err);
		assert_string_equal(text, "ERROR: The result could not be written to standard output: No space left on "
					  "device.\n");
	}
}

/* Whoever read it wants no more: no error, but the end that other programs find then. */
static void test_pipe_is_closed(void **state)
{
	(void)state;
	char *words[] = {(char[]){"acr"}, (char[]){"result"}, (char[]){"--json"}, (char[]){"1"}, NULL};
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	child = fork();
	if (!child) {
		struct io io = {.in = stdin, .out = fdopen(ends[1], "w"), .err = stderr};

		signal(SIGPIPE, SIG_IGN);
		app_main(4, words, &io);
		_exit(1);
	}
	close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPIPE);
}

static void test_broken_configuration(void **state)
{
	(void)state;
	char folder[] = "/tmp/acr-test-XXXXXX";
	ACR_AUTO_FREE char *path = NULL, *expected = NULL;
	FILE *file;

	assert_non_null(mkdtemp(folder));
	path = acr_format("%s/config", folder);
	expected = acr_format("ERROR: %s, line 1 is neither a [section] nor key = value. Correct or remove the file.\n",
			      path);
	file = fopen(path, "w");
	fputs("nonsense\n", file);
	fclose(file);
	setenv("AZURE_CONFIG_DIR", folder, 1);
	assert_run(1, "", expected, "acr", "result", "--json", "1");
	/* Help does not need it. */
	__attribute__((cleanup(run_clear))) struct run help = {0};
	run(&help, "acr", "-h", NULL);
	assert_int_equal(help.status, 0);
	unlink(path);
	rmdir(folder);
}

static void test_signals(void **state)
{
	(void)state;
	assert_run(130, "", "ERROR: interrupted\n", "acr", "wait", "--signal", "2");
	assert_run(143, "", "ERROR: interrupted\n", "acr", "wait", "--signal", "15");
	/* The one before does not count for the next command. */
	assert_run(0, "1\n", "", "acr", "result", "--json", "1");
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
}

/* How a child that catches signals ends. */
static int end_of(void (*act)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		act();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void two_signals(void)
{
	context_catch_signals();
	raise(SIGINT);
	if (context_signal() != SIGINT)
		_exit(1);
	raise(SIGINT);
}

static void released(void)
{
	context_catch_signals();
	raise(SIGINT);
	context_release_signals();
	if (context_signal() != 0)
		_exit(1);
	raise(SIGTERM);
}

static void ignored(void)
{
	signal(SIGINT, SIG_IGN);
	context_catch_signals();
	raise(SIGINT);
	if (context_signal() != 0)
		_exit(1);
	context_release_signals();
	raise(SIGINT);
}

static void test_second_signal(void **state)
{
	(void)state;
	int status = end_of(two_signals);

	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
	status = end_of(released);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	/* A background job of a shell is not to be interrupted from the terminal. */
	status = end_of(ignored);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

#define TEST(function) cmocka_unit_test_setup(function, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_results),
		TEST(test_no_result),
		TEST(test_formats),
		TEST(test_default_format),
		TEST(test_queries),
		TEST(test_exit_statuses),
		TEST(test_rich_statuses),
		TEST(test_errors_are_one_line),
		TEST(test_usage),
		TEST(test_help),
		TEST(test_verbosity),
		TEST(test_remarks),
		TEST(test_colour),
		TEST(test_disk_is_full),
		TEST(test_pipe_is_closed),
		TEST(test_broken_configuration),
		TEST(test_signals),
		TEST(test_second_signal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
