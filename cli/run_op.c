/* The default runner: most commands are one operation and need nothing else. */
#include "run_op.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "bind.h"
#include "facts.h"
#include "model.h"
#include "progress.h"
#include "target.h"

/* What the command's row says, or its variant in its place. */
#define ROW(context, member)                                                                                           \
	((context)->variant && (context)->variant->member ? (context)->variant->member                                 \
							  : (context)->args->command->member)

/* Whether the SKU is worth a request where it is not known yet: what only reads or deletes is refused by the service as
 * well, and nothing is lost by that. */
static bool must_know_sku(const struct acr_op *op)
{
	return op == &acr_op_registry_show || (strcmp(op->method, "GET") != 0 && strcmp(op->method, "DELETE") != 0);
}

static int check_sku(struct context *context, const char *needed, struct acr_error *error)
{
	const struct acr_registry *registry;
	int rc = context_registry(context, &registry, error);
	bool classic, fits;

	if (rc == 0 && must_know_sku(ROW(context, op)))
		rc = context_registry_details(context, &registry, error);
	if (rc < 0 || !registry->sku)
		return rc;
	classic = !strcasecmp(registry->sku, "Classic");
	fits = !strcmp(needed, "managed") ? !classic : !strcasecmp(registry->sku, needed);
	return fits ? 0
		    : acr_fail(error, ACR_ERROR_GENERAL,
			       "'acr %s' is only supported for %s registries; '%s' is %s. Change it with 'acr update "
			       "-n %s "
			       "--sku Premium'.",
			       context->args->command->path, needed, registry->name,
			       registry->sku ? registry->sku : "of an unknown SKU", registry->name);
}

static int ask(struct context *context, const char *text, struct acr_error *error)
{
	ACR_AUTO_FREE char *question = NULL;
	int rc = facts_text(context, text, &question, error);

	return rc < 0 ? rc : context_confirm(context, error, "%s", question);
}

static int apply_rule(struct context *context, const struct rule *rule, struct acr_error *error)
{
	ACR_AUTO_FREE char *text = NULL;
	bool holds = false;
	int rc;

	if (rule->both[0])
		facts_set_both(context, rule->both);
	if ((rc = facts_hold(context, rule->when ? rule->when : "both", &holds, error)) < 0 || !holds)
		return rc;
	if (rule->ask)
		return ask(context, rule->ask, error);
	rc = facts_text(context, rule->refuse ? rule->refuse : rule->warn ? rule->warn : rule->done, &text, error);
	if (rc < 0)
		return rc;
	if (rule->refuse)
		return acr_fail(error, ACR_ERROR_GENERAL, "%s", text);
	io_warn(context->io, "%s", text);
	return 0;
}

enum moment { FIRST, ONCE_KNOWN, ONCE_DONE };

static enum moment moment_of(const struct rule *rule)
{
	return rule->done ? ONCE_DONE : facts_are_late(rule->when) ? ONCE_KNOWN : FIRST;
}

static int apply_rules(struct context *context, enum moment now, struct acr_error *error)
{
	const struct rule *rule = context->args->command->rules;
	int rc = 0;

	for (; rc == 0 && rule && (rule->when || rule->both[0]); rule++)
		if (moment_of(rule) == now)
			rc = apply_rule(context, rule, error);
	return rc;
}

static int choose_variant(struct context *context, struct acr_error *error)
{
	const struct variant *variant = context->args->command->variants;
	bool holds = false;
	int rc = 0;

	for (; rc == 0 && variant && variant->when; variant++) {
		rc = facts_hold(context, variant->when, &holds, error);
		if (rc == 0 && holds) {
			context->variant = variant;
			if (variant->columns)
				context->columns = variant->columns;
			break;
		}
	}
	return rc;
}

int run_prepare(struct context *context, struct acr_error *error)
{
	const struct command *command = context->args->command;
	int rc;

	if ((rc = apply_rules(context, FIRST, error)) < 0 ||
	    (command->check && (rc = command->check(context, error)) < 0) || (rc = target_read(context, error)) < 0 ||
	    (rc = choose_variant(context, error)) < 0 ||
	    (ROW(context, confirm) && (rc = ask(context, ROW(context, confirm), error)) < 0))
		return rc;
	return command->sku ? check_sku(context, command->sku, error) : 0;
}

int run_finish(struct context *context, struct acr_json *answer, struct acr_json **ret, struct acr_error *error)
{
	const char *select = ROW(context, select), *model = ROW(context, model);
	ACR_AUTO_PTR(acr_json) *value = answer;
	int rc;

	if (context->args->command->flags & CMD_NO_RESULT || !value)
		return 0;
	if (select) {
		ACR_AUTO_PTR(acr_query) *query = NULL;
		struct acr_json *part = NULL;

		if ((rc = acr_query_compile(select, &query, error)) < 0 ||
		    (rc = acr_query_run(query, value, &part, error)) < 0)
			return rc;
		acr_json_free(value);
		value = part;
	}
	if (model) {
		struct acr_json *shaped = model_apply(model, value);

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

/* Whether an option that is given wants the answer as it is. */
static bool wants_bytes(const struct args *args)
{
	for (size_t i = 0; i < args->count; i++)
		if (args->list[i].option->flags & OPT_RAW && args->list[i].value)
			return true;
	return false;
}

int run_call(struct context *context, const struct acr_op *op, struct acr_params *params, struct acr_json **ret,
	     struct acr_error *error)
{
	if (op == &acr_op_registry_show)
		return context_registry_resource(context, ret, error);

	long top = args_integer(context->args, "top", 0);
	struct progress *progress = op->shape == ACR_LRO ? progress_new(context->io, context->settings) : NULL;
	ACR_AUTO(acr_buf) bytes = ACR_BUF_INIT;
	struct acr_call_options options = {
		.text = wants_bytes(context->args) ? &bytes : NULL,
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
	/* Another registry may get its login server. */
	if (rc == 0 && op == &acr_op_registry_delete)
		acr_login_server_forget(context->client, context->name.name);
	if (rc == 0 && options.text)
		rc = io_result(context->io, acr_buf_str(&bytes), bytes.length, error);
	if (rc == 0 && options.no_wait) {
		acr_json_free(*ret);
		*ret = NULL;
	}
	return rc;
}

/* What the request repeats of the resource as it is. */
static int start_from_base(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *base = ROW(context, base);
	const struct acr_op *op = ROW(context, base_op);
	struct acr_params request = {0};
	ACR_AUTO_PTR(acr_json) *present = NULL;
	int rc;

	if (!base)
		return 0;
	if (!op) {
		rc = context_registry_resource(context, &present, error);
	} else {
		bind_path(context, &request);
		rc = context_call(context, op, &request, NULL, &present, error);
		acr_params_clear(&request);
	}
	if (rc < 0)
		return rc;
	if (*base)
		params->body = model_pick(base, present);
	facts_set(context, "present", TAKE(present));
	return 0;
}

/* The request, from the row and its options. */
static int compose(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct command *command = context->args->command;
	int rc;

	if ((rc = start_from_base(context, params, error)) < 0 || (rc = apply_rules(context, ONCE_KNOWN, error)) < 0 ||
	    (rc = bind_arguments(context, params, error)) < 0 || (rc = bind_fill(context, params, error)) < 0 ||
	    (command->prepare && (rc = command->prepare(context, params, error)) < 0))
		return rc;
	return command->flags & CMD_UPDATE ? update_apply(context, params, error) : 0;
}

/* The row's words for what the service says. */
static int explain(struct context *context, int rc, struct acr_error *error)
{
	const struct hint *hint = context->args->command->hints;
	ACR_AUTO_FREE char *text = NULL;

	while (hint && hint->code && !(error && error->service_code && strcasestr(error->service_code, hint->code)))
		hint++;
	if (!hint || !hint->code || facts_text(context, hint->text, &text, NULL) < 0)
		return rc;
	return acr_fail(error, ACR_ERROR_GENERAL, "%s", text);
}

static int perform(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	struct acr_json *answer = NULL;
	int rc = compose(context, &params, error);

	if (rc == 0 && (rc = run_call(context, ROW(context, op), &params, &answer, error)) < 0)
		rc = explain(context, rc, error);
	acr_params_clear(&params);
	if (rc == 0)
		rc = run_finish(context, answer, ret, error);
	return rc < 0 ? rc : apply_rules(context, ONCE_DONE, error);
}

int run_operation(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	int rc = run_prepare(context, error);

	if (rc == ACR_ERROR_CANCELLED && context->args->command->flags & CMD_MAY_DECLINE && context->io->in_terminal) {
		acr_error_clear(error);
		return 0;
	}
	return rc < 0 ? rc : perform(context, ret, error);
}
