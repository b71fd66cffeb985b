/* Managed identities of registries: who has them, and who reads the registry's key. */
#include "run/identity.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "run/run.h"

#define SYSTEM "[system]"

int identity_id(struct context *context, const char *text, char **ret, struct acr_error *error)
{
	const struct acr_registry *registry;
	int rc;

	if (*text == '/') {
		*ret = acr_strdup(text);
		return 0;
	}
	if ((rc = context_registry(context, &registry, error)) < 0)
		return rc;
	*ret = acr_format("/subscriptions/%s/resourceGroups/%s/providers/Microsoft.ManagedIdentity/"
			  "userAssignedIdentities/%s",
			  acr_client_subscription(context->client), registry->resource_group, text);
	return 0;
}

int identity_client_id(struct context *context, const char *id, char **ret, struct acr_error *error)
{
	struct acr_params params = {.path = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	acr_json_set_str(params.path, "identityId", id);
	rc = context_call(context, &acr_op_identity_show, &params, NULL, &answer, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	if (!acr_json_str(answer, "/properties/clientId"))
		return acr_fail(error, ACR_ERROR_FORMAT,
				"The managed identity '%s' has no client id yet; try again later.", id);
	*ret = acr_strdup(acr_json_str(answer, "/properties/clientId"));
	return 0;
}

/* The identities of a registry while they are changed. */
struct owned {
	bool system;
	struct acr_json *users; /* object: resource id → {} */
};

static void owned_clear(struct owned *owned)
{
	acr_json_free(owned->users);
}

static struct owned owned_by(const struct acr_json *registry)
{
	const char *type = acr_json_str(registry, "/identity/type");
	const struct acr_json *users = acr_json_at(registry, "/identity/userAssignedIdentities");

	return (struct owned){
		.system = type && strcasestr(type, "SystemAssigned"),
		.users = users ? acr_json_copy(users) : acr_json_new_object(),
	};
}

static int put_owned(struct owned *owned, struct acr_json **body, struct acr_error *error)
{
	bool users = acr_json_first(owned->users);
	const char *type = owned->system && users ? "SystemAssigned, UserAssigned"
			   : owned->system        ? "SystemAssigned"
			   : users                ? "UserAssigned"
						  : "None";
	struct acr_json *identity = acr_json_new_object();

	acr_json_set_str(identity, "type", type);
	if (users)
		acr_json_set(identity, "userAssignedIdentities", TAKE(owned->users));
	return acr_json_put(body, "/identity", identity, error);
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

int identity_assign_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO(owned) owned = owned_by(params->body);
	const struct acr_json *word;
	int rc;

	for (word = acr_json_first(args_value(context->args, "identities")); word; word = acr_json_next(word)) {
		ACR_AUTO_FREE char *id = NULL;

		if (!strcasecmp(acr_json_string(word), SYSTEM)) {
			owned.system = true;
			continue;
		}
		if ((rc = identity_id(context, acr_json_string(word), &id, error)) < 0)
			return rc;
		if (!find_user(&owned, id))
			acr_json_set(owned.users, id, acr_json_new_object());
	}
	return put_owned(&owned, &params->body, error);
}

static int remove_one(struct context *context, struct owned *owned, const char *text, struct acr_error *error)
{
	ACR_AUTO_FREE char *id = NULL, *key = NULL;
	int rc;

	if (!strcasecmp(text, SYSTEM)) {
		if (!owned->system)
			return acr_fail(error, ACR_ERROR_GENERAL,
					"The registry does not have a system identity assigned.");
		owned->system = false;
		return 0;
	}
	if ((rc = identity_id(context, text, &id, error)) < 0)
		return rc;
	key = acr_strdup(find_user(owned, id));
	if (!key)
		return acr_fail(
			error, ACR_ERROR_GENERAL,
			"The registry does not have specified user identity '%s' assigned, so it cannot be removed.",
			text);
	acr_json_remove(owned->users, key);
	return 0;
}

int identity_remove_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO(owned) owned = owned_by(params->body);
	const struct acr_json *word;
	int rc;

	if (!owned.system && !acr_json_first(owned.users))
		return acr_fail(error, ACR_ERROR_GENERAL, "The registry %s has no system or user assigned identities.",
				args_string(context->args, "registry"));
	for (word = acr_json_first(args_value(context->args, "identities")); word; word = acr_json_next(word))
		if ((rc = remove_one(context, &owned, acr_json_string(word), error)) < 0)
			return rc;
	return put_owned(&owned, &params->body, error);
}

static bool is_client_id(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	return !text[i];
}

/* As the service wants the identity that reads the key. */
static int key_reader(struct context *context, const char *text, char **ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *id = NULL;
	int rc;

	if (is_client_id(text) || !strcasecmp(text, SYSTEM)) {
		*ret = acr_strdup(*text == '[' ? "system" : text);
		return 0;
	}
	if ((rc = identity_id(context, text, &id, error)) < 0)
		return rc;
	return identity_client_id(context, id, ret, error);
}

int encryption_rotate_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *identity = args_string(context->args, "identity");
	const char *status = acr_json_str(params->body, "/properties/encryption/status");
	ACR_AUTO_FREE char *reader = NULL;
	int rc;

	if (!status || strcasecmp(status, "enabled") != 0)
		return acr_fail(
			error, ACR_ERROR_GENERAL,
			"usage error: key rotation is only applicable to registries with CMK enabled; '%s' was created "
			"without --key-encryption-key.",
			args_string(context->args, "registry"));
	if (!identity)
		return 0;
	if ((rc = key_reader(context, identity, &reader, error)) < 0)
		return rc;
	return acr_json_put(&params->body, "/properties/encryption/keyVaultProperties/identity",
			    acr_json_new_string(reader), error);
}
