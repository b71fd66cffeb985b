/* The queue of runs, the workers that perform them, and what happens to them when the emulator stops and starts.
 *
 * A run that is not over has a folder STATE/agent/runs/CONTAINER-ID with its request. What is found there at the start
 * was queued (and is queued again) or under way (and has failed). */
#include "agent.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORKERS 2
#define UPLOAD_LIFETIME (24 * 3600)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER; /* a run was queued, a run ended, the agent stops */
static struct run *runs;                                  /* queued and under way, oldest first */
static bool stopping;
static pthread_t workers[WORKERS];
static size_t worker_count;

/* ---- runs under way ----------------------------------------------------------------------------------------- */

bool run_child_begin(struct run *run, struct run_child *child)
{
	pthread_mutex_lock(&lock);
	bool allowed = !run->canceled;
	child->next = run->children;
	run->children = child;
	pthread_mutex_unlock(&lock);
	return allowed;
}

void run_child_end(struct run *run, struct run_child *child)
{
	pthread_mutex_lock(&lock);
	struct run_child **place = &run->children;
	while (*place != child)
		place = &(*place)->next;
	*place = child->next;
	pthread_mutex_unlock(&lock);
}

int run_check(struct run *run, struct acr_error *error)
{
	pthread_mutex_lock(&lock);
	bool canceled = run->canceled;
	pthread_mutex_unlock(&lock);
	if (canceled)
		return acr_fail(error, ACR_ERROR_CANCELLED, "the run was canceled");
	if (ticks() >= run->deadline)
		return acr_fail(error, ACR_ERROR_TIMEOUT, "the run took longer than its timeout allows");
	return 0;
}

/* ---- the queue ---------------------------------------------------------------------------------------------- */

/* Under the lock. */
static void append(struct run *run)
{
	struct run **place = &runs;
	while (*place)
		place = &(*place)->next;
	*place = run;
	pthread_cond_broadcast(&changed);
}

/* Under the lock. */
static void unlink_run(struct run *run)
{
	struct run **place = &runs;
	while (*place && *place != run)
		place = &(*place)->next;
	if (*place)
		*place = run->next;
	pthread_cond_broadcast(&changed);
}

/* Under the lock. */
static struct run *find(const char *resource)
{
	struct run *run = runs;
	while (run && strcasecmp(run->resource, resource) != 0)
		run = run->next;
	return run;
}

/* Under the lock. */
static struct run *next_queued(void)
{
	struct run *run = runs;
	while (run && (run->active || run->canceled))
		run = run->next;
	return run;
}

static void *work(void *user)
{
	(void)user;
	pthread_mutex_lock(&lock);
	while (!stopping) {
		struct run *run = next_queued();
		if (!run) {
			pthread_cond_wait(&changed, &lock);
			continue;
		}
		run->active = true;
		pthread_mutex_unlock(&lock);
		run_perform(run);
		pthread_mutex_lock(&lock);
		unlink_run(run);
		run_free(run);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* Under the lock: let a run that is under way end. */
static void interrupt(struct run *run)
{
	run->canceled = true;
	for (const struct run_child *child = run->children; child; child = child->next)
		kill(child->pid, SIGTERM);
}

bool run_cancel(const char *resource)
{
	pthread_mutex_lock(&lock);
	struct run *run = find(resource);
	bool found = run != NULL, queued = run && !run->active && !run->canceled;
	if (run)
		interrupt(run);
	if (queued) {
		run->active = true; /* ours now */
		pthread_mutex_unlock(&lock);
		run_conclude(run, RUN_CANCELED, NULL);
		pthread_mutex_lock(&lock);
		unlink_run(run);
		run_free(run);
	}
	while (find(resource))
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return found;
}

struct acr_json *run_schedule(const struct acr_json *registry, const struct acr_json *request, const char *task,
			      const struct acr_json *cause)
{
	struct acr_json *answer = NULL;
	struct run *run = run_create(registry, request, task, cause, &answer);
	pthread_mutex_lock(&lock);
	if (run)
		append(run);
	pthread_mutex_unlock(&lock);
	return answer;
}

/* ---- start and stop ----------------------------------------------------------------------------------------- */

static int by_age(const void *a, const void *b)
{
	const struct run *first = *(struct run *const *)a, *second = *(struct run *const *)b;
	return first->started != second->started ? (first->started < second->started ? -1 : 1)
						 : strverscmp(first->id, second->id);
}

static void revive_all(const char *folder)
{
	DIR *directory = opendir(folder);
	struct run **found = NULL;
	size_t count = 0;
	struct dirent *entry;
	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		ACR_AUTO_FREE char *path = acr_path_join(folder, entry->d_name);
		struct run *run = run_load(path);
		if (!run) {
			remove_tree(path);
			continue;
		}
		found = acr_realloc_array(found, count + 1, sizeof(struct run *));
		found[count++] = run;
	}
	if (directory)
		closedir(directory);
	if (count)
		qsort(found, count, sizeof(struct run *), by_age);
	for (size_t i = 0; i < count; i++)
		if (run_revive(found[i]))
			append(found[i]);
		else
			run_free(found[i]);
	free(found);
}

int agent_start(struct acr_error *error)
{
	if (settings_write(error) < 0)
		return error->code;
	uploads_expire(UPLOAD_LIFETIME);
	imports_clean();
	ACR_AUTO_FREE char *folder = acr_format("%s/agent/runs", emulator.state);
	if (acr_folder_make(folder, error) < 0)
		return error->code;
	stopping = false;
	revive_all(folder);
	for (worker_count = 0; worker_count < WORKERS; worker_count++) {
		int failure = pthread_create(&workers[worker_count], NULL, work, NULL);
		if (failure)
			return acr_fail_errno(error, failure, "cannot start a thread of the build agent");
	}
	return triggers_start(error) < 0 ? error->code : commits_start(error);
}

void agent_stop(void)
{
	triggers_stop();
	atomic_store(&agent_stopping, true);
	commits_stop();
	pthread_mutex_lock(&lock);
	stopping = true;
	for (struct run *run = runs; run; run = run->next)
		if (run->active)
			interrupt(run);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	while (worker_count)
		pthread_join(workers[--worker_count], NULL);
	/* What is still queued stays in its folder and is taken up at the next start. */
	while (runs) {
		struct run *run = runs;
		runs = run->next;
		run_free(run);
	}
}
