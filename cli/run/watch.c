/* Watching a run: asked about every few seconds, through any trouble with the network. */
#include "run/watch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIRST_PAUSE_MS 1000
#define LONGEST_PAUSE_MS 5000
#define COUNT_EVERY_MS 10000
#define ADVISE_AFTER_MS 120000
#define LONGEST_QUEUE "100"

static int64_t ticks(const struct run_watch *watch)
{
	return watch->context->clock.ticks(&watch->context->clock);
}

void run_watch_begin(struct run_watch *watch, struct context *context, const char *run_id, long queue_timeout)
{
	*watch = (struct run_watch){.context = context, .run_id = run_id, .queue_timeout = queue_timeout};
	watch->progress = progress_new(context->io, context->settings);
	watch->began = ticks(watch);
}

void run_watch_end(struct run_watch *watch)
{
	progress_free(watch->progress);
	acr_json_free(watch->run);
	free(watch->status);
	free(watch->created);
}

static bool is_status(const struct run_watch *watch, const char *const *list)
{
	for (; watch->status && *list; list++)
		if (!strcasecmp(watch->status, *list))
			return true;
	return false;
}

static bool has_ended(const struct run_watch *watch)
{
	return is_status(watch, (const char *const[]){"Succeeded", "Failed", "Canceled", "Error", "Timeout", NULL});
}

static bool is_queued(const struct run_watch *watch)
{
	return !watch->started && is_status(watch, (const char *const[]){"Queued", NULL});
}

/* Runs that were queued before this one; what cannot be learned just now stays as it was. */
static void count_queue(struct run_watch *watch)
{
	struct acr_params params = {.query = acr_json_new_object()};
	struct acr_call_options options = {.top = 100};
	ACR_AUTO_PTR(acr_json) *list = NULL;

	acr_json_set_str(params.query, "$filter", "Status eq 'Queued'");
	acr_json_set_str(params.query, "$top", LONGEST_QUEUE);
	if (context_call(watch->context, &acr_op_run_list, &params, &options, &list, NULL) == 0) {
		watch->ahead = 0;
		for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
			const char *created = acr_json_str(item, "/properties/createTime");

			watch->ahead += created && watch->created && strcmp(created, watch->created) < 0;
		}
	}
	acr_params_clear(&params);
}

static void draw(struct run_watch *watch, int64_t now)
{
	long long seconds = (now - watch->began) / 1000;

	if (!watch->progress)
		return;
	if (!is_queued(watch)) {
		progress_draw(watch->progress, true, "%s, %llds", watch->status ? watch->status : "Waiting", seconds);
		return;
	}
	if (now - watch->began >= COUNT_EVERY_MS && now - watch->counted >= COUNT_EVERY_MS) {
		watch->counted = now;
		count_queue(watch);
	}
	if (watch->counted)
		progress_draw(watch->progress, true, "Queued, %zu before it, %llds", watch->ahead, seconds);
	else
		progress_draw(watch->progress, true, "Queued, %llds", seconds);
}

/* Whether it has waited long enough for an agent. */
static bool is_late(const struct run_watch *watch, int64_t now)
{
	return is_queued(watch) && watch->queue_timeout && now - watch->began >= (int64_t)watch->queue_timeout * 1000;
}

/* What there is to say about a run that waits for an agent. */
static int mind_queue(struct run_watch *watch, int64_t now, struct acr_error *error)
{
	int64_t waited = now - watch->began;

	if (!is_queued(watch))
		return 0;
	watch->expired = is_late(watch, now);
	if (watch->expired)
		return acr_fail(error, ACR_ERROR_RUN,
				"No agent took the run with ID '%s' within %ld second%s (--queue-timeout).",
				watch->run_id, watch->queue_timeout, watch->queue_timeout == 1 ? "" : "s");
	if (waited >= ADVISE_AFTER_MS && !watch->advised) {
		watch->advised = true;
		progress_clear(watch->progress);
		io_note(watch->context->io,
			"The run with ID '%s' is still queued after %lld seconds. --queue-timeout gives up after a "
			"time of "
			"yours, Ctrl-C cancels it.",
			watch->run_id, (long long)(waited / 1000));
	}
	return 0;
}

static int get_run(struct run_watch *watch, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	ACR_AUTO(acr_error) problem = ACR_ERROR_INIT;
	int rc;

	acr_json_set_str(params.path, "run", watch->run_id);
	rc = context_call(watch->context, &acr_op_run_show, &params, NULL, ret, &problem);
	acr_params_clear(&params);
	if (rc == 0 || acr_error_is_momentary(&problem)) {
		if (rc < 0 && !watch->lost_sight)
			io_warn(watch->context->io,
				"The state of the run with ID '%s' cannot be learned just now; trying on. %s",
				watch->run_id, problem.message);
		watch->lost_sight = rc < 0;
		return 0;
	}
	if (problem.http_status == 404)
		return acr_fail(error, ACR_ERROR_RUN,
				"Run lost: the service does not know the run with ID '%s' any more.", watch->run_id);
	acr_error_prefix(&problem, "The run with ID '%s' was scheduled, but its state is not known", watch->run_id);
	return acr_error_move(error, &problem);
}

static void keep_text(char **member, const struct acr_json *run, const char *pointer)
{
	const char *text = acr_json_str(run, pointer);

	if (text) {
		free(*member);
		*member = acr_strdup(text);
	}
}

int run_watch_look(struct run_watch *watch, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *run = NULL;
	int64_t now = ticks(watch);
	int rc;

	if (watch->run)
		return 1;
	/* Before it is given up, it is asked about once more: an agent may have it by now. */
	if (!watch->pause || now - watch->asked >= watch->pause || is_late(watch, now)) {
		if ((rc = get_run(watch, &run, error)) < 0)
			return rc;
		watch->asked = now;
		watch->pause = watch->pause ? watch->pause * 2 : FIRST_PAUSE_MS;
		if (watch->pause > LONGEST_PAUSE_MS)
			watch->pause = LONGEST_PAUSE_MS;
		keep_text(&watch->status, run, "/properties/status");
		keep_text(&watch->created, run, "/properties/createTime");
		if (run && has_ended(watch)) {
			watch->run = TAKE(run);
			return 1;
		}
	}
	if ((rc = mind_queue(watch, now, error)) == 0 && !watch->started)
		draw(watch, now);
	return rc;
}

int run_watch_wait(struct run_watch *watch, struct acr_error *error)
{
	int rc;

	watch->pause = 0;
	while ((rc = run_watch_look(watch, error)) == 0) {
		int64_t left = watch->asked + watch->pause - ticks(watch);

		if (left > 0 && watch->progress && left > FIRST_PAUSE_MS)
			left = FIRST_PAUSE_MS;
		if (left > 0 && (rc = watch->context->clock.sleep(&watch->context->clock, left, error)) < 0)
			return rc;
	}
	return rc < 0 ? rc : 0;
}
