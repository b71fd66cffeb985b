/* Values as they are typed behind --set KEY= and --add LIST. */
#ifndef CLI_UPDATE_VALUE_H
#define CLI_UPDATE_VALUE_H

#include <acr/error.h>
#include <acr/json.h>

/* JSON or a Python literal where the text is one, else, or with `force_string`, the text itself. */
struct acr_json *update_value(const char *text, bool force_string);
/* Make texts of the members of an object: tags are texts, whatever they look like; az writes them as Python does. What is
 * neither an object nor nothing is refused. */
int update_texts(struct acr_json *tags, struct acr_error *error) ACR_MUST_CHECK;

#endif
