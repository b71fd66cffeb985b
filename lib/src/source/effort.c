/* The loop that fits the effort of compression to the link. */
#include "effort.h"
#include "compress.h"

/* Long enough that a server's hiccup changes nothing. */
#define PERIOD_MS 1000
#define HUNGRY_PERIODS 2

void acr_effort_init(struct acr_effort *effort, int threads, int64_t now)
{
	*effort = (struct acr_effort){.threads = threads, .start = now};
}

static void set(struct acr_span *span, bool on, int64_t now)
{
	if (span->on && !on) {
		span->total += now - span->since;
	} else if (on && !span->on) {
		span->since = now;
	}
	span->on = on;
}

/* How long it lasted since it was asked last. */
static int64_t take(struct acr_span *span, int64_t now)
{
	bool on = span->on;
	set(span, false, now);
	int64_t total = span->total;
	*span = (struct acr_span){0};
	set(span, on, now);
	return total;
}

void acr_effort_full(struct acr_effort *effort, bool full, int64_t now)
{
	set(&effort->full, full, now);
}

void acr_effort_hungry(struct acr_effort *effort, bool hungry, int64_t now)
{
	set(&effort->hungry, hungry, now);
}

/* The hardest effort that needs no more time than there is, with a tenth to spare. */
static int affordable(const struct acr_effort *effort, int64_t period)
{
	double share = (double)effort->worked / ((double)period * effort->threads);
	double needed = (double)acr_efforts[effort->level].speed * share / 0.9;
	int level = effort->level;
	while (level + 1 < effort->count && acr_efforts[level + 1].speed >= needed) {
		level++;
	}
	return level;
}

void acr_effort_worked(struct acr_effort *effort, int64_t milliseconds)
{
	effort->worked += milliseconds;
}

int acr_effort_next(struct acr_effort *effort, int64_t now)
{
	int64_t period = now - effort->start;
	if (period < PERIOD_MS) {
		return effort->level;
	}
	int64_t full = take(&effort->full, now), hungry = take(&effort->hungry, now);
	effort->start = now;
	effort->hungry_periods = !full && hungry > period / 2 ? effort->hungry_periods + 1 : 0;
	if (full > period / 3) {
		effort->count = effort->count ? effort->count : acr_effort_count();
		effort->level = affordable(effort, period);
	} else if (effort->level > 0 && effort->hungry_periods >= HUNGRY_PERIODS) {
		effort->level--;
		effort->hungry_periods = 0;
	}
	effort->worked = 0;
	return effort->level;
}
