/* acr/buf.h, acr/mem.h and acr/error.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/buf.h>
#include <acr/error.h>

static void test_empty_buffer_is_an_empty_string(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) buf = ACR_BUF_INIT;
	assert_null(buf.data);
	assert_string_equal(acr_buf_str(&buf), "");
	acr_buf_truncate(&buf, 0);
	acr_buf_consume(&buf, 10);
	acr_buf_reset(&buf);
	char *taken = acr_buf_take(&buf);
	assert_string_equal(taken, "");
	free(taken);
}

static void test_adding_keeps_a_nul_behind(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) buf = ACR_BUF_INIT;
	acr_buf_puts(&buf, "ab");
	acr_buf_putc(&buf, 'c');
	acr_buf_add(&buf, "\0d", 2);
	assert_int_equal(buf.length, 5);
	assert_memory_equal(buf.data, "abc\0d", 6);
	acr_buf_printf(&buf, "%d-%s", 42, "x");
	assert_memory_equal(buf.data, "abc\0d42-x", 10);
}

static void test_printf_longer_than_its_first_guess(void **state)
{
	(void)state;
	for (int width = 250; width < 260; width++) {
		ACR_AUTO(acr_buf) buf = ACR_BUF_INIT;
		acr_buf_printf(&buf, "%*d", width, 7);
		assert_int_equal(buf.length, width);
		assert_int_equal(strlen(buf.data), width);
		assert_int_equal(buf.data[width - 1], '7');
	}
}

static void test_truncate_and_consume(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) buf = ACR_BUF_INIT;
	acr_buf_puts(&buf, "abcdef");
	acr_buf_truncate(&buf, 9);
	assert_string_equal(buf.data, "abcdef");
	acr_buf_truncate(&buf, 4);
	assert_string_equal(buf.data, "abcd");
	acr_buf_consume(&buf, 1);
	assert_string_equal(buf.data, "bcd");
	acr_buf_consume(&buf, 3);
	assert_int_equal(buf.length, 0);
	assert_string_equal(buf.data, "");
}

static void test_cap_drops_the_rest_and_says_so(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) buf = ACR_BUF_INIT_MAX(5);
	acr_buf_puts(&buf, "12345");
	assert_false(buf.overflow);
	acr_buf_puts(&buf, "");
	assert_false(buf.overflow);
	acr_buf_putc(&buf, '6');
	assert_true(buf.overflow);
	assert_string_equal(buf.data, "12345");
	acr_buf_reset(&buf);
	assert_false(buf.overflow);
	acr_buf_puts(&buf, "abcdefgh");
	assert_string_equal(buf.data, "abcde");
	assert_true(buf.overflow);
	acr_buf_clear(&buf);
	assert_int_equal(buf.max, 5);
}

static void test_growing_to_many_bytes(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) buf = ACR_BUF_INIT;
	for (size_t i = 0; i < 100000; i++) {
		acr_buf_putc(&buf, (char)('a' + i % 26));
	}
	assert_int_equal(buf.length, 100000);
	assert_int_equal(buf.data[99999], 'a' + 99999 % 26);
	assert_int_equal(buf.data[100000], '\0');
}

static void test_taking_leaves_it_empty(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) buf = ACR_BUF_INIT_MAX(7);
	acr_buf_puts(&buf, "x");
	char *taken = acr_buf_take(&buf);
	assert_string_equal(taken, "x");
	assert_null(buf.data);
	assert_int_equal(buf.length, 0);
	assert_int_equal(buf.max, 7);
	free(taken);
}

static void test_strings(void **state)
{
	(void)state;
	assert_null(acr_strdup(NULL));
	assert_null(acr_strndup(NULL, 3));
	ACR_AUTO_FREE char *cut = acr_strndup("abcdef", 3);
	assert_string_equal(cut, "abc");
	ACR_AUTO_FREE char *whole = acr_strndup("ab", 9);
	assert_string_equal(whole, "ab");
	ACR_AUTO_FREE char *text = acr_format("%s=%d", "n", 5);
	assert_string_equal(text, "n=5");
	char *taken = TAKE(text);
	assert_null(text);
	free(taken);
	ACR_AUTO_FREE char *zeroed = acr_alloc_array(3, 4);
	assert_memory_equal(zeroed, "\0\0\0\0\0\0\0\0\0\0\0", 12);
}

static void test_error_is_made_prefixed_and_moved(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT, other = ACR_ERROR_INIT;
	assert_int_equal(acr_fail(&error, ACR_ERROR_LIMIT, "too %s", "large"), ACR_ERROR_LIMIT);
	assert_int_equal(error.code, ACR_ERROR_LIMIT);
	assert_string_equal(error.message, "too large");
	assert_int_equal(acr_error_prefix(&error, "cannot read '%s'", "f"), ACR_ERROR_LIMIT);
	assert_string_equal(error.message, "cannot read 'f': too large");

	error.service_code = acr_strdup("Code");
	error.http_status = 400;
	assert_int_equal(acr_error_move(&other, &error), ACR_ERROR_LIMIT);
	assert_int_equal(error.code, 0);
	assert_null(error.message);
	assert_string_equal(other.service_code, "Code");

	/* a new error may quote the old one, and keeps nothing else of it */
	assert_int_equal(acr_fail(&other, ACR_ERROR_AUTH, "no: %s", other.message), ACR_ERROR_AUTH);
	assert_string_equal(other.message, "no: cannot read 'f': too large");
	assert_null(other.service_code);
	assert_int_equal(other.http_status, 0);

	assert_int_equal(acr_error_move(&other, &other), ACR_ERROR_AUTH);
	assert_non_null(other.message);
	acr_error_clear(&other);
	assert_null(other.message);
}

static void test_error_with_errno(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	assert_int_equal(acr_fail_errno(&error, 2, "cannot open '%s'", "x"), ACR_ERROR_FILE);
	assert_string_equal(error.message, "cannot open 'x': No such file or directory");
	acr_error_clear(&error);
}

static void test_null_error_is_allowed(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	assert_int_equal(acr_fail(NULL, ACR_ERROR_AUTH, "x"), ACR_ERROR_AUTH);
	assert_int_equal(acr_fail_errno(NULL, 2, "x"), ACR_ERROR_FILE);
	assert_true(acr_error_prefix(NULL, "x") < 0);
	acr_fail(&error, ACR_ERROR_USAGE, "x");
	assert_int_equal(acr_error_move(NULL, &error), ACR_ERROR_USAGE);
	assert_null(error.message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_buffer_is_an_empty_string),
		cmocka_unit_test(test_adding_keeps_a_nul_behind),
		cmocka_unit_test(test_printf_longer_than_its_first_guess),
		cmocka_unit_test(test_truncate_and_consume),
		cmocka_unit_test(test_cap_drops_the_rest_and_says_so),
		cmocka_unit_test(test_growing_to_many_bytes),
		cmocka_unit_test(test_taking_leaves_it_empty),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_error_is_made_prefixed_and_moved),
		cmocka_unit_test(test_error_with_errno),
		cmocka_unit_test(test_null_error_is_allowed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
