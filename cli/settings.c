/* Settings from environment and configuration files. */
#include "settings.h"

#include <acr/file.h>
#include <acr/mem.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ini.h"
#include "settings_files.h"

const char *settings_variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static char *home_folder(void)
{
	const char *home = settings_variable("HOME");
	const struct passwd *user = home ? NULL : getpwuid(getuid());

	return acr_strdup(home ? home : user && user->pw_dir ? user->pw_dir : "/");
}

struct settings *settings_new(void)
{
	return acr_alloc(sizeof(struct settings));
}

void settings_free(struct settings *settings)
{
	if (!settings)
		return;
	free(settings->folder);
	free(settings->cache_folder);
	acr_json_free(settings->global);
	acr_json_free(settings->local);
	acr_json_free(settings->clouds);
	acr_json_free(settings->profile);
	acr_json_free(settings->accounts);
	acr_error_clear(&settings->error);
	free(settings);
}

const char *settings_folder(struct settings *settings)
{
	const char *variable = settings_variable("AZURE_CONFIG_DIR");

	if (!settings->folder && variable) {
		settings->folder = acr_strdup(variable);
	} else if (!settings->folder) {
		ACR_AUTO_FREE char *home = home_folder();

		settings->folder = acr_path_join(home, ".azure");
	}
	return settings->folder;
}

const char *settings_cache_folder(struct settings *settings)
{
	const char *chosen = getenv("ACR_CACHE_DIR");
	const char *xdg = settings_variable("XDG_CACHE_HOME");

	if (settings->cache_folder)
		return settings->cache_folder;
	if (chosen) {
		settings->cache_folder = acr_strdup(chosen);
	} else if (xdg && *xdg == '/') {
		settings->cache_folder = acr_path_join(xdg, "acr");
	} else {
		ACR_AUTO_FREE char *home = home_folder();

		settings->cache_folder = acr_path_join(home, ".cache/acr");
	}
	return settings->cache_folder;
}

/* Programs are often run as somebody who has no access to the home folder that they are told (a container with another
 * user): whose home is closed has nothing there. */
bool settings_is_absent(const char *path)
{
	if (access(path, F_OK) == 0)
		return false;
	return errno == ENOENT || errno == ENOTDIR || (errno == EACCES && !settings_variable("AZURE_CONFIG_DIR"));
}

/* Read an INI file; an absent one is an empty object. The first fault of any file is kept. */
static struct acr_json *read_ini(struct settings *settings, const char *path)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(1 << 20);
	struct acr_json *file = NULL;
	struct acr_error error = ACR_ERROR_INIT;

	if (settings_is_absent(path))
		return acr_json_new_object();
	if (acr_file_read(path, &text, &error) == 0 && ini_parse(path, acr_buf_str(&text), &file, &error) == 0)
		return file;
	if (!settings->error.code)
		acr_error_move(&settings->error, &error);
	acr_error_clear(&error);
	return acr_json_new_object();
}

struct acr_json *settings_clouds(struct settings *settings)
{
	if (!settings->clouds) {
		ACR_AUTO_FREE char *path = acr_path_join(settings_folder(settings), "clouds.config");

		settings->clouds = read_ini(settings, path);
	}
	return settings->clouds;
}

static const struct acr_json *global_file(struct settings *settings)
{
	if (!settings->global) {
		ACR_AUTO_FREE char *path = acr_path_join(settings_folder(settings), "config");

		settings->global = read_ini(settings, path);
	}
	return settings->global;
}

/* Configuration of the working folder and the ones above it: each has it in a folder that is named like the
 * configuration folder. That one itself, when it lies on the way, ends the search. */
static struct acr_json *read_local_files(struct settings *settings)
{
	const char *own = settings_folder(settings), *slash = strrchr(own, '/');
	const char *name = !slash ? own : slash[1] ? slash + 1 : ".azure";
	struct acr_json *files = acr_json_new_array();
	char folder[PATH_MAX];
	char *end;

	if (!getcwd(folder, sizeof(folder)))
		return files;
	for (end = folder + strlen(folder); end; end = strrchr(folder, '/')) {
		ACR_AUTO_FREE char *local = NULL, *path = NULL;

		*end = '\0';
		local = acr_format("%s/%s", folder, name);
		if (!strcmp(local, own))
			break;
		path = acr_path_join(local, "config");
		if (access(path, R_OK) == 0)
			acr_json_append(files, read_ini(settings, path));
	}
	return files;
}

static const char *from_local_files(struct settings *settings, const char *section, const char *key)
{
	const struct acr_json *file;
	const char *value = NULL;

	if (!settings->local)
		settings->local = read_local_files(settings);
	for (file = acr_json_first(settings->local); file && !value; file = acr_json_next(file))
		value = acr_json_string(acr_json_get(acr_json_get(file, section), key));
	return value;
}

static const char *from_environment(const char *section, const char *key)
{
	ACR_AUTO_FREE char *name = acr_format("AZURE_%s_%s", section, key);
	char *c;

	for (c = name; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return getenv(name);
}

const char *settings_get(struct settings *settings, const char *section, const char *key)
{
	const char *value = from_environment(section, key);

	if (!value && !strcmp(section, "defaults"))
		value = from_local_files(settings, section, key);
	if (!value)
		value = acr_json_string(acr_json_get(acr_json_get(global_file(settings), section), key));
	return value;
}

bool settings_is_yes(const char *value)
{
	static const char *const yes[] = {"1", "yes", "true", "on"};
	size_t i;

	for (i = 0; i < ACR_COUNT(yes); i++)
		if (!strcasecmp(value, yes[i]))
			return true;
	return false;
}

bool settings_flag(struct settings *settings, const char *section, const char *key)
{
	const char *value = settings_get(settings, section, key);

	return value && settings_is_yes(value);
}

int settings_check(struct settings *settings, struct acr_error *error)
{
	return settings->error.code ? acr_error_move(error, &settings->error) : 0;
}
