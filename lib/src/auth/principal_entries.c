/* What service principals sign in with, as the Azure CLI keeps it: an array of objects. */
#include <acr/login.h>

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <acr/file.h>
#include "auth/indent.h"

#define FILE_NAME "service_principal_entries.json"
#define MAX_FILE ((size_t)4 << 20)
#define LOCK_MS 10000

static bool is_of(const struct acr_json *entry, const char *member, const char *value)
{
	const char *text = acr_json_string(acr_json_get(entry, member));

	return text && value && strcasecmp(text, value) == 0;
}

static int load(const char *path, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_FILE);
	int rc;

	if (access(path, F_OK) < 0 && errno == ENOENT) {
		*ret = acr_json_new_array();
		return 0;
	}
	if ((rc = acr_file_read(path, &text, error)) < 0)
		return rc;
	if ((rc = acr_json_parse(acr_buf_str(&text), text.length, ret, error)) < 0)
		return acr_error_prefix(error, "'%s' is damaged; run 'az account clear'", path);
	if (acr_json_is(*ret, ACR_JSON_ARRAY))
		return 0;
	acr_json_free(*ret);
	*ret = NULL;
	return acr_fail(error, ACR_ERROR_FORMAT, "'%s' is damaged: it is no list; run 'az account clear'", path);
}

/* Which entries go: those of this application, in this tenant unless that is NULL. */
static void drop(struct acr_json *entries, const char *client_id, const char *tenant)
{
	size_t index = 0;

	for (struct acr_json *entry; (entry = acr_json_item(entries, index));) {
		bool goes = is_of(entry, "client_id", client_id) && (!tenant || is_of(entry, "tenant", tenant));

		if (goes)
			acr_json_free(acr_json_detach_item(entries, index));
		else
			index++;
	}
}

static int change(const char *path, const char *client_id, const char *tenant, const struct acr_json *entry,
		  struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *entries = NULL;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	int rc;

	/* Where all go it does not matter what is there, not even whether it is damaged. */
	if (!client_id && !entry)
		entries = acr_json_new_array();
	else if ((rc = load(path, &entries, error)) < 0)
		return rc;
	drop(entries, client_id, tenant);
	if (entry)
		acr_json_append(entries, acr_json_copy(entry));
	json_indent(entries, "  ", &text);
	return acr_file_replace(path, text.data, text.length, 0600, error);
}

/* The lock is our own: az writes the file without one. */
static int change_locked(const char *folder, const char *client_id, const char *tenant, const struct acr_json *entry,
			 struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, FILE_NAME);
	ACR_AUTO_FREE char *lock_path = acr_format("%s.lockfile", path);
	int lock, rc;

	if (!entry && access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if ((rc = acr_folder_make(folder, error)) < 0)
		return rc;
	if ((lock = acr_file_lock(lock_path, LOCK_MS, error)) < 0)
		return lock;
	rc = change(path, client_id, tenant, entry, error);
	acr_file_unlock(lock);
	return rc;
}

int acr_principal_store(const char *folder, const struct acr_json *entry, struct acr_error *error)
{
	return change_locked(folder, acr_json_str(entry, "/client_id"), acr_json_str(entry, "/tenant"), entry, error);
}

int acr_principal_forget(const char *folder, const char *client_id, struct acr_error *error)
{
	return change_locked(folder, client_id, NULL, NULL, error);
}
