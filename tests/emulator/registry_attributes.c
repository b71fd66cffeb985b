/* /acr/v1/: what is known of repositories, tags and manifests, their attributes, and deleting. */
#include "registry.h"

#include <stdlib.h>
#include <string.h>

/* What a path names. */
struct target {
	struct registry *registry;
	struct exchange *exchange;
	char *repository;
	char *tag, *digest; /* one of them or none */
	const char *list;   /* "tags" or "manifests" when the path names all of them */
	bool unknown;       /* nothing that the service has */
};

static void target_clear(struct target *target)
{
	free(target->repository);
	free(target->tag);
	free(target->digest);
}

/* "team/app", "team/app/_tags", "team/app/_tags/v1", "team/app/_manifests/sha256:…". */
static void target_parse(struct target *target, const char *path)
{
	static const char tags[] = "/_tags", manifests[] = "/_manifests";
	const char *mark = strstr(path, "/_");
	target->repository = mark ? acr_strndup(path, (size_t)(mark - path)) : acr_strdup(path);
	if (!mark)
		return;
	bool is_tags = !strncmp(mark, tags, sizeof(tags) - 1);
	bool is_manifests = !strncmp(mark, manifests, sizeof(manifests) - 1);
	const char *rest = mark + (is_tags ? sizeof(tags) : sizeof(manifests)) - 1;
	if ((!is_tags && !is_manifests) || (*rest && *rest != '/'))
		target->unknown = true;
	else if (*rest && rest[1])
		*(is_tags ? &target->tag : &target->digest) = acr_strdup(rest + 1);
	else
		target->list = is_tags ? "tags" : "manifests";
}

static bool authorized(const struct target *target, const char *action)
{
	struct need need = {"repository", target->repository, action};
	return authorize(target->registry, target->exchange, &need, 1);
}

/* ---- shapes --------------------------------------------------------------------------------------------------- */

static void copy_members(const struct acr_json *from, const char *const *keys, struct acr_json *to)
{
	for (; *keys; keys++) {
		const struct acr_json *value = acr_json_get(from, *keys);
		if (value)
			acr_json_set(to, *keys, acr_json_copy(value));
	}
}

static struct acr_json *tag_object(const struct acr_json *tag)
{
	static const char *const keys[] = {
		"name", "digest", "createdTime", "lastUpdateTime", "signed", "changeableAttributes", NULL};
	struct acr_json *object = acr_json_new_object();
	copy_members(tag, keys, object);
	return object;
}

static struct acr_json *manifest_object(const struct acr_json *repository, const struct acr_json *manifest)
{
	static const char *const first[] = {"digest",         "imageSize",       "createdTime",
					    "lastUpdateTime", "architecture",    "os",
					    "mediaType",      "configMediaType", NULL};
	static const char *const second[] = {"changeableAttributes", NULL};
	struct acr_json *object = acr_json_new_object();
	copy_members(manifest, first, object);
	struct acr_json *tags = metadata_tags_of(repository, acr_json_key(manifest), true);
	if (acr_json_first(tags)) /* a manifest without tags has no such member */
		acr_json_set(object, "tags", tags);
	else
		acr_json_free(tags);
	copy_members(manifest, second, object);
	return object;
}

static struct acr_json *shape_tag(const struct acr_json *repository, const struct acr_json *tag)
{
	(void)repository;
	return metadata_allows(tag, "listEnabled") ? tag_object(tag) : NULL;
}

static struct acr_json *shape_manifest(const struct acr_json *repository, const struct acr_json *manifest)
{
	return metadata_allows(manifest, "listEnabled") ? manifest_object(repository, manifest) : NULL;
}

static struct acr_json *repository_object(const struct target *target, const struct acr_json *repository)
{
	static const char *const times[] = {"createdTime", "lastUpdateTime", NULL};
	static const char *const attributes[] = {"changeableAttributes", NULL};
	struct acr_json *object =
		json_build("{'registry':%s,'imageName':%s}", target->registry->login_server, target->repository);
	copy_members(repository, times, object);
	acr_json_set_num(object, "manifestCount", (double)acr_json_size(acr_json_get(repository, "manifests")));
	acr_json_set_num(object, "tagCount", (double)acr_json_size(acr_json_get(repository, "tags")));
	copy_members(repository, attributes, object);
	return object;
}

/* ---- looking up ----------------------------------------------------------------------------------------------- */

/* The repository, or the tag or manifest in it, that the path names; NULL when the reply says that it is not there.
 * The caller holds the lock. */
static struct acr_json *find_item(const struct target *target, struct acr_json **repository)
{
	*repository = metadata_repository(target->registry, target->repository);
	struct acr_json *item = !*repository     ? NULL
				: target->tag    ? metadata_tag(*repository, target->tag)
				: target->digest ? metadata_manifest(*repository, target->digest)
						 : *repository;
	if (item)
		return item;
	if (!*repository)
		fail_name_unknown(target->exchange, target->repository);
	else if (target->tag)
		fail_tag_unknown(target->exchange, target->tag);
	else
		fail_manifest_unknown(target->exchange, target->repository, target->digest);
	return NULL;
}

static void reply_item(const struct target *target, const struct acr_json *repository, const struct acr_json *item)
{
	static const char *const references[] = {"references", NULL};
	if (item == repository) {
		reply_json(target->exchange, 200, repository_object(target, repository));
		return;
	}
	struct acr_json *object = target->tag ? tag_object(item) : manifest_object(repository, item);
	if (!target->tag)
		copy_members(item, references, object);
	struct acr_json *answer =
		json_build("{'registry':%s,'imageName':%s}", target->registry->login_server, target->repository);
	acr_json_set(answer, target->tag ? "tag" : "manifest", object);
	reply_json(target->exchange, 200, answer);
}

static void show(const struct target *target)
{
	struct acr_json *repository;
	if (!authorized(target, "metadata_read"))
		return;
	pthread_mutex_lock(&target->registry->lock);
	const struct acr_json *item = find_item(target, &repository);
	if (item)
		reply_item(target, repository, item);
	pthread_mutex_unlock(&target->registry->lock);
}

/* Only the tags of one manifest, as the parameter "digest" asks for. */
static void keep_digest(struct acr_json *tags, const char *digest)
{
	for (size_t i = acr_json_size(tags); i-- > 0;) {
		const char *own = acr_json_str(acr_json_item(tags, i), "/digest");
		if (!own || strcmp(own, digest) != 0)
			acr_json_free(acr_json_detach_item(tags, i));
	}
}

static void list(const struct target *target)
{
	bool tags = !strcmp(target->list, "tags");
	ACR_AUTO(page) page = {0};
	if (!authorized(target, "metadata_read") || !page_read(target->exchange, &page))
		return;
	ACR_AUTO_PTR(acr_json) *items = NULL;
	struct acr_json *repository;
	pthread_mutex_lock(&target->registry->lock);
	if (find_item(target, &repository))
		items = metadata_list(repository, acr_json_get(repository, target->list), page.order,
				      tags ? shape_tag : shape_manifest);
	pthread_mutex_unlock(&target->registry->lock);
	if (!items)
		return;
	ACR_AUTO_FREE char *digest = tags ? exchange_query(target->exchange, "digest") : NULL;
	if (digest)
		keep_digest(items, digest);
	struct acr_json *answer =
		json_build("{'registry':%s,'imageName':%s}", target->registry->login_server, target->repository);
	acr_json_set(answer, target->list, page_take(target->exchange, &page, items, tags ? "name" : "digest"));
	reply_json(target->exchange, 200, answer);
}

/* ---- attributes ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	enum acr_json_type type;
	bool of_manifests; /* only */
} changeable[] = {
	{"deleteEnabled", ACR_JSON_BOOL, false},    {"writeEnabled", ACR_JSON_BOOL, false},
	{"readEnabled", ACR_JSON_BOOL, false},      {"listEnabled", ACR_JSON_BOOL, false},
	{"quarantineState", ACR_JSON_STRING, true}, {"quarantineDetails", ACR_JSON_STRING, true},
};

/* The new attributes of the request; NULL when the reply says what is wrong with them. */
static struct acr_json *read_attributes(const struct target *target)
{
	const struct acr_buf *body = &target->exchange->body;
	struct acr_json *given = NULL;
	if (acr_json_parse(acr_buf_str(body), body->length, &given, NULL) < 0 || !acr_json_is(given, ACR_JSON_OBJECT)) {
		acr_json_free(given);
		registry_fail(target->exchange, 400, "BAD_REQUEST", NULL, "The body is not a JSON object.");
		return NULL;
	}
	for (size_t i = 0; i < ACR_COUNT(changeable); i++) {
		const struct acr_json *value = acr_json_get(given, changeable[i].name);
		if (!value || acr_json_is(value, changeable[i].type))
			continue;
		acr_json_free(given);
		registry_fail(target->exchange, 400, "BAD_REQUEST", NULL, "The value of '%s' has the wrong type.",
			      changeable[i].name);
		return NULL;
	}
	return given;
}

static void change(const struct target *target, const struct acr_json *given)
{
	struct acr_json *repository;
	struct acr_json *item = find_item(target, &repository);
	if (!item)
		return;
	if (item != repository && !metadata_allows(repository, "writeEnabled")) {
		fail_disallowed(target->exchange);
		return;
	}
	for (size_t i = 0; i < ACR_COUNT(changeable); i++) {
		const struct acr_json *value = acr_json_get(given, changeable[i].name);
		if (value && (target->digest || !changeable[i].of_manifests))
			acr_json_set(acr_json_get(item, "changeableAttributes"), changeable[i].name,
				     acr_json_copy(value));
	}
	metadata_save(target->registry, target->repository);
	reply_item(target, repository, item);
}

static void update(const struct target *target)
{
	if (!authorized(target, "metadata_write"))
		return;
	ACR_AUTO_PTR(acr_json) *given = read_attributes(target);
	if (!given)
		return;
	pthread_mutex_lock(&target->registry->lock);
	change(target, given);
	pthread_mutex_unlock(&target->registry->lock);
}

/* ---- deleting ------------------------------------------------------------------------------------------------- */

static struct acr_json *take_key(const struct acr_json *repository, const struct acr_json *item)
{
	(void)repository;
	return acr_json_new_string(acr_json_key(item));
}

static bool all_may_be_deleted(const struct acr_json *items)
{
	for (const struct acr_json *item = acr_json_first(items); item; item = acr_json_next(item))
		if (!metadata_may_delete(item))
			return false;
	return true;
}

/* Names of everything in the repository, {"manifestsDeleted","tagsDeleted"}; NULL when the reply says why it stays. */
static struct acr_json *deletable_contents(const struct target *target)
{
	struct acr_json *contents = NULL, *repository;
	pthread_mutex_lock(&target->registry->lock);
	if (find_item(target, &repository)) {
		const struct acr_json *manifests = acr_json_get(repository, "manifests");
		const struct acr_json *tags = acr_json_get(repository, "tags");
		if (metadata_may_delete(repository) && all_may_be_deleted(manifests) && all_may_be_deleted(tags)) {
			contents = acr_json_new_object();
			acr_json_set(contents, "manifestsDeleted", metadata_list(repository, manifests, "", take_key));
			acr_json_set(contents, "tagsDeleted", metadata_list(repository, tags, "", take_key));
		} else {
			fail_disallowed(target->exchange);
		}
	}
	pthread_mutex_unlock(&target->registry->lock);
	return contents;
}

static void delete_repository(const struct target *target)
{
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_json *contents = deletable_contents(target);
	if (!contents)
		return;
	if (manifests_delete(target->registry, target->exchange, target->repository,
			     acr_json_get(contents, "manifestsDeleted"), &error) == 0) {
		reply_json(target->exchange, 202, contents);
		return;
	}
	acr_json_free(contents);
	fail_internal(target->exchange, &error);
}

static void untag(const struct target *target)
{
	struct acr_json *repository;
	pthread_mutex_lock(&target->registry->lock);
	const struct acr_json *tag = find_item(target, &repository);
	if (tag && metadata_may_delete(repository) && metadata_may_delete(tag)) {
		ACR_AUTO_FREE char *now = time_text();
		ACR_AUTO_FREE char *digest = acr_strdup(acr_json_str(tag, "/digest"));
		acr_json_set_str(repository, "lastUpdateTime", now);
		acr_json_remove(acr_json_get(repository, "tags"), target->tag);
		metadata_note_untagged(repository, digest, now);
		metadata_save(target->registry, target->repository);
		target->exchange->status = 202;
	} else if (tag) {
		fail_disallowed(target->exchange);
	}
	pthread_mutex_unlock(&target->registry->lock);
}

static void delete_item(const struct target *target)
{
	if (target->digest) {
		fail_unsupported(target->exchange); /* that is what /v2/ is for */
		return;
	}
	if (!authorized(target, "delete"))
		return;
	pthread_mutex_lock(&target->registry->writing);
	if (target->tag)
		untag(target);
	else
		delete_repository(target);
	purge_untagged(target->registry, target->exchange);
	pthread_mutex_unlock(&target->registry->writing);
}

/* ---- dispatch ------------------------------------------------------------------------------------------------- */

static void answer_target(const struct target *target)
{
	const char *method = target->exchange->method;
	if (target->unknown)
		registry_fail(target->exchange, 404, "UNSUPPORTED", NULL, "There is nothing at '%s'.",
			      target->exchange->path);
	else if (!repository_name_valid(target->repository))
		registry_fail(target->exchange, 400, "NAME_INVALID", json_build("{'name':%s}", target->repository),
			      "invalid repository name");
	else if (!strcmp(method, "GET"))
		(target->list ? list : show)(target);
	else if (!strcmp(method, "PATCH") && !target->list)
		update(target);
	else if (!strcmp(method, "DELETE") && !target->list)
		delete_item(target);
	else
		fail_unsupported(target->exchange);
}

void attributes_answer(struct registry *registry, struct exchange *exchange)
{
	static const char prefix[] = "/acr/v1/", deleted[] = "_deleted/";
	const char *rest = exchange->path + sizeof(prefix) - 1;
	ACR_AUTO_FREE char *path = acr_uri_unescape(rest, strlen(rest), false);
	if (!strcmp(path, "_catalog") && !strcmp(exchange->method, "GET")) {
		catalog_answer(registry, exchange);
	} else if (!strncmp(path, deleted, sizeof(deleted) - 1)) {
		deleted_answer(registry, exchange, path + sizeof(deleted) - 1);
	} else if (!streaming_answer(registry, exchange, path)) {
		ACR_AUTO(target) target = {.registry = registry, .exchange = exchange};
		target_parse(&target, path);
		answer_target(&target);
	}
}
