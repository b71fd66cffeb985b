/* Errors of services name the resource that they are about. */
#ifndef CLI_BLAME_H
#define CLI_BLAME_H

#include <acr/client.h>
#include <acr/op.h>

/* Set error->resource of a service's error by the values of the request's path, unless the message has the name of the
 * innermost resource already. Errors of other kinds stay as they are. */
void blame_resource(const struct acr_op *op, const struct acr_params *params, struct acr_error *error);
/* The same where it was looked for. */
void blame_registry(const char *name, struct acr_error *error);

#endif
