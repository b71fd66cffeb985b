/* Logins as docker, podman, skopeo and their like keep them: Docker's config.json, podman's auth.json.
 *
 * A file that is changed keeps its other members; it is replaced at once, under a lock, with mode 0600. One that cannot
 * be understood is ACR_ERROR_FORMAT and left alone. One that is not there counts as empty. */
#ifndef ACR_DOCKER_H
#define ACR_DOCKER_H

#include "error.h"
#include "json.h"

/* Docker's name for a token in the place of a password (docker-credential-helpers, "identity tokens"). */
#define ACR_HELPER_TOKEN_USER "<token>"

/* Where docker, podman and skopeo look for registry credentials. */
struct acr_docker_config {
	const char *docker_folder; /* $DOCKER_CONFIG or ~/.docker */
	const char *podman_file;   /* $REGISTRY_AUTH_FILE or $XDG_RUNTIME_DIR/containers/auth.json; NULL: not written */
};
/* Store a login: through the helper named by credHelpers or credsStore of config.json where there is one
 * (docker-credential-NAME store, secret on its standard input), else in `auths` of config.json; also in the podman
 * file when given. With ACR_TOKEN_USER (credential.h) as user name the secret is stored as an identity token. */
int acr_docker_store(const struct acr_docker_config *config, const char *registry, const char *username,
                     const char *secret, struct acr_error *error) ACR_MUST_CHECK;

/* The login of a registry that the file holds itself. Returns 1 with *username and *secret (yours to free()), 0 when
 * there is none. */
int acr_docker_find(const char *file, const char *registry, char **username, char **secret, struct acr_error *error)
	ACR_MUST_CHECK;
/* Put a login into the file, or take it out with a NULL `secret`. */
int acr_docker_keep(const char *file, const char *registry, const char *username, const char *secret,
                    struct acr_error *error) ACR_MUST_CHECK;
/* User names by registry, of the logins that the file holds. The caller owns the object. */
int acr_docker_list(const char *file, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Whether credHelpers name this helper for the registry: 1 or 0. */
int acr_docker_has_helper(const char *file, const char *registry, const char *helper, struct acr_error *error)
	ACR_MUST_CHECK;
/* Name the credential helper of each of the registries (an array of strings) in credHelpers. A NULL `helper` takes out
 * the entries that name `only`: of all registries when `registries` is NULL. *changed gets the registries whose entry is
 * another one now; the caller owns it. */
int acr_docker_set_helper(const char *file, const struct acr_json *registries, const char *helper, const char *only,
                          struct acr_json **changed, struct acr_error *error) ACR_MUST_CHECK;

#endif
