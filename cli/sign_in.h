/* Which credential a command signs in with. */
#ifndef CLI_SIGN_IN_H
#define CLI_SIGN_IN_H

#include "context.h"

/* The tenant of the application that the environment describes completely; NULL when it describes none. */
const char *sign_in_tenant(void);
/* Its client id. */
const char *sign_in_client(void);
/* The credentials that apply, first the best: the environment's application, the Azure CLI's account, the managed
 * identity of the machine. For acr_client_options.sign_in; `user` is the context. */
struct acr_credential *sign_in(void *user, struct acr_transport *transport, struct acr_error *error);

#endif
