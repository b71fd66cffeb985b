/* Generic updates: --set a.b=v, --add list k=v, --remove path, over the printed names of the update object. */
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "model.h"

/* A path taken apart at dots and brackets: "a.list[0].b" → a, list, [0], b. */
static struct acr_json *split_path(const char *text, size_t length)
{
	struct acr_json *path = acr_json_new_array();
	const char *end = text + length;

	while (text < end) {
		const char *stop = text;

		if (*text == '.') {
			text++;
			continue;
		}
		if (*text == '[')
			stop = memchr(text, ']', (size_t)(end - text));
		else
			while (stop < end && *stop != '.' && *stop != '[')
				stop++;
		stop = stop ? stop : end;
		if (*text == '[' && stop < end)
			stop++;
		acr_json_append(path, acr_json_new_string_length(text, (size_t)(stop - text)));
		text = stop;
	}
	return path;
}

/* The item of a list that "[0]" or "[key=value]" selects. */
static struct acr_json *select_item(struct acr_json *list, const char *selector)
{
	const char *equals = strchr(selector, '=');
	size_t key_length = equals ? (size_t)(equals - selector - 1) : 0;
	struct acr_json *item;

	if (!equals)
		return acr_json_item(list, strtoul(selector + 1, NULL, 10));
	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *key = acr_strndup(selector + 1, key_length);
		const char *value = acr_json_string(acr_json_get(item, key));

		if (value && strlen(value) == strlen(equals + 1) - 1 && !strncmp(value, equals + 1, strlen(value)))
			return item;
	}
	return NULL;
}

static int unknown_name(const char *model, const char *name, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *names = model_names(model);
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;
	const struct acr_json *item;

	for (item = acr_json_first(names); item; item = acr_json_next(item))
		acr_buf_printf(&list, "%s'%s'", list.length ? ", " : "", acr_json_string(item));
	return acr_fail(error, ACR_ERROR_GENERAL, "Couldn't find '%s' in ''. Available options: [%s]", name,
	                acr_buf_str(&list));
}

/* The JSON pointer of a printed path in the body; list selectors are resolved on the way. */
static int resolve(const char *model, struct acr_json *body, const struct acr_json *path, bool whole,
                   struct acr_buf *pointer, struct acr_error *error)
{
	const struct acr_json *segment = acr_json_first(path);
	const char *name = acr_json_string(segment);
	ACR_AUTO_FREE char *first = name ? model_pointer(model, name) : NULL;

	if (!name)
		return acr_fail(error, ACR_ERROR_USAGE, "usage error: Empty key in --set. Correct syntax: --set KEY=VALUE "
		                "[KEY=VALUE ...]");
	if (!first && (whole || acr_json_next(segment)))
		return unknown_name(model, name, error);
	if (first)
		acr_buf_puts(pointer, first);
	else
		acr_buf_printf(pointer, "/%s", name);
	while ((segment = acr_json_next(segment))) {
		struct acr_json *list = acr_json_at(body, acr_buf_str(pointer)), *item;
		size_t index = 0;

		name = acr_json_string(segment);
		if (*name != '[') {
			acr_buf_printf(pointer, "/%s", name);
			continue;
		}
		if (!select_item(list, name))
			return acr_fail(error, ACR_ERROR_GENERAL, "index %s doesn't exist on %s", name,
			                acr_json_string(acr_json_first(path)));
		for (item = acr_json_first(list); item != select_item(list, name); item = acr_json_next(item))
			index++;
		acr_buf_printf(pointer, "/%zu", index);
	}
	return 0;
}

/* JSON where it is JSON, else the text. */
static struct acr_json *parse_value(const char *text, bool force_string)
{
	struct acr_json *value = NULL;

	if (!force_string && acr_json_parse(text, strlen(text), &value, NULL) == 0)
		return value;
	return acr_json_new_string(text);
}

static int set_one(const struct context *context, struct acr_params *params, const char *word, bool force_string,
                   struct acr_error *error)
{
	const char *model = context->args->command->update_model;
	const char *equals = strchr(word, '=');
	ACR_AUTO(acr_buf) pointer = ACR_BUF_INIT;
	ACR_AUTO_PTR(acr_json) *path = NULL;
	int rc;

	if (!equals)
		return acr_fail(error, ACR_ERROR_USAGE, "usage error: Empty key in --set. Correct syntax: --set KEY=VALUE "
		                "[KEY=VALUE ...]");
	path = split_path(word, (size_t)(equals - word));
	if ((rc = resolve(model, params->body, path, false, &pointer, error)) < 0)
		return rc;
	if (acr_json_size(path) == 1) {
		ACR_AUTO_FREE char *known = model_pointer(model, acr_json_string(acr_json_first(path)));

		if (!known)
			io_warn(context->io, "Property '%s' not found on root. Send it as an additional property .",
			        acr_json_string(acr_json_first(path)));
	}
	return acr_json_put(&params->body, acr_buf_str(&pointer), parse_value(equals + 1, force_string), error);
}

/* --add path v v2 or --add path k=v k2=v2: consecutive k=v words form one object. */
static int add_words(const struct context *context, struct acr_params *params, const struct acr_json *words,
                     bool force_string, struct acr_error *error)
{
	const struct acr_json *word = acr_json_first(words);
	const char *text = acr_json_string(word);
	ACR_AUTO_PTR(acr_json) *path = split_path(text, strlen(text));
	ACR_AUTO_PTR(acr_json) *object = NULL;
	ACR_AUTO(acr_buf) pointer = ACR_BUF_INIT;
	int rc = resolve(context->args->command->update_model, params->body, path, true, &pointer, error);

	acr_buf_puts(&pointer, "/-");
	while (rc == 0 && (word = acr_json_next(word))) {
		const char *equals;

		text = acr_json_string(word);
		equals = strchr(text, '=');
		if (equals) {
			ACR_AUTO_FREE char *key = acr_strndup(text, (size_t)(equals - text));

			object = object ? object : acr_json_new_object();
			acr_json_set(object, key, parse_value(equals + 1, force_string));
			continue;
		}
		if (object)
			rc = acr_json_put(&params->body, acr_buf_str(&pointer), TAKE(object), error);
		if (rc == 0)
			rc = acr_json_put(&params->body, acr_buf_str(&pointer), parse_value(text, force_string), error);
	}
	if (rc == 0 && object)
		rc = acr_json_put(&params->body, acr_buf_str(&pointer), TAKE(object), error);
	return rc;
}

/* --remove path clears (null, or [] for a list); --remove path INDEX takes one item out. */
static int remove_words(const struct context *context, struct acr_params *params, const struct acr_json *words,
                        struct acr_error *error)
{
	const char *text = acr_json_string(acr_json_first(words));
	const char *index = acr_json_string(acr_json_item(words, 1));
	ACR_AUTO_PTR(acr_json) *path = split_path(text, strlen(text));
	ACR_AUTO(acr_buf) pointer = ACR_BUF_INIT;
	struct acr_json *at;
	int rc = resolve(context->args->command->update_model, params->body, path, true, &pointer, error);

	if (rc < 0)
		return rc;
	at = acr_json_at(params->body, acr_buf_str(&pointer));
	if (index) {
		ACR_AUTO_PTR(acr_json) *item = acr_json_detach_item(at, strtoul(index, NULL, 10));

		return item ? 0 : acr_fail(error, ACR_ERROR_GENERAL, "index %s doesn't exist on %s", index, text);
	}
	return acr_json_put(&params->body, acr_buf_str(&pointer),
	                    acr_json_is(at, ACR_JSON_ARRAY) ? acr_json_new_array() : acr_json_new_null(), error);
}

int update_apply(const struct context *context, struct acr_params *params, struct acr_error *error)
{
	bool force_string = args_flag(context->args, "force-string");
	const struct acr_json *update, *word;
	int rc = 0;

	if (!params->body)
		params->body = acr_json_new_object();
	for (update = acr_json_first(context->args->updates); rc == 0 && update; update = acr_json_next(update)) {
		const char *action = acr_json_str(update, "/action");
		const struct acr_json *words = acr_json_get(update, "words");

		if (!strcmp(action, "add"))
			rc = add_words(context, params, words, force_string, error);
		else if (!strcmp(action, "remove"))
			rc = remove_words(context, params, words, error);
		else
			for (word = acr_json_first(words); rc == 0 && word; word = acr_json_next(word))
				rc = set_one(context, params, acr_json_string(word), force_string, error);
	}
	return rc;
}
