/* The registered clouds, in the files that the Azure CLI has for them. */
#include "clouds.h"

#include <acr/file.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cloud_fields.h"
#include "ini.h"
#include "settings_files.h"

#define MAX_CONFIG (1 << 20)

/* The number of a built-in cloud, -1 for others. */
static int builtin_index(const char *name)
{
	for (int i = 0; acr_cloud_names[i]; i++)
		if (!strcasecmp(acr_cloud_names[i], name))
			return i;
	return -1;
}

/* The name as it is spelled in clouds.config; lent, NULL when it is not there. */
static const char *section_name(struct settings *settings, const char *name)
{
	for (const struct acr_json *item = acr_json_first(settings_clouds(settings)); item; item = acr_json_next(item))
		if (!strcasecmp(acr_json_key(item), name))
			return acr_json_key(item);
	return NULL;
}

struct acr_json *clouds_show(struct settings *settings, const char *name)
{
	int builtin = builtin_index(name);
	const char *spelled = builtin >= 0 ? acr_cloud_names[builtin] : section_name(settings, name), *profile;
	const struct acr_json *section = spelled ? acr_json_get(settings_clouds(settings), spelled) : NULL;
	struct acr_json *cloud;

	if (!spelled)
		return NULL;
	cloud = acr_json_new_object();
	acr_json_set(cloud, "endpoints", acr_json_new_object());
	acr_json_set_bool(cloud, "isActive", !strcmp(spelled, settings_cloud_name(settings)));
	acr_json_set_str(cloud, "name", spelled);
	profile = acr_json_str(section, "/profile");
	acr_json_set_str(cloud, "profile", profile && *profile ? profile : "latest");
	acr_json_set(cloud, "suffixes", acr_json_new_object());
	for (const struct cloud_field *field = cloud_fields; field->name; field++) {
		const char *value = acr_json_string(acr_json_get(section, field->key));

		acr_json_set_str(acr_json_get(cloud, field->part), field->name,
				 value          ? value
				 : builtin >= 0 ? field->builtin[builtin]
						: NULL);
	}
	if (builtin < 0 && !acr_json_str(cloud, "/endpoints/management"))
		acr_json_set_str(acr_json_get(cloud, "endpoints"), "management",
				 acr_json_str(cloud, "/endpoints/resourceManager"));
	return cloud;
}

struct acr_json *clouds_list(struct settings *settings)
{
	struct acr_json *list = acr_json_new_array();

	for (const char *const *name = acr_cloud_names; *name; name++)
		acr_json_append(list, clouds_show(settings, *name));
	for (const struct acr_json *item = acr_json_first(settings_clouds(settings)); item; item = acr_json_next(item))
		if (builtin_index(acr_json_key(item)) < 0)
			acr_json_append(list, clouds_show(settings, acr_json_key(item)));
	return list;
}

/* ---- changes ---- */

static char *config_path(struct settings *settings, const char *name)
{
	return acr_path_join(settings_folder(settings), name);
}

static int read_config(const char *path, struct acr_buf *text, struct acr_error *error)
{
	return access(path, F_OK) == 0 ? acr_file_read(path, text, error) : 0;
}

static int write_config(struct settings *settings, const char *path, const char *text, struct acr_error *error)
{
	int rc = acr_folder_make(settings_folder(settings), error);

	return rc < 0 ? rc : acr_file_replace(path, text, strlen(text), 0600, error);
}

int clouds_save(struct settings *settings, const char *name, const struct acr_json *values, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = config_path(settings, "clouds.config"), *text = NULL;
	ACR_AUTO(acr_buf) old = ACR_BUF_INIT_MAX(MAX_CONFIG);
	int rc = read_config(path, &old, error);

	if (rc < 0)
		return rc;
	text = acr_strdup(acr_buf_str(&old));
	for (const struct acr_json *item = acr_json_first(values); item; item = acr_json_next(item)) {
		char *changed = ini_set(text, name, acr_json_key(item), acr_json_string(item));

		free(text);
		text = changed;
	}
	return write_config(settings, path, text, error);
}

int clouds_remove(struct settings *settings, const char *name, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = config_path(settings, "clouds.config"), *text = NULL;
	ACR_AUTO(acr_buf) old = ACR_BUF_INIT_MAX(MAX_CONFIG);
	int rc = read_config(path, &old, error);

	if (rc < 0)
		return rc;
	text = ini_remove(acr_buf_str(&old), name);
	return write_config(settings, path, text, error);
}

int clouds_switch(struct settings *settings, const char *name, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = config_path(settings, "config"), *text = NULL;
	ACR_AUTO(acr_buf) old = ACR_BUF_INIT_MAX(MAX_CONFIG);
	int rc = read_config(path, &old, error);

	if (rc < 0)
		return rc;
	text = ini_set(acr_buf_str(&old), "cloud", "name", name);
	return write_config(settings, path, text, error);
}
