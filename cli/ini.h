/* INI files as the Azure CLI writes them: [sections], key = value, # and ; comments, continuation lines. */
#ifndef CLI_INI_H
#define CLI_INI_H

#include <acr/error.h>
#include <acr/json.h>

/* Parse `text` into an object of sections, each an object of strings; keys are in lower case. `path` is for messages.
 * ACR_ERROR_FORMAT names file and line. */
int ini_parse(const char *path, const char *text, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The text with `key = value` in [section], where it stood or at the section's end; all else is kept. */
char *ini_set(const char *text, const char *section, const char *key, const char *value);

/* The text without [section] and what is in it. */
char *ini_remove(const char *text, const char *section);

#endif
