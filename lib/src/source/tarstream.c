/* The tar stage: the walk's entries as a pax archive; the one file that speaks to libarchive. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "archive_library.h"
#include "context.h"
#include "walk.h"

#define READ_SIZE ((size_t)256 * 1024)

struct tar {
	const struct acr_archive_library *library;
	struct acr_tar_stage *stage;
	struct archive *archive;
	struct archive_entry *entry;
	struct archive_entry_linkresolver *links; /* knows the files with several names */
	char *bytes;
	bool failed; /* else closing would write the rest of a broken file as zeros */
};

static int fail_packing(const struct tar *tar, const char *path, struct acr_error *error)
{
	if (acr_gzip_stopped(tar->stage->to)) {
		return acr_fail(error, ACR_ERROR_CANCELLED, "packing was stopped");
	}
	const char *why = tar->library->archive_error_string(tar->archive);
	return acr_fail(error, ACR_ERROR_GENERAL, "cannot pack '%s': %s", path, why ? why : "libarchive failed");
}

static int changed(const char *path, const char *how, struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_FILE, "'%s' %s while it was packed; try again when nothing writes to it", path,
			how);
}

/* What was read may be half old and half new. */
static int check_unchanged(int file, const char *path, const struct stat *before, struct acr_error *error)
{
	struct stat after;
	if (fstat(file, &after) < 0) {
		return acr_fail_errno(error, errno, "cannot read '%s'", path);
	}
	if (after.st_mtim.tv_sec != before->st_mtim.tv_sec || after.st_mtim.tv_nsec != before->st_mtim.tv_nsec) {
		return changed(path, "changed", error);
	}
	return 0;
}

/* Asks for one byte more than should be there: a file that has not grown is then read with a single call. */
static int write_bytes(struct tar *tar, int file, const char *path, int64_t size, struct acr_error *error)
{
	for (int64_t left = size;;) {
		size_t ask = left < (int64_t)READ_SIZE ? (size_t)left + 1 : READ_SIZE;
		ssize_t got = read(file, tar->bytes, ask);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return acr_fail_errno(error, errno, "cannot read '%s'", path);
		}
		if (got > left || (got == 0 && left > 0)) {
			return changed(path, got ? "grew" : "shrank", error);
		}
		if (got && tar->library->archive_write_data(tar->archive, tar->bytes, (size_t)got) != got) {
			return fail_packing(tar, path, error);
		}
		left -= got;
		atomic_fetch_add_explicit(&tar->stage->context->bytes, (uint64_t)got, memory_order_relaxed);
		if ((size_t)got < ask && left == 0) {
			return 0;
		}
	}
}

static int write_contents(struct tar *tar, int file, const char *path, const struct stat *stat, struct acr_error *error)
{
	int code = write_bytes(tar, file, path, stat->st_size, error);
	code = code ? code : check_unchanged(file, path, stat, error);
	if (code == 0) {
		acr_context_note_file(tar->stage->context, path, (uint64_t)stat->st_size);
	}
	return code;
}

/* Everything but the kind-specific parts. */
static void describe(struct tar *tar, const char *path, const struct stat *stat)
{
	const struct acr_archive_library *library = tar->library;
	library->archive_entry_clear(tar->entry);
	library->archive_entry_copy_pathname(tar->entry, path);
	library->archive_entry_set_filetype(tar->entry, stat->st_mode & S_IFMT);
	library->archive_entry_set_perm(tar->entry, stat->st_mode & 07777);
	library->archive_entry_set_uid(tar->entry, stat->st_uid);
	library->archive_entry_set_gid(tar->entry, stat->st_gid);
	library->archive_entry_set_mtime(tar->entry, stat->st_mtime, 0);
	library->archive_entry_set_size(tar->entry, S_ISREG(stat->st_mode) ? stat->st_size : 0);
}

static int write_header(struct tar *tar, const char *path, struct acr_error *error)
{
	/* A warning is about a name that is not UTF-8: its bytes are kept, under "hdrcharset=BINARY". */
	if (tar->library->archive_write_header(tar->archive, tar->entry) < ARCHIVE_WARN) {
		return fail_packing(tar, path, error);
	}
	atomic_fetch_add_explicit(&tar->stage->context->entries, 1, memory_order_relaxed);
	return 0;
}

/* Whether the file was packed before under another name; the entry is then made a hard link to that. */
static bool is_second_name(struct tar *tar, const struct stat *stat)
{
	if (stat->st_nlink < 2) {
		return false;
	}
	const struct acr_archive_library *library = tar->library;
	library->archive_entry_set_dev(tar->entry, stat->st_dev);
	library->archive_entry_set_ino64(tar->entry, (int64_t)stat->st_ino);
	library->archive_entry_set_nlink(tar->entry, (unsigned)stat->st_nlink);
	struct archive_entry *spare = NULL;
	library->archive_entry_linkify(tar->links, &tar->entry, &spare);
	return library->archive_entry_hardlink(tar->entry) != NULL;
}

static int pack_file(struct tar *tar, const struct acr_walk_entry *entry, struct acr_error *error)
{
	if (is_second_name(tar, entry->stat)) {
		return write_header(tar, entry->path, error);
	}
	int file = openat(entry->folder, entry->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file < 0 && errno == ENOENT) {
		return changed(entry->path, "vanished", error);
	}
	if (file < 0) {
		return acr_fail_errno(error, errno, "cannot read '%s'", entry->path);
	}
	int code = write_header(tar, entry->path, error);
	code = code ? code : write_contents(tar, file, entry->path, entry->stat, error);
	close(file);
	return code;
}

static int pack_entry(void *user, const struct acr_walk_entry *entry, struct acr_error *error)
{
	struct tar *tar = user;
	if (acr_context_is_dockerfile(tar->stage->context, entry->path)) {
		return 0;
	}
	describe(tar, entry->path, entry->stat);
	if (S_ISREG(entry->stat->st_mode)) {
		return pack_file(tar, entry, error);
	}
	if (entry->target) {
		tar->library->archive_entry_copy_symlink(tar->entry, entry->target);
	}
	return write_header(tar, entry->path, error);
}

static int pack_dockerfile(struct tar *tar, struct acr_error *error)
{
	const struct acr_context *context = tar->stage->context;
	const char *path = context->options.dockerfile;
	if (!path) {
		return 0;
	}
	int file = acr_context_open_dockerfile(context, error);
	if (file < 0) {
		return file;
	}
	struct stat stat;
	int code = 0;
	if (fstat(file, &stat) < 0) {
		code = acr_fail_errno(error, errno, "cannot read '%s'", path);
	} else {
		describe(tar, context->options.dockerfile_entry, &stat);
		code = write_header(tar, path, error);
		code = code ? code : write_contents(tar, file, path, &stat, error);
	}
	close(file);
	return code;
}

/* --- libarchive's side --- */

static ssize_t on_bytes(struct archive *archive, void *user, const void *bytes, size_t length)
{
	(void)archive;
	const struct tar *tar = user;
	return !tar->failed && acr_gzip_write(tar->stage->to, bytes, length) ? (ssize_t)length : -1;
}

static int open_archive(struct tar *tar, struct acr_error *error)
{
	int code = acr_archive_library(&tar->library, error);
	if (code) {
		return code;
	}
	const struct acr_archive_library *library = tar->library;
	tar->archive = library->archive_write_new();
	tar->entry = library->archive_entry_new();
	tar->links = library->archive_entry_linkresolver_new();
	if (!tar->archive || !tar->entry || !tar->links) {
		acr_oom();
	}
	library->archive_entry_linkresolver_set_strategy(tar->links, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED);
	/* Nothing is gathered here: the next stage does that. */
	if (library->archive_write_set_format_pax_restricted(tar->archive) != ARCHIVE_OK ||
	    library->archive_write_set_bytes_per_block(tar->archive, 0) != ARCHIVE_OK ||
	    library->archive_write_open(tar->archive, tar, NULL, on_bytes, NULL) != ARCHIVE_OK) {
		return fail_packing(tar, tar->stage->context->options.folder, error);
	}
	tar->bytes = acr_alloc(READ_SIZE);
	return 0;
}

static void close_archive(struct tar *tar)
{
	if (tar->archive) {
		tar->library->archive_entry_linkresolver_free(tar->links);
		tar->library->archive_entry_free(tar->entry);
		tar->library->archive_write_free(tar->archive);
	}
	free(tar->bytes);
}

static void on_notice(void *user, const char *line)
{
	struct tar *tar = user;
	tar->stage->notice(tar->stage->user, line);
}

static bool is_stopped(void *user)
{
	struct tar *tar = user;
	return acr_gzip_stopped(tar->stage->to);
}

static void pack_all(struct acr_tar_stage *stage, struct acr_error *error)
{
	struct tar tar = {.stage = stage};
	struct acr_walk walk = {.ignore = &stage->context->ignore,
				.visit = pack_entry,
				.notice = on_notice,
				.stopped = is_stopped,
				.user = &tar};
	int code = open_archive(&tar, error);
	code = code ? code : acr_walk(&walk, stage->context->root, error);
	code = code ? code : pack_dockerfile(&tar, error);
	if (code == 0 && !atomic_load(&stage->context->entries)) {
		code = acr_fail(error, ACR_ERROR_GENERAL,
				"there is nothing to pack in '%s': it is empty, or its ignore file leaves nothing",
				stage->context->options.folder);
	}
	tar.failed = code != 0;
	if (tar.archive && tar.library->archive_write_close(tar.archive) < ARCHIVE_WARN && code == 0) {
		fail_packing(&tar, stage->context->options.folder, error);
	}
	close_archive(&tar);
}

void acr_tar_run(struct acr_tar_stage *stage)
{
	struct acr_error error = ACR_ERROR_INIT;
	/* Names are UTF-8 in the archive; libarchive takes those on disk to be in the thread's locale. */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (utf8) {
		uselocale(utf8);
	}
	pack_all(stage, &error);
	if (utf8) {
		uselocale(LC_GLOBAL_LOCALE);
		freelocale(utf8);
	}
	acr_gzip_end(stage->to, &error);
}
