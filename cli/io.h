/* The streams of one run, and what is known about them. Tests make their own. */
#ifndef CLI_IO_H
#define CLI_IO_H

#include <stdbool.h>
#include <stdio.h>
#include <acr/error.h>

struct io {
	FILE *in, *out, *err;
	bool in_terminal, out_terminal, err_terminal;
	bool colour;           /* both outputs are terminals and colour is wanted */
	bool only_show_errors; /* no warnings, no progress */
	bool verbose, debug;
};

void io_system(struct io *io);
/* Write a result at once: that a disk is full is noticed. Where the reader has gone away the process ends by SIGPIPE, as
 * other programs do; nothing is wrong then. */
int io_result(struct io *io, const void *bytes, size_t length, struct acr_error *error) ACR_MUST_CHECK;
/* One line on the error stream: "WARNING: …" (yellow on a terminal), nothing with only_show_errors. */
void io_warn(struct io *io, const char *format, ...) ACR_PRINTF(2, 3);
/* One plain line on the error stream about what is going on; nothing with only_show_errors. */
void io_note(struct io *io, const char *format, ...) ACR_PRINTF(2, 3);
/* "INFO: …", with --verbose or --debug only. */
void io_info(struct io *io, const char *format, ...) ACR_PRINTF(2, 3);
/* "DEBUG: …", with --debug only. */
void io_debug(struct io *io, const char *format, ...) ACR_PRINTF(2, 3);
/* "ERROR: …" (red on a terminal). */
void io_error(struct io *io, const char *format, ...) ACR_PRINTF(2, 3);

#endif
