/* Values while a query is evaluated. They live in an arena, borrow from the queried JSON, and are never changed. */
#ifndef QUERY_VALUE_H
#define QUERY_VALUE_H

#include <stdint.h>
#include "query/arena.h"
#include "query/ast.h"

enum query_type {
	QUERY_NULL,
	QUERY_BOOL,
	QUERY_NUMBER,
	QUERY_STRING,
	QUERY_ARRAY,
	QUERY_OBJECT,
	QUERY_REFERENCE, /* &expression, an argument of functions */
};

struct query_value {
	enum query_type type;
	/* About how much memory a copy takes, in units of 64 bytes; what comes from the queried JSON counts as 1. It
	 * keeps expressions such as [@,@] | [@,@] | … from making results that double with every step. */
	uint32_t weight;
	/* The JSON an array or object is; NULL when it was made here and is in `items` or `members`. */
	const struct acr_json *source;
	union {
		bool boolean;
		double number;
		const char *string;
		const struct node *expression;
		struct {
			union {
				struct query_value *items;
				struct query_member *members;
			};
			size_t count;
		};
	};
};

struct query_member {
	const char *key;
	struct query_value value;
};

/* Items or members under construction; zeroed when empty. */
struct query_list {
	struct query_value *items;
	size_t count;
};

extern const struct query_value query_null;

struct query_value query_bool(bool value);
struct query_value query_number(double value);
struct query_value query_string(const char *text); /* borrowed */
struct query_value query_from_json(const struct acr_json *value);
/* A new JSON value; the caller owns it. References become null. */
struct acr_json *query_to_json(const struct query_value *value);

/* An array or object taken apart: its items or members and their number. */
struct query_value query_items(struct arena *arena, const struct query_value *array);
struct query_value query_members(struct arena *arena, const struct query_value *object);
/* The member of that name of an object; null for anything else. */
struct query_value query_member(const struct query_value *value, const char *key);

void query_push(struct arena *arena, struct query_list *list, const struct query_value *item);

bool query_truthy(const struct query_value *value);
bool query_equal(struct arena *arena, const struct query_value *a, const struct query_value *b);
/* Order of two numbers or two strings (by code point): negative, 0, positive. */
int query_order(const struct query_value *a, const struct query_value *b);
/* "string", "number", …: as type() calls it; "expression" for references. */
const char *query_type_name(enum query_type type);

#endif
