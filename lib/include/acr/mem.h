/* Allocation that never fails, and the macros that free locals at the end of their scope.
 *
 * Running out of memory ends the process in acr_oom(); nothing else in the library exits. */
#ifndef ACR_MEM_H
#define ACR_MEM_H

#include <stdarg.h>
#include <stddef.h>

#define ACR_PRINTF(position, first) __attribute__((format(printf, position, first)))
#define ACR_MUST_CHECK __attribute__((warn_unused_result))
#define ACR_EXPORT __attribute__((visibility("default")))

/* Say on stderr that memory ran out and end the process with status 1. */
_Noreturn void acr_oom(void);

/* `size` bytes of zeroed memory, yours to free(). */
void *acr_alloc(size_t size) __attribute__((malloc, returns_nonnull));
/* An array of `count` zeroed items of `size` bytes, yours to free(). */
void *acr_alloc_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* Grow or shrink an array to `count` items of `size` bytes; new memory is not zeroed. */
void *acr_realloc_array(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
/* A copy of a string, yours to free(); NULL gives NULL. */
char *acr_strdup(const char *text);
/* The same of its first `length` bytes at most. */
char *acr_strndup(const char *text, size_t length);
/* A formatted string, yours to free(). */
char *acr_format(const char *format, ...) ACR_PRINTF(1, 2) __attribute__((returns_nonnull));
char *acr_vformat(const char *format, va_list args) ACR_PRINTF(1, 0) __attribute__((returns_nonnull));

/* ACR_AUTO(acr_buf) b = ACR_BUF_INIT;   calls acr_buf_clear(&b) when b leaves its scope.
 * ACR_AUTO_PTR(acr_json) *v = NULL;     calls acr_json_freep(&v).
 * ACR_AUTO_FREE char *s = NULL;         calls free(s).
 * return TAKE(p);                       hands p over: the local becomes NULL and is not freed. */
#define ACR_AUTO(type) __attribute__((cleanup(type##_clear))) struct type
#define ACR_AUTO_PTR(type) __attribute__((cleanup(type##_freep))) struct type
#define ACR_AUTO_FREE __attribute__((cleanup(acr_freep)))
#define TAKE(pointer) \
	__extension__({ \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL; \
		taken_; \
	})
/* Frees what *(void **)pointer points to. */
void acr_freep(void *pointer);

/* ACR_DEFINE_FREEP(acr_json) makes acr_json_freep() out of acr_json_free(). */
#define ACR_DEFINE_FREEP(type) \
	static inline void type##_freep(struct type **pointer) \
	{ \
		type##_free(*pointer); \
	}

#define ACR_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
