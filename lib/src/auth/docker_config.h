/* The contents of a docker config.json or podman auth.json, apart from where they lie. */
#ifndef AUTH_DOCKER_CONFIG_H
#define AUTH_DOCKER_CONFIG_H

#include <acr/json.h>

/* Parse the file's text; an empty one is an empty object. *ret belongs to the caller. */
int docker_config_parse(const char *text, size_t length, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The helper that keeps the registry's login: its own entry in credHelpers, else credsStore when `with_store`; NULL
 * when logins are kept in the file. Lent by `config`. */
const char *docker_config_helper(const struct acr_json *config, const char *registry, bool with_store);
/* Set the registry's entry in `auths`; with a NULL secret an empty entry, which says that a helper has it. */
void docker_config_set(struct acr_json *config, const char *registry, const char *username, const char *secret);

#endif
