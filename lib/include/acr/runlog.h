/* Follow the log of a run: an append blob that grows until its metadata says it is complete. */
#ifndef ACR_RUNLOG_H
#define ACR_RUNLOG_H

#include "clock.h"
#include "transport.h"

struct acr_runlog_options {
	/* Bytes in order, unchanged; return other than 0 to stop. */
	int (*write)(void *user, const char *bytes, size_t length);
	/* Asked about once a poll while the blob is silent: has the run itself ended? Returns 1 when it has, 0 when
	 * not, a negative code on failure. May be NULL. */
	int (*ended)(void *user, struct acr_error *error);
	/* A new signed URL when the old one is refused (403) or gone; yours to free(). May be NULL. */
	int (*renew)(void *user, char **url, struct acr_error *error);
	void *user;
	int64_t poll_ms; /* between looks; 0 = 1000 */
};
/* Follow until the blob is complete and read, or `ended` says so and nothing more came. *state gets the value of the
 * `complete` metadata in lower case ("successful", "failed", …), yours to free(), NULL when it never came. Lost
 * connections and 404 (not there yet) are waited out. */
int acr_runlog_follow(struct acr_transport *transport, const char *url, const struct acr_clock *clock,
                      const struct acr_runlog_options *options, char **state, struct acr_error *error) ACR_MUST_CHECK;

#endif
