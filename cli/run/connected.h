/* What the commands about connected registries share. */
#ifndef RUN_CONNECTED_H
#define RUN_CONNECTED_H

#include "context.h"

/* The connected registry of option "name"; all of the registry. */
int connected_get(struct context *context, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
int connected_get_all(struct context *context, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* One of the list, by name or by resource id; NULL when there is none, or nothing was asked for. */
const struct acr_json *connected_by_name(const struct acr_json *list, const char *name);
const struct acr_json *connected_by_id(const struct acr_json *list, const char *id);
/* Its parent in the list; NULL when that is the registry itself. */
const struct acr_json *connected_parent(const struct acr_json *list, const struct acr_json *connected);
/* Whether it signs in with a managed identity, and so has no sync token. */
bool connected_has_identity(const struct acr_json *connected);

/* A resource of the registry by the last part of an id: tokens and scope maps. `variable` is what the operation's path
 * calls its name. */
int connected_resource(struct context *context, const struct acr_op *op, const char *variable, const char *id,
		       struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The name in a resource id: what follows the last slash. */
const char *connected_name_in(const char *id);
/* The id of one of the registry's tokens; yours to free(). */
int connected_token_id(struct context *context, const char *token, char **ret, struct acr_error *error) ACR_MUST_CHECK;

/* "repositories/NAME/ACTION" (kind "repositories" or "gateway") for each name and action, appended to the list. */
void connected_add_actions(const char *kind, const char *name, const char *const *actions, struct acr_json *list);
/* What a connected registry of that mode may do with a repository. */
const char *const *connected_repository_actions(const char *mode);
/* The scope map behind the connected registry's sync token. */
int connected_scope_map(struct context *context, const struct acr_json *connected, struct acr_json **ret,
			struct acr_error *error) ACR_MUST_CHECK;
/* Add and take away actions of the connected registry's scope map; nothing is sent when nothing changes. `what` is told
 * when something does. */
int connected_change_rights(struct context *context, const struct acr_json *connected, const struct acr_json *add,
			    const struct acr_json *remove, const char *what, struct acr_error *error) ACR_MUST_CHECK;
/* The same for all above it in the list, from its parent on. */
int connected_change_ancestors(struct context *context, const struct acr_json *list, const struct acr_json *parent,
			       const struct acr_json *add, const struct acr_json *remove, const char *what,
			       struct acr_error *error) ACR_MUST_CHECK;

#endif
