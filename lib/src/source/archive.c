/* A context as tar.gz: two threads make it while somebody reads.
 *
 *   folder ► tar ► blocks ► gzip ► blocks ► read()
 *
 * Callbacks of the context's owner are called by read() alone, in its thread. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "context.h"

/* Blocks between tar and gzip, and between gzip and the reader: so much is ready while the reader sends the rest. */
#define TAR_BLOCKS 8
#define GZIP_BLOCKS 64

struct note {
	struct note *next;
	char *line;
};

struct archive_source {
	struct acr_source source; /* first */
	struct acr_context *context;
	struct acr_pipe *tar, *gzip;
	struct acr_tar_stage tar_stage;
	struct acr_gzip_stage gzip_stage;
	pthread_t threads[2];
	size_t running;
	const char *bytes; /* what is left of the block being read */
	size_t left;
	pthread_mutex_t lock; /* for the notes */
	struct note *notes, **last;
};

static void take_note(void *user, const char *line)
{
	struct archive_source *archive = user;
	struct note *note = acr_alloc(sizeof(*note));
	note->line = acr_strdup(line);
	pthread_mutex_lock(&archive->lock);
	*archive->last = note;
	archive->last = &note->next;
	pthread_mutex_unlock(&archive->lock);
}

static struct note *all_notes(struct archive_source *archive)
{
	pthread_mutex_lock(&archive->lock);
	struct note *notes = TAKE(archive->notes);
	archive->last = &archive->notes;
	pthread_mutex_unlock(&archive->lock);
	return notes;
}

/* Tell the owner what happened in the threads. */
static void report(struct archive_source *archive, bool tell)
{
	const struct acr_context_options *options = &archive->context->options;
	for (struct note *note = all_notes(archive), *next; note; note = next) {
		if (tell && options->warn) {
			options->warn(options->user, note->line);
		}
		next = note->next;
		free(note->line);
		free(note);
	}
	if (tell && options->progress) {
		uint64_t entries, bytes;
		acr_context_totals(archive->context, &entries, &bytes);
		options->progress(options->user, entries, bytes);
	}
}

static ssize_t archive_read(struct acr_source *source, void *bytes, size_t size, struct acr_error *error)
{
	struct archive_source *archive = (struct archive_source *)source;
	if (!archive->left) {
		const void *block = NULL;
		ssize_t length = acr_pipe_next(archive->gzip, &block, error);
		report(archive, true);
		if (length <= 0) {
			return length;
		}
		archive->bytes = block;
		archive->left = (size_t)length;
	}
	size_t length = size < archive->left ? size : archive->left;
	memcpy(bytes, archive->bytes, length);
	archive->bytes += length;
	archive->left -= length;
	return (ssize_t)length;
}

static void archive_free(struct acr_source *source)
{
	struct archive_source *archive = (struct archive_source *)source;
	acr_pipe_stop(archive->tar);
	acr_pipe_stop(archive->gzip);
	for (size_t i = 0; i < archive->running; i++) {
		pthread_join(archive->threads[i], NULL);
	}
	report(archive, false);
	acr_pipe_free(archive->tar);
	acr_pipe_free(archive->gzip);
	pthread_mutex_destroy(&archive->lock);
	free(archive);
}

static void *run_tar(void *stage)
{
	acr_tar_run(stage);
	return NULL;
}

static void *run_gzip(void *stage)
{
	acr_gzip_run(stage);
	return NULL;
}

/* Signals stay with the threads that were there before. */
static int start(struct archive_source *archive, struct acr_error *error)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int problem = pthread_create(&archive->threads[0], NULL, run_tar, &archive->tar_stage);
	archive->running += problem == 0;
	if (!problem) {
		problem = pthread_create(&archive->threads[1], NULL, run_gzip, &archive->gzip_stage);
		archive->running += problem == 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return problem ? acr_fail_errno(error, problem, "cannot start a thread to pack the context") : 0;
}

int acr_context_archive(struct acr_context *context, struct acr_source **ret, struct acr_error *error)
{
	struct archive_source *archive = acr_alloc(sizeof(*archive));
	archive->source = (struct acr_source){.read = archive_read, .free = archive_free};
	archive->context = context;
	archive->tar = acr_pipe_new(TAR_BLOCKS);
	archive->gzip = acr_pipe_new(GZIP_BLOCKS);
	archive->tar_stage =
		(struct acr_tar_stage){.context = context, .to = archive->tar, .notice = take_note, .user = archive};
	archive->gzip_stage = (struct acr_gzip_stage){.from = archive->tar, .to = archive->gzip};
	archive->last = &archive->notes;
	pthread_mutex_init(&archive->lock, NULL);
	atomic_store(&context->entries, 0);
	atomic_store(&context->bytes, 0);
	int code = start(archive, error);
	if (code) {
		archive_free(&archive->source);
		return code;
	}
	*ret = &archive->source;
	return 0;
}

void acr_source_free(struct acr_source *source)
{
	if (source) {
		source->free(source);
	}
}
