/* acr task create. */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "run/run.h"
#include "run/schedule.h"
#include "run/task.h"

#define QUICK_TASK "quicktask"

bool task_is_quick(struct context *context)
{
	return !strcmp(args_string(context->args, "name"), QUICK_TASK);
}

static const char *location_of(struct context *context)
{
	const char *location = args_string(context->args, "context");

	return location && !task_is_null_context(location) ? location : NULL;
}

/* Artifacts have no commits. */
static bool has_source_trigger(struct context *context, const char *option)
{
	const char *location = location_of(context);

	return location && strncasecmp(location, "oci://", 6) != 0 && args_flag(context->args, option);
}

int task_create_check(struct context *context, struct acr_error *error)
{
	const char *location = args_string(context->args, "context");
	struct stat status;

	if (args_flag(context->args, "is-system-task") && task_is_quick(context))
		return 0;
	if (!location || !*location)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Give --context: a Git repository, the URL of a tar.gz, an OCI artifact (oci://…), or "
				"/dev/null. Only "
				"the system task '" QUICK_TASK "' has none.");
	if (!task_is_null_context(location) && stat(location, &status) == 0)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The context of a task is fetched by the service whenever it runs, so it cannot be "
				"on this machine, as '%s' is. Give a Git repository, or use 'acr build' or 'acr "
				"task run -c %s'.",
				location, location);
	if ((has_source_trigger(context, "commit-trigger-enabled") ||
	     has_source_trigger(context, "pull-request-trigger-enabled")) &&
	    !args_string(context->args, "git-access-token"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Runs on commits or pull requests need --git-access-token; without them give "
				"--commit-trigger-enabled false.");
	return task_check(context, error);
}

static struct acr_json *source_trigger(struct context *context, const char *location)
{
	ACR_AUTO_FREE char *branch = task_branch(location);
	struct acr_json *trigger = acr_json_new_object(), *events = acr_json_new_array();
	struct acr_json *repository = acr_json_new_object(), *token = acr_json_new_object();

	if (has_source_trigger(context, "commit-trigger-enabled"))
		acr_json_append(events, acr_json_new_string("commit"));
	if (has_source_trigger(context, "pull-request-trigger-enabled"))
		acr_json_append(events, acr_json_new_string("pullrequest"));
	acr_json_set_str(token, "token", args_string(context->args, "git-access-token"));
	acr_json_set_str(token, "tokenType", "PAT");
	acr_json_set_str(token, "scope", "repo");
	acr_json_set_str(repository, "sourceControlType", task_source_control(location));
	acr_json_set_str(repository, "repositoryUrl", location);
	acr_json_set_str(repository, "branch", branch ? branch : "master");
	acr_json_set(repository, "sourceControlAuthProperties", token);
	acr_json_set_str(trigger, "name", args_string(context->args, "source-trigger-name"));
	acr_json_set_str(trigger, "status", "Enabled");
	acr_json_set(trigger, "sourceTriggerEvents", events);
	acr_json_set(trigger, "sourceRepository", repository);
	return trigger;
}

/* The identities asked for, and the one that signs in to the registry. */
static int add_identities(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct acr_json *given = args_value(context->args, "assign-identity");
	const char *source = args_string(context->args, "source-acr-auth-id");
	ACR_AUTO_PTR(acr_json) *list = given ? acr_json_copy(given) : NULL;
	ACR_AUTO_FREE char *client_id = NULL;
	int rc;

	if (source) {
		if ((rc = task_source_identity(context, &client_id, error)) < 0 ||
		    (rc = acr_json_put(&params->body, "/properties/credentials/sourceRegistry/identity",
				       acr_json_new_string(client_id), error)) < 0)
			return rc;
		if (task_wants_identity(source)) {
			/* An empty list means the system's identity: it must be spelled out once another is added. */
			if (list && !acr_json_size(list))
				acr_json_append(list, acr_json_new_string("[system]"));
			list = list ? list : acr_json_new_array();
			acr_json_append(list, acr_json_new_string(source));
		}
	}
	return list ? acr_json_put(&params->body, "/identity", task_identity(list), error) : 0;
}

/* A system task has these and no more. */
static void keep_quick(struct acr_json *properties)
{
	static const char *const others[] = {"agentConfiguration", "agentPoolName", "credentials", "trigger"};

	for (size_t i = 0; i < ACR_COUNT(others); i++)
		acr_json_remove(properties, others[i]);
}

/* Timers that were given no name are called by their place, as az does. */
static void name_timers(struct acr_json *timers)
{
	struct acr_json *timer;
	size_t place = 1;

	for (timer = acr_json_first(timers); timer; timer = acr_json_next(timer), place++) {
		ACR_AUTO_FREE char *name = acr_format("t%zu", place);

		if (!acr_json_get(timer, "name"))
			acr_json_set_str(timer, "name", name);
	}
}

static int add_work(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *location = location_of(context);
	struct acr_json *properties = acr_json_get(params->body, "properties");
	struct acr_json *step, *platform, *trigger = acr_json_get(properties, "trigger");
	int rc;

	if ((rc = task_step(context, location, NULL, &step, error)) < 0)
		return rc;
	acr_json_set(properties, "step", step);
	if ((rc = schedule_platform(args_string(context->args, "platform"), &platform, error)) < 0)
		return rc;
	acr_json_set(properties, "platform", platform);
	if (!args_flag(context->args, "base-image-trigger-enabled"))
		acr_json_remove(trigger, "baseImageTrigger");
	name_timers(acr_json_get(trigger, "timerTriggers"));
	if (has_source_trigger(context, "commit-trigger-enabled") ||
	    has_source_trigger(context, "pull-request-trigger-enabled"))
		return acr_json_put(&params->body, "/properties/trigger/sourceTriggers/-",
				    source_trigger(context, location), error);
	return 0;
}

int task_create_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	bool quick = args_flag(context->args, "is-system-task") && task_is_quick(context);
	const struct acr_registry *registry;
	int rc = 0;

	/* What may be refused comes before the first request. */
	if (quick)
		keep_quick(acr_json_get(params->body, "properties"));
	else
		rc = add_work(context, params, error);
	if (rc < 0 || (rc = context_registry_details(context, &registry, error)) < 0)
		return rc;
	acr_json_set_str(params->body, "location", registry->location);
	return quick ? 0 : add_identities(context, params, error);
}
