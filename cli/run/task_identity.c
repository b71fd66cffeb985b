/* What the options of tasks say of their identities. */
#include <string.h>
#include <strings.h>

#include "run/identity.h"
#include "run/run.h"
#include "run/task.h"

#define SYSTEM "[system]"

static bool among(const struct acr_json *list, const char *text)
{
	const struct acr_json *item;

	for (item = acr_json_first(list); item; item = acr_json_next(item))
		if (!strcasecmp(acr_json_string(item), text))
			return true;
	return false;
}

static const char *type_name_of(bool system, bool user)
{
	return system && user ? "SystemAssigned, UserAssigned"
	       : system       ? "SystemAssigned"
	       : user         ? "UserAssigned"
			      : "None";
}

int task_details(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	int rc;

	acr_json_set_str(params.path, "task", args_string(context->args, "name"));
	rc = context_call(context, &acr_op_task_details, &params, NULL, ret, error);
	acr_params_clear(&params);
	return rc;
}

struct acr_json *task_identity(const struct acr_json *list)
{
	struct acr_json *identity = acr_json_new_object(), *users = acr_json_new_object();
	bool system = !acr_json_size(list) || among(list, SYSTEM);
	const struct acr_json *item;

	for (item = acr_json_first(list); item; item = acr_json_next(item))
		if (strcmp(acr_json_string(item), SYSTEM) != 0)
			acr_json_set(users, acr_json_string(item), acr_json_new_object());
	acr_json_set_str(identity, "type", type_name_of(system, acr_json_size(users) > 0));
	if (acr_json_size(users))
		acr_json_set(identity, "userAssignedIdentities", users);
	else
		acr_json_free(users);
	return identity;
}

bool task_wants_identity(const char *given)
{
	return given && strcasecmp(given, "none") != 0;
}

int task_source_identity(struct context *context, char **ret, struct acr_error *error)
{
	const char *given = args_string(context->args, "source-acr-auth-id");

	if (*given == '/')
		return identity_client_id(context, given, ret, error);
	*ret = acr_strdup(given);
	return 0;
}
