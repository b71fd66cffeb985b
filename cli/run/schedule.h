/* Runs: scheduling, following, and the truth about how they ended. Shared by build, run and the task commands. */
#ifndef RUN_SCHEDULE_H
#define RUN_SCHEDULE_H

#include "context.h"

/* Where the source of a run comes from. */
enum source_kind { SOURCE_NONE, SOURCE_FOLDER, SOURCE_REMOTE };

/* What kind of source location the text is; ACR_ERROR_GENERAL when it is none. */
int source_classify(struct context *context, const char *text, enum source_kind *ret, struct acr_error *error)
	ACR_MUST_CHECK;
/* Pack a folder and upload it; *location gets what the run request calls the source (yours to free()). `dockerfile` is
 * the file packed under `entry`, NULL for none. */
int source_upload(struct context *context, const char *folder, const char *dockerfile, const char *entry,
                  char **location, struct acr_error *error) ACR_MUST_CHECK;
/* The folder as a context, with the command's options. */
int source_open(struct context *context, const char *folder, const char *dockerfile, const char *entry,
                struct acr_context **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Name the largest files of a context that is too large for comfort; nothing for others. */
void source_name_largest(struct context *context, uint64_t total, const struct acr_context_file *files, size_t count);
/* What would be packed, as path, type, size and mode; nothing is sent. Where az would send something else is told.
 * `dockerfile_name` is the Dockerfile's name without folders, also where there is none; "" for runs. */
int source_list(struct context *context, const char *folder, const char *dockerfile, const char *dockerfile_name,
                const char *entry, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;

/* A request with the members that all kinds share, from the options agent-pool, timeout, platform, auth-mode,
 * source-acr-auth-id and log-template. Looks at the registry and the agent pool, and refuses what cannot succeed there:
 * before anything is packed. `pushes`: the run ends with a push to the registry. */
int schedule_request(struct context *context, const char *type, bool pushes, struct acr_json **ret,
                     struct acr_error *error) ACR_MUST_CHECK;
/* Whether the agent pool that --agent-pool names is there. */
int schedule_check_pool(struct context *context, struct acr_error *error) ACR_MUST_CHECK;
/* The platform that a text stands for (NULL: linux/amd64), as requests have it. */
int schedule_platform(const char *text, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The task that the options cmd or file (acb.yaml by default, '-' is standard input) give, in Base64. */
int schedule_task(struct context *context, struct acr_buf *encoded, struct acr_error *error) ACR_MUST_CHECK;
/* Refusals that need no request: platform, auth mode. */
int schedule_check(struct context *context, struct acr_error *error) ACR_MUST_CHECK;
/* The values of two options, plain and secret, as the list that requests have: {"name","value","isSecret"}. */
struct acr_json *schedule_values(struct context *context, const char *plain, const char *secret);
/* Add to the service's refusal of tasks what can be done about it. Returns `rc`. */
int schedule_explain_refusal(int rc, struct acr_error *error);
/* Schedule the request (taken) and see the run to its end as --no-wait, --no-logs and -o ask. `what` is "build" or
 * "run". The result is the exit status's: ACR_ERROR_RUN for a run that did not succeed. */
int schedule_run(struct context *context, struct acr_json *request, const char *what, struct acr_json **ret,
                 struct acr_error *error) ACR_MUST_CHECK;

#endif
