/* What a task does: its step. */
#include "run/run.h"
#include "run/task.h"

#include <string.h>
#include <strings.h>

#include "opttype.h"
#include "run/schedule.h"

bool task_is_null_context(const char *location)
{
	return !strcasecmp(location, "/dev/null");
}

char *task_branch(const char *location)
{
	const char *hash = location ? strchr(location, '#') : NULL;
	size_t length = hash ? strcspn(hash + 1, ": \t\n") : 0;

	return length ? acr_strndup(hash + 1, length) : NULL;
}

const char *task_source_control(const char *location)
{
	return strcasestr(location, "github.com") ? "Github" : "VisualStudioTeamService";
}

/* A file that is run as a task; any other is a Dockerfile. */
static bool is_task_file(const char *file)
{
	static const char *const endings[] = {".yaml", ".yml", ".toml", ".json", ".sh",  ".bash", ".zsh", ".ps1", ".ps",
					      ".cmd",  ".bat", ".ts",   ".js",   ".php", ".py",   ".rb",  ".lua"};
	size_t length = strlen(file);

	for (size_t i = 0; i < ACR_COUNT(endings); i++) {
		size_t own = strlen(endings[i]);

		if (length >= own && !strcmp(file + length - own, endings[i]))
			return true;
	}
	return false;
}

int task_check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *identity = args_string(args, "source-acr-auth-id"), *mode = args_string(args, "auth-mode");
	ACR_AUTO_PTR(acr_json) *platform = NULL;
	int rc = schedule_platform(args_string(args, "platform"), &platform, error);

	if (rc < 0)
		return rc;
	if (args_string(args, "cmd") && args_string(args, "file"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"A task has either a command (--cmd COMMAND -c /dev/null) or a file (-f FILE -c "
				"CONTEXT), not both.");
	if (task_wants_identity(identity) && strcmp(identity, "[system]") != 0 && !is_identity_id(identity))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"--source-acr-auth-id is '[system]', 'none', or the id of a user-assigned identity; "
				"'%s' is none of these.",
				identity);
	if (task_wants_identity(identity) && mode && !strcmp(mode, "None"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"--auth-mode None means that runs do not sign in: give --auth-mode Default, or no "
				"--source-acr-auth-id.");
	return 0;
}

/* Put in a text of the options, where it was given. */
static void add_text(struct context *context, const char *option, struct acr_json *step, const char *member)
{
	const char *text = args_string(context->args, option);

	if (text)
		acr_json_set_str(step, member, text);
}

/* A new step has its lists, be they empty; a changed one those that were given. */
static void add_values(struct context *context, const char *plain, const char *secret, bool changed,
		       struct acr_json *step, const char *member)
{
	if (!changed || args_value(context->args, plain) || args_value(context->args, secret))
		acr_json_set(step, member, schedule_values(context, plain, secret));
}

/* az sends "pushed" whenever --no-push is absent, which undoes it; here what the step has is kept. */
static bool pushes(struct context *context, const struct acr_json *present)
{
	const struct acr_json *given = args_value(context->args, "push");
	const struct acr_json *had = acr_json_get(present, "isPushEnabled");

	given = given ? given : had;
	return !acr_json_is(given, ACR_JSON_BOOL) || acr_json_bool(given);
}

static void docker_step(struct context *context, const struct acr_json *present, struct acr_json *step)
{
	const struct acr_json *images = args_value(context->args, "image");

	add_text(context, "file", step, "dockerFilePath");
	if (images)
		acr_json_set(step, "imageNames", acr_json_copy(images));
	acr_json_set_bool(step, "isPushEnabled", pushes(context, present));
	if (!present || args_value(context->args, "no-cache"))
		acr_json_set_bool(step, "noCache", args_flag(context->args, "no-cache"));
	add_values(context, "arg", "secret-arg", present, step, "arguments");
	add_text(context, "target", step, "target");
}

static void file_step(struct context *context, const struct acr_json *present, struct acr_json *step)
{
	add_text(context, "file", step, "taskFilePath");
	add_text(context, "values", step, "valuesFilePath");
	add_values(context, "set", "set-secret", present, step, "values");
}

static int encoded_step(struct context *context, const struct acr_json *present, struct acr_json *step,
			struct acr_error *error)
{
	const struct acr_json *had = acr_json_get(present, "encodedTaskContent");
	bool given = args_string(context->args, "cmd") || args_string(context->args, "file");
	ACR_AUTO(acr_buf) task = ACR_BUF_INIT;
	int rc;

	if (had && !given && args_integer(context->args, "timeout", 0))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The time limit of a task without a context stands in its text: give --timeout "
				"with --cmd or --file, or create the task again.");
	/* As az: what is not sent stays. */
	if (!had || given) {
		if ((rc = schedule_task(context, &task, error)) < 0)
			return rc;
		acr_json_set_str(step, "encodedTaskContent", acr_buf_str(&task));
	}
	add_values(context, "set", "set-secret", present, step, "values");
	return 0;
}

/* The kind of step: by its file, or as it was. NULL when nothing tells. */
static const char *step_type(struct context *context, const char *location, const struct acr_json *present)
{
	const char *file = args_string(context->args, "file"), *had = acr_json_str(present, "/type");

	if (!location)
		return "EncodedTask";
	if (file)
		return is_task_file(file) ? "FileTask" : "Docker";
	return had && strcmp(had, "EncodedTask") != 0 ? had : NULL;
}

int task_step(struct context *context, const char *location, const struct acr_json *present, struct acr_json **ret,
	      struct acr_error *error)
{
	const char *type = step_type(context, location, present), *had = acr_json_str(present, "/type");
	const char *token = args_string(context->args, "git-access-token");
	ACR_AUTO_PTR(acr_json) *step = acr_json_new_object();
	int rc = 0;

	if (!type)
		return acr_fail(error, ACR_ERROR_GENERAL, "Give --file: the Dockerfile or the task file in '%s'.",
				location);
	acr_json_set_str(step, "type", type);
	if (location)
		acr_json_set_str(step, "contextPath", location);
	token = token ? token : acr_json_str(present, "/contextAccessToken");
	if (token)
		acr_json_set_str(step, "contextAccessToken", token);
	/* Nothing of a step of another kind can be kept. */
	if (had && strcmp(had, type) != 0)
		present = NULL;
	if (!strcmp(type, "EncodedTask"))
		rc = encoded_step(context, present, step, error);
	else if (!strcmp(type, "FileTask"))
		file_step(context, present, step);
	else
		docker_step(context, present, step);
	if (rc == 0)
		*ret = TAKE(step);
	return rc;
}
