/* Time as the library sees it, so that tests can replace it. */
#ifndef ACR_CLOCK_H
#define ACR_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "error.h"

struct acr_clock {
	/* Seconds since 1970 UTC. */
	int64_t (*now)(const struct acr_clock *clock);
	/* Milliseconds on a clock that only goes forward. */
	int64_t (*ticks)(const struct acr_clock *clock);
	/* Wait; returns early with ACR_ERROR_INTERRUPTED when `interrupted` says so. */
	int (*sleep)(const struct acr_clock *clock, int64_t milliseconds, struct acr_error *error);
	/* Polled by everything that waits; NULL or a function that says whether the user wants to stop. */
	bool (*interrupted)(void *user);
	void *user;
};

/* The system's clock, never interrupted; copy it to set `interrupted`. */
extern const struct acr_clock acr_clock_system;
/* Whether the clock's owner wants to stop. */
bool acr_clock_interrupted(const struct acr_clock *clock);

#endif
