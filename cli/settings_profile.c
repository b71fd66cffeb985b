/* Changes of azureProfile.json, in the form that az gives it. */
#include <acr/file.h>
#include <acr/mem.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "ini.h"
#include "settings_files.h"

#define FILE_NAME "azureProfile.json"
#define LOCK_MS 10000

static bool same_text(const struct acr_json *entry, const char *pointer, const char *text)
{
	const char *value = acr_json_str(entry, pointer);

	return value && text && !strcasecmp(value, text);
}

int settings_all_accounts(struct settings *settings, const struct acr_json **ret, struct acr_error *error)
{
	int rc = settings_read_profile(settings, error);

	if (rc == 0)
		*ret = acr_json_get(settings->profile, "subscriptions");
	return rc;
}

static void forget_profile(struct settings *settings)
{
	acr_json_free(settings->profile);
	acr_json_free(settings->accounts);
	settings->profile = settings->accounts = NULL;
}

bool settings_ignore_broken_profile(struct settings *settings, struct acr_error *reason)
{
	if (settings_read_profile(settings, reason) != ACR_ERROR_FORMAT)
		return false;
	settings->profile = acr_json_new_object();
	return true;
}

/* clouds.config remembers the subscription of a cloud; az looks there first. */
static int remember_in_cloud(struct settings *settings, const char *id, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(settings_folder(settings), "clouds.config");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(1 << 20);
	ACR_AUTO_FREE char *changed = NULL;
	int rc;

	if (access(path, F_OK) == 0 && (rc = acr_file_read(path, &text, error)) < 0)
		return rc;
	changed = ini_set(acr_buf_str(&text), settings_cloud_name(settings), "subscription", id);
	return acr_file_replace(path, changed, strlen(changed), 0600, error);
}

/* What is to become of the accounts, an array. *chosen gets the id of the default one when that is another now; yours
 * to free(). */
typedef int (*account_change)(struct settings *settings, void *user, struct acr_json *all, char **chosen,
			      struct acr_error *error);

static int write_profile(struct settings *settings, const char *path, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	/* az writes the file with a byte order mark and expects either form. */
	acr_buf_puts(&text, "\xef\xbb\xbf");
	acr_json_write(settings->profile, &text);
	return acr_file_replace(path, text.data, text.length, 0600, error);
}

static int change_locked(struct settings *settings, const char *path, account_change change, void *user,
			 struct acr_error *error)
{
	ACR_AUTO_FREE char *chosen = NULL;
	ACR_AUTO(acr_error) broken = ACR_ERROR_INIT;
	struct acr_json *all;
	int rc;

	/* What another command has written meanwhile counts; what cannot be read is written anew, as az does. */
	forget_profile(settings);
	if (!settings_ignore_broken_profile(settings, &broken) && broken.code < 0)
		return acr_error_move(error, &broken);
	all = acr_json_get(settings->profile, "subscriptions");
	if (!acr_json_is(all, ACR_JSON_ARRAY)) {
		all = acr_json_new_array();
		acr_json_set(settings->profile, "subscriptions", all);
	}
	if ((rc = change(settings, user, all, &chosen, error)) < 0 || (rc = write_profile(settings, path, error)) < 0)
		return rc;
	acr_json_free(settings->accounts);
	settings->accounts = NULL;
	return chosen ? remember_in_cloud(settings, chosen, error) : 0;
}

static int change_accounts(struct settings *settings, account_change change, void *user, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(settings_folder(settings), FILE_NAME);
	/* The lock is our own: az writes the file without one. */
	ACR_AUTO_FREE char *lock_path = acr_format("%s.lockfile", path);
	int lock, rc = acr_folder_make(settings_folder(settings), error);

	if (rc < 0)
		return rc;
	if ((lock = acr_file_lock(lock_path, LOCK_MS, error)) < 0)
		return lock;
	rc = change_locked(settings, path, change, user, error);
	acr_file_unlock(lock);
	return rc;
}

/* ---- adding ---- */

static const char *default_id(const struct acr_json *accounts)
{
	const struct acr_json *entry;

	for (entry = acr_json_first(accounts); entry; entry = acr_json_next(entry))
		if (acr_json_true(entry, "/isDefault"))
			return acr_json_str(entry, "/id");
	return NULL;
}

/* Of the new ones: that of the present default, else the first that is enabled, else the first. */
static struct acr_json *new_default(const struct acr_json *added, const char *present)
{
	struct acr_json *entry, *enabled = NULL;

	for (entry = acr_json_first(added); entry; entry = acr_json_next(entry)) {
		if (present && same_text(entry, "/id", present))
			return entry;
		if (!enabled && same_text(entry, "/state", "Enabled"))
			enabled = entry;
	}
	return enabled ? enabled : acr_json_first(added);
}

static void put(struct acr_json *all, const struct acr_json *account)
{
	size_t index = 0;
	struct acr_json *entry;

	for (entry = acr_json_first(all); entry; entry = acr_json_next(entry), index++)
		if (same_text(entry, "/id", acr_json_str(account, "/id")))
			break;
	if (!entry || !acr_json_replace(all, index, acr_json_copy(account)))
		acr_json_append(all, acr_json_copy(account));
}

static int add(struct settings *settings, void *user, struct acr_json *all, char **chosen, struct acr_error *error)
{
	struct acr_json *added = user, *first = new_default(added, default_id(all)), *entry;

	(void)settings, (void)error;
	if (!first)
		return 0;
	for (entry = acr_json_first(all); entry; entry = acr_json_next(entry))
		acr_json_set_bool(entry, "isDefault", false);
	for (entry = acr_json_first(added); entry; entry = acr_json_next(entry))
		acr_json_set_bool(entry, "isDefault", entry == first);
	for (entry = acr_json_first(added); entry; entry = acr_json_next(entry))
		put(all, entry);
	*chosen = acr_strdup(acr_json_str(first, "/id"));
	return 0;
}

int settings_add_accounts(struct settings *settings, struct acr_json *accounts, struct acr_error *error)
{
	return change_accounts(settings, add, accounts, error);
}

/* ---- taking away ---- */

static void drop(struct acr_json *all, const char *pointer, const char *value)
{
	size_t index = 0;
	struct acr_json *entry;

	while ((entry = acr_json_item(all, index))) {
		if (!pointer || same_text(entry, pointer, value))
			acr_json_free(acr_json_detach_item(all, index));
		else
			index++;
	}
}

static int drop_user(struct settings *settings, void *user, struct acr_json *all, char **chosen,
		     struct acr_error *error)
{
	(void)settings, (void)chosen, (void)error;
	drop(all, user ? "/user/name" : NULL, user);
	return 0;
}

int settings_remove_accounts(struct settings *settings, const char *user, struct acr_error *error)
{
	ACR_AUTO_FREE char *name = acr_strdup(user);

	return change_accounts(settings, drop_user, name, error);
}

/* The default stays what it is, in another cloud too, as long as it is there. */
static int replace(struct settings *settings, void *user, struct acr_json *all, char **chosen, struct acr_error *error)
{
	ACR_AUTO_FREE char *present = acr_strdup(default_id(all));
	struct acr_json *fresh = user, *entry;

	(void)error;
	drop(all, "/environmentName", settings_cloud_name(settings));
	bool elsewhere = default_id(all) != NULL;
	struct acr_json *first = elsewhere || !present ? NULL : new_default(fresh, present);
	for (entry = acr_json_first(fresh); entry; entry = acr_json_next(entry)) {
		acr_json_set_bool(entry, "isDefault", entry == first);
		put(all, entry);
	}
	if (first)
		*chosen = acr_strdup(acr_json_str(first, "/id"));
	return 0;
}

int settings_replace_accounts(struct settings *settings, struct acr_json *accounts, struct acr_error *error)
{
	return change_accounts(settings, replace, accounts, error);
}

/* ---- choosing ---- */

static int choose(struct settings *settings, void *user, struct acr_json *all, char **chosen, struct acr_error *error)
{
	const char *id = user;
	struct acr_json *entry;

	(void)error;
	/* As az has it: there is one default in all clouds together. */
	for (entry = acr_json_first(all); entry; entry = acr_json_next(entry))
		acr_json_set_bool(entry, "isDefault",
				  same_text(entry, "/environmentName", settings_cloud_name(settings)) &&
					  same_text(entry, "/id", id));
	*chosen = acr_strdup(id);
	return 0;
}

int settings_set_account(struct settings *settings, const char *subscription, struct acr_error *error)
{
	const struct acr_json *accounts, *account;
	ACR_AUTO_FREE char *id = NULL;
	bool ambiguous;
	int rc = settings_accounts(settings, &accounts, error);

	if (rc < 0)
		return rc;
	account = settings_find_account(accounts, subscription, &ambiguous);
	if (!account || ambiguous)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The subscription of '%s' %s in cloud '%s'. See 'acr account list'.", subscription,
				account ? "has more than one match" : "doesn't exist", settings_cloud_name(settings));
	id = acr_strdup(acr_json_str(account, "/id"));
	if (!id)
		return acr_fail(error, ACR_ERROR_FORMAT,
				"The subscription '%s' has no id in %s/" FILE_NAME ". Run 'az login' again.",
				subscription, settings_folder(settings));
	return change_accounts(settings, choose, id, error);
}
