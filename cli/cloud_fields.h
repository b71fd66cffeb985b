/* The endpoints and suffixes that describe a cloud, as az names them. */
#ifndef CLI_CLOUD_FIELDS_H
#define CLI_CLOUD_FIELDS_H

#include <stddef.h>

#define BUILTIN_CLOUDS 4

struct cloud_field {
	const char *part; /* "endpoints" or "suffixes": the member of what `cloud show` prints */
	const char *name; /* "resourceManager" there */
	const char *key;  /* "endpoint_resource_manager" in clouds.config, and as an option with hyphens */
	const char *builtin[BUILTIN_CLOUDS]; /* in the order of acr_cloud_names; NULL where the cloud has none */
};
/* All of them, ended by one without a name. */
extern const struct cloud_field cloud_fields[];

#endif
