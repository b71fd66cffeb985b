/* What the expressions in commands' rows look at (spec.h): the options' values and the resources at hand. */
#ifndef CLI_FACTS_H
#define CLI_FACTS_H

#include "context.h"

/* The value of an expression; yours to free. Asks for the registry when the expression names `home`. */
int facts_value(struct context *context, const char *expression, struct acr_json **ret,
		struct acr_error *error) ACR_MUST_CHECK;
/* Whether a value is true as JMESPath has it: neither null nor false nor empty. */
bool facts_is_true(const struct acr_json *value);
/* Whether an expression's value is. */
int facts_hold(struct context *context, const char *expression, bool *ret, struct acr_error *error) ACR_MUST_CHECK;
/* A text with the values of the expressions in its braces filled in: "Delete '{registry}'?"; yours to free(). */
int facts_text(struct context *context, const char *text, char **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Let expressions know a value (taken) by a further name. */
void facts_set(struct context *context, const char *name, struct acr_json *value);
/* What two lists of texts or permissions share becomes `both`. */
void facts_set_both(struct context *context, const char *const options[2]);
/* Whether an expression looks at something that only a request can tell: `present` or `home`. */
bool facts_are_late(const char *expression);

#endif
