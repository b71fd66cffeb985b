/* What the rows of the token commands cannot say: their scope maps and passwords. */
#include <acr/timestamp.h>
#include <ctype.h>
#include <string.h>

#include "groups/shapes.h"
#include "permission.h"
#include "run/run.h"
#include "run_op.h"

int token_expiration_check(struct context *context, struct acr_error *error)
{
	const char *moment = args_string(context->args, "expiration");
	int64_t seconds;
	int rc;

	if (!moment)
		return 0;
	if ((rc = acr_time_parse(moment, &seconds, NULL, error)) < 0)
		return rc;
	return seconds > context->clock.now(&context->clock)
		       ? 0
		       : acr_fail(error, ACR_ERROR_GENERAL,
				  "The passwords would have expired already: --expiration %.19sZ is not in the future.",
				  moment);
}

/* The permissions that the token is to have by itself. */
static struct acr_json *own_actions(const struct args *args)
{
	struct acr_json *actions = permission_list("repositories", args_value(args, "repository"));
	ACR_AUTO_PTR(acr_json) *more = permission_list("gateway", args_value(args, "gateway"));
	const struct acr_json *action;

	for (action = acr_json_first(more); action; action = acr_json_next(action))
		acr_json_append(actions, acr_json_copy(action));
	return actions;
}

static bool has_all(const struct acr_json *actions, const struct acr_json *wanted)
{
	const struct acr_json *one;

	for (one = acr_json_first(wanted); one; one = acr_json_next(one))
		if (!acr_json_string(one) || !permission_in(actions, acr_json_string(one)))
			return false;
	return true;
}

/* Make the scope map for the token's own permissions, or use the one that is left from another time; its id, yours to
 * free(). */
static int own_scope_map(struct context *context, const char *name, const struct acr_json *actions, char **ret,
			 struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *map = NULL;
	ACR_AUTO(acr_error) absent = ACR_ERROR_INIT;
	int rc;

	acr_json_set_str(params.path, "scopeMap", name);
	rc = context_call(context, &acr_op_scope_map_show, &params, NULL, &map, &absent);
	if (rc == ACR_ERROR_NOT_FOUND) {
		rc = acr_json_put(&params.body, "/properties/actions", acr_json_copy(actions), error);
		if (rc == 0)
			rc = run_call(context, &acr_op_scope_map_create, &params, &map, error);
	} else if (rc < 0) {
		acr_error_move(error, &absent);
	} else if (!has_all(acr_json_at(map, "/properties/actions"), actions) ||
		   !has_all(actions, acr_json_at(map, "/properties/actions"))) {
		rc = acr_fail(
			error, ACR_ERROR_GENERAL,
			"The default scope map '%s' was already configured with different permissions. Change them "
			"with 'acr scope-map update -r %s -n %s --add-repository REPOSITORY ACTION', or give "
			"--scope-map.",
			name, args_string(context->args, "registry"), name);
	}
	acr_params_clear(&params);
	if (rc == 0 && !acr_json_str(map, "/id"))
		rc = acr_fail(error, ACR_ERROR_SERVICE, "The service does not say which id the scope map '%s' has.",
			      name);
	if (rc == 0)
		*ret = acr_strdup(acr_json_str(map, "/id"));
	return rc;
}

int token_create_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *actions = NULL;
	ACR_AUTO_FREE char *name = acr_format("%s-scope-map", args_string(context->args, "name")), *id = NULL;
	int rc;

	if (args_string(context->args, "scope-map"))
		return 0;
	actions = own_actions(context->args);
	if ((rc = own_scope_map(context, name, actions, &id, error)) < 0)
		return rc;
	return acr_json_put(&params->body, "/properties/scopeMapId", acr_json_new_string(id), error);
}

/* The last second that the service and az can express. */
#define LAST_SECOND 253402300799LL
#define MOST_DAYS 3000000L

static void set_expiry(const struct context *context, struct acr_json *body)
{
	const char *moment = args_string(context->args, "expiration");
	int64_t days = args_integer(context->args, "expiration-in-days", 0), seconds;
	ACR_AUTO_FREE char *text = NULL;

	if (days > 0) {
		seconds = context->clock.now(&context->clock) + (days < MOST_DAYS ? days : MOST_DAYS) * 86400;
		moment = text = acr_time_text(seconds < LAST_SECOND ? seconds : LAST_SECOND);
	}
	if (moment)
		acr_json_set_str(body, "expiry", moment);
}

/* Passwords are no part of log files, so the hint comes without. */
static void hint_at_login(struct context *context)
{
	ACR_AUTO_PTR(acr_json) *registry = NULL;
	const char *server = NULL;

	if (context_registry_resource(context, &registry, NULL) == 0)
		server = acr_json_str(registry, "/properties/loginServer");
	io_warn(context->io,
		"Please store your generated credentials safely: they are not shown again. They can be used through "
		"\"docker login %s -u %s --password-stdin\".",
		server ? server : "LOGIN_SERVER", args_string(context->args, "name"));
}

static int add_passwords(struct context *context, struct acr_json **token, struct acr_error *error)
{
	struct acr_params params = {.body = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *answer = NULL, *shaped = NULL;
	int rc;

	acr_json_set_str(params.body, "tokenId", acr_json_str(*token, "/id"));
	set_expiry(context, params.body);
	rc = run_call(context, &acr_op_token_credentials, &params, &answer, error);
	acr_params_clear(&params);
	if (rc < 0) {
		acr_error_prefix(
			error,
			"The token '%s' was created, but its passwords were not; 'acr token credential generate' "
			"makes them",
			args_string(context->args, "name"));
		return rc;
	}
	shaped = model_apply(MODEL_TOKEN_CREDENTIALS, answer);
	if ((rc = acr_json_put(token, "/credentials/passwords", acr_json_detach(shaped, "passwords"), error)) < 0 ||
	    (rc = acr_json_put(token, "/credentials/username", acr_json_detach(shaped, "username"), error)) < 0)
		return rc;
	hint_at_login(context);
	return 0;
}

int token_create(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *token = NULL;
	int rc = run_operation(context, &token, error);

	if (rc == 0 && !args_flag(context->args, "no-passwords"))
		rc = add_passwords(context, &token, error);
	if (rc == 0)
		*ret = TAKE(token);
	return rc;
}

int token_credential_generate_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	bool first = args_flag(context->args, "password1"), second = args_flag(context->args, "password2");

	(void)error;
	if (first != second)
		acr_json_set_str(params->body, "name", first ? "password1" : "password2");
	set_expiry(context, params->body);
	return 0;
}
