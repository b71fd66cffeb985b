/* Where container engines keep their logins. */
#ifndef CLI_ENGINES_H
#define CLI_ENGINES_H

#include <acr/docker.h>
#include <acr/error.h>

struct engines {
	char *docker; /* folder of config.json; NULL: not written to */
	char *podman; /* auth.json; NULL: not written to */
};

/* `which` is "docker", "podman", "both", or "auto" (NULL): Docker's file, and podman's where there is one already or
 * $REGISTRY_AUTH_FILE names it. */
void engines_find(const char *which, struct engines *ret);
void engines_clear(struct engines *engines);
/* The same as the library wants it; lent. */
struct acr_docker_config engines_config(const struct engines *engines);
/* Docker's config.json, yours to free(); NULL when it is not written to. */
char *engines_docker_file(const struct engines *engines);

#endif
