/* The default runner: most commands are one operation and need nothing else. */
#include "run_op.h"

#include <string.h>
#include <strings.h>

#include "bind.h"
#include "model.h"
#include "progress.h"

/* "Delete the registry '{registry}'?" with the options' values filled in; yours to free(). */
static char *fill_question(const struct context *context, const char *question)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	while (*question) {
		size_t length = strcspn(question, "{");

		acr_buf_add(&text, question, length);
		question += length;
		if (*question) {
			const char *end = strchr(question, '}');
			ACR_AUTO_FREE char *key = acr_strndup(question + 1, (size_t)(end - question - 1));
			const char *value = args_string(context->args, key);

			acr_buf_puts(&text, value ? value : "");
			question = end + 1;
		}
	}
	return acr_buf_take(&text);
}

static int check_sku(struct context *context, const char *needed, struct acr_error *error)
{
	const struct acr_registry *registry;
	int rc = context_registry_details(context, &registry, error);
	bool classic, fits;

	if (rc < 0)
		return rc;
	classic = registry->sku && !strcasecmp(registry->sku, "Classic");
	fits = !strcmp(needed, "managed") ? !classic : registry->sku && !strcasecmp(registry->sku, needed);
	return fits ? 0
	            : acr_fail(error, ACR_ERROR_GENERAL,
	                       "'acr %s' is only supported for %s registries; '%s' is %s. Change it with 'acr update -n %s "
	                       "--sku Premium'.",
	                       context->args->command->path, needed, registry->name,
	                       registry->sku ? registry->sku : "of an unknown SKU", registry->name);
}

int run_prepare(struct context *context, struct acr_error *error)
{
	const struct command *command = context->args->command;
	int rc;

	if (command->check && (rc = command->check(context, error)) < 0)
		return rc;
	if (command->confirm) {
		ACR_AUTO_FREE char *question = fill_question(context, command->confirm);

		if ((rc = context_confirm(context, error, "%s", question)) < 0)
			return rc;
	}
	return command->sku ? check_sku(context, command->sku, error) : 0;
}

int run_finish(struct context *context, struct acr_json *answer, struct acr_json **ret, struct acr_error *error)
{
	const struct command *command = context->args->command;
	ACR_AUTO_PTR(acr_json) *value = answer;
	int rc;

	if (command->flags & CMD_NO_RESULT || !value)
		return 0;
	if (command->select) {
		ACR_AUTO_PTR(acr_query) *query = NULL;
		struct acr_json *part = NULL;

		if ((rc = acr_query_compile(command->select, &query, error)) < 0 ||
		    (rc = acr_query_run(query, value, &part, error)) < 0)
			return rc;
		acr_json_free(value);
		value = part;
	}
	if (command->model) {
		struct acr_json *shaped = model_apply(command->model, value);

		acr_json_free(value);
		value = shaped;
	}
	model_add_resource_group(value);
	*ret = TAKE(value);
	return 0;
}

/* Registry lists come in pages of the size asked for; 1,000 is the most a registry gives. */
#define PAGE_SIZE 1000

static void set_page_size(struct acr_params *params, long top)
{
	ACR_AUTO_FREE char *size = acr_format("%ld", top > 0 && top < PAGE_SIZE ? top : PAGE_SIZE);

	if (!params->query)
		params->query = acr_json_new_object();
	acr_json_set_str(params->query, "n", size);
}

int run_call(struct context *context, const struct acr_op *op, struct acr_params *params, struct acr_json **ret,
             struct acr_error *error)
{
	if (op == &acr_op_registry_show)
		return context_registry_resource(context, ret, error);

	long top = args_integer(context->args, "top", 0);
	struct progress *progress = op->shape == ACR_LRO ? progress_new(context->io, context->settings) : NULL;
	struct acr_call_options options = {
		.no_wait = args_flag(context->args, "no-wait"),
		.top = top > 0 ? (size_t)top : 0,
		.progress = progress_operation,
		.user = progress,
	};
	int rc;

	if (op->plane == ACR_PLANE_REGISTRY && op->shape == ACR_PAGES)
		set_page_size(params, top);
	rc = context_call(context, op, params, &options, ret, error);
	progress_free(progress);
	if (rc == 0 && options.no_wait) {
		acr_json_free(*ret);
		*ret = NULL;
	}
	return rc;
}

/* What the request repeats of the resource as it is. */
static int start_from_base(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct command *command = context->args->command;
	struct acr_params request = {0};
	ACR_AUTO_PTR(acr_json) *present = NULL;
	int rc;

	if (!command->base)
		return 0;
	if (!command->base_op) {
		rc = context_registry_resource(context, &present, error);
	} else {
		bind_path(context, &request);
		rc = context_call(context, command->base_op, &request, NULL, &present, error);
		acr_params_clear(&request);
	}
	if (rc == 0)
		params->body = model_pick(command->base, present);
	return rc;
}

int run_operation(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct command *command = context->args->command;
	struct acr_params params = {0};
	struct acr_json *answer = NULL;
	int rc;

	if ((rc = run_prepare(context, error)) == 0 && (rc = start_from_base(context, &params, error)) == 0 &&
	    (rc = bind_arguments(context, &params, error)) == 0 &&
	    (!command->prepare || (rc = command->prepare(context, &params, error)) == 0) &&
	    (!(command->flags & CMD_UPDATE) || (rc = update_apply(context, &params, error)) == 0) &&
	    (rc = run_call(context, command->op, &params, &answer, error)) == 0)
		rc = run_finish(context, answer, ret, error);
	acr_params_clear(&params);
	return rc;
}
