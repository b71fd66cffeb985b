/* JSON values written as they look. */
#include "emulator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Append the argument for the conversion at `step` and return what follows it. */
static const char *add_argument(const char *step, va_list *args, struct acr_buf *text)
{
	if (!strncmp(step, "%s", 2)) {
		const char *value = va_arg(*args, const char *);
		if (value)
			acr_json_write_string(value, strlen(value), text);
		else
			acr_buf_puts(text, "null");
		return step + 2;
	}
	if (!strncmp(step, "%d", 2)) {
		acr_buf_printf(text, "%d", va_arg(*args, int));
		return step + 2;
	}
	if (!strncmp(step, "%lld", 4)) {
		acr_buf_printf(text, "%lld", va_arg(*args, long long));
		return step + 4;
	}
	fprintf(stderr, "acr-emulator: unknown conversion at '%s'\n", step);
	abort();
}

struct acr_json *json_build(const char *template, ...)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	va_list args;
	va_start(args, template);
	for (const char *step = template; *step;) {
		if (*step == '%')
			step = add_argument(step, &args, &text);
		else {
			acr_buf_putc(&text, *step == '\'' ? '"' : *step);
			step++;
		}
	}
	va_end(args);
	struct acr_json *value = NULL;
	struct acr_error error = ACR_ERROR_INIT;
	if (acr_json_parse(acr_buf_str(&text), text.length, &value, &error) < 0) {
		fprintf(stderr, "acr-emulator: template '%s': %s\n", template, error.message);
		abort();
	}
	return value;
}
