/* Images named on the command line. */
#ifndef RUN_IMAGE_H
#define RUN_IMAGE_H

#include <acr/image.h>

#include "context.h"

/* What --image or --repository name; a repository alone has neither tag nor digest. */
int image_from_arguments(struct context *context, bool digest_allowed, struct acr_image *ret, struct acr_error *error)
	ACR_MUST_CHECK;
/* Whether the name can be one of a repository. */
int image_check_repository(const char *name, struct acr_error *error) ACR_MUST_CHECK;
/* The image as values of a path template: repository, tag, digest. */
struct acr_json *image_path(const struct acr_image *image);
/* Find the digest behind the tag, if only the tag is known. */
int image_resolve(struct context *context, struct acr_image *image, struct acr_error *error) ACR_MUST_CHECK;

#endif
