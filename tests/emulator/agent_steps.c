/* The steps of a task: each in a thread of its own, begun when the steps that it waits for are done. */
#include "agent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORKING_MAX 64 /* steps at once; what a task may ask for has an end */
#define OUTPUT_MAX ((size_t)1 << 20)
#define PAUSE_INTERVAL_MS 100

/* A task under way. */
struct performance {
	struct run *run;
	struct task *task;
	struct worker *workers; /* one for each step */
	atomic_bool halt;       /* a step failed: the others end */
	atomic_bool over;       /* all others are done: detached ones end */

	pthread_mutex_t lock; /* guards what follows, and the states of the steps */
	pthread_cond_t changed;
	size_t working;
	struct acr_error failure; /* of the first step that failed */
};

struct worker {
	struct performance *performance;
	struct step *step;
	pthread_t thread;
	bool joinable;
};

/* ---- one step ----------------------------------------------------------------------------------------------- */

/* Let some seconds pass, unless the step is to end before. */
static int pause_job(struct job *job, int seconds, struct acr_error *error)
{
	const struct timespec slice = {.tv_nsec = PAUSE_INTERVAL_MS * 1000000L};
	int64_t end = ticks() + (int64_t)seconds * 1000;
	while (ticks() < end) {
		if (run_check(job->run, error) < 0)
			return error->code;
		if (atomic_load(job->stop))
			return acr_fail(error, ACR_ERROR_CANCELLED, "it was stopped");
		if (job->deadline && ticks() >= job->deadline)
			return acr_fail(error, ACR_ERROR_TIMEOUT, "the time limit passed");
		nanosleep(&slice, NULL);
	}
	return 0;
}

static int attempt(struct job *job, struct acr_error *error)
{
	if (job->step->kind == STEP_PUSH)
		return job_push(job, error);
	if (job->step->kind == STEP_BUILD)
		return job_build(job, error);
	struct child child;
	if (job_container_make(job, &child, error) < 0)
		return error->code;
	return job_container_run(job, &child, error);
}

/* Whether the output of a failed attempt is such that another one is wanted. */
static bool is_retried(const struct step *step, const struct acr_buf *output)
{
	if (!step->retry_on_errors.count)
		return true;
	for (size_t i = 0; i < step->retry_on_errors.count; i++)
		if (strstr(acr_buf_str(output), step->retry_on_errors.items[i]))
			return true;
	return false;
}

/* Perform it once, and again while it fails and may. Steps that ran out of time have no time for more. */
static int perform_with_retries(struct job *job, struct acr_error *error)
{
	const struct step *step = job->step;
	ACR_AUTO(acr_buf) output = ACR_BUF_INIT_MAX(OUTPUT_MAX);
	job->copy = step->retry_on_errors.count ? &output : NULL;
	for (int left = step->retries;; left--) {
		ACR_AUTO(acr_error) failure = ACR_ERROR_INIT;
		acr_buf_reset(&output);
		int result = attempt(job, &failure);
		if (result == 0)
			return 0;
		if (result != ACR_ERROR_RUN || left <= 0 || !is_retried(step, &output)) {
			log_line(&job->log, "Container failed during run: %s. No retries remaining.", step->id);
			return acr_error_move(error, &failure);
		}
		log_line(&job->log, "Container failed during run: %s, waiting %d seconds before retrying...", step->id,
			 step->retry_delay);
		if (pause_job(job, step->retry_delay, error) < 0)
			return error->code;
	}
}

/* A step is repeated also when it fails; it has failed when one of its repetitions has. */
static int perform_step(struct job *job, struct acr_error *error)
{
	ACR_AUTO(acr_error) failure = ACR_ERROR_INIT;
	for (int i = 0; i <= job->step->repeat; i++) {
		ACR_AUTO(acr_error) another = ACR_ERROR_INIT;
		int result = perform_with_retries(job, &another);
		if (result < 0 && !failure.code)
			acr_error_move(&failure, &another);
		if (result < 0 && result != ACR_ERROR_RUN)
			break;
	}
	return failure.code ? acr_error_move(error, &failure) : 0;
}

/* ---- its thread --------------------------------------------------------------------------------------------- */

static int open_job(struct performance *performance, struct step *step, struct job *ret, struct acr_error *error)
{
	*ret = (struct job){
		.run = performance->run,
		.task = performance->task,
		.step = step,
		.number = (size_t)(step - performance->task->steps),
		.log = {.descriptor = -1},
		.images = acr_json_new_array(),
		.bases = acr_json_new_object(),
		.stop = &performance->halt,
	};
	return log_branch(&ret->log, &performance->run->log, error);
}

static void close_job(struct job *job)
{
	log_end_line(&job->log);
	log_close(&job->log);
	acr_json_free(job->images);
	acr_json_free(job->bases);
}

static int begin_job(struct job *job, struct acr_error *error)
{
	struct step *step = job->step;
	log_line(&job->log, "Executing step ID: %s. Timeout(sec): %d, Working directory: '%s', Network: ''", step->id,
		 step->timeout, step->folder ? step->folder : "");
	if (step->start_delay) {
		log_line(&job->log, "Waiting %d seconds before executing step ID: %s", step->start_delay, step->id);
		if (pause_job(job, step->start_delay, error) < 0)
			return error->code;
	}
	step->began = ticks();
	job->deadline = step->began + (int64_t)step->timeout * 1000;
	return 0;
}

/* What the run learns from a step that is done. */
static void hand_over(struct job *job)
{
	for (const struct acr_json *item = acr_json_first(job->images); item; item = acr_json_next(item))
		acr_json_append(job->run->images, acr_json_copy(item));
	for (const struct acr_json *item = acr_json_first(job->bases); item; item = acr_json_next(item))
		acr_json_set(job->run->bases, acr_json_key(item), acr_json_copy(item));
}

/* Put down how a step ended: `failure` is empty when all went well. */
static void conclude(struct performance *performance, struct job *job, struct acr_error *failure)
{
	struct step *step = job->step;
	bool interrupted = failure->code == ACR_ERROR_CANCELLED;
	if (failure->code && step->ignore_errors && !interrupted) {
		log_line(&job->log, "Step ID: %s encountered an error: %s, but is set to ignore errors. Continuing...",
			 step->id, failure->message);
		acr_error_clear(failure);
	} else if (failure->code && !interrupted) {
		log_line(&job->log, "failed to run step ID: %s: %s", step->id, failure->message);
	}
	pthread_mutex_lock(&performance->lock);
	step->ended = ticks();
	step->state = failure->code ? STEP_FAILED : STEP_DONE;
	hand_over(job);
	if (failure->code && !atomic_exchange(&performance->halt, true)) {
		if (failure->code == ACR_ERROR_TIMEOUT)
			acr_fail(&performance->failure, ACR_ERROR_RUN,
				 "failed during run, err: step '%s' took longer than %d seconds", step->id,
				 step->timeout);
		else
			acr_fail(&performance->failure, ACR_ERROR_RUN, "failed during run, err: %s", failure->message);
	}
	performance->working--;
	pthread_cond_broadcast(&performance->changed);
	pthread_mutex_unlock(&performance->lock);
}

/* The step is done once its container is made; that then runs until all other steps are done. */
static void perform_detached(struct performance *performance, struct job *job)
{
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	ACR_AUTO(acr_buf) unseen = ACR_BUF_INIT_MAX(OUTPUT_MAX);
	struct child child;
	int result = job_container_make(job, &child, &error);
	if (result == 0)
		log_line(&job->log, "Successfully executed container: %s", job->step->id);
	conclude(performance, job, &error);
	if (result < 0)
		return;
	child.capture = child.complaints = &unseen;
	child.deadline = 0;
	child.stop = &performance->over;
	if (child_run(job->run, &child, &error) < 0 && error.code != ACR_ERROR_CANCELLED)
		note("the detached step '%s': %s", job->step->id, error.message);
	child_clear(&child);
}

static void *work(void *user)
{
	const struct worker *worker = user;
	struct performance *performance = worker->performance;
	struct job job;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	bool begun = open_job(performance, worker->step, &job, &error) == 0 && begin_job(&job, &error) == 0;
	if (begun && job.step->detach && job.step->kind == STEP_COMMAND) {
		perform_detached(performance, &job);
	} else {
		if (begun)
			perform_step(&job, &error); /* what came of it is in the error */
		conclude(performance, &job, &error);
	}
	close_job(&job);
	return NULL;
}

/* ---- all steps ---------------------------------------------------------------------------------------------- */

static bool is_ready(const struct task *task, const struct step *step)
{
	if (step->state != STEP_WAITS)
		return false;
	for (size_t i = 0; i < step->after.count; i++)
		if (task_find(task, step->after.items[i])->state != STEP_DONE)
			return false;
	return true;
}

/* Under the lock. */
static void start_step(struct performance *performance, struct worker *worker)
{
	int failure = pthread_create(&worker->thread, NULL, work, worker);
	worker->joinable = failure == 0;
	worker->step->state = failure ? STEP_FAILED : STEP_WORKS;
	performance->working += failure == 0;
	if (failure && !atomic_exchange(&performance->halt, true))
		acr_fail_errno(&performance->failure, failure, "cannot start a thread for the step '%s'",
			       worker->step->id);
}

/* Start what is ready until nothing is and nothing works any more. A step only waits for those before it, so that
 * each has its turn unless one fails. */
static void perform_all(struct performance *performance)
{
	const struct task *task = performance->task;
	pthread_mutex_lock(&performance->lock);
	for (;;) {
		for (size_t i = 0; i < task->count && !atomic_load(&performance->halt); i++)
			if (performance->working < WORKING_MAX && is_ready(task, &task->steps[i]))
				start_step(performance, &performance->workers[i]);
		if (!performance->working)
			break;
		pthread_cond_wait(&performance->changed, &performance->lock);
	}
	pthread_mutex_unlock(&performance->lock);
	atomic_store(&performance->over, true);
	for (size_t i = 0; i < task->count; i++)
		if (performance->workers[i].joinable)
			pthread_join(performance->workers[i].thread, NULL);
}

static int perform_steps(struct run *run, struct task *task, struct acr_error *error)
{
	struct performance performance = {
		.run = run,
		.task = task,
		.workers = acr_alloc_array(task->count, sizeof(struct worker)),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	for (size_t i = 0; i < task->count; i++)
		performance.workers[i] = (struct worker){.performance = &performance, .step = &task->steps[i]};
	perform_all(&performance);
	free(performance.workers);
	ACR_AUTO(acr_error) failure = performance.failure;
	if (run_check(run, error) < 0)
		return error->code;
	return failure.code ? acr_error_move(error, &failure) : 0;
}

static void report_steps(struct run *run, const struct task *task)
{
	for (size_t i = 0; i < task->count; i++)
		log_line(&run->log, "Step ID: %s marked as successful (elapsed time in seconds: %.6f)",
			 task->steps[i].id, (double)(task->steps[i].ended - task->steps[i].began) / 1000);
}

int task_perform(struct run *run, struct task *task, struct acr_error *error)
{
	if (logins_write(run, error) < 0 || volumes_write(run, task, error) < 0 || perform_steps(run, task, error) < 0)
		return error->code;
	report_steps(run, task);
	return report_images(run, error);
}
