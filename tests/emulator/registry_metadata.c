/* What is known of the repositories of a registry, in memory and as one file a repository:
 *
 *   {"imageName", "createdTime", "lastUpdateTime", "changeableAttributes",
 *    "tags": {NAME: {"name", "digest", "createdTime", "lastUpdateTime", "signed", "changeableAttributes"}},
 *    "manifests": {DIGEST: see registry_describe.c},
 *    "deleted": {DIGEST: the same with "deletedAt" and "tags"}} */
#include "registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *time_text(void)
{
	ACR_AUTO_FREE char *text = now_text();
	return acr_format("%.27sZ", text);
}

/* ---- files ---------------------------------------------------------------------------------------------------- */

static char *metadata_folder(const struct registry *registry)
{
	return acr_path_join(registry->folder, "metadata");
}

/* Names of repositories have slashes and may be longer than a file's name. */
static char *repository_file(const struct registry *registry, const char *repository)
{
	char digest[65];
	acr_sha256_hex(repository, strlen(repository), digest);
	return acr_format("%s/metadata/%s.json", registry->folder, digest);
}

static void complain(struct acr_error *error)
{
	fprintf(stderr, "acr-emulator: %s\n", error->message);
	acr_error_clear(error);
}

static void load_repository(struct registry *registry, const char *path)
{
	struct acr_error error = ACR_ERROR_INIT;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	struct acr_json *repository = NULL;
	if (acr_file_read(path, &text, &error) < 0 ||
	    acr_json_parse(acr_buf_str(&text), text.length, &repository, &error) < 0) {
		acr_error_prefix(&error, "'%s' is damaged and counts as absent", path);
		complain(&error);
		return;
	}
	const char *name = acr_json_str(repository, "/imageName");
	if (name)
		acr_json_set(registry->repositories, name, repository);
	else
		acr_json_free(repository);
}

int metadata_load(struct registry *registry, struct acr_error *error)
{
	ACR_AUTO_FREE char *folder = metadata_folder(registry);
	registry->repositories = acr_json_new_object();
	int result = acr_folder_make(folder, error);
	if (result < 0)
		return result;
	DIR *files = opendir(folder);
	if (!files)
		return acr_fail_errno(error, errno, "cannot read '%s'", folder);
	for (const struct dirent *file; (file = readdir(files));) {
		size_t length = strlen(file->d_name);
		if (length <= 5 || strcmp(file->d_name + length - 5, ".json") != 0)
			continue;
		ACR_AUTO_FREE char *path = acr_path_join(folder, file->d_name);
		load_repository(registry, path);
	}
	closedir(files);
	return 0;
}

void metadata_save(struct registry *registry, const char *repository)
{
	struct acr_error error = ACR_ERROR_INIT;
	const struct acr_json *value = metadata_remains(registry, repository);
	ACR_AUTO_FREE char *path = repository_file(registry, repository);
	if (!acr_json_first(acr_json_get(value, "manifests")) && !acr_json_first(acr_json_get(value, "deleted"))) {
		if (unlink(path) < 0 && errno != ENOENT)
			fprintf(stderr, "acr-emulator: cannot delete '%s': %s\n", path, strerror(errno));
		acr_json_remove(registry->repositories, repository);
		return;
	}
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	acr_json_write(value, &text);
	acr_buf_putc(&text, '\n');
	if (acr_file_replace(path, text.data, text.length, 0600, &error) < 0)
		complain(&error);
}

/* ---- looking up ----------------------------------------------------------------------------------------------- */

struct acr_json *metadata_remains(const struct registry *registry, const char *repository)
{
	return acr_json_get(registry->repositories, repository);
}

struct acr_json *metadata_repository(const struct registry *registry, const char *repository)
{
	struct acr_json *found = metadata_remains(registry, repository);
	return acr_json_first(acr_json_get(found, "manifests")) ? found : NULL;
}

struct acr_json *metadata_tag(const struct acr_json *repository, const char *tag)
{
	return acr_json_get(acr_json_get(repository, "tags"), tag);
}

struct acr_json *metadata_manifest(const struct acr_json *repository, const char *digest)
{
	return acr_json_get(acr_json_get(repository, "manifests"), digest);
}

bool metadata_allows(const struct acr_json *item, const char *attribute)
{
	const struct acr_json *value = acr_json_get(acr_json_get(item, "changeableAttributes"), attribute);
	return !value || acr_json_bool(value);
}

bool metadata_may_delete(const struct acr_json *item)
{
	return metadata_allows(item, "deleteEnabled") && metadata_allows(item, "writeEnabled");
}

/* ---- lists ---------------------------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
	return strcmp(acr_json_key(*(const struct acr_json *const *)a),
		      acr_json_key(*(const struct acr_json *const *)b));
}

/* The texts of times have the same length, so they sort as the times do. */
static int by_time(const void *a, const void *b)
{
	const char *first = acr_json_str(*(const struct acr_json *const *)a, "/lastUpdateTime");
	const char *second = acr_json_str(*(const struct acr_json *const *)b, "/lastUpdateTime");
	int order = strcmp(first ? first : "", second ? second : "");
	return order ? order : by_key(a, b);
}

static int by_time_down(const void *a, const void *b)
{
	return by_time(b, a);
}

struct acr_json *metadata_list(const struct acr_json *repository, const struct acr_json *items, const char *order,
			       metadata_shape shape)
{
	size_t count = acr_json_size(items), i = 0;
	const struct acr_json **sorted = acr_alloc_array(count + 1, sizeof(*sorted));
	for (const struct acr_json *item = acr_json_first(items); item; item = acr_json_next(item))
		sorted[i++] = item;
	qsort(sorted, count, sizeof(*sorted),
	      !strcmp(order, "timeasc")    ? by_time
	      : !strcmp(order, "timedesc") ? by_time_down
					   : by_key);
	struct acr_json *list = acr_json_new_array();
	for (i = 0; i < count; i++) {
		struct acr_json *shaped = shape(repository, sorted[i]);
		if (shaped)
			acr_json_append(list, shaped);
	}
	free(sorted);
	return list;
}

struct acr_json *metadata_tags_of(const struct acr_json *repository, const char *digest, bool listed)
{
	struct acr_json *names = acr_json_new_array();
	const struct acr_json *tags = acr_json_get(repository, "tags");
	for (const struct acr_json *tag = acr_json_first(tags); tag; tag = acr_json_next(tag)) {
		const char *own = acr_json_str(tag, "/digest");
		if (own && !strcmp(own, digest) && (!listed || metadata_allows(tag, "listEnabled")))
			acr_json_append(names, acr_json_new_string(acr_json_key(tag)));
	}
	return names;
}

static bool contains(const struct acr_json *strings, const char *text)
{
	for (const struct acr_json *item = acr_json_first(strings); item; item = acr_json_next(item))
		if (!strcmp(acr_json_string(item), text))
			return true;
	return false;
}

struct acr_json *metadata_with_referrers(const struct acr_json *repository, const char *digest)
{
	const struct acr_json *manifests = acr_json_get(repository, "manifests");
	struct acr_json *found = acr_json_new_array();
	acr_json_append(found, acr_json_new_string(digest));
	/* The list grows while it is walked. */
	for (const struct acr_json *subject = acr_json_first(found); subject; subject = acr_json_next(subject)) {
		for (const struct acr_json *item = acr_json_first(manifests); item; item = acr_json_next(item)) {
			const char *refers = acr_json_str(item, "/subject");
			if (refers && !strcmp(refers, acr_json_string(subject)) && !contains(found, acr_json_key(item)))
				acr_json_append(found, acr_json_new_string(acr_json_key(item)));
		}
	}
	return found;
}

/* ---- changes -------------------------------------------------------------------------------------------------- */

static struct acr_json *all_enabled(void)
{
	return json_build("{'deleteEnabled':true,'writeEnabled':true,'readEnabled':true,'listEnabled':true}");
}

/* The repository, made when it is not there. */
static struct acr_json *open_repository(struct registry *registry, const char *name, const char *now)
{
	struct acr_json *repository = metadata_remains(registry, name);
	if (!repository) {
		repository = json_build("{'imageName':%s,'tags':{},'manifests':{},'deleted':{}}", name);
		acr_json_set(registry->repositories, name, repository);
	}
	if (!acr_json_first(acr_json_get(repository, "manifests"))) {
		acr_json_set_str(repository, "createdTime", now);
		acr_json_set(repository, "changeableAttributes", all_enabled());
	}
	acr_json_set_str(repository, "lastUpdateTime", now);
	return repository;
}

/* Takes `fallback`. */
static void inherit_member(struct acr_json *item, const struct acr_json *older, const char *key,
			   struct acr_json *fallback)
{
	const struct acr_json *value = acr_json_get(older, key);
	if (value)
		acr_json_set(item, key, acr_json_copy(value));
	else if (!acr_json_get(item, key))
		acr_json_set(item, key, TAKE(fallback));
	acr_json_free(fallback);
}

/* A new item takes over what an older one of that name already had. */
static void inherit(struct acr_json *item, const struct acr_json *older, const char *now)
{
	inherit_member(item, older, "createdTime", acr_json_new_string(now));
	inherit_member(item, older, "changeableAttributes", all_enabled());
	acr_json_set_str(item, "lastUpdateTime", now);
}

void metadata_note_untagged(struct acr_json *repository, const char *digest, const char *now)
{
	struct acr_json *manifest = metadata_manifest(repository, digest);
	ACR_AUTO_PTR(acr_json) *tags = metadata_tags_of(repository, digest, false);
	if (manifest && !acr_json_first(tags))
		acr_json_set_str(manifest, "untaggedAt", now);
}

static void record_tag(struct acr_json *repository, const char *name, const char *digest, const char *now)
{
	struct acr_json *tag = json_build("{'name':%s,'digest':%s,'signed':false}", name, digest);
	ACR_AUTO_FREE char *before = acr_strdup(acr_json_str(metadata_tag(repository, name), "/digest"));
	inherit(tag, metadata_tag(repository, name), now);
	acr_json_set(acr_json_get(repository, "tags"), name, tag);
	acr_json_remove(metadata_manifest(repository, digest), "untaggedAt");
	if (before)
		metadata_note_untagged(repository, before, now);
}

void metadata_record(struct registry *registry, const char *repository, const char *tag, struct acr_json *description)
{
	ACR_AUTO_FREE char *now = time_text();
	ACR_AUTO_FREE char *digest = acr_strdup(acr_json_str(description, "/digest"));
	struct acr_json *target = open_repository(registry, repository, now);
	const struct acr_json *older = metadata_manifest(target, digest);
	inherit(description, older, now);
	if (!older)
		acr_json_set_str(acr_json_get(description, "changeableAttributes"), "quarantineState", "Passed");
	acr_json_set(acr_json_get(target, "manifests"), digest, description);
	acr_json_remove(acr_json_get(target, "deleted"), digest);
	if (tag)
		record_tag(target, tag, digest, now);
	metadata_save(registry, repository);
}

static void drop_tags(struct acr_json *repository, const struct acr_json *names)
{
	for (const struct acr_json *name = acr_json_first(names); name; name = acr_json_next(name))
		acr_json_remove(acr_json_get(repository, "tags"), acr_json_string(name));
}

void metadata_forget(struct registry *registry, const char *repository, const char *digest, bool keep)
{
	struct acr_json *target = metadata_repository(registry, repository);
	struct acr_json *manifest = acr_json_detach(acr_json_get(target, "manifests"), digest);
	if (!manifest)
		return;
	ACR_AUTO_FREE char *now = time_text();
	struct acr_json *tags = metadata_tags_of(target, digest, false);
	drop_tags(target, tags);
	acr_json_set_str(target, "lastUpdateTime", now);
	if (keep) {
		acr_json_set_str(manifest, "deletedAt", now);
		acr_json_set(manifest, "tags", tags);
		acr_json_set(acr_json_get(target, "deleted"), digest, manifest);
	} else {
		acr_json_free(tags);
		acr_json_free(manifest);
	}
	metadata_save(registry, repository);
}

/* ---- size ----------------------------------------------------------------------------------------------------- */

struct sized {
	const char *digest;
	uint64_t size;
};

struct sized_list {
	struct sized *items;
	size_t count, room;
};

static void add_sized(struct sized_list *list, const char *digest, double size)
{
	if (!digest)
		return;
	if (list->count == list->room) {
		list->room = list->room ? list->room * 2 : 64;
		list->items = acr_realloc_array(list->items, list->room, sizeof(*list->items));
	}
	list->items[list->count++] = (struct sized){digest, (uint64_t)size};
}

static void add_manifests(struct sized_list *list, const struct acr_json *manifests)
{
	for (const struct acr_json *item = acr_json_first(manifests); item; item = acr_json_next(item)) {
		add_sized(list, acr_json_key(item), acr_json_num(item, "/size", 0));
		const struct acr_json *blobs = acr_json_get(item, "blobs");
		for (const struct acr_json *blob = acr_json_first(blobs); blob; blob = acr_json_next(blob))
			add_sized(list, acr_json_str(blob, "/digest"), acr_json_num(blob, "/size", 0));
	}
}

static int by_digest(const void *a, const void *b)
{
	return strcmp(((const struct sized *)a)->digest, ((const struct sized *)b)->digest);
}

uint64_t metadata_size(const struct registry *registry)
{
	struct sized_list list = {0};
	const struct acr_json *repository = acr_json_first(registry->repositories);
	for (; repository; repository = acr_json_next(repository)) {
		add_manifests(&list, acr_json_get(repository, "manifests"));
		add_manifests(&list, acr_json_get(repository, "deleted"));
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_digest);
	uint64_t total = 0;
	for (size_t i = 0; i < list.count; i++)
		if (!i || strcmp(list.items[i].digest, list.items[i - 1].digest) != 0)
			total += list.items[i].size;
	free(list.items);
	return total;
}
