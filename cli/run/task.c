/* Runs of a registry: lists and logs. */
#include <string.h>

#include "run/image.h"
#include "run/run.h"
#include "run/schedule.h"
#include "run/watch.h"

ACR_PRINTF(2, 3) static void add_condition(struct acr_buf *filter, const char *format, ...)
{
	va_list args;

	if (filter->length)
		acr_buf_puts(filter, " and ");
	va_start(args, format);
	acr_buf_vprintf(filter, format, args);
	va_end(args);
}

/* Runs know the images they made by digest. */
static int add_image(struct context *context, const char *text, struct acr_buf *filter, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	int rc;

	if ((rc = acr_image_parse(text, false, &image, error)) < 0 || (rc = image_resolve(context, &image, error)) < 0) {
		acr_error_prefix(error, "Could not find image '%s'", text);
		return rc;
	}
	add_condition(filter, "contains(OutputImageManifests, '%s@%s')", image.repository, image.digest);
	return 0;
}

static int run_filter(struct context *context, struct acr_buf *filter, struct acr_error *error)
{
	const char *task = args_string(context->args, "name");
	const char *status = args_string(context->args, "run-status");
	const char *image = args_string(context->args, "image");

	if (task)
		add_condition(filter, "TaskName eq '%s'", task);
	if (status)
		add_condition(filter, "Status eq '%s'", status);
	return image ? add_image(context, image, filter, error) : 0;
}

static int add_query(struct context *context, struct acr_params *params, long top, struct acr_error *error)
{
	ACR_AUTO(acr_buf) filter = ACR_BUF_INIT;
	ACR_AUTO_FREE char *limit = acr_format("%ld", top);
	int rc = run_filter(context, &filter, error);

	if (rc < 0)
		return rc;
	if (!params->query)
		params->query = acr_json_new_object();
	if (filter.length)
		acr_json_set_str(params->query, "$filter", acr_buf_str(&filter));
	acr_json_set_str(params->query, "$top", limit);
	return 0;
}

int task_list_runs_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	return add_query(context, params, args_integer(context->args, "top", 15), error);
}

/* "… for task 'x' for image 'y'." */
static char *last_run_sentence(struct context *context, const char *lead)
{
	const char *task = args_string(context->args, "name"), *image = args_string(context->args, "image");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	acr_buf_puts(&text, lead);
	if (task)
		acr_buf_printf(&text, " for task '%s'", task);
	if (image)
		acr_buf_printf(&text, " for image '%s'", image);
	acr_buf_putc(&text, '.');
	return acr_buf_take(&text);
}

static int last_run(struct context *context, char **run_id, struct acr_error *error)
{
	struct acr_params params = {0};
	struct acr_call_options options = {.top = 1};
	ACR_AUTO_PTR(acr_json) *list = NULL;
	ACR_AUTO_FREE char *sentence = NULL;
	const char *id;
	int rc = add_query(context, &params, 1, error);

	if (rc == 0)
		rc = context_call(context, &acr_op_run_list, &params, &options, &list, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	id = acr_json_str(list, "/0/properties/runId");
	sentence = last_run_sentence(context, id ? "Showing logs of the last created run"
	                                         : "Could not find the last created run");
	if (!id)
		return acr_fail(error, ACR_ERROR_GENERAL, "%s", sentence);
	io_note(context->io, "%s", sentence);
	io_note(context->io, "Run ID: %s", id);
	*run_id = acr_strdup(id);
	return 0;
}

int task_logs(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *given = args_string(context->args, "run-id");
	ACR_AUTO_FREE char *run_id = acr_strdup(given);
	int rc = 0;

	(void)ret;
	if (!run_id)
		rc = last_run(context, &run_id, error);
	return rc < 0 ? rc : run_log(context, run_id, context->io->out, error);
}
