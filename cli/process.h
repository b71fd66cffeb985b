/* Other programs: found safely, run without a shell. */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include <acr/buf.h>
#include <acr/clock.h>
#include <acr/error.h>
#include <spawn.h>
#include <stdbool.h>

struct process_result {
	int status;          /* exit status; 128 + the signal that ended it */
	struct acr_buf out, err; /* what it wrote, the first megabyte */
};

/* Where the program is, yours to free(); NULL when it is not found. Only absolute entries of PATH count: a file that
 * happens to lie in the working folder is never run. A name with a slash stands for itself. */
char *process_find(const char *name);
/* Start argv[0] (a path), ended by NULL, with nothing blocked and SIGPIPE as programs expect it, whatever this process has
 * chosen for itself. In a session of its own Ctrl-C does not reach it. Returns 0, or what errno would say. */
int process_start(const char *const *argv, const posix_spawn_file_actions_t *actions, bool own_session, pid_t *ret)
	ACR_MUST_CHECK;
/* Run argv[0] (a path), ended by NULL, with `input` (may be NULL, up to 64 KiB) on its standard input. ACR_ERROR_FILE
 * when it cannot be started, ACR_ERROR_INTERRUPTED when the clock's owner wants to stop. */
int process_run(const char *const *argv, const char *input, const struct acr_clock *clock, struct process_result *ret,
                struct acr_error *error) ACR_MUST_CHECK;
void process_result_clear(struct process_result *result);

#endif
