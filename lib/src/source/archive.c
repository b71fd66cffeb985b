/* A context as tar.gz: threads make it while somebody reads.
 *
 *   folder ► tar ► gzip ► read()
 *
 * Callbacks of the context's owner are called by read() alone, in its thread. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "context.h"

struct note {
	struct note *next;
	char *line;
};

struct archive_source {
	struct acr_source source; /* first */
	struct acr_context *context;
	struct acr_gzip *gzip; /* NULL until it runs */
	struct acr_tar_stage stage;
	pthread_t thread;  /* of the stage, when there is a gzip */
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

/* Before its end is read. */
static void tell_packed(struct archive_source *archive)
{
	const struct acr_context_options *options = &archive->context->options;
	if (options->packed && acr_gzip_is_last(archive->gzip)) {
		options->packed(options->user);
	}
}

static ssize_t archive_read(struct acr_source *source, void *bytes, size_t size, struct acr_error *error)
{
	struct archive_source *archive = (struct archive_source *)source;
	if (!archive->left) {
		const void *block = NULL;
		ssize_t length = acr_gzip_next(archive->gzip, &block, error);
		report(archive, true);
		if (length <= 0) {
			return length;
		}
		tell_packed(archive);
		archive->bytes = block;
		archive->left = (size_t)length;
	}
	size_t length = size < archive->left ? size : archive->left;
	memcpy(bytes, archive->bytes, length);
	archive->bytes += length;
	archive->left -= length;
	return (ssize_t)length;
}

static bool archive_ready(struct acr_source *source)
{
	struct archive_source *archive = (struct archive_source *)source;
	return archive->left || acr_gzip_ready(archive->gzip);
}

static void *run_tar(void *stage)
{
	acr_tar_run(stage);
	return NULL;
}

/* End the threads and forget what they made. */
static void stop(struct archive_source *archive)
{
	if (archive->gzip) {
		acr_gzip_stop(archive->gzip);
		pthread_join(archive->thread, NULL);
		acr_gzip_free(TAKE(archive->gzip));
	}
	report(archive, false);
	archive->left = 0;
}

static int start(struct archive_source *archive, struct acr_error *error)
{
	struct acr_gzip *gzip = NULL;
	int code = acr_gzip_new(&gzip, error);
	if (code) {
		return code;
	}
	acr_context_reset(archive->context);
	archive->stage =
		(struct acr_tar_stage){.context = archive->context, .to = gzip, .notice = take_note, .user = archive};
	code = acr_gzip_thread(&archive->thread, run_tar, &archive->stage);
	if (code) {
		acr_gzip_free(gzip);
		return acr_fail_errno(error, code, "cannot start a thread to pack the context");
	}
	archive->gzip = gzip;
	return 0;
}

static int archive_rewind(struct acr_source *source, struct acr_error *error)
{
	struct archive_source *archive = (struct archive_source *)source;
	stop(archive);
	return start(archive, error);
}

static void archive_free(struct acr_source *source)
{
	struct archive_source *archive = (struct archive_source *)source;
	stop(archive);
	pthread_mutex_destroy(&archive->lock);
	free(archive);
}

int acr_context_archive(struct acr_context *context, struct acr_source **ret, struct acr_error *error)
{
	struct archive_source *archive = acr_alloc(sizeof(*archive));
	archive->source = (struct acr_source){
		.read = archive_read, .ready = archive_ready, .rewind = archive_rewind, .free = archive_free};
	archive->context = context;
	archive->last = &archive->notes;
	pthread_mutex_init(&archive->lock, NULL);
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
