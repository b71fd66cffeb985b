/* Docker credential helpers: programs named docker-credential-NAME that keep logins
 * (https://github.com/docker/docker-credential-helpers). */
#ifndef AUTH_DOCKER_HELPER_H
#define AUTH_DOCKER_HELPER_H

#include <acr/error.h>

#define DOCKER_HELPER_TIMEOUT_MS 30000

/* Have the helper store a login. The secret reaches it through its standard input only. A helper that takes longer
 * than `timeout_ms` is ended. Errors name the helper and hold what it said (without the secret). */
int docker_helper_store(const char *name, const char *registry, const char *username, const char *secret,
			int timeout_ms, struct acr_error *error) ACR_MUST_CHECK;

#endif
