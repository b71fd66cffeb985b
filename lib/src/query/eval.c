/* Evaluate the tree of an expression on a value. */
#include "query/eval.h"

#define MAX_WEIGHT ((uint32_t)1 << 24)

typedef int evaluator(struct eval *, const struct node *, const struct query_value *, struct query_value *);

static int too_large(struct eval *eval)
{
	return acr_fail(eval->error, ACR_ERROR_LIMIT, "the result of the query is too large");
}

int query_array(struct eval *eval, const struct query_list *list, struct query_value *ret)
{
	struct query_value array = {.type = QUERY_ARRAY, .weight = 1, .items = list->items, .count = list->count};
	for (size_t i = 0; i < list->count; i++) {
		array.weight += list->items[i].weight;
		if (array.weight > MAX_WEIGHT) {
			return too_large(eval);
		}
	}
	*ret = array;
	return 0;
}

int query_object(struct eval *eval, struct query_member *members, size_t count, struct query_value *ret)
{
	struct query_value object = {.type = QUERY_OBJECT, .weight = 1, .members = members, .count = count};
	for (size_t i = 0; i < count; i++) {
		object.weight += members[i].value.weight;
		if (object.weight > MAX_WEIGHT) {
			return too_large(eval);
		}
	}
	*ret = object;
	return 0;
}

int query_text(struct eval *eval, const struct acr_buf *text, struct query_value *ret)
{
	if (text->overflow || text->length / 64 > MAX_WEIGHT) {
		return too_large(eval);
	}
	*ret = query_string(arena_copy(eval->arena, acr_buf_str(text), text->length));
	ret->weight += (uint32_t)(text->length / 64);
	return 0;
}

static int eval_current(struct eval *eval, const struct node *node, const struct query_value *in,
			struct query_value *ret)
{
	(void)eval, (void)node;
	*ret = *in;
	return 0;
}

static int eval_field(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	(void)eval;
	*ret = query_member(in, node->name);
	return 0;
}

static int eval_literal(struct eval *eval, const struct node *node, const struct query_value *in,
			struct query_value *ret)
{
	(void)eval, (void)in;
	*ret = query_from_json(node->literal);
	return 0;
}

static int eval_index(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	*ret = query_null;
	if (in->type != QUERY_ARRAY) {
		return 0;
	}
	struct query_value array = query_items(eval->arena, in);
	long count = (long)array.count;
	if (node->start < count && node->start >= -count) {
		*ret = array.items[node->start < 0 ? node->start + count : node->start];
	}
	return 0;
}

/* One end of a slice as an index, within what the direction of the step can reach. */
static long slice_end(bool given, long value, long count, long step, long fallback)
{
	if (!given) {
		return fallback;
	}
	if (value < 0) {
		value = value < -count ? -1 : value + count;
		return value < 0 && step > 0 ? 0 : value;
	}
	return value < count ? value : step > 0 ? count : count - 1;
}

static int eval_slice(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	*ret = query_null;
	if (in->type != QUERY_ARRAY) {
		return 0;
	}
	long step = node->has_step ? node->step : 1;
	if (step == 0) {
		return acr_fail(eval->error, ACR_ERROR_QUERY, "invalid-value: the step of a slice cannot be 0");
	}
	struct query_value array = query_items(eval->arena, in);
	long count = (long)array.count;
	long at = slice_end(node->has_start, node->start, count, step, step > 0 ? 0 : count - 1);
	long stop = slice_end(node->has_stop, node->stop, count, step, step > 0 ? count : -1);
	struct query_list list = {0};
	while (step > 0 ? at < stop : at > stop) {
		query_push(eval->arena, &list, &array.items[at]);
		if (step > 0 ? step >= stop - at : step <= stop - at) {
			break; /* before `at` could overflow */
		}
		at += step;
	}
	return query_array(eval, &list, ret);
}

static int eval_chain(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	struct query_value left;
	int code = query_eval(eval, node->left, in, &left);
	return code < 0 ? code : query_eval(eval, node->right, &left, ret);
}

/* Evaluate the right side of a projection on one item and keep what is not null. */
static int project(struct eval *eval, const struct node *node, const struct query_value *item, struct query_list *list)
{
	struct query_value value;
	int code = query_eval(eval, node->right, item, &value);
	if (code == 0 && value.type != QUERY_NULL) {
		query_push(eval->arena, list, &value);
	}
	return code;
}

static int eval_project(struct eval *eval, const struct node *node, const struct query_value *in,
			struct query_value *ret)
{
	struct query_value left;
	int code = query_eval(eval, node->left, in, &left);
	if (code < 0 || left.type != QUERY_ARRAY) {
		*ret = query_null;
		return code;
	}
	left = query_items(eval->arena, &left);
	struct query_list list = {0};
	for (size_t i = 0; code == 0 && i < left.count; i++) {
		code = project(eval, node, &left.items[i], &list);
	}
	return code < 0 ? code : query_array(eval, &list, ret);
}

static int eval_project_values(struct eval *eval, const struct node *node, const struct query_value *in,
			       struct query_value *ret)
{
	struct query_value left;
	int code = query_eval(eval, node->left, in, &left);
	if (code < 0 || left.type != QUERY_OBJECT) {
		*ret = query_null;
		return code;
	}
	left = query_members(eval->arena, &left);
	struct query_list list = {0};
	for (size_t i = 0; code == 0 && i < left.count; i++) {
		code = project(eval, node, &left.members[i].value, &list);
	}
	return code < 0 ? code : query_array(eval, &list, ret);
}

static int eval_filter(struct eval *eval, const struct node *node, const struct query_value *in,
		       struct query_value *ret)
{
	struct query_value left;
	int code = query_eval(eval, node->left, in, &left);
	if (code < 0 || left.type != QUERY_ARRAY) {
		*ret = query_null;
		return code;
	}
	left = query_items(eval->arena, &left);
	struct query_list list = {0};
	for (size_t i = 0; code == 0 && i < left.count; i++) {
		struct query_value holds = query_null;
		code = query_eval(eval, node->condition, &left.items[i], &holds);
		if (code == 0 && query_truthy(&holds)) {
			code = project(eval, node, &left.items[i], &list);
		}
	}
	return code < 0 ? code : query_array(eval, &list, ret);
}

static int eval_flatten(struct eval *eval, const struct node *node, const struct query_value *in,
			struct query_value *ret)
{
	struct query_value left;
	int code = query_eval(eval, node->left, in, &left);
	if (code < 0 || left.type != QUERY_ARRAY) {
		*ret = query_null;
		return code;
	}
	left = query_items(eval->arena, &left);
	struct query_list list = {0};
	for (size_t i = 0; i < left.count; i++) {
		struct query_value inner = left.items[i];
		if (inner.type != QUERY_ARRAY) {
			query_push(eval->arena, &list, &inner);
			continue;
		}
		inner = query_items(eval->arena, &inner);
		for (size_t k = 0; k < inner.count; k++) {
			query_push(eval->arena, &list, &inner.items[k]);
		}
	}
	return query_array(eval, &list, ret);
}

static int eval_or(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	int code = query_eval(eval, node->left, in, ret);
	return code < 0 || query_truthy(ret) ? code : query_eval(eval, node->right, in, ret);
}

static int eval_and(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	int code = query_eval(eval, node->left, in, ret);
	return code < 0 || !query_truthy(ret) ? code : query_eval(eval, node->right, in, ret);
}

static int eval_not(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	struct query_value left;
	int code = query_eval(eval, node->left, in, &left);
	if (code == 0) {
		*ret = query_bool(!query_truthy(&left));
	}
	return code;
}

static bool ordered(const struct query_value *a, const struct query_value *b)
{
	return a->type == b->type && (a->type == QUERY_NUMBER || a->type == QUERY_STRING);
}

static int eval_compare(struct eval *eval, const struct node *node, const struct query_value *in,
			struct query_value *ret)
{
	struct query_value left, right;
	int code = query_eval(eval, node->left, in, &left);
	code = code < 0 ? code : query_eval(eval, node->right, in, &right);
	if (code < 0) {
		return code;
	}
	if (node->comparator == COMPARE_EQ || node->comparator == COMPARE_NE) {
		*ret = query_bool(query_equal(eval->arena, &left, &right) == (node->comparator == COMPARE_EQ));
		return 0;
	}
	if (!ordered(&left, &right)) {
		*ret = query_null;
		return 0;
	}
	int order = query_order(&left, &right);
	*ret = query_bool(node->comparator == COMPARE_LT   ? order < 0
			  : node->comparator == COMPARE_LE ? order <= 0
			  : node->comparator == COMPARE_GT ? order > 0
							   : order >= 0);
	return 0;
}

static int eval_list(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	if (in->type == QUERY_NULL) {
		*ret = query_null;
		return 0;
	}
	struct query_list list = {.count = node->count};
	list.items = arena_alloc(eval->arena, node->count * sizeof(*list.items));
	for (size_t i = 0; i < node->count; i++) {
		int code = query_eval(eval, node->parts[i], in, &list.items[i]);
		if (code < 0) {
			return code;
		}
	}
	return query_array(eval, &list, ret);
}

static int eval_hash(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	if (in->type == QUERY_NULL) {
		*ret = query_null;
		return 0;
	}
	struct query_member *members = arena_alloc(eval->arena, node->count * sizeof(*members));
	for (size_t i = 0; i < node->count; i++) {
		members[i].key = node->keys[i];
		int code = query_eval(eval, node->parts[i], in, &members[i].value);
		if (code < 0) {
			return code;
		}
	}
	return query_object(eval, members, node->count, ret);
}

static int eval_call(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	struct query_value *arguments = arena_alloc(eval->arena, node->count * sizeof(*arguments));
	for (size_t i = 0; i < node->count; i++) {
		int code = query_eval(eval, node->parts[i], in, &arguments[i]);
		if (code < 0) {
			return code;
		}
	}
	return query_call(eval, node->name, arguments, node->count, ret);
}

static int eval_reference(struct eval *eval, const struct node *node, const struct query_value *in,
			  struct query_value *ret)
{
	(void)eval, (void)in;
	*ret = (struct query_value){.type = QUERY_REFERENCE, .weight = 1, .expression = node->left};
	return 0;
}

int query_eval(struct eval *eval, const struct node *node, const struct query_value *in, struct query_value *ret)
{
	static evaluator *const evaluators[] = {
		[NODE_CURRENT] = eval_current, [NODE_FIELD] = eval_field,
		[NODE_LITERAL] = eval_literal, [NODE_INDEX] = eval_index,
		[NODE_SLICE] = eval_slice,     [NODE_CHAIN] = eval_chain,
		[NODE_PROJECT] = eval_project, [NODE_PROJECT_VALUES] = eval_project_values,
		[NODE_FILTER] = eval_filter,   [NODE_FLATTEN] = eval_flatten,
		[NODE_OR] = eval_or,           [NODE_AND] = eval_and,
		[NODE_NOT] = eval_not,         [NODE_COMPARE] = eval_compare,
		[NODE_LIST] = eval_list,       [NODE_HASH] = eval_hash,
		[NODE_CALL] = eval_call,       [NODE_REFERENCE] = eval_reference,
	};
	return evaluators[node->kind](eval, node, in, ret);
}
