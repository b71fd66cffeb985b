/* The Azure CLI's accounts: azureProfile.json, and which subscription is in use. */
#include <acr/clock.h>
#include <acr/file.h>
#include <acr/mem.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "settings_files.h"

/* az writes the file in place: for a moment it is empty, or a part of it is missing. */
#define PROFILE_TRIES 5
#define PROFILE_PAUSE_MS 40

/* An empty object when there is no file. */
static int load_profile(const char *path, bool last, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(64 << 20);
	int rc;

	if (settings_is_absent(path)) {
		*ret = acr_json_new_object();
		return 0;
	}
	if ((rc = acr_file_read(path, &text, error)) < 0)
		return rc;
	if (last && !text.length) {
		*ret = acr_json_new_object();
		return 0;
	}
	rc = acr_json_parse(acr_buf_str(&text), text.length, ret, error);
	if (rc == ACR_ERROR_FORMAT) {
		ACR_AUTO_FREE char *reason = acr_strdup(error ? error->message : "");

		acr_error_clear(error);
		return acr_fail(error, rc, "%s cannot be read: %s; run 'az login' to write it again.", path, reason);
	}
	return rc;
}

int settings_read_profile(struct settings *settings, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(settings_folder(settings), "azureProfile.json");
	int tries = 1, rc;

	if (settings->profile)
		return 0;
	while ((rc = load_profile(path, tries == PROFILE_TRIES, &settings->profile, error)) == ACR_ERROR_FORMAT &&
	       tries++ < PROFILE_TRIES) {
		acr_error_clear(error);
		rc = acr_clock_system.sleep(&acr_clock_system, PROFILE_PAUSE_MS, error);
		if (rc < 0)
			break;
	}
	return rc;
}

static bool same_text(const struct acr_json *entry, const char *pointer, const char *text)
{
	const char *value = acr_json_str(entry, pointer);

	return value && text && !strcasecmp(value, text);
}

int settings_accounts(struct settings *settings, const struct acr_json **ret, struct acr_error *error)
{
	const char *cloud = settings_cloud_name(settings);
	const struct acr_json *entry;
	int rc;

	if (!settings->accounts) {
		if ((rc = settings_read_profile(settings, error)) < 0)
			return rc;
		settings->accounts = acr_json_new_array();
		for (entry = acr_json_first(acr_json_get(settings->profile, "subscriptions")); entry;
		     entry = acr_json_next(entry))
			if (same_text(entry, "/environmentName", cloud))
				acr_json_append(settings->accounts, acr_json_copy(entry));
	}
	*ret = settings->accounts;
	return 0;
}

const struct acr_json *settings_find_account(const struct acr_json *accounts, const char *subscription,
					     bool *ambiguous)
{
	const struct acr_json *entry, *found = NULL;

	*ambiguous = false;
	for (entry = acr_json_first(accounts); entry; entry = acr_json_next(entry)) {
		if (!same_text(entry, "/id", subscription) && !same_text(entry, "/name", subscription))
			continue;
		*ambiguous = *ambiguous || (found && !same_text(entry, "/id", acr_json_str(found, "/id")));
		found = found ? found : entry;
	}
	return found;
}

static const struct acr_json *find_default(const struct acr_json *accounts)
{
	const struct acr_json *entry;

	for (entry = acr_json_first(accounts); entry; entry = acr_json_next(entry))
		if (acr_json_true(entry, "/isDefault"))
			return entry;
	return NULL;
}

static bool looks_like_id(const char *text)
{
	size_t i;

	for (i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-'
							    : !text[i] || !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	return !text[36];
}

/* What signs in without an account of the Azure CLI: the environment's application, or a managed identity. */
static bool environment_signs_in(void)
{
	static const char *const variables[] = {"AZURE_CLIENT_ID", "AZURESUBSCRIPTION_CLIENT_ID", "IDENTITY_ENDPOINT",
	                                        "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"};
	size_t i;

	for (i = 0; i < ACR_COUNT(variables); i++)
		if (settings_variable(variables[i]))
			return true;
	return false;
}

static int no_such_subscription(const struct acr_json *accounts, const char *subscription, struct acr_error *error)
{
	if (!acr_json_first(accounts) && !environment_signs_in())
		return acr_fail(error, ACR_ERROR_SIGN_IN,
				"Please run 'az login' to setup account, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and "
				"AZURE_CLIENT_SECRET.");
	return acr_fail(error, ACR_ERROR_GENERAL,
			"Subscription '%s' not found. Check the spelling and casing and try again.", subscription);
}

static int named_account(const struct acr_json *accounts, const char *subscription, const struct acr_json **ret,
			 struct acr_error *error)
{
	bool ambiguous;
	const struct acr_json *found = settings_find_account(accounts, subscription, &ambiguous);

	if (ambiguous)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Multiple subscriptions with the name '%s' found. Specify the subscription ID.",
				subscription);
	/* Where nobody has run 'az login' a managed identity may apply, which nothing announces. */
	if (!found && !(looks_like_id(subscription) && (environment_signs_in() || !acr_json_first(accounts))))
		return no_such_subscription(accounts, subscription, error);
	*ret = found;
	return 0;
}

int settings_account(struct settings *settings, const char *subscription, const struct acr_json **ret,
		     struct acr_error *error)
{
	const char *wanted = subscription ? subscription : settings_variable("AZURE_SUBSCRIPTION_ID");
	const struct acr_json *accounts;
	bool ambiguous;
	int rc;

	if (!wanted)
		return settings_default_account(settings, ret, error);
	if ((rc = settings_accounts(settings, &accounts, error)) < 0) {
		/* Everything is in the environment, so the file does not matter. */
		if (!looks_like_id(wanted) || !environment_signs_in())
			return rc;
		acr_error_clear(error);
		*ret = NULL;
		return 0;
	}
	if (subscription)
		return named_account(accounts, subscription, ret, error);
	*ret = settings_find_account(accounts, wanted, &ambiguous);
	return 0;
}

int settings_default_account(struct settings *settings, const struct acr_json **ret, struct acr_error *error)
{
	const struct acr_json *accounts, *cloud;
	bool ambiguous;
	int rc = settings_accounts(settings, &accounts, error);

	if (rc < 0)
		return rc;
	cloud = acr_json_get(settings_clouds(settings), settings_cloud_name(settings));
	*ret = find_default(accounts);
	if (!*ret)
		*ret = settings_find_account(accounts, acr_json_str(cloud, "/subscription"), &ambiguous);
	return 0;
}
