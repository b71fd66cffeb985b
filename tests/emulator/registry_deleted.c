/* /acr/v1/_deleted/: manifests that soft delete keeps for some days, and their restoration. docker-registry still has
 * them; only the metadata tells them from the others. */
#include "registry.h"

#include <stdlib.h>
#include <string.h>

#define DAY_SECONDS 86400

bool soft_delete_enabled(const struct registry *registry)
{
	ACR_AUTO_PTR(acr_json) *resource = registry_resource(registry);
	const char *status = acr_json_str(resource, "/properties/policies/softDeletePolicy/status");
	return status && !strcasecmp(status, "enabled");
}

/* ---- expiry --------------------------------------------------------------------------------------------------- */

static void expire_one(struct registry *registry, const char *name, int64_t before)
{
	struct acr_json *deleted = acr_json_get(metadata_remains(registry, name), "deleted");
	struct acr_json *next;
	bool changed = false;
	for (struct acr_json *item = acr_json_first(deleted); item; item = next) {
		next = acr_json_next(item);
		const char *text = acr_json_str(item, "/deletedAt");
		int64_t when;
		if (text && acr_time_parse(text, &when, NULL, NULL) == 0 && when > before)
			continue;
		acr_json_remove(deleted, acr_json_key(item));
		changed = true;
	}
	if (changed)
		metadata_save(registry, name);
}

void deleted_expire(struct registry *registry)
{
	ACR_AUTO_PTR(acr_json) *resource = registry_resource(registry);
	double days = acr_json_num(resource, "/properties/policies/softDeletePolicy/retentionDays", 7);
	int64_t before = now_seconds() - (int64_t)(days * DAY_SECONDS);
	struct acr_json *next;
	pthread_mutex_lock(&registry->lock);
	for (struct acr_json *item = acr_json_first(registry->repositories); item; item = next) {
		next = acr_json_next(item); /* saving may drop the item */
		ACR_AUTO_FREE char *name = acr_strdup(acr_json_key(item));
		expire_one(registry, name, before);
	}
	pthread_mutex_unlock(&registry->lock);
}

/* ---- lists ---------------------------------------------------------------------------------------------------- */

static const char *latest_deletion(const struct acr_json *deleted)
{
	const char *latest = "";
	for (const struct acr_json *item = acr_json_first(deleted); item; item = acr_json_next(item)) {
		const char *when = acr_json_str(item, "/deletedAt");
		if (when && strcmp(when, latest) > 0)
			latest = when;
	}
	return latest;
}

static struct acr_json *shape_repository(const struct acr_json *unused, const struct acr_json *item)
{
	(void)unused;
	const struct acr_json *deleted = acr_json_get(item, "deleted");
	if (!acr_json_first(deleted))
		return NULL;
	return json_build("{'createdAt':%s,'deletedAt':%s,'repository':%s}", acr_json_str(item, "/createdTime"),
			  latest_deletion(deleted), acr_json_key(item));
}

static void list_repositories(struct registry *registry, struct exchange *exchange)
{
	struct need need = {"registry", "deleted_catalog", "*"};
	ACR_AUTO(page) page = {0};
	if (!authorize(registry, exchange, &need, 1) || !page_read(exchange, &page))
		return;
	pthread_mutex_lock(&registry->lock);
	ACR_AUTO_PTR(acr_json) *items = metadata_list(NULL, registry->repositories, "", shape_repository);
	pthread_mutex_unlock(&registry->lock);
	struct acr_json *answer = acr_json_new_object();
	acr_json_set(answer, "repositories", page_take(exchange, &page, items, "repository"));
	reply_json(exchange, 200, answer);
}

static struct acr_json *shape_manifest(const struct acr_json *repository, const struct acr_json *item)
{
	(void)repository;
	struct acr_json *object = json_build("{'createdAt':%s,'deletedAt':%s,'digest':%s,'mediaType':%s}",
					     acr_json_str(item, "/createdTime"), acr_json_str(item, "/deletedAt"),
					     acr_json_key(item), acr_json_str(item, "/mediaType"));
	acr_json_set(object, "tags", acr_json_copy(acr_json_get(item, "tags")));
	return object;
}

/* One item for each tag that went with a manifest. */
static struct acr_json *tag_items(const struct acr_json *deleted)
{
	struct acr_json *items = acr_json_new_array();
	for (const struct acr_json *item = acr_json_first(deleted); item; item = acr_json_next(item)) {
		const struct acr_json *tags = acr_json_get(item, "tags");
		for (const struct acr_json *tag = acr_json_first(tags); tag; tag = acr_json_next(tag))
			acr_json_append(items,
					json_build("{'createdAt':%s,'deletedAt':%s,'digest':%s,'tag':%s}",
						   acr_json_str(item, "/createdTime"), acr_json_str(item, "/deletedAt"),
						   acr_json_key(item), acr_json_string(tag)));
	}
	return items;
}

static void list_items(struct registry *registry, struct exchange *exchange, const char *name, bool tags)
{
	struct need need = {"repository", name, "deleted_read"};
	ACR_AUTO(page) page = {0};
	if (!authorize(registry, exchange, &need, 1) || !page_read(exchange, &page))
		return;
	ACR_AUTO_PTR(acr_json) *items = NULL;
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = metadata_remains(registry, name);
	const struct acr_json *deleted = acr_json_get(repository, "deleted");
	if (repository)
		items = tags ? tag_items(deleted) : metadata_list(repository, deleted, "", shape_manifest);
	pthread_mutex_unlock(&registry->lock);
	if (!items) {
		fail_name_unknown(exchange, name);
		return;
	}
	struct acr_json *answer = json_build("{'registry':%s,'imageName':%s}", registry->login_server, name);
	/* Several items may have the same tag, so these are not cut into pages. The order is that of the deletions. */
	acr_json_set(answer, tags ? "tags" : "manifests",
		     tags ? TAKE(items) : page_take(exchange, &page, items, "digest"));
	reply_json(exchange, 200, answer);
}

/* ---- restoring ------------------------------------------------------------------------------------------------ */

/* Whether a tag can be given to a manifest without taking it from another. */
static bool tag_is_free(const struct acr_json *repository, const char *tag, const char *digest)
{
	const char *present = acr_json_str(metadata_tag(repository, tag), "/digest");
	return !present || !strcmp(present, digest);
}

/* Make the manifest one of the repository again, with `tag` or the free ones of those it had. */
static void revive(struct registry *registry, const char *name, const char *digest, const char *tag)
{
	struct acr_json *repository = metadata_remains(registry, name);
	struct acr_json *manifest = acr_json_detach(acr_json_get(repository, "deleted"), digest);
	ACR_AUTO_PTR(acr_json) *tags = acr_json_detach(manifest, "tags");
	acr_json_remove(manifest, "deletedAt");
	metadata_record(registry, name, tag, acr_json_copy(manifest));
	for (const struct acr_json *own = tag ? NULL : acr_json_first(tags); own; own = acr_json_next(own))
		if (tag_is_free(repository, acr_json_string(own), digest))
			metadata_record(registry, name, acr_json_string(own), acr_json_copy(manifest));
	acr_json_free(manifest);
}

/* With the lock held. `tag` may be NULL. */
static void restore(struct registry *registry, struct exchange *exchange, const char *name, const char *digest,
		    const char *tag, bool force)
{
	const struct acr_json *repository = metadata_remains(registry, name);
	if (!acr_json_get(acr_json_get(repository, "deleted"), digest)) {
		fail_manifest_unknown(exchange, name, digest);
		return;
	}
	if (tag && !force && !tag_is_free(repository, tag, digest)) {
		registry_fail(exchange, 409, "TAG_EXISTS", json_build("{'name':%s}", tag),
			      "the tag \"%s\" already exists; use force to overwrite it", tag);
		return;
	}
	revive(registry, name, digest, tag);
	struct acr_json *answer = json_build("{'digest':%s}", digest);
	if (tag)
		acr_json_set_str(answer, "tag", tag);
	reply_json(exchange, 200, answer);
}

static void answer_restore(struct registry *registry, struct exchange *exchange, const char *name, const char *digest)
{
	struct need needs[] = {{"repository", name, "deleted_read"}, {"repository", name, "deleted_restore"}};
	if (!authorize(registry, exchange, needs, 2))
		return;
	ACR_AUTO_PTR(acr_json) *body = NULL;
	const struct acr_buf *text = &exchange->body;
	if (text->length && acr_json_parse(acr_buf_str(text), text->length, &body, NULL) < 0) {
		registry_fail(exchange, 400, "BAD_REQUEST", NULL, "The body is not JSON.");
		return;
	}
	ACR_AUTO_FREE char *force = exchange_query(exchange, "force");
	pthread_mutex_lock(&registry->writing);
	pthread_mutex_lock(&registry->lock);
	restore(registry, exchange, name, digest, acr_json_str(body, "/tag"), force && !strcasecmp(force, "true"));
	pthread_mutex_unlock(&registry->lock);
	pthread_mutex_unlock(&registry->writing);
}

/* ---- dispatch ------------------------------------------------------------------------------------------------- */

void deleted_answer(struct registry *registry, struct exchange *exchange, const char *path)
{
	bool get = !strcmp(exchange->method, "GET");
	const char *found = strstr(path, "/_"), *mark = found ? found : "";
	ACR_AUTO_FREE char *name = acr_strndup(path, found ? (size_t)(found - path) : 0);
	deleted_expire(registry);
	if (get && !strcmp(path, "_catalog"))
		list_repositories(registry, exchange);
	else if (!repository_name_valid(name))
		registry_fail(exchange, 404, "UNSUPPORTED", NULL, "There is nothing at '%s'.", exchange->path);
	else if (get && !strcmp(mark, "/_manifests"))
		list_items(registry, exchange, name, false);
	else if (get && !strcmp(mark, "/_tags"))
		list_items(registry, exchange, name, true);
	else if (!strcmp(exchange->method, "POST") && !strncmp(mark, "/_manifests/", 12))
		answer_restore(registry, exchange, name, mark + 12);
	else
		fail_unsupported(exchange);
}
