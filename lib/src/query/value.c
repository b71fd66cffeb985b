/* Values while a query is evaluated. */
#include <string.h>
#include "query/value.h"

const struct query_value query_null = {.type = QUERY_NULL, .weight = 1};

struct query_value query_bool(bool value)
{
	return (struct query_value){.type = QUERY_BOOL, .weight = 1, .boolean = value};
}

struct query_value query_number(double value)
{
	return (struct query_value){.type = QUERY_NUMBER, .weight = 1, .number = value};
}

struct query_value query_string(const char *text)
{
	return (struct query_value){.type = QUERY_STRING, .weight = 1, .string = text};
}

struct query_value query_from_json(const struct acr_json *value)
{
	switch (acr_json_type(value)) {
	case ACR_JSON_ABSENT:
	case ACR_JSON_NULL:
		break;
	case ACR_JSON_BOOL:
		return query_bool(acr_json_bool(value));
	case ACR_JSON_NUMBER:
		return query_number(acr_json_number(value));
	case ACR_JSON_STRING:
		return query_string(acr_json_string(value));
	case ACR_JSON_ARRAY:
		return (struct query_value){.type = QUERY_ARRAY, .weight = 1, .source = value};
	case ACR_JSON_OBJECT:
		return (struct query_value){.type = QUERY_OBJECT, .weight = 1, .source = value};
	}
	return query_null;
}

struct acr_json *query_to_json(const struct query_value *value)
{
	if (value->source) {
		return acr_json_copy(value->source);
	}
	struct acr_json *container;
	switch (value->type) {
	case QUERY_BOOL:
		return acr_json_new_bool(value->boolean);
	case QUERY_NUMBER:
		return acr_json_new_number(value->number);
	case QUERY_STRING:
		return acr_json_new_string(value->string);
	case QUERY_ARRAY:
		container = acr_json_new_array();
		for (size_t i = 0; i < value->count; i++) {
			acr_json_append(container, query_to_json(&value->items[i]));
		}
		return container;
	case QUERY_OBJECT:
		container = acr_json_new_object();
		for (size_t i = 0; i < value->count; i++) {
			acr_json_set(container, value->members[i].key, query_to_json(&value->members[i].value));
		}
		return container;
	case QUERY_NULL:
	case QUERY_REFERENCE:
		break;
	}
	return acr_json_new_null();
}

struct query_value query_items(struct arena *arena, const struct query_value *array)
{
	struct query_value apart = *array;
	if (apart.source) {
		apart.source = NULL;
		apart.count = acr_json_size(array->source);
		apart.items = arena_alloc(arena, apart.count * sizeof(*apart.items));
		size_t i = 0;
		for (const struct acr_json *v = acr_json_first(array->source); v; v = acr_json_next(v)) {
			apart.items[i++] = query_from_json(v);
		}
	}
	return apart;
}

struct query_value query_members(struct arena *arena, const struct query_value *object)
{
	struct query_value apart = *object;
	if (apart.source) {
		apart.source = NULL;
		apart.count = acr_json_size(object->source);
		apart.members = arena_alloc(arena, apart.count * sizeof(*apart.members));
		size_t i = 0;
		for (const struct acr_json *v = acr_json_first(object->source); v; v = acr_json_next(v)) {
			apart.members[i++] = (struct query_member){acr_json_key(v), query_from_json(v)};
		}
	}
	return apart;
}

struct query_value query_member(const struct query_value *value, const char *key)
{
	if (value->type != QUERY_OBJECT) {
		return query_null;
	}
	if (value->source) {
		return query_from_json(acr_json_get(value->source, key));
	}
	for (size_t i = 0; i < value->count; i++) {
		if (strcmp(value->members[i].key, key) == 0) {
			return value->members[i].value;
		}
	}
	return query_null;
}

void query_push(struct arena *arena, struct query_list *list, const struct query_value *item)
{
	struct query_value copy = *item;
	list->items = arena_grow(arena, list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = copy;
}

bool query_truthy(const struct query_value *value)
{
	switch (value->type) {
	case QUERY_NULL:
		return false;
	case QUERY_BOOL:
		return value->boolean;
	case QUERY_STRING:
		return *value->string;
	case QUERY_ARRAY:
	case QUERY_OBJECT:
		return value->source ? acr_json_first(value->source) != NULL : value->count > 0;
	case QUERY_NUMBER:
	case QUERY_REFERENCE:
		break;
	}
	return true;
}

static bool equal_items(struct arena *arena, const struct query_value *a, const struct query_value *b)
{
	struct query_value left = query_items(arena, a), right = query_items(arena, b);
	bool equal = left.count == right.count;
	for (size_t i = 0; equal && i < left.count; i++) {
		equal = query_equal(arena, &left.items[i], &right.items[i]);
	}
	return equal;
}

static bool has_member(const struct query_value *object, const char *key)
{
	if (object->source) {
		return acr_json_get(object->source, key);
	}
	for (size_t i = 0; i < object->count; i++) {
		if (strcmp(object->members[i].key, key) == 0) {
			return true;
		}
	}
	return false;
}

static bool equal_members(struct arena *arena, const struct query_value *a, const struct query_value *b)
{
	struct query_value left = query_members(arena, a);
	bool equal = left.count == (b->source ? acr_json_size(b->source) : b->count);
	for (size_t i = 0; equal && i < left.count; i++) {
		const char *key = left.members[i].key;
		struct query_value other = query_member(b, key);
		equal = has_member(b, key) && query_equal(arena, &left.members[i].value, &other);
	}
	return equal;
}

bool query_equal(struct arena *arena, const struct query_value *a, const struct query_value *b)
{
	if (a->type != b->type) {
		return false;
	}
	switch (a->type) {
	case QUERY_NULL:
		return true;
	case QUERY_BOOL:
		return a->boolean == b->boolean;
	case QUERY_NUMBER:
	case QUERY_STRING:
		return query_order(a, b) == 0;
	case QUERY_ARRAY:
		return equal_items(arena, a, b);
	case QUERY_OBJECT:
		return equal_members(arena, a, b);
	case QUERY_REFERENCE:
		return a->expression == b->expression;
	}
	return false;
}

int query_order(const struct query_value *a, const struct query_value *b)
{
	if (a->type == QUERY_STRING) {
		return strcmp(a->string, b->string); /* bytes of UTF-8 sort as code points do */
	}
	return (a->number > b->number) - (a->number < b->number);
}

const char *query_type_name(enum query_type type)
{
	static const char *const names[] = {
		[QUERY_NULL] = "null",
		[QUERY_BOOL] = "boolean",
		[QUERY_NUMBER] = "number",
		[QUERY_STRING] = "string",
		[QUERY_ARRAY] = "array",
		[QUERY_OBJECT] = "object",
		[QUERY_REFERENCE] = "expression",
	};
	return names[type];
}
