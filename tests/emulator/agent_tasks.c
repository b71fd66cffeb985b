/* Stored tasks and task runs: what management keeps of them, with and without their secrets. */
#include "agent.h"
#include "arm_registry.h"

#include <stdlib.h>
#include <string.h>

/* ---- secrets ------------------------------------------------------------------------------------------------ */

static void hide_pairs(struct acr_json *pairs)
{
	for (struct acr_json *pair = acr_json_first(pairs); pair; pair = acr_json_next(pair))
		if (acr_json_true(pair, "/isSecret"))
			acr_json_remove(pair, "value");
}

/* As it is shown by GET: credentials by name only, secret arguments without their value. */
static struct acr_json *without_secrets(struct acr_json *task)
{
	struct acr_json *step = acr_json_at(task, "/properties/step");
	struct acr_json *registries = acr_json_at(task, "/properties/credentials/customRegistries");
	struct acr_json *triggers = acr_json_at(task, "/properties/trigger/sourceTriggers");
	hide_pairs(acr_json_get(step, "arguments"));
	hide_pairs(acr_json_get(step, "values"));
	acr_json_remove(step, "contextAccessToken");
	if (acr_json_size(registries)) {
		struct acr_json *names = acr_json_new_object();
		for (const struct acr_json *item = acr_json_first(registries); item; item = acr_json_next(item))
			acr_json_set(names, acr_json_key(item), acr_json_new_null());
		acr_json_set(acr_json_at(task, "/properties/credentials"), "customRegistries", names);
	}
	for (struct acr_json *trigger = acr_json_first(triggers); trigger; trigger = acr_json_next(trigger))
		acr_json_remove(acr_json_get(trigger, "sourceRepository"), "sourceControlAuthProperties");
	return task;
}

/* ---- tasks -------------------------------------------------------------------------------------------------- */

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static bool refuse_task(struct arm_request *request, const char *message)
{
	reply_error(request->exchange, 400, "InvalidTask", "The task '%s' cannot be stored: %s", request->name,
		    message);
	return false;
}

/* Whether the task is one that can be run. A system task has no step of its own; a PATCH needs to have none. */
static bool check_task(struct arm_request *request, bool whole)
{
	const struct acr_json *properties = acr_json_get(request->body, "properties");
	const struct acr_json *step = acr_json_get(properties, "step");
	const char *type = acr_json_str(step, "/type");
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	size_t length = strlen(request->name);
	if (length < 5 || length > 50 || strspn(request->name, NAME_CHARACTERS) != length)
		return refuse_task(request, "a name has 5 to 50 letters, digits, '-' and '_'.");
	if (type ? !step_is_known(type) : whole && !acr_json_true(properties, "/isSystemTask"))
		return refuse_task(request, "its step has none of the types Docker, FileTask and EncodedTask.");
	if (request_check(properties, step, &error) < 0)
		return refuse_task(request, error.message);
	return triggers_check(request);
}

/* What to do to a stored task. */
struct change {
	const struct acr_json *body;
	struct acr_json *identity; /* NULL = none */
};

static struct acr_json *find_named(const struct acr_json *list, const char *name)
{
	for (struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *other = acr_json_str(item, "/name");
		if (name && other && !strcmp(name, other))
			return item;
	}
	return NULL;
}

/* Items of a list are known by their names: a PATCH changes those it names and adds new ones. */
static void merge_named(struct acr_json *present, const struct acr_json *given)
{
	for (const struct acr_json *item = acr_json_first(given); item; item = acr_json_next(item)) {
		struct acr_json *old = find_named(present, acr_json_str(item, "/name"));
		if (old)
			arm_merge(old, item);
		else
			acr_json_append(present, acr_json_copy(item));
	}
}

/* Merge the lists at `pointer` and take them out of the patch, which replaces what is left in it. */
static void merge_list(const struct acr_json *task, struct acr_json *patch, const char *parent, const char *name)
{
	struct acr_json *present = acr_json_get(acr_json_at(task, parent), name);
	struct acr_json *holder = acr_json_at(patch, parent);
	const struct acr_json *given = acr_json_get(holder, name);
	if (!acr_json_is(present, ACR_JSON_ARRAY) || !acr_json_is(given, ACR_JSON_ARRAY))
		return;
	merge_named(present, given);
	acr_json_remove(holder, name);
}

/* Registries spell the kinds of an identity with a small letter, tasks with a capital one. */
static struct acr_json *task_identity(const struct acr_json *identity)
{
	const char *type = acr_json_str(identity, "/type");
	bool system = type && strcasestr(type, "systemAssigned"), user = type && strcasestr(type, "userAssigned");
	struct acr_json *copy = acr_json_copy(identity);
	acr_json_set_str(copy, "type",
			 system && user ? "SystemAssigned, UserAssigned"
			 : system       ? "SystemAssigned"
					: "UserAssigned");
	return copy;
}

static void settle(struct acr_json *task, const struct change *change)
{
	if (change->identity)
		acr_json_set(task, "identity", task_identity(change->identity));
	else
		acr_json_remove(task, "identity");
	struct acr_json *properties = acr_json_get(task, "properties");
	if (!acr_json_size(acr_json_get(properties, "credentials")))
		acr_json_remove(properties, "credentials");
	acr_json_set_str(properties, "provisioningState", "Succeeded");
	arm_touch(task);
}

static bool patch_stored(struct acr_json *task, void *user)
{
	static const char *const fixed[] = {"id", "name", "type", "systemData", "location", "identity"};
	const struct change *change = user;
	ACR_AUTO_PTR(acr_json) *patch = acr_json_copy(change->body);
	for (size_t i = 0; i < ACR_COUNT(fixed); i++)
		acr_json_remove(patch, fixed[i]);
	merge_list(task, patch, "/properties/trigger", "timerTriggers");
	merge_list(task, patch, "/properties/trigger", "sourceTriggers");
	arm_merge(task, patch);
	settle(task, change);
	return true;
}

void tasks_patch(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *present = request->name ? store_get(request->id) : NULL;
	if (!present) {
		arm_not_found(request);
		return;
	}
	struct change change = {.body = request->body};
	if (!check_task(request, false) ||
	    !identity_apply(request, acr_json_get(present, "identity"), &change.identity))
		return;
	store_change(request->id, patch_stored, &change);
	acr_json_free(change.identity);
	struct acr_json *task = store_get(request->id);
	commits_watch(task);
	reply_json(request->exchange, 200, without_secrets(task));
}

void tasks_put(struct arm_request *request)
{
	if (!request->name) {
		arm_generic(request);
		return;
	}
	ACR_AUTO_PTR(acr_json) *present = store_get(request->id);
	struct change change = {.body = request->body};
	if (!arm_check_location(request, present) || !check_task(request, true) ||
	    !identity_apply(request, acr_json_get(present, "identity"), &change.identity))
		return;
	ACR_AUTO_PTR(acr_json) *task = arm_new_resource(request);
	if (!acr_json_is(acr_json_get(task, "properties"), ACR_JSON_OBJECT))
		acr_json_set(task, "properties", acr_json_new_object());
	ACR_AUTO_FREE char *now = now_text();
	const char *created = acr_json_str(present, "/properties/creationDate");
	acr_json_set_str(acr_json_get(task, "properties"), "creationDate", created ? created : now);
	const struct acr_json *data = acr_json_get(present, "systemData");
	if (data)
		acr_json_set(task, "systemData", acr_json_copy(data));
	settle(task, &change);
	acr_json_free(change.identity);
	store_put(request->id, task);
	commits_watch(task);
	reply_json(request->exchange, 200, without_secrets(TAKE(task)));
}

void tasks_get(struct arm_request *request)
{
	if (request->name) {
		struct acr_json *task = store_get(request->id);
		if (task)
			reply_json(request->exchange, 200, without_secrets(task));
		else
			arm_not_found(request);
		return;
	}
	struct acr_json *tasks = store_list(request->id);
	for (struct acr_json *task = acr_json_first(tasks); task; task = acr_json_next(task))
		without_secrets(task);
	arm_reply_list(request, tasks);
}

void tasks_details(struct arm_request *request)
{
	reply_json(request->exchange, 200, store_get(request->id));
}

/* ---- task runs: a request and the run that came of it ------------------------------------------------------- */

static const char *state_of(const char *status)
{
	static const struct {
		const char *status, *state;
	} states[] = {{"Succeeded", "Succeeded"},
		      {"Failed", "Failed"},
		      {"Error", "Failed"},
		      {"Timeout", "Failed"},
		      {"Canceled", "Canceled"}};
	for (size_t i = 0; status && i < ACR_COUNT(states); i++)
		if (!strcmp(states[i].status, status))
			return states[i].state;
	return "Creating";
}

/* Put in what became of the run. */
static struct acr_json *with_result(struct acr_json *task_run)
{
	const char *id = acr_json_str(task_run, "/properties/runResult/id");
	struct acr_json *run = id ? store_get(id) : NULL;
	if (!run)
		return task_run;
	acr_json_remove(run, "systemData");
	struct acr_json *properties = acr_json_get(task_run, "properties");
	acr_json_set_str(properties, "provisioningState", state_of(acr_json_str(run, "/properties/status")));
	acr_json_set(properties, "runResult", run);
	return task_run;
}

void task_runs_put(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *present = request->name ? store_get(request->id) : NULL;
	if (!request->name || !arm_check_location(request, present)) {
		if (!request->name)
			arm_generic(request);
		return;
	}
	struct acr_json *run = request_schedule(request, acr_json_at(request->body, "/properties/runRequest"));
	if (!run)
		return;
	ACR_AUTO_PTR(acr_json) *task_run = arm_new_resource(request);
	acr_json_set(acr_json_get(task_run, "properties"), "runResult", run);
	arm_touch(task_run);
	store_put(request->id, task_run);
	reply_json(request->exchange, present ? 200 : 201, with_result(TAKE(task_run)));
}

void task_runs_get(struct arm_request *request)
{
	if (request->name) {
		struct acr_json *task_run = store_get(request->id);
		if (task_run)
			reply_json(request->exchange, 200, with_result(task_run));
		else
			arm_not_found(request);
		return;
	}
	struct acr_json *list = store_list(request->id);
	for (struct acr_json *task_run = acr_json_first(list); task_run; task_run = acr_json_next(task_run))
		with_result(task_run);
	arm_reply_list(request, list);
}
