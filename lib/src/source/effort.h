/* How hard to compress: as hard as the link leaves time for.
 *
 * Packing stands still ("full") when nobody takes what is packed. When it often does, the share of time that the
 * threads work, and how the efforts' speeds compare, tell the hardest effort that would still keep up with the link.
 * When packing never stands still though somebody waits for it ("hungry"), the effort is one too hard. A link as fast
 * as packing sees the lowest effort only. */
#ifndef ACR_SOURCE_EFFORT_H
#define ACR_SOURCE_EFFORT_H

#include <stdbool.h>
#include <stdint.h>

/* A state of affairs and how long it lasted. */
struct acr_span {
	bool on;
	int64_t since, total; /* milliseconds */
};

struct acr_effort {
	int level;
	int count;     /* of efforts to choose from; 0 = not known yet */
	int threads;   /* that compress */
	int64_t start; /* of the period that is looked at */
	struct acr_span full, hungry;
	int64_t worked;     /* all threads together */
	int hungry_periods; /* in a row */
};

void acr_effort_init(struct acr_effort *effort, int threads, int64_t now);
void acr_effort_full(struct acr_effort *effort, bool full, int64_t now);
void acr_effort_hungry(struct acr_effort *effort, bool hungry, int64_t now);
/* A thread has compressed for so long. */
void acr_effort_worked(struct acr_effort *effort, int64_t milliseconds);
/* The effort for the next block: a row of acr_efforts. */
int acr_effort_next(struct acr_effort *effort, int64_t now);

#endif
