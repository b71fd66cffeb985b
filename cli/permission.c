/* Lists of texts, and permissions. */
#include "permission.h"

#include <acr/mem.h>
#include <string.h>
#include <strings.h>

static void add_actions(const char *prefix, const struct acr_json *permission, struct acr_json *list)
{
	const struct acr_json *name = acr_json_first(permission), *action;

	for (action = acr_json_next(name); action; action = acr_json_next(action)) {
		ACR_AUTO_FREE char *text = acr_format("%s%s%s/%s", prefix ? prefix : "", prefix ? "/" : "",
						      acr_json_string(name), acr_json_string(action));

		acr_json_append(list, acr_json_new_string(text));
	}
}

struct acr_json *permission_list(const char *prefix, const struct acr_json *words)
{
	struct acr_json *list = acr_json_new_array();
	const struct acr_json *word;

	if (acr_json_string(words))
		acr_json_append(list, acr_json_copy(words));
	for (word = acr_json_first(words); word; word = acr_json_next(word))
		if (acr_json_is(word, ACR_JSON_ARRAY))
			add_actions(prefix, word, list);
		else
			acr_json_append(list, acr_json_copy(word));
	return list;
}

bool permission_in(const struct acr_json *list, const char *text)
{
	const struct acr_json *item;

	for (item = acr_json_first(list); item; item = acr_json_next(item))
		if (acr_json_string(item) && !strcasecmp(acr_json_string(item), text))
			return true;
	return false;
}
