/* An ordered walk through a folder, with descriptors instead of paths, so that nothing outside can be reached. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <acr/buf.h>
#include "walk.h"

/* Each level keeps one descriptor open. */
#define MAX_DEPTH 500
#define STOPPED 1

/* A name found in a folder; small, as there may be a million of them. */
struct item {
	uint32_t name; /* offset in the level's names */
	int rule;
};

/* A folder on the way from the root to where the walk is. */
struct level {
	struct level *parent;
	int folder;
	int depth;
	int rule;       /* that decided about it */
	size_t path;    /* length of its path, 0 for the root */
	size_t name;    /* offset of its name in the path */
	bool announced; /* visit() has seen it */
	struct acr_buf names;
	struct item *items;
	size_t count;
};

struct state {
	const struct acr_walk *walk;
	struct acr_buf path;
	struct acr_error *error;
};

static void notice(const struct state *s, const char *format, ...) ACR_PRINTF(2, 3);
static void notice(const struct state *s, const char *format, ...)
{
	if (!s->walk->notice) {
		return;
	}
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *line = acr_vformat(format, args);
	va_end(args);
	s->walk->notice(s->walk->user, line);
}

static int fail_reading(const struct state *s, int saved_errno, const char *what)
{
	const char *path = s->path.length ? acr_buf_str(&s->path) : ".";
	if (saved_errno == ENOENT) {
		return acr_fail(s->error, ACR_ERROR_FILE, "'%s' vanished while the context was read", path);
	}
	return acr_fail_errno(s->error, saved_errno, "cannot read the %s '%s' of the context", what, path);
}

/* --- reading one folder --- */

/* Set the path to `name` in the level's folder; returns the offset of the name. */
static size_t set_path(struct state *s, const struct level *level, const char *name)
{
	acr_buf_truncate(&s->path, level->path);
	if (level->path) {
		acr_buf_putc(&s->path, '/');
	}
	size_t offset = s->path.length;
	acr_buf_puts(&s->path, name);
	return offset;
}

static bool is_reachable(struct state *s, int rule)
{
	acr_buf_putc(&s->path, '/');
	bool reached = acr_ignore_reaches(s->walk->ignore, s->path.data, s->path.length, rule);
	acr_buf_truncate(&s->path, s->path.length - 1);
	return reached;
}

/* Whether a name in this folder is one that az leaves out. */
static bool is_left_out_by_default(const struct state *s, const struct level *level, int rule)
{
	return !level->path && rule != ACR_IGNORE_NO_RULE && (size_t)rule < s->walk->ignore->builtin;
}

/* Keep a name, unless it and all below it is ignored; what is ignored by default stays to be told about. */
static void keep(struct state *s, struct level *level, const struct dirent *entry)
{
	set_path(s, level, entry->d_name);
	int rule = acr_ignore_last(s->walk->ignore, s->path.data, s->path.length, level->rule);
	if (acr_ignore_excludes(s->walk->ignore, rule) && !is_left_out_by_default(s, level, rule)) {
		bool maybe_folder = entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN;
		if (!maybe_folder || !is_reachable(s, rule)) {
			if (s->walk->ignored) {
				s->walk->ignored(s->walk->user, s->path.data, entry->d_type == DT_DIR);
			}
			return;
		}
	}
	if (!(level->count & (level->count - 1))) {
		size_t room = level->count ? level->count * 2 : 1;
		level->items = acr_realloc_array(level->items, room, sizeof(*level->items));
	}
	level->items[level->count++] = (struct item){.name = (uint32_t)level->names.length, .rule = rule};
	acr_buf_add(&level->names, entry->d_name, strlen(entry->d_name) + 1);
}

static int by_name(const void *a, const void *b, void *names)
{
	const struct item *left = a, *right = b;
	return strcmp((const char *)names + left->name, (const char *)names + right->name);
}

static int read_names(struct state *s, struct level *level)
{
	int copy = fcntl(level->folder, F_DUPFD_CLOEXEC, 0);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	if (!folder) {
		int saved_errno = errno;
		if (copy >= 0) {
			close(copy);
		}
		return fail_reading(s, saved_errno, "folder");
	}
	rewinddir(folder);
	int code = 0;
	const struct dirent *entry;
	while ((errno = 0, entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
			keep(s, level, entry);
		}
	}
	if (errno) {
		int saved_errno = errno;
		acr_buf_truncate(&s->path, level->path);
		code = fail_reading(s, saved_errno, "folder");
	}
	closedir(folder);
	if (level->names.overflow) {
		code = acr_fail(s->error, ACR_ERROR_LIMIT, "a folder of the context has too many entries");
	}
	if (level->count > 1) {
		qsort_r(level->items, level->count, sizeof(*level->items), by_name, level->names.data);
	}
	return code;
}

/* --- telling about one entry --- */

static bool leads_out(const char *path, const char *target)
{
	if (target[0] == '/') {
		return true;
	}
	long depth = 0;
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		depth++;
	}
	while (*target && depth >= 0) {
		size_t length = strcspn(target, "/");
		if (length == 2 && memcmp(target, "..", 2) == 0) {
			depth--;
		} else if (length && !(length == 1 && *target == '.')) {
			depth++;
		}
		target += length + (target[length] == '/');
	}
	return depth < 0;
}

static int read_target(const struct state *s, struct acr_walk_entry *entry, char target[PATH_MAX])
{
	ssize_t length = readlinkat(entry->folder, entry->name, target, PATH_MAX);
	if (length < 0) {
		return fail_reading(s, errno, "symbolic link");
	}
	if (length == PATH_MAX) {
		return fail_reading(s, ENAMETOOLONG, "symbolic link");
	}
	target[length] = '\0';
	entry->target = target;
	if (leads_out(entry->path, target)) {
		notice(s, "The symbolic link '%s' leads out of the context, to '%s'. It is packed as it is.",
		       entry->path, target);
	}
	return 0;
}

static int tell(const struct state *s, struct acr_walk_entry *entry)
{
	char target[PATH_MAX];
	int code = 0;
	if (S_ISLNK(entry->stat->st_mode)) {
		code = read_target(s, entry, target);
	} else if (!S_ISREG(entry->stat->st_mode) && !S_ISDIR(entry->stat->st_mode)) {
		notice(s, "Skipping '%s': it is a %s.", entry->path,
		       S_ISSOCK(entry->stat->st_mode)   ? "socket"
		       : S_ISFIFO(entry->stat->st_mode) ? "named pipe"
							: "device");
		return 0;
	}
	code = code ? code : s->walk->visit(s->walk->user, entry, s->error);
	entry->target = NULL;
	return code;
}

/* Folders that are ignored but have something re-included come before it. */
static int announce(const struct state *s, struct level *level)
{
	if (level->announced) {
		return 0;
	}
	int code = announce(s, level->parent);
	if (code) {
		return code;
	}
	struct stat stat;
	if (fstat(level->folder, &stat) < 0) {
		return fail_reading(s, errno, "folder above");
	}
	ACR_AUTO_FREE char *path = acr_strndup(s->path.data, level->path);
	struct acr_walk_entry entry = {
		.path = path, .name = path + level->name, .folder = level->parent->folder, .stat = &stat};
	level->announced = true;
	return tell(s, &entry);
}

/* --- going through --- */

static int walk_folder(struct state *s, struct level *level);

static int descend(struct state *s, struct level *parent, const struct item *item, size_t name, bool announced)
{
	struct level level = {.parent = parent, .depth = parent->depth + 1, .rule = item->rule};
	level.path = s->path.length;
	level.name = name;
	level.announced = announced;
	if (level.depth > MAX_DEPTH) {
		return acr_fail(s->error, ACR_ERROR_LIMIT, "the context is nested deeper than %d folders: '%.100s…'",
				MAX_DEPTH, s->path.data);
	}
	level.folder = openat(parent->folder, s->path.data + name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (level.folder < 0) {
		return fail_reading(s, errno, "folder");
	}
	int code = walk_folder(s, &level);
	close(level.folder);
	return code;
}

static int walk_item(struct state *s, struct level *level, const struct item *item)
{
	size_t name = set_path(s, level, level->names.data + item->name);
	bool excluded = acr_ignore_excludes(s->walk->ignore, item->rule);
	if (is_left_out_by_default(s, level, item->rule)) {
		notice(s, "Excluding '%s' based on default ignore rules", s->path.data);
	}
	if (excluded && !is_reachable(s, item->rule)) {
		return 0;
	}
	struct stat stat;
	if (fstatat(level->folder, s->path.data + name, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
		return fail_reading(s, errno, "entry");
	}
	if (!excluded) {
		struct acr_walk_entry entry = {.folder = level->folder, .stat = &stat};
		entry.path = s->path.data;
		entry.name = s->path.data + name;
		int code = announce(s, level);
		code = code ? code : tell(s, &entry);
		if (code) {
			return code;
		}
	}
	return S_ISDIR(stat.st_mode) ? descend(s, level, item, name, !excluded) : 0;
}

static int walk_folder(struct state *s, struct level *level)
{
	int code = s->walk->stopped && s->walk->stopped(s->walk->user) ? STOPPED : read_names(s, level);
	for (size_t i = 0; i < level->count && code == 0; i++) {
		code = walk_item(s, level, &level->items[i]);
	}
	free(level->items);
	acr_buf_clear(&level->names);
	return code;
}

int acr_walk(const struct acr_walk *walk, int root, struct acr_error *error)
{
	struct state s = {.walk = walk, .error = error};
	struct level top = {.folder = root, .rule = ACR_IGNORE_NO_RULE, .announced = true};
	int code = walk_folder(&s, &top);
	acr_buf_clear(&s.path);
	return code;
}
