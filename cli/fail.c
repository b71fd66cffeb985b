/* Errors: one line, one exit status. */
#include "fail.h"

#include <acr/buf.h>
#include <string.h>
#include <strings.h>

#include "context.h"

static const struct {
	int code, status;
	int rich; /* what it is with ACR_EXIT_CODES=rich */
} statuses[] = {
	{ACR_OK, 0, 0},
	{ACR_ERROR_USAGE, 2, 2},
	{ACR_ERROR_NOT_FOUND, 3, 3},
	{ACR_ERROR_SIGN_IN, 1, 4},
	{ACR_ERROR_AUTH, 1, 4},
	{ACR_ERROR_RUN_TIMEOUT, 1, 5},
	{ACR_ERROR_RUN_CANCELED, 1, 6},
	{ACR_ERROR_NETWORK, 1, 7},
	{ACR_ERROR_TIMEOUT, 1, 7},
};

static bool is_rich(void)
{
	const char *value = settings_variable("ACR_EXIT_CODES");

	return value && !strcasecmp(value, "rich");
}

int fail_status(const struct acr_error *error)
{
	if (error->code == ACR_ERROR_INTERRUPTED)
		return 128 + (context_signal() ? context_signal() : 2);
	/* Another sign-in does not help who is known and may not. */
	if (error->code == ACR_ERROR_AUTH && error->http_status == 403)
		return 1;
	for (size_t i = 0; i < ACR_COUNT(statuses); i++)
		if (statuses[i].code == error->code)
			return is_rich() ? statuses[i].rich : statuses[i].status;
	return 1;
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
	return fail_status(error);
}
