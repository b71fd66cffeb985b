/* A browser of the user's, to show a page in. */
#ifndef CLI_BROWSER_H
#define CLI_BROWSER_H

#include <stdbool.h>
#include <acr/clock.h>
#include <acr/error.h>

/* Whether there is one: $BROWSER, or where there is a display, the desktop's. */
bool browser_is_here(void);
/* Show the page. Returns once the browser has it, or goes on to run; ACR_ERROR_FILE when none could be started, or the
 * one that was ended at once with a failure. */
int browser_open(const char *url, const struct acr_clock *clock, struct acr_error *error) ACR_MUST_CHECK;

#endif
