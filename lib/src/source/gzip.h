/* Bytes → gzip (RFC 1952), by several threads.
 *
 *   writer ► blocks ► threads that compress one each ► reader, in the writer's order
 *
 * Every block but the last is filled to the brim whatever the timing, and each is compressed by itself, with the bytes
 * before it as a dictionary. So the result is the same each time, as long as the effort is (see effort.h). Its header
 * has neither a name nor a time. */
#ifndef ACR_SOURCE_GZIP_H
#define ACR_SOURCE_GZIP_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <acr/error.h>

#define ACR_GZIP_BLOCK ((size_t)256 * 1024)

struct acr_gzip;

/* A thread that gets no signals: those stay with the threads that were there before. Returns 0 or an errno. */
int acr_gzip_thread(pthread_t *thread, void *(*run)(void *user), void *user) ACR_MUST_CHECK;

/* As many threads as there are processors for them. */
int acr_gzip_new(struct acr_gzip **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Ends the threads. The writer has ended by then. */
void acr_gzip_free(struct acr_gzip *gzip);

/* The writer: false when nobody wants more. Waits when too much is ready. */
bool acr_gzip_write(struct acr_gzip *gzip, const void *bytes, size_t length);
/* No more comes: all is written, or `error` (moved) happened. */
void acr_gzip_end(struct acr_gzip *gzip, struct acr_error *error);

/* The reader: what comes next, lent until the next call. Returns its length, 0 at the end, a negative code on failure
 * (then each time). */
ssize_t acr_gzip_next(struct acr_gzip *gzip, const void **bytes, struct acr_error *error);
/* Whether acr_gzip_next() would return at once. */
bool acr_gzip_ready(struct acr_gzip *gzip);
/* Whether what acr_gzip_next() lent is the last there is: the writer has written all. */
bool acr_gzip_is_last(const struct acr_gzip *gzip);

/* From any thread: wake all sides up and let them end. */
void acr_gzip_stop(struct acr_gzip *gzip);
bool acr_gzip_stopped(struct acr_gzip *gzip);

#endif
