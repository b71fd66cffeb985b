/* struct acr_buf: growing bytes under a cap, always followed by a NUL. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <acr/buf.h>

static size_t limit_of(const struct acr_buf *buf)
{
	return buf->max ? buf->max : ACR_BUF_DEFAULT_MAX;
}

/* Make room for `extra` bytes and the NUL, which stays outside the cap. */
static void reserve(struct acr_buf *buf, size_t extra)
{
	size_t needed = buf->length + extra + 1;
	if (needed <= buf->capacity) {
		return;
	}
	size_t capacity = buf->capacity ? buf->capacity : 64;
	while (capacity < needed) {
		capacity += capacity / 2;
	}
	if (capacity > limit_of(buf) + 1) {
		capacity = limit_of(buf) + 1;
	}
	buf->data = acr_realloc_array(buf->data, capacity, 1);
	buf->capacity = capacity;
}

void acr_buf_clear(struct acr_buf *buf)
{
	free(buf->data);
	*buf = (struct acr_buf)ACR_BUF_INIT_MAX(buf->max);
}

void acr_buf_reset(struct acr_buf *buf)
{
	acr_buf_truncate(buf, 0);
	buf->overflow = false;
}

void acr_buf_add(struct acr_buf *buf, const void *bytes, size_t length)
{
	size_t room = limit_of(buf) - buf->length;
	if (length > room) {
		buf->overflow = true;
		length = room;
	}
	reserve(buf, length);
	if (length) {
		memcpy(buf->data + buf->length, bytes, length);
	}
	buf->length += length;
	buf->data[buf->length] = '\0';
}

void acr_buf_puts(struct acr_buf *buf, const char *text)
{
	acr_buf_add(buf, text, strlen(text));
}

void acr_buf_putc(struct acr_buf *buf, char c)
{
	acr_buf_add(buf, &c, 1);
}

void acr_buf_printf(struct acr_buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	acr_buf_vprintf(buf, format, args);
	va_end(args);
}

void acr_buf_vprintf(struct acr_buf *buf, const char *format, va_list args)
{
	char small[256];
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(small, sizeof(small), format, args);
	if (length < 0) {
		acr_oom();
	}
	if ((size_t)length < sizeof(small)) {
		acr_buf_add(buf, small, (size_t)length);
	} else {
		ACR_AUTO_FREE char *text = acr_vformat(format, again);
		acr_buf_add(buf, text, (size_t)length);
	}
	va_end(again);
}

void acr_buf_truncate(struct acr_buf *buf, size_t length)
{
	if (length < buf->length) {
		buf->length = length;
		buf->data[length] = '\0';
	}
}

void acr_buf_consume(struct acr_buf *buf, size_t length)
{
	if (length >= buf->length) {
		acr_buf_truncate(buf, 0);
		return;
	}
	if (length) {
		memmove(buf->data, buf->data + length, buf->length - length + 1);
		buf->length -= length;
	}
}

const char *acr_buf_str(const struct acr_buf *buf)
{
	return buf->data ? buf->data : "";
}

char *acr_buf_take(struct acr_buf *buf)
{
	char *text = buf->data ? buf->data : acr_alloc(1);
	*buf = (struct acr_buf)ACR_BUF_INIT_MAX(buf->max);
	return text;
}
