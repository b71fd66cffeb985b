/* Images named on the command line: parsed, and resolved to digests. */
#include "run/image.h"

#include <stdlib.h>
#include <string.h>

int image_check_repository(const char *name, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};

	if (name && strpbrk(name, ":@"))
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "'%s' names an image; a repository is wanted, without tag or digest.", name);
	return acr_image_parse(name ? name : "", false, &image, error);
}

int image_from_arguments(struct context *context, bool digest_allowed, struct acr_image *ret, struct acr_error *error)
{
	const char *repository = args_string(context->args, "repository");
	const char *image = args_string(context->args, "image");
	int rc;

	if (repository) {
		if ((rc = image_check_repository(repository, error)) < 0)
			return rc;
		*ret = (struct acr_image){.repository = acr_strdup(repository)};
		return 0;
	}
	if (!digest_allowed && strchr(image, '@'))
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "The name of the image may include a tag in the format 'name:tag'; '%s' names a digest.", image);
	return acr_image_parse(image, false, ret, error);
}

struct acr_json *image_path(const struct acr_image *image)
{
	struct acr_json *path = acr_json_new_object();

	acr_json_set_str(path, "repository", image->repository);
	if (image->tag)
		acr_json_set_str(path, "tag", image->tag);
	if (image->digest)
		acr_json_set_str(path, "digest", image->digest);
	return path;
}

int image_resolve(struct context *context, struct acr_image *image, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	const char *digest;
	int rc;

	if (image->digest)
		return 0;
	params.path = image_path(image);
	rc = context_call(context, &acr_op_tag_show, &params, NULL, &answer, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	digest = acr_json_str(answer, "/tag/digest");
	if (!digest)
		return acr_fail(error, ACR_ERROR_GENERAL, "Could not get the manifest digest for image '%s:%s'.",
		                image->repository, image->tag);
	image->digest = acr_strdup(digest);
	return 0;
}
