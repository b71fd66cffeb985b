/* What the rows of commands about a registry's resources cannot say: defaults, refusals, a second operation. */
#include <string.h>

#include "bind.h"
#include "run/run.h"
#include "run_op.h"

int registry_location_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct acr_registry *registry;
	int rc;

	if (acr_json_str(params->body, "/location"))
		return 0;
	if ((rc = context_registry_details(context, &registry, error)) < 0)
		return rc;
	return acr_json_put(&params->body, "/location", acr_json_new_string(registry->location), error);
}

/* Here az takes a no for an answer, not for a failure. */
int run_unless_declined(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	int rc = run_operation(context, ret, error);

	if (rc != ACR_ERROR_CANCELLED || !context->io->in_terminal)
		return rc;
	acr_error_clear(error);
	return 0;
}

int agentpool_show(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	int rc;

	if (!args_flag(context->args, "queue-count"))
		return run_operation(context, ret, error);
	if ((rc = run_prepare(context, error)) < 0)
		return rc;
	bind_path(context, &params);
	rc = run_call(context, &acr_op_agentpool_queue, &params, ret, error);
	acr_params_clear(&params);
	return rc;
}

static bool generic_update(const struct context *context)
{
	return acr_json_first(context->args->updates) != NULL;
}

int cache_update_check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;
	bool set = args_string(args, "cred-set"), removed = args_flag(args, "remove-cred-set");

	if (set && removed)
		return acr_fail(error, ACR_ERROR_GENERAL, "Give --cred-set or --remove-cred-set, not both.");
	if (!set && !removed && !args_string(args, "identity") && !generic_update(context))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Nothing to change: give --cred-set, --remove-cred-set or --identity.");
	return 0;
}

int cache_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *identity = args_string(context->args, "identity");
	struct acr_json *assigned;
	int rc;

	if (args_flag(context->args, "remove-cred-set") &&
	    (rc = acr_json_put(&params->body, "/properties/credentialSetResourceId", acr_json_new_null(), error)) < 0)
		return rc;
	if (!identity)
		return 0;
	rc = acr_json_put(&params->body, "/identity/type", acr_json_new_string(*identity ? "UserAssigned" : "None"),
			  error);
	if (rc < 0 || !*identity)
		return rc;
	assigned = acr_json_new_object();
	acr_json_set(assigned, identity, acr_json_new_object());
	return acr_json_put(&params->body, "/identity/userAssignedIdentities", assigned, error);
}

int credential_set_update_check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;

	if (!args_string(args, "username-id") && !args_string(args, "password-id") && !generic_update(context))
		return acr_fail(error, ACR_ERROR_GENERAL, "Nothing to change: give --username-id or --password-id.");
	return 0;
}
