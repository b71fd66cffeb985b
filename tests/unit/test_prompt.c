/* Questions to the user, and the meter. */
#include <setjmp.h>
#include <stdarg.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>
#include "context.h"
#include "opttype.h"
#include "progress.h"

static const struct option yes = {.name = "yes", .type = &type_flag};

struct fixture {
	struct io io;
	struct arg argument;
	struct args args;
	struct settings *settings;
	struct context context;
	char *printed;
	size_t size;
	struct acr_error error;
};

static void begin(struct fixture *f, const char *typed)
{
	*f = (struct fixture){.argument = {.option = &yes}};
	f->args = (struct args){.list = &f->argument, .count = 1};
	f->io.in = tmpfile();
	f->io.in_terminal = true;
	f->io.err = open_memstream(&f->printed, &f->size);
	fputs(typed, f->io.in);
	rewind(f->io.in);
	f->settings = settings_new();
	setenv("AZURE_CONFIG_DIR", "/nonexistent", 1);
	unsetenv("AZURE_CORE_DISABLE_CONFIRM_PROMPT");
	unsetenv("AZURE_CORE_DISABLE_PROGRESS_BAR");
	context_init(&f->context, &f->io, &f->args, f->settings);
}

static void end(struct fixture *f)
{
	context_clear(&f->context);
	settings_free(f->settings);
	acr_json_free(f->argument.value);
	acr_error_clear(&f->error);
	fclose(f->io.in);
	fclose(f->io.err);
	free(f->printed);
}

static const char *printed(struct fixture *f)
{
	fflush(f->io.err);
	return f->printed;
}

static void test_answers(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *message;
		int code, questions;
	} cases[] = {
		{"y\n", NULL, 0, 1},
		{"Y\r\n", NULL, 0, 1},
		{"y", NULL, 0, 1},
		{"n\n", "Operation cancelled.", ACR_ERROR_CANCELLED, 1},
		{"N\n", "Operation cancelled.", ACR_ERROR_CANCELLED, 1},
		{"yes\n\nno\n y\ny\n", NULL, 0, 5},
		{"maybe\nn\ny\n", "Operation cancelled.", ACR_ERROR_CANCELLED, 2},
		{"", "Nothing was typed.", ACR_ERROR_CANCELLED, 1},
		{"yes\n", "Nothing was typed.", ACR_ERROR_CANCELLED, 2},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_buf) expected = ACR_BUF_INIT;
		struct fixture f;

		begin(&f, cases[i].typed);
		assert_int_equal(context_confirm(&f.context, &f.error, "Delete '%s'?", "x"), cases[i].code);
		if (cases[i].message)
			assert_string_equal(f.error.message, cases[i].message);
		for (int j = 0; j < cases[i].questions; j++)
			acr_buf_puts(&expected, "Delete 'x'? (y/n): ");
		if (cases[i].message && !strncmp(cases[i].message, "Nothing", 7))
			acr_buf_puts(&expected, "\n");
		assert_string_equal(printed(&f), acr_buf_str(&expected));
		end(&f);
	}
}

static void test_nobody_is_asked(void **state)
{
	(void)state;
	struct fixture f;

	begin(&f, "n\n");
	f.argument.value = acr_json_new_bool(true);
	assert_int_equal(context_confirm(&f.context, &f.error, "Sure?"), 0);
	assert_string_equal(printed(&f), "");
	end(&f);

	begin(&f, "n\n");
	setenv("AZURE_CORE_DISABLE_CONFIRM_PROMPT", "true", 1);
	assert_int_equal(context_confirm(&f.context, &f.error, "Sure?"), 0);
	assert_string_equal(printed(&f), "");
	end(&f);

	begin(&f, "y\n");
	f.io.in_terminal = false;
	assert_int_equal(context_confirm(&f.context, &f.error, "Sure?"), ACR_ERROR_CANCELLED);
	assert_string_equal(f.error.message, "Unable to prompt for confirmation as no tty available. Use --yes.");
	assert_string_equal(printed(&f), "");
	end(&f);
}

static void test_asking(void **state)
{
	(void)state;
	ACR_AUTO_FREE char *line = NULL, *second = NULL;
	struct fixture f;

	begin(&f, " two words \nrest");
	assert_int_equal(context_ask(&f.context, "Name: ", false, &line, &f.error), 0);
	assert_string_equal(line, " two words ");
	assert_int_equal(context_ask(&f.context, "Password: ", true, &second, &f.error), 0);
	assert_string_equal(second, "rest");
	assert_string_equal(printed(&f), "Name: Password: ");
	end(&f);
}

/* ---- on a real terminal ---- */

/* Ask in a child whose terminal is the pseudo terminal; its exit status is the code, negated, or that of the echo
 * having been left off. */
static void ask_in_child(bool hidden)
{
	struct fixture f;
	struct termios after;
	ACR_AUTO_FREE char *line = NULL;
	int code;

	begin(&f, "");
	fclose(f.io.in);
	f.io.in = stdin;
	fclose(f.io.err);
	f.io.err = stderr;
	context_catch_signals();
	code = context_ask(&f.context, "Password: ", hidden, &line, &f.error);
	if (tcgetattr(0, &after) != 0 || !(after.c_lflag & ECHO))
		_exit(99);
	_exit(code == 0 ? strcmp(line, "secret") != 0 : -code);
}

/* Type when the prompt is there; *seen gets everything the terminal showed. */
static int on_terminal(bool hidden, const char *typed, struct acr_buf *seen)
{
	int terminal, status;
	pid_t child = forkpty(&terminal, NULL, NULL, NULL);
	char bytes[256];
	ssize_t length;
	bool done = false;

	assert_true(child >= 0);
	if (child == 0)
		ask_in_child(hidden);
	while ((length = read(terminal, bytes, sizeof(bytes))) > 0) {
		acr_buf_add(seen, bytes, (size_t)length);
		if (!done && strstr(acr_buf_str(seen), "Password: ")) {
			assert_int_equal(write(terminal, typed, strlen(typed)), strlen(typed));
			done = true;
		}
	}
	close(terminal);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_terminal(void **state)
{
	(void)state;
	static const struct {
		bool hidden;
		const char *typed, *seen;
		int status;
	} cases[] = {
		{true, "secret\n", "Password: \r\n", 0},
		{false, "secret\n", "Password: secret\r\n", 0},
		{true, "\x04", "Password: \r\n", -ACR_ERROR_CANCELLED},
		{false, "\x04", "Password: \r\n", -ACR_ERROR_CANCELLED},
		{true, "sec\x03", "Password: \r\n", -ACR_ERROR_INTERRUPTED},
		{false, "\x03", "Password: ^C\r\n", -ACR_ERROR_INTERRUPTED},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO(acr_buf) seen = ACR_BUF_INIT;

		assert_int_equal(on_terminal(cases[i].hidden, cases[i].typed, &seen), cases[i].status);
		assert_string_equal(acr_buf_str(&seen), cases[i].seen);
	}
}

/* ---- the meter ---- */

static void test_no_meter(void **state)
{
	(void)state;
	struct fixture f;

	for (int i = 0; i < 4; i++) {
		begin(&f, "");
		f.io.err_terminal = i != 0;
		f.io.only_show_errors = i == 1;
		f.io.debug = i == 2;
		if (i == 3)
			setenv("AZURE_CORE_DISABLE_PROGRESS_BAR", "1", 1);
		struct progress *progress = progress_new(&f.io, f.settings);
		assert_null(progress);
		progress_draw(progress, true, "x");
		progress_operation(progress, "Running", 5);
		progress_clear(progress);
		progress_free(progress);
		assert_string_equal(printed(&f), "");
		end(&f);
	}
}

static void test_meter(void **state)
{
	(void)state;
	struct fixture f;
	struct progress *progress;

	begin(&f, "");
	f.io.err_terminal = true;
	progress = progress_new(&f.io, f.settings);
	progress_clear(progress);
	progress_operation(progress, "Creating", 61999);
	/* Too soon for another one, unless it matters. */
	progress_draw(progress, false, "dropped");
	progress_draw(progress, true, "%d of %d", 1, 2);
	progress_clear(progress);
	progress_clear(progress);
	progress_draw(progress, false, "back");
	progress_free(progress);
	assert_string_equal(printed(&f), "\r\033[K - Creating .. 61s\r\033[K1 of 2\r\033[K\r\033[Kback\r\033[K");
	end(&f);
}

static void test_sizes(void **state)
{
	(void)state;
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{0, "0.000 Bytes"},
		{607, "607.000 Bytes"},
		{1023, "1023.000 Bytes"},
		{1024, "1.000 KiB"},
		{1900, "1.855 KiB"},
		{12897485, "12.300 MiB"},
		{(uint64_t)3 << 30, "3.000 GiB"},
		{(uint64_t)5 << 40, "5.000 TiB"},
		{(uint64_t)5000 << 40, "5000.000 TiB"},
	};

	for (size_t i = 0; i < ACR_COUNT(cases); i++) {
		ACR_AUTO_FREE char *text = progress_size(cases[i].bytes);

		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),  cmocka_unit_test(test_nobody_is_asked), cmocka_unit_test(test_asking),
		cmocka_unit_test(test_terminal), cmocka_unit_test(test_no_meter),        cmocka_unit_test(test_meter),
		cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
