/* The program as Docker's credential helper: docker-credential-acr. */
#ifndef RUN_CREDENTIAL_HELPER_H
#define RUN_CREDENTIAL_HELPER_H

#include "io.h"
#include "settings.h"

/* Name of the program when it is the helper, and what configuration files call it. */
#define CREDENTIAL_HELPER "docker-credential-acr"
#define CREDENTIAL_HELPER_NAME "acr"

/* One request of the protocol: get, store, erase, list or version, with its argument on standard input. Returns the
 * exit status. Errors go to standard output, where Docker reads them, in one line. */
int credential_helper(struct io *io, struct settings *settings, int argc, char *const *argv);

#endif
