/* The meter on stderr: one line that is drawn over, on a terminal only. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdint.h>

#include "io.h"
#include "settings.h"

struct progress;

/* NULL where nothing may be drawn (no terminal, --only-show-errors, [core] disable_progress_bar); all functions below
 * take NULL. */
struct progress *progress_new(struct io *io, struct settings *settings);
/* Wipes the line. */
void progress_free(struct progress *progress);
/* Draw `text`, at most ten times a second unless `now`. */
void progress_draw(struct progress *progress, bool now, const char *format, ...) ACR_PRINTF(3, 4);
/* For acr_call_options.progress; `user` is the struct progress. */
void progress_operation(void *user, const char *state, int64_t elapsed_ms);
/* Wipe the line because something else is printed; the next draw brings it back. */
void progress_clear(struct progress *progress);
/* "607.000 Bytes", "1.855 KiB", "12.300 MiB": as az prints sizes. Yours to free(). */
char *progress_size(uint64_t bytes);

#endif
