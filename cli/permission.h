/* Lists of texts, and permissions: "content/read" on a repository. */
#ifndef CLI_PERMISSION_H
#define CLI_PERMISSION_H

#include <acr/json.h>

/* The words of an option, one text each; a list in it is a permission and becomes "PREFIX/NAME/ACTION" for each of its
 * actions, without a prefix when that is NULL. An array, yours to free. */
struct acr_json *permission_list(const char *prefix, const struct acr_json *words);
/* Whether an array of texts has this one, in any case. */
bool permission_in(const struct acr_json *list, const char *text);

#endif
