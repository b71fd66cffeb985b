/* JSON Pointer (RFC 6901): look up by path, and make the path while writing. */
#include <stdlib.h>
#include <string.h>
#include <acr/json.h>

/* The step that `pointer` (at its "/") begins with, unescaped; *rest gets what follows it. */
static char *take_step(const char *pointer, const char **rest)
{
	size_t length = strcspn(pointer + 1, "/");
	char *step = acr_strndup(pointer + 1, length), *to = step;
	for (const char *from = step; *from; from++) {
		char c = *from;
		if (c == '~' && (from[1] == '0' || from[1] == '1')) {
			c = *++from == '0' ? '~' : '/';
		}
		*to++ = c;
	}
	*to = '\0';
	*rest = pointer + 1 + length;
	return step;
}

/* A step as an array index: digits without a leading zero. */
static bool index_of(const char *step, size_t *ret)
{
	size_t length = strlen(step);
	if (!length || length > 9 || strspn(step, "0123456789") != length || (length > 1 && step[0] == '0')) {
		return false;
	}
	*ret = strtoul(step, NULL, 10);
	return true;
}

static struct acr_json *child(const struct acr_json *value, const char *step)
{
	size_t index;
	if (acr_json_is(value, ACR_JSON_ARRAY)) {
		return index_of(step, &index) ? acr_json_item(value, index) : NULL;
	}
	return acr_json_get(value, step);
}

struct acr_json *acr_json_at(const struct acr_json *value, const char *pointer)
{
	while (value && *pointer == '/') {
		ACR_AUTO_FREE char *step = take_step(pointer, &pointer);
		value = child(value, step);
	}
	return *pointer ? NULL : (struct acr_json *)value;
}

const char *acr_json_str(const struct acr_json *value, const char *pointer)
{
	return acr_json_string(acr_json_at(value, pointer));
}

double acr_json_num(const struct acr_json *value, const char *pointer, double fallback)
{
	const struct acr_json *found = acr_json_at(value, pointer);
	return acr_json_is(found, ACR_JSON_NUMBER) ? acr_json_number(found) : fallback;
}

bool acr_json_true(const struct acr_json *value, const char *pointer)
{
	return acr_json_bool(acr_json_at(value, pointer));
}

/* Put `item` under `step`; false (item not taken) when the container has no such place. */
static bool put_child(struct acr_json *container, const char *step, struct acr_json *item)
{
	size_t index;
	if (acr_json_is(container, ACR_JSON_OBJECT)) {
		acr_json_set(container, step, item);
		return true;
	}
	if (!acr_json_is(container, ACR_JSON_ARRAY)) {
		return false;
	}
	if (strcmp(step, "-") == 0) {
		acr_json_append(container, item);
		return true;
	}
	return index_of(step, &index) && acr_json_replace(container, index, item);
}

/* A container in which the step that `rest` begins with has its place. */
static struct acr_json *new_container(const char *rest)
{
	return strcmp(rest, "/-") == 0 ? acr_json_new_array() : acr_json_new_object();
}

/* Nothing is changed on failure: new containers are built apart and put in as the last thing. */
static bool put(struct acr_json *container, const char *pointer, struct acr_json *item)
{
	ACR_AUTO_FREE char *step = take_step(pointer, &pointer);
	if (!*pointer) {
		return put_child(container, step, item);
	}
	struct acr_json *next = child(container, step);
	if (!acr_json_is_nothing(next)) {
		return put(next, pointer, item);
	}
	ACR_AUTO_PTR(acr_json) *made = new_container(pointer);
	if (!acr_json_is(container, ACR_JSON_OBJECT) || !put(made, pointer, item)) {
		return false;
	}
	acr_json_set(container, step, TAKE(made));
	return true;
}

int acr_json_put(struct acr_json **root, const char *pointer, struct acr_json *item, struct acr_error *error)
{
	if (!item) {
		item = acr_json_new_null();
	}
	if (!*pointer) {
		acr_json_free(*root);
		*root = item;
		return 0;
	}
	ACR_AUTO_PTR(acr_json) *made = acr_json_is_nothing(*root) ? new_container(pointer) : NULL;
	if (*pointer != '/' || !put(made ? made : *root, pointer, item)) {
		acr_json_free(item);
		return acr_fail(error, ACR_ERROR_FORMAT, "cannot set '%s': a step on the way is no object or array",
				pointer);
	}
	if (made) {
		acr_json_free(*root);
		*root = TAKE(made);
	}
	return 0;
}
