/* Settings: environment, the Azure CLI's configuration files, its clouds and its accounts. The only place that reads
 * environment variables. Files are read when something in them is asked for. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <acr/cloud.h>
#include <acr/error.h>
#include <acr/json.h>

struct settings;

struct settings *settings_new(void);
void settings_free(struct settings *settings);

/* A variable that is set and not empty, or NULL. */
const char *settings_variable(const char *name);
/* $AZURE_CONFIG_DIR or ~/.azure. */
const char *settings_folder(struct settings *settings);
/* Where tokens are cached: $ACR_CACHE_DIR, or acr below $XDG_CACHE_HOME or ~/.cache; "" when the variable is set and
 * empty: nothing is stored. */
const char *settings_cache_folder(struct settings *settings);

/* The value of [section] key: AZURE_SECTION_KEY, then (of [defaults] alone) .azure/config in the working folder and
 * those above it, then the configuration file. NULL when there is none. Lent. A configuration file that cannot be read
 * counts as empty here; settings_check() tells. */
const char *settings_get(struct settings *settings, const char *section, const char *key);
/* true for yes, true, on, 1 in any case. */
bool settings_is_yes(const char *value);
bool settings_flag(struct settings *settings, const char *section, const char *key);
/* What is wrong with the configuration files read so far, if anything. */
int settings_check(struct settings *settings, struct acr_error *error) ACR_MUST_CHECK;

/* The active cloud: `[cloud] name`, built-in or from clouds.config. The caller clears it. */
int settings_cloud(struct settings *settings, struct acr_cloud *ret, struct acr_error *error) ACR_MUST_CHECK;

/* All accounts of the active cloud in azureProfile.json, as an array; empty when nobody is signed in. Lent. */
int settings_accounts(struct settings *settings, const struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The same of all clouds; NULL when there is none. */
int settings_all_accounts(struct settings *settings, const struct acr_json **ret,
			  struct acr_error *error) ACR_MUST_CHECK;
/* The account of a subscription: `subscription` (id or name, any case), else $AZURE_SUBSCRIPTION_ID, else the default
 * of the profile or of the cloud. NULL when no account has it; a `subscription` that is unknown is an error unless it
 * is an id and something else than the Azure CLI's account may sign in. Lent. */
int settings_account(struct settings *settings, const char *subscription, const struct acr_json **ret,
		     struct acr_error *error) ACR_MUST_CHECK;
/* The default of the profile or of the cloud: who is signed in when the subscription is none of theirs. NULL when
 * nobody is. Lent. */
int settings_default_account(struct settings *settings, const struct acr_json **ret,
			     struct acr_error *error) ACR_MUST_CHECK;
/* Put accounts (an array) of the active cloud into azureProfile.json, in the place of those of the same
 * subscriptions. The default stays if it is among them, else the first enabled one becomes it; their "isDefault" then
 * says so. What was lent of accounts before is no longer valid, here and below. */
int settings_add_accounts(struct settings *settings, struct acr_json *accounts, struct acr_error *error) ACR_MUST_CHECK;
/* Put accounts in the place of all that the active cloud has. */
int settings_replace_accounts(struct settings *settings, struct acr_json *accounts,
			      struct acr_error *error) ACR_MUST_CHECK;
/* Take out the accounts of a user or application, in all clouds; NULL: all accounts. No other becomes the default. */
int settings_remove_accounts(struct settings *settings, const char *user, struct acr_error *error) ACR_MUST_CHECK;
/* Whether azureProfile.json cannot be understood, and why; it counts as empty from now on. */
bool settings_ignore_broken_profile(struct settings *settings, struct acr_error *reason);
/* Make another account the default one, in azureProfile.json and clouds.config as az does. */
int settings_set_account(struct settings *settings, const char *subscription, struct acr_error *error) ACR_MUST_CHECK;

#endif
