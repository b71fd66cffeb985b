/* Compression in parallel: what comes out is what went in, the same each time, and as small as the link leaves time
 * for. gzip(1) is the judge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/buf.h>
#include <acr/encode.h>
#include <isa-l/crc.h>
#include "source/compress.h"
#include "source/effort.h"
#include "source/gzip.h"

#define BLOCK ((size_t)256 << 10)

/* Bytes as a tree of sources has them: words over and over, and a part that cannot be compressed. */
static char *make_bytes(size_t length)
{
	char *bytes = acr_alloc(length + 16);
	uint32_t state = 1;
	for (size_t at = 0; at < length;) {
		state = state * 1664525 + 1013904223;
		if (at / BLOCK % 5 == 3) {
			bytes[at++] = (char)(state >> 24);
		} else {
			at += (size_t)sprintf(bytes + at, "word%u ", state >> 22);
		}
	}
	return bytes;
}

static void put_file(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

/* gzip -d gives these bytes. */
static void assert_unpacks(const struct acr_buf *packed, const char *bytes, size_t length)
{
	char folder[] = "/tmp/acr-gzip-XXXXXX";
	assert_non_null(mkdtemp(folder));
	ACR_AUTO_FREE char *in = acr_format("%s/a.gz", folder), *out = acr_format("%s/b", folder);
	put_file(in, packed->data, packed->length);
	put_file(out, bytes, length);
	ACR_AUTO_FREE char *command = acr_format("gzip -dc %s | cmp - %s", in, out);
	int code = system(command);
	unlink(in);
	unlink(out);
	rmdir(folder);
	assert_int_equal(code, 0);
}

/* --- one effort after the other --- */

static void pack_with(int effort, const char *bytes, size_t length, struct acr_buf *ret)
{
	static const unsigned char header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, end[2] = {3, 0};
	struct acr_compressor *compressor = acr_compressor_new();
	ACR_AUTO_FREE uint8_t *out = acr_alloc(acr_compress_bound(BLOCK));
	acr_buf_add(ret, header, sizeof(header));
	for (size_t at = 0; at < length; at += BLOCK) {
		size_t part = length - at < BLOCK ? length - at : BLOCK;
		size_t before = at < ACR_COMPRESS_WINDOW ? at : ACR_COMPRESS_WINDOW;
		size_t packed = acr_compress(compressor, effort, (const uint8_t *)bytes + at, before, part, out);
		assert_true(packed <= acr_compress_bound(part));
		acr_buf_add(ret, out, packed);
	}
	uint32_t sums[2] = {crc32_gzip_refl(0, (const unsigned char *)bytes, length), (uint32_t)length};
	acr_buf_add(ret, end, sizeof(end));
	acr_buf_add(ret, sums, sizeof(sums));
	acr_compressor_free(compressor);
}

static void each_effort_unpacks(void **state)
{
	(void)state;
	size_t length = 5 * BLOCK + 12345;
	ACR_AUTO_FREE char *bytes = make_bytes(length);
	size_t smallest = SIZE_MAX;
	assert_true(acr_effort_count() >= 2);
	for (int effort = 0; effort < acr_effort_count(); effort++) {
		ACR_AUTO(acr_buf) packed = ACR_BUF_INIT, again = ACR_BUF_INIT;
		pack_with(effort, bytes, length, &packed);
		assert_unpacks(&packed, bytes, length);
		pack_with(effort, bytes, length, &again);
		assert_int_equal(packed.length, again.length);
		assert_memory_equal(packed.data, again.data, packed.length);
		smallest = packed.length < smallest ? packed.length : smallest;
	}
	ACR_AUTO(acr_buf) first = ACR_BUF_INIT;
	pack_with(0, bytes, length, &first);
	assert_true(smallest < first.length);
}

/* --- threads --- */

static void pack_in_threads(const char *bytes, size_t length, size_t step, unsigned pause, struct acr_buf *ret)
{
	struct acr_gzip *gzip = NULL;
	struct acr_error error = ACR_ERROR_INIT;
	size_t at = 0;
	assert_int_equal(acr_gzip_new(&gzip, &error), 0);
	/* Small enough to fit the ring: one thread can be writer and reader. */
	while (at < length) {
		size_t part = length - at < step ? length - at : step;
		assert_true(acr_gzip_write(gzip, bytes + at, part));
		at += part;
	}
	acr_gzip_end(gzip, &error);
	const void *block = NULL;
	ssize_t got;
	while ((got = acr_gzip_next(gzip, &block, &error)) > 0) {
		acr_buf_add(ret, block, (size_t)got);
		usleep(pause);
	}
	assert_int_equal(got, 0);
	assert_true(acr_gzip_ready(gzip));
	acr_gzip_free(gzip);
}

static void same_bytes_whatever_the_timing(void **state)
{
	(void)state;
	static const size_t lengths[] = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 5 * BLOCK + 12345};
	for (size_t i = 0; i < ACR_COUNT(lengths); i++) {
		ACR_AUTO_FREE char *bytes = make_bytes(lengths[i]);
		ACR_AUTO(acr_buf) first = ACR_BUF_INIT;
		pack_in_threads(bytes, lengths[i], BLOCK, 0, &first);
		assert_unpacks(&first, bytes, lengths[i]);
		for (size_t step = 1000; step < 10 * BLOCK; step *= 9) {
			ACR_AUTO(acr_buf) again = ACR_BUF_INIT;
			pack_in_threads(bytes, lengths[i], step, (unsigned)(step / 1000), &again);
			assert_int_equal(first.length, again.length);
			assert_memory_equal(first.data, again.data, first.length);
		}
	}
}

static void failure_and_stop(void **state)
{
	(void)state;
	struct acr_gzip *gzip = NULL;
	struct acr_error error = ACR_ERROR_INIT, got = ACR_ERROR_INIT;
	const void *block = NULL;
	assert_int_equal(acr_gzip_new(&gzip, &error), 0);
	assert_false(acr_gzip_ready(gzip));
	assert_true(acr_gzip_write(gzip, "x", 1));
	acr_fail(&error, ACR_ERROR_FILE, "'x' vanished");
	acr_gzip_end(gzip, &error);
	assert_true(acr_gzip_ready(gzip));
	assert_false(acr_gzip_is_last(gzip));
	assert_int_equal(acr_gzip_next(gzip, &block, &got), ACR_ERROR_FILE);
	assert_string_equal(got.message, "'x' vanished");
	acr_gzip_free(gzip);
	acr_error_clear(&got);

	assert_int_equal(acr_gzip_new(&gzip, &error), 0);
	acr_gzip_stop(gzip);
	assert_false(acr_gzip_write(gzip, "x", 1));
	assert_int_equal(acr_gzip_next(gzip, &block, &got), ACR_ERROR_CANCELLED);
	acr_gzip_free(gzip);
	acr_error_clear(&got);
}

/* --- which effort --- */

/* Let `periods` seconds pass in each of which packing stands still for so many milliseconds, or somebody waits for it;
 * both threads work when it does not stand still. */
static int pass(struct acr_effort *effort, int64_t *now, int periods, int64_t full, int64_t hungry)
{
	int level = effort->level;
	for (int i = 0; i < periods; i++) {
		acr_effort_full(effort, full > 0, *now);
		acr_effort_full(effort, false, *now + full);
		acr_effort_hungry(effort, hungry > 0, *now + full);
		acr_effort_hungry(effort, false, *now + full + hungry);
		acr_effort_worked(effort, 2 * (1000 - full));
		*now += 1000;
		level = acr_effort_next(effort, *now);
	}
	return level;
}

static void effort_follows_the_link(void **state)
{
	(void)state;
	struct acr_effort effort;
	int64_t now = 5000;
	int hardest = acr_effort_count() - 1;
	acr_effort_init(&effort, 2, now);
	assert_int_equal(acr_effort_next(&effort, now + 900), 0);
	assert_int_equal(pass(&effort, &now, 10, 0, 900), 0);   /* packing is the bottleneck */
	assert_int_equal(pass(&effort, &now, 10, 400, 500), 0); /* the next one takes twice the time */
	assert_int_equal(pass(&effort, &now, 1, 600, 300), 1);
	assert_int_equal(pass(&effort, &now, 10, 300, 600), 1);
	assert_int_equal(pass(&effort, &now, 1, 0, 900), 1); /* once is nothing */
	assert_int_equal(pass(&effort, &now, 1, 0, 900), 0);
	assert_int_equal(pass(&effort, &now, 1, 995, 0), hardest);
	assert_int_equal(pass(&effort, &now, 10, 100, 800), hardest);
	assert_int_equal(pass(&effort, &now, 2, 0, 900), hardest - 1);
	assert_int_equal(pass(&effort, &now, 20, 0, 900), 0);
}

/* Reading files takes time, too, in which the threads that compress have nothing to do. */
static void only_compression_counts(void **state)
{
	(void)state;
	struct acr_effort effort;
	acr_effort_init(&effort, 2, 0);
	acr_effort_full(&effort, true, 0);
	acr_effort_full(&effort, false, 400);
	acr_effort_worked(&effort, 20);
	assert_int_equal(acr_effort_next(&effort, 1000), acr_effort_count() - 1);
}

/* What lasts for longer than a period counts as a whole. */
static void effort_with_long_pauses(void **state)
{
	(void)state;
	struct acr_effort effort;
	acr_effort_init(&effort, 2, 0);
	acr_effort_full(&effort, true, 10);
	acr_effort_worked(&effort, 20);
	assert_int_equal(acr_effort_next(&effort, 30000), acr_effort_count() - 1);
	acr_effort_full(&effort, false, 30000);
	acr_effort_hungry(&effort, true, 30000);
	assert_int_equal(acr_effort_next(&effort, 30500), acr_effort_count() - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_effort_unpacks),     cmocka_unit_test(same_bytes_whatever_the_timing),
		cmocka_unit_test(failure_and_stop),        cmocka_unit_test(effort_follows_the_link),
		cmocka_unit_test(effort_with_long_pauses), cmocka_unit_test(only_compression_counts),
	};
	return cmocka_run_group_tests_name("gzip", tests, NULL, NULL);
}
