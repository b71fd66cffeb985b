/* What the rows of the policy commands cannot say: what becomes of artifacts that are deleted already. */
#include <string.h>
#include <strings.h>

#include "context.h"
#include "run/run.h"

#define POLICY "/properties/policies/softDeletePolicy"

int soft_delete_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *status = args_string(context->args, "status");
	const char *now = acr_json_str(params->body, POLICY "/status");
	long days = args_integer(context->args, "days", 0);
	int rc = 0;

	if (status && now && !strcasecmp(now, "enabled") && !strcmp(status, "disabled"))
		io_warn(context->io,
			"What is deleted already is still purged after the days that the policy says now.");
	if (days && (double)days < acr_json_num(params->body, POLICY "/retentionDays", 0))
		rc = context_confirm(
			context, error,
			"With fewer days to keep what is deleted, some of what is deleted already may be purged "
			"at once. Do you wish to proceed?");
	if (rc == 0 && status)
		rc = acr_json_put(&params->body, POLICY "/status", acr_json_new_string(status), error);
	if (rc == 0 && days)
		rc = acr_json_put(&params->body, POLICY "/retentionDays", acr_json_new_number((double)days), error);
	return rc;
}
