/* The public face of JMESPath: compile and run. */
#include <stdlib.h>
#include <string.h>
#include <acr/query.h>
#include "query/eval.h"
#include "query/parse.h"

int acr_query_compile(const char *expression, struct acr_query **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_query) *query = acr_alloc(sizeof(*query));
	query->literals = acr_json_new_array();
	int code = query_parse(query, expression, error);
	if (code == 0) {
		*ret = TAKE(query);
	}
	return code;
}

void acr_query_free(struct acr_query *query)
{
	if (query) {
		acr_json_free(query->literals);
		arena_clear(&query->arena);
		free(query);
	}
}

static bool is_result(const struct query_value *value)
{
	if (value->type == QUERY_REFERENCE) {
		return false;
	}
	bool result = true;
	bool container = !value->source && (value->type == QUERY_ARRAY || value->type == QUERY_OBJECT);
	for (size_t i = 0; container && result && i < value->count; i++) {
		result = is_result(value->type == QUERY_ARRAY ? &value->items[i] : &value->members[i].value);
	}
	return result;
}

int acr_query_run(const struct acr_query *query, const struct acr_json *value, struct acr_json **ret,
		  struct acr_error *error)
{
	struct arena arena = {0};
	struct eval eval = {.arena = &arena, .error = error};
	struct query_value in = query_from_json(value), out;
	int code = query_eval(&eval, query->root, &in, &out);
	if (code == 0 && !is_result(&out)) {
		code = acr_fail(error, ACR_ERROR_QUERY,
				"invalid-type: an expression (&…) is an argument of functions, not a result");
	}
	if (code == 0) {
		*ret = query_to_json(&out);
	}
	arena_clear(&arena);
	return code;
}

static bool from_hash(const struct node *node, bool in);

static bool any_from_hash(const struct node *node, bool in)
{
	bool any = false;
	for (size_t i = 0; i < node->count; i++) {
		any = any || from_hash(node->parts[i], in);
	}
	return any;
}

/* Functions give back what they are given, or something of their own. */
static bool call_from_hash(const struct node *node, bool in)
{
	static const char *const passing[] = {"max_by", "min_by", "not_null", "reverse", "sort_by", "to_array"};
	if (strcmp(node->name, "map") == 0 && node->count == 2 && node->parts[0]->kind == NODE_REFERENCE) {
		return from_hash(node->parts[0]->left, from_hash(node->parts[1], in));
	}
	for (size_t i = 0; i < ACR_COUNT(passing); i++) {
		if (strcmp(node->name, passing[i]) == 0) {
			return any_from_hash(node, in);
		}
	}
	return false;
}

/* Whether the object that a node gives, or the objects of the array it gives, come from a hash; `in` says the same of
 * what the node is evaluated on. */
static bool from_hash(const struct node *node, bool in)
{
	switch (node->kind) {
	case NODE_HASH:
		return true;
	case NODE_CURRENT:
	case NODE_INDEX:
	case NODE_SLICE:
		return in;
	case NODE_LIST:
		return any_from_hash(node, in);
	case NODE_CHAIN:
	case NODE_PROJECT:
	case NODE_FILTER:
		return from_hash(node->right, from_hash(node->left, in));
	case NODE_PROJECT_VALUES:
		return from_hash(node->right, false);
	case NODE_FLATTEN:
		return from_hash(node->left, in);
	case NODE_OR:
	case NODE_AND:
		return from_hash(node->left, in) || from_hash(node->right, in);
	case NODE_CALL:
		return call_from_hash(node, in);
	case NODE_FIELD:
	case NODE_LITERAL:
	case NODE_NOT:
	case NODE_COMPARE:
	case NODE_REFERENCE:
		break;
	}
	return false;
}

bool acr_query_is_projection_of_hash(const struct acr_query *query)
{
	return from_hash(query->root, false);
}
