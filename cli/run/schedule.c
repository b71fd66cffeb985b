/* Scheduling a run and seeing it to its end. */
#include "run/schedule.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run/watch.h"
#include "run_op.h"

/* How long a signal waits for the answer to the request that schedules a run. */
#define SCHEDULE_GRACE_MS 10000

/* How the ends of runs are told. */
static int run_verdict(struct context *context, const struct acr_json *run, struct acr_error *error)
{
	static const struct {
		const char *status, *sentence;
		int code;
	} ends[] = {
		{"Failed", "Run failed", ACR_ERROR_RUN},
		{"Canceled", "Run was canceled", ACR_ERROR_RUN_CANCELED},
		{"Timeout", "Run timed out", ACR_ERROR_RUN_TIMEOUT},
		{"Error", "Run failed in the service", ACR_ERROR_RUN},
	};
	int code = ACR_ERROR_RUN;
	const char *status = acr_json_str(run, "/properties/status");
	const char *id = acr_json_str(run, "/properties/runId");
	const char *reason = acr_json_str(run, "/properties/runErrorMessage");
	const char *registry = args_string(context->args, "registry");
	const char *sentence = "Run ended";
	size_t i;

	if (status && !strcasecmp(status, "Succeeded"))
		return 0;
	for (i = 0; status && i < ACR_COUNT(ends); i++)
		if (!strcasecmp(status, ends[i].status)) {
			sentence = ends[i].sentence;
			code = ends[i].code;
		}
	return acr_fail(
		error, code,
		"%s: the run with ID '%s' finished with unsuccessful status '%s'%s%s. Show run details by 'acr task "
		"show-run -r %s --run-id %s', its log by 'acr task logs -r %s --run-id %s'.",
		sentence, id ? id : "", status ? status : "", reason ? ": " : "", reason ? reason : "", registry,
		id ? id : "", registry, id ? id : "");
}

/* Cancel the run; the next signal ends the process at once. */
static int cancel_run(struct context *context, const char *run_id, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	struct acr_call_options options = {.no_wait = true};
	struct acr_json *answer = NULL;
	int rc;

	context_release_signals();
	acr_json_set_str(params.path, "run", run_id);
	rc = context_call(context, &acr_op_run_cancel, &params, &options, &answer, error);
	acr_json_free(answer);
	acr_params_clear(&params);
	return rc;
}

static int interrupted(struct context *context, const char *run_id)
{
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	int signal = context_signal();

	if (cancel_run(context, run_id, &error) < 0)
		io_error(context->io, "Interrupted, and the run with ID '%s' could not be cancelled: %s", run_id,
			 error.message);
	else
		io_error(context->io, "Interrupted: the run with ID '%s' is being cancelled.", run_id);
	return 128 + signal;
}

/* Nobody waits for it any longer. */
static int expired(struct context *context, const char *run_id, struct acr_error *error)
{
	ACR_AUTO(acr_error) problem = ACR_ERROR_INIT;
	ACR_AUTO_FREE char *message = acr_strdup(error->message);

	if (cancel_run(context, run_id, &problem) < 0)
		return acr_fail(error, ACR_ERROR_RUN_TIMEOUT, "%s It could not be cancelled: %s", message,
				problem.message);
	return acr_fail(error, ACR_ERROR_RUN_TIMEOUT, "%s It is being cancelled.", message);
}

/* The log is not the run: when it cannot be had, the run is waited for without it. */
static int follow_log(struct run_watch *watch, struct acr_error *error)
{
	struct context *context = watch->context;
	int rc = run_watch_log(watch, context->result_given ? context->io->err : context->io->out, error);

	if (rc == 0 || rc == ACR_ERROR_INTERRUPTED || rc == ACR_ERROR_FILE || rc == ACR_ERROR_RUN)
		return rc;
	io_warn(context->io, "Waiting for the run with ID '%s' without its log: %s", watch->run_id, error->message);
	acr_error_clear(error);
	return 0;
}

/* After the run was scheduled: log, wait, verdict. */
static int see_to_end(struct run_watch *watch, struct acr_json **ret, struct acr_error *error)
{
	struct context *context = watch->context;
	bool logs = !args_flag(context->args, "no-logs");
	int rc = logs ? follow_log(watch, error) : 0;

	if (rc == 0)
		rc = run_watch_wait(watch, error);
	progress_clear(watch->progress);
	if (rc == 0)
		rc = run_verdict(context, watch->run, error);
	if (rc < 0 || (logs && !context->result_given))
		return rc;
	return run_finish(context, TAKE(watch->run), ret, error);
}

int schedule_explain_refusal(int rc, struct acr_error *error)
{
	ACR_AUTO_FREE char *message = NULL;
	size_t length;

	if (!error || !error->service_code || strcmp(error->service_code, "TasksOperationsNotAllowed") != 0)
		return rc;
	message = acr_strdup(error->message);
	length = strlen(message);
	free(error->message);
	error->message =
		acr_format("%s%s Azure runs no tasks for free trials, credit offers and some new subscriptions: build "
			   "here instead (docker build, or buildah bud), then 'acr login' and push.",
			   message, length && message[length - 1] == '.' ? "" : ".");
	return rc;
}

/* Send the request (taken). A run can be cancelled only when its ID is known: so a signal waits for the answer. */
static int send_request(struct context *context, struct acr_json *request, const char *what, struct acr_json **ret,
			struct acr_error *error)
{
	struct acr_params params = {.body = request};
	ACR_AUTO_PTR(acr_json) *queued = NULL;
	const char *registry = args_string(context->args, "registry");
	int rc;

	context_set_grace(context, SCHEDULE_GRACE_MS);
	rc = context_call(context, &acr_op_run_schedule, &params, NULL, &queued, error);
	context_set_grace(context, 0);
	acr_params_clear(&params);
	if (rc < 0 && rc != ACR_ERROR_FORMAT)
		return schedule_explain_refusal(rc, error);
	if (rc < 0 || !acr_json_str(queued, "/properties/runId"))
		return acr_fail(error, rc < 0 ? rc : ACR_ERROR_SERVICE,
				"The service scheduled the %s but did not say its ID. See 'acr task list-runs -r %s'.",
				what, registry);
	*ret = TAKE(queued);
	return 0;
}

static int follow_run(struct context *context, const char *run_id, struct acr_json **ret, struct acr_error *error)
{
	struct run_watch watch;
	int rc;

	io_note(context->io, "Waiting for an agent...");
	run_watch_begin(&watch, context, run_id, args_integer(context->args, "queue-timeout", 0));
	rc = see_to_end(&watch, ret, error);
	if (rc < 0 && watch.expired)
		rc = expired(context, run_id, error);
	run_watch_end(&watch);
	return rc;
}

int schedule_run(struct context *context, struct acr_json *request, const char *what, struct acr_json **ret,
		 struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *queued = NULL;
	const char *run_id;
	int rc = send_request(context, request, what, &queued, error);

	if (rc < 0)
		return rc;
	run_id = acr_json_str(queued, "/properties/runId");
	io_note(context->io, "Queued a %s with ID: %s", what, run_id);
	if (context_signal())
		rc = ACR_ERROR_INTERRUPTED;
	else if (!args_flag(context->args, "no-wait"))
		rc = follow_run(context, run_id, ret, error);
	if (rc != ACR_ERROR_INTERRUPTED || !context_signal())
		return rc;
	acr_error_clear(error);
	return interrupted(context, run_id);
}
