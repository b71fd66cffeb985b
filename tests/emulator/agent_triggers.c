/* What starts tasks (but commits: agent_commits.c): timers, and images they build on that were pushed. Which images
 * those are is learnt from each run that succeeds, and kept in a private document for each task. */
#include "agent.h"
#include "arm_registry.h"
#include "resource_id.h"

#include <acr/image.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define TASKS REGISTRY_TYPE "/tasks"
#define MISSED_MAX 10 /* minutes that are made up for when the machine was busy */

/* ---- runs ----------------------------------------------------------------------------------------------------- */

static bool is_enabled(const struct acr_json *item)
{
	const char *status = acr_json_str(item, "/status");
	return !status || !strcasecmp(status, "Enabled");
}

struct acr_json *triggers_tasks(void)
{
	ACR_AUTO_FREE char *scope = acr_format("/subscriptions/%s", emulator.subscription_id);
	ACR_AUTO_PTR(acr_json) *all = store_list_type(scope, TASKS);
	struct acr_json *enabled = acr_json_new_array();
	for (const struct acr_json *task = acr_json_first(all); task; task = acr_json_next(task))
		if (is_enabled(acr_json_get(task, "properties")))
			acr_json_append(enabled, acr_json_copy(task));
	return enabled;
}

struct acr_json *triggers_request(const struct acr_json *task)
{
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	struct acr_json *request = request_of_task(task, NULL, &error);
	if (!request)
		note("the task '%s' cannot be started: %s", acr_json_str(task, "/id"), error.message);
	return request;
}

struct acr_json *triggers_start_task(const struct acr_json *task, const struct acr_json *request,
				     struct acr_json *cause)
{
	ACR_AUTO_PTR(acr_json) *properties = cause;
	ACR_AUTO_FREE char *parent = resource_parent(acr_json_str(task, "/id"));
	ACR_AUTO_PTR(acr_json) *registry = store_get(parent);
	acr_json_set_str(properties, "runType", "AutoRun");
	return registry ? run_schedule(registry, request, acr_json_str(task, "/name"), properties) : NULL;
}

/* Queue a run of the task; `cause` (taken) says why. */
static void start_task(const struct acr_json *task, struct acr_json *cause)
{
	ACR_AUTO_PTR(acr_json) *request = triggers_request(task);
	if (request)
		acr_json_free(triggers_start_task(task, request, cause));
	else
		acr_json_free(cause);
}

/* ---- timers --------------------------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_t timer_thread;
static bool timer_runs, stopping;

static const struct acr_json *timers_of(const struct acr_json *task)
{
	return acr_json_at(task, "/properties/trigger/timerTriggers");
}

bool triggers_check(struct arm_request *request)
{
	const struct acr_json *timers = timers_of(request->body);
	for (const struct acr_json *timer = acr_json_first(timers); timer; timer = acr_json_next(timer)) {
		const char *schedule = acr_json_str(timer, "/schedule");
		struct cron cron;
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		if (!schedule || cron_parse(schedule, &cron, &error) == 0)
			continue;
		reply_error(request->exchange, 400, "InvalidTimerTrigger", "The timer trigger '%s' is not valid: %s.",
			    acr_json_str(timer, "/name"), error.message);
		return false;
	}
	return true;
}

static void fire_timers(const struct acr_json *task, int64_t minute)
{
	const struct acr_json *timers = timers_of(task);
	for (const struct acr_json *timer = acr_json_first(timers); timer; timer = acr_json_next(timer)) {
		const char *schedule = acr_json_str(timer, "/schedule");
		struct cron cron;
		if (!is_enabled(timer) || !schedule || cron_parse(schedule, &cron, NULL) < 0 ||
		    !cron_matches(&cron, minute * 60))
			continue;
		ACR_AUTO_FREE char *time = acr_time_text(minute * 60);
		ACR_AUTO_FREE char *occurrence = acr_format("%.19s+00:00", time);
		start_task(task, json_build("{'timerTrigger':{'scheduleOccurrence':%s,'timerTriggerName':%s}}",
					    occurrence, acr_json_str(timer, "/name")));
	}
}

static void fire_all(int64_t minute)
{
	ACR_AUTO_PTR(acr_json) *tasks = triggers_tasks();
	for (const struct acr_json *task = acr_json_first(tasks); task; task = acr_json_next(task))
		fire_timers(task, minute);
}

static int64_t real_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Under the lock, which is given up while waiting. */
static void wait_until(int64_t time)
{
	struct timespec until = {.tv_sec = time / 1000, .tv_nsec = time % 1000 * 1000000};
	int result = 0;
	while (!stopping && result == 0)
		result = pthread_cond_timedwait(&changed, &lock, &until);
}

/* The clock of the timers agrees with the real one at the start; a minute of it may be shorter. */
static void *run_timers(void *user)
{
	(void)user;
	const int64_t start = real_ms(), length = emulator.timer_minute;
	int64_t last = start / 60000;
	pthread_mutex_lock(&lock);
	while (!stopping) {
		wait_until(start + ((last + 1) * 60000 - start) * length / 60);
		int64_t now = (start + (real_ms() - start) * 60 / length) / 60000;
		if (now - last > MISSED_MAX)
			last = now - MISSED_MAX;
		while (!stopping && last < now) {
			pthread_mutex_unlock(&lock);
			fire_all(++last);
			pthread_mutex_lock(&lock);
		}
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

int triggers_start(struct acr_error *error)
{
	stopping = false;
	int failure = pthread_create(&timer_thread, NULL, run_timers, NULL);
	if (failure)
		return acr_fail_errno(error, failure, "cannot start a thread for timers");
	timer_runs = true;
	return 0;
}

void triggers_stop(void)
{
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	if (timer_runs)
		pthread_join(timer_thread, NULL);
	timer_runs = false;
}

/* ---- images that tasks build on --------------------------------------------------------------------------------- */

void triggers_learn(const struct run *run)
{
	ACR_AUTO_PTR(acr_json) *resource = store_get(run->resource);
	const char *name = acr_json_str(resource, "/properties/task");
	if (!name || !acr_json_size(run->bases))
		return;
	ACR_AUTO_FREE char *id = acr_format("%s/tasks/%s", run->registry, name);
	ACR_AUTO_PTR(acr_json) *task = store_get(id);
	ACR_AUTO_PTR(acr_json) *document = json_build("{'task':%s,'created':%s,'all':[],'runtime':[]}", id,
						      acr_json_str(task, "/properties/creationDate"));
	for (const struct acr_json *list = acr_json_first(run->bases); list; list = acr_json_next(list)) {
		size_t left = acr_json_size(list);
		for (const struct acr_json *base = acr_json_first(list); base; base = acr_json_next(base)) {
			acr_json_append(acr_json_get(document, "all"), acr_json_copy(base));
			if (--left == 0) /* the last one is what the image runs on */
				acr_json_append(acr_json_get(document, "runtime"), acr_json_copy(base));
		}
	}
	ACR_AUTO_FREE char *document_name = store_private_name("bases", id);
	store_private_put(document_name, document);
}

static bool is_image(const char *reference, const char *login_server, const char *repository, const char *tag)
{
	ACR_AUTO(acr_image) image = {0};
	return reference && acr_image_parse(reference, true, &image, NULL) == 0 && image.registry &&
	       !strcasecmp(image.registry, login_server) && !strcmp(image.repository, repository) && image.tag &&
	       !strcmp(image.tag, tag);
}

static bool builds_on(const struct acr_json *task, const char *login_server, const char *repository, const char *tag)
{
	const struct acr_json *trigger = acr_json_at(task, "/properties/trigger/baseImageTrigger");
	if (acr_json_is_nothing(trigger) || !is_enabled(trigger))
		return false;
	ACR_AUTO_FREE char *name = store_private_name("bases", acr_json_str(task, "/id"));
	ACR_AUTO_PTR(acr_json) *document = store_private_get(name);
	const char *created = acr_json_str(document, "/created");
	const char *own = acr_json_str(task, "/properties/creationDate");
	if (!created || !own || strcmp(created, own) != 0)
		return false;
	const char *type = acr_json_str(trigger, "/baseImageTriggerType");
	const struct acr_json *list = acr_json_get(document, type && !strcasecmp(type, "All") ? "all" : "runtime");
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item))
		if (is_image(acr_json_string(item), login_server, repository, tag))
			return true;
	return false;
}

void triggers_image_pushed(const char *login_server, const char *repository, const char *tag, const char *digest)
{
	ACR_AUTO_PTR(acr_json) *tasks = triggers_tasks();
	for (const struct acr_json *task = acr_json_first(tasks); task; task = acr_json_next(task)) {
		if (!builds_on(task, login_server, repository, tag))
			continue;
		char id[37];
		acr_uuid(id);
		ACR_AUTO_FREE char *now = run_time();
		start_task(task, json_build("{'imageUpdateTrigger':{'id':%s,'timestamp':%s,'images':[{'registry':%s,"
					    "'repository':%s,'tag':%s,'digest':%s}]}}",
					    id, now, login_server, repository, tag, digest));
	}
}
