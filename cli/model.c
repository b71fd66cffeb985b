/* Printed shapes, read from their texts as they are applied: a shape is used once or twice in a process. */
#include "model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pytime.h"

/* One item of a shape. */
struct item {
	char *wire, *printed, *kind; /* kind: "time", "span" or NULL */
	char bracket;                /* '{', '[', '(' or 0 */
	bool map;                    /* of such objects */
	bool choice;                 /* `inner` are shapes, one for each value of "type" */
	char *inner;                 /* text between the brackets */
};

static void item_clear(struct item *item)
{
	free(item->wire);
	free(item->printed);
	free(item->kind);
	free(item->inner);
	*item = (struct item){0};
}

static const char *closing(const char *open)
{
	int depth = 0;

	for (; *open; open++) {
		if (strchr("{[(", *open))
			depth++;
		else if (strchr("}])", *open) && --depth == 0)
			return open;
	}
	return NULL;
}

/* Read the item at *at and go behind it; false at the end or where the shape is unsound. */
static bool next_item(const char **at, struct item *ret)
{
	const char *end;
	size_t length;

	*at += strspn(*at, " ");
	length = strcspn(*at, " {[(:>*?}])");
	if (!length)
		return false;
	*ret = (struct item){.wire = acr_strndup(*at, length)};
	*at += length;
	if (**at == '>') {
		length = strcspn(*at + 1, " {[(:*?");
		ret->printed = acr_strndup(*at + 1, length);
		*at += 1 + length;
	} else {
		ret->printed = acr_strdup(ret->wire);
	}
	if (**at == ':') {
		length = strcspn(*at + 1, " ");
		ret->kind = acr_strndup(*at + 1, length);
		*at += 1 + length;
	}
	ret->map = **at == '*';
	ret->choice = **at == '?';
	if (ret->map || ret->choice)
		++*at;
	if (**at && strchr("{[(", **at)) {
		end = closing(*at);
		if (!end) {
			item_clear(ret);
			return false;
		}
		ret->bracket = **at;
		ret->inner = acr_strndup(*at + 1, (size_t)(end - *at - 1));
		*at = end + 1;
	}
	return true;
}

static struct acr_json *shape_object(const char *shape, const struct acr_json *value);

/* A list or map whose items went through `apply`. */
static struct acr_json *shape_each(const char *shape, const struct acr_json *container, bool map,
				   struct acr_json *(*apply)(const char *, const struct acr_json *))
{
	struct acr_json *ret = map ? acr_json_new_object() : acr_json_new_array();
	const struct acr_json *item;

	for (item = acr_json_first(container); item; item = acr_json_next(item)) {
		struct acr_json *shaped = apply(shape, item);

		if (map)
			acr_json_set(ret, acr_json_key(item), shaped);
		else
			acr_json_append(ret, shaped);
	}
	return ret;
}

/* The shape of its type, or as it is. */
static struct acr_json *shape_choice(const char *shapes, const struct acr_json *value)
{
	const char *type = acr_json_str(value, "/type");
	struct acr_json *ret = NULL;
	struct item item;

	while (!ret && next_item(&shapes, &item)) {
		if (type && !strcmp(type, item.wire))
			ret = shape_object(item.inner, value);
		item_clear(&item);
	}
	return ret ? ret : acr_json_copy(value);
}

/* What cannot be understood stays as it is. */
static struct acr_json *python_text(const char *kind, const char *text)
{
	ACR_AUTO_FREE char *printed = !strcmp(kind, "time") ? pytime_point(text) : pytime_span(text);

	return acr_json_new_string(printed ? printed : text);
}

static struct acr_json *shape_member(const struct item *item, const struct acr_json *value)
{
	const char *text = acr_json_string(value);

	if (acr_json_is_nothing(value))
		return acr_json_new_null();
	if (item->map)
		return shape_each(item->inner, value, true, model_apply);
	if (item->choice)
		return shape_choice(item->inner, value);
	if (item->bracket == '[')
		return shape_each(item->inner, value, false, model_apply);
	if (item->bracket)
		return shape_object(item->inner, value);
	if (text && item->kind)
		return python_text(item->kind, text);
	return acr_json_copy(value);
}

static void shape_into(const char *shape, const struct acr_json *value, const struct acr_json *outer,
		       struct acr_json *ret)
{
	struct item item;

	while (next_item(&shape, &item)) {
		const struct acr_json *member = acr_json_get(value, item.wire);

		if (item.bracket == '(') {
			shape_into(item.inner, member, value, ret);
		} else {
			if (!member && outer)
				member = acr_json_get(outer, item.wire);
			acr_json_set(ret, item.printed, shape_member(&item, member));
		}
		item_clear(&item);
	}
}

static struct acr_json *shape_object(const char *shape, const struct acr_json *value)
{
	struct acr_json *ret = acr_json_new_object();

	shape_into(shape, value, NULL, ret);
	return ret;
}

static struct acr_json *shape_map(const char *shape, const struct acr_json *value)
{
	const char *end = closing(shape + 1);
	ACR_AUTO_FREE char *inner = end ? acr_strndup(shape + 2, (size_t)(end - shape - 2)) : acr_strdup("");

	return shape_each(inner, value, true, model_apply);
}

struct acr_json *model_apply(const char *shape, const struct acr_json *value)
{
	if (acr_json_is(value, ACR_JSON_ARRAY))
		return shape_each(shape, value, false, model_apply);
	if (acr_json_is(value, ACR_JSON_OBJECT) && *shape == '*')
		return shape_map(shape, value);
	if (acr_json_is(value, ACR_JSON_OBJECT))
		return shape_object(shape, value);
	return value ? acr_json_copy(value) : acr_json_new_null();
}

struct acr_json *model_pick(const char *shape, const struct acr_json *value)
{
	struct acr_json *ret = acr_json_new_object();
	struct item item;

	while (next_item(&shape, &item)) {
		const struct acr_json *member = acr_json_get(value, item.wire);
		bool each = item.map || item.bracket == '[';

		if (!acr_json_is_nothing(member))
			acr_json_set(ret, item.wire,
				     each           ? shape_each(item.inner, member, item.map, model_pick)
				     : item.bracket ? model_pick(item.inner, member)
						    : acr_json_copy(member));
		item_clear(&item);
	}
	return ret;
}

static bool has_resource_group(const struct acr_json *object)
{
	const struct acr_json *member;

	for (member = acr_json_first(object); member; member = acr_json_next(member))
		if (!strcasecmp(acr_json_key(member), "resourceGroup"))
			return true;
	return false;
}

/* The group in an id of at least eight segments, "/subscriptions/S/resourceGroups/G/providers/N/T/R": az leaves
 * shorter ids, such as the group's own, alone. Yours to free(). */
static char *group_in_id(const char *id)
{
	const char *segment[9];
	size_t count;

	for (count = 0; id && count < ACR_COUNT(segment); count++) {
		const char *slash = strchr(id, '/');

		segment[count] = id;
		id = slash ? slash + 1 : NULL;
	}
	if (count < ACR_COUNT(segment) || strncasecmp(segment[3], "resourceGroups/", strlen("resourceGroups/")) != 0)
		return NULL;
	return acr_strndup(segment[4], strcspn(segment[4], "/"));
}

void model_add_resource_group(struct acr_json *value)
{
	struct acr_json *item;

	if (acr_json_is(value, ACR_JSON_OBJECT)) {
		ACR_AUTO_FREE char *group = group_in_id(acr_json_string(acr_json_get(value, "id")));

		if (group && !has_resource_group(value))
			acr_json_set_str(value, "resourceGroup", group);
	} else if (!acr_json_is(value, ACR_JSON_ARRAY)) {
		return;
	}
	for (item = acr_json_first(value); item; item = acr_json_next(item))
		if (!acr_json_key(item) || strcmp(acr_json_key(item), "sourceVault") != 0)
			model_add_resource_group(item);
}

/* "adminUserEnabled" may be written "admin_user_enabled", as in az. */
static bool same_name(const char *printed, const char *asked)
{
	for (;; printed++, asked++) {
		asked += strspn(asked, "_");
		if (tolower((unsigned char)*printed) != tolower((unsigned char)*asked))
			return false;
		if (!*printed)
			return true;
	}
}

static void rename_member(struct acr_json *object, const struct item *item)
{
	struct acr_json *member;

	if (acr_json_get(object, item->wire))
		return;
	for (member = acr_json_first(object); member; member = acr_json_next(member))
		if (same_name(item->printed, acr_json_key(member))) {
			ACR_AUTO_FREE char *name = acr_strdup(acr_json_key(member));

			acr_json_set(object, item->wire, acr_json_copy(member));
			acr_json_remove(object, name);
			return;
		}
}

void model_unprint(const char *shape, struct acr_json *value)
{
	struct item item;

	while (acr_json_is(value, ACR_JSON_OBJECT) && next_item(&shape, &item)) {
		struct acr_json *member, *inner;

		if (item.bracket != '(')
			rename_member(value, &item);
		member = acr_json_get(value, item.wire);
		if (item.bracket == '[' || item.map)
			for (inner = acr_json_first(member); inner; inner = acr_json_next(inner))
				model_unprint(item.inner, inner);
		else if (item.bracket && !item.choice)
			model_unprint(item.inner, member);
		item_clear(&item);
	}
}

char *model_pointer(const char *shape, const char *printed, char **inner)
{
	char *ret = NULL;
	struct item item;

	while (!ret && next_item(&shape, &item)) {
		if (item.bracket == '(') {
			ACR_AUTO_FREE char *below = model_pointer(item.inner, printed, inner);

			ret = below ? acr_format("/%s%s", item.wire, below) : NULL;
		} else if (same_name(item.printed, printed)) {
			bool described = item.bracket == '{' && !item.map && !item.choice;

			ret = acr_format("/%s", item.wire);
			*inner = described ? TAKE(item.inner) : NULL;
		}
		item_clear(&item);
	}
	return ret;
}

static void add_names(const char *shape, struct acr_json *list)
{
	struct item item;

	while (next_item(&shape, &item)) {
		if (item.bracket == '(')
			add_names(item.inner, list);
		else
			acr_json_append(list, acr_json_new_string(item.printed));
		item_clear(&item);
	}
}

struct acr_json *model_names(const char *shape)
{
	struct acr_json *list = acr_json_new_array();

	add_names(shape, list);
	return list;
}

static int check_level(const char *shape, struct acr_json *seen, struct acr_error *error)
{
	const char *at = shape;
	struct item item;
	int rc = 0;

	while (rc == 0 && next_item(&at, &item)) {
		if (item.bracket == '(') {
			rc = check_level(item.inner, seen, error);
		} else if (acr_json_get(seen, item.printed)) {
			rc = acr_fail(error, ACR_ERROR_FORMAT, "'%s' stands twice", item.printed);
		} else {
			acr_json_set_bool(seen, item.printed, true);
			if (item.inner)
				rc = model_check(item.inner, error);
		}
		item_clear(&item);
	}
	if (rc == 0 && at[strspn(at, " ")])
		rc = acr_fail(error, ACR_ERROR_FORMAT, "cannot be read from '%s' on", at);
	return rc;
}

int model_check(const char *shape, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *seen = acr_json_new_object();
	size_t length = strlen(shape);

	if (*shape == '*') {
		ACR_AUTO_FREE char *inner = length > 3 ? acr_strndup(shape + 2, length - 3) : acr_strdup("");

		return closing(shape + 1) == shape + length - 1
			       ? model_check(inner, error)
			       : acr_fail(error, ACR_ERROR_FORMAT,
					  "the brackets of a map do not stand around the whole");
	}
	return check_level(shape, seen, error);
}
