/* The directory: applications and service principals, kept in one private document of the store. */
#include "directory.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

#define DOCUMENT "directory"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *const members[] = {
	[DIRECTORY_APPLICATIONS] = "applications",
	[DIRECTORY_PRINCIPALS] = "servicePrincipals",
};

/* The whole document: objects by id, secrets by application and key. */
static struct acr_json *read_document(void)
{
	struct acr_json *document = store_private_get(DOCUMENT);
	return document ? document : json_build("{'applications':{},'servicePrincipals':{},'secrets':{}}");
}

/* The emulator's own account, as others see it. */
static struct acr_json *own_object(enum directory_kind kind)
{
	if (kind == DIRECTORY_APPLICATIONS)
		return json_build("{'id':%s,'appId':%s,'displayName':%s,'identifierUris':[],'passwordCredentials':[],"
				  "'keyCredentials':[]}",
				  emulator.client_id, emulator.client_id, SUBSCRIPTION_NAME);
	return json_build("{'id':%s,'appId':%s,'displayName':%s,'accountEnabled':true,'servicePrincipalNames':[%s],"
			  "'servicePrincipalType':'Application'}",
			  emulator.client_id, emulator.client_id, SUBSCRIPTION_NAME, emulator.client_id);
}

struct acr_json *directory_list(enum directory_kind kind)
{
	pthread_mutex_lock(&lock);
	ACR_AUTO_PTR(acr_json) *document = read_document();
	pthread_mutex_unlock(&lock);
	struct acr_json *list = acr_json_new_array();
	acr_json_append(list, own_object(kind));
	const struct acr_json *object = acr_json_first(acr_json_get(document, members[kind]));
	for (; object; object = acr_json_next(object))
		acr_json_append(list, acr_json_copy(object));
	return list;
}

/* The object of a kind whose member (of texts) has that value. */
static struct acr_json *find(enum directory_kind kind, const char *member, const char *value)
{
	ACR_AUTO_PTR(acr_json) *list = directory_list(kind);
	for (const struct acr_json *object = acr_json_first(list); object; object = acr_json_next(object)) {
		const char *text = acr_json_string(acr_json_get(object, member));
		if (text && !strcasecmp(text, value))
			return acr_json_copy(object);
	}
	return NULL;
}

struct acr_json *directory_get(enum directory_kind kind, const char *id)
{
	return find(kind, "id", id);
}

void directory_put(enum directory_kind kind, const struct acr_json *object)
{
	pthread_mutex_lock(&lock);
	ACR_AUTO_PTR(acr_json) *document = read_document();
	acr_json_set(acr_json_get(document, members[kind]), acr_json_str(object, "/id"), acr_json_copy(object));
	store_private_put(DOCUMENT, document);
	pthread_mutex_unlock(&lock);
}

bool directory_delete(enum directory_kind kind, const char *id)
{
	ACR_AUTO_PTR(acr_json) *object = directory_get(kind, id);
	const char *app_id = acr_json_str(object, "/appId");
	if (!app_id || !strcmp(app_id, emulator.client_id))
		return false;
	ACR_AUTO_FREE char *principal = directory_principal_of(app_id);
	pthread_mutex_lock(&lock);
	ACR_AUTO_PTR(acr_json) *document = read_document();
	acr_json_remove(acr_json_get(document, members[kind]), acr_json_str(object, "/id"));
	if (kind == DIRECTORY_APPLICATIONS) {
		acr_json_remove(acr_json_get(document, "secrets"), app_id);
		if (principal)
			acr_json_remove(acr_json_get(document, members[DIRECTORY_PRINCIPALS]), principal);
	}
	store_private_put(DOCUMENT, document);
	pthread_mutex_unlock(&lock);
	return true;
}

/* Only the hash is kept. */
void directory_secret_put(const char *app_id, const char *key_id, const char *secret)
{
	pthread_mutex_lock(&lock);
	ACR_AUTO_PTR(acr_json) *document = read_document();
	struct acr_json *all = acr_json_get(document, "secrets");
	if (!acr_json_get(all, app_id))
		acr_json_set(all, app_id, acr_json_new_object());
	if (secret) {
		char hash[65];
		acr_sha256_hex(secret, strlen(secret), hash);
		acr_json_set_str(acr_json_get(all, app_id), key_id, hash);
	} else {
		acr_json_remove(acr_json_get(all, app_id), key_id);
	}
	store_private_put(DOCUMENT, document);
	pthread_mutex_unlock(&lock);
}

bool directory_secret_valid(const char *app_id, const char *secret)
{
	char hash[65];
	acr_sha256_hex(secret, strlen(secret), hash);
	pthread_mutex_lock(&lock);
	ACR_AUTO_PTR(acr_json) *document = read_document();
	pthread_mutex_unlock(&lock);
	const struct acr_json *key = acr_json_first(acr_json_get(acr_json_get(document, "secrets"), app_id));
	for (; key; key = acr_json_next(key)) {
		const char *known = acr_json_string(key);
		if (known && strlen(known) == strlen(hash) && CRYPTO_memcmp(known, hash, strlen(hash)) == 0)
			return true;
	}
	return false;
}

bool directory_has_application(const char *app_id)
{
	ACR_AUTO_PTR(acr_json) *application = find(DIRECTORY_APPLICATIONS, "appId", app_id);
	return application != NULL;
}

char *directory_principal_of(const char *app_id)
{
	ACR_AUTO_PTR(acr_json) *principal = find(DIRECTORY_PRINCIPALS, "appId", app_id);
	return acr_strdup(acr_json_str(principal, "/id"));
}
