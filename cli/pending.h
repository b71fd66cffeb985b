/* Long operations that nobody waits for any more. */
#ifndef CLI_PENDING_H
#define CLI_PENDING_H

#include "context.h"

/* After a long operation was interrupted: make the error say that it goes on, and which command shows what becomes of
 * it. With --debug the URL of its state is told; NULL: the service has not answered yet. Returns
 * ACR_ERROR_INTERRUPTED. */
int pending_explain(struct context *context, const char *url, struct acr_error *error);

#endif
