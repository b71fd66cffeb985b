/* Lists in requests: what is there, with some more or some less. */
#include "bind.h"

#include <string.h>
#include <strings.h>

#include "permission.h"

/* The text by which an item is known; NULL when it has none. */
static const char *item_text(const struct bind *bind, const struct acr_json *item)
{
	return acr_json_string(bind->member ? acr_json_get(item, bind->member) : item);
}

static bool has(const struct bind *bind, const struct acr_json *list, const char *text)
{
	const struct acr_json *item;

	for (item = acr_json_first(list); item; item = acr_json_next(item))
		if (item_text(bind, item) && !strcasecmp(item_text(bind, item), text))
			return true;
	return false;
}

static int add(const struct bind *bind, const char *text, struct acr_json *list, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *item = NULL;
	int rc;

	if (has(bind, list, text))
		return 0;
	if (bind->item && (rc = acr_json_parse(bind->item, strlen(bind->item), &item, error)) < 0)
		return rc;
	if (bind->member) {
		item = item ? item : acr_json_new_object();
		acr_json_set_str(item, bind->member, text);
	} else {
		item = acr_json_new_string(text);
	}
	acr_json_append(list, TAKE(item));
	return 0;
}

static int remove_all(struct context *context, const struct bind *bind, const char *text, struct acr_json *list,
		      struct acr_error *error)
{
	const struct acr_json *item;
	size_t index = 0;

	if (!has(bind, list, text))
		return bind_missing(context, bind, text, error);
	while ((item = acr_json_item(list, index)))
		if (item_text(bind, item) && !strcasecmp(item_text(bind, item), text))
			acr_json_free(acr_json_detach_item(list, index));
		else
			index++;
	return 0;
}

int bind_list(struct context *context, const struct bind *bind, const char *to, const struct acr_json *value,
	      struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *words = permission_list(bind->prefix, value);
	struct acr_json *list = acr_json_at(params->body, to);
	const struct acr_json *word;
	int rc = 0;

	if (!list) {
		if ((rc = acr_json_put(&params->body, to, acr_json_new_array(), error)) < 0)
			return rc;
		list = acr_json_at(params->body, to);
	}
	for (word = acr_json_first(words); rc == 0 && word; word = acr_json_next(word)) {
		ACR_AUTO_FREE char *text = bind->type ? NULL : acr_strdup(acr_json_string(word));

		if (bind->type)
			rc = bind_resource_id(context, bind->type, acr_json_string(word), &text, error);
		if (rc == 0)
			rc = bind->kind == BIND_ADD ? add(bind, text, list, error)
						    : remove_all(context, bind, text, list, error);
	}
	return rc;
}
