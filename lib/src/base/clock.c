/* The system's clock. */
#include <time.h>
#include <acr/clock.h>

/* How long a wait may go on before it looks whether the user wants to stop. */
#define POLL_MS 100

static int64_t system_now(const struct acr_clock *clock)
{
	(void)clock;
	return time(NULL);
}

static int64_t system_ticks(const struct acr_clock *clock)
{
	(void)clock;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int system_sleep(const struct acr_clock *clock, int64_t milliseconds, struct acr_error *error)
{
	int64_t end = system_ticks(clock) + milliseconds;
	for (;;) {
		if (acr_clock_interrupted(clock)) {
			return acr_fail(error, ACR_ERROR_INTERRUPTED, "interrupted");
		}
		int64_t left = end - system_ticks(clock);
		if (left <= 0) {
			return 0;
		}
		if (left > POLL_MS) {
			left = POLL_MS;
		}
		struct timespec pause = {.tv_nsec = left * 1000000};
		nanosleep(&pause, NULL);
	}
}

const struct acr_clock acr_clock_system = {
	.now = system_now,
	.ticks = system_ticks,
	.sleep = system_sleep,
};

bool acr_clock_interrupted(const struct acr_clock *clock)
{
	return clock->interrupted && clock->interrupted(clock->user);
}
