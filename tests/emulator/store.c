/* ARM resources in memory, in the order of their ids, and as one file each below STATE/resources; private documents
 * as files below STATE/private. A folder mirrors an id, so that deleting a resource with everything below it is one
 * rename. */
#include "emulator.h"
#include "resource_id.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No segment of an id can have this name: "@" is percent-encoded in them. */
#define RESOURCE_FILE "@.json"
#define OPEN_FOLDERS 16

struct entry {
	char *key; /* the id in lower case */
	struct acr_json *resource;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries; /* sorted by key */
static size_t entry_count, entry_room;
static unsigned trash_count;

static char *lower(const char *text)
{
	char *copy = acr_strdup(text);
	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

static bool begins_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

static void complain(struct acr_error *error)
{
	fprintf(stderr, "acr-emulator: %s\n", error->message);
	acr_error_clear(error);
}

/* ---- files ---------------------------------------------------------------------------------------------------- */

static void add_segment(struct acr_buf *path, const char *segment, size_t length)
{
	ACR_AUTO_FREE char *text = acr_strndup(segment, length);
	acr_buf_putc(path, '/');
	/* "." and ".." would be steps, not names. */
	if (*text == '.')
		acr_buf_puts(path, "%2E");
	acr_uri_escape(*text == '.' ? text + 1 : text, "", path);
}

static char *resource_folder(const char *key)
{
	ACR_AUTO(acr_buf) path = ACR_BUF_INIT;
	acr_buf_printf(&path, "%s/resources", emulator.state);
	while (*key) {
		key += strspn(key, "/");
		size_t length = strcspn(key, "/");
		if (length)
			add_segment(&path, key, length);
		key += length;
	}
	return acr_buf_take(&path);
}

static void write_json(const char *path, const struct acr_json *value)
{
	struct acr_error error = ACR_ERROR_INIT;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	acr_json_write(value, &text);
	acr_buf_putc(&text, '\n');
	if (acr_file_replace(path, text.data, text.length, 0600, &error) < 0)
		complain(&error);
}

static void write_resource(const struct entry *entry)
{
	struct acr_error error = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *folder = resource_folder(entry->key);
	ACR_AUTO_FREE char *path = acr_path_join(folder, RESOURCE_FILE);
	if (acr_folder_make(folder, &error) < 0)
		complain(&error);
	else
		write_json(path, entry->resource);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void remove_tree(const char *path)
{
	if (nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		fprintf(stderr, "acr-emulator: cannot delete '%s': %s\n", path, strerror(errno));
}

static void remove_resource_files(const char *key)
{
	ACR_AUTO_FREE char *folder = resource_folder(key);
	ACR_AUTO_FREE char *trash = acr_format("%s/trash/%u", emulator.state, trash_count++);
	if (rename(folder, trash) == 0)
		remove_tree(trash);
	else if (errno != ENOENT)
		fprintf(stderr, "acr-emulator: cannot delete '%s': %s\n", folder, strerror(errno));
}

/* ---- the index ------------------------------------------------------------------------------------------------ */

/* Where `key` stands or would stand. */
static size_t position_of(const char *key)
{
	size_t low = 0, high = entry_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(entries[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct entry *find(const char *id)
{
	ACR_AUTO_FREE char *key = lower(id);
	size_t position = position_of(key);
	return position < entry_count && !strcmp(entries[position].key, key) ? &entries[position] : NULL;
}

static struct entry *insert(const char *id)
{
	char *key = lower(id);
	size_t position = position_of(key);
	if (entry_count == entry_room) {
		entry_room = entry_room ? entry_room * 2 : 64;
		entries = acr_realloc_array(entries, entry_room, sizeof(*entries));
	}
	memmove(&entries[position + 1], &entries[position], (entry_count - position) * sizeof(*entries));
	entry_count++;
	entries[position] = (struct entry){.key = key};
	return &entries[position];
}

static void drop(size_t first, size_t count)
{
	if (!count)
		return;
	for (size_t i = first; i < first + count; i++) {
		free(entries[i].key);
		acr_json_free(entries[i].resource);
	}
	memmove(&entries[first], &entries[first + count], (entry_count - first - count) * sizeof(*entries));
	entry_count -= count;
}

/* ---- resources ------------------------------------------------------------------------------------------------ */

struct acr_json *store_get(const char *id)
{
	pthread_mutex_lock(&lock);
	const struct entry *entry = find(id);
	struct acr_json *copy = entry ? acr_json_copy(entry->resource) : NULL;
	pthread_mutex_unlock(&lock);
	return copy;
}

bool store_has(const char *id)
{
	pthread_mutex_lock(&lock);
	bool has = find(id) != NULL;
	pthread_mutex_unlock(&lock);
	return has;
}

void store_put(const char *id, const struct acr_json *resource)
{
	struct acr_json *copy = acr_json_copy(resource);
	pthread_mutex_lock(&lock);
	struct entry *entry = find(id);
	if (!entry)
		entry = insert(id);
	const char *spelling = acr_json_str(entry->resource, "/id");
	acr_json_set_str(copy, "id", spelling ? spelling : id);
	acr_json_free(entry->resource);
	entry->resource = copy;
	write_resource(entry);
	pthread_mutex_unlock(&lock);
}

bool store_delete(const char *id)
{
	ACR_AUTO_FREE char *key = lower(id);
	ACR_AUTO_FREE char *below = acr_format("%s/", key);
	pthread_mutex_lock(&lock);
	struct entry *entry = find(id);
	if (entry) {
		drop((size_t)(entry - entries), 1);
		/* "a-b" sorts between "a" and "a/b". */
		size_t first = position_of(below), count = 0;
		while (first + count < entry_count && begins_with(entries[first + count].key, below))
			count++;
		drop(first, count);
		remove_resource_files(key);
	}
	pthread_mutex_unlock(&lock);
	return entry != NULL;
}

/* Append copies of all resources below `scope` that `wanted` accepts. */
static struct acr_json *list_below(const char *scope, bool (*wanted)(const char *rest, const char *type),
				   const char *type)
{
	struct acr_json *list = acr_json_new_array();
	ACR_AUTO_FREE char *key = lower(scope);
	ACR_AUTO_FREE char *below = acr_format("%s/", key);
	size_t length = strlen(below);
	pthread_mutex_lock(&lock);
	for (size_t i = position_of(below); i < entry_count && begins_with(entries[i].key, below); i++)
		if (wanted(entries[i].key + length, type))
			acr_json_append(list, acr_json_copy(entries[i].resource));
	pthread_mutex_unlock(&lock);
	return list;
}

static bool is_item(const char *rest, const char *type)
{
	(void)type;
	return !strchr(rest, '/');
}

struct acr_json *store_list(const char *collection)
{
	return list_below(collection, is_item, NULL);
}

static bool has_type(const char *rest, const char *type)
{
	ACR_AUTO_FREE char *own = resource_type(rest);
	return type ? !strcasecmp(own, type)
		    : strncasecmp(own, "Microsoft.Resources/", strlen("Microsoft.Resources/")) != 0;
}

struct acr_json *store_list_type(const char *scope, const char *type)
{
	return list_below(scope, has_type, type);
}

bool store_change(const char *id, bool (*change)(struct acr_json *resource, void *user), void *user)
{
	pthread_mutex_lock(&lock);
	const struct entry *entry = find(id);
	bool changed = entry && change(entry->resource, user);
	if (changed)
		write_resource(entry);
	pthread_mutex_unlock(&lock);
	return changed;
}

/* ---- private documents ---------------------------------------------------------------------------------------- */

static char *private_path(const char *name)
{
	ACR_AUTO(acr_buf) path = ACR_BUF_INIT;
	acr_buf_printf(&path, "%s/private", emulator.state);
	add_segment(&path, name, strlen(name));
	acr_buf_puts(&path, ".json");
	return acr_buf_take(&path);
}

static struct acr_json *read_json(const char *path)
{
	struct acr_error error = ACR_ERROR_INIT;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	struct acr_json *value = NULL;
	if (access(path, F_OK) < 0)
		return NULL;
	if (acr_file_read(path, &text, &error) < 0 ||
	    acr_json_parse(acr_buf_str(&text), text.length, &value, &error) < 0) {
		acr_error_prefix(&error, "'%s' is damaged and counts as absent", path);
		complain(&error);
	}
	return value;
}

char *store_private_name(const char *kind, const char *id)
{
	ACR_AUTO_FREE char *lower = acr_strdup(id);
	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	char digest[65];
	acr_sha256_hex(lower, strlen(lower), digest);
	return acr_format("%s-%.32s", kind, digest);
}

struct acr_json *store_private_get(const char *name)
{
	ACR_AUTO_FREE char *path = private_path(name);
	pthread_mutex_lock(&lock);
	struct acr_json *value = read_json(path);
	pthread_mutex_unlock(&lock);
	return value;
}

void store_private_put(const char *name, const struct acr_json *value)
{
	ACR_AUTO_FREE char *path = private_path(name);
	pthread_mutex_lock(&lock);
	if (value)
		write_json(path, value);
	else
		unlink(path);
	pthread_mutex_unlock(&lock);
}

/* ---- start ---------------------------------------------------------------------------------------------------- */

static int load_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	if (kind != FTW_F || strcmp(path + walk->base, RESOURCE_FILE) != 0)
		return 0;
	struct acr_json *resource = read_json(path);
	const char *id = acr_json_str(resource, "/id");
	if (id)
		insert(id)->resource = resource;
	else
		acr_json_free(resource);
	return 0;
}

int store_open(struct acr_error *error)
{
	ACR_AUTO_FREE char *resources = acr_path_join(emulator.state, "resources");
	ACR_AUTO_FREE char *private = acr_path_join(emulator.state, "private");
	ACR_AUTO_FREE char *trash = acr_path_join(emulator.state, "trash");
	remove_tree(trash);
	int result = acr_folder_make(resources, error);
	if (result == 0)
		result = acr_folder_make(private, error);
	if (result == 0)
		result = acr_folder_make(trash, error);
	if (result == 0 && nftw(resources, load_one, OPEN_FOLDERS, FTW_PHYS) < 0)
		result = acr_fail_errno(error, errno, "cannot read '%s'", resources);
	return result;
}

void store_close(void)
{
	pthread_mutex_lock(&lock);
	drop(0, entry_count);
	free(entries);
	entries = NULL;
	entry_room = 0;
	pthread_mutex_unlock(&lock);
}
