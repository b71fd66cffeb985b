/* Values as they are typed behind --set KEY= and --add LIST. */
#ifndef CLI_UPDATE_VALUE_H
#define CLI_UPDATE_VALUE_H

#include <acr/json.h>

/* JSON or a Python literal where the text is one, else, or with `force_string`, the text itself. */
struct acr_json *update_value(const char *text, bool force_string);
/* Make texts of the members of an object: tags are texts, whatever they look like; az writes them as Python does. */
void update_texts(struct acr_json *tags);

#endif
