/* The JMESPath functions that order values: max, min, sort and their …_by forms. */
#include <stdlib.h>
#include "query/functions.h"

struct keyed {
	struct query_value key;
	const struct query_value *item;
	size_t position;
};

static int compare(const void *a, const void *b)
{
	const struct keyed *left = a, *right = b;
	int order = query_order(&left->key, &right->key);
	return order ? order : (left->position > right->position) - (left->position < right->position);
}

static bool sortable(const struct query_value *key)
{
	return key->type == QUERY_NUMBER || key->type == QUERY_STRING;
}

/* The items of an array with the keys they are ordered by: what `expression` finds in them, or (NULL) themselves. */
static int make_keys(struct eval *eval, const char *function, const struct query_value *array,
		     const struct node *expression, struct keyed **ret, size_t *count)
{
	struct query_value items = query_items(eval->arena, array);
	struct keyed *keys = arena_alloc(eval->arena, items.count * sizeof(*keys));
	for (size_t i = 0; i < items.count; i++) {
		keys[i] = (struct keyed){.key = items.items[i], .item = &items.items[i], .position = i};
		int code = expression ? query_eval(eval, expression, keys[i].item, &keys[i].key) : 0;
		if (code < 0) {
			return code;
		}
		if (!sortable(&keys[i].key) || keys[i].key.type != keys[0].key.type) {
			return acr_fail(
				eval->error, ACR_ERROR_QUERY,
				"invalid-type: %s() needs an expression that gives only strings or only numbers, but "
				"item %zu gives %s",
				function, i, query_type_name(keys[i].key.type));
		}
	}
	*ret = keys;
	*count = items.count;
	return 0;
}

static int sort(struct eval *eval, const char *function, const struct query_value *array, const struct node *expression,
		struct query_value *ret)
{
	struct keyed *keys = NULL;
	size_t count = 0;
	int code = make_keys(eval, function, array, expression, &keys, &count);
	if (code < 0) {
		return code;
	}
	if (count > 1) {
		qsort(keys, count, sizeof(*keys), compare);
	}
	struct query_list list = {arena_alloc(eval->arena, count * sizeof(*list.items)), count};
	for (size_t i = 0; i < count; i++) {
		list.items[i] = *keys[i].item;
	}
	return query_array(eval, &list, ret);
}

/* The first of the items that no other is before (direction -1) or behind (1); null of no items. */
static int extreme(struct eval *eval, const char *function, const struct query_value *array,
		   const struct node *expression, int direction, struct query_value *ret)
{
	struct keyed *keys = NULL;
	size_t count = 0;
	int code = make_keys(eval, function, array, expression, &keys, &count);
	if (code < 0) {
		return code;
	}
	const struct keyed *best = keys;
	for (size_t i = 1; i < count; i++) {
		int order = query_order(&keys[i].key, &best->key);
		best = direction < 0 ? (order < 0 ? &keys[i] : best) : (order > 0 ? &keys[i] : best);
	}
	*ret = count ? *best->item : query_null;
	return 0;
}

int query_max(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	return extreme(eval, "max", &arguments[0], NULL, 1, ret);
}

int query_max_by(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	return extreme(eval, "max_by", &arguments[0], arguments[1].expression, 1, ret);
}

int query_min(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	return extreme(eval, "min", &arguments[0], NULL, -1, ret);
}

int query_min_by(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	return extreme(eval, "min_by", &arguments[0], arguments[1].expression, -1, ret);
}

int query_sort(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	return sort(eval, "sort", &arguments[0], NULL, ret);
}

int query_sort_by(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	return sort(eval, "sort_by", &arguments[0], arguments[1].expression, ret);
}
