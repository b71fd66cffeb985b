/* The admin user of a registry, and whose password is right. */
#include "arm_registry.h"
#include "resource_id.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

/* Base64 of 39 bytes: 52 characters, as Azure's. */
#define PASSWORD_BYTES 39
static const char *const password_names[] = {"password", "password2"};

/* Registry names are unique, whatever their group. */
static char *document_name(const char *registry)
{
	char *name = acr_format("registry-%s", resource_name(registry));
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

static char *new_password(void)
{
	unsigned char bytes[PASSWORD_BYTES];
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	acr_random(bytes, sizeof(bytes));
	acr_base64_encode(bytes, sizeof(bytes), &text);
	return acr_buf_take(&text);
}

void secrets_create(const char *registry)
{
	ACR_AUTO_FREE char *name = document_name(registry);
	ACR_AUTO_FREE char *first = new_password();
	ACR_AUTO_FREE char *second = new_password();
	ACR_AUTO_PTR(acr_json) *secrets = json_build("{'password':%s,'password2':%s}", first, second);
	store_private_put(name, secrets);
}

void secrets_delete(const char *registry)
{
	ACR_AUTO_FREE char *name = document_name(registry);
	store_private_put(name, NULL);
}

static struct acr_json *read_secrets(const char *registry)
{
	ACR_AUTO_FREE char *name = document_name(registry);
	return store_private_get(name);
}

/* ---- actions -------------------------------------------------------------------------------------------------------
 */

static bool check_admin(struct arm_request *request, const struct acr_json *registry)
{
	if (acr_json_true(registry, "/properties/adminUserEnabled"))
		return true;
	registry_refuse(
		request->exchange, 400, "UnAuthorizedForCredentialOperations",
		"Cannot perform credential operations for %s as admin user is disabled. Kindly enable admin user as "
		"per docs: https://docs.microsoft.com/en-us/azure/container-registry/"
		"container-registry-authentication#admin-account",
		acr_json_str(registry, "/id"));
	return false;
}

static void reply_secrets(struct arm_request *request, const struct acr_json *registry)
{
	ACR_AUTO_PTR(acr_json) *secrets = read_secrets(request->id);
	struct acr_json *passwords = acr_json_new_array();
	for (size_t i = 0; i < ACR_COUNT(password_names); i++)
		acr_json_append(passwords, json_build("{'name':%s,'value':%s}", password_names[i],
						      acr_json_string(acr_json_get(secrets, password_names[i]))));
	struct acr_json *reply = json_build("{'username':%s}", acr_json_str(registry, "/name"));
	acr_json_set(reply, "passwords", passwords);
	reply_json(request->exchange, 200, reply);
}

void secrets_list(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->id);
	if (check_admin(request, registry))
		reply_secrets(request, registry);
}

void secrets_regenerate(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->id);
	const char *which = acr_json_str(request->body, "/name");
	if (!check_admin(request, registry))
		return;
	for (size_t i = 0; which && i < ACR_COUNT(password_names); i++) {
		if (strcasecmp(password_names[i], which) != 0)
			continue;
		ACR_AUTO_FREE char *name = document_name(request->id);
		ACR_AUTO_FREE char *password = new_password();
		ACR_AUTO_PTR(acr_json) *secrets = store_private_get(name);
		if (!secrets)
			secrets = acr_json_new_object();
		acr_json_set_str(secrets, password_names[i], password);
		store_private_put(name, secrets);
		reply_secrets(request, registry);
		return;
	}
	registry_refuse(request->exchange, 400, "InvalidCredentialName",
			"The password name '%s' is not valid. A registry has 'password' and 'password2'.",
			which ? which : "");
}

/* ---- sign-in at the registry
 * ----------------------------------------------------------------------------------------- */

static bool same_secret(const char *given, const char *secret)
{
	return secret && strlen(given) == strlen(secret) && CRYPTO_memcmp(given, secret, strlen(secret)) == 0;
}

static bool is_admin_password(const char *id, const char *password)
{
	ACR_AUTO_PTR(acr_json) *secrets = read_secrets(id);
	for (size_t i = 0; i < ACR_COUNT(password_names); i++)
		if (same_secret(password, acr_json_string(acr_json_get(secrets, password_names[i]))))
			return true;
	return false;
}

bool registry_password_valid(const char *id, const char *username, const char *password, struct acr_json **scopes)
{
	if (!strcmp(username, emulator.client_id)) {
		if (!same_secret(password, emulator.client_secret))
			return false;
	} else if (!strcasecmp(username, resource_name(id))) {
		ACR_AUTO_PTR(acr_json) *registry = store_get(id);
		if (!acr_json_true(registry, "/properties/adminUserEnabled") || !is_admin_password(id, password))
			return false;
	} else {
		return token_password_valid(id, username, password, scopes);
	}
	if (scopes)
		*scopes = NULL;
	return true;
}
