/* Builds that the service's plain build request cannot express. */
#ifndef RUN_BUILD_H
#define RUN_BUILD_H

#include "context.h"

/* Whether --buildkit, --cache or --cache-from was given: then the build is a task. */
bool build_needs_task(const struct context *context);
/* Refusals that need no request. */
int build_task_check(struct context *context, struct acr_error *error) ACR_MUST_CHECK;
/* Write the task into an EncodedTaskRunRequest. `dockerfile` is its name in the context. */
int build_task_fill(struct context *context, struct acr_json *request, const char *dockerfile, bool push,
		    struct acr_error *error) ACR_MUST_CHECK;

#endif
