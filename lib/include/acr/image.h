/* Image references: registry/repository:tag@digest. */
#ifndef ACR_IMAGE_H
#define ACR_IMAGE_H

#include <stdbool.h>
#include "error.h"

struct acr_image {
	char *registry;   /* NULL when the reference names none */
	char *repository;
	char *tag;        /* NULL when a digest is given without a tag */
	char *digest;     /* "sha256:…"; NULL when absent */
};

/* Parse "repository", "repository:tag" or "repository@digest"; "latest" is the tag when neither is given. The first
 * part counts as a registry only with `with_registry`, and then must look like a host (a dot, a port or
 * "localhost"). ACR_ERROR_GENERAL tells what is wrong. */
int acr_image_parse(const char *text, bool with_registry, struct acr_image *ret, struct acr_error *error)
	ACR_MUST_CHECK;
/* Free its strings. */
void acr_image_clear(struct acr_image *image);

#endif
