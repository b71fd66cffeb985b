/* acr task update: what is not given stays as it is. */
#include <string.h>
#include <strings.h>

#include "run/run.h"
#include "run/schedule.h"
#include "run/task.h"

static bool is_enabled(const struct acr_json *trigger)
{
	const char *status = acr_json_str(trigger, "/status");

	return !status || strcasecmp(status, "Disabled") != 0;
}

/* Whether the event starts runs from now on: as given, else as before. */
static bool wants_event(struct context *context, const char *option, const char *event, const struct acr_json *present)
{
	const struct acr_json *given = args_value(context->args, option), *item;

	if (given)
		return acr_json_bool(given);
	for (item = acr_json_first(acr_json_get(present, "sourceTriggerEvents")); item; item = acr_json_next(item))
		if (is_enabled(present) && acr_json_string(item) && !strcasecmp(acr_json_string(item), event))
			return true;
	return false;
}

static struct acr_json *wanted_events(struct context *context, const struct acr_json *present)
{
	struct acr_json *events = acr_json_new_array();

	if (wants_event(context, "commit-trigger-enabled", "commit", present))
		acr_json_append(events, acr_json_new_string("commit"));
	if (wants_event(context, "pull-request-trigger-enabled", "pullrequest", present))
		acr_json_append(events, acr_json_new_string("pullrequest"));
	return events;
}

static struct acr_json *source_repository(const char *location, const struct acr_json *present, const char *token)
{
	struct acr_json *repository = acr_json_new_object(), *secret = acr_json_new_object();
	ACR_AUTO_FREE char *given = task_branch(location);
	const char *branch = given ? given : acr_json_str(present, "/sourceRepository/branch");

	if (location) {
		acr_json_set_str(repository, "sourceControlType", task_source_control(location));
		acr_json_set_str(repository, "repositoryUrl", location);
	}
	acr_json_set_str(repository, "branch", branch ? branch : "master");
	if (token)
		acr_json_set_str(secret, "token", token);
	acr_json_set_str(secret, "tokenType", "PAT");
	acr_json_set(repository, "sourceControlAuthProperties", secret);
	return repository;
}

/* Commits and pull requests: the service knows one source trigger, with a list of events. */
static int change_source_trigger(struct context *context, const struct acr_json *task, const char *location,
				 struct acr_json **body, struct acr_error *error)
{
	const struct acr_json *present = acr_json_at(task, "/properties/trigger/sourceTriggers/0");
	ACR_AUTO_PTR(acr_json) *events = wanted_events(context, present);
	const char *token = acr_json_str(*body, "/properties/step/contextAccessToken");
	const char *name = acr_json_str(present, "/name");
	bool any = acr_json_size(events) > 0;
	struct acr_json *trigger;

	if (!any && !present)
		return 0;
	token = token ? token : acr_json_str(present, "/sourceRepository/sourceControlAuthProperties/token");
	if (any && (!location || !token))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Runs on commits or pull requests need a Git repository as --context and a "
				"--git-access-token.");
	trigger = acr_json_new_object();
	acr_json_set_str(trigger, "name", name ? name : "defaultSourceTriggerName");
	acr_json_set_str(trigger, "status", any ? "Enabled" : "Disabled");
	acr_json_set(trigger, "sourceTriggerEvents", TAKE(events));
	acr_json_set(trigger, "sourceRepository", source_repository(location, present, token));
	return acr_json_put(body, "/properties/trigger/sourceTriggers/-", trigger, error);
}

/* Its members come from the options; it needs the name by which the service knows it. */
static int change_base_image_trigger(struct context *context, const struct acr_json *task, struct acr_json **body,
				     struct acr_error *error)
{
	const struct acr_json *present = acr_json_at(task, "/properties/trigger/baseImageTrigger");
	const char *name = acr_json_str(present, "/name");

	if (acr_json_is_nothing(present) && !args_flag(context->args, "base-image-trigger-enabled")) {
		acr_json_remove(acr_json_at(*body, "/properties/trigger"), "baseImageTrigger");
		return 0;
	}
	return acr_json_put(body, "/properties/trigger/baseImageTrigger/name",
			    acr_json_new_string(name ? name : "defaultBaseimageTriggerName"), error);
}

static int patch(struct context *context, struct acr_json *body, struct acr_error *error)
{
	struct acr_params params = {.body = body, .path = acr_json_new_object()};
	struct acr_json *answer = NULL;
	int rc;

	acr_json_set_str(params.path, "task", args_string(context->args, "name"));
	rc = context_call(context, &acr_op_task_update, &params, NULL, &answer, error);
	acr_json_free(answer);
	acr_params_clear(&params);
	return rc;
}

/* Give the task the identity beside those that it has; nothing is sent when it has it. */
static int assign_identity(struct context *context, const struct acr_json *task, const char *identity,
			   struct acr_error *error)
{
	const char *type = acr_json_str(task, "/identity/type");
	bool system = type && strcasestr(type, "SystemAssigned");
	bool wants_system = !strcmp(identity, "[system]"), user = type && strcasestr(type, "UserAssigned");
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	const struct acr_json *item;
	struct acr_json *body = NULL;
	int rc;

	if (wants_system && system)
		return 0;
	if (system || wants_system)
		acr_json_append(list, acr_json_new_string("[system]"));
	for (item = acr_json_first(acr_json_at(task, "/identity/userAssignedIdentities")); item;
	     item = acr_json_next(item)) {
		if (!strcasecmp(acr_json_key(item), identity))
			return 0;
		if (user)
			acr_json_append(list, acr_json_new_string(acr_json_key(item)));
	}
	if (!wants_system)
		acr_json_append(list, acr_json_new_string(identity));
	rc = acr_json_put(&body, "/identity", task_identity(list), error);
	return rc < 0 ? rc : patch(context, body, error);
}

static int change_sign_in(struct context *context, const struct acr_json *task, struct acr_json **body,
			  struct acr_error *error)
{
	const char *identity = args_string(context->args, "source-acr-auth-id");
	ACR_AUTO_FREE char *client_id = NULL;
	int rc;

	if (!identity)
		return 0;
	if ((task_wants_identity(identity) && (rc = assign_identity(context, task, identity, error)) < 0) ||
	    (rc = task_source_identity(context, &client_id, error)) < 0)
		return rc;
	return acr_json_put(body, "/properties/credentials/sourceRegistry/identity", acr_json_new_string(client_id),
			    error);
}

/* Of the system task only these can be changed. */
static void keep_quick(struct acr_json **body)
{
	static const char *const kept[] = {"status", "timeout", "logTemplate"};
	struct acr_json *properties = acr_json_new_object();

	for (size_t i = 0; i < ACR_COUNT(kept); i++) {
		const struct acr_json *value = acr_json_get(acr_json_get(*body, "properties"), kept[i]);

		if (value)
			acr_json_set(properties, kept[i], acr_json_copy(value));
	}
	acr_json_set(*body, "properties", properties);
}

static int change_platform(struct context *context, struct acr_json *properties, struct acr_error *error)
{
	const char *text = args_string(context->args, "platform");
	struct acr_json *platform;
	int rc = text ? schedule_platform(text, &platform, error) : 0;

	if (text && rc == 0)
		acr_json_set(properties, "platform", platform);
	return rc;
}

int task_update_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *location = args_string(context->args, "context");
	struct acr_json *properties = acr_json_get(params->body, "properties"), *step;
	ACR_AUTO_PTR(acr_json) *task = NULL;
	int rc;

	if ((rc = task_details(context, &task, error)) < 0)
		return rc;
	if (acr_json_true(task, "/properties/isSystemTask") && task_is_quick(context)) {
		keep_quick(&params->body);
		return 0;
	}
	if (!location)
		location = acr_json_str(task, "/properties/step/contextPath");
	else if (task_is_null_context(location))
		location = NULL;
	if ((rc = task_step(context, location, acr_json_at(task, "/properties/step"), &step, error)) < 0)
		return rc;
	acr_json_set(properties, "step", step);
	if ((rc = change_platform(context, properties, error)) < 0 ||
	    (rc = change_source_trigger(context, task, location, &params->body, error)) < 0 ||
	    (rc = change_base_image_trigger(context, task, &params->body, error)) < 0)
		return rc;
	return change_sign_in(context, task, &params->body, error);
}
