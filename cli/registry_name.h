/* Registry names as users give them. */
#ifndef CLI_REGISTRY_NAME_H
#define CLI_REGISTRY_NAME_H

#include <acr/cloud.h>
#include <acr/error.h>

#include "io.h"

struct registry_name {
	char *name;         /* "myregistry" */
	char *label;        /* "-byd7dxczcubtd0hj", the domain name label's hash; NULL */
	char *login_server; /* given instead of a name where the cloud has no suffix: "localhost:5001"; NULL */
};

/* Take apart "myregistry", "myregistry-HASH" or "myregistry-HASH.azurecr.io" and check it. What is cut off is told
 * as a warning, unless `io` is NULL. Errors are ACR_ERROR_GENERAL with az's sentences. */
int registry_name_parse(const char *text, const struct acr_cloud *cloud, struct io *io, struct registry_name *ret,
                        struct acr_error *error) ACR_MUST_CHECK;
void registry_name_clear(struct registry_name *name);
/* Whether a login server is one of the cloud's: tokens go to no other. */
int registry_name_check_server(const char *server, const struct acr_cloud *cloud, struct acr_error *error)
	ACR_MUST_CHECK;
/* The rules for a new registry: 5 to 50 lower-case letters and digits. */
int registry_name_check_new(const char *text, struct acr_error *error) ACR_MUST_CHECK;

#endif
