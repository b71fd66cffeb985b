/* struct args → struct acr_params, following each option's bind; and generic updates on top. */
#ifndef CLI_BIND_H
#define CLI_BIND_H

#include <acr/op.h>

#include "context.h"

/* Fill path, query, headers and body from the arguments that are given or have a default. The body that is there
 * already gets the command's constant part first. */
int bind_arguments(struct context *context, struct acr_params *params, struct acr_error *error) ACR_MUST_CHECK;
/* The path alone. */
void bind_path(const struct context *context, struct acr_params *params);
/* Apply --set, --add and --remove to the body, in their order: paths over printed names, as az has them. */
int update_apply(const struct context *context, struct acr_params *params, struct acr_error *error) ACR_MUST_CHECK;

#endif
