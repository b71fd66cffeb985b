/* Managed identities: how they are named, and which one reads the registry's key. */
#include "run/identity.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bind.h"
#include "run/run.h"

#define SYSTEM "[system]"

int identity_id(struct context *context, const char *text, char **ret, struct acr_error *error)
{
	return bind_resource_id(context, "Microsoft.ManagedIdentity/userAssignedIdentities", text, ret, error);
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
	ACR_AUTO_FREE char *reader = NULL;
	int rc;

	if (!identity)
		return 0;
	if ((rc = key_reader(context, identity, &reader, error)) < 0)
		return rc;
	return acr_json_put(&params->body, "/properties/encryption/keyVaultProperties/identity",
			    acr_json_new_string(reader), error);
}
