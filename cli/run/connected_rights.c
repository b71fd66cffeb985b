/* What connected registries may synchronize: the scope maps of their sync tokens. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "opttype.h"
#include "run/connected.h"
#include "run/run.h"
#include "run_op.h"

static bool contains(const struct acr_json *list, const char *text)
{
	const struct acr_json *item;

	for (item = acr_json_first(list); item; item = acr_json_next(item))
		if (acr_json_string(item) && !strcasecmp(acr_json_string(item), text))
			return true;
	return false;
}

void connected_add_actions(const char *kind, const char *name, const char *const *actions, struct acr_json *list)
{
	for (; *actions; actions++) {
		ACR_AUTO_FREE char *action = acr_format("%s/%s/%s", kind, name, *actions);

		for (char *at = action; *at; at++)
			*at = (char)tolower((unsigned char)*at);
		if (!contains(list, action))
			acr_json_append(list, acr_json_new_string(action));
	}
}

/* All actions, in the order in which az sends them. */
static const char *const writing[] = {"content/read",  "content/write",  "content/delete",
				      "metadata/read", "metadata/write", NULL};

const char *const *connected_repository_actions(const char *mode)
{
	static const char *const reading[] = {"content/read", "metadata/read", NULL};

	/* The former names of the modes are still out there. */
	return mode && (!strcasecmp(mode, "ReadWrite") || !strcasecmp(mode, "Registry")) ? writing : reading;
}

int connected_scope_map(struct context *context, const struct acr_json *connected, struct acr_json **ret,
			struct acr_error *error)
{
	const char *token_id = acr_json_str(connected, "/properties/parent/syncProperties/tokenId"), *map_id;
	ACR_AUTO_PTR(acr_json) *token = NULL;
	int rc;

	if (!token_id || connected_has_identity(connected))
		return acr_fail(
			error, ACR_ERROR_GENERAL,
			"The connected registry '%s' signs in with a managed identity, not with a token: what it "
			"may synchronize follows from the roles of that identity.",
			acr_json_str(connected, "/name"));
	rc = connected_resource(context, &acr_op_token_show, "token", token_id, &token, error);
	if (rc < 0)
		return rc;
	map_id = acr_json_str(token, "/properties/scopeMapId");
	if (!map_id)
		return acr_fail(error, ACR_ERROR_SERVICE, "The token '%s' has no scope map.",
				connected_name_in(token_id));
	return connected_resource(context, &acr_op_scope_map_show, "scopeMap", map_id, ret, error);
}

/* The actions with some more and some less; NULL when that makes no difference. */
static struct acr_json *changed_actions(const struct acr_json *present, const struct acr_json *add,
					const struct acr_json *remove)
{
	struct acr_json *actions = acr_json_new_array();
	const struct acr_json *item;
	bool changed = false;

	for (item = acr_json_first(present); item; item = acr_json_next(item)) {
		if (acr_json_string(item) && contains(remove, acr_json_string(item)))
			changed = true;
		else
			acr_json_append(actions, acr_json_copy(item));
	}
	for (item = acr_json_first(add); item; item = acr_json_next(item)) {
		if (contains(actions, acr_json_string(item)) || contains(remove, acr_json_string(item)))
			continue;
		acr_json_append(actions, acr_json_copy(item));
		changed = true;
	}
	if (changed)
		return actions;
	acr_json_free(actions);
	return NULL;
}

int connected_change_rights(struct context *context, const struct acr_json *connected, const struct acr_json *add,
			    const struct acr_json *remove, const char *what, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *map = NULL, *actions = NULL, *answer = NULL;
	struct acr_params params = {0};
	int rc = connected_scope_map(context, connected, &map, error);

	if (rc < 0)
		return rc;
	actions = changed_actions(acr_json_at(map, "/properties/actions"), add, remove);
	if (!actions)
		return 0;
	io_note(context->io, "%s the connected registry '%s'.", what, acr_json_str(connected, "/name"));
	if ((rc = acr_json_put(&params.body, "/properties/actions", TAKE(actions), error)) == 0 &&
	    (rc = acr_json_put(&params.path, "/scopeMap", acr_json_new_string(acr_json_str(map, "/name")), error)) == 0)
		rc = context_call(context, &acr_op_scope_map_update, &params, NULL, &answer, error);
	acr_params_clear(&params);
	return rc;
}

int connected_change_ancestors(struct context *context, const struct acr_json *list, const struct acr_json *parent,
			       const struct acr_json *add, const struct acr_json *remove, const char *what,
			       struct acr_error *error)
{
	size_t steps = acr_json_size(list);
	int rc = 0;

	for (; rc == 0 && parent && steps--; parent = connected_parent(list, parent)) {
		if (connected_has_identity(parent))
			io_warn(context->io,
				"The connected registry '%s' signs in with a managed identity: give that identity "
				"the roles it needs.",
				acr_json_str(parent, "/name"));
		else
			rc = connected_change_rights(context, parent, add, remove, what, error);
	}
	return rc;
}

/* ---- commands ------------------------------------------------------------------------------------------------ */

int connected_permissions_show(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *connected = NULL;
	struct acr_json *map = NULL;
	int rc = connected_get(context, &connected, error);

	if (rc == 0)
		rc = connected_scope_map(context, connected, &map, error);
	return rc < 0 ? rc : run_finish(context, map, ret, error);
}

static struct acr_json *actions_for(struct context *context, const char *option, const char *const *actions)
{
	struct acr_json *list = acr_json_new_array();
	const struct acr_json *item;

	for (item = acr_json_first(args_value(context->args, option)); item; item = acr_json_next(item))
		connected_add_actions("repositories", acr_json_string(item), actions, list);
	return list;
}

/* Whoever is below must not have more than what is above. */
static int change_descendants(struct context *context, const struct acr_json *list, const struct acr_json *connected,
			      const struct acr_json *remove, struct acr_error *error)
{
	const struct acr_json *item, *above;
	int rc = 0;

	for (item = acr_json_first(list); rc == 0 && acr_json_size(remove) && item; item = acr_json_next(item)) {
		size_t steps = acr_json_size(list);

		above = connected_parent(list, item);
		while (above && above != connected && --steps)
			above = connected_parent(list, above);
		if (above == connected && !connected_has_identity(item))
			rc = connected_change_rights(context, item, NULL, remove,
						     "Removing repository permissions from", error);
	}
	return rc;
}

int connected_permissions_update(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *name = args_string(context->args, "name");
	ACR_AUTO_PTR(acr_json) *list = NULL, *add = NULL, *remove = NULL;
	const struct acr_json *connected;
	int rc;

	(void)ret;
	if ((rc = run_prepare(context, error)) < 0 || (rc = connected_get_all(context, &list, error)) < 0)
		return rc;
	connected = connected_by_name(list, name);
	if (!connected)
		return acr_fail(error, ACR_ERROR_GENERAL, "Connected registry '%s' doesn't exist.", name);
	add = actions_for(context, "add", connected_repository_actions(acr_json_str(connected, "/properties/mode")));
	remove = actions_for(context, "remove", writing);
	if ((rc = change_descendants(context, list, connected, remove, error)) < 0)
		return rc;
	if (acr_json_size(add) &&
	    (rc = connected_change_ancestors(context, list, connected_parent(list, connected), add, NULL,
					     "Adding repository permissions to", error)) < 0)
		return rc;
	return connected_change_rights(context, connected, add, remove, "Changing the repository permissions of",
				       error);
}
