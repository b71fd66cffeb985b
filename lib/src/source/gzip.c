/* A ring of blocks on their way from the writer through the threads to the reader. */
#include "gzip.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <acr/clock.h>
#include <isa-l/crc.h>
#include "compress.h"
#include "effort.h"

#define MAX_THREADS 8
#define MIN_BLOCKS 8
#define TRAILER_SIZE 10

static const uint8_t header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};

struct block {
	uint8_t *bytes; /* the end of the block before it, then its own */
	size_t before, length;
	uint8_t *packed;
	size_t packed_length;
	bool first, last;
	uint32_t crc, size; /* of the whole, in the last one */
	bool done;
};

/* Blocks are counted from the start; number n is at blocks[n % count]. read <= taken <= written <= read + count. */
struct acr_gzip {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct block *blocks;
	size_t count;
	size_t written, taken, read; /* so many were handed over, are with a thread or done, are given back */
	size_t waiting;              /* done and not given back */
	struct acr_effort effort;
	bool ended, stopped;
	struct acr_error error;
	pthread_t threads[MAX_THREADS];
	size_t thread_count;
	/* The writer's alone. */
	bool filling;
	uint32_t crc;
	uint64_t size;
	/* The reader's alone. */
	bool lent;
};

static int64_t now(void)
{
	return acr_clock_system.ticks(&acr_clock_system);
}

static struct block *block_at(const struct acr_gzip *gzip, size_t number)
{
	return &gzip->blocks[number % gzip->count];
}

/* --- the threads --- */

static size_t put_trailer(const struct block *block, uint8_t *out)
{
	/* An empty block that is the last of the deflate stream, the checksum and the size. */
	const uint8_t trailer[TRAILER_SIZE] = {
		3,
		0,
		(uint8_t)block->crc,
		(uint8_t)(block->crc >> 8),
		(uint8_t)(block->crc >> 16),
		(uint8_t)(block->crc >> 24),
		(uint8_t)block->size,
		(uint8_t)(block->size >> 8),
		(uint8_t)(block->size >> 16),
		(uint8_t)(block->size >> 24),
	};
	memcpy(out, trailer, sizeof(trailer));
	return sizeof(trailer);
}

static void pack(struct acr_compressor *compressor, int effort, struct block *block)
{
	uint8_t *out = block->packed;
	if (block->first) {
		memcpy(out, header, sizeof(header));
		out += sizeof(header);
	}
	out += acr_compress(compressor, effort, block->bytes + ACR_COMPRESS_WINDOW, block->before, block->length, out);
	out += block->last ? put_trailer(block, out) : 0;
	block->packed_length = (size_t)(out - block->packed);
}

static bool is_full(const struct acr_gzip *gzip)
{
	return gzip->waiting == gzip->count;
}

static void *run(void *user)
{
	struct acr_gzip *gzip = user;
	struct acr_compressor *compressor = acr_compressor_new();
	pthread_mutex_lock(&gzip->lock);
	for (;;) {
		while (gzip->taken == gzip->written && !gzip->stopped) {
			pthread_cond_wait(&gzip->changed, &gzip->lock);
		}
		if (gzip->stopped) {
			break;
		}
		struct block *block = block_at(gzip, gzip->taken++);
		int64_t start = now();
		int effort = acr_effort_next(&gzip->effort, start);
		pthread_mutex_unlock(&gzip->lock);
		pack(compressor, effort, block);
		pthread_mutex_lock(&gzip->lock);
		acr_effort_worked(&gzip->effort, now() - start);
		block->done = true;
		gzip->waiting++;
		acr_effort_full(&gzip->effort, is_full(gzip), now());
		pthread_cond_broadcast(&gzip->changed);
	}
	pthread_mutex_unlock(&gzip->lock);
	acr_compressor_free(compressor);
	return NULL;
}

/* --- the writer --- */

/* The block to fill, waiting for one; NULL when nobody wants more. */
static struct block *open_block(struct acr_gzip *gzip)
{
	struct block *block = block_at(gzip, gzip->written);
	if (gzip->filling) {
		return block;
	}
	pthread_mutex_lock(&gzip->lock);
	while (gzip->written - gzip->read == gzip->count && !gzip->stopped) {
		pthread_cond_wait(&gzip->changed, &gzip->lock);
	}
	gzip->filling = !gzip->stopped;
	pthread_mutex_unlock(&gzip->lock);
	if (!gzip->filling) {
		return NULL;
	}
	if (!block->bytes) {
		block->bytes = acr_alloc(ACR_COMPRESS_WINDOW + ACR_GZIP_BLOCK);
		block->packed = acr_alloc(sizeof(header) + acr_compress_bound(ACR_GZIP_BLOCK) + TRAILER_SIZE);
	}
	block->first = gzip->written == 0;
	block->last = false;
	block->done = false;
	block->before = block->length = 0;
	if (!block->first) {
		/* The one before is full, and stays as it is while it is read here. */
		const struct block *previous = block_at(gzip, gzip->written - 1);
		memcpy(block->bytes, previous->bytes + ACR_GZIP_BLOCK, ACR_COMPRESS_WINDOW);
		block->before = ACR_COMPRESS_WINDOW;
	}
	return block;
}

static void hand_over(struct acr_gzip *gzip, struct block *block)
{
	gzip->crc = crc32_gzip_refl(gzip->crc, block->bytes + ACR_COMPRESS_WINDOW, block->length);
	gzip->size += block->length;
	block->crc = gzip->crc;
	block->size = (uint32_t)gzip->size;
	gzip->filling = false;
	pthread_mutex_lock(&gzip->lock);
	gzip->written++;
	pthread_cond_broadcast(&gzip->changed);
	pthread_mutex_unlock(&gzip->lock);
}

bool acr_gzip_write(struct acr_gzip *gzip, const void *bytes, size_t length)
{
	const char *from = bytes;
	while (length) {
		struct block *block = open_block(gzip);
		if (!block) {
			return false;
		}
		size_t part = ACR_GZIP_BLOCK - block->length;
		part = part < length ? part : length;
		memcpy(block->bytes + ACR_COMPRESS_WINDOW + block->length, from, part);
		block->length += part;
		from += part;
		length -= part;
		if (block->length == ACR_GZIP_BLOCK) {
			hand_over(gzip, block);
		}
	}
	return true;
}

void acr_gzip_end(struct acr_gzip *gzip, struct acr_error *error)
{
	struct block *block = error->code ? NULL : open_block(gzip);
	if (block) {
		block->last = true;
		hand_over(gzip, block);
	}
	pthread_mutex_lock(&gzip->lock);
	gzip->ended = true;
	acr_error_move(&gzip->error, error);
	pthread_cond_broadcast(&gzip->changed);
	pthread_mutex_unlock(&gzip->lock);
}

/* --- the reader; the lock is held in these --- */

static bool is_ready(const struct acr_gzip *gzip)
{
	return gzip->stopped || gzip->error.code || (gzip->ended && gzip->read == gzip->written) ||
	       (gzip->read < gzip->taken && block_at(gzip, gzip->read)->done);
}

static void give_back(struct acr_gzip *gzip)
{
	if (gzip->lent) {
		gzip->lent = false;
		gzip->read++;
		gzip->waiting--;
		acr_effort_full(&gzip->effort, false, now());
		pthread_cond_broadcast(&gzip->changed);
	}
}

static ssize_t next(struct acr_gzip *gzip, const void **bytes, struct acr_error *error)
{
	bool hungry = !is_ready(gzip);
	if (hungry) {
		acr_effort_hungry(&gzip->effort, true, now());
	}
	while (!is_ready(gzip)) {
		pthread_cond_wait(&gzip->changed, &gzip->lock);
	}
	if (hungry || gzip->effort.hungry.on) {
		acr_effort_hungry(&gzip->effort, false, now());
	}
	if (gzip->error.code) {
		return acr_fail(error, gzip->error.code, "%s", gzip->error.message);
	}
	if (gzip->stopped) {
		return acr_fail(error, ACR_ERROR_CANCELLED, "reading was stopped");
	}
	if (gzip->read == gzip->written) {
		return 0;
	}
	const struct block *block = block_at(gzip, gzip->read);
	gzip->lent = true;
	*bytes = block->packed;
	return (ssize_t)block->packed_length;
}

ssize_t acr_gzip_next(struct acr_gzip *gzip, const void **bytes, struct acr_error *error)
{
	pthread_mutex_lock(&gzip->lock);
	give_back(gzip);
	ssize_t length = next(gzip, bytes, error);
	pthread_mutex_unlock(&gzip->lock);
	return length;
}

bool acr_gzip_ready(struct acr_gzip *gzip)
{
	pthread_mutex_lock(&gzip->lock);
	give_back(gzip);
	bool ready = is_ready(gzip);
	if (!ready) {
		acr_effort_hungry(&gzip->effort, true, now());
	}
	pthread_mutex_unlock(&gzip->lock);
	return ready;
}

bool acr_gzip_is_last(const struct acr_gzip *gzip)
{
	return gzip->lent && block_at(gzip, gzip->read)->last;
}

/* --- all sides --- */

void acr_gzip_stop(struct acr_gzip *gzip)
{
	pthread_mutex_lock(&gzip->lock);
	gzip->stopped = true;
	pthread_cond_broadcast(&gzip->changed);
	pthread_mutex_unlock(&gzip->lock);
}

bool acr_gzip_stopped(struct acr_gzip *gzip)
{
	pthread_mutex_lock(&gzip->lock);
	bool stopped = gzip->stopped;
	pthread_mutex_unlock(&gzip->lock);
	return stopped;
}

static size_t processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return count < MAX_THREADS ? (size_t)count : MAX_THREADS;
}

int acr_gzip_thread(pthread_t *thread, void *(*function)(void *user), void *user)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int problem = pthread_create(thread, NULL, function, user);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return problem;
}

int acr_gzip_new(struct acr_gzip **ret, struct acr_error *error)
{
	struct acr_gzip *gzip = acr_alloc(sizeof(*gzip));
	size_t threads = processors();
	gzip->count = threads * 2 > MIN_BLOCKS ? threads * 2 : MIN_BLOCKS;
	gzip->blocks = acr_alloc_array(gzip->count, sizeof(*gzip->blocks));
	pthread_mutex_init(&gzip->lock, NULL);
	pthread_cond_init(&gzip->changed, NULL);
	acr_effort_init(&gzip->effort, (int)threads, now());
	int problem = 0;
	while (gzip->thread_count < threads && !problem) {
		problem = acr_gzip_thread(&gzip->threads[gzip->thread_count], run, gzip);
		gzip->thread_count += problem == 0;
	}
	if (!gzip->thread_count) {
		acr_gzip_free(gzip);
		return acr_fail_errno(error, problem, "cannot start a thread to compress the context");
	}
	*ret = gzip;
	return 0;
}

void acr_gzip_free(struct acr_gzip *gzip)
{
	if (!gzip) {
		return;
	}
	acr_gzip_stop(gzip);
	for (size_t i = 0; i < gzip->thread_count; i++) {
		pthread_join(gzip->threads[i], NULL);
	}
	for (size_t i = 0; i < gzip->count; i++) {
		free(gzip->blocks[i].bytes);
		free(gzip->blocks[i].packed);
	}
	free(gzip->blocks);
	pthread_cond_destroy(&gzip->changed);
	pthread_mutex_destroy(&gzip->lock);
	acr_error_clear(&gzip->error);
	free(gzip);
}
