/* JSON values on cJSON: the only file that knows what is inside a struct acr_json. */
#include <stdlib.h>
#include <string.h>
#include <cjson/cJSON.h>
#include <acr/json.h>
#include "base/jsontoken.h"

/* A struct acr_json is a cJSON under another name. */
static cJSON *inner(const struct acr_json *value)
{
	return (cJSON *)value;
}

static struct acr_json *outer(cJSON *item)
{
	return (struct acr_json *)item;
}

/* What cJSON_Create…() returned; NULL only when memory ran out. */
static struct acr_json *made(cJSON *item)
{
	if (!item) {
		acr_oom();
	}
	return outer(item);
}

int acr_json_parse(const char *text, size_t length, struct acr_json **ret, struct acr_error *error)
{
	size_t start = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	int code = acr_json_check_tokens(text, start, length, error);
	if (code < 0) {
		return code;
	}
	const char *end = NULL;
	cJSON *item = cJSON_ParseWithLengthOpts(text + start, length - start, &end, false);
	size_t offset = end ? (size_t)(end - text) : start;
	if (!item) {
		return acr_fail(error, ACR_ERROR_FORMAT, "not valid JSON: unexpected text at offset %zu", offset);
	}
	offset += acr_json_blanks(text + offset, length - offset);
	if (offset < length) {
		cJSON_Delete(item);
		return acr_fail(error, ACR_ERROR_FORMAT, "not valid JSON: more text after the value at offset %zu",
				offset);
	}
	*ret = outer(item);
	return 0;
}

static void write_members(const cJSON *container, bool keyed, struct acr_buf *out)
{
	acr_buf_putc(out, keyed ? '{' : '[');
	for (const cJSON *item = container->child; item; item = item->next) {
		if (item != container->child) {
			acr_buf_putc(out, ',');
		}
		if (keyed) {
			acr_json_write_string(item->string, strlen(item->string), out);
			acr_buf_putc(out, ':');
		}
		acr_json_write((const struct acr_json *)item, out);
	}
	acr_buf_putc(out, keyed ? '}' : ']');
}

void acr_json_write(const struct acr_json *value, struct acr_buf *out)
{
	const cJSON *item = inner(value);
	switch (acr_json_type(value)) {
	case ACR_JSON_ABSENT:
	case ACR_JSON_NULL:
		acr_buf_puts(out, "null");
		return;
	case ACR_JSON_BOOL:
		acr_buf_puts(out, acr_json_bool(value) ? "true" : "false");
		return;
	case ACR_JSON_NUMBER:
		acr_json_write_number(item->valuedouble, out);
		return;
	case ACR_JSON_STRING:
		acr_json_write_string(item->valuestring, strlen(item->valuestring), out);
		return;
	case ACR_JSON_ARRAY:
	case ACR_JSON_OBJECT:
		write_members(item, acr_json_is(value, ACR_JSON_OBJECT), out);
		return;
	}
}

char *acr_json_text(const struct acr_json *value)
{
	struct acr_buf out = ACR_BUF_INIT;
	acr_json_write(value, &out);
	return acr_buf_take(&out);
}

void acr_json_free(struct acr_json *value)
{
	cJSON_Delete(inner(value));
}

struct acr_json *acr_json_copy(const struct acr_json *value)
{
	return value ? made(cJSON_Duplicate(inner(value), true)) : NULL;
}

struct acr_json *acr_json_new_null(void)
{
	return made(cJSON_CreateNull());
}

struct acr_json *acr_json_new_bool(bool value)
{
	return made(cJSON_CreateBool(value));
}

struct acr_json *acr_json_new_number(double value)
{
	return made(cJSON_CreateNumber(value));
}

struct acr_json *acr_json_new_string(const char *text)
{
	return text ? made(cJSON_CreateString(text)) : acr_json_new_null();
}

struct acr_json *acr_json_new_string_length(const char *text, size_t length)
{
	ACR_AUTO_FREE char *copy = acr_strndup(text, length);
	return acr_json_new_string(copy);
}

struct acr_json *acr_json_new_array(void)
{
	return made(cJSON_CreateArray());
}

struct acr_json *acr_json_new_object(void)
{
	return made(cJSON_CreateObject());
}

enum acr_json_type acr_json_type(const struct acr_json *value)
{
	switch (value ? inner(value)->type & 0xff : cJSON_Invalid) {
	case cJSON_NULL:
		return ACR_JSON_NULL;
	case cJSON_False:
	case cJSON_True:
		return ACR_JSON_BOOL;
	case cJSON_Number:
		return ACR_JSON_NUMBER;
	case cJSON_String:
		return ACR_JSON_STRING;
	case cJSON_Array:
		return ACR_JSON_ARRAY;
	case cJSON_Object:
		return ACR_JSON_OBJECT;
	default:
		return ACR_JSON_ABSENT;
	}
}

bool acr_json_is(const struct acr_json *value, enum acr_json_type type)
{
	return acr_json_type(value) == type;
}

bool acr_json_is_nothing(const struct acr_json *value)
{
	return acr_json_type(value) <= ACR_JSON_NULL;
}

bool acr_json_bool(const struct acr_json *value)
{
	return cJSON_IsTrue(inner(value));
}

double acr_json_number(const struct acr_json *value)
{
	return acr_json_is(value, ACR_JSON_NUMBER) ? inner(value)->valuedouble : 0;
}

const char *acr_json_string(const struct acr_json *value)
{
	return acr_json_is(value, ACR_JSON_STRING) ? inner(value)->valuestring : NULL;
}

static bool is_container(const struct acr_json *value)
{
	return acr_json_type(value) >= ACR_JSON_ARRAY;
}

size_t acr_json_size(const struct acr_json *container)
{
	size_t size = 0;
	for (const struct acr_json *item = acr_json_first(container); item; item = acr_json_next(item)) {
		size++;
	}
	return size;
}

struct acr_json *acr_json_first(const struct acr_json *container)
{
	return is_container(container) ? outer(inner(container)->child) : NULL;
}

struct acr_json *acr_json_next(const struct acr_json *item)
{
	return item ? outer(inner(item)->next) : NULL;
}

const char *acr_json_key(const struct acr_json *member)
{
	return member ? inner(member)->string : NULL;
}

struct acr_json *acr_json_item(const struct acr_json *array, size_t index)
{
	struct acr_json *item = acr_json_is(array, ACR_JSON_ARRAY) ? acr_json_first(array) : NULL;
	while (item && index--) {
		item = acr_json_next(item);
	}
	return item;
}

struct acr_json *acr_json_get(const struct acr_json *object, const char *key)
{
	struct acr_json *member = acr_json_is(object, ACR_JSON_OBJECT) ? acr_json_first(object) : NULL;
	while (member && strcmp(acr_json_key(member), key) != 0) {
		member = acr_json_next(member);
	}
	return member;
}

struct place {
	cJSON *member;
	size_t position;
};

/* By key; members of the same key stay in their order. */
static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	int order = strcmp(a->member->string, b->member->string);
	return order ? order : (a->position > b->position) - (a->position < b->position);
}

/* The members of an object in the order of their keys, yours to free(). */
static struct place *sorted_members(const cJSON *object, size_t count)
{
	struct place *places = acr_alloc_array(count, sizeof(*places));
	size_t position = 0;
	for (cJSON *member = object->child; member; member = member->next) {
		places[position] = (struct place){member, position};
		position++;
	}
	qsort(places, count, sizeof(*places), compare_places);
	return places;
}

static bool equal_members(const struct acr_json *a, const struct acr_json *b)
{
	size_t count = acr_json_size(a);
	if (count != acr_json_size(b)) {
		return false;
	}
	ACR_AUTO_FREE struct place *left = sorted_members(inner(a), count);
	ACR_AUTO_FREE struct place *right = sorted_members(inner(b), count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(left[i].member->string, right[i].member->string) != 0 ||
		    !acr_json_equal(outer(left[i].member), outer(right[i].member))) {
			return false;
		}
	}
	return true;
}

static bool equal_items(const struct acr_json *a, const struct acr_json *b)
{
	a = acr_json_first(a);
	b = acr_json_first(b);
	while (a && b && acr_json_equal(a, b)) {
		a = acr_json_next(a);
		b = acr_json_next(b);
	}
	return !a && !b;
}

bool acr_json_equal(const struct acr_json *a, const struct acr_json *b)
{
	enum acr_json_type type = acr_json_type(a);
	if (type != acr_json_type(b)) {
		return false;
	}
	switch (type) {
	case ACR_JSON_BOOL:
		return acr_json_bool(a) == acr_json_bool(b);
	case ACR_JSON_NUMBER:
		return acr_json_number(a) == acr_json_number(b);
	case ACR_JSON_STRING:
		return strcmp(acr_json_string(a), acr_json_string(b)) == 0;
	case ACR_JSON_ARRAY:
		return equal_items(a, b);
	case ACR_JSON_OBJECT:
		return equal_members(a, b);
	default:
		return true;
	}
}

static void sort_members(cJSON *object)
{
	size_t count = acr_json_size(outer(object));
	if (count < 2) {
		return;
	}
	ACR_AUTO_FREE struct place *places = sorted_members(object, count);
	for (size_t i = 0; i < count; i++) {
		/* cJSON's list: the first item's prev is the last item, the last item's next is NULL. */
		places[i].member->prev = places[i ? i - 1 : count - 1].member;
		places[i].member->next = i + 1 < count ? places[i + 1].member : NULL;
	}
	object->child = places[0].member;
}

void acr_json_sort(struct acr_json *value)
{
	if (acr_json_is(value, ACR_JSON_OBJECT)) {
		sort_members(inner(value));
	}
	for (struct acr_json *item = acr_json_first(value); item; item = acr_json_next(item)) {
		acr_json_sort(item);
	}
}

void acr_json_set(struct acr_json *object, const char *key, struct acr_json *item)
{
	if (!item) {
		item = acr_json_new_null();
	}
	struct acr_json *old = acr_json_get(object, key);
	bool done = old ? cJSON_ReplaceItemInObjectCaseSensitive(inner(object), key, inner(item))
			: cJSON_AddItemToObject(inner(object), key, inner(item));
	if (!done) {
		acr_oom(); /* object and item are there, so only the copy of the key can have failed */
	}
}

void acr_json_append(struct acr_json *array, struct acr_json *item)
{
	cJSON_AddItemToArray(inner(array), inner(item ? item : acr_json_new_null()));
}

void acr_json_set_str(struct acr_json *object, const char *key, const char *text)
{
	acr_json_set(object, key, acr_json_new_string(text));
}

void acr_json_set_bool(struct acr_json *object, const char *key, bool value)
{
	acr_json_set(object, key, acr_json_new_bool(value));
}

void acr_json_set_num(struct acr_json *object, const char *key, double value)
{
	acr_json_set(object, key, acr_json_new_number(value));
}

bool acr_json_replace(struct acr_json *array, size_t index, struct acr_json *item)
{
	struct acr_json *old = acr_json_item(array, index);
	return old && cJSON_ReplaceItemViaPointer(inner(array), inner(old), inner(item));
}

/* Unlink and give up the name it had. */
static struct acr_json *detach(struct acr_json *container, struct acr_json *item)
{
	if (!item) {
		return NULL;
	}
	cJSON *taken = cJSON_DetachItemViaPointer(inner(container), inner(item));
	cJSON_free(taken->string);
	taken->string = NULL;
	return outer(taken);
}

struct acr_json *acr_json_detach(struct acr_json *object, const char *key)
{
	return detach(object, acr_json_get(object, key));
}

struct acr_json *acr_json_detach_item(struct acr_json *array, size_t index)
{
	return detach(array, acr_json_item(array, index));
}

void acr_json_remove(struct acr_json *object, const char *key)
{
	acr_json_free(acr_json_detach(object, key));
}
