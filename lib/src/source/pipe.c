/* Blocks of bytes from one thread to another. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "pipe.h"

struct block {
	char *bytes;
	size_t length;
};

struct acr_pipe {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct block *blocks;
	size_t count;
	size_t written; /* blocks handed over so far */
	size_t read;    /* blocks given back so far */
	bool ended, stopped;
	struct acr_error error;
	bool filling; /* the writer's alone: it has a block */
	bool lent;    /* the reader's alone: it has a block */
};

struct acr_pipe *acr_pipe_new(size_t blocks)
{
	struct acr_pipe *pipe = acr_alloc(sizeof(*pipe));
	pipe->blocks = acr_alloc_array(blocks, sizeof(*pipe->blocks));
	pipe->count = blocks;
	pthread_mutex_init(&pipe->lock, NULL);
	pthread_cond_init(&pipe->changed, NULL);
	return pipe;
}

void acr_pipe_free(struct acr_pipe *pipe)
{
	if (!pipe) {
		return;
	}
	for (size_t i = 0; i < pipe->count; i++) {
		free(pipe->blocks[i].bytes);
	}
	free(pipe->blocks);
	pthread_cond_destroy(&pipe->changed);
	pthread_mutex_destroy(&pipe->lock);
	acr_error_clear(&pipe->error);
	free(pipe);
}

void *acr_pipe_room(struct acr_pipe *pipe, size_t *size)
{
	if (!pipe->filling) {
		pthread_mutex_lock(&pipe->lock);
		while (pipe->written - pipe->read == pipe->count && !pipe->stopped) {
			pthread_cond_wait(&pipe->changed, &pipe->lock);
		}
		pipe->filling = !pipe->stopped;
		pthread_mutex_unlock(&pipe->lock);
		if (!pipe->filling) {
			return NULL;
		}
	}
	struct block *block = &pipe->blocks[pipe->written % pipe->count];
	if (!block->bytes) {
		block->bytes = acr_alloc(ACR_PIPE_BLOCK);
	}
	*size = ACR_PIPE_BLOCK - block->length;
	return block->bytes + block->length;
}

static void hand_over(struct acr_pipe *pipe)
{
	pthread_mutex_lock(&pipe->lock);
	pipe->written++;
	pipe->filling = false;
	pthread_cond_broadcast(&pipe->changed);
	pthread_mutex_unlock(&pipe->lock);
}

void acr_pipe_filled(struct acr_pipe *pipe, size_t length)
{
	struct block *block = &pipe->blocks[pipe->written % pipe->count];
	block->length += length;
	if (block->length == ACR_PIPE_BLOCK) {
		hand_over(pipe);
	}
}

bool acr_pipe_write(struct acr_pipe *pipe, const void *bytes, size_t length)
{
	const char *from = bytes;
	while (length) {
		size_t room;
		void *to = acr_pipe_room(pipe, &room);
		if (!to) {
			return false;
		}
		room = room < length ? room : length;
		memcpy(to, from, room);
		acr_pipe_filled(pipe, room);
		from += room;
		length -= room;
	}
	return true;
}

void acr_pipe_end(struct acr_pipe *pipe, struct acr_error *error)
{
	if (pipe->filling && pipe->blocks[pipe->written % pipe->count].length) {
		hand_over(pipe);
	}
	pthread_mutex_lock(&pipe->lock);
	pipe->ended = true;
	acr_error_move(&pipe->error, error);
	pthread_cond_broadcast(&pipe->changed);
	pthread_mutex_unlock(&pipe->lock);
}

/* Called with the lock held. */
static ssize_t next_block(struct acr_pipe *pipe, const void **bytes, struct acr_error *error)
{
	while (pipe->written == pipe->read && !pipe->ended && !pipe->stopped) {
		pthread_cond_wait(&pipe->changed, &pipe->lock);
	}
	if (pipe->error.code) {
		return acr_fail(error, pipe->error.code, "%s", pipe->error.message);
	}
	if (pipe->stopped) {
		return acr_fail(error, ACR_ERROR_CANCELLED, "reading was stopped");
	}
	if (pipe->written == pipe->read) {
		return 0;
	}
	struct block *block = &pipe->blocks[pipe->read % pipe->count];
	pipe->lent = true;
	*bytes = block->bytes;
	return (ssize_t)block->length;
}

ssize_t acr_pipe_next(struct acr_pipe *pipe, const void **bytes, struct acr_error *error)
{
	pthread_mutex_lock(&pipe->lock);
	if (pipe->lent) {
		pipe->blocks[pipe->read % pipe->count].length = 0;
		pipe->read++;
		pipe->lent = false;
		pthread_cond_broadcast(&pipe->changed);
	}
	ssize_t length = next_block(pipe, bytes, error);
	pthread_mutex_unlock(&pipe->lock);
	return length;
}

void acr_pipe_stop(struct acr_pipe *pipe)
{
	pthread_mutex_lock(&pipe->lock);
	pipe->stopped = true;
	pthread_cond_broadcast(&pipe->changed);
	pthread_mutex_unlock(&pipe->lock);
}

bool acr_pipe_stopped(struct acr_pipe *pipe)
{
	pthread_mutex_lock(&pipe->lock);
	bool stopped = pipe->stopped;
	pthread_mutex_unlock(&pipe->lock);
	return stopped;
}
