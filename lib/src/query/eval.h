/* Evaluate the tree of an expression. */
#ifndef QUERY_EVAL_H
#define QUERY_EVAL_H

#include "query/value.h"

struct eval {
	struct arena *arena;
	struct acr_error *error;
};

int query_eval(struct eval *eval, const struct node *node, const struct query_value *in,
	       struct query_value *ret) ACR_MUST_CHECK;
/* Call a function with evaluated arguments. */
int query_call(struct eval *eval, const char *name, const struct query_value *arguments, size_t count,
	       struct query_value *ret) ACR_MUST_CHECK;

/* The list as an array; fails with ACR_ERROR_LIMIT when it got too large. */
int query_array(struct eval *eval, const struct query_list *list, struct query_value *ret) ACR_MUST_CHECK;
/* The members as an object, likewise. */
int query_object(struct eval *eval, struct query_member *members, size_t count, struct query_value *ret) ACR_MUST_CHECK;
/* The buffer's text, moved to the arena, likewise. */
int query_text(struct eval *eval, const struct acr_buf *text, struct query_value *ret) ACR_MUST_CHECK;

#endif
