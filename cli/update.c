/* Generic updates: --set a.b=v, --add list k=v, --remove path, over the printed names of the update object. */
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "model.h"
#include "update_value.h"

/* On the way along a path: where it has led so far. */
struct walk {
	struct acr_json *node; /* NULL or JSON null when there is nothing yet */
	bool make;             /* objects where there is nothing */
	char *shape;           /* names that the node may have; NULL: any */
	struct acr_buf path;   /* how the node is called: "networkRuleSet.ipRules" */
};

static void walk_clear(struct walk *walk)
{
	free(walk->shape);
	acr_buf_clear(&walk->path);
}

/* What a segment names in the node. */
struct place {
	struct acr_json *value; /* NULL when there is nothing yet */
	char *pointer; /* where it goes, from the node; NULL in objects whose names are not known, and in lists */
	char *shape;
	size_t index; /* in a list */
};

static void place_clear(struct place *place)
{
	free(place->pointer);
	free(place->shape);
}

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

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "['a', 'b']": the names that would have been understood, sorted. */
static char *list_names(const struct walk *walk)
{
	ACR_AUTO_PTR(acr_json) *names = walk->shape ? model_names(walk->shape) : acr_json_new_array();
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;
	const struct acr_json *item;
	size_t count = 0, i;

	if (!walk->shape)
		for (item = acr_json_first(walk->node); item; item = acr_json_next(item))
			acr_json_append(names, acr_json_new_string(acr_json_key(item)));
	ACR_AUTO_FREE const char **texts = acr_alloc_array(acr_json_size(names) + 1, sizeof(*texts));
	for (item = acr_json_first(names); item; item = acr_json_next(item))
		texts[count++] = acr_json_string(item);
	qsort(texts, count, sizeof(*texts), compare_texts);
	for (i = 0; i < count; i++)
		acr_buf_printf(&list, "%s'%s'", i ? ", " : "", texts[i]);
	return acr_format("[%s]", acr_buf_str(&list));
}

static int not_there(const struct walk *walk, const char *segment, struct acr_error *error)
{
	const char *path = acr_buf_str(&walk->path);

	if (acr_json_is(walk->node, ACR_JSON_ARRAY))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Couldn't find '%s' in '%s'. Available options: index into the collection '%s' with "
				"[<index>] or [<key=value>]",
				segment, path, path);
	if (!walk->shape && !acr_json_is(walk->node, ACR_JSON_OBJECT))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Couldn't find '%s' in '%s'. '%s' does not support further indexing.", segment, path,
				path);
	ACR_AUTO_FREE char *names = list_names(walk);
	return acr_fail(error, ACR_ERROR_GENERAL, "Couldn't find '%s' in '%s'. Available options: %s", segment, path,
			names);
}

/* A place in a list: counted from its beginning or, when negative, from its end. */
static int find_index(const struct acr_json *list, const char *text, const char *name, size_t *ret,
		      struct acr_error *error)
{
	long size = (long)acr_json_size(list), index;
	char *end;

	index = strtol(text, &end, 10);
	if (end == text || (*end && *end != ']'))
		return acr_fail(error, ACR_ERROR_GENERAL, "usage error: '%s' is no index into '%s'.", text, name);
	if (index < 0)
		index += size;
	if (index < 0 || index >= size)
		return acr_fail(error, ACR_ERROR_GENERAL, "index %.*s doesn't exist on %s", (int)(end - text), text,
				name);
	*ret = (size_t)index;
	return 0;
}

/* The only item whose member has the value: "[key=value]". */
static int find_item(const struct acr_json *list, const char *selector, const char *name, size_t *ret,
		     struct acr_error *error)
{
	size_t length = strlen(selector), key_length = strcspn(selector, "=") - 1, index = 0, found = 0;
	ACR_AUTO_FREE char *key = acr_strndup(selector + 1, key_length);
	ACR_AUTO_FREE char *text = acr_strndup(selector + 2 + key_length, length - key_length - 3);
	ACR_AUTO_PTR(acr_json) *value = update_value(text, false);
	const struct acr_json *item;

	for (item = acr_json_first(list); item; item = acr_json_next(item), index++) {
		const struct acr_json *member = acr_json_get(item, key);

		if (!member || !acr_json_equal(member, value))
			continue;
		if (found++)
			return acr_fail(error, ACR_ERROR_GENERAL,
					"non-unique key '%s' found multiple matches on %s. Key must be unique.", key,
					name);
		*ret = index;
	}
	if (!found)
		return acr_fail(error, ACR_ERROR_GENERAL, "item with value '%s' doesn't exist for key '%s' on %s", text,
				key, name);
	return 0;
}

static int find_in_list(const struct walk *walk, const char *segment, struct place *ret, struct acr_error *error)
{
	const char *name = acr_buf_str(&walk->path);
	size_t length = strlen(segment);
	int rc;

	if (!acr_json_is(walk->node, ACR_JSON_ARRAY) || length < 3 || segment[length - 1] != ']')
		return not_there(walk, segment, error);
	rc = strchr(segment, '=') ? find_item(walk->node, segment, name, &ret->index, error)
				  : find_index(walk->node, segment + 1, name, &ret->index, error);
	if (rc == 0)
		ret->value = acr_json_item(walk->node, ret->index);
	return rc;
}

/* The place that a segment names. `fresh`: it need not have been there before. */
static int find_place(const struct walk *walk, const char *segment, bool fresh, struct place *ret,
		      struct acr_error *error)
{
	*ret = (struct place){0};
	if (*segment == '[')
		return find_in_list(walk, segment, ret, error);
	if (walk->shape)
		ret->pointer = model_pointer(walk->shape, segment, &ret->shape);
	if (ret->pointer)
		ret->value = acr_json_at(walk->node, ret->pointer);
	else if (acr_json_is(walk->node, ACR_JSON_OBJECT))
		ret->value = acr_json_get(walk->node, segment);
	else
		return not_there(walk, segment, error);
	return ret->value || ret->pointer || fresh ? 0 : not_there(walk, segment, error);
}

/* Put a value (taken) where a segment says; *ret lends it. */
static int put_place(struct walk *walk, const char *segment, const struct place *place, struct acr_json *value,
		     struct acr_error *error)
{
	if (*segment == '[')
		acr_json_replace(walk->node, place->index, value);
	else if (place->pointer)
		return acr_json_put(&walk->node, place->pointer, value, error);
	else
		acr_json_set(walk->node, segment, value);
	return 0;
}

/* Go into what the segment names. */
static int enter(struct walk *walk, const char *segment, struct acr_error *error)
{
	__attribute__((cleanup(place_clear))) struct place place;
	int rc = find_place(walk, segment, false, &place, error);

	if (rc == 0 && walk->make && acr_json_is_nothing(place.value)) {
		place.value = acr_json_new_object();
		rc = put_place(walk, segment, &place, place.value, error);
	}
	if (rc < 0)
		return rc;
	walk->node = place.value;
	free(walk->shape);
	walk->shape = TAKE(place.shape);
	acr_buf_printf(&walk->path, "%s%s", walk->path.length && *segment != '[' ? "." : "", segment);
	return 0;
}

/* Walk to the node that holds the last segment of the path, which *last gets. */
static int walk_path(const struct context *context, struct acr_json *body, const struct acr_json *path, bool make,
		     struct walk *walk, const char **last, struct acr_error *error)
{
	const struct acr_json *segment;
	int rc;

	*walk = (struct walk){.node = body, .make = make, .shape = acr_strdup(context->args->command->update_model)};
	for (segment = acr_json_first(path); acr_json_next(segment); segment = acr_json_next(segment))
		if ((rc = enter(walk, acr_json_string(segment), error)) < 0)
			return rc;
	*last = acr_json_string(segment);
	return 0;
}

/* The "=" behind the path, which is not one of a selector in brackets; NULL. */
static const char *find_equals(const char *word)
{
	bool inside = false;

	for (; *word; word++) {
		if (*word == '=' && !inside)
			return word;
		inside = *word == '[' || (inside && *word != ']');
	}
	return NULL;
}

static int set_one(const struct context *context, struct acr_json *body, const char *word, bool force_string,
		   struct acr_error *error)
{
	const char *equals = find_equals(word), *last;
	ACR_AUTO_PTR(acr_json) *path = equals ? split_path(word, (size_t)(equals - word)) : NULL;
	__attribute__((cleanup(walk_clear))) struct walk walk = {0};
	__attribute__((cleanup(place_clear))) struct place place = {0};
	int rc;

	if (!acr_json_first(path))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"usage error: %s in --set. Correct syntax: --set KEY=VALUE [KEY=VALUE ...]",
				equals ? "Empty key" : "No value");
	if ((rc = walk_path(context, body, path, true, &walk, &last, error)) < 0 ||
	    (rc = find_place(&walk, last, true, &place, error)) < 0)
		return rc;
	if (walk.shape && !place.pointer)
		io_warn(context->io, "Property '%s' not found on %s. Send it as an additional property .", last,
			walk.path.length ? acr_buf_str(&walk.path) : "root");
	return put_place(&walk, last, &place, update_value(equals + 1, force_string), error);
}

/* Consecutive k=v words form one object, whose values are texts; other words are values of their own. */
static void add_words(struct acr_json *list, const struct acr_json *word, bool force_string)
{
	struct acr_json *object = NULL;

	for (; word; word = acr_json_next(word)) {
		const char *text = acr_json_string(word), *equals = strchr(text, '=');
		ACR_AUTO_FREE char *key = equals ? acr_strndup(text, (size_t)(equals - text)) : NULL;

		if (!equals) {
			acr_json_append(list, update_value(text, force_string));
			object = NULL;
			continue;
		}
		if (!object) {
			object = acr_json_new_object();
			acr_json_append(list, object);
		}
		acr_json_set_str(object, key, equals + 1);
	}
}

static int add(const struct context *context, struct acr_json *body, const struct acr_json *words, bool force_string,
	       struct acr_error *error)
{
	const struct acr_json *first = acr_json_first(words);
	const char *text = acr_json_string(first), *last;
	ACR_AUTO_PTR(acr_json) *path = split_path(text, strlen(text));
	__attribute__((cleanup(walk_clear))) struct walk walk = {0};
	__attribute__((cleanup(place_clear))) struct place place = {0};
	struct acr_json *list;
	int rc;

	if (!acr_json_first(path))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"usage error: Empty path in --add. Correct syntax: --add LIST "
				"KEY=VALUE ... or --add LIST VALUE ...");
	if ((rc = walk_path(context, body, path, true, &walk, &last, error)) < 0 ||
	    (rc = find_place(&walk, last, false, &place, error)) < 0)
		return rc;
	list = place.value;
	if (acr_json_is_nothing(list)) {
		list = acr_json_new_array();
		if ((rc = put_place(&walk, last, &place, list, error)) < 0)
			return rc;
	} else if (!acr_json_is(list, ACR_JSON_ARRAY)) {
		return acr_fail(error, ACR_ERROR_GENERAL,
				"usage error: '%s' is no list. Correct syntax: --add LIST KEY=VALUE ... or --add LIST "
				"VALUE ...",
				text);
	}
	add_words(list, acr_json_next(first), force_string);
	return 0;
}

/* Members whose names are known are not sent any more, lists become empty; others must have been there. */
static int remove_place(struct walk *walk, const char *segment, const struct place *place, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *removed = NULL;

	if (*segment == '[') {
		removed = acr_json_detach_item(walk->node, place->index);
		return 0;
	}
	if (!place->pointer) {
		acr_json_remove(walk->node, segment);
		return 0;
	}
	if (acr_json_is(place->value, ACR_JSON_ARRAY))
		return acr_json_put(&walk->node, place->pointer, acr_json_new_array(), error);
	if (place->value) {
		const char *slash = strrchr(place->pointer, '/');
		ACR_AUTO_FREE char *holder = acr_strndup(place->pointer, (size_t)(slash - place->pointer));

		acr_json_remove(acr_json_at(walk->node, holder), slash + 1);
	}
	return 0;
}

static int remove_item(const struct place *place, const char *text, const char *name, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *removed = NULL;
	size_t index = 0;
	int rc;

	if (!acr_json_is(place->value, ACR_JSON_ARRAY))
		return acr_fail(error, ACR_ERROR_GENERAL, "%s doesn't exist", name);
	if ((rc = find_index(place->value, text, name, &index, error)) < 0)
		return rc;
	removed = acr_json_detach_item(place->value, index);
	return 0;
}

static int take_out(const struct context *context, struct acr_json *body, const struct acr_json *words,
		    struct acr_error *error)
{
	const char *text = acr_json_string(acr_json_first(words)), *last;
	const char *index = acr_json_string(acr_json_item(words, 1));
	ACR_AUTO_PTR(acr_json) *path = split_path(text, strlen(text));
	__attribute__((cleanup(walk_clear))) struct walk walk = {0};
	__attribute__((cleanup(place_clear))) struct place place = {0};
	int rc;

	if (!acr_json_first(path))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"usage error: Empty path in --remove. Correct syntax: --remove "
				"LIST INDEX or --remove PROPERTY");
	if ((rc = walk_path(context, body, path, false, &walk, &last, error)) < 0 ||
	    (rc = find_place(&walk, last, false, &place, error)) < 0)
		return rc;
	return index && *index ? remove_item(&place, index, last, error) : remove_place(&walk, last, &place, error);
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
			rc = add(context, params->body, words, force_string, error);
		else if (!strcmp(action, "remove"))
			rc = take_out(context, params->body, words, error);
		else
			for (word = acr_json_first(words); rc == 0 && word; word = acr_json_next(word))
				rc = set_one(context, params->body, acr_json_string(word), force_string, error);
	}
	if (rc == 0)
		rc = update_texts(acr_json_get(params->body, "tags"), error);
	model_unprint(context->args->command->update_model, params->body);
	return rc;
}
