/* Artifact streaming: converting an image, and the operation that does it. */
#include <string.h>
#include <strings.h>

#include "bind.h"
#include "context.h"
#include "progress.h"
#include "run/run.h"
#include "target.h"

#define FIRST_PAUSE_MS 1000
#define LONGEST_PAUSE_MS 10000

static bool is_ongoing(const char *status)
{
	return status && (!strcasecmp(status, "Running") || !strcasecmp(status, "NotStarted"));
}

/* Whether the image has been converted: then something of that type refers to it. */
static int is_converted(struct context *context, bool *ret, struct acr_error *error)
{
	struct acr_params params = {.query = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *list = NULL;
	int rc;

	bind_path(context, &params);
	acr_json_set_str(params.query, "artifactType", "application/vnd.azure.artifact.streaming.v1");
	rc = context_call(context, &acr_op_streaming_results, &params, NULL, &list, error);
	acr_params_clear(&params);
	if (rc == 0)
		*ret = acr_json_first(list) != NULL;
	return rc;
}

/* The last operation on an image; NULL when there was none. */
static int last_operation(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	int rc;

	bind_path(context, &params);
	rc = context_call(context, &acr_op_streaming_state, &params, NULL, ret, error);
	acr_params_clear(&params);
	if (rc < 0 && error && error->http_status == 404) {
		acr_error_clear(error);
		*ret = NULL;
		rc = 0;
	}
	return rc;
}

static int call_operation(struct context *context, const struct acr_op *op, const char *repository, const char *id,
			  struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "repository", repository);
	acr_json_set_str(params.path, "operation", id);
	rc = context_call(context, op, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

/* Look at the operation until it is over; its last status goes into `operation`. */
static int wait_for(struct context *context, const char *repository, struct acr_json *operation,
		    struct acr_error *error)
{
	struct progress *progress = progress_new(context->io, context->settings);
	int64_t started = context->clock.ticks(&context->clock), pause = FIRST_PAUSE_MS;
	ACR_AUTO_FREE char *status = acr_strdup("NotStarted");
	int rc = 0;

	while (rc == 0 && is_ongoing(status)) {
		ACR_AUTO_PTR(acr_json) *now = NULL;

		progress_operation(progress, status, context->clock.ticks(&context->clock) - started);
		if ((rc = context->clock.sleep(&context->clock, pause, error)) == 0 &&
		    (rc = call_operation(context, &acr_op_streaming_operation, repository,
					 acr_json_str(operation, "/id"), &now, error)) == 0) {
			acr_freep(&status);
			status = acr_strdup(acr_json_str(now, "/status"));
		}
		pause = pause * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause * 2;
	}
	progress_free(progress);
	if (rc < 0)
		return rc;
	acr_json_set_str(operation, "status", status);
	if (status && !strcasecmp(status, "Succeeded"))
		return 0;
	return acr_fail(error, ACR_ERROR_SERVICE,
			"The conversion ended with status '%s'. Run 'acr artifact-streaming "
			"operation show -n %s --repository %s --id %s' to see why.",
			status ? status : "", args_string(context->args, "registry"), repository,
			acr_json_str(operation, "/id"));
}

/* The operation that converts the image: the one that goes on, or a new one. */
static int start(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	static const char body[] = "{\"conversionFormat\":\"overlaybd\",\"conversionVersion\":\"v1\"}";
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *last = NULL;
	int rc = last_operation(context, &last, error);

	if (rc < 0)
		return rc;
	if (is_ongoing(acr_json_str(last, "/status"))) {
		*ret = TAKE(last);
		return 0;
	}
	bind_path(context, &params);
	if ((rc = acr_json_parse(body, strlen(body), &params.body, error)) == 0)
		rc = context_call(context, &acr_op_streaming_create, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

int streaming_create(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *operation = NULL;
	bool converted = false;
	int rc;

	if ((rc = target_read(context, error)) < 0 || (rc = is_converted(context, &converted, error)) < 0)
		return rc;
	if (converted) {
		io_warn(context->io, "The streaming artifact for image '%s' already exists. Skipping request.",
			args_string(context->args, "image"));
		return 0;
	}
	if ((rc = start(context, &operation, error)) < 0)
		return rc;
	if (acr_json_str(operation, "/id")) {
		io_note(context->io,
			"The operation is in progress. Run 'acr artifact-streaming operation show -n %s --repository "
			"%s --id %s' to check the status.",
			args_string(context->args, "registry"), context->target.repository,
			acr_json_str(operation, "/id"));
		if (!args_flag(context->args, "no-wait") &&
		    (rc = wait_for(context, context->target.repository, operation, error)) < 0)
			return rc;
	}
	*ret = TAKE(operation);
	return 0;
}

/* Repository and id, as given or of the image's last operation; both yours to free(). */
static int find_operation(struct context *context, bool must_go_on, char **repository, char **id,
			  struct acr_error *error)
{
	const char *name = args_string(context->args, "repository"), *given = args_string(context->args, "id");
	const char *text = args_string(context->args, "image");
	ACR_AUTO_PTR(acr_json) *last = NULL;
	int rc;

	if (!text == !(name && given) || (text && (name || given)))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Usage error: --image IMAGE | --repository REPOSITORY --id ID");
	if (!text) {
		*repository = acr_strdup(name);
		*id = acr_strdup(given);
		return 0;
	}
	if ((rc = target_read(context, error)) < 0 || (rc = last_operation(context, &last, error)) < 0)
		return rc;
	if (!acr_json_str(last, "/id"))
		return acr_fail(error, ACR_ERROR_GENERAL, "No operation found for image '%s'.", text);
	if (must_go_on && !is_ongoing(acr_json_str(last, "/status")))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The image '%s' does not have any ongoing operation. Operation ID: %s", text,
				acr_json_str(last, "/id"));
	*repository = acr_strdup(context->target.repository);
	*id = acr_strdup(acr_json_str(last, "/id"));
	return 0;
}

static int on_operation(struct context *context, const struct acr_op *op, bool must_go_on, struct acr_json **ret,
			struct acr_error *error)
{
	ACR_AUTO_FREE char *repository = NULL, *id = NULL;
	int rc = find_operation(context, must_go_on, &repository, &id, error);

	return rc < 0 ? rc : call_operation(context, op, repository, id, ret, error);
}

int streaming_operation(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return on_operation(context, &acr_op_streaming_operation, false, ret, error);
}

int streaming_cancel(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	return on_operation(context, &acr_op_streaming_cancel, true, ret, error);
}
