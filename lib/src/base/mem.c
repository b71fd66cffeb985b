/* Allocation that ends the process instead of failing. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <acr/mem.h>

_Noreturn void acr_oom(void)
{
	static const char text[] = "acr: out of memory\n";
	/* Nothing better can be done when even this fails. */
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0) {
		_exit(1);
	}
	_exit(1);
}

void *acr_alloc(size_t size)
{
	return acr_alloc_array(1, size);
}

void *acr_alloc_array(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);
	if (!memory) {
		acr_oom();
	}
	return memory;
}

void *acr_realloc_array(void *old, size_t count, size_t size)
{
	void *memory = reallocarray(old, count ? count : 1, size ? size : 1);
	if (!memory) {
		acr_oom();
	}
	return memory;
}

char *acr_strdup(const char *text)
{
	return text ? acr_strndup(text, strlen(text)) : NULL;
}

char *acr_strndup(const char *text, size_t length)
{
	if (!text) {
		return NULL;
	}
	size_t used = strnlen(text, length);
	char *copy = acr_alloc(used + 1);
	memcpy(copy, text, used);
	return copy;
}

char *acr_format(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = acr_vformat(format, args);
	va_end(args);
	return text;
}

char *acr_vformat(const char *format, va_list args)
{
	char *text = NULL;
	if (vasprintf(&text, format, args) < 0) {
		acr_oom();
	}
	return text;
}

void acr_freep(void *pointer)
{
	void *memory;
	/* The pointer's own type is unknown here, so its bytes are copied rather than read through a void **. */
	memcpy(&memory, pointer, sizeof(memory));
	free(memory);
}
