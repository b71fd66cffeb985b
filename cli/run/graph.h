/* Microsoft Graph: the directory of users and applications. */
#ifndef RUN_GRAPH_H
#define RUN_GRAPH_H

#include "context.h"

/* Send a request below the cloud's Graph endpoint ("/applications"). `body` may be NULL, and is borrowed. *ret gets
 * the answer, of a list its items in all pages; NULL when it is empty. */
int graph_call(struct context *context, const char *method, const char *path, const struct acr_json *body,
               struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* A list with a filter, whose "%s" is put in with its quotes doubled. */
int graph_list(struct context *context, const char *collection, const char *filter, const char *value,
               struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
