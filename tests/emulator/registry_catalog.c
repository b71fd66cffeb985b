/* Lists below /v2/: repositories, tags, referrers. */
#include "registry.h"

#include <stdlib.h>
#include <string.h>

static struct acr_json *shape_name(const struct acr_json *repository, const struct acr_json *item)
{
	(void)repository;
	return metadata_allows(item, "listEnabled") ? acr_json_new_string(acr_json_key(item)) : NULL;
}

static struct acr_json *shape_repository(const struct acr_json *repository, const struct acr_json *item)
{
	/* One that has deleted manifests only is not there. */
	return acr_json_first(acr_json_get(item, "manifests")) ? shape_name(repository, item) : NULL;
}

void catalog_answer(struct registry *registry, struct exchange *exchange)
{
	struct need need = {"registry", "catalog", "*"};
	ACR_AUTO(page) page = {0};
	if (!authorize(registry, exchange, &need, 1) || !page_read(exchange, &page))
		return;
	pthread_mutex_lock(&registry->lock);
	ACR_AUTO_PTR(acr_json) *names = metadata_list(NULL, registry->repositories, "", shape_repository);
	pthread_mutex_unlock(&registry->lock);
	struct acr_json *answer = acr_json_new_object();
	acr_json_set(answer, "repositories", page_take(exchange, &page, names, NULL));
	reply_json(exchange, 200, answer);
}

void tags_list_answer(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	struct need need = {"repository", path->repository, "pull"};
	ACR_AUTO(page) page = {0};
	if (!authorize(registry, exchange, &need, 1) || !page_read(exchange, &page))
		return;
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = metadata_repository(registry, path->repository);
	ACR_AUTO_PTR(acr_json) *names = NULL;
	if (repository)
		names = metadata_list(repository, acr_json_get(repository, "tags"), "", shape_name);
	pthread_mutex_unlock(&registry->lock);
	if (!names) {
		fail_name_unknown(exchange, path->repository);
		return;
	}
	struct acr_json *answer = json_build("{'name':%s}", path->repository);
	acr_json_set(answer, "tags", page_take(exchange, &page, names, NULL));
	reply_json(exchange, 200, answer);
}

/* ---- referrers ------------------------------------------------------------------------------------------------ */

static struct acr_json *descriptor(const struct acr_json *manifest)
{
	struct acr_json *item = json_build("{'mediaType':%s,'digest':%s}", acr_json_str(manifest, "/mediaType"),
					   acr_json_key(manifest));
	acr_json_set(item, "size", acr_json_copy(acr_json_get(manifest, "size")));
	static const char *const copied[] = {"artifactType", "annotations"};
	for (size_t i = 0; i < ACR_COUNT(copied); i++) {
		const struct acr_json *value = acr_json_get(manifest, copied[i]);
		if (value)
			acr_json_set(item, copied[i], acr_json_copy(value));
	}
	return item;
}

static bool refers(const struct acr_json *manifest, const char *digest, const char *type)
{
	const char *subject = acr_json_str(manifest, "/subject");
	const char *own = acr_json_str(manifest, "/artifactType");
	return subject && !strcmp(subject, digest) && (!type || (own && !strcmp(own, type)));
}

void referrers_answer(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	struct need need = {"repository", path->repository, "pull"};
	if (!authorize(registry, exchange, &need, 1))
		return;
	ACR_AUTO_FREE char *type = exchange_query(exchange, "artifactType");
	struct acr_json *found = acr_json_new_array();
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = metadata_repository(registry, path->repository);
	const struct acr_json *manifests = acr_json_get(repository, "manifests");
	for (const struct acr_json *item = acr_json_first(manifests); item; item = acr_json_next(item))
		if (refers(item, path->rest, type))
			acr_json_append(found, descriptor(item));
	pthread_mutex_unlock(&registry->lock);
	if (type)
		acr_headers_set(&exchange->reply_headers, "OCI-Filters-Applied", "artifactType");
	struct acr_json *index =
		json_build("{'schemaVersion':2,'mediaType':'application/vnd.oci.image.index.v1+json'}");
	acr_json_set(index, "manifests", found);
	reply_json(exchange, 200, index);
	acr_headers_set(&exchange->reply_headers, "Content-Type", "application/vnd.oci.image.index.v1+json");
}
