/* Read and change MSAL's token cache.
 *
 * The file has a section for each kind of entry; a section maps keys, made of an entry's own fields, to entries.
 * Lookups go by the fields, as in MSAL itself; keys matter when an entry is stored. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <acr/file.h>
#include "auth/indent.h"
#include "auth/msal_cache.h"
#include "auth/msal_lock.h"
#include "auth/oauth.h"

#define MAX_FILE ((size_t)64 << 20)
#define READ_TRIES 3
#define READ_PAUSE_MS 300

/* `last`: an empty file, which an interrupted az leaves behind, is as good as none. */
static int read_once(const char *path, bool last, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_FILE);
	int rc = acr_file_read(path, &text, error);

	if (rc == 0 && last && !text.length)
		*ret = NULL;
	else if (rc == 0)
		rc = acr_json_parse(acr_buf_str(&text), text.length, ret, error);
	return rc;
}

int msal_cache_read(const char *path, const struct acr_clock *clock, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	int rc;

	if (access(path, F_OK) < 0 && errno == ENOENT) {
		*ret = NULL;
		return 0;
	}
	for (int tries = 1;; tries++) {
		rc = read_once(path, tries == READ_TRIES, ret, &reason);
		if (rc != ACR_ERROR_FORMAT || tries == READ_TRIES)
			break;
		if ((rc = clock->sleep(clock, READ_PAUSE_MS, error)) < 0)
			return rc;
	}
	if (rc == ACR_ERROR_FORMAT)
		return acr_fail(error, rc,
				"the Azure CLI's token cache '%s' is damaged (%s); run 'az account clear' and "
				"'az login'",
				path, reason.message);
	return rc < 0 ? acr_error_move(error, &reason) : 0;
}

/* https://login.microsoftonline.com/common/discovery/instance: hosts of one line are the same service. */
static bool same_service(const char *a, const char *b)
{
	static const char *const services[][4] = {
		{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"},
		{"login.chinacloudapi.cn", "login.partner.microsoftonline.cn"},
		{"login.microsoftonline.us", "login.usgovcloudapi.net"},
	};

	if (strcasecmp(a, b) == 0)
		return true;
	for (size_t i = 0; i < ACR_COUNT(services); i++) {
		bool has_a = false, has_b = false;

		for (size_t j = 0; j < ACR_COUNT(services[i]) && services[i][j]; j++) {
			has_a |= strcasecmp(a, services[i][j]) == 0;
			has_b |= strcasecmp(b, services[i][j]) == 0;
		}
		if (has_a && has_b)
			return true;
	}
	return false;
}

static const char *field(const struct acr_json *entry, const char *name)
{
	const char *text = acr_json_string(acr_json_get(entry, name));

	return text ? text : "";
}

static bool field_is(const struct acr_json *entry, const char *name, const char *text)
{
	return strcasecmp(field(entry, name), text) == 0;
}

static bool belongs_to(const struct acr_json *entry, const struct msal_user *user)
{
	return field_is(entry, "home_account_id", user->home_account_id) &&
	       same_service(field(entry, "environment"), user->host);
}

bool msal_find_user(const struct acr_json *cache, struct msal_user *user)
{
	const struct acr_json *entry = acr_json_first(acr_json_get(cache, "Account"));

	for (; entry; entry = acr_json_next(entry)) {
		if (field_is(entry, "username", user->username) &&
		    same_service(field(entry, "environment"), user->host) && *field(entry, "home_account_id")) {
			user->home_account_id = field(entry, "home_account_id");
			return true;
		}
	}
	return false;
}

/* Whether the blank-separated `list` has `word`. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *p = list; *p; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (strncasecmp(p, word, length) == 0 && (p[length] == ' ' || !p[length]))
			return true;
	}
	return false;
}

bool msal_find_access_token(const struct acr_json *cache, const struct msal_user *user, const char *scope,
			    int64_t after, struct acr_token *ret)
{
	const struct acr_json *entry = acr_json_first(acr_json_get(cache, "AccessToken"));

	for (; entry; entry = acr_json_next(entry)) {
		int64_t end = oauth_number(entry, "expires_on", 0);

		if (end > after && *field(entry, "secret") && belongs_to(entry, user) &&
		    field_is(entry, "client_id", MSAL_CLI_CLIENT_ID) && field_is(entry, "realm", user->realm) &&
		    has_word(field(entry, "target"), scope)) {
			*ret = (struct acr_token){
				.secret = acr_strdup(field(entry, "secret")), .expires_on = end, .cached = true};
			return true;
		}
	}
	return false;
}

static bool is_usable_refresh_token(const struct acr_json *entry, const struct msal_user *user)
{
	return belongs_to(entry, user) && *field(entry, "secret") &&
	       (field_is(entry, "client_id", MSAL_CLI_CLIENT_ID) || field_is(entry, "family_id", MSAL_FAMILY_ID));
}

/* Newer ones first; of the same age, the one earlier in the file. */
static bool comes_before(const struct acr_json *a, const struct acr_json *b, bool a_is_earlier)
{
	int64_t age_a = oauth_number(a, "last_modification_time", 0);
	int64_t age_b = oauth_number(b, "last_modification_time", 0);

	return age_a != age_b ? age_a > age_b : a_is_earlier;
}

const struct acr_json *msal_find_refresh_token(const struct acr_json *cache, const struct msal_user *user, size_t index)
{
	const struct acr_json *section = acr_json_get(cache, "RefreshToken");

	for (const struct acr_json *entry = acr_json_first(section); entry; entry = acr_json_next(entry)) {
		bool earlier = true;
		size_t rank = 0;

		if (!is_usable_refresh_token(entry, user))
			continue;
		for (const struct acr_json *other = acr_json_first(section); other; other = acr_json_next(other)) {
			if (other == entry)
				earlier = false;
			else if (is_usable_refresh_token(other, user) && comes_before(other, entry, earlier))
				rank++;
		}
		if (rank == index)
			return entry;
	}
	return NULL;
}

/* ---- changing ---- */

char *msal_key(const char *const *parts)
{
	ACR_AUTO(acr_buf) key = ACR_BUF_INIT;

	acr_buf_puts(&key, *parts);
	while (*++parts)
		acr_buf_printf(&key, "-%s", *parts);
	for (char *p = key.data; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return acr_buf_take(&key);
}

void msal_set_time(struct acr_json *entry, const char *name, int64_t time)
{
	ACR_AUTO_FREE char *text = acr_format("%lld", (long long)time);

	acr_json_set_str(entry, name, text);
}

struct acr_json *msal_section(struct acr_json *cache, const char *name)
{
	struct acr_json *section = acr_json_get(cache, name);

	if (!acr_json_is(section, ACR_JSON_OBJECT)) {
		section = acr_json_new_object();
		acr_json_set(cache, name, section);
	}
	return section;
}

void msal_put_access_token(struct acr_json *cache, const struct msal_user *user, const char *environment,
			   const struct acr_json *answer, const char *scope, int64_t now)
{
	ACR_AUTO(acr_token) token = oauth_token(answer, now);
	const char *granted = acr_json_str(answer, "/scope");
	const char *type = acr_json_str(answer, "/token_type");
	struct acr_json *entry = acr_json_new_object();
	int64_t refresh_in = oauth_number(answer, "refresh_in", -1);

	acr_json_set_str(entry, "credential_type", "AccessToken");
	acr_json_set_str(entry, "secret", token.secret);
	acr_json_set_str(entry, "home_account_id", user->home_account_id);
	acr_json_set_str(entry, "environment", environment);
	acr_json_set_str(entry, "client_id", MSAL_CLI_CLIENT_ID);
	acr_json_set_str(entry, "target", granted ? granted : scope);
	acr_json_set_str(entry, "realm", user->realm);
	acr_json_set_str(entry, "token_type", type ? type : "Bearer");
	msal_set_time(entry, "cached_at", now);
	msal_set_time(entry, "expires_on", token.expires_on);
	msal_set_time(entry, "extended_expires_on",
		      now + oauth_number(answer, "ext_expires_in", token.expires_on - now));
	if (refresh_in >= 0)
		msal_set_time(entry, "refresh_on", now + refresh_in);
	ACR_AUTO_FREE char *key = MSAL_KEY(user->home_account_id, environment, "accesstoken", MSAL_CLI_CLIENT_ID,
					   user->realm, field(entry, "target"));
	acr_json_set(msal_section(cache, "AccessToken"), key, entry);
}

static int change_locked(const char *path, const struct acr_clock *clock, msal_change change, void *user,
			 struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *cache = NULL;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	int rc = msal_cache_read(path, clock, &cache, error);

	if (rc < 0)
		return rc;
	if (!cache)
		cache = acr_json_new_object();
	if (!change(user, cache))
		return 0;
	json_indent(cache, "    ", &text);
	return acr_file_replace(path, text.data, text.length, 0600, error);
}

int msal_cache_change(const char *path, const struct acr_clock *clock, msal_change change, void *user,
		      struct acr_error *error)
{
	ACR_AUTO_FREE char *lock_path = acr_format("%s.lockfile", path);
	int lock = msal_lock(lock_path, clock, error);

	if (lock < 0)
		return lock;
	int rc = change_locked(path, clock, change, user, error);
	msal_unlock(lock_path, lock);
	return rc;
}

int msal_cache_clear(const char *path, const struct acr_clock *clock, struct acr_error *error)
{
	ACR_AUTO_FREE char *lock_path = acr_format("%s.lockfile", path);
	int lock = msal_lock(lock_path, clock, error);

	if (lock < 0)
		return lock;
	int rc = acr_file_replace(path, "{}", 2, 0600, error);
	msal_unlock(lock_path, lock);
	return rc;
}

/* The answer to a refresh. */
struct refreshed {
	const struct msal_user *user;
	const struct acr_json *entry, *answer;
	const char *scope;
	int64_t now;
};

static bool put_refreshed(void *user, struct acr_json *cache)
{
	const struct refreshed *refreshed = user;
	const char *token = acr_json_str(refreshed->answer, "/refresh_token");
	struct acr_json *current = acr_json_get(acr_json_get(cache, "RefreshToken"), acr_json_key(refreshed->entry));

	if (!acr_json_is(current, ACR_JSON_OBJECT))
		return false;
	msal_put_access_token(cache, refreshed->user, field(refreshed->entry, "environment"), refreshed->answer,
			      refreshed->scope, refreshed->now);
	if (token) {
		acr_json_set_str(current, "secret", token);
		msal_set_time(current, "last_modification_time", refreshed->now);
	}
	return true;
}

int msal_cache_store(const char *path, const struct msal_user *user, const struct acr_json *entry,
		     const struct acr_json *answer, const char *scope, const struct acr_clock *clock,
		     struct acr_error *error)
{
	struct refreshed refreshed = {user, entry, answer, scope, clock->now(clock)};

	return msal_cache_change(path, clock, put_refreshed, &refreshed, error);
}
