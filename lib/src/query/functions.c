/* The functions of JMESPath: one table, checked in one place. */
#include <math.h>
#include <string.h>
#include "query/functions.h"

/* What an argument may be; the bits of enum query_type, and two kinds of array. */
#define IS(type) (1u << (type))
#define NUMBER IS(QUERY_NUMBER)
#define STRING IS(QUERY_STRING)
#define ARRAY IS(QUERY_ARRAY)
#define OBJECT IS(QUERY_OBJECT)
#define REFERENCE IS(QUERY_REFERENCE)
#define ANY (~REFERENCE & (IS(QUERY_REFERENCE + 1) - 1))
#define NUMBERS (1u << 16)
#define STRINGS (1u << 17)
#define MORE (1u << 18) /* any number of further arguments like this one */

#define MAX_ARGUMENTS 2

static int call_abs(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)eval, (void)count;
	*ret = query_number(fabs(arguments[0].number));
	return 0;
}

static int call_ceil(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)eval, (void)count;
	/* Adding 0 makes a negative zero positive. */
	*ret = query_number(ceil(arguments[0].number) + 0.0);
	return 0;
}

static int call_floor(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)eval, (void)count;
	*ret = query_number(floor(arguments[0].number) + 0.0);
	return 0;
}

static double add_up(struct eval *eval, const struct query_value *array, size_t *count)
{
	struct query_value items = query_items(eval->arena, array);
	double sum = 0;
	for (size_t i = 0; i < items.count; i++) {
		sum += items.items[i].number;
	}
	*count = items.count;
	return sum;
}

static int call_avg(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	double sum = add_up(eval, &arguments[0], &count);
	*ret = count ? query_number(sum / (double)count) : query_null;
	return 0;
}

static int call_sum(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	*ret = query_number(add_up(eval, &arguments[0], &count));
	return 0;
}

static int call_contains(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	const struct query_value *subject = &arguments[0], *search = &arguments[1];
	bool found = false;
	if (subject->type == QUERY_STRING) {
		found = search->type == QUERY_STRING && strstr(subject->string, search->string);
	} else {
		struct query_value items = query_items(eval->arena, subject);
		for (size_t i = 0; !found && i < items.count; i++) {
			found = query_equal(eval->arena, &items.items[i], search);
		}
	}
	*ret = query_bool(found);
	return 0;
}

static int call_keys(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	struct query_value object = query_members(eval->arena, &arguments[0]);
	struct query_list list = {0};
	for (count = 0; count < object.count; count++) {
		struct query_value key = query_string(object.members[count].key);
		query_push(eval->arena, &list, &key);
	}
	return query_array(eval, &list, ret);
}

static int call_values(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	struct query_value object = query_members(eval->arena, &arguments[0]);
	struct query_list list = {0};
	for (count = 0; count < object.count; count++) {
		query_push(eval->arena, &list, &object.members[count].value);
	}
	return query_array(eval, &list, ret);
}

static int call_map(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	struct query_value items = query_items(eval->arena, &arguments[1]);
	struct query_list list = {arena_alloc(eval->arena, items.count * sizeof(*list.items)), items.count};
	for (count = 0; count < items.count; count++) {
		int code = query_eval(eval, arguments[0].expression, &items.items[count], &list.items[count]);
		if (code < 0) {
			return code;
		}
	}
	return query_array(eval, &list, ret);
}

static int call_merge(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	struct query_member *merged = NULL;
	size_t size = 0;
	for (size_t i = 0; i < count; i++) {
		struct query_value object = query_members(eval->arena, &arguments[i]);
		size_t earlier = size;
		for (size_t k = 0; k < object.count; k++) {
			size_t at = 0;
			while (at < earlier && strcmp(merged[at].key, object.members[k].key) != 0) {
				at++;
			}
			if (at == earlier) {
				merged = arena_grow(eval->arena, merged, size, sizeof(*merged));
				at = size++;
			}
			merged[at] = object.members[k];
		}
	}
	return query_object(eval, merged, size, ret);
}

static int call_not_null(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)eval;
	*ret = query_null;
	for (size_t i = 0; i < count && ret->type == QUERY_NULL; i++) {
		*ret = arguments[i];
	}
	return 0;
}

static int call_to_array(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)count;
	if (arguments[0].type == QUERY_ARRAY) {
		*ret = arguments[0];
		return 0;
	}
	struct query_list list = {0};
	query_push(eval->arena, &list, &arguments[0]);
	return query_array(eval, &list, ret);
}

static int call_type(struct eval *eval, const struct query_value *arguments, size_t count, struct query_value *ret)
{
	(void)eval, (void)count;
	*ret = query_string(query_type_name(arguments[0].type));
	return 0;
}

static const struct function {
	const char *name;
	query_function *run;
	unsigned takes[MAX_ARGUMENTS]; /* 0 ends the list */
} functions[] = {
	{"abs", call_abs, {NUMBER}},
	{"avg", call_avg, {NUMBERS}},
	{"ceil", call_ceil, {NUMBER}},
	{"contains", call_contains, {ARRAY | STRING, ANY}},
	{"ends_with", query_ends_with, {STRING, STRING}},
	{"floor", call_floor, {NUMBER}},
	{"join", query_join, {STRING, STRINGS}},
	{"keys", call_keys, {OBJECT}},
	{"length", query_length, {STRING | ARRAY | OBJECT}},
	{"map", call_map, {REFERENCE, ARRAY}},
	{"max", query_max, {NUMBERS | STRINGS}},
	{"max_by", query_max_by, {ARRAY, REFERENCE}},
	{"merge", call_merge, {OBJECT | MORE}},
	{"min", query_min, {NUMBERS | STRINGS}},
	{"min_by", query_min_by, {ARRAY, REFERENCE}},
	{"not_null", call_not_null, {ANY | MORE}},
	{"reverse", query_reverse, {STRING | ARRAY}},
	{"sort", query_sort, {NUMBERS | STRINGS}},
	{"sort_by", query_sort_by, {ARRAY, REFERENCE}},
	{"starts_with", query_starts_with, {STRING, STRING}},
	{"sum", call_sum, {NUMBERS}},
	{"to_array", call_to_array, {ANY}},
	{"to_number", query_to_number, {ANY}},
	{"to_string", query_to_string, {ANY}},
	{"type", call_type, {ANY}},
	{"values", call_values, {OBJECT}},
};

/* "an array of numbers or an array of strings" */
static void describe(unsigned takes, struct acr_buf *out)
{
	static const struct {
		unsigned kind;
		const char *text;
	} kinds[] = {
		{NUMBER, "a number"},
		{STRING, "a string"},
		{ARRAY, "an array"},
		{OBJECT, "an object"},
		{NUMBERS, "an array of numbers"},
		{STRINGS, "an array of strings"},
		{REFERENCE, "an expression (&…)"},
	};
	if ((takes & ANY) == ANY) {
		acr_buf_puts(out, "a value");
		return;
	}
	for (size_t i = 0; i < ACR_COUNT(kinds); i++) {
		if (takes & kinds[i].kind) {
			acr_buf_puts(out, out->length ? " or " : "");
			acr_buf_puts(out, kinds[i].text);
		}
	}
}

static int wrong_type(struct eval *eval, const char *name, unsigned takes, const char *in, enum query_type got)
{
	ACR_AUTO(acr_buf) wanted = ACR_BUF_INIT;
	describe(takes, &wanted);
	return acr_fail(eval->error, ACR_ERROR_QUERY, "invalid-type: %s() takes %s, not %s%s", name,
			acr_buf_str(&wanted), in, query_type_name(got));
}

/* All items of an array must be what its first is: a number or a string, whichever `takes` allows. */
static int check_items(struct eval *eval, const char *name, unsigned takes, const struct query_value *array)
{
	struct query_value items = query_items(eval->arena, array);
	for (size_t i = 0; i < items.count; i++) {
		enum query_type type = items.items[i].type;
		bool allowed = (type == QUERY_NUMBER && takes & NUMBERS) || (type == QUERY_STRING && takes & STRINGS);
		if (!allowed || type != items.items[0].type) {
			return wrong_type(eval, name, takes, "an array with an item of type ", type);
		}
	}
	return 0;
}

static int check_argument(struct eval *eval, const char *name, unsigned takes, const struct query_value *argument)
{
	if (takes & IS(argument->type)) {
		return 0;
	}
	if (takes & (NUMBERS | STRINGS) && argument->type == QUERY_ARRAY) {
		return check_items(eval, name, takes, argument);
	}
	return wrong_type(eval, name, takes, "", argument->type);
}

static int check_arguments(struct eval *eval, const struct function *function, const struct query_value *arguments,
			   size_t count)
{
	size_t wanted = 0;
	while (wanted < MAX_ARGUMENTS && function->takes[wanted]) {
		wanted++;
	}
	bool more = function->takes[wanted - 1] & MORE;
	if (more ? count < wanted : count != wanted) {
		return acr_fail(eval->error, ACR_ERROR_QUERY, "invalid-arity: %s() takes %s%zu argument%s, not %zu",
				function->name, more ? "at least " : "", wanted, wanted == 1 ? "" : "s", count);
	}
	for (size_t i = 0; i < count; i++) {
		unsigned takes = function->takes[i < wanted ? i : wanted - 1];
		int code = check_argument(eval, function->name, takes, &arguments[i]);
		if (code < 0) {
			return code;
		}
	}
	return 0;
}

int query_call(struct eval *eval, const char *name, const struct query_value *arguments, size_t count,
	       struct query_value *ret)
{
	for (size_t i = 0; i < ACR_COUNT(functions); i++) {
		if (strcmp(functions[i].name, name) == 0) {
			int code = check_arguments(eval, &functions[i], arguments, count);
			return code < 0 ? code : functions[i].run(eval, arguments, count, ret);
		}
	}
	return acr_fail(eval->error, ACR_ERROR_QUERY, "unknown-function: there is no function %s()", name);
}
