/* Following a run: its log as it grows, and its state until it has ended. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run/schedule.h"

#define FIRST_POLL_MS 1000
#define LONGEST_POLL_MS 5000

struct follower {
	struct context *context;
	const char *run_id;
	FILE *out;
	int write_errno;
};

static bool has_ended(const char *status)
{
	static const char *const ends[] = {"Succeeded", "Failed", "Canceled", "Error", "Timeout"};
	size_t i;

	for (i = 0; status && i < ACR_COUNT(ends); i++)
		if (!strcasecmp(status, ends[i]))
			return true;
	return false;
}

static int get_run(struct context *context, const char *run_id, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "run", run_id);
	rc = context_call(context, &acr_op_run_show, &params, NULL, ret, error);
	acr_params_clear(&params);
	if (rc < 0)
		acr_error_prefix(error, "The run with ID '%s' was scheduled, but its state is not known", run_id);
	return rc;
}

int run_wait(struct context *context, const char *run_id, struct acr_json **ret, struct acr_error *error)
{
	int64_t pause = FIRST_POLL_MS;

	for (;;) {
		ACR_AUTO_PTR(acr_json) *run = NULL;
		int rc = get_run(context, run_id, &run, error);

		if (rc < 0)
			return rc;
		if (has_ended(acr_json_str(run, "/properties/status"))) {
			*ret = TAKE(run);
			return 0;
		}
		if ((rc = context->clock.sleep(&context->clock, pause, error)) < 0)
			return rc;
		pause = pause * 2 > LONGEST_POLL_MS ? LONGEST_POLL_MS : pause * 2;
	}
}

static int write_log(void *user, const char *bytes, size_t length)
{
	struct follower *follower = user;

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
	ACR_AUTO_PTR(acr_json) *run = NULL;
	int rc = get_run(follower->context, follower->run_id, &run, error);

	return rc < 0 ? rc : has_ended(acr_json_str(run, "/properties/status"));
}

/* The log's addresses: a blob that grows ("logLink"), or an artifact of a finished run ("logArtifactLink"). */
static int log_address(struct context *context, const char *run_id, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "run", run_id);
	rc = context_call(context, &acr_op_run_log, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

static int renew(void *user, char **url, struct acr_error *error)
{
	struct follower *follower = user;
	ACR_AUTO_PTR(acr_json) *address = NULL;
	int rc = log_address(follower->context, follower->run_id, &address, error);

	if (rc == 0 && !acr_json_str(address, "/logLink"))
		rc = acr_fail(error, ACR_ERROR_SERVICE, "The log of the run with ID '%s' has no address any more.",
		              follower->run_id);
	if (rc == 0)
		*url = acr_strdup(acr_json_str(address, "/logLink"));
	return rc;
}

static int print_artifact(struct follower *follower, const char *url, struct acr_error *error)
{
	struct acr_exchange exchange = {
		.request = {.method = "GET", .url = acr_strdup(url), .sink = write_log_bytes, .sink_user = follower}};
	int rc = acr_send(acr_client_transport(follower->context->client), &exchange, error);

	if (rc == 0)
		rc = acr_check_status(&exchange, "The run's log", error);
	acr_exchange_clear(&exchange);
	return rc;
}

int run_follow(struct context *context, const char *run_id, FILE *out, struct acr_error *error)
{
	struct follower follower = {.context = context, .run_id = run_id, .out = out};
	struct acr_runlog_options options = {.write = write_log, .ended = ended, .renew = renew, .user = &follower};
	ACR_AUTO_PTR(acr_json) *address = NULL;
	ACR_AUTO_FREE char *state = NULL;
	const char *blob, *artifact;
	int rc = log_address(context, run_id, &address, error);

	if (rc < 0)
		return rc;
	artifact = acr_json_str(address, "/logArtifactLink");
	blob = acr_json_str(address, "/logLink");
	if (artifact && *artifact)
		rc = print_artifact(&follower, artifact, error);
	else if (blob && *blob)
		rc = acr_runlog_follow(acr_client_transport(context->client), blob, &context->clock, &options, &state, error);
	else
		rc = acr_fail(error, ACR_ERROR_SERVICE, "Failed to get the log of the run with ID '%s': the service named no "
		              "address.", run_id);
	if (follower.write_errno)
		rc = acr_fail(error, ACR_ERROR_FILE, "The log of the run with ID '%s' could not be written: %s. The run goes on.",
		              run_id, strerror(follower.write_errno));
	return rc;
}
