/* A build context: its folder, ignore rules and Dockerfile, checked before anything is packed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <acr/file.h>
#include "context.h"
#include "walk.h"

#define MAX_IGNORE_FILE ((size_t)16 << 20)

/* az leaves these out, in the root only; ".gitignore" and "bzrignore" are spelled as there. */
static const char *const version_control[] = {
	".git", ".gitignore", ".bzr", "bzrignore", ".hg", ".hgignore", ".svn", NULL,
};

bool acr_context_is_version_control(const char *name)
{
	for (const char *const *item = version_control; *item; item++) {
		if (strcmp(name, *item) == 0) {
			return true;
		}
	}
	return false;
}

int acr_context_open_dockerfile(const struct acr_context *context, struct acr_error *error)
{
	const char *path = context->options.dockerfile;
	int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (file < 0 && errno != ENOENT && errno != ENOTDIR) {
		return acr_fail_errno(error, errno, "cannot read '%s'", path);
	}
	struct stat stat;
	if (file < 0 || fstat(file, &stat) < 0 || !S_ISREG(stat.st_mode)) {
		if (file >= 0) {
			close(file);
		}
		return acr_fail(error, ACR_ERROR_GENERAL, "Unable to find '%s'.", path);
	}
	return file;
}

/* Read the ignore file at `path` when there is one; *found says whether. */
static int read_ignore_file(struct acr_context *context, const char *path, bool *found, struct acr_error *error)
{
	struct stat status;
	if (stat(path, &status) < 0) {
		if (errno == ENOENT || errno == ENOTDIR) {
			return 0;
		}
		return acr_fail_errno(error, errno, "cannot read '%s'", path);
	}
	*found = true;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_IGNORE_FILE);
	int code = acr_file_read(path, &text, error);
	return code ? code : acr_ignore_parse(&context->ignore, path, acr_buf_str(&text), text.length, error);
}

/* The Dockerfile's own ignore file stands in for the one of the folder, as with docker. */
static int read_rules(struct acr_context *context, struct acr_error *error)
{
	const struct acr_context_options *options = &context->options;
	bool found = false;
	int code = 0;
	if (!options->include_vcs) {
		acr_ignore_add_builtin(&context->ignore, version_control);
	}
	if (options->docker_ignore && options->dockerfile) {
		ACR_AUTO_FREE char *path = acr_format("%s.dockerignore", options->dockerfile);
		code = read_ignore_file(context, path, &found, error);
	}
	if (options->docker_ignore && code == 0 && !found) {
		ACR_AUTO_FREE char *path = acr_path_join(options->folder, ".dockerignore");
		code = read_ignore_file(context, path, &found, error);
	}
	return code;
}

static int prepare(struct acr_context *context, struct acr_error *error)
{
	const char *folder = context->options.folder;
	context->root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (context->root < 0) {
		return acr_fail_errno(error, errno, "cannot open the context folder '%s'", folder);
	}
	if (context->options.dockerfile) {
		int file = acr_context_open_dockerfile(context, error);
		if (file < 0) {
			return file;
		}
		close(file);
	}
	return read_rules(context, error);
}

int acr_context_open(const struct acr_context_options *options, struct acr_context **ret, struct acr_error *error)
{
	struct acr_context *context = acr_alloc(sizeof(*context));
	context->options = *options;
	context->options.folder = acr_strdup(options->folder);
	context->options.dockerfile = acr_strdup(options->dockerfile);
	context->options.dockerfile_entry = acr_strdup(options->dockerfile_entry);
	context->root = -1;
	int code = prepare(context, error);
	if (code) {
		acr_context_free(context);
		return code;
	}
	*ret = context;
	return 0;
}

void acr_context_free(struct acr_context *context)
{
	if (!context) {
		return;
	}
	if (context->root >= 0) {
		close(context->root);
	}
	acr_context_reset(context);
	acr_ignore_clear(&context->ignore);
	free((void *)(uintptr_t)context->options.folder);
	free((void *)(uintptr_t)context->options.dockerfile);
	free((void *)(uintptr_t)context->options.dockerfile_entry);
	free(context);
}

void acr_context_totals(const struct acr_context *context, uint64_t *entries, uint64_t *bytes)
{
	*entries = atomic_load_explicit(&context->entries, memory_order_relaxed);
	*bytes = atomic_load_explicit(&context->bytes, memory_order_relaxed);
}

void acr_context_reset(struct acr_context *context)
{
	for (size_t i = 0; i < context->largest_count; i++) {
		free((void *)(uintptr_t)context->largest[i].path);
	}
	context->largest_count = 0;
	atomic_store(&context->entries, 0);
	atomic_store(&context->bytes, 0);
}

void acr_context_note_file(struct acr_context *context, const char *path, uint64_t size)
{
	struct acr_context_file *files = context->largest;
	size_t place = context->largest_count;
	if (place == ACR_CONTEXT_LARGEST) {
		if (size <= files[place - 1].size) {
			return;
		}
		free((void *)(uintptr_t)files[--place].path);
	} else {
		context->largest_count++;
	}
	for (; place > 0 && files[place - 1].size < size; place--) {
		files[place] = files[place - 1];
	}
	files[place] = (struct acr_context_file){.path = acr_strdup(path), .size = size};
}

size_t acr_context_largest(const struct acr_context *context, struct acr_context_file ret[ACR_CONTEXT_LARGEST])
{
	memcpy(ret, context->largest, context->largest_count * sizeof(*ret));
	return context->largest_count;
}

/* --- listing --- */

bool acr_context_is_dockerfile(const struct acr_context *context, const char *path)
{
	return context->options.dockerfile && strcmp(path, context->options.dockerfile_entry) == 0;
}

struct listing {
	const struct acr_context *context;
	int (*entry)(void *user, const char *path, char type, uint64_t size, unsigned mode);
	void *user;
};

static int list_one(const struct listing *listing, const char *path, const struct stat *stat)
{
	char type = S_ISREG(stat->st_mode) ? 'f' : S_ISDIR(stat->st_mode) ? 'd' : 'l';
	uint64_t size = type == 'f' ? (uint64_t)stat->st_size : 0;
	return listing->entry(listing->user, path, type, size, stat->st_mode & 07777);
}

static int list_entry(void *user, const struct acr_walk_entry *entry, struct acr_error *error)
{
	const struct listing *listing = user;
	(void)error;
	return acr_context_is_dockerfile(listing->context, entry->path) ? 0 : list_one(listing, entry->path, entry->stat);
}

static void list_notice(void *user, const char *line)
{
	const struct listing *listing = user;
	if (listing->context->options.warn) {
		listing->context->options.warn(listing->context->options.user, line);
	}
}

int acr_context_list(struct acr_context *context,
		     int (*entry)(void *user, const char *path, char type, uint64_t size, unsigned mode), void *user,
		     struct acr_error *error)
{
	struct listing listing = {.context = context, .entry = entry, .user = user};
	const struct acr_walk walk = {
		.ignore = &context->ignore, .visit = list_entry, .notice = list_notice, .user = &listing};
	int code = acr_walk(&walk, context->root, error);
	if (code || !context->options.dockerfile) {
		return code;
	}
	int file = acr_context_open_dockerfile(context, error);
	if (file < 0) {
		return file;
	}
	struct stat stat;
	code = fstat(file, &stat) < 0 ? acr_fail_errno(error, errno, "cannot read '%s'", context->options.dockerfile)
				      : list_one(&listing, context->options.dockerfile_entry, &stat);
	close(file);
	return code;
}
