/* A growing byte buffer with a cap.
 *
 * The bytes are always followed by a NUL that is not counted, so data is a C string when it holds no NUL itself
 * (and data is NULL while nothing was ever added). Going over the cap drops what does not fit and sets `overflow`,
 * to be tested once at the end. */
#ifndef ACR_BUF_H
#define ACR_BUF_H

#include <stdbool.h>
#include "mem.h"

struct acr_buf {
	char *data;
	size_t length;
	size_t capacity;
	size_t max;    /* bytes allowed; 0 stands for ACR_BUF_DEFAULT_MAX */
	bool overflow; /* something was dropped */
};

#define ACR_BUF_DEFAULT_MAX ((size_t)1 << 30)
#define ACR_BUF_INIT \
	{ \
		0 \
	}
#define ACR_BUF_INIT_MAX(limit) \
	{ \
		.max = (limit) \
	}

/* Free the bytes; the cap stays. */
void acr_buf_clear(struct acr_buf *buf);
/* Empty it but keep the memory; `overflow` is false again. */
void acr_buf_reset(struct acr_buf *buf);
/* Append `length` bytes … */
void acr_buf_add(struct acr_buf *buf, const void *bytes, size_t length);
/* … the bytes of a string, … */
void acr_buf_puts(struct acr_buf *buf, const char *text);
/* … one byte, … */
void acr_buf_putc(struct acr_buf *buf, char c);
/* … a formatted text. */
void acr_buf_printf(struct acr_buf *buf, const char *format, ...) ACR_PRINTF(2, 3);
void acr_buf_vprintf(struct acr_buf *buf, const char *format, va_list args) ACR_PRINTF(2, 0);
/* Cut to `length` bytes (no effect when it is shorter). */
void acr_buf_truncate(struct acr_buf *buf, size_t length);
/* Drop the first `length` bytes. */
void acr_buf_consume(struct acr_buf *buf, size_t length);
/* The contents as a C string, "" when empty; valid until the buffer changes. */
const char *acr_buf_str(const struct acr_buf *buf);
/* Hand the contents over as a C string that is yours to free(); the buffer is empty afterwards. Never NULL. */
char *acr_buf_take(struct acr_buf *buf) __attribute__((returns_nonnull));

#endif
