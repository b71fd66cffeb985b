/* A manifest taken apart: what the metadata keeps of it. Besides what /acr/v1/ shows these are "size" (of the manifest
 * itself), "blobs" ([{"digest","size"}]), "subject" (digest), "artifactType", "annotations" and "references" (of an
 * index). */
#include "registry.h"

#include <string.h>

#define CONFIGURATION_MAX ((size_t)4 << 20)

static bool is_image_configuration(const char *media_type)
{
	return media_type && (!strcmp(media_type, "application/vnd.docker.container.image.v1+json") ||
			      !strcmp(media_type, "application/vnd.oci.image.config.v1+json"));
}

/* Architecture and system from the configuration of an image. */
static int add_platform(struct registry *registry, const char *repository, const struct acr_json *configuration,
			struct acr_json *description, struct acr_error *error)
{
	const char *digest = acr_json_str(configuration, "/digest");
	struct image_path path = {(char *)(uintptr_t)repository, (char[]){"blobs"}, (char *)(uintptr_t)digest};
	ACR_AUTO(acr_buf) target = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(CONFIGURATION_MAX);
	ACR_AUTO_PTR(acr_json) *content = NULL;
	if (!digest)
		return 0;
	image_path_write(&path, &target);
	int status = upstream_fetch(registry, "GET", acr_buf_str(&target), NULL, NULL, &text, error);
	if (status < 0)
		return status;
	/* An image whose configuration is not JSON is odd but stored. */
	if (status != 200 || acr_json_parse(acr_buf_str(&text), text.length, &content, NULL) < 0)
		return 0;
	const char *architecture = acr_json_str(content, "/architecture");
	const char *system = acr_json_str(content, "/os");
	if (architecture)
		acr_json_set_str(description, "architecture", architecture);
	if (system)
		acr_json_set_str(description, "os", system);
	return 0;
}

static double add_blob(const struct acr_json *descriptor, struct acr_json *blobs)
{
	double size = acr_json_num(descriptor, "/size", 0);
	struct acr_json *blob = json_build("{'digest':%s}", acr_json_str(descriptor, "/digest"));
	acr_json_set_num(blob, "size", size);
	acr_json_append(blobs, blob);
	return size;
}

static int describe_image(struct registry *registry, const char *repository, const struct acr_json *manifest,
			  struct acr_json *description, struct acr_error *error)
{
	const struct acr_json *configuration = acr_json_get(manifest, "config");
	const struct acr_json *layers = acr_json_get(manifest, "layers");
	const char *type = acr_json_str(configuration, "/mediaType");
	struct acr_json *blobs = acr_json_new_array();
	double size = add_blob(configuration, blobs);
	for (const struct acr_json *layer = acr_json_first(layers); layer; layer = acr_json_next(layer))
		size += add_blob(layer, blobs);
	acr_json_set(description, "blobs", blobs);
	acr_json_set_num(description, "imageSize", size);
	acr_json_set_str(description, "configMediaType", type);
	if (!acr_json_get(description, "artifactType") && type)
		acr_json_set_str(description, "artifactType", type);
	return is_image_configuration(type) ? add_platform(registry, repository, configuration, description, error) : 0;
}

static void describe_index(struct registry *registry, const char *repository, const struct acr_json *manifest,
			   struct acr_json *description)
{
	double size = 0;
	struct acr_json *references = acr_json_new_array();
	const struct acr_json *children = acr_json_get(manifest, "manifests");
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *known = metadata_repository(registry, repository);
	for (const struct acr_json *child = acr_json_first(children); child; child = acr_json_next(child)) {
		const char *digest = acr_json_str(child, "/digest");
		if (digest)
			size += acr_json_num(metadata_manifest(known, digest), "/imageSize", 0);
		acr_json_append(references, json_build("{'digest':%s,'architecture':%s,'os':%s}", digest,
						       acr_json_str(child, "/platform/architecture"),
						       acr_json_str(child, "/platform/os")));
	}
	pthread_mutex_unlock(&registry->lock);
	acr_json_set_num(description, "imageSize", size);
	acr_json_set(description, "references", references);
}

static void copy_member(const struct acr_json *from, const char *key, struct acr_json *to)
{
	const struct acr_json *value = acr_json_get(from, key);
	if (!acr_json_is_nothing(value))
		acr_json_set(to, key, acr_json_copy(value));
}

int describe_manifest(struct registry *registry, const char *repository, const char *content_type,
		      const struct acr_json *manifest, const char *digest, size_t size, struct acr_json **ret,
		      struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *description = json_build("{'digest':%s,'mediaType':%s}", digest, content_type);
	acr_json_set_num(description, "size", (double)size);
	copy_member(manifest, "artifactType", description);
	copy_member(manifest, "annotations", description);
	const char *subject = acr_json_str(manifest, "/subject/digest");
	if (subject)
		acr_json_set_str(description, "subject", subject);
	int result = 0;
	if (acr_json_get(manifest, "manifests"))
		describe_index(registry, repository, manifest, description);
	else
		result = describe_image(registry, repository, manifest, description, error);
	if (result == 0)
		*ret = TAKE(description);
	return result;
}
