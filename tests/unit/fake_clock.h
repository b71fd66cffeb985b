/* A clock for tests: time stands still but for sleep(), which returns at once and is written down.
 *
 *   struct fake_clock clock;
 *   fake_clock_init(&clock);
 *   … pass &clock.clock …
 *   assert_int_equal(clock.slept[0], 800); */
#ifndef ACR_TESTS_FAKE_CLOCK_H
#define ACR_TESTS_FAKE_CLOCK_H

#include <acr/clock.h>

#define FAKE_CLOCK_START 1700000000 /* 2023-11-14T22:13:20Z */

struct fake_clock {
	struct acr_clock clock;
	int64_t elapsed_ms;  /* since FAKE_CLOCK_START; may be set */
	int64_t slept[256];  /* each wait in milliseconds; the last place repeats when there are more */
	size_t sleeps;       /* how many waits there were */
	bool interrupted;    /* set it: the next poll or sleep sees an interruption */
	size_t interrupt_at; /* interrupt the sleep of this number, counted from 1; 0 = none */
};

void fake_clock_init(struct fake_clock *clock);
/* The sum of all waits. */
int64_t fake_clock_slept(const struct fake_clock *clock);

#endif
