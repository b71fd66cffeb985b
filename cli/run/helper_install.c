/* Naming docker-credential-acr in the files of container engines. */
#include <acr/docker.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "engines.h"
#include "registry_name.h"
#include "run/credential_helper.h"
#include "run/run.h"

/* ---- the program ---- */

/* The helper in PATH; yours to free(), NULL when there is none. */
static char *find_in_path(void)
{
	const char *path = settings_variable("PATH");

	while (path && *path) {
		size_t length = strcspn(path, ":");
		ACR_AUTO_FREE char *folder = acr_strndup(path, length);
		ACR_AUTO_FREE char *file = acr_path_join(folder, CREDENTIAL_HELPER);

		if (length && access(file, X_OK) == 0)
			return TAKE(file);
		path += length + (path[length] == ':');
	}
	return NULL;
}

static bool is_in_path(const char *folder)
{
	const char *path = settings_variable("PATH");
	size_t wanted = strlen(folder);

	for (; path && *path; path += strcspn(path, ":"), path += *path == ':')
		if (strcspn(path, ":") == wanted && !strncmp(path, folder, wanted))
			return true;
	return false;
}

/* Engines run the helper by its name, so it has to be in PATH: beside this program, when that is there. */
static int make_link(char **ret, struct acr_error *error)
{
	char program[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	ACR_AUTO_FREE char *folder = NULL, *link = NULL;

	if (length <= 0)
		return acr_fail_errno(error, errno, "cannot tell where this program is");
	program[length] = '\0';
	folder = acr_strndup(program, (size_t)(strrchr(program, '/') - program));
	link = acr_path_join(folder, CREDENTIAL_HELPER);
	if (!is_in_path(folder))
		return acr_fail(error, ACR_ERROR_GENERAL,
				CREDENTIAL_HELPER " is not in PATH. Make a link in one of its folders: ln -s %s "
						  "/usr/local/bin/" CREDENTIAL_HELPER,
				program);
	if (symlink("acr", link) < 0 && errno != EEXIST)
		return acr_fail_errno(error, errno, "cannot make the link '%s'; make it as a user who may", link);
	*ret = TAKE(link);
	return 0;
}

/* ---- the registries ---- */

static int add_named(struct context *context, const struct acr_json *names, struct acr_json *servers,
		     struct acr_error *error)
{
	struct acr_client *client;
	int rc = context_client(context, &client, error);

	for (const struct acr_json *item = acr_json_first(names); item && rc == 0; item = acr_json_next(item)) {
		ACR_AUTO(registry_name) name = {0};
		ACR_AUTO_FREE char *server = NULL;

		rc = registry_name_parse(acr_json_string(item), acr_client_cloud(client), context->io, &name, error);
		if (rc == 0 && !name.login_server)
			rc = acr_login_server(client, name.name, name.label, NULL, &server, error);
		if (rc == 0)
			acr_json_append(servers, acr_json_new_string(server ? server : name.login_server));
	}
	return rc;
}

static int add_all(struct context *context, struct acr_json *servers, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	struct acr_client *client;
	int rc = context_client(context, &client, error);

	if (rc < 0 || (rc = acr_call(client, &acr_op_registry_list, NULL, NULL, &list, error)) < 0)
		return rc;
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *server = acr_json_str(item, "/properties/loginServer");

		if (server)
			acr_json_append(servers, acr_json_new_string(server));
	}
	if (acr_json_first(servers))
		return 0;
	return acr_fail(error, ACR_ERROR_GENERAL,
			"There are no registries in subscription %s. Name them with --registry.",
			acr_client_subscription_label(client));
}

/* ---- the files ---- */

/* The change in each engine's file; the answer tells what was changed where. */
static int change_files(struct context *context, const struct acr_json *servers, const char *helper,
			struct acr_json *answer, struct acr_error *error)
{
	ACR_AUTO(engines) engines;
	ACR_AUTO_FREE char *docker = NULL;
	struct acr_json *files = acr_json_new_object();
	const char *paths[2];
	int rc = 0;

	acr_json_set(answer, "files", files);
	engines_find(args_string(context->args, "engine"), &engines);
	docker = engines_docker_file(&engines);
	paths[0] = docker;
	paths[1] = engines.podman;
	for (size_t i = 0; i < ACR_COUNT(paths) && rc == 0; i++) {
		struct acr_json *changed = NULL;

		if (!paths[i])
			continue;
		rc = acr_docker_set_helper(paths[i], servers, helper, CREDENTIAL_HELPER_NAME, &changed, error);
		if (rc == 0)
			acr_json_set(files, paths[i], changed);
	}
	return rc;
}

int helper_install(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct acr_json *names = args_value(context->args, "registry");
	ACR_AUTO_PTR(acr_json) *servers = acr_json_new_array(), *answer = acr_json_new_object();
	ACR_AUTO_FREE char *program = find_in_path();
	int rc = names ? add_named(context, names, servers, error) : add_all(context, servers, error);

	if (rc < 0 || (!program && (rc = make_link(&program, error)) < 0))
		return rc;
	acr_json_set_str(answer, "helper", program);
	if ((rc = change_files(context, servers, CREDENTIAL_HELPER_NAME, answer, error)) < 0)
		return rc;
	*ret = TAKE(answer);
	return 0;
}

int helper_uninstall(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const struct acr_json *names = args_value(context->args, "registry");
	ACR_AUTO_PTR(acr_json) *servers = acr_json_new_array(), *answer = acr_json_new_object();
	int rc = names ? add_named(context, names, servers, error) : 0;

	if (rc < 0 || (rc = change_files(context, names ? servers : NULL, NULL, answer, error)) < 0)
		return rc;
	*ret = TAKE(answer);
	return 0;
}
