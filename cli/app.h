/* One run of the program. */
#ifndef CLI_APP_H
#define CLI_APP_H

#include "io.h"

/* Parse, run, print; returns the exit status. argv[0] tells under which name the program was called. */
int app_main(int argc, char *const *argv, struct io *io);

#endif
