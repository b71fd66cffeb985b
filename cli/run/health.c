/* acr check-health: the frame around the checks. */
#include "run/health.h"

#include <stdlib.h>
#include <string.h>

#include "run/run.h"

static void record(struct health *health, const char *check, const char *target, const char *status, const char *code,
		   const char *message)
{
	struct acr_json *item = acr_json_new_object();

	acr_json_set_str(item, "check", check);
	acr_json_set_str(item, "target", target);
	acr_json_set_str(item, "status", status);
	acr_json_set_str(item, "code", code);
	acr_json_set_str(item, "message", message);
	acr_json_append(health->list, item);
}

void health_ok(struct health *health, const char *check, const char *target, const char *format, ...)
{
	ACR_AUTO_FREE char *message = NULL;
	va_list args;

	va_start(args, format);
	message = acr_vformat(format, args);
	va_end(args);
	io_note(health->context->io, "%s : OK", message);
	record(health, check, target, "ok", NULL, message);
}

void health_note(struct health *health, const char *check, const char *target, const char *format, ...)
{
	ACR_AUTO_FREE char *message = NULL;
	va_list args;

	va_start(args, format);
	message = acr_vformat(format, args);
	va_end(args);
	io_note(health->context->io, "%s", message);
	record(health, check, target, "note", NULL, message);
}

void health_failed(struct health *health, const char *check, const char *target, const char *code, const char *format,
		   ...)
{
	ACR_AUTO_FREE char *message = NULL;
	va_list args;

	va_start(args, format);
	message = acr_vformat(format, args);
	va_end(args);
	io_error(health->context->io, "An error occurred: %s. %s", code, message);
	record(health, check, target, "failed", code, message);
	health->failed++;
}

static bool in_cloud_shell(void)
{
	return settings_variable("ACC_CLOUD") != NULL;
}

int check_health(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct health health = {.context = context, .list = acr_json_new_array()};
	const char *name = args_string(context->args, "registry"), *vnet = args_string(context->args, "vnet");
	struct acr_client *client;
	int rc;

	/* What worked an hour ago is not what is asked. */
	context->fresh = true;
	if ((rc = context_client(context, &client, error)) < 0 ||
	    (name && *name && (rc = context_registry_name(context, error)) < 0)) {
		acr_json_free(health.list);
		return rc;
	}
	if (in_cloud_shell())
		io_note(context->io, "Environment checks are not supported in Azure Cloud Shell.");
	else
		health_check_local(&health);
	if (name && *name)
		health_check_registry(&health);
	else
		io_warn(context->io, "Registry name must be provided to check connectivity.");
	if (vnet && health.server)
		health_check_vnet(&health, vnet);
	acr_json_free(health.resource);
	if (context_signal()) {
		acr_json_free(health.list);
		return acr_fail(error, ACR_ERROR_INTERRUPTED, "interrupted");
	}
	if (health.failed)
		io_note(context->io, "\nPlease refer to https://aka.ms/acr/health-check for more information.");
	if (context->result_given)
		*ret = health.list;
	else
		acr_json_free(health.list);
	return health.failed && !args_flag(context->args, "ignore-errors") ? 1 : 0;
}
