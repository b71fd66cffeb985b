/* The runner of commands that are one operation, and its parts for those that are a little more. */
#ifndef CLI_RUN_OP_H
#define CLI_RUN_OP_H

#include "context.h"

/* Read the target, confirm, check the registry's SKU, bind, update, call, select. */
int run_operation(struct context *context, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* What comes before the request: the command's target, its question and the SKU it needs. */
int run_prepare(struct context *context, struct acr_error *error) ACR_MUST_CHECK;
/* What comes after: `select` of the command, printed shape, resource groups. Takes `answer`. */
int run_finish(struct context *context, struct acr_json *answer, struct acr_json **ret, struct acr_error *error)
	ACR_MUST_CHECK;
/* The command's operation with these parameters, --no-wait and --top followed and progress shown. */
int run_call(struct context *context, const struct acr_op *op, struct acr_params *params, struct acr_json **ret,
             struct acr_error *error) ACR_MUST_CHECK;

#endif
