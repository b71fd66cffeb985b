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
/* What `fill` of the command says, where no option has put anything. */
int bind_fill(struct context *context, struct acr_params *params, struct acr_error *error) ACR_MUST_CHECK;
/* The id of a resource in the command's registry's group, by its type ("Microsoft.Network/virtualNetworks/{vnet-name}/
 * subnets") and name; what looks like an id is one. Yours to free(). */
int bind_resource_id(struct context *context, const char *type, const char *name, char **ret,
		     struct acr_error *error) ACR_MUST_CHECK;
/* Lists: BIND_ADD and BIND_REMOVE. `to` is the pointer with its options filled in. */
int bind_list(struct context *context, const struct bind *bind, const char *to, const struct acr_json *value,
	      struct acr_params *params, struct acr_error *error) ACR_MUST_CHECK;
/* Identities: BIND_ASSIGN and BIND_UNASSIGN, on the object at `to`. */
int bind_identity(struct context *context, const struct bind *bind, const char *to, const struct acr_json *value,
		  struct acr_params *params, struct acr_error *error) ACR_MUST_CHECK;
/* There was nothing to take away: `missing` is said. ACR_ERROR_GENERAL unless the row says that it is fine. */
int bind_missing(struct context *context, const struct bind *bind, const char *item,
		 struct acr_error *error) ACR_MUST_CHECK;
/* Apply --set, --add and --remove to the body, in their order: paths over printed names, as az has them. */
int update_apply(const struct context *context, struct acr_params *params, struct acr_error *error) ACR_MUST_CHECK;

#endif
