/* Lines for people: prefixes, colour, silence, and nothing that steers a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "io.h"

/* Says one line of each kind and compares what reached the error stream. */
static void says(struct io io, const char *expected)
{
	char *text = NULL;
	size_t size = 0;

	io.err = open_memstream(&text, &size);
	io_debug(&io, "d%d", 1);
	io_info(&io, "i%d", 2);
	io_warn(&io, "w%d", 3);
	io_error(&io, "e%d", 4);
	fclose(io.err);
	assert_string_equal(text, expected);
	free(text);
}

static void a_word_in_front_where_there_is_no_terminal(void **state)
{
	(void)state;
	says((struct io){0}, "WARNING: w3\nERROR: e4\n");
	says((struct io){.verbose = true}, "INFO: i2\nWARNING: w3\nERROR: e4\n");
	says((struct io){.debug = true}, "DEBUG: d1\nINFO: i2\nWARNING: w3\nERROR: e4\n");
	says((struct io){.only_show_errors = true}, "ERROR: e4\n");
}

static void colour_instead_on_a_terminal(void **state)
{
	(void)state;
	says((struct io){.colour = true}, "\033[33mw3\033[0m\n\033[91me4\033[0m\n");
}

static void terminals_are_not_steered(void **state)
{
	(void)state;
	char *text = NULL;
	size_t size = 0;
	struct io io = {.err = open_memstream(&text, &size)};

	io_error(&io, "%s", "a\033[2Jb\rc\x7f\n\tä");
	fclose(io.err);
	assert_string_equal(text, "ERROR: a\\x1b[2Jb\\rc\\x7f\n\tä\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_in_front_where_there_is_no_terminal),
		cmocka_unit_test(colour_instead_on_a_terminal),
		cmocka_unit_test(terminals_are_not_steered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
