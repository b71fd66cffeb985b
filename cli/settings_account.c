/* The Azure CLI's accounts: azureProfile.json, which subscription is in use, and switching it. */
#include <acr/file.h>
#include <acr/mem.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "ini.h"
#include "settings_files.h"

static int read_profile(struct settings *settings, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(settings_folder(settings), "azureProfile.json");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(64 << 20);
	int rc;

	if (settings->profile)
		return 0;
	if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
		settings->profile = acr_json_new_object();
		return 0;
	}
	if ((rc = acr_file_read(path, &text, error)) < 0)
		return rc;
	if (text.length == 0) {
		settings->profile = acr_json_new_object();
		return 0;
	}
	rc = acr_json_parse(text.data, text.length, &settings->profile, error);
	if (rc < 0)
		acr_error_prefix(error, "%s cannot be read; run 'az login' to write it again", path);
	return rc;
}

int settings_accounts(struct settings *settings, const struct acr_json **ret, struct acr_error *error)
{
	const char *cloud = settings_cloud_name(settings);
	const struct acr_json *entry;
	int rc;

	if (!settings->accounts) {
		if ((rc = read_profile(settings, error)) < 0)
			return rc;
		settings->accounts = acr_json_new_array();
		for (entry = acr_json_first(acr_json_get(settings->profile, "subscriptions")); entry;
		     entry = acr_json_next(entry)) {
			const char *name = acr_json_str(entry, "/environmentName");

			if (name && !strcasecmp(name, cloud))
				acr_json_append(settings->accounts, acr_json_copy(entry));
		}
	}
	*ret = settings->accounts;
	return 0;
}

static const struct acr_json *find(const struct acr_json *accounts, const char *subscription)
{
	const struct acr_json *entry;

	for (entry = acr_json_first(accounts); subscription && entry; entry = acr_json_next(entry)) {
		const char *id = acr_json_str(entry, "/id"), *name = acr_json_str(entry, "/name");

		if ((id && !strcasecmp(id, subscription)) || (name && !strcasecmp(name, subscription)))
			return entry;
	}
	return NULL;
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

static bool environment_signs_in(void)
{
	return settings_variable("AZURE_CLIENT_ID") && settings_variable("AZURE_TENANT_ID");
}

int settings_account(struct settings *settings, const char *subscription, const struct acr_json **ret,
                     struct acr_error *error)
{
	const struct acr_json *accounts, *cloud;
	int rc = settings_accounts(settings, &accounts, error);

	if (rc < 0)
		return rc;
	if (subscription) {
		*ret = find(accounts, subscription);
		if (!*ret && !(looks_like_id(subscription) && environment_signs_in()))
			return acr_fail(error, ACR_ERROR_GENERAL,
			                "Subscription '%s' not found. Check the spelling and casing and try again.",
			                subscription);
		return 0;
	}
	if (settings_variable("AZURE_SUBSCRIPTION_ID")) {
		*ret = find(accounts, settings_variable("AZURE_SUBSCRIPTION_ID"));
		return 0;
	}
	cloud = acr_json_get(settings_clouds(settings), settings_cloud_name(settings));
	*ret = find(accounts, acr_json_string(acr_json_get(cloud, "subscription")));
	if (!*ret)
		*ret = find_default(accounts);
	return 0;
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

int settings_set_account(struct settings *settings, const char *subscription, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(settings_folder(settings), "azureProfile.json");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	const struct acr_json *accounts, *chosen;
	struct acr_json *entry;
	ACR_AUTO_FREE char *id = NULL;
	int rc = settings_accounts(settings, &accounts, error);

	if (rc < 0)
		return rc;
	chosen = find(accounts, subscription);
	if (!chosen)
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "The subscription of '%s' doesn't exist in cloud '%s'. See 'acr account list'.", subscription,
		                settings_cloud_name(settings));
	id = acr_strdup(acr_json_str(chosen, "/id"));
	for (entry = acr_json_first(acr_json_get(settings->profile, "subscriptions")); entry;
	     entry = acr_json_next(entry)) {
		const char *cloud = acr_json_str(entry, "/environmentName"), *other = acr_json_str(entry, "/id");

		if (cloud && other && !strcasecmp(cloud, settings_cloud_name(settings)))
			acr_json_set_bool(entry, "isDefault", !strcasecmp(other, id));
	}
	/* az writes the file with a byte order mark and expects either form. */
	acr_buf_puts(&text, "\xef\xbb\xbf");
	acr_json_write(settings->profile, &text);
	if ((rc = acr_file_replace(path, text.data, text.length, 0600, error)) < 0)
		return rc;
	return remember_in_cloud(settings, id, error);
}
