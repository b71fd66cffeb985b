/* Uploads over real connections: blocks that overtake each other, and what a block that fails costs. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <acr/encode.h>
#include <acr/upload.h>
#include "loopback_server.h"

#define BLOCK ((size_t)64 << 10)
#define MAX_BLOCKS 64

enum fault {
	FAULT_NONE,
	FAULT_HOLD, /* no answer until all the other blocks are there */
	FAULT_CLOSE,
	FAULT_503,
	FAULT_TRUNCATED, /* half a status line, then the end */
	FAULT_FULL,      /* 507, always */
};

/* A storage account of one blob. */
static struct store {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t blocks; /* in all */
	enum fault faults[MAX_BLOCKS];
	int puts[MAX_BLOCKS]; /* attempts */
	struct acr_buf bytes[MAX_BLOCKS];
	size_t stored; /* blocks that are here */
	size_t under_way, most_under_way;
	char *list;
} store;

/* "…&blockid=MDAwMDAwMDE%3D": digits in base64, after the percent-encoding is undone. */
static size_t block_number(const char *target)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	const char *id = strstr(target, "blockid=");
	assert_non_null(id);
	ACR_AUTO_FREE char *base64 = acr_format("%.11s=", id + strlen("blockid="));
	assert_int_equal(acr_base64_decode(base64, strlen(base64), &text, NULL), 0);
	return strtoul(acr_buf_str(&text), NULL, 10);
}

static void hold(size_t number)
{
	while (store.faults[number] == FAULT_HOLD && store.stored < store.blocks - 1) {
		pthread_cond_wait(&store.changed, &store.lock);
	}
}

/* What goes wrong with this attempt. */
static enum fault begin_block(size_t number)
{
	pthread_mutex_lock(&store.lock);
	store.under_way++;
	store.most_under_way = store.under_way > store.most_under_way ? store.under_way : store.most_under_way;
	hold(number);
	bool first = store.puts[number]++ == 0;
	enum fault fault = store.faults[number];
	fault = fault == FAULT_FULL || (first && fault != FAULT_HOLD) ? fault : FAULT_NONE;
	pthread_mutex_unlock(&store.lock);
	return fault;
}

static void end_block(size_t number, const struct acr_buf *body, bool stored)
{
	pthread_mutex_lock(&store.lock);
	store.under_way--;
	if (stored) {
		store.stored++;
		acr_buf_reset(&store.bytes[number]);
		acr_buf_add(&store.bytes[number], body->data, body->length);
	}
	pthread_cond_broadcast(&store.changed);
	pthread_mutex_unlock(&store.lock);
}

static bool answer_block(int connection, const struct loopback_request *request)
{
	size_t number = block_number(request->target);
	assert_true(number < MAX_BLOCKS);
	enum fault fault = begin_block(number);
	end_block(number, &request->body, fault == FAULT_NONE);
	switch (fault) {
	case FAULT_CLOSE:
		return false;
	case FAULT_TRUNCATED:
		loopback_printf(connection, "HTTP/1.1 2");
		return false;
	case FAULT_503:
		return loopback_printf(connection, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
	case FAULT_FULL:
		return loopback_printf(connection, "HTTP/1.1 507 Full\r\nContent-Length: 0\r\n\r\n");
	default:
		return loopback_printf(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
	}
}

static bool answer(int connection, const struct loopback_request *request, void *user)
{
	(void)user;
	if (strstr(request->target, "comp=blocklist")) {
		store.list = acr_strndup(request->body.data, request->body.length);
		return loopback_printf(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
	}
	return answer_block(connection, request);
}

/* A source of numbered lines. */
struct lines {
	struct acr_source source;
	size_t at, size;
};

static char line_byte(size_t at)
{
	char line[9];
	snprintf(line, sizeof(line), "%07zu\n", at / 8 % 10000000);
	return line[at % 8];
}

static ssize_t read_lines(struct acr_source *source, void *bytes, size_t size, struct acr_error *error)
{
	(void)error;
	struct lines *lines = (struct lines *)source;
	size_t left = lines->size - lines->at;
	size = size < left ? size : left;
	for (size_t i = 0; i < size; i++) {
		((char *)bytes)[i] = line_byte(lines->at++);
	}
	return (ssize_t)size;
}

static int upload(size_t blocks, unsigned parallel, struct acr_error *error)
{
	struct loopback *server = loopback_start(answer, NULL);
	const struct acr_curl_options curl = {.user_agent = "test"};
	const struct acr_retry_policy policy = {.base_ms = 1};
	const struct acr_upload_options options = {.block_size = BLOCK, .parallel = parallel};
	struct acr_transport *transport = acr_retry_new(acr_transport_curl(&curl), &policy, NULL);
	struct lines source = {.source.read = read_lines, .size = blocks * BLOCK - 1};
	ACR_AUTO_FREE char *url = acr_format("http://127.0.0.1:%d/c/blob?sig=x", loopback_port(server));
	uint64_t total = 0;
	store.blocks = blocks;
	int code = acr_upload(transport, url, &source.source, &options, &total, error);
	acr_transport_free(transport);
	loopback_stop(server);
	if (code == 0) {
		assert_int_equal(total, source.size);
	}
	return code;
}

/* Every block is there, as often as it should have been sent, and the list names them in order. */
static void assert_stored(size_t blocks, size_t repeats)
{
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;
	size_t puts = 0;
	for (size_t i = 0; i < blocks; i++) {
		size_t length = BLOCK - (i == blocks - 1);
		ACR_AUTO_FREE char *id = acr_format("%08zu", i);
		puts += (size_t)store.puts[i];
		assert_int_equal(store.bytes[i].length, length);
		for (size_t j = 0; j < length; j++) {
			assert_int_equal(store.bytes[i].data[j], line_byte(i * BLOCK + j));
		}
		acr_buf_puts(&list, "<Latest>");
		acr_base64_encode(id, strlen(id), &list);
		acr_buf_puts(&list, "</Latest>");
	}
	assert_int_equal(puts, blocks + repeats);
	assert_non_null(store.list);
	assert_non_null(strstr(store.list, acr_buf_str(&list)));
}

/* With batches, the first block would keep all but its neighbours from being sent. */
static void slow_block_holds_nobody_up(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	store.faults[0] = FAULT_HOLD;
	assert_int_equal(upload(40, 3, &error), 0);
	assert_stored(40, 0);
	assert_true(store.most_under_way <= 3);
}

static void faults_cost_one_block_each(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	for (size_t i = 0; i < 30; i += 3) {
		store.faults[i] = i % 9 == 0 ? FAULT_CLOSE : i % 9 == 3 ? FAULT_503 : FAULT_TRUNCATED;
	}
	assert_int_equal(upload(30, 4, &error), 0);
	assert_stored(30, 10);
}

/* What is under way besides is given up, and nothing is committed. */
static void full_storage(void **state)
{
	(void)state;
	struct acr_error error = ACR_ERROR_INIT;
	store.faults[5] = FAULT_FULL;
	assert_int_equal(upload(40, 2, &error), ACR_ERROR_SERVICE);
	assert_non_null(strstr(error.message, "cannot upload the build context"));
	assert_null(store.list);
	assert_true(store.stored < 39);
	acr_error_clear(&error);
}

static int set_up(void **state)
{
	(void)state;
	memset(&store, 0, sizeof(store));
	pthread_mutex_init(&store.lock, NULL);
	pthread_cond_init(&store.changed, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < MAX_BLOCKS; i++) {
		acr_buf_clear(&store.bytes[i]);
	}
	free(store.list);
	pthread_cond_destroy(&store.changed);
	pthread_mutex_destroy(&store.lock);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slow_block_holds_nobody_up),
		TEST(faults_cost_one_block_each),
		TEST(full_storage),
	};
	return cmocka_run_group_tests_name("upload_stream", tests, NULL, NULL);
}
