/* Where docker and podman keep their logins. */
#include "engines.h"

#include <acr/file.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings.h"

static char *docker_folder(void)
{
	const char *folder = settings_variable("DOCKER_CONFIG"), *home = settings_variable("HOME");

	return folder ? acr_strdup(folder) : acr_path_join(home ? home : "/", ".docker");
}

/* containers-auth.json(5): the variable, else the runtime folder, else the user's configuration. */
static char *podman_file(void)
{
	const char *file = settings_variable("REGISTRY_AUTH_FILE"), *runtime = settings_variable("XDG_RUNTIME_DIR");
	const char *home = settings_variable("HOME");

	if (file)
		return acr_strdup(file);
	return runtime ? acr_path_join(runtime, "containers/auth.json")
		       : acr_path_join(home ? home : "/", ".config/containers/auth.json");
}

void engines_find(const char *which, struct engines *ret)
{
	bool automatic = !which || !strcmp(which, "auto"), both = which && !strcmp(which, "both");
	ACR_AUTO_FREE char *podman = podman_file(), *same = NULL;

	*ret = (struct engines){0};
	if (automatic || both || !strcmp(which, "docker"))
		ret->docker = docker_folder();
	same = ret->docker ? engines_docker_file(ret) : NULL;
	if (same && !strcmp(podman, same))
		return;
	if (both || (which && !strcmp(which, "podman")) ||
	    (automatic && (settings_variable("REGISTRY_AUTH_FILE") || access(podman, F_OK) == 0)))
		ret->podman = TAKE(podman);
}

void engines_clear(struct engines *engines)
{
	free(engines->docker);
	free(engines->podman);
}

struct acr_docker_config engines_config(const struct engines *engines)
{
	return (struct acr_docker_config){.docker_folder = engines->docker, .podman_file = engines->podman};
}

char *engines_docker_file(const struct engines *engines)
{
	return engines->docker ? acr_path_join(engines->docker, "config.json") : NULL;
}
