/* A listener on this machine that a browser is sent back to (RFC 8252 section 7.3). */
#ifndef AUTH_REDIRECT_LISTENER_H
#define AUTH_REDIRECT_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <acr/clock.h>

struct redirect_listener {
	int sockets[2]; /* IPv4 and IPv6, since "localhost" may be either; -1: none */
	int port;
};

int redirect_listener_open(struct redirect_listener *ret, struct acr_error *error) ACR_MUST_CHECK;
void redirect_listener_close(struct redirect_listener *listener);
/* Looks at the query of a request; true: it is the one that was waited for. */
typedef bool (*redirect_accept)(void *user, const char *query);
/* Answer requests until one of them is accepted: it gets a page that says `done`, others are turned away.
 * ACR_ERROR_TIMEOUT after `limit_ms`, ACR_ERROR_INTERRUPTED. */
int redirect_listener_wait(const struct redirect_listener *listener, const char *done, int64_t limit_ms,
			   redirect_accept accept, void *user, const struct acr_clock *clock,
			   struct acr_error *error) ACR_MUST_CHECK;

#endif
