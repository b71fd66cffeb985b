/* A clock that only sleep() moves. */
#include <string.h>
#include "fake_clock.h"

static int64_t now(const struct acr_clock *clock)
{
	const struct fake_clock *fake = clock->user;
	return FAKE_CLOCK_START + fake->elapsed_ms / 1000;
}

static int64_t ticks(const struct acr_clock *clock)
{
	const struct fake_clock *fake = clock->user;
	return fake->elapsed_ms;
}

static int sleep_ms(const struct acr_clock *clock, int64_t milliseconds, struct acr_error *error)
{
	struct fake_clock *fake = clock->user;
	fake->sleeps++;
	if (fake->interrupted || fake->sleeps == fake->interrupt_at) {
		fake->interrupted = true;
		return acr_fail(error, ACR_ERROR_INTERRUPTED, "interrupted");
	}
	size_t place = fake->sleeps <= ACR_COUNT(fake->slept) ? fake->sleeps - 1 : ACR_COUNT(fake->slept) - 1;
	fake->slept[place] = milliseconds;
	fake->elapsed_ms += milliseconds;
	return 0;
}

static bool interrupted(void *user)
{
	const struct fake_clock *fake = user;
	return fake->interrupted;
}

void fake_clock_init(struct fake_clock *clock)
{
	memset(clock, 0, sizeof(*clock));
	clock->clock = (struct acr_clock){
		.now = now, .ticks = ticks, .sleep = sleep_ms, .interrupted = interrupted, .user = clock};
}

int64_t fake_clock_slept(const struct fake_clock *clock)
{
	return clock->elapsed_ms;
}
