/* Errors as people and scripts see them: one line on stderr, and the exit status. */
#ifndef CLI_FAIL_H
#define CLI_FAIL_H

#include "io.h"

/* Print the error ("ERROR: (Code) message") and return the exit status that stands for it. */
int fail_print(struct io *io, const struct acr_error *error);
/* As az has it: 0, 1, 2 (usage), 3 (management does not have the resource), 130 or 143 (SIGINT, SIGTERM). With
 * ACR_EXIT_CODES=rich also 4 (signing in is needed), 5 (a run took too long), 6 (a run was canceled), 7 (a service
 * cannot be reached just now). */
int fail_status(const struct acr_error *error);

#endif
