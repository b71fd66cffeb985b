/* What the rows of the scope map commands cannot say: permissions. */
#include "run/scope_map.h"

#include <string.h>

#include "run/run.h"

static int add_uses(const char *prefix, const struct acr_json *uses, struct acr_json *actions, struct acr_error *error)
{
	const struct acr_json *use, *action;

	for (use = acr_json_first(uses); use; use = acr_json_next(use)) {
		const char *resource = acr_json_string(acr_json_first(use));

		action = acr_json_next(acr_json_first(use));
		if (!action)
			return acr_fail(error, ACR_ERROR_GENERAL,
					"At least one action must be specified with \"%s\", as in '%s %s'.", resource,
					resource, *prefix == 'r' ? "content/read" : "config/read");
		for (; action; action = acr_json_next(action)) {
			ACR_AUTO_FREE char *text = acr_format("%s/%s/%s", prefix, resource, acr_json_string(action));

			acr_json_append(actions, acr_json_new_string(text));
		}
	}
	return 0;
}

int scope_map_actions(const struct args *args, const char *repository_key, const char *gateway_key,
		      struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *actions = acr_json_new_array();
	int rc;

	if ((rc = add_uses("repositories", args_value(args, repository_key), actions, error)) < 0 ||
	    (rc = add_uses("gateway", args_value(args, gateway_key), actions, error)) < 0)
		return rc;
	*ret = TAKE(actions);
	return 0;
}

bool scope_map_has(const struct acr_json *actions, const char *action)
{
	const struct acr_json *one;

	for (one = acr_json_first(actions); one; one = acr_json_next(one))
		if (acr_json_string(one) && !strcmp(acr_json_string(one), action))
			return true;
	return false;
}

static bool has_all(const struct acr_json *actions, const struct acr_json *wanted)
{
	const struct acr_json *one;

	for (one = acr_json_first(wanted); one; one = acr_json_next(one))
		if (!acr_json_string(one) || !scope_map_has(actions, acr_json_string(one)))
			return false;
	return true;
}

bool scope_map_same(const struct acr_json *actions, const struct acr_json *others)
{
	return has_all(actions, others) && has_all(others, actions);
}

int scope_map_create_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	struct acr_json *actions;
	int rc = scope_map_actions(context->args, "repository", "gateway", &actions, error);

	return rc < 0 ? rc : acr_json_put(&params->body, "/properties/actions", actions, error);
}

/* What is to be added and removed, as the service has it; both yours to free. */
static int changes(const struct args *args, struct acr_json **add, struct acr_json **remove_, struct acr_error *error)
{
	int rc = scope_map_actions(args, "add-repository", "add-gateway", add, error);

	return rc < 0 ? rc : scope_map_actions(args, "remove-repository", "remove-gateway", remove_, error);
}

int scope_map_update_check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;
	ACR_AUTO_PTR(acr_json) *add = NULL, *removed = NULL;
	const struct acr_json *action;
	ACR_AUTO(acr_buf) both = ACR_BUF_INIT;
	int rc = changes(args, &add, &removed, error);

	if (rc < 0)
		return rc;
	if (!acr_json_first(add) && !acr_json_first(removed) && !args_string(args, "description"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"No scope map properties to update. Give --add-repository, --remove-repository, "
				"--add-gateway, --remove-gateway or --description.");
	for (action = acr_json_first(add); action; action = acr_json_next(action))
		if (scope_map_has(removed, acr_json_string(action)))
			acr_buf_printf(&both, "%s%s", both.length ? ", " : "",
				       strchr(acr_json_string(action), '/') + 1);
	return both.length
		       ? acr_fail(
				 error, ACR_ERROR_GENERAL,
				 "Update ambiguity. Duplicate actions were provided to be added and to be removed: %s.",
				 acr_buf_str(&both))
		       : 0;
}

int scope_map_update_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *add = NULL, *removed = NULL;
	struct acr_json *actions = acr_json_new_array();
	const struct acr_json *lists[2], *action;
	int rc = changes(context->args, &add, &removed, error);

	lists[0] = acr_json_at(params->body, "/properties/actions");
	lists[1] = add;
	for (size_t i = 0; rc == 0 && i < ACR_COUNT(lists); i++)
		for (action = acr_json_first(lists[i]); action; action = acr_json_next(action)) {
			const char *text = acr_json_string(action);

			if (text && !scope_map_has(removed, text) && !scope_map_has(actions, text))
				acr_json_append(actions, acr_json_new_string(text));
		}
	return rc < 0 ? rc : acr_json_put(&params->body, "/properties/actions", actions, error);
}
