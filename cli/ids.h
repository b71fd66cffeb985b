/* --ids: resources by their ids instead of by names. A command has it when its operation is on the registry itself or
 * on one resource of a registry, which must exist; the parts of an id then stand for the options that name it. */
#ifndef CLI_IDS_H
#define CLI_IDS_H

#include "args.h"

/* Whether the command has --ids. */
bool ids_offered(const struct command *command);
/* Whether an id says what the option would. */
bool ids_fill(const struct command *command, const struct option *option);
/* All ids that the words of --ids name, in order: an array of strings. A word may hold several, on lines or as the JSON
 * of a list of ids, or of resources. ACR_ERROR_USAGE when one is no id of what the command works on, or there is none.
 */
int ids_list(const struct args *args, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Set the command's options, and the subscription, to the parts of an id of ids_list(). */
void ids_apply(struct args *args, const char *id);

#endif
