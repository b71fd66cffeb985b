/* What the rows of the replication commands cannot say. */
#include <strings.h>

#include "context.h"
#include "run/run.h"

int replication_create_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *location = args_string(context->args, "location");
	const struct acr_registry *registry;
	int rc = context_registry_details(context, &registry, error);

	if (rc < 0)
		return rc;
	if (registry->location && !strcasecmp(registry->location, location))
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "Replication could not be created in the same location as the registry ('%s').", location);
	if (!acr_json_get(params->path, "replication"))
		return acr_json_put(&params->path, "/replication", acr_json_new_string(location), error);
	return 0;
}
