/* Other programs: where they are looked for, and what is known of them afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "process.h"

static void write_program(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs("#!/bin/sh\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

/* What lies in the working folder is not found, whatever PATH says. */
static void test_find(void **state)
{
	char folder[] = "/tmp/acr-process-XXXXXX";
	ACR_AUTO_FREE char *program = NULL, *path = NULL, *found = NULL;

	(void)state;
	assert_non_null(mkdtemp(folder));
	program = acr_format("%s/own-program", folder);
	write_program(program);
	assert_int_equal(chdir(folder), 0);
	setenv("PATH", ".::/usr/bin:", 1);
	assert_null(process_find("own-program"));
	found = process_find("env");
	assert_string_equal(found, "/usr/bin/env");
	path = acr_format("/nowhere:%s", folder);
	setenv("PATH", path, 1);
	free(found);
	found = process_find("own-program");
	assert_string_equal(found, program);
	free(found);
	found = process_find(program);
	assert_string_equal(found, program);
	assert_null(process_find("/nowhere/program"));
	assert_int_equal(chdir("/"), 0);
	unlink(program);
	rmdir(folder);
}

static void test_run(void **state)
{
	const char *const argv[] = {"/bin/sh", "-c", "read line; echo \"got $line\"; echo oops >&2; exit 7", NULL};
	ACR_AUTO(process_result) result = {0};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	(void)state;
	assert_int_equal(process_run(argv, "a secret", &acr_clock_system, &result, &error), 0);
	assert_int_equal(result.status, 7);
	assert_string_equal(acr_buf_str(&result.out), "got a secret\n");
	assert_string_equal(acr_buf_str(&result.err), "oops\n");
}

/* More than a pipe holds on either stream, and a signal. */
static void test_much_output(void **state)
{
	const char *const argv[] = {"/bin/sh", "-c",
				    "i=0; while [ $i -lt 30000 ]; do echo 0123456789; echo abc >&2; "
				    "i=$((i+1)); done; kill -9 $$",
				    NULL};
	ACR_AUTO(process_result) result = {0};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	(void)state;
	assert_int_equal(process_run(argv, NULL, &acr_clock_system, &result, &error), 0);
	assert_int_equal(result.status, 128 + 9);
	assert_int_equal(result.out.length, 30000 * 11);
	assert_int_equal(result.err.length, 30000 * 4);
}

static void test_not_there(void **state)
{
	const char *const argv[] = {"/nowhere/program", NULL};
	ACR_AUTO(process_result) result = {0};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	(void)state;
	assert_int_equal(process_run(argv, NULL, &acr_clock_system, &result, &error), ACR_ERROR_FILE);
	assert_string_equal(error.message, "cannot run '/nowhere/program': No such file or directory");
}

static bool always(void *user)
{
	(void)user;
	return true;
}

static void test_interrupted(void **state)
{
	const char *const argv[] = {"/bin/sleep", "60", NULL};
	struct acr_clock clock = acr_clock_system;
	ACR_AUTO(process_result) result = {0};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	(void)state;
	clock.interrupted = always;
	assert_int_equal(process_run(argv, NULL, &clock, &result, &error), ACR_ERROR_INTERRUPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),        cmocka_unit_test(test_run),
		cmocka_unit_test(test_much_output), cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
