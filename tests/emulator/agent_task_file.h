/* Private to agent_task_file.c and agent_task_step.c: how the text of a task becomes steps. */
#ifndef AGENT_TASK_FILE_H
#define AGENT_TASK_FILE_H

#include "agent.h"

struct task_reader {
	struct run_log *log;
	struct acr_json *aliases;
	char *directive; /* of aliases; NULL when the version has none */
	const struct acr_json *document;
	struct words environment; /* of all steps */
	int timeout;              /* of steps that have none of their own */
	struct task *task;
};

/* A text with its aliases replaced; NULL when it is none. Yours to free(). */
char *task_text(const struct task_reader *reader, const struct acr_json *value);
/* A whole number that is not negative; a negative code when it is something else. */
int task_number(const struct acr_json *value, int *ret) ACR_MUST_CHECK;
/* Whether a variable is of the form NAME=value; `whose` is for the message. */
int task_check_variable(const char *pair, const char *whose, struct acr_error *error) ACR_MUST_CHECK;
/* Add the step to the task. */
int task_step_read(struct task_reader *reader, const struct acr_json *object, struct acr_error *error) ACR_MUST_CHECK;

#endif
