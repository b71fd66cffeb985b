/* The cache of tokens and login servers: one JSON file a key, and a copy in memory that is good for as long as the
 * file stays the same. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <acr/cache.h>
#include <acr/encode.h>
#include <acr/file.h>

#define MAX_FILE ((size_t)1 << 20)
#define LOCK_WAIT_MS 30000
#define LOCK_SLICE_MS 100
#define HASH_LENGTH 32 /* hexadecimal digits of the key's SHA-256 in a file name */
#define MAX_TIME 1e15  /* the next power of ten would not fit a JSON number exactly */
#define KEEP_EXPIRED_S (24 * 60 * 60)

struct entry {
	char *name; /* "<kind>-<hash>" */
	struct acr_json *value;
	int64_t expires_on;
	bool stored; /* the file below holds the same */
	dev_t device;
	ino_t inode;
	struct timespec changed;
};

struct acr_cache {
	char *folder; /* NULL: memory only */
	const struct acr_clock *clock;
	void (*warn)(void *user, const char *line);
	void *user;
	bool warned, swept;
	struct entry *entries;
	size_t count;
};

struct acr_cache *acr_cache_new(const char *folder, const struct acr_clock *clock,
				void (*warn)(void *user, const char *line), void *user)
{
	struct acr_cache *cache = acr_alloc(sizeof(*cache));

	cache->folder = folder && *folder ? acr_strdup(folder) : NULL;
	cache->clock = clock;
	cache->warn = warn;
	cache->user = user;
	return cache;
}

static void entry_clear(struct entry *entry)
{
	free(entry->name);
	acr_json_free(entry->value);
}

void acr_cache_free(struct acr_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->count; i++)
		entry_clear(&cache->entries[i]);
	free(cache->entries);
	free(cache->folder);
	free(cache);
}

static void complain(struct acr_cache *cache, const struct acr_error *error)
{
	if (cache->warned || !cache->warn)
		return;
	cache->warned = true;
	ACR_AUTO_FREE char *line =
		acr_format("cannot use the cache in '%s' (%s); going on without it", cache->folder, error->message);
	cache->warn(cache->user, line);
}

static char *entry_name(const char *kind, const char *key)
{
	char hash[65];

	acr_sha256_hex(key, strlen(key), hash);
	return acr_format("%s-%.*s", kind, HASH_LENGTH, hash);
}

static char *entry_path(const struct acr_cache *cache, const char *name, const char *suffix)
{
	return acr_format("%s/%s%s", cache->folder, name, suffix);
}

static struct entry *find(struct acr_cache *cache, const char *name)
{
	for (size_t i = 0; i < cache->count; i++) {
		if (strcmp(cache->entries[i].name, name) == 0)
			return &cache->entries[i];
	}
	return NULL;
}

static void forget(struct acr_cache *cache, const char *name)
{
	struct entry *entry = find(cache, name);

	if (!entry)
		return;
	entry_clear(entry);
	*entry = cache->entries[--cache->count];
}

/* Put `value` (taken) into memory. */
static struct entry *remember(struct acr_cache *cache, const char *name, struct acr_json *value, int64_t expires_on)
{
	forget(cache, name);
	cache->entries = acr_realloc_array(cache->entries, cache->count + 1, sizeof(*cache->entries));
	struct entry *entry = &cache->entries[cache->count++];
	*entry = (struct entry){.name = acr_strdup(name), .value = value, .expires_on = expires_on};
	return entry;
}

static void mark_stored(struct entry *entry, const struct stat *status)
{
	entry->stored = true;
	entry->device = status->st_dev;
	entry->inode = status->st_ino;
	entry->changed = status->st_ctim;
}

/* Every store makes a new file, so an unchanged inode and time mean unchanged contents. */
static bool is_current(const struct entry *entry, const struct stat *status)
{
	return entry && entry->stored && entry->device == status->st_dev && entry->inode == status->st_ino &&
	       entry->changed.tv_sec == status->st_ctim.tv_sec && entry->changed.tv_nsec == status->st_ctim.tv_nsec;
}

static int read_file(const char *path, struct acr_json **value, int64_t *expires_on, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_FILE);
	ACR_AUTO_PTR(acr_json) *file = NULL;
	int rc;

	if ((rc = acr_file_read(path, &text, error)) < 0)
		return rc;
	if ((rc = acr_json_parse(acr_buf_str(&text), text.length, &file, error)) < 0)
		return acr_error_prefix(error, "'%s' is damaged", path);
	double end = acr_json_num(file, "/expires_on", -1);
	if (!acr_json_get(file, "value") || !(end >= 0 && end < MAX_TIME))
		return acr_fail(error, ACR_ERROR_FORMAT, "'%s' is damaged", path);
	*expires_on = (int64_t)end;
	*value = acr_json_detach(file, "value");
	return 0;
}

/* In a folder that others may write to, what they put there is not to be trusted: it may say where tokens go. The
 * superuser works with the files of those that it works for. */
static bool is_trusted(const struct stat *status)
{
	return S_ISREG(status->st_mode) && (status->st_uid == geteuid() || status->st_uid == 0 || geteuid() == 0);
}

/* Bring the memory in line with the file. */
static void refresh(struct acr_cache *cache, const char *name)
{
	ACR_AUTO_FREE char *path = entry_path(cache, name, ".json");
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	struct entry *entry = find(cache, name);
	struct acr_json *value = NULL;
	int64_t expires_on = 0;
	struct stat status;

	if (stat(path, &status) < 0) {
		if (entry && entry->stored)
			forget(cache, name);
		return;
	}
	if (is_current(entry, &status))
		return;
	int rc = is_trusted(&status) ? read_file(path, &value, &expires_on, &error)
				     : acr_fail(&error, ACR_ERROR_FILE, "'%s' is no file of yours", path);
	if (rc < 0) {
		forget(cache, name);
		if (access(path, F_OK) == 0) /* it may have been dropped this very moment */
			complain(cache, &error);
		return;
	}
	mark_stored(remember(cache, name, value, expires_on), &status);
}

struct acr_json *acr_cache_get(struct acr_cache *cache, const char *kind, const char *key, int margin)
{
	ACR_AUTO_FREE char *name = entry_name(kind, key);

	if (cache->folder)
		refresh(cache, name);
	const struct entry *entry = find(cache, name);
	if (!entry || entry->expires_on <= cache->clock->now(cache->clock) + margin)
		return NULL;
	return acr_json_copy(entry->value);
}

/* "registry-access-0123…cdef.json" and the files beside it; anything else in the folder is not ours to remove. */
static bool is_cache_file(const char *name)
{
	size_t digits = 0;

	for (const char *p = name; *p; p++) {
		if (*p == '.' && digits == HASH_LENGTH)
			return strncmp(p, ".json", 5) == 0 || strcmp(p, ".lock") == 0;
		digits = strchr("0123456789abcdef", *p) ? digits + 1 : 0;
	}
	return false;
}

/* Remove what expired long ago, once in the life of a process. A file's modification time is its expiry. */
static void sweep(struct acr_cache *cache)
{
	int64_t limit = cache->clock->now(cache->clock) - KEEP_EXPIRED_S;
	struct dirent *item;
	struct stat status;
	DIR *folder;

	if (cache->swept)
		return;
	cache->swept = true;
	folder = opendir(cache->folder);
	while (folder && (item = readdir(folder))) {
		if (is_cache_file(item->d_name) &&
		    fstatat(dirfd(folder), item->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(status.st_mode) && status.st_mtim.tv_sec < limit)
			unlinkat(dirfd(folder), item->d_name, 0);
	}
	if (folder)
		closedir(folder);
}

static int store(struct acr_cache *cache, struct entry *entry, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = entry_path(cache, entry->name, ".json");
	ACR_AUTO_PTR(acr_json) *file = acr_json_new_object();
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = entry->expires_on}};
	struct stat status;
	int rc;

	acr_json_set_num(file, "expires_on", (double)entry->expires_on);
	acr_json_set(file, "value", acr_json_copy(entry->value));
	ACR_AUTO_FREE char *text = acr_json_text(file);
	if ((rc = acr_folder_make(cache->folder, error)) < 0)
		return rc;
	if ((rc = acr_file_replace(path, text, strlen(text), 0600, error)) < 0)
		return rc;
	utimensat(AT_FDCWD, path, times, 0);
	if (stat(path, &status) == 0)
		mark_stored(entry, &status);
	return 0;
}

void acr_cache_put(struct acr_cache *cache, const char *kind, const char *key, const struct acr_json *value,
		   int64_t expires_on)
{
	ACR_AUTO_FREE char *name = entry_name(kind, key);
	struct entry *entry = remember(cache, name, acr_json_copy(value), expires_on);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	if (!cache->folder)
		return;
	if (store(cache, entry, &error) < 0)
		complain(cache, &error);
	else
		sweep(cache);
}

void acr_cache_drop(struct acr_cache *cache, const char *kind, const char *key)
{
	ACR_AUTO_FREE char *name = entry_name(kind, key);

	forget(cache, name);
	if (cache->folder) {
		ACR_AUTO_FREE char *path = entry_path(cache, name, ".json");

		unlink(path);
	}
}

/* Whether a file, or a value in memory, is of that kind: "<kind>-<hash>" and what may follow. */
static bool is_of_kind(const char *name, const char *kind)
{
	size_t length = strlen(kind);

	return strncmp(name, kind, length) == 0 && name[length] == '-' &&
	       strspn(name + length + 1, "0123456789abcdef") == HASH_LENGTH;
}

/* Bring what the memory holds of a kind in line with the files. */
static void refresh_kind(struct acr_cache *cache, const char *kind)
{
	DIR *folder = cache->folder ? opendir(cache->folder) : NULL;
	struct dirent *item;

	/* First what may have gone; from the end, since the last one takes the place of one that goes. */
	for (size_t i = cache->count; cache->folder && i-- > 0;) {
		ACR_AUTO_FREE char *name = acr_strdup(cache->entries[i].name);
		refresh(cache, name);
	}
	while (folder && (item = readdir(folder))) {
		const char *suffix = strrchr(item->d_name, '.');

		if (!is_of_kind(item->d_name, kind) || !suffix || strcmp(suffix, ".json") != 0)
			continue;
		ACR_AUTO_FREE char *name = acr_strndup(item->d_name, (size_t)(suffix - item->d_name));
		refresh(cache, name);
	}
	if (folder)
		closedir(folder);
}

struct acr_json *acr_cache_list(struct acr_cache *cache, const char *kind)
{
	struct acr_json *ret = acr_json_new_array();

	refresh_kind(cache, kind);
	for (size_t i = 0; i < cache->count; i++) {
		const struct entry *entry = &cache->entries[i];

		if (is_of_kind(entry->name, kind) && entry->expires_on > cache->clock->now(cache->clock))
			acr_json_append(ret, acr_json_copy(entry->value));
	}
	return ret;
}

void acr_cache_clear(struct acr_cache *cache, const char *kind)
{
	size_t i = 0;

	refresh_kind(cache, kind);
	while (i < cache->count) {
		ACR_AUTO_FREE char *name = acr_strdup(cache->entries[i].name);

		if (!is_of_kind(name, kind)) {
			i++;
			continue;
		}
		forget(cache, name);
		if (cache->folder) {
			ACR_AUTO_FREE char *path = entry_path(cache, name, ".json");

			unlink(path);
		}
	}
}

/* In slices, so that whoever wants to stop is heard. */
static int wait_for_lock(const struct acr_cache *cache, const char *path, struct acr_error *error)
{
	int waited, lock = ACR_ERROR_TIMEOUT;

	for (waited = 0; waited < LOCK_WAIT_MS && lock == ACR_ERROR_TIMEOUT; waited += LOCK_SLICE_MS) {
		if (acr_clock_interrupted(cache->clock))
			return acr_fail(error, ACR_ERROR_INTERRUPTED, "interrupted");
		acr_error_clear(error);
		lock = acr_file_lock(path, LOCK_SLICE_MS, error);
	}
	if (lock == ACR_ERROR_TIMEOUT)
		return acr_fail(error, lock, "cannot lock '%s': another process has kept it for %d s", path,
				LOCK_WAIT_MS / 1000);
	return lock;
}

int acr_cache_lock(struct acr_cache *cache, const char *kind, const char *key)
{
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	int lock;

	if (!cache->folder)
		return ACR_ERROR_FILE;
	ACR_AUTO_FREE char *name = entry_name(kind, key);
	ACR_AUTO_FREE char *path = entry_path(cache, name, ".lock");
	if ((lock = acr_folder_make(cache->folder, &error)) == 0)
		lock = wait_for_lock(cache, path, &error);
	if (lock < 0 && lock != ACR_ERROR_INTERRUPTED)
		complain(cache, &error);
	return lock;
}

void acr_cache_unlock(int lock)
{
	if (lock >= 0)
		acr_file_unlock(lock);
}
