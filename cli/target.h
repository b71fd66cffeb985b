/* What a command is about of that which a registry holds: a repository, tag or manifest that the command line names. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "context.h"

/* Read into context->target what the arguments name, as the command's row wants it (enum target_kind); a repository
 * alone has neither tag nor digest. An address, such as "myregistry.azurecr.io/hello-world:latest", also makes the
 * command's login server. Nothing happens for rows without a target, or the second time. */
int target_read(struct context *context, struct acr_error *error) ACR_MUST_CHECK;
/* The address that was given; NULL when it was a name. */
const char *target_address(const struct context *context);
/* Find the digest behind the tag, if only the tag is known. */
int target_resolve(struct context *context, struct acr_image *image, struct acr_error *error) ACR_MUST_CHECK;
/* Add the image to the values of a path template, where it has them: repository, tag, digest; and "reference", which
 * is the tag or else the digest. */
void target_set_path(const struct acr_image *image, struct acr_params *params);

#endif
