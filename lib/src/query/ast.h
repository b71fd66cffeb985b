/* The syntax tree of a JMESPath expression. Nodes live in the arena of their query. */
#ifndef QUERY_AST_H
#define QUERY_AST_H

#include <stdbool.h>
#include <acr/json.h>
#include "query/arena.h"

/* How deep expressions may nest, so that neither parsing nor evaluation can exhaust the stack. */
#define QUERY_MAX_DEPTH 1000

enum node_kind {
	NODE_CURRENT,        /* @, and the right side of a projection that has none */
	NODE_FIELD,          /* name */
	NODE_LITERAL,        /* literal */
	NODE_INDEX,          /* [start] */
	NODE_SLICE,          /* [start:stop:step] */
	NODE_CHAIN,          /* the value of left is what right is evaluated on: a.b, a | b, a[0] */
	NODE_PROJECT,        /* left[*].right */
	NODE_PROJECT_VALUES, /* left.*.right */
	NODE_FILTER,         /* left[?condition].right */
	NODE_FLATTEN,        /* left[] */
	NODE_OR,
	NODE_AND,
	NODE_NOT,       /* !left */
	NODE_COMPARE,   /* left comparator right */
	NODE_LIST,      /* [parts] */
	NODE_HASH,      /* {keys: parts} */
	NODE_CALL,      /* name(parts) */
	NODE_REFERENCE, /* &left */
};

enum comparator { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE };

struct node {
	enum node_kind kind;
	unsigned depth; /* of the tree below, this node included */
	const struct node *left, *right, *condition;
	const struct node **parts;
	const char **keys;
	size_t count; /* of parts and keys */
	const char *name;
	const struct acr_json *literal;
	enum comparator comparator;
	bool has_start, has_stop, has_step;
	long start, stop, step;
};

/* What acr_query_compile() makes. */
struct acr_query {
	struct arena arena;
	const struct node *root;
	struct acr_json *literals; /* array that owns what NODE_LITERAL borrows */
};

#endif
