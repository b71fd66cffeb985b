/* Identities of tasks. */
#include <string.h>
#include <strings.h>

#include "run/identity.h"
#include "run/run.h"
#include "run/task.h"

#define SYSTEM "[system]"
#define ALL "[all]"

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

int task_source_identity(struct context *context, char **ret, struct acr_error *error)
{
	const char *given = args_string(context->args, "source-acr-auth-id");

	if (*given == '/')
		return identity_client_id(context, given, ret, error);
	*ret = acr_strdup(given);
	return 0;
}

static int refuse_all(struct context *context, bool alone, struct acr_error *error)
{
	const struct acr_json *list = args_value(context->args, "identities");

	if (!among(list, ALL) || (alone && acr_json_size(list) == 1))
		return 0;
	return acr_fail(error, ACR_ERROR_GENERAL,
			alone ? "'[all]' stands for every identity: give no others beside it."
			      : "'[all]' is for 'acr task identity remove' only: name the identities to assign.");
}

int task_identity_assign_check(struct context *context, struct acr_error *error)
{
	return refuse_all(context, false, error);
}

int task_identity_remove_check(struct context *context, struct acr_error *error)
{
	return refuse_all(context, true, error);
}

int task_identity_assign_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	return acr_json_put(&params->body, "/identity", task_identity(args_value(context->args, "identities")), error);
}

/* What is left of the identities; those that are taken away are sent as null. */
static struct acr_json *remaining(const struct acr_json *present, const struct acr_json *removed)
{
	const struct acr_json *item, *users = acr_json_get(present, "userAssignedIdentities");
	struct acr_json *identity = acr_json_new_object(), *map = acr_json_new_object();
	const char *type = acr_json_str(present, "/type");
	bool system = type && strcasestr(type, "SystemAssigned"), user = false;

	if (!acr_json_size(removed) || among(removed, SYSTEM))
		system = false;
	for (item = acr_json_first(users); item; item = acr_json_next(item)) {
		bool stays = !among(removed, acr_json_key(item));

		acr_json_set(map, acr_json_key(item), stays ? acr_json_new_object() : acr_json_new_null());
		user = user || stays;
	}
	acr_json_set_str(identity, "type", type_name_of(system, user));
	/* "None" takes them all away by itself. */
	if (user || (system && acr_json_size(map)))
		acr_json_set(identity, "userAssignedIdentities", map);
	else
		acr_json_free(map);
	return identity;
}

static int check_present(const struct acr_json *task, const struct acr_json *removed, struct acr_error *error)
{
	const struct acr_json *users = acr_json_at(task, "/identity/userAssignedIdentities"), *item, *user;

	for (item = acr_json_first(removed); item; item = acr_json_next(item)) {
		for (user = acr_json_first(users); user; user = acr_json_next(user))
			if (!strcasecmp(acr_json_key(user), acr_json_string(item)))
				break;
		if (!user && strcmp(acr_json_string(item), SYSTEM) != 0)
			return acr_fail(error, ACR_ERROR_GENERAL, "The task '%s' does not have the identity '%s'.",
					acr_json_str(task, "/name"), acr_json_string(item));
	}
	return 0;
}

int task_identity_remove_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct acr_json *removed = args_value(context->args, "identities");
	ACR_AUTO_PTR(acr_json) *task = NULL;
	int rc;

	if (among(removed, ALL))
		return acr_json_put(&params->body, "/identity/type", acr_json_new_string("None"), error);
	/* The service replaces the whole identity, so what stays must be known. */
	if ((rc = task_details(context, &task, error)) < 0 || (rc = check_present(task, removed, error)) < 0)
		return rc;
	return acr_json_put(&params->body, "/identity", remaining(acr_json_get(task, "identity"), removed), error);
}
