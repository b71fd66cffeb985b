/* The log of a run, as it grows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run/watch.h"

#define ARTIFACT_TRIES 5
#define PAUSE_MS 1000
/* With the answer's way the log is then at most a second behind. */
#define LOOK_MS 900

struct follower {
	struct run_watch *watch;
	FILE *out;
	int write_errno;
	size_t printed, skip; /* bytes of an artifact; how many of the next answer were printed before */
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

/* Of an artifact that is read again after it was cut off, what is new. */
static int write_rest(void *user, const void *bytes, size_t length)
{
	struct follower *follower = user;
	size_t known = follower->skip < length ? follower->skip : length;

	follower->skip -= known;
	follower->printed += length - known;
	return write_log(user, (const char *)bytes + known, length - known);
}

static int ended(void *user, struct acr_error *error)
{
	struct follower *follower = user;

	return run_watch_look(follower->watch, error);
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

static int read_artifact(struct follower *follower, const char *url, struct acr_error *error)
{
	struct acr_exchange exchange = {
		.request = {.method = "GET", .url = acr_strdup(url), .sink = write_rest, .sink_user = follower}};
	int rc = acr_send(acr_client_transport(follower->watch->context->client), &exchange, error);

	if (rc == 0)
		rc = acr_check_status(&exchange, "The run's log", error);
	acr_exchange_clear(&exchange);
	return rc;
}

static int print_artifact(struct follower *follower, const char *url, struct acr_error *error)
{
	const struct acr_clock *clock = &follower->watch->context->clock;
	int rc;

	for (int tries = 1;; tries++) {
		rc = read_artifact(follower, url, error);
		if (rc == 0 || tries == ARTIFACT_TRIES || follower->write_errno || !acr_error_is_momentary(error))
			return rc;
		acr_error_clear(error);
		follower->skip = follower->printed;
		if ((rc = clock->sleep(clock, PAUSE_MS, error)) < 0)
			return rc;
	}
}

static int print_log(struct run_watch *watch, const struct acr_json *address, FILE *out, struct acr_error *error)
{
	struct follower follower = {.watch = watch, .out = out};
	struct acr_runlog_options options = {
		.write = write_log, .ended = ended, .renew = renew, .user = &follower, .poll_ms = LOOK_MS};
	struct context *context = watch->context;
	ACR_AUTO_FREE char *state = NULL;
	const char *artifact = acr_json_str(address, "/logArtifactLink"), *blob = acr_json_str(address, "/logLink");
	int rc;

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

/* The address is asked for as long as the run goes on, and once more. */
int run_watch_log(struct run_watch *watch, FILE *out, struct acr_error *error)
{
	const struct acr_clock *clock = &watch->context->clock;
	ACR_AUTO_PTR(acr_json) *address = NULL;
	int rc;

	while ((rc = log_address(watch, &address, error)) < 0 && acr_error_is_momentary(error) && !watch->run) {
		acr_error_clear(error);
		if ((rc = run_watch_look(watch, error)) < 0 || (rc = clock->sleep(clock, PAUSE_MS, error)) < 0)
			return rc;
	}
	return rc < 0 ? rc : print_log(watch, address, out, error);
}

int run_log(struct context *context, const char *run_id, FILE *out, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *address = NULL;
	struct run_watch watch;
	int rc;

	run_watch_begin(&watch, context, run_id, 0);
	if ((rc = log_address(&watch, &address, error)) == 0)
		rc = print_log(&watch, address, out, error);
	run_watch_end(&watch);
	return rc;
}
