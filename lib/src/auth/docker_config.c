/* Logins as docker, podman and skopeo keep them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <acr/credential.h>
#include <acr/encode.h>
#include <acr/file.h>
#include "auth/docker_config.h"
#include "auth/docker_helper.h"
#include "auth/indent.h"

#define MAX_FILE ((size_t)16 << 20)
#define LOCK_WAIT_MS 30000
/* What docker gives a helper as the user name of an identity token. */
#define HELPER_TOKEN_USER "<token>"

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

static int read_config(const char *path, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_FILE);
	int rc;

	if (access(path, F_OK) < 0 && errno == ENOENT) {
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
	const char *registry, *username, *secret;
};

static int use_helper(const char *path, const char *name, const struct login *login, struct acr_error *error)
{
	bool is_token = strcmp(login->username, ACR_TOKEN_USER) == 0;
	int rc = docker_helper_store(name, login->registry, is_token ? HELPER_TOKEN_USER : login->username,
				     login->secret, DOCKER_HELPER_TIMEOUT_MS, error);

	if (rc < 0) {
		ACR_AUTO_FREE char *advice =
			acr_format("; repair it, or take '%s' out of credHelpers or credsStore in '%s'", name, path);
		return acr_fail(error, rc, "%s%s", error ? error->message : "", advice);
	}
	return 0;
}

/* Bring one file up to date while its lock is held. */
static int update_locked(const char *path, bool with_store, const struct login *login, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *config = NULL;
	const char *helper;
	int rc;

	if ((rc = read_config(path, &config, error)) < 0)
		return rc;
	helper = docker_config_helper(config, login->registry, with_store);
	if (helper && (rc = use_helper(path, helper, login, error)) < 0)
		return rc;
	docker_config_set(config, login->registry, login->username, helper ? NULL : login->secret);
	return write_config(path, config, error);
}

static int update(const char *path, bool with_store, const struct login *login, struct acr_error *error)
{
	const char *slash = strrchr(path, '/');
	ACR_AUTO_FREE char *folder = slash && slash != path ? acr_strndup(path, (size_t)(slash - path)) : NULL;
	ACR_AUTO_FREE char *lock_path = acr_format("%s.lock", path);
	int lock, rc;

	if (folder && (rc = acr_folder_make(folder, error)) < 0)
		return rc;
	if ((lock = acr_file_lock(lock_path, LOCK_WAIT_MS, error)) < 0)
		return lock;
	rc = update_locked(path, with_store, login, error);
	acr_file_unlock(lock);
	return rc;
}

int acr_docker_store(const struct acr_docker_config *config, const char *registry, const char *username,
		     const char *secret, struct acr_error *error)
{
	const struct login login = {.registry = registry, .username = username, .secret = secret};
	int rc;

	if (config->docker_folder) {
		ACR_AUTO_FREE char *path = acr_path_join(config->docker_folder, "config.json");

		if ((rc = update(path, true, &login, error)) < 0)
			return acr_error_prefix(error, "cannot store the login of '%s'", registry);
	}
	if (config->podman_file && (rc = update(config->podman_file, false, &login, error)) < 0)
		return acr_error_prefix(error, "cannot store the login of '%s'", registry);
	return 0;
}
