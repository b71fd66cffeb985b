/* Logins as docker, podman and skopeo keep them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <acr/credential.h>
#include <acr/docker.h>
#include <acr/encode.h>
#include <acr/file.h>
#include "auth/docker_config.h"
#include "auth/docker_helper.h"
#include "auth/indent.h"

#define MAX_FILE ((size_t)16 << 20)
#define LOCK_WAIT_MS 30000

int docker_config_parse(const char *text, size_t length, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *config = NULL;
	int rc;

	if (strspn(text, " \t\r\n") == length) {
		*ret = acr_json_new_object();
		return 0;
	}
	if ((rc = acr_json_parse(text, length, &config, error)) < 0)
		return rc;
	if (!acr_json_is(config, ACR_JSON_OBJECT))
		return acr_fail(error, ACR_ERROR_FORMAT, "it is not a JSON object");
	if (!acr_json_is_nothing(acr_json_get(config, "auths")) &&
	    !acr_json_is(acr_json_get(config, "auths"), ACR_JSON_OBJECT))
		return acr_fail(error, ACR_ERROR_FORMAT, "its member 'auths' is not a JSON object");
	*ret = TAKE(config);
	return 0;
}

const char *docker_config_helper(const struct acr_json *config, const char *registry, bool with_store)
{
	const struct acr_json *helpers = acr_json_get(config, "credHelpers");
	const char *name =
		acr_json_is(helpers, ACR_JSON_OBJECT) ? acr_json_string(acr_json_get(helpers, registry)) : NULL;

	if (!name && with_store)
		name = acr_json_string(acr_json_get(config, "credsStore"));
	return name && *name ? name : NULL;
}

void docker_config_set(struct acr_json *config, const char *registry, const char *username, const char *secret)
{
	struct acr_json *auths = acr_json_get(config, "auths");
	struct acr_json *entry = acr_json_new_object();
	bool is_token = username && strcmp(username, ACR_TOKEN_USER) == 0;

	if (!acr_json_is(auths, ACR_JSON_OBJECT)) {
		auths = acr_json_new_object();
		acr_json_set(config, "auths", auths);
	}
	if (secret) {
		ACR_AUTO_FREE char *pair = acr_format("%s:%s", username, is_token ? "" : secret);
		ACR_AUTO(acr_buf) encoded = ACR_BUF_INIT;

		acr_base64_encode(pair, strlen(pair), &encoded);
		acr_json_set_str(entry, "auth", acr_buf_str(&encoded));
		if (is_token)
			acr_json_set_str(entry, "identitytoken", secret);
	}
	acr_json_set(auths, registry, entry);
}

static bool is_absent(const char *path)
{
	return access(path, F_OK) < 0 && errno == ENOENT;
}

static int read_config(const char *path, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_FILE);
	int rc;

	if (is_absent(path)) {
		*ret = acr_json_new_object();
		return 0;
	}
	if ((rc = acr_file_read(path, &text, error)) < 0)
		return rc;
	if ((rc = docker_config_parse(acr_buf_str(&text), text.length, ret, error)) < 0)
		return acr_error_prefix(error, "'%s' is left alone since it cannot be understood; repair or remove it",
					path);
	return 0;
}

static int write_config(const char *path, const struct acr_json *config, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	json_indent(config, "\t", &text);
	return acr_file_replace(path, text.data, text.length, 0600, error);
}

struct login {
	const char *path, *registry, *username, *secret;
	bool with_store; /* credsStore counts */
};

static int use_helper(const char *path, const char *name, const struct login *login, struct acr_error *error)
{
	bool is_token = strcmp(login->username, ACR_TOKEN_USER) == 0;
	int rc = docker_helper_store(name, login->registry, is_token ? ACR_HELPER_TOKEN_USER : login->username,
				     login->secret, DOCKER_HELPER_TIMEOUT_MS, error);

	if (rc < 0) {
		ACR_AUTO_FREE char *advice =
			acr_format("; repair it, or take '%s' out of credHelpers or credsStore in '%s'", name, path);
		return acr_fail(error, rc, "%s%s", error ? error->message : "", advice);
	}
	return 0;
}

/* Change the file while its lock is held: `change` returns 1 when it is to be written, 0 when it is fine as it is. */
static int update(const char *path, int (*change)(void *user, struct acr_json *config, struct acr_error *error),
		  void *user, struct acr_error *error)
{
	ACR_AUTO_FREE char *target = NULL, *folder = NULL, *lock_path = NULL;
	ACR_AUTO_PTR(acr_json) *config = NULL;
	const char *slash;
	int lock, rc;

	/* Whoever comes by another link waits for the same lock; the link's own folder may be read-only. */
	if ((rc = acr_file_target(path, &target, error)) < 0)
		return rc;
	slash = strrchr(target, '/');
	folder = slash && slash != target ? acr_strndup(target, (size_t)(slash - target)) : NULL;
	lock_path = acr_format("%s.lock", target);
	if (folder && (rc = acr_folder_make(folder, error)) < 0)
		return rc;
	if ((lock = acr_file_lock(lock_path, LOCK_WAIT_MS, error)) < 0)
		return lock;
	acr_file_tidy(target);
	if ((rc = read_config(path, &config, error)) == 0 && (rc = change(user, config, error)) > 0)
		rc = write_config(path, config, error);
	acr_file_unlock(lock);
	return rc;
}

/* ---- storing a login ---- */

static int store_login(void *user, struct acr_json *config, struct acr_error *error)
{
	const struct login *login = user;
	const char *helper = docker_config_helper(config, login->registry, login->with_store);
	int rc;

	if (helper && (rc = use_helper(login->path, helper, login, error)) < 0)
		return rc;
	docker_config_set(config, login->registry, login->username, helper ? NULL : login->secret);
	return 1;
}

int acr_docker_store(const struct acr_docker_config *config, const char *registry, const char *username,
		     const char *secret, struct acr_error *error)
{
	struct login login = {.registry = registry, .username = username, .secret = secret};
	int rc;

	if (config->docker_folder) {
		ACR_AUTO_FREE char *path = acr_path_join(config->docker_folder, "config.json");

		login.path = path;
		login.with_store = true;
		if ((rc = update(path, store_login, &login, error)) < 0)
			return acr_error_prefix(error, "cannot store the login of '%s'", registry);
	}
	if (!config->podman_file)
		return 0;
	login.path = config->podman_file;
	login.with_store = false;
	if ((rc = update(login.path, store_login, &login, error)) < 0)
		return acr_error_prefix(error, "cannot store the login of '%s'", registry);
	return 0;
}

/* ---- the file alone, without helpers ---- */

static int keep_login(void *user, struct acr_json *config, struct acr_error *error)
{
	const struct login *login = user;
	struct acr_json *auths = acr_json_get(config, "auths");

	(void)error;
	if (!login->secret) {
		struct acr_json *gone = acr_json_detach(auths, login->registry);

		acr_json_free(gone);
		return gone != NULL;
	}
	docker_config_set(config, login->registry, login->username, login->secret);
	return 1;
}

int acr_docker_keep(const char *file, const char *registry, const char *username, const char *secret,
		    struct acr_error *error)
{
	struct login login = {.registry = registry, .username = username, .secret = secret};

	return !secret && is_absent(file) ? 0 : update(file, keep_login, &login, error);
}

/* User name and secret of an entry; false when a helper has them, or nobody. */
static bool take_login(const struct acr_json *entry, char **username, char **secret)
{
	const char *auth = acr_json_str(entry, "/auth"), *token = acr_json_str(entry, "/identitytoken");
	ACR_AUTO(acr_buf) pair = ACR_BUF_INIT;
	char *colon;

	if (!auth || acr_base64_decode(auth, strlen(auth), &pair, NULL) < 0 || !(colon = strchr(acr_buf_str(&pair), ':')))
		return false;
	*username = acr_strndup(pair.data, (size_t)(colon - pair.data));
	*secret = acr_strdup(token && *token ? token : colon + 1);
	return true;
}

int acr_docker_find(const char *file, const char *registry, char **username, char **secret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *config = NULL;
	int rc = read_config(file, &config, error);

	return rc < 0 ? rc : take_login(acr_json_get(acr_json_get(config, "auths"), registry), username, secret);
}

int acr_docker_list(const char *file, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *config = NULL;
	int rc = read_config(file, &config, error);

	if (rc < 0)
		return rc;
	*ret = acr_json_new_object();
	for (const struct acr_json *entry = acr_json_first(acr_json_get(config, "auths")); entry;
	     entry = acr_json_next(entry)) {
		ACR_AUTO_FREE char *username = NULL, *secret = NULL;

		if (take_login(entry, &username, &secret))
			acr_json_set_str(*ret, acr_json_key(entry), username);
	}
	return 0;
}

/* ---- credHelpers ---- */

int acr_docker_has_helper(const char *file, const char *registry, const char *helper, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *config = NULL;
	int rc = read_config(file, &config, error);
	const char *name = rc < 0 ? NULL : docker_config_helper(config, registry, false);

	return rc < 0 ? rc : name && strcmp(name, helper) == 0;
}

struct helper_change {
	const struct acr_json *registries;
	const char *helper, *only;
	struct acr_json *changed;
};

static void note_change(struct helper_change *change, const char *registry)
{
	acr_json_append(change->changed, acr_json_new_string(registry));
}

static int name_helper(struct helper_change *change, struct acr_json *config)
{
	struct acr_json *helpers = acr_json_get(config, "credHelpers");

	if (!acr_json_is(helpers, ACR_JSON_OBJECT)) {
		helpers = acr_json_new_object();
		acr_json_set(config, "credHelpers", helpers);
	}
	for (const struct acr_json *item = acr_json_first(change->registries); item; item = acr_json_next(item)) {
		const char *registry = acr_json_string(item), *now = acr_json_string(acr_json_get(helpers, registry));

		if (now && strcmp(now, change->helper) == 0)
			continue;
		acr_json_set_str(helpers, registry, change->helper);
		note_change(change, registry);
	}
	return acr_json_first(change->changed) != NULL;
}

static bool is_listed(const struct acr_json *list, const char *text)
{
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item))
		if (strcmp(acr_json_string(item), text) == 0)
			return true;
	return false;
}

static int drop_helper(struct helper_change *change, struct acr_json *config)
{
	struct acr_json *helpers = acr_json_get(config, "credHelpers");

	for (const struct acr_json *item = acr_json_first(helpers); item; item = acr_json_next(item)) {
		const char *name = acr_json_string(item);

		if (name && strcmp(name, change->only) == 0 &&
		    (!change->registries || is_listed(change->registries, acr_json_key(item))))
			note_change(change, acr_json_key(item));
	}
	for (const struct acr_json *item = acr_json_first(change->changed); item; item = acr_json_next(item))
		acr_json_free(acr_json_detach(helpers, acr_json_string(item)));
	if (acr_json_first(change->changed) && !acr_json_first(helpers))
		acr_json_free(acr_json_detach(config, "credHelpers"));
	return acr_json_first(change->changed) != NULL;
}

static int change_helper(void *user, struct acr_json *config, struct acr_error *error)
{
	struct helper_change *change = user;

	(void)error;
	return change->helper ? name_helper(change, config) : drop_helper(change, config);
}

int acr_docker_set_helper(const char *file, const struct acr_json *registries, const char *helper, const char *only,
			  struct acr_json **changed, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	struct helper_change change = {.registries = registries, .helper = helper, .only = only, .changed = list};
	int rc = !helper && is_absent(file) ? 0 : update(file, change_helper, &change, error);

	if (rc == 0)
		*changed = TAKE(list);
	return rc;
}
