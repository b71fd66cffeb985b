/* What registries do without being asked: conversions that have become due, and once an hour the deletion of what has
 * been untagged or deleted for long enough. */
#include "registry.h"

#include <time.h>

#define PURGE_SECONDS 3600

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_t thread;
static bool running, stopping, woken;

struct pass {
	bool purge;
	bool waiting; /* conversions will become due soon */
};

static void serve(struct registry *registry, void *user)
{
	struct pass *pass = user;
	/* Nobody asked: what webhooks are told names no client. */
	const struct exchange none = {.method = "DELETE"};
	if (pass->purge) {
		deleted_expire(registry);
		pthread_mutex_lock(&registry->writing);
		purge_untagged(registry, &none);
		pthread_mutex_unlock(&registry->writing);
	}
	pass->waiting = streaming_work(registry) || pass->waiting;
}

static void *run(void *unused)
{
	int64_t next_purge = 0;
	pthread_mutex_lock(&lock);
	while (!stopping) {
		struct pass pass = {.purge = now_seconds() >= next_purge};
		woken = false;
		pthread_mutex_unlock(&lock);
		registry_each(serve, &pass);
		if (pass.purge)
			next_purge = now_seconds() + PURGE_SECONDS;
		struct timespec until = {.tv_sec = pass.waiting ? now_seconds() + 1 : next_purge};
		pthread_mutex_lock(&lock);
		while (!stopping && !woken && pthread_cond_timedwait(&changed, &lock, &until) == 0)
			;
	}
	pthread_mutex_unlock(&lock);
	return unused;
}

int chores_start(struct acr_error *error)
{
	int failed = pthread_create(&thread, NULL, run, NULL);
	if (failed)
		return acr_fail_errno(error, failed, "cannot start a thread");
	running = true;
	return 0;
}

void chores_wake(void)
{
	pthread_mutex_lock(&lock);
	woken = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

void chores_stop(void)
{
	if (!running)
		return;
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
	running = false;
}
