/* JMESPath (https://jmespath.org/specification.html). */
#ifndef ACR_QUERY_H
#define ACR_QUERY_H

#include "json.h"

struct acr_query;

/* Compile an expression. A syntax error is ACR_ERROR_USAGE; the message tells what is wrong, shows the place, and
 * for hyphenated names shows the quoted form to type. */
int acr_query_compile(const char *expression, struct acr_query **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Free the compiled expression. */
void acr_query_free(struct acr_query *query);
ACR_DEFINE_FREEP(acr_query)
/* Evaluate it on a value. *ret is a new value (JSON null when nothing matches). Wrong argument types, unknown
 * functions and the like are ACR_ERROR_QUERY, named as the specification names them ("invalid-type: …"). Objects made
 * by a multi-select hash keep the order of the expression. */
int acr_query_run(const struct acr_query *query, const struct acr_json *value, struct acr_json **ret,
                  struct acr_error *error) ACR_MUST_CHECK;
/* Whether the expression's result was made by a multi-select hash or list (its member order is then the user's). */
bool acr_query_is_projection_of_hash(const struct acr_query *query);

#endif
