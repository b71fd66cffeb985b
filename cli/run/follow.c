/* The log of a run, as it grows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run/watch.h"

struct follower {
	struct run_watch *watch;
	FILE *out;
	int write_errno;
};

static int write_log(void *user, const char *bytes, size_t length)
{
	struct follower *follower = user;

	follower->watch->started = true;
	progress_clear(follower->watch->progress);
	if (fwrite(bytes, 1, length, follower->out) == length && fflush(follower->out) == 0)
		return 0;
	follower->write_errno = errno;
	return -1;
}

static int write_log_bytes(void *user, const void *bytes, size_t length)
{
	return write_log(user, bytes, length);
}

static int ended(void *user, struct acr_error *error)
{
	struct follower *follower = user;
	struct acr_json *run = NULL;
	int rc = run_watch_look(follower->watch, &run, error);

	acr_json_free(run);
	return rc;
}

/* The log's addresses: a blob that grows ("logLink"), or an artifact of a finished run ("logArtifactLink"). */
static int log_address(struct run_watch *watch, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "run", watch->run_id);
	rc = context_call(watch->context, &acr_op_run_log, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

static int renew(void *user, char **url, struct acr_error *error)
{
	struct follower *follower = user;
	ACR_AUTO_PTR(acr_json) *address = NULL;
	int rc = log_address(follower->watch, &address, error);

	if (rc == 0 && !acr_json_str(address, "/logLink"))
		rc = acr_fail(error, ACR_ERROR_SERVICE, "The log of the run with ID '%s' has no address any more.",
			      follower->watch->run_id);
	if (rc == 0)
		*url = acr_strdup(acr_json_str(address, "/logLink"));
	return rc;
}

static int print_artifact(struct follower *follower, const char *url, struct acr_error *error)
{
	struct acr_exchange exchange = {
		.request = {.method = "GET", .url = acr_strdup(url), .sink = write_log_bytes, .sink_user = follower}};
	int rc = acr_send(acr_client_transport(follower->watch->context->client), &exchange, error);

	if (rc == 0)
		rc = acr_check_status(&exchange, "The run's log", error);
	acr_exchange_clear(&exchange);
	return rc;
}

int run_watch_log(struct run_watch *watch, FILE *out, struct acr_error *error)
{
	struct follower follower = {.watch = watch, .out = out};
	struct acr_runlog_options options = {.write = write_log, .ended = ended, .renew = renew, .user = &follower};
	struct context *context = watch->context;
	ACR_AUTO_PTR(acr_json) *address = NULL;
	ACR_AUTO_FREE char *state = NULL;
	const char *blob, *artifact;
	int rc = log_address(watch, &address, error);

	if (rc < 0)
		return rc;
	artifact = acr_json_str(address, "/logArtifactLink");
	blob = acr_json_str(address, "/logLink");
	if (artifact && *artifact)
		rc = print_artifact(&follower, artifact, error);
	else if (blob && *blob)
		rc = acr_runlog_follow(acr_client_transport(context->client), blob, &context->clock, &options, &state,
				       error);
	else
		rc = acr_fail(error, ACR_ERROR_SERVICE,
			      "Failed to get the log of the run with ID '%s': the service named no address.",
			      watch->run_id);
	progress_clear(watch->progress);
	if (follower.write_errno)
		rc = acr_fail(error, ACR_ERROR_FILE,
			      "The log of the run with ID '%s' could not be written: %s. The run goes on.",
			      watch->run_id, strerror(follower.write_errno));
	return rc;
}

int run_log(struct context *context, const char *run_id, FILE *out, struct acr_error *error)
{
	struct run_watch watch;
	int rc;

	run_watch_begin(&watch, context, run_id, 0);
	rc = run_watch_log(&watch, out, error);
	run_watch_end(&watch);
	return rc;
}
