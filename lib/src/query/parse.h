/* Turn a JMESPath expression into its syntax tree. */
#ifndef QUERY_PARSE_H
#define QUERY_PARSE_H

#include "query/ast.h"

/* Sets query->root; the arena and the array of literals must be there. */
int query_parse(struct acr_query *query, const char *expression, struct acr_error *error) ACR_MUST_CHECK;

#endif
