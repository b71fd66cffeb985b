/* Credentials and timers of tasks. */
#include <string.h>
#include <strings.h>

#include "run/run.h"
#include "run/task.h"

int task_details(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "task", args_string(context->args, "name"));
	rc = context_call(context, &acr_op_task_details, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

/* ---- credentials --------------------------------------------------------------------------------------------- */

int task_credential_check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *username = args_string(args, "username"), *password = args_string(args, "password");

	if (username && password)
		return 0;
	if (username || password)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Give both --username and --password, or neither and --use-identity.");
	if (!args_string(args, "use-identity"))
		return acr_fail(error, ACR_ERROR_GENERAL, "Give --username and --password, or --use-identity.");
	return 0;
}

/* A plain text, or the URI of a key vault's secret. */
static struct acr_json *secret_object(struct context *context, const char *text)
{
	const char *vault = acr_client_cloud(context->client)->vault_suffix;
	struct acr_json *secret = acr_json_new_object();

	acr_json_set_str(secret, "value", text);
	acr_json_set_str(secret, "type", vault && strcasestr(text, vault) ? "Vaultsecret" : "Opaque");
	return secret;
}

static struct acr_json *credential(struct context *context)
{
	const char *username = args_string(context->args, "username");
	const char *identity = args_string(context->args, "use-identity");
	struct acr_json *credential = acr_json_new_object();

	if (username) {
		acr_json_set(credential, "userName", secret_object(context, username));
		acr_json_set(credential, "password", secret_object(context, args_string(context->args, "password")));
	}
	if (identity)
		acr_json_set_str(credential, "identity", identity);
	return credential;
}

/* Login servers have dots, but no slashes that a JSON pointer would stumble over. */
static int put_credential(struct context *context, struct acr_json *value, struct acr_params *params,
			  struct acr_error *error)
{
	struct acr_json *registries = acr_json_new_object();

	acr_json_set(registries, args_string(context->args, "login-server"), value);
	return acr_json_put(&params->body, "/properties/credentials/customRegistries", registries, error);
}

static int check_known(struct context *context, bool should_be, struct acr_error *error)
{
	const char *server = args_string(context->args, "login-server"), *task = args_string(context->args, "name");
	ACR_AUTO_PTR(acr_json) *details = NULL;
	bool known;
	int rc = task_details(context, &details, error);

	if (rc < 0)
		return rc;
	known = acr_json_get(acr_json_at(details, "/properties/credentials/customRegistries"), server);
	if (known && !should_be)
		return acr_fail(
			error, ACR_ERROR_GENERAL,
			"The task '%s' already has a credential for '%s'. Change it with 'acr task credential update'.",
			task, server);
	if (!known && should_be)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The task '%s' has no credential for '%s'. Add it with 'acr task credential add'.",
				task, server);
	return 0;
}

int task_credential_add_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	int rc = check_known(context, false, error);

	return rc < 0 ? rc : put_credential(context, credential(context), params, error);
}

int task_credential_update_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	int rc = check_known(context, true, error);

	return rc < 0 ? rc : put_credential(context, credential(context), params, error);
}

int task_credential_remove_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	return put_credential(context, acr_json_new_null(), params, error);
}

/* ---- timers -------------------------------------------------------------------------------------------------- */

/* Take the timer out of the list; false when it is not there. */
static bool remove_timer(struct acr_json *timers, const char *name)
{
	struct acr_json *timer;
	bool found = false;
	size_t i = 0;

	while ((timer = acr_json_item(timers, i))) {
		const char *own = acr_json_str(timer, "/name");

		if (own && !strcmp(own, name)) {
			acr_json_free(acr_json_detach_item(timers, i));
			found = true;
		} else {
			i++;
		}
	}
	return found;
}

/* A PATCH cannot take a timer away, so the whole task is sent, without what only the service sets. */
int task_timer_remove_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	static const char *const read_only[] = {"id", "name", "type", "systemData"};
	const char *name = args_string(context->args, "timer-name"), *task = args_string(context->args, "name");
	ACR_AUTO_PTR(acr_json) *details = NULL;
	struct acr_json *timers, *properties;
	int rc = task_details(context, &details, error);

	if (rc < 0)
		return rc;
	properties = acr_json_get(details, "properties");
	timers = acr_json_at(properties, "/trigger/timerTriggers");
	if (!remove_timer(timers, name))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The task '%s' has no timer '%s'. See 'acr task timer list -r %s -n %s'.", task, name,
				args_string(context->args, "registry"), task);
	for (size_t i = 0; i < ACR_COUNT(read_only); i++)
		acr_json_remove(details, read_only[i]);
	acr_json_remove(properties, "provisioningState");
	acr_json_remove(properties, "creationDate");
	acr_json_remove(acr_json_get(properties, "step"), "baseImageDependencies");
	params->body = TAKE(details);
	return 0;
}
