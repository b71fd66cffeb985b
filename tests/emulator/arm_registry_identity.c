/* Managed identities: of a registry, and the user-assigned ones as resources. */
#include "arm_registry.h"
#include "resource_id.h"

#include <string.h>
#include <strings.h>

/* Ids that stay the same for the same resource. */
static void derived_uuid(const char *kind, const char *id, char ret[37])
{
	ACR_AUTO_FREE char *text = acr_format("%s %s %s", emulator.client_id, kind, id);
	char hex[65];
	acr_sha256_hex(text, strlen(text), hex);
	ACR_AUTO_FREE char *uuid =
		acr_format("%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15, hex + 18);
	memcpy(ret, uuid, 37);
}

void identity_put(struct arm_request *request)
{
	if (!request->name) {
		arm_generic(request);
		return;
	}
	char principal[37], client[37];
	derived_uuid("principal", request->id, principal);
	derived_uuid("client", request->id, client);
	acr_json_set(
		request->body, "properties",
		json_build("{'tenantId':%s,'principalId':%s,'clientId':%s}", emulator.tenant_id, principal, client));
	if (!acr_json_get(request->body, "tags"))
		acr_json_set(request->body, "tags", acr_json_new_object());
	arm_generic(request);
}

static bool has_word(const char *type, const char *word)
{
	return type && strcasestr(type, word);
}

/* The described identity, or NULL when there is no such resource. */
static struct acr_json *describe_user_identity(const char *id)
{
	ACR_AUTO_PTR(acr_json) *resource = store_get(id);
	const char *principal = acr_json_str(resource, "/properties/principalId");
	return principal ? json_build("{'principalId':%s,'clientId':%s}", principal,
				      acr_json_str(resource, "/properties/clientId"))
			 : NULL;
}

static bool add_user_identity(struct arm_request *request, struct acr_json *into, const char *id)
{
	struct acr_json *described = describe_user_identity(id);
	if (described) {
		acr_json_set(into, id, described);
		return true;
	}
	registry_refuse(request->exchange, 400, "FailedIdentityOperation",
			"Identity operation for resource '%s' failed with error 'Failed to perform resource identity "
			"operation. Resource '%s' was not found.'.",
			request->id, id);
	return false;
}

/* Identities of the body on top of the present ones of a PATCH; null takes one away. */
static bool collect_user_identities(struct arm_request *request, const struct acr_json *present, struct acr_json *into)
{
	const struct acr_json *given = acr_json_at(request->body, "/identity/userAssignedIdentities");
	const struct acr_json *old = acr_json_get(present, "userAssignedIdentities");
	bool keep = !strcmp(request->exchange->method, "PATCH");
	for (const struct acr_json *member = keep ? acr_json_first(old) : NULL; member; member = acr_json_next(member))
		if (!acr_json_is(acr_json_get(given, acr_json_key(member)), ACR_JSON_NULL) &&
		    !add_user_identity(request, into, acr_json_key(member)))
			return false;
	for (const struct acr_json *member = acr_json_first(given); member; member = acr_json_next(member))
		if (!acr_json_is(member, ACR_JSON_NULL) && !add_user_identity(request, into, acr_json_key(member)))
			return false;
	return true;
}

bool identity_apply(struct arm_request *request, const struct acr_json *present, struct acr_json **ret)
{
	const struct acr_json *given = acr_json_get(request->body, "identity");
	const char *type = acr_json_str(given, "/type");
	if (!given && !strcmp(request->exchange->method, "PATCH")) {
		*ret = acr_json_copy(present);
		return true;
	}
	bool system = has_word(type, "SystemAssigned"), user = has_word(type, "UserAssigned");
	struct acr_json *identity = acr_json_new_object();
	acr_json_set_str(identity, "type",
			 system && user ? "systemAssigned, userAssigned"
			 : system       ? "systemAssigned"
					: "userAssigned");
	if (system) {
		char principal[37];
		derived_uuid("system", request->id, principal);
		acr_json_set_str(identity, "principalId", principal);
		acr_json_set_str(identity, "tenantId", emulator.tenant_id);
	}
	if (user) {
		acr_json_set(identity, "userAssignedIdentities", acr_json_new_object());
		if (!collect_user_identities(request, present, acr_json_get(identity, "userAssignedIdentities"))) {
			acr_json_free(identity);
			return false;
		}
	}
	if (system || user)
		*ret = identity;
	else
		acr_json_free(identity), *ret = NULL;
	return true;
}
