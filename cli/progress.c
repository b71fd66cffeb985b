/* The meter on stderr. */
#include "progress.h"

#include <acr/clock.h>
#include <acr/mem.h>
#include <stdlib.h>

#define DRAW_EVERY_MS 100

struct progress {
	struct io *io;
	int64_t drawn; /* ticks */
	bool visible;
};

struct progress *progress_new(struct io *io, struct settings *settings)
{
	struct progress *progress;

	if (!io->err_terminal || io->only_show_errors || io->debug ||
	    settings_flag(settings, "core", "disable_progress_bar"))
		return NULL;
	progress = acr_alloc(sizeof(*progress));
	progress->io = io;
	return progress;
}

void progress_clear(struct progress *progress)
{
	if (!progress || !progress->visible)
		return;
	fputs("\r\033[K", progress->io->err);
	fflush(progress->io->err);
	progress->visible = false;
}

void progress_free(struct progress *progress)
{
	progress_clear(progress);
	free(progress);
}

void progress_draw(struct progress *progress, bool now, const char *format, ...)
{
	int64_t ticks = progress ? acr_clock_system.ticks(&acr_clock_system) : 0;
	va_list args;

	if (!progress || (!now && progress->visible && ticks - progress->drawn < DRAW_EVERY_MS))
		return;
	fputs("\r\033[K", progress->io->err);
	va_start(args, format);
	vfprintf(progress->io->err, format, args);
	va_end(args);
	fflush(progress->io->err);
	progress->drawn = ticks;
	progress->visible = true;
}

void progress_operation(void *user, const char *state, int64_t elapsed_ms)
{
	progress_draw(user, true, " - %s .. %llds", state, (long long)(elapsed_ms / 1000));
}

char *progress_size(uint64_t bytes)
{
	static const char *const units[] = {"Bytes", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1024 && unit + 1 < ACR_COUNT(units)) {
		size /= 1024;
		unit++;
	}
	return acr_format("%.3f %s", size, units[unit]);
}
