/* Errors: one line, one exit status. */
#include "fail.h"

#include <acr/buf.h>
#include <string.h>

#include "context.h"

int fail_status(int code)
{
	switch (code) {
	case ACR_OK:
		return 0;
	case ACR_ERROR_USAGE:
		return 2;
	case ACR_ERROR_NOT_FOUND:
		return 3;
	case ACR_ERROR_INTERRUPTED:
		return 128 + (context_signal() ? context_signal() : 2);
	default:
		return 1;
	}
}

/* Services break their messages into lines; ours is one. */
static void add_one_line(struct acr_buf *line, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\r\n\t");

		acr_buf_add(line, text, length);
		text += length;
		text += strspn(text, " \r\n\t");
		if (line->length && line->data[line->length - 1] != ' ')
			acr_buf_putc(line, ' ');
	}
	while (line->length && line->data[line->length - 1] == ' ')
		acr_buf_truncate(line, line->length - 1);
}

int fail_print(struct io *io, const struct acr_error *error)
{
	ACR_AUTO(acr_buf) line = ACR_BUF_INIT;

	if (error->service_code) {
		acr_buf_putc(&line, '(');
		add_one_line(&line, error->service_code);
		acr_buf_puts(&line, ") ");
	}
	add_one_line(&line, error->message ? error->message : "");
	if (error->resource) {
		acr_buf_puts(&line, " (");
		add_one_line(&line, error->resource);
		acr_buf_putc(&line, ')');
	}
	if (error->request_id && error->http_status) {
		if (line.length && !strchr(".!?:", line.data[line.length - 1]))
			acr_buf_putc(&line, '.');
		acr_buf_printf(&line, " Correlation ID: %s.", error->request_id);
	}
	io_error(io, "%s", acr_buf_str(&line));
	return fail_status(error->code);
}
