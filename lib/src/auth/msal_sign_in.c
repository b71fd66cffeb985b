/* Sign-ins in MSAL's cache: what a login adds and a logout removes. */
#include <acr/file.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <acr/uri.h>
#include "auth/msal_cache.h"
#include "auth/signed_in.h"

#define FILE_NAME "msal_token_cache.json"

/* ---- adding ---- */

struct addition {
	const struct acr_login *login;
	const struct acr_signed_in *who;
	char *environment; /* host of the authority */
};

/* An entry with what all of a user's have. */
static struct acr_json *new_entry(const struct addition *a, const char *type, const char *secret)
{
	struct acr_json *entry = acr_json_new_object();

	if (type)
		acr_json_set_str(entry, "credential_type", type);
	if (secret)
		acr_json_set_str(entry, "secret", secret);
	acr_json_set_str(entry, "home_account_id", a->who->home_account_id);
	acr_json_set_str(entry, "environment", a->environment);
	return entry;
}

static void put_account(const struct addition *a, struct acr_json *cache)
{
	struct acr_json *entry = new_entry(a, NULL, NULL);
	const char *home = a->who->home_account_id;
	ACR_AUTO_FREE char *local = acr_strndup(home, strcspn(home, "."));
	ACR_AUTO_FREE char *key = MSAL_KEY(home, a->environment, a->who->tenant);

	acr_json_set_str(entry, "realm", a->who->tenant);
	acr_json_set_str(entry, "local_account_id", local);
	acr_json_set_str(entry, "username", a->who->username);
	acr_json_set_str(entry, "authority_type", acr_cloud_is_adfs(a->login->cloud) ? "ADFS" : "MSSTS");
	acr_json_set(msal_section(cache, "Account"), key, entry);
}

static void put_id_token(const struct addition *a, struct acr_json *cache)
{
	struct acr_json *entry = new_entry(a, "IdToken", acr_json_str(a->who->answer, "/id_token"));
	ACR_AUTO_FREE char *key =
		MSAL_KEY(a->who->home_account_id, a->environment, "idtoken", MSAL_CLI_CLIENT_ID, a->who->tenant, "");

	acr_json_set_str(entry, "realm", a->who->tenant);
	acr_json_set_str(entry, "client_id", MSAL_CLI_CLIENT_ID);
	acr_json_set(msal_section(cache, "IdToken"), key, entry);
}

static void put_refresh_token(const struct addition *a, const char *target, int64_t now, struct acr_json *cache)
{
	const char *token = acr_json_str(a->who->answer, "/refresh_token");
	const char *family = acr_json_str(a->who->answer, "/foci");
	struct acr_json *entry;

	if (!token)
		return;
	ACR_AUTO_FREE char *key =
		MSAL_KEY(a->who->home_account_id, a->environment, "refreshtoken", MSAL_CLI_CLIENT_ID, "", target);
	entry = new_entry(a, "RefreshToken", token);
	acr_json_set_str(entry, "client_id", MSAL_CLI_CLIENT_ID);
	acr_json_set_str(entry, "target", target);
	msal_set_time(entry, "last_modification_time", now);
	if (family)
		acr_json_set_str(entry, "family_id", family);
	acr_json_set(msal_section(cache, "RefreshToken"), key, entry);
}

static void put_program(const struct addition *a, struct acr_json *cache)
{
	const char *family = acr_json_str(a->who->answer, "/foci");
	struct acr_json *entry = acr_json_new_object();
	ACR_AUTO_FREE char *key = MSAL_KEY("appmetadata", a->environment, MSAL_CLI_CLIENT_ID);

	acr_json_set_str(entry, "client_id", MSAL_CLI_CLIENT_ID);
	acr_json_set_str(entry, "environment", a->environment);
	acr_json_set_str(entry, "family_id", family ? family : "");
	acr_json_set(msal_section(cache, "AppMetadata"), key, entry);
}

static bool is_of(const struct acr_json *entry, const char *member, const char *value)
{
	const char *text = acr_json_string(acr_json_get(entry, member));

	return text && strcasecmp(text, value) == 0;
}

/* Remove the entries of a section whose member has this value; whether there were any. */
static bool drop(struct acr_json *section, const char *member, const char *value)
{
	struct acr_json *next;
	bool dropped = false;

	for (struct acr_json *entry = acr_json_first(section); entry; entry = next) {
		next = acr_json_next(entry);
		if (!is_of(entry, member, value))
			continue;
		ACR_AUTO_FREE char *key = acr_strdup(acr_json_key(entry));
		acr_json_remove(section, key);
		dropped = true;
	}
	return dropped;
}

static bool add(void *user, struct acr_json *cache)
{
	const struct addition *a = user;
	const struct msal_user owner = {.realm = a->who->tenant, .home_account_id = a->who->home_account_id};
	ACR_AUTO_FREE char *scope = login_scope(a->login);
	ACR_AUTO_FREE char *target = acr_format("%s/.default", a->login->resource);
	const char *granted = acr_json_str(a->who->answer, "/scope");
	int64_t now = a->login->clock->now(a->login->clock);

	/* An older one of this user would be found first by some, and is good for nothing any more. */
	if (acr_json_str(a->who->answer, "/refresh_token"))
		drop(acr_json_get(cache, "RefreshToken"), "home_account_id", a->who->home_account_id);
	msal_put_access_token(cache, &owner, a->environment, a->who->answer, target, now);
	put_account(a, cache);
	put_id_token(a, cache);
	put_refresh_token(a, granted ? granted : scope, now, cache);
	put_program(a, cache);
	return true;
}

int acr_msal_store(const char *folder, const struct acr_login *login, const struct acr_signed_in *signed_in,
		   struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, FILE_NAME);
	ACR_AUTO(acr_uri) authority = {0};
	int rc;

	if ((rc = acr_uri_parse(login->cloud->authority, &authority, error)) < 0 ||
	    (rc = acr_folder_make(folder, error)) < 0)
		return rc;
	struct addition addition = {login, signed_in, authority.host};
	return msal_cache_change(path, login->clock, add, &addition, error);
}

/* ---- removing ---- */

static const char *const sections[] = {"AccessToken", "RefreshToken", "IdToken", "Account"};

static bool forget_home(struct acr_json *cache, const char *home)
{
	bool dropped = false;

	for (size_t i = 0; i < ACR_COUNT(sections); i++)
		dropped |= drop(acr_json_get(cache, sections[i]), "home_account_id", home);
	return dropped;
}

static bool forget_user(void *user, struct acr_json *cache)
{
	const char *username = user;
	/* Of an application the cache has access tokens only, under its client id. */
	bool dropped = drop(acr_json_get(cache, "AccessToken"), "client_id", username);

	for (const struct acr_json *account = acr_json_first(acr_json_get(cache, "Account")); account;) {
		const char *home = acr_json_string(acr_json_get(account, "home_account_id"));

		if (!is_of(account, "username", username) || !home) {
			account = acr_json_next(account);
			continue;
		}
		ACR_AUTO_FREE char *id = acr_strdup(home);
		dropped |= forget_home(cache, id);
		account = acr_json_first(acr_json_get(cache, "Account"));
	}
	return dropped;
}

int acr_msal_forget(const char *folder, const char *username, const struct acr_clock *clock, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, FILE_NAME);
	ACR_AUTO_FREE char *name = acr_strdup(username);

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	return username ? msal_cache_change(path, clock, forget_user, name, error)
			: msal_cache_clear(path, clock, error);
}
