/* What the files of settings share. */
#ifndef CLI_SETTINGS_FILES_H
#define CLI_SETTINGS_FILES_H

#include "settings.h"

struct settings {
	char *folder, *cache_folder;
	struct acr_json *global;   /* config; NULL until read */
	struct acr_json *local;    /* each .azure/config from the working folder upwards, the nearest first */
	struct acr_json *clouds;   /* clouds.config */
	struct acr_json *profile;  /* azureProfile.json, whole */
	struct acr_json *accounts; /* those of the active cloud */
	struct acr_error error;    /* first fault of a configuration file */
};

/* Whether there is no such file of the configuration, as far as can be seen. */
bool settings_is_absent(const char *path);

/* clouds.config as an object of sections. */
struct acr_json *settings_clouds(struct settings *settings);
/* Name of the active cloud. */
const char *settings_cloud_name(struct settings *settings);

/* Read azureProfile.json, unless that is done; an empty object when there is none. ACR_ERROR_FORMAT: it is damaged. */
int settings_read_profile(struct settings *settings, struct acr_error *error) ACR_MUST_CHECK;
/* The account of a subscription by id or name; NULL. Names need not be unique: of several *ambiguous becomes true. */
const struct acr_json *settings_find_account(const struct acr_json *accounts, const char *subscription,
					     bool *ambiguous);

#endif
