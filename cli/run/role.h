/* Roles given to users, groups and service principals. */
#ifndef RUN_ROLE_H
#define RUN_ROLE_H

#include "context.h"

/* Give a role (name, GUID or id) on a scope to a principal (its object id); `type` may be NULL. `name` is the GUID of
 * the assignment, NULL for a new one; `further` its other properties, may be NULL. An assignment that is there already is
 * the result. */
int role_assign(struct context *context, const char *role, const char *scope, const char *principal, const char *type,
                const char *name, const struct acr_json *further, struct acr_json **ret, struct acr_error *error)
	ACR_MUST_CHECK;

/* role_names.c */
bool role_is_guid(const char *text);
/* --scope, or the resource group, or else the subscription; yours to free(). */
int role_scope(struct context *context, char **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Role definitions or assignments at a scope; `filter` may be NULL. */
int role_list_at(struct context *context, const struct acr_op *op, const char *scope, const char *filter,
                 struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The id of a role's definition by name, GUID or id; yours to free(). */
int role_definition_id(struct context *context, const char *role, const char *scope, char **ret,
                       struct acr_error *error) ACR_MUST_CHECK;
/* The directory's objects with these ids (taken), at most 1000. */
int role_objects(struct context *context, struct acr_json *ids, struct acr_json **ret, struct acr_error *error)
	ACR_MUST_CHECK;
/* Object id and type of a user's sign-in name, a service principal's name (its app id) or an object id; both yours to
 * free(), the type may stay NULL. */
int role_find_assignee(struct context *context, const char *assignee, char **id, char **type, struct acr_error *error)
	ACR_MUST_CHECK;

#endif
