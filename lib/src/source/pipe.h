/* A bounded queue of blocks of bytes from one thread to another.
 *
 * Every block but the last is filled to the brim whatever the timing, so that what is made of the blocks is the same
 * each time. Either side may end it: the writer with an error or without, the reader by not wanting more. */
#ifndef ACR_SOURCE_PIPE_H
#define ACR_SOURCE_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <acr/error.h>

#define ACR_PIPE_BLOCK ((size_t)256 * 1024)

struct acr_pipe;

/* Holds at most `blocks` blocks, each allocated when first needed. */
struct acr_pipe *acr_pipe_new(size_t blocks);
void acr_pipe_free(struct acr_pipe *pipe);

/* The writer: room in the block being filled (waits for a free block), NULL when nobody wants more. */
void *acr_pipe_room(struct acr_pipe *pipe, size_t *size);
/* So many bytes of that room are used now. */
void acr_pipe_filled(struct acr_pipe *pipe, size_t length);
/* Copy bytes in; false when nobody wants more. */
bool acr_pipe_write(struct acr_pipe *pipe, const void *bytes, size_t length);
/* No more comes: all is written, or `error` (moved) happened. */
void acr_pipe_end(struct acr_pipe *pipe, struct acr_error *error);

/* The reader: the next block, lent until the next call. Returns its length, 0 at the end, a negative code on failure
 * (then each time). */
ssize_t acr_pipe_next(struct acr_pipe *pipe, const void **bytes, struct acr_error *error);

/* From any thread: wake both sides up and let them end. */
void acr_pipe_stop(struct acr_pipe *pipe);
bool acr_pipe_stopped(struct acr_pipe *pipe);

#endif
