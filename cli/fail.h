/* Errors as people and scripts see them: one line on stderr, and the exit status. */
#ifndef CLI_FAIL_H
#define CLI_FAIL_H

#include "io.h"

/* Print the error ("ERROR: (Code) message") and return the exit status that stands for it. */
int fail_print(struct io *io, const struct acr_error *error);
/* 0, 1, 2 (usage), 3 (management does not have the resource), 130 or 143 (SIGINT, SIGTERM). */
int fail_status(int code);

#endif
