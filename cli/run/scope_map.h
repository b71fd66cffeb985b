/* Permissions of scope maps and tokens. */
#ifndef RUN_SCOPE_MAP_H
#define RUN_SCOPE_MAP_H

#include "context.h"

/* The permissions given with two options, as the service has them: "repositories/app/content/read". An array, yours
 * to free. */
int scope_map_actions(const struct args *args, const char *repository_key, const char *gateway_key,
		      struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Whether an array of strings has this one. */
bool scope_map_has(const struct acr_json *actions, const char *action);
/* Whether two arrays have the same actions, in any order. */
bool scope_map_same(const struct acr_json *actions, const struct acr_json *others);

#endif
