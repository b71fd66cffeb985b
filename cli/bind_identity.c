/* Managed identities in requests: {"type":"SystemAssigned, UserAssigned","userAssignedIdentities":{"<id>":{}}}. */
#include "bind.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "permission.h"

#define SYSTEM "[system]"
#define ALL "[all]"
#define TYPE "Microsoft.ManagedIdentity/userAssignedIdentities"

/* An identity object while it is changed. */
struct owned {
	bool known; /* what is there was in the request already */
	bool system;
	struct acr_json *users; /* object: resource id → {}; null for one that goes */
	char *type;             /* as the service spells it, "systemAssigned, userAssigned"; NULL for none */
};

static void owned_clear(struct owned *owned)
{
	acr_json_free(owned->users);
	free(owned->type);
}

static struct owned owned_by(const struct acr_json *identity)
{
	const char *type = acr_json_str(identity, "/type");
	const struct acr_json *users = acr_json_get(identity, "userAssignedIdentities");

	return (struct owned){
		.known = identity,
		.system = type && strcasestr(type, "SystemAssigned"),
		.users = users ? acr_json_copy(users) : acr_json_new_object(),
		.type = acr_strdup(type),
	};
}

static bool has_users(const struct owned *owned)
{
	const struct acr_json *user;

	for (user = acr_json_first(owned->users); user; user = acr_json_next(user))
		if (!acr_json_is_nothing(user))
			return true;
	return false;
}

/* Of an identity that is not known, only those that go are told, which "None" would not do. */
static int put_owned(const struct bind *bind, struct owned *owned, const char *to, struct acr_params *params,
		     struct acr_error *error)
{
	bool users = has_users(owned) || (!owned->known && acr_json_first(owned->users));
	const char *type = owned->system && users ? "SystemAssigned, UserAssigned"
			   : owned->system        ? "SystemAssigned"
			   : users                ? "UserAssigned"
						  : "None";
	struct acr_json *identity = acr_json_new_object();

	/* As az: a type that stays what it was goes back as it came. */
	if (bind->kind == BIND_UNASSIGN && owned->type && !strcasecmp(owned->type, type))
		type = owned->type;
	acr_json_set_str(identity, "type", type);
	if (users || (owned->system && acr_json_first(owned->users)))
		acr_json_set(identity, "userAssignedIdentities", TAKE(owned->users));
	return acr_json_put(&params->body, to, identity, error);
}

/* Ids are compared without case; the key under which the service has one, or NULL. */
static const char *find_user(const struct owned *owned, const char *id)
{
	const struct acr_json *user;

	for (user = acr_json_first(owned->users); user; user = acr_json_next(user))
		if (!strcasecmp(acr_json_key(user), id))
			return acr_json_key(user);
	return NULL;
}

static int unassign(struct context *context, const struct bind *bind, const char *id, const char *word,
		    struct owned *owned, struct acr_error *error)
{
	const struct acr_op *op = context->args->command->op;
	ACR_AUTO_FREE char *key = acr_strdup(find_user(owned, id));

	if (owned->known && !key)
		return bind_missing(context, bind, word, error);
	if (!strcmp(op->method, "PATCH"))
		acr_json_set(owned->users, key ? key : id, acr_json_new_null());
	else
		acr_json_remove(owned->users, key);
	return 0;
}

int bind_identity(struct context *context, const struct bind *bind, const char *to, const struct acr_json *value,
		  struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO(owned) owned = owned_by(acr_json_at(params->body, to));
	ACR_AUTO_PTR(acr_json) *words = permission_list(NULL, value);
	const struct acr_json *word;
	bool assign = bind->kind == BIND_ASSIGN;
	int rc;

	if (!acr_json_first(words))
		owned.system = assign;
	for (word = acr_json_first(words); word; word = acr_json_next(word)) {
		const char *text = acr_json_string(word);
		ACR_AUTO_FREE char *id = NULL;

		if (!strcasecmp(text, SYSTEM)) {
			owned.system = assign;
			continue;
		}
		if (!assign && !strcmp(text, ALL)) {
			owned_clear(&owned);
			owned = (struct owned){.known = true, .users = acr_json_new_object()};
			continue;
		}
		if (!*text)
			continue;
		if ((rc = bind_resource_id(context, TYPE, text, &id, error)) < 0)
			return rc;
		if (!assign)
			rc = unassign(context, bind, id, text, &owned, error);
		else if (!find_user(&owned, id))
			acr_json_set(owned.users, id, acr_json_new_object());
		if (rc < 0)
			return rc;
	}
	return put_owned(bind, &owned, to, params, error);
}
