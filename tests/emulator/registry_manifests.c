/* Manifests below /v2/: get, put, delete. docker-registry knows them by digest only; the tags are ours. */
#include "registry.h"

#include <ctype.h>
#include <string.h>

#define DIGEST_SIZE 72 /* "sha256:", 64 digits, NUL */
#define TAG_MAX_LENGTH 128

static bool is_digest(const char *reference)
{
	return strchr(reference, ':') != NULL;
}

static bool tag_valid(const char *tag)
{
	size_t length = strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
	return length && length <= TAG_MAX_LENGTH && !tag[length] && *tag != '.' && *tag != '-';
}

/* ---- get ------------------------------------------------------------------------------------------------------ */

static bool is_present(struct registry *registry, const struct image_path *path)
{
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = metadata_repository(registry, path->repository);
	bool present = (is_digest(path->rest) ? metadata_manifest(repository, path->rest)
					      : metadata_tag(repository, path->rest)) != NULL;
	pthread_mutex_unlock(&registry->lock);
	return present;
}

/* The digest a reference stands for, yours to free(); NULL when the reply says why it cannot be had. */
static char *resolve_for_pull(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	char *digest = NULL;
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = metadata_repository(registry, path->repository);
	const struct acr_json *tag = is_digest(path->rest) ? NULL : metadata_tag(repository, path->rest);
	const char *wanted = is_digest(path->rest) ? path->rest : acr_json_str(tag, "/digest");
	const struct acr_json *manifest = wanted ? metadata_manifest(repository, wanted) : NULL;
	if (!manifest)
		fail_manifest_unknown(exchange, path->repository, path->rest);
	else if (!metadata_allows(repository, "readEnabled") || !metadata_allows(tag, "readEnabled") ||
		 !metadata_allows(manifest, "readEnabled"))
		fail_disallowed(exchange);
	else
		digest = acr_strdup(wanted);
	pthread_mutex_unlock(&registry->lock);
	return digest;
}

static void get_manifest(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	struct need need = {"repository", path->repository, "pull"};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (!authorize(registry, exchange, &need, 1))
		return;
	if (!is_present(registry, path) && cache_fetch(registry, path->repository, path->rest, &error) < 0) {
		registry_fail(exchange, 404, "MANIFEST_UNKNOWN", NULL, "%s", error.message);
		return;
	}
	ACR_AUTO_FREE char *digest = resolve_for_pull(registry, exchange, path);
	struct image_path target = {path->repository, path->kind, digest};
	if (digest)
		proxy_forward(registry, exchange, &target);
}

/* ---- put ------------------------------------------------------------------------------------------------------ */

struct push {
	const char *repository;
	const char *tag; /* NULL when pushed by digest */
	char digest[DIGEST_SIZE];
	const char *content_type;
	struct acr_json *manifest;
};

/* Take the request apart; false when the reply says what is wrong with it. */
static bool read_push(struct exchange *exchange, const struct image_path *path, struct push *push)
{
	const struct acr_buf *text = &exchange->body;
	memcpy(push->digest, "sha256:", 7);
	acr_sha256_hex(acr_buf_str(text), text->length, push->digest + 7);
	push->repository = path->repository;
	push->tag = is_digest(path->rest) ? NULL : path->rest;
	if (push->tag && !tag_valid(push->tag)) {
		registry_fail(exchange, 400, "TAG_INVALID", json_build("{'name':%s}", push->tag),
			      "manifest tag did not match URI");
		return false;
	}
	if (!push->tag && strcmp(path->rest, push->digest) != 0) {
		registry_fail(exchange, 400, "DIGEST_INVALID", json_build("{'digest':%s}", path->rest),
			      "provided digest did not match uploaded content");
		return false;
	}
	if (acr_json_parse(acr_buf_str(text), text->length, &push->manifest, NULL) < 0) {
		registry_fail(exchange, 400, "MANIFEST_INVALID", NULL, "manifest invalid");
		return false;
	}
	push->content_type = exchange_header(exchange, "Content-Type");
	if (!push->content_type)
		push->content_type = acr_json_str(push->manifest, "/mediaType");
	return true;
}

static bool may_write(struct registry *registry, const struct push *push)
{
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = metadata_repository(registry, push->repository);
	bool allowed = metadata_allows(repository, "writeEnabled") &&
		       metadata_allows(metadata_manifest(repository, push->digest), "writeEnabled") &&
		       (!push->tag || metadata_allows(metadata_tag(repository, push->tag), "writeEnabled"));
	pthread_mutex_unlock(&registry->lock);
	return allowed;
}

/* Into docker-registry, which checks that what it names is there; its refusal is the reply. */
static int store_content(struct registry *registry, struct exchange *exchange, struct push *push,
			 struct acr_error *error)
{
	struct image_path path = {(char *)(uintptr_t)push->repository, (char[]){"manifests"}, push->digest};
	ACR_AUTO(acr_buf) target = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) answer = ACR_BUF_INIT_MAX(MANIFEST_MAX);
	image_path_write(&path, &target);
	int status = upstream_fetch(registry, "PUT", acr_buf_str(&target), push->content_type, &exchange->body, &answer,
				    error);
	if (status < 0 || status == 201)
		return status;
	exchange->status = status;
	acr_headers_set(&exchange->reply_headers, "Content-Type", "application/json; charset=utf-8");
	acr_buf_add(&exchange->reply, acr_buf_str(&answer), answer.length);
	return status;
}

static void reply_created(struct exchange *exchange, const struct push *push)
{
	ACR_AUTO_FREE char *location = acr_format("/v2/%s/manifests/%s", push->repository, push->digest);
	acr_headers_set(&exchange->reply_headers, "Location", location);
	acr_headers_set(&exchange->reply_headers, "Docker-Content-Digest", push->digest);
	const char *subject = acr_json_str(push->manifest, "/subject/digest");
	if (subject)
		acr_headers_set(&exchange->reply_headers, "OCI-Subject", subject);
	exchange->status = 201;
}

static void store(struct registry *registry, struct exchange *exchange, struct push *push)
{
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_json *description = NULL;
	if (!may_write(registry, push)) {
		fail_disallowed(exchange);
		return;
	}
	int status = store_content(registry, exchange, push, &error);
	if (status > 0 && status != 201)
		return;
	if (status < 0 || describe_manifest(registry, push->repository, push->content_type, push->manifest,
					    push->digest, exchange->body.length, &description, &error) < 0) {
		fail_internal(exchange, &error);
		return;
	}
	pthread_mutex_lock(&registry->lock);
	metadata_record(registry, push->repository, push->tag, description);
	if (push->tag)
		streaming_pushed(registry, push->repository, push->digest);
	pthread_mutex_unlock(&registry->lock);
	purge_untagged(registry, exchange);
	reply_created(exchange, push);
}

static void put_manifest(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	struct need needs[] = {{"repository", path->repository, "pull"}, {"repository", path->repository, "push"}};
	if (!authorize(registry, exchange, needs, 2))
		return;
	struct push push = {0};
	if (read_push(exchange, path, &push)) {
		pthread_mutex_lock(&registry->writing);
		store(registry, exchange, &push);
		pthread_mutex_unlock(&registry->writing);
		if (exchange->status == 201)
			event_pushed(registry, exchange, push.repository, push.tag, push.content_type, push.digest);
	}
	acr_json_free(push.manifest);
}

/* ---- delete --------------------------------------------------------------------------------------------------- */

/* Out of the metadata, with its tags. */
static void forget(struct registry *registry, const struct exchange *exchange, const char *repository,
		   const char *digest, bool keep)
{
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *present = metadata_repository(registry, repository);
	ACR_AUTO_PTR(acr_json) *tags = metadata_tags_of(present, digest, false);
	ACR_AUTO_PTR(acr_json) *manifest = acr_json_copy(metadata_manifest(present, digest));
	metadata_forget(registry, repository, digest, keep);
	pthread_mutex_unlock(&registry->lock);
	if (manifest)
		event_deleted(registry, exchange, repository, acr_json_str(manifest, "/mediaType"), digest, tags);
}

int manifests_delete(struct registry *registry, const struct exchange *exchange, const char *repository,
		     const struct acr_json *digests, struct acr_error *error)
{
	bool keep = soft_delete_enabled(registry);
	for (const struct acr_json *item = acr_json_first(digests); item; item = acr_json_next(item)) {
		struct image_path path = {(char *)(uintptr_t)repository, (char[]){"manifests"},
					  (char *)(uintptr_t)acr_json_string(item)};
		ACR_AUTO(acr_buf) target = ACR_BUF_INIT;
		image_path_write(&path, &target);
		int status =
			keep ? 202 : upstream_fetch(registry, "DELETE", acr_buf_str(&target), NULL, NULL, NULL, error);
		if (status < 0)
			return status;
		if (status != 202 && status != 404)
			return acr_fail(error, ACR_ERROR_GENERAL, "docker-registry answered %d to the deletion of %s",
					status, path.rest);
		forget(registry, exchange, repository, path.rest, keep);
	}
	return 0;
}

/* A manifest is as locked as the most locked of its tags. */
static bool may_delete_manifest(const struct acr_json *repository, const struct acr_json *manifest)
{
	bool allowed = metadata_may_delete(repository) && metadata_may_delete(manifest);
	ACR_AUTO_PTR(acr_json) *tags = metadata_tags_of(repository, acr_json_key(manifest), false);
	for (const struct acr_json *tag = acr_json_first(tags); tag && allowed; tag = acr_json_next(tag))
		allowed = metadata_may_delete(metadata_tag(repository, acr_json_string(tag)));
	return allowed;
}

/* What goes with a manifest; NULL when the reply says why it stays. A tag stands for its manifest. */
static struct acr_json *find_deletable(struct registry *registry, struct exchange *exchange,
				       const struct image_path *path)
{
	struct acr_json *digests = NULL;
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = metadata_repository(registry, path->repository);
	const char *digest =
		is_digest(path->rest) ? path->rest : acr_json_str(metadata_tag(repository, path->rest), "/digest");
	const struct acr_json *manifest = digest ? metadata_manifest(repository, digest) : NULL;
	if (!manifest)
		fail_manifest_unknown(exchange, path->repository, path->rest);
	else if (!may_delete_manifest(repository, manifest))
		fail_disallowed(exchange);
	else
		digests = metadata_with_referrers(repository, digest);
	pthread_mutex_unlock(&registry->lock);
	return digests;
}

static void delete_manifest(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	struct need need = {"repository", path->repository, "delete"};
	if (!authorize(registry, exchange, &need, 1))
		return;
	struct acr_error error = ACR_ERROR_INIT;
	pthread_mutex_lock(&registry->writing);
	ACR_AUTO_PTR(acr_json) *digests = find_deletable(registry, exchange, path);
	if (digests) {
		exchange->status = 202;
		if (manifests_delete(registry, exchange, path->repository, digests, &error) < 0)
			fail_internal(exchange, &error);
	}
	pthread_mutex_unlock(&registry->writing);
}

void manifests_answer(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	const char *method = exchange->method;
	if (!strcmp(method, "GET") || !strcmp(method, "HEAD"))
		get_manifest(registry, exchange, path);
	else if (!strcmp(method, "PUT"))
		put_manifest(registry, exchange, path);
	else if (!strcmp(method, "DELETE"))
		delete_manifest(registry, exchange, path);
	else
		fail_unsupported(exchange);
}
