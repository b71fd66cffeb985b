/* A run that goes on in the service: its state, from the queue to its end. */
#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include "context.h"
#include "progress.h"

struct run_watch {
	struct context *context;
	const char *run_id;
	long queue_timeout;        /* seconds that it may wait for an agent; 0: any time */
	struct progress *progress; /* the line on the terminal; NULL where nothing is drawn */
	struct acr_json *run;      /* when it has ended; NULL before */
	char *status;              /* as last heard; NULL before */
	char *created;             /* when, as the service says it */
	int64_t began;             /* ticks */
	int64_t asked, pause;      /* ticks of the last look; ms until the next one is due */
	int64_t counted;           /* ticks of the last look at the queue */
	size_t ahead;              /* runs in front of it in the queue */
	bool started;              /* an agent has it, or its log was seen */
	bool advised, lost_sight;  /* told once */
	bool expired;              /* it waited longer than queue_timeout */
};

/* `run_id` is lent until run_watch_end(). */
void run_watch_begin(struct run_watch *watch, struct context *context, const char *run_id, long queue_timeout);
void run_watch_end(struct run_watch *watch);
/* Ask how the run is, unless that was asked a moment ago. Returns 1 when it has ended (`run` is set), 0 while it goes
 * on, also when the service cannot be reached just now. ACR_ERROR_RUN: the service does not know the run any more,
 * or it waited longer than `queue_timeout` for an agent (`expired`). */
int run_watch_look(struct run_watch *watch, struct acr_error *error) ACR_MUST_CHECK;
/* Look until the run has ended. */
int run_watch_wait(struct run_watch *watch, struct acr_error *error) ACR_MUST_CHECK;
/* Follow the log of the run to its end, on `out`. */
int run_watch_log(struct run_watch *watch, FILE *out, struct acr_error *error) ACR_MUST_CHECK;
/* The same for a run that nobody waits for. */
int run_log(struct context *context, const char *run_id, FILE *out, struct acr_error *error) ACR_MUST_CHECK;

#endif
