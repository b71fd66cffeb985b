/* What the row of task timer remove cannot say. */
#include <string.h>

#include "run/run.h"
#include "run/task.h"

/* Take the timer out of the list; false when it is not there. */
static bool remove_timer(struct acr_json *timers, const char *name)
{
	struct acr_json *timer;
	bool found = false;
	size_t i = 0;

	while ((timer = acr_json_item(timers, i))) {
		const char *own = acr_json_str(timer, "/name");

		if (own && !strcmp(own, name)) {
			acr_json_free(acr_json_detach_item(timers, i));
			found = true;
		} else {
			i++;
		}
	}
	return found;
}

/* A PATCH cannot take a timer away, so the whole task is sent, without what only the service sets. */
int task_timer_remove_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	static const char *const read_only[] = {"id", "name", "type", "systemData"};
	const char *name = args_string(context->args, "timer-name"), *task = args_string(context->args, "name");
	ACR_AUTO_PTR(acr_json) *details = NULL;
	struct acr_json *timers, *properties;
	int rc = task_details(context, &details, error);

	if (rc < 0)
		return rc;
	properties = acr_json_get(details, "properties");
	timers = acr_json_at(properties, "/trigger/timerTriggers");
	if (!remove_timer(timers, name))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The task '%s' has no timer '%s'. See 'acr task timer list -r %s -n %s'.", task, name,
				args_string(context->args, "registry"), task);
	for (size_t i = 0; i < ACR_COUNT(read_only); i++)
		acr_json_remove(details, read_only[i]);
	acr_json_remove(properties, "provisioningState");
	acr_json_remove(properties, "creationDate");
	acr_json_remove(acr_json_get(properties, "step"), "baseImageDependencies");
	params->body = TAKE(details);
	return 0;
}
