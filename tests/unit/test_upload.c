/* Uploads: one blob or blocks and their list, and what becomes of failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/upload.h>
#include "fake_transport.h"

#define URL "https://store.test/c/blob?sv=1&sig=s%2B"

/* A source of `length` bytes 'a', 'b', … that hands out at most `step` at a time and may fail at the end. */
struct letters {
	struct acr_source source;
	size_t at, length, step;
	int fails;
};

static ssize_t read_letters(struct acr_source *source, void *bytes, size_t size, struct acr_error *error)
{
	struct letters *letters = (struct letters *)source;
	size_t left = letters->length - letters->at;
	if (!left && letters->fails) {
		return acr_fail(error, letters->fails, "'x' shrank");
	}
	size = size < letters->step ? size : letters->step;
	size = size < left ? size : left;
	for (size_t i = 0; i < size; i++) {
		((char *)bytes)[i] = (char)('a' + letters->at++ % 26);
	}
	return (ssize_t)size;
}

static struct letters letters(size_t length)
{
	return (struct letters){.source.read = read_letters, .length = length, .step = 3};
}

static int rewind_letters(struct acr_source *source, struct acr_error *error)
{
	(void)error;
	((struct letters *)source)->at = 0;
	return 0;
}

static uint64_t last_progress;

static void on_progress(void *user, uint64_t bytes)
{
	(void)user;
	assert_true(bytes >= last_progress || bytes <= 4);
	last_progress = bytes;
}

/* Four bytes a block, two at a time. */
static int upload(struct fake_script *script, struct letters source, uint64_t *total, struct acr_error *error)
{
	const struct acr_upload_options options = {.block_size = 4, .parallel = 2, .progress = on_progress};
	struct acr_transport *transport = fake_transport_new(script);
	last_progress = 0;
	int code = acr_upload(transport, URL, &source.source, &options, total, error);
	acr_transport_free(transport);
	return code;
}

static void expect_blob(struct fake_script *script, const char *body)
{
	fake_expect(script, "PUT", URL);
	fake_expect_header(script, "x-ms-blob-type", "BlockBlob");
	fake_expect_header(script, "x-ms-version", "2021-08-06");
	fake_expect_header(script, "Content-Type", "application/octet-stream");
	fake_expect_header(script, "Authorization", NULL);
	fake_expect_auth(script, ACR_AUTH_NONE, NULL, NULL);
	fake_expect_body(script, body);
	fake_reply(script, 201, "");
}

static void expect_block(struct fake_script *script, const char *id, const char *body)
{
	ACR_AUTO_FREE char *url = acr_format("%s&comp=block&blockid=%s", URL, id);
	fake_expect(script, "PUT", url);
	fake_expect_header(script, "x-ms-blob-type", NULL);
	fake_expect_header(script, "x-ms-version", "2021-08-06");
	fake_expect_body(script, body);
	fake_reply(script, 201, "");
}

static void small_is_one_blob(void **state)
{
	(void)state;
	static const struct {
		size_t length;
		const char *body;
	} rows[] = {{0, ""}, {1, "a"}, {4, "abcd"}};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		struct fake_script *script = fake_script_new();
		struct acr_error error = ACR_ERROR_INIT;
		uint64_t total = 99;
		expect_blob(script, rows[i].body);
		assert_int_equal(upload(script, letters(rows[i].length), &total, &error), 0);
		assert_int_equal(total, rows[i].length);
		fake_script_done(script);
	}
}

static void large_is_blocks(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	uint64_t total = 0;
	expect_block(script, "MDAwMDAwMDA%3D", "abcd");
	expect_block(script, "MDAwMDAwMDE%3D", "efgh");
	expect_block(script, "MDAwMDAwMDI%3D", "ijkl");
	expect_block(script, "MDAwMDAwMDM%3D", "m");
	fake_expect(script, "PUT", URL "&comp=blocklist");
	fake_expect_header(script, "x-ms-blob-content-type", "application/octet-stream");
	fake_expect_body(script, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>MDAwMDAwMDA=</Latest>"
				 "<Latest>MDAwMDAwMDE=</Latest><Latest>MDAwMDAwMDI=</Latest>"
				 "<Latest>MDAwMDAwMDM=</Latest></BlockList>");
	fake_reply(script, 201, "");
	assert_int_equal(upload(script, letters(13), &total, &error), 0);
	assert_int_equal(total, 13);
	assert_int_equal(last_progress, 13);
	fake_script_done(script);
}

/* The end of the source is seen only after a whole number of batches. */
static void whole_batches(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	uint64_t total = 0;
	expect_block(script, "MDAwMDAwMDA%3D", "abcd");
	expect_block(script, "MDAwMDAwMDE%3D", "efgh");
	fake_expect(script, "PUT", URL "&comp=blocklist");
	fake_reply(script, 201, "");
	assert_int_equal(upload(script, letters(8), &total, &error), 0);
	assert_int_equal(total, 8);
	fake_script_done(script);
}

static void source_failure_commits_nothing(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	struct letters source = letters(9);
	uint64_t total = 99;
	source.fails = ACR_ERROR_FILE;
	expect_block(script, "MDAwMDAwMDA%3D", "abcd");
	expect_block(script, "MDAwMDAwMDE%3D", "efgh");
	assert_int_equal(upload(script, source, &total, &error), ACR_ERROR_FILE);
	assert_string_equal(error.message, "'x' shrank");
	assert_int_equal(total, 99);
	acr_error_clear(&error);
	fake_script_done(script);

	script = fake_script_new();
	source = letters(2);
	source.fails = ACR_ERROR_FILE;
	assert_int_equal(upload(script, source, &total, &error), ACR_ERROR_FILE);
	assert_int_equal(fake_requests(script), 0);
	acr_error_clear(&error);
	fake_script_done(script);
}

static void refused_block(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	uint64_t total = 99;
	expect_block(script, "MDAwMDAwMDA%3D", "abcd");
	expect_block(script, "MDAwMDAwMDE%3D", "efgh");
	fake_reply(script, 403,
		   "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code>"
		   "<Message>Signature not valid.</Message></Error>");
	assert_int_equal(upload(script, letters(20), &total, &error), ACR_ERROR_AUTH);
	assert_string_equal(error.message, "cannot upload the build context: Signature not valid.");
	assert_string_equal(error.service_code, "AuthenticationFailed");
	assert_int_equal(total, 99);
	acr_error_clear(&error);
	fake_script_done(script);
}

static void lost_connection(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	uint64_t total = 99;
	expect_block(script, "MDAwMDAwMDA%3D", "abcd");
	fake_fail(script, ACR_ERROR_NETWORK, "connection lost");
	assert_int_equal(upload(script, letters(20), &total, &error), ACR_ERROR_NETWORK);
	assert_string_equal(error.message, "cannot upload the build context: connection lost");
	acr_error_clear(&error);
	fake_script_done(script);
}

static void redirect_is_no_success(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	uint64_t total = 99;
	expect_blob(script, "a");
	fake_reply(script, 302, "");
	assert_int_equal(upload(script, letters(1), &total, &error), ACR_ERROR_SERVICE);
	assert_string_equal(error.message,
			    "cannot upload the build context: the storage answered with HTTP status 302");
	assert_int_equal(total, 99);
	acr_error_clear(&error);
	fake_script_done(script);
}

/* --- an expired URL --- */

#define NEW_URL "https://store.test/c/blob?sv=1&sig=new"
#define OTHER_URL "https://store.test/c/other?sv=1&sig=new"

static int renewals;

static int renew(void *user, char **url, struct acr_error *error)
{
	renewals++;
	if (!user) {
		return acr_fail(error, ACR_ERROR_AUTH, "no longer allowed");
	}
	free(*url);
	*url = acr_strdup(user);
	return 0;
}

static int upload_renewed(struct fake_script *script, struct letters *source, const char *url, uint64_t *total,
			  struct acr_error *error)
{
	const struct acr_upload_options options = {
		.block_size = 4, .parallel = 2, .renew = renew, .user = (void *)(uintptr_t)url};
	struct acr_transport *transport = fake_transport_new(script);
	renewals = 0;
	int code = acr_upload(transport, URL, &source->source, &options, total, error);
	acr_transport_free(transport);
	return code;
}

static void expect_block_at(struct fake_script *script, const char *url, int number, const char *body, long status)
{
	static const char *const ids[] = {"MDAwMDAwMDA%3D", "MDAwMDAwMDE%3D", "MDAwMDAwMDI%3D"};
	ACR_AUTO_FREE char *whole = acr_format("%s&comp=block&blockid=%s", url, ids[number]);
	fake_expect(script, "PUT", whole);
	fake_expect_body(script, body);
	fake_reply(script, status, "");
}

static void expired_url_goes_on(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	struct letters source = letters(10);
	uint64_t total = 0;
	expect_block_at(script, URL, 0, "abcd", 201);
	expect_block_at(script, URL, 1, "efgh", 403);
	expect_block_at(script, NEW_URL, 1, "efgh", 201);
	expect_block_at(script, NEW_URL, 2, "ij", 201);
	fake_expect(script, "PUT", NEW_URL "&comp=blocklist");
	fake_reply(script, 403, ""); /* expired once more */
	fake_expect(script, "PUT", NEW_URL "&comp=blocklist");
	assert_int_equal(upload_renewed(script, &source, NEW_URL, &total, &error), 0);
	assert_int_equal(total, 10);
	assert_int_equal(renewals, 2);
	fake_script_done(script);
}

static void expired_url_before_the_first_byte(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	struct letters source = letters(3);
	uint64_t total = 0;
	fake_expect(script, "PUT", URL);
	fake_reply(script, 403, "");
	fake_expect(script, "PUT", OTHER_URL);
	fake_expect_body(script, "abc");
	assert_int_equal(upload_renewed(script, &source, OTHER_URL, &total, &error), 0);
	assert_int_equal(total, 3);
	fake_script_done(script);
}

static void another_blob_begins_anew(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	struct letters source = letters(7);
	uint64_t total = 0;
	source.source.rewind = rewind_letters;
	expect_block_at(script, URL, 0, "abcd", 201);
	expect_block_at(script, URL, 1, "efg", 403);
	expect_block_at(script, OTHER_URL, 0, "abcd", 201);
	expect_block_at(script, OTHER_URL, 1, "efg", 201);
	fake_expect(script, "PUT", OTHER_URL "&comp=blocklist");
	assert_int_equal(upload_renewed(script, &source, OTHER_URL, &total, &error), 0);
	assert_int_equal(total, 7);
	fake_script_done(script);
}

static void url_that_cannot_be_renewed(void **state)
{
	(void)state;
	static const struct {
		const char *url, *message;
		int code;
	} rows[] = {
		{NULL, "no longer allowed", ACR_ERROR_AUTH},
		{OTHER_URL, "cannot upload the build context: its URL has expired, and the new one is for another blob",
		 ACR_ERROR_SERVICE},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		struct fake_script *script = fake_script_new();
		struct acr_error error = ACR_ERROR_INIT;
		struct letters source = letters(7);
		uint64_t total = 99;
		expect_block_at(script, URL, 0, "abcd", 201);
		expect_block_at(script, URL, 1, "efg", 403);
		assert_int_equal(upload_renewed(script, &source, rows[i].url, &total, &error), rows[i].code);
		assert_string_equal(error.message, rows[i].message);
		assert_int_equal(total, 99);
		acr_error_clear(&error);
		fake_script_done(script);
	}
}

static void new_url_that_is_refused_too(void **state)
{
	(void)state;
	struct fake_script *script = fake_script_new();
	struct acr_error error = ACR_ERROR_INIT;
	struct letters source = letters(3);
	uint64_t total = 99;
	fake_expect(script, "PUT", URL);
	fake_reply(script, 403, "");
	fake_expect(script, "PUT", NEW_URL);
	fake_reply(script, 403, "");
	assert_int_equal(upload_renewed(script, &source, NEW_URL, &total, &error), ACR_ERROR_AUTH);
	assert_int_equal(renewals, 1);
	assert_int_equal(total, 99);
	acr_error_clear(&error);
	fake_script_done(script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expired_url_goes_on),
		cmocka_unit_test(expired_url_before_the_first_byte),
		cmocka_unit_test(another_blob_begins_anew),
		cmocka_unit_test(url_that_cannot_be_renewed),
		cmocka_unit_test(new_url_that_is_refused_too),
		cmocka_unit_test(small_is_one_blob),
		cmocka_unit_test(large_is_blocks),
		cmocka_unit_test(whole_batches),
		cmocka_unit_test(source_failure_commits_nothing),
		cmocka_unit_test(refused_block),
		cmocka_unit_test(lost_connection),
		cmocka_unit_test(redirect_is_no_success),
	};
	return cmocka_run_group_tests_name("upload", tests, NULL, NULL);
}
