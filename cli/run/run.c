/* acr run: a command, a task file of one's own, or one in a context. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/run.h"
#include "run/schedule.h"

#define DEFAULT_FILE "acb.yaml"
#define TASK_FILE_MAX ((size_t)1 << 20)

/* The task that --cmd stands for; the command is the service's to take apart, so it is not quoted. */
static void command_task(struct context *context, const char *command, struct acr_buf *yaml)
{
	long timeout = args_integer(context->args, "timeout", 0);

	acr_buf_printf(yaml, "version: v1.1.0\nsteps: \n  - cmd: %s\n    disableWorkingDirectoryOverride: true\n",
		       command);
	if (timeout)
		acr_buf_printf(yaml, "    timeout: %ld\n", timeout);
}

static bool has_version(const char *text)
{
	return !strncmp(text, "version:", 8) || strstr(text, "\nversion:");
}

static int file_task(const char *file, struct acr_buf *yaml, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(TASK_FILE_MAX);
	int rc;

	if (strcmp(file, "-") != 0 && access(file, R_OK) != 0)
		return acr_fail(error, ACR_ERROR_GENERAL, "%s does not exist.", file);
	if ((rc = acr_file_read(file, &text, error)) < 0)
		return rc;
	if (!has_version(acr_buf_str(&text)))
		acr_buf_puts(yaml, "version: v1.1.0\n");
	acr_buf_puts(yaml, acr_buf_str(&text));
	return 0;
}

int schedule_task(struct context *context, struct acr_buf *encoded, struct acr_error *error)
{
	const char *command = args_string(context->args, "cmd"), *file = args_string(context->args, "file");
	ACR_AUTO(acr_buf) yaml = ACR_BUF_INIT;
	int rc = 0;

	if (command)
		command_task(context, command, &yaml);
	else
		rc = file_task(file ? file : DEFAULT_FILE, &yaml, error);
	if (rc == 0)
		acr_base64_encode(acr_buf_str(&yaml), yaml.length, encoded);
	return rc;
}

static int run_encoded(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) task = ACR_BUF_INIT;
	struct acr_json *request;
	int rc = schedule_task(context, &task, error);

	if (rc < 0 || (rc = schedule_request(context, "EncodedTaskRunRequest", false, &request, error)) < 0)
		return rc;
	acr_json_set_str(request, "encodedTaskContent", acr_buf_str(&task));
	acr_json_set(request, "values", schedule_values(context, "set", "set-secret"));
	return schedule_run(context, request, "run", ret, error);
}

static int run_file(struct context *context, const char *folder, const char *location, struct acr_json **ret,
		    struct acr_error *error)
{
	const char *file = args_string(context->args, "file"), *values = args_string(context->args, "values");
	ACR_AUTO_PTR(acr_json) *request = NULL;
	ACR_AUTO_FREE char *uploaded = NULL;
	int rc = schedule_request(context, "FileTaskRunRequest", false, &request, error);

	if (rc < 0 || (folder && (rc = source_upload(context, folder, NULL, NULL, &uploaded, error)) < 0))
		return rc;
	acr_json_set_str(request, "taskFilePath", file ? file : DEFAULT_FILE);
	if (values)
		acr_json_set_str(request, "valuesFilePath", values);
	acr_json_set(request, "values", schedule_values(context, "set", "set-secret"));
	acr_json_set_str(request, "sourceLocation", folder ? uploaded : location);
	return schedule_run(context, TAKE(request), "run", ret, error);
}

/* The task file must be in the context that is sent. */
static int check_file(struct context *context, const char *folder, struct acr_error *error)
{
	const char *file = args_string(context->args, "file");
	ACR_AUTO_FREE char *path = acr_path_join(folder, file ? file : DEFAULT_FILE);

	if (access(path, R_OK) == 0)
		return 0;
	return acr_fail(error, ACR_ERROR_GENERAL,
			"Unable to find '%s'. Give the task file, relative to the context, with "
			"--file.",
			path);
}

static int run_folder(struct context *context, const char *folder, struct acr_json **ret, struct acr_error *error)
{
	int rc = check_file(context, folder, error);

	if (rc < 0)
		return rc;
	if (args_flag(context->args, "dry-run"))
		return source_list(context, folder, NULL, "", NULL, ret, error);
	return run_file(context, folder, NULL, ret, error);
}

int run_run(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *source = args_string(context->args, "source");
	bool command = args_string(context->args, "cmd") != NULL;
	enum source_kind kind;
	int rc;

	if (command && args_string(context->args, "file"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Azure Container Registry can run with either --cmd myCommand /dev/null or -f myFile "
				"mySourceLocation, but not both.");
	if ((rc = schedule_check(context, error)) < 0 || (rc = source_classify(context, source, &kind, error)) < 0)
		return rc;
	if (command && kind != SOURCE_NONE)
		return acr_fail(error, ACR_ERROR_GENERAL, "--cmd takes no context: give /dev/null instead of '%s'.",
				source);
	if (kind == SOURCE_NONE)
		return run_encoded(context, ret, error);
	return kind == SOURCE_FOLDER ? run_folder(context, source, ret, error)
				     : run_file(context, NULL, source, ret, error);
}
