/* struct acr_error: made by acr_fail(), passed on with context. */
#include <stdlib.h>
#include <string.h>
#include <acr/error.h>

static int fail(struct acr_error *error, int code, char *message)
{
	if (!error) {
		free(message);
		return code;
	}
	/* The message may have been made from the old one, so it is complete before that goes. */
	acr_error_clear(error);
	error->code = code;
	error->message = message;
	return code;
}

int acr_fail(struct acr_error *error, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *message = acr_vformat(format, args);
	va_end(args);
	return fail(error, code, message);
}

int acr_fail_errno(struct acr_error *error, int saved_errno, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *text = acr_vformat(format, args);
	va_end(args);
	return fail(error, ACR_ERROR_FILE, acr_format("%s: %s", text, strerror(saved_errno)));
}

int acr_error_prefix(struct acr_error *error, const char *format, ...)
{
	if (!error) {
		return ACR_ERROR_GENERAL;
	}
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *prefix = acr_vformat(format, args);
	va_end(args);
	char *message = acr_format("%s: %s", prefix, error->message ? error->message : "");
	free(error->message);
	error->message = message;
	return error->code;
}

int acr_error_move(struct acr_error *to, struct acr_error *from)
{
	int code = from->code;
	if (!to) {
		acr_error_clear(from);
		return code;
	}
	if (to != from) {
		acr_error_clear(to);
		*to = *from;
		*from = (struct acr_error)ACR_ERROR_INIT;
	}
	return code;
}

void acr_error_clear(struct acr_error *error)
{
	if (!error) {
		return;
	}
	free(error->service_code);
	free(error->message);
	free(error->request_id);
	free(error->resource);
	*error = (struct acr_error)ACR_ERROR_INIT;
}

bool acr_error_is_momentary(const struct acr_error *error)
{
	return error->code == ACR_ERROR_NETWORK || error->code == ACR_ERROR_TIMEOUT || error->http_status == 408 ||
	       error->http_status == 429 || error->http_status >= 500;
}
