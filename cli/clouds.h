/* The clouds that there are: built in, or described in clouds.config; and which of them is in use. */
#ifndef CLI_CLOUDS_H
#define CLI_CLOUDS_H

#include "settings.h"

/* The cloud of that name in any case, as `az cloud show` prints it; NULL when there is none. The caller owns it. */
struct acr_json *clouds_show(struct settings *settings, const char *name);
/* All of them, the built-in ones first. The caller owns the array. */
struct acr_json *clouds_list(struct settings *settings);
/* Write values ({"endpoint_management": "https://…"}) into the cloud's section of clouds.config. */
int clouds_save(struct settings *settings, const char *name, const struct acr_json *values, struct acr_error *error)
	ACR_MUST_CHECK;
/* Take a section out of clouds.config. */
int clouds_remove(struct settings *settings, const char *name, struct acr_error *error) ACR_MUST_CHECK;
/* Make it the active one, in the configuration file. */
int clouds_switch(struct settings *settings, const char *name, struct acr_error *error) ACR_MUST_CHECK;

#endif
