/* The token cache of the Azure CLI (msal_token_cache.json), in the format that all MSAL libraries share. */
#ifndef AUTH_MSAL_CACHE_H
#define AUTH_MSAL_CACHE_H

#include <acr/credential.h>

/* The client id of the Azure CLI, and the family whose members may use each other's refresh tokens. */
#define MSAL_CLI_CLIENT_ID "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
#define MSAL_FAMILY_ID "1"

/* A signed-in user. All strings are borrowed. */
struct msal_user {
	const char *host; /* of the authority, without a port; aliases of it are found as well */
	const char *username;
	const char *realm;           /* tenant */
	const char *home_account_id; /* set by msal_find_user() */
};

/* Read the cache; a missing file gives *ret = NULL. The Azure CLI does not write it in one step, so a broken file is
 * read again a little later before it counts as broken. */
int msal_cache_read(const char *path, const struct acr_clock *clock, struct acr_json **ret,
		    struct acr_error *error) ACR_MUST_CHECK;
/* Set user->home_account_id (lent by the cache); false when the cache does not know the user. */
bool msal_find_user(const struct acr_json *cache, struct msal_user *user);
/* An access token with this scope that lives longer than `after`; false when there is none. The caller clears *ret. */
bool msal_find_access_token(const struct acr_json *cache, const struct msal_user *user, const char *scope,
			    int64_t after, struct acr_token *ret);
/* The entry of the `index`-th newest refresh token of the user that the Azure CLI may use; NULL when there are no
 * more. Lent by the cache. */
const struct acr_json *msal_find_refresh_token(const struct acr_json *cache, const struct msal_user *user,
					       size_t index);
/* Change the file under its lock. `change` gets what is in it now (an empty object when there is no file) and returns
 * whether it changed anything; then the file is replaced. */
typedef bool (*msal_change)(void *user, struct acr_json *cache);
int msal_cache_change(const char *path, const struct acr_clock *clock, msal_change change, void *user,
		      struct acr_error *error) ACR_MUST_CHECK;
/* Leave nothing in the file, also of one that is damaged. */
int msal_cache_clear(const char *path, const struct acr_clock *clock, struct acr_error *error) ACR_MUST_CHECK;
/* The section of that name, made when it is not there. */
struct acr_json *msal_section(struct acr_json *cache, const char *name);
/* A member that is a time, which MSAL keeps as text. */
void msal_set_time(struct acr_json *entry, const char *name, int64_t time);
/* The parts joined by "-" in lower case: what entries are kept under. Ends with NULL; yours to free(). */
char *msal_key(const char *const *parts);
#define MSAL_KEY(...) msal_key((const char *const[]){__VA_ARGS__, NULL})
/* Put the access token of an answer; `environment` is the authority's host as the user's other entries have it. */
void msal_put_access_token(struct acr_json *cache, const struct msal_user *user, const char *environment,
			   const struct acr_json *answer, const char *scope, int64_t now);
/* Put the answer to a refresh into the file under its lock: the new access token, and the new refresh token in place
 * of `entry`'s. Everything else in the file stays, also what came meanwhile; nothing is stored when `entry` has gone,
 * since then the user has signed out. */
int msal_cache_store(const char *path, const struct msal_user *user, const struct acr_json *entry,
		     const struct acr_json *answer, const char *scope, const struct acr_clock *clock,
		     struct acr_error *error) ACR_MUST_CHECK;

#endif
