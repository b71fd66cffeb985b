/* Managed identities, as commands name them. */
#ifndef RUN_IDENTITY_H
#define RUN_IDENTITY_H

#include "context.h"

/* The resource id of a user-assigned identity given by id or by name; a name is one of the registry's resource group.
 * Yours to free(). */
int identity_id(struct context *context, const char *text, char **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The client id of a user-assigned identity, asked for by its resource id; yours to free(). */
int identity_client_id(struct context *context, const char *id, char **ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
