/* The streams of a run, and the one way in which lines reach people. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <acr/buf.h>
#include "io.h"

void io_system(struct io *io)
{
	const char *terminal = getenv("TERM"), *plain = getenv("NO_COLOR");

	*io = (struct io){.in = stdin, .out = stdout, .err = stderr};
	io->in_terminal = isatty(STDIN_FILENO);
	io->out_terminal = isatty(STDOUT_FILENO);
	io->err_terminal = isatty(STDERR_FILENO);
	io->colour =
		io->out_terminal && io->err_terminal && !(plain && *plain) && !(terminal && !strcmp(terminal, "dumb"));
}

int io_result(struct io *io, const void *bytes, size_t length, struct acr_error *error)
{
	if (fwrite(bytes, 1, length, io->out) == length && fflush(io->out) == 0)
		return 0;
	if (errno == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return acr_fail(error, ACR_ERROR_FILE, "The result could not be written to standard output: %s.",
			strerror(errno));
}

/* What a server or a file name holds must not steer the terminal. */
static void add_printable(struct acr_buf *line, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '\r')
			acr_buf_puts(line, "\\r");
		else if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			acr_buf_printf(line, "\\x%02x", c);
		else
			acr_buf_putc(line, *text);
	}
}

ACR_PRINTF(4, 0)
static void print_line(struct io *io, const char *level, const char *colour, const char *format, va_list arguments)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) line = ACR_BUF_INIT;

	acr_buf_vprintf(&text, format, arguments);
	/* As az: colour where both outputs are terminals, a word in front everywhere else. */
	if (io->colour)
		acr_buf_puts(&line, colour);
	else
		acr_buf_printf(&line, "%s: ", level);
	add_printable(&line, acr_buf_str(&text));
	acr_buf_puts(&line, io->colour ? "\033[0m\n" : "\n");
	fwrite(line.data, 1, line.length, io->err);
	fflush(io->err);
}

void io_note(struct io *io, const char *format, ...)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) line = ACR_BUF_INIT;
	va_list arguments;

	if (io->only_show_errors)
		return;
	va_start(arguments, format);
	acr_buf_vprintf(&text, format, arguments);
	va_end(arguments);
	add_printable(&line, acr_buf_str(&text));
	acr_buf_putc(&line, '\n');
	fwrite(line.data, 1, line.length, io->err);
	fflush(io->err);
}

void io_warn(struct io *io, const char *format, ...)
{
	va_list arguments;

	if (io->only_show_errors)
		return;
	va_start(arguments, format);
	print_line(io, "WARNING", "\033[33m", format, arguments);
	va_end(arguments);
}

void io_info(struct io *io, const char *format, ...)
{
	va_list arguments;

	if (!io->verbose && !io->debug)
		return;
	va_start(arguments, format);
	print_line(io, "INFO", "\033[32m", format, arguments);
	va_end(arguments);
}

void io_debug(struct io *io, const char *format, ...)
{
	va_list arguments;

	if (!io->debug)
		return;
	va_start(arguments, format);
	print_line(io, "DEBUG", "\033[36m", format, arguments);
	va_end(arguments);
}

void io_error(struct io *io, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_line(io, "ERROR", "\033[91m", format, arguments);
	va_end(arguments);
}
