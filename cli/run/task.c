/* The logs of a registry's runs. */
#include <string.h>

#include "bind.h"
#include "run/run.h"
#include "run/schedule.h"
#include "run/watch.h"

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
	int rc = bind_arguments(context, &params, error);

	if (!params.query)
		params.query = acr_json_new_object();
	acr_json_set_str(params.query, "$top", "1");
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
