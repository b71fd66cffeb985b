/* Running tasks, and what else tasks and task runs need of their own. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/run.h"
#include "run/schedule.h"
#include "run/task.h"
#include "run/watch.h"

int taskrun_logs(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *name = args_string(context->args, "name"), *run_id;
	struct acr_params params = {.path = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *task_run = NULL;
	int rc;

	(void)ret;
	acr_json_set_str(params.path, "taskRun", name);
	rc = context_call(context, &acr_op_taskrun_show, &params, NULL, &task_run, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	run_id = acr_json_str(task_run, "/properties/runResult/properties/runId");
	if (!run_id)
		return acr_fail(error, ACR_ERROR_GENERAL, "The task run '%s' has no run yet, and so no log.", name);
	return run_log(context, run_id, context->io->out, error);
}

/* ---- task run ------------------------------------------------------------------------------------------------ */

/* A Dockerfile in the folder is packed even when it is ignored; a task file is found as any other. */
static char *dockerfile_in(const char *folder, const char *file)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, file ? file : "Dockerfile");

	return access(path, R_OK) == 0 ? TAKE(path) : NULL;
}

/* Whether the task is there, and the agent pool: asked before a folder is packed for them. */
static int check_service(struct context *context, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	struct acr_json *task = NULL;
	int rc;

	acr_json_set_str(params.path, "task", args_string(context->args, "name"));
	rc = context_call(context, &acr_op_task_show, &params, NULL, &task, error);
	acr_params_clear(&params);
	acr_json_free(task);
	return rc < 0 ? rc : schedule_check_pool(context, error);
}

/* What the request calls the context that is run instead of the task's own; NULL when it is the task's own. */
static int context_location(struct context *context, char **ret, struct acr_error *error)
{
	const char *source = args_string(context->args, "source"), *file = args_string(context->args, "file");
	ACR_AUTO_FREE char *dockerfile = NULL;
	enum source_kind kind = SOURCE_NONE;
	int rc = source ? source_classify(context, source, &kind, error) : 0;

	if (rc < 0 || kind == SOURCE_NONE)
		return rc;
	if (kind == SOURCE_REMOTE) {
		io_note(context->io, "Sending context to registry: %s...", args_string(context->args, "registry"));
		*ret = acr_strdup(source);
		return 0;
	}
	dockerfile = dockerfile_in(source, file);
	if (file && strcmp(file, "-") != 0 && !dockerfile)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Unable to find '%s' in '%s'. Give the file, relative to the context.", file, source);
	file = file ? file : "Dockerfile";
	while (!strncmp(file, "./", 2))
		file += 2 + strspn(file + 2, "/");
	if ((rc = check_service(context, error)) < 0)
		return rc;
	return source_upload(context, source, dockerfile, file, ret, error);
}

static struct acr_json * override(struct context *context, const char *location)
{
	const char *token = args_string(context->args, "update-trigger-token");
	const char *const texts[] = {"file", "target"};
	struct acr_json *step = acr_json_new_object();

	if (location)
		acr_json_set_str(step, "contextPath", location);
	for (size_t i = 0; i < ACR_COUNT(texts); i++)
		if (args_string(context->args, texts[i]))
			acr_json_set_str(step, texts[i], args_string(context->args, texts[i]));
	acr_json_set(step, "arguments", schedule_values(context, "arg", "secret-arg"));
	acr_json_set(step, "values", schedule_values(context, "set", "set-secret"));
	if (token) {
		ACR_AUTO(acr_buf) encoded = ACR_BUF_INIT;

		acr_base64_encode(token, strlen(token), &encoded);
		acr_json_set_str(step, "updateTriggerToken", acr_buf_str(&encoded));
	}
	return step;
}

int task_run(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *pool = args_string(context->args, "agent-pool"), *log = args_string(context->args, "log-template");
	const struct acr_registry *registry;
	ACR_AUTO_FREE char *location = NULL, *id = NULL;
	struct acr_json *request;
	int rc;

	if ((rc = context_registry(context, &registry, error)) < 0 ||
	    (rc = context_location(context, &location, error)) < 0)
		return rc;
	id = acr_format("%s/tasks/%s", registry->id, args_string(context->args, "name"));
	request = acr_json_new_object();
	acr_json_set_str(request, "type", "TaskRunRequest");
	acr_json_set_bool(request, "isArchiveEnabled", false);
	acr_json_set_str(request, "taskId", id);
	acr_json_set(request, "overrideTaskStepProperties", override(context, location));
	if (pool)
		acr_json_set_str(request, "agentPoolName", pool);
	if (log)
		acr_json_set_str(request, "logTemplate", log);
	return schedule_run(context, request, "run", ret, error);
}
