/* What the task commands share. */
#ifndef RUN_TASK_H
#define RUN_TASK_H

#include "context.h"

/* The task of option "name", with its secrets. */
int task_details(struct context *context, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The one system task: it has neither context nor triggers. */
bool task_is_quick(struct context *context);

/* Whether the context's location is given as "nothing": /dev/null. */
bool task_is_null_context(const char *location);
/* The step that the options describe, on the context at `location` (NULL for none). `present` is the step of a task
 * that is changed, NULL for a new task: what is not given is left out then. */
int task_step(struct context *context, const char *location, const struct acr_json *present, struct acr_json **ret,
	      struct acr_error *error) ACR_MUST_CHECK;
/* Branch in a location ("…#branch:folder"), yours to free(); NULL when it names none. */
char *task_branch(const char *location);
/* "Github" or "VisualStudioTeamService". */
const char *task_source_control(const char *location);

/* What tasks have as "identity" for a list of ids and "[system]"; an empty list is the system's. */
struct acr_json *task_identity(const struct acr_json *list);
/* Whether option "source-acr-auth-id" names an identity: it may be "none", or not given (NULL). */
bool task_wants_identity(const char *given);
/* How runs are to sign in by option "source-acr-auth-id": "[system]", "none", or the client id behind an identity's id,
 * which is asked for. */
int task_source_identity(struct context *context, char **ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
