/* Images named on the command line: parsed, and resolved to digests. */
#include "run/image.h"

#include <stdlib.h>
#include <string.h>

#include "bind.h"

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

int image_missing(int rc, struct acr_error *error)
{
	if (rc < 0 && error && error->http_status == 404)
		rc = error->code = ACR_ERROR_NOT_FOUND;
	return rc;
}

/* Which operation shows it, which changes it, and the member of the answer. */
struct target {
	const struct acr_op *show, *update;
	const char *member; /* NULL: the whole answer */
};

int image_attributes(struct context *context, const struct acr_image *image, bool update, struct acr_json **ret,
                     struct acr_error *error)
{
	static const struct target targets[] = {
		{.show = &acr_op_repository_show, .update = &acr_op_repository_update},
		{.show = &acr_op_tag_show, .update = &acr_op_tag_update, .member = "tag"},
		{.show = &acr_op_manifest_show_metadata, .update = &acr_op_manifest_update_metadata, .member = "manifest"},
	};
	const struct target *target = &targets[image->digest ? 2 : image->tag ? 1 : 0];
	struct acr_params params = {.path = image_path(image)};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc = bind_arguments(context, &params, error);

	if (rc == 0)
		/* Without an attribute an update only shows, as az does. */
		rc = context_call(context, update && params.body ? target->update : target->show, &params, NULL, &answer,
		                  error);
	if (rc == 0)
		*ret = target->member ? acr_json_detach(answer, target->member) : TAKE(answer);
	acr_params_clear(&params);
	return rc;
}
