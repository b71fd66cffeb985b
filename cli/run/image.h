/* Images named on the command line. */
#ifndef RUN_IMAGE_H
#define RUN_IMAGE_H

#include <acr/image.h>

#include "context.h"

/* What --image or --repository name; a repository alone has neither tag nor digest. */
int image_from_arguments(struct context *context, bool digest_allowed, struct acr_image *ret, struct acr_error *error)
	ACR_MUST_CHECK;
/* What a name may hold beside the repository. */
enum image_parts {
	IMAGE_REPOSITORY, /* nothing */
	IMAGE_TAG,        /* a tag, or nothing */
	IMAGE_ANY,        /* a tag or digest; the tag is "latest" otherwise */
};
/* What --registry and --name name, or the positional argument "id": an address, such as
 * "myregistry.azurecr.io/hello-world:latest", whose login server is then the command's. */
int image_from_name_or_id(struct context *context, enum image_parts parts, struct acr_image *ret,
                          struct acr_error *error) ACR_MUST_CHECK;
/* That address; NULL when a name was given. */
const char *image_given_id(const struct context *context);
/* Whether the name can be one of a repository. */
int image_check_repository(const char *name, struct acr_error *error) ACR_MUST_CHECK;
/* The image as values of a path template: repository, tag, digest. */
struct acr_json *image_path(const struct acr_image *image);
/* Find the digest behind the tag, if only the tag is known. */
int image_resolve(struct context *context, struct acr_image *image, struct acr_error *error) ACR_MUST_CHECK;
/* Show the attributes of a repository, tag or manifest; with `update`, change them as the arguments say. */
int image_attributes(struct context *context, const struct acr_image *image, bool update, struct acr_json **ret,
                     struct acr_error *error) ACR_MUST_CHECK;
/* As with az, commands that show something have the exit status of a missing resource when a registry answers 404;
 * others fail plainly. Returns `rc`, or what it now is. */
int image_missing(int rc, struct acr_error *error);
/* "time_asc" of --orderby goes out as "timeasc". */
void repository_set_order(struct context *context, struct acr_params *params);

#endif
