/* The log of a run: a file that only grows, served as an append blob, and a mark beside it once it is complete. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)64 << 10) /* a longer line is written in pieces */

int log_open(struct run_log *log, const char *path, struct acr_error *error)
{
	ACR_AUTO_FREE char *folder = acr_strdup(path);
	*strrchr(folder, '/') = '\0';
	if (acr_folder_make(folder, error) < 0)
		return error->code;
	int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (descriptor < 0)
		return acr_fail_errno(error, errno, "cannot create the log '%s'", path);
	log->descriptor = descriptor;
	log->path = acr_strdup(path);
	return 0;
}

int log_branch(struct run_log *branch, const struct run_log *log, struct acr_error *error)
{
	if (log_open(branch, log->path, error) < 0)
		return error->code;
	words_add_all(&branch->secrets, &log->secrets);
	return 0;
}

void log_hide(struct run_log *log, const char *secret)
{
	while (secret && *secret) {
		size_t length = strcspn(secret, "\r\n");
		ACR_AUTO_FREE char *line = acr_strndup(secret, length);
		if (*line)
			words_add(&log->secrets, line);
		secret += length;
		secret += strspn(secret, "\r\n");
	}
}

/* Replace every secret in the line. */
static void blank(struct run_log *log)
{
	static const char cover[] = "***";
	for (size_t i = 0; i < log->secrets.count; i++) {
		const char *secret = log->secrets.items[i];
		size_t length = strlen(secret);
		ACR_AUTO(acr_buf) clean = ACR_BUF_INIT;
		const char *rest = acr_buf_str(&log->line), *end = rest + log->line.length, *found;
		while ((found = memmem(rest, (size_t)(end - rest), secret, length))) {
			acr_buf_add(&clean, rest, (size_t)(found - rest));
			acr_buf_puts(&clean, cover);
			rest = found + length;
		}
		if (rest == acr_buf_str(&log->line))
			continue;
		acr_buf_add(&clean, rest, (size_t)(end - rest));
		acr_buf_reset(&log->line);
		acr_buf_add(&log->line, clean.data, clean.length);
	}
}

static void flush(struct run_log *log, const char *end)
{
	blank(log);
	acr_buf_puts(&log->line, end);
	const char *rest = acr_buf_str(&log->line);
	size_t left = log->line.length;
	while (left && log->descriptor >= 0) {
		ssize_t written = write(log->descriptor, rest, left);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			note("cannot write the log %s: %s", log->path, strerror(errno));
			break;
		}
		rest += written;
		left -= (size_t)written;
	}
	acr_buf_reset(&log->line);
}

void log_write(struct run_log *log, const char *bytes, size_t length)
{
	const char *end = bytes + length;
	while (bytes < end) {
		const char *line_end = memchr(bytes, '\n', (size_t)(end - bytes));
		acr_buf_add(&log->line, bytes, (size_t)((line_end ? line_end : end) - bytes));
		if (!line_end) {
			if (log->line.length > LINE_MAX_BYTES)
				flush(log, "");
			return;
		}
		if (log->line.length && log->line.data[log->line.length - 1] == '\r')
			acr_buf_truncate(&log->line, log->line.length - 1);
		flush(log, "\r\n");
		bytes = line_end + 1;
	}
}

ACR_PRINTF(2, 0)
static void log_formatted(struct run_log *log, const char *format, va_list args)
{
	ACR_AUTO_FREE char *text = acr_vformat(format, args);
	log_write(log, text, strlen(text));
	log_write(log, "\n", 1);
}

void log_end_line(struct run_log *log)
{
	if (log->line.length)
		log_write(log, "\n", 1);
}

void log_text(struct run_log *log, const char *format, ...)
{
	log_end_line(log);
	va_list args;
	va_start(args, format);
	log_formatted(log, format, args);
	va_end(args);
}

void log_line(struct run_log *log, const char *format, ...)
{
	log_end_line(log);
	time_t now = (time_t)now_seconds();
	struct tm parts;
	char stamp[32];
	if (gmtime_r(&now, &parts) && strftime(stamp, sizeof(stamp), "%Y/%m/%d %H:%M:%S ", &parts))
		log_write(log, stamp, strlen(stamp));
	va_list args;
	va_start(args, format);
	log_formatted(log, format, args);
	va_end(args);
}

void log_close(struct run_log *log)
{
	if (log->line.length)
		flush(log, "");
	if (log->descriptor >= 0)
		close(log->descriptor);
	log->descriptor = -1;
	free(TAKE(log->path));
	acr_buf_clear(&log->line);
	words_clear(&log->secrets);
}

int log_complete(const char *path, const char *state, struct acr_error *error)
{
	ACR_AUTO_FREE char *mark = acr_format("%s.complete", path);
	return acr_file_replace(mark, state, strlen(state), 0600, error);
}

char *log_state(const char *path)
{
	ACR_AUTO_FREE char *mark = acr_format("%s.complete", path);
	ACR_AUTO(acr_buf) state = ACR_BUF_INIT_MAX(64);
	return acr_file_read(mark, &state, NULL) < 0 ? NULL : acr_buf_take(&state);
}
