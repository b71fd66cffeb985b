/* What a row of the table of functions points to; internal to functions.c, functions_order.c and functions_text.c. */
#ifndef QUERY_FUNCTIONS_H
#define QUERY_FUNCTIONS_H

#include "query/eval.h"

/* The arguments have been checked against the row. */
typedef int query_function(struct eval *eval, const struct query_value *arguments, size_t count,
			   struct query_value *ret);

query_function query_max, query_max_by, query_min, query_min_by, query_sort, query_sort_by;
query_function query_ends_with, query_starts_with, query_join, query_length, query_reverse, query_to_number,
	query_to_string;

#endif
