/* As much of HTTP/1.1 as a browser needs to hand over the parameters of one address. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <acr/buf.h>
#include "auth/redirect_listener.h"

#define MAX_HEAD ((size_t)64 << 10)
#define SLICE_MS 100    /* how soon somebody who wants to stop is heard */
#define REQUEST_MS 2000 /* for one request to arrive: browsers open connections that they do not use */

static int listen_at(int family, int port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	const struct sockaddr *address = family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t size = family == AF_INET ? sizeof(v4) : sizeof(v6);
	int one = 1, listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v6.sin6_addr = in6addr_loopback;
	if (listener < 0)
		return -1;
	if (family == AF_INET6)
		setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(listener, address, size) == 0 && listen(listener, 8) == 0)
		return listener;
	close(listener);
	return -1;
}

int redirect_listener_open(struct redirect_listener *ret, struct acr_error *error)
{
	struct sockaddr_in address = {0};
	socklen_t size = sizeof(address);
	int listener = listen_at(AF_INET, 0);

	if (listener < 0 || getsockname(listener, (struct sockaddr *)&address, &size) < 0)
		return acr_fail_errno(error, errno, "cannot listen for the browser on 127.0.0.1");
	ret->port = ntohs(address.sin_port);
	ret->sockets[0] = listener;
	ret->sockets[1] = listen_at(AF_INET6, ret->port);
	return 0;
}

void redirect_listener_close(struct redirect_listener *listener)
{
	for (size_t i = 0; i < 2; i++) {
		if (listener->sockets[i] >= 0)
			close(listener->sockets[i]);
	}
}

/* Wait for something to read; 1, 0 when it does not come, or a negative code. */
static int wait_for(struct pollfd *sources, nfds_t count, int64_t end, const struct acr_clock *clock,
		    struct acr_error *error)
{
	while (clock->ticks(clock) < end) {
		if (acr_clock_interrupted(clock))
			return acr_fail(error, ACR_ERROR_INTERRUPTED, "interrupted");
		int ready = poll(sources, count, SLICE_MS);
		if (ready > 0)
			return 1;
		if (ready < 0 && errno != EINTR)
			return acr_fail_errno(error, errno, "cannot wait for the browser");
	}
	return 0;
}

/* The head of a request; 1, 0 when none came, or a negative code. */
static int read_head(int connection, struct acr_buf *head, const struct acr_clock *clock, struct acr_error *error)
{
	int64_t end = clock->ticks(clock) + REQUEST_MS;
	struct pollfd source = {.fd = connection, .events = POLLIN};
	char bytes[4096];
	int rc;

	while (!strstr(acr_buf_str(head), "\r\n\r\n") && !head->overflow) {
		if ((rc = wait_for(&source, 1, end, clock, error)) <= 0)
			return rc;
		ssize_t got = read(connection, bytes, sizeof(bytes));
		if (got <= 0)
			return 0;
		acr_buf_add(head, bytes, (size_t)got);
	}
	return !head->overflow;
}

static void answer(int connection, const char *status, const char *text)
{
	ACR_AUTO(acr_buf) page = ACR_BUF_INIT;
	ACR_AUTO_FREE char *body =
		acr_format("<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>acr</title></head>"
			   "<body><p>%s</p></body></html>\n",
			   text);

	acr_buf_printf(&page,
		       "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %zu\r\n"
		       "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n%s",
		       status, strlen(body), body);
	/* A browser that has gone has seen enough. */
	if (send(connection, page.data, page.length, MSG_NOSIGNAL) == (ssize_t)page.length)
		shutdown(connection, SHUT_WR);
}

/* "GET /?code=… HTTP/1.1": the query, cut out of the head; NULL when there is none. */
static const char *query_of(struct acr_buf *head)
{
	char *query = strncmp(acr_buf_str(head), "GET /?", 6) == 0 ? head->data + 6 : NULL;

	if (query)
		query[strcspn(query, " \r\n")] = '\0';
	return query;
}

/* 1 when this connection brought what was waited for. */
static int serve(int connection, const char *done, redirect_accept accept_query, void *user,
		 const struct acr_clock *clock, struct acr_error *error)
{
	ACR_AUTO(acr_buf) head = ACR_BUF_INIT_MAX(MAX_HEAD);
	int rc = read_head(connection, &head, clock, error);
	const char *query = rc > 0 ? query_of(&head) : NULL;

	if (rc <= 0)
		return rc;
	if (query && accept_query(user, query)) {
		answer(connection, "200 OK", done);
		return 1;
	}
	answer(connection, query ? "400 Bad Request" : "404 Not Found", "This is not the answer that was waited for.");
	return 0;
}

int redirect_listener_wait(const struct redirect_listener *listener, const char *done, int64_t limit_ms,
			   redirect_accept accept_query, void *user, const struct acr_clock *clock,
			   struct acr_error *error)
{
	struct pollfd sources[2];
	int64_t end = clock->ticks(clock) + limit_ms;
	int rc;

	for (size_t i = 0; i < 2; i++)
		sources[i] = (struct pollfd){.fd = listener->sockets[i], .events = POLLIN};
	while ((rc = wait_for(sources, 2, end, clock, error)) > 0) {
		for (size_t i = 0; i < 2; i++) {
			int connection = sources[i].revents ? accept4(sources[i].fd, NULL, NULL, SOCK_CLOEXEC) : -1;

			if (connection < 0)
				continue;
			rc = serve(connection, done, accept_query, user, clock, error);
			close(connection);
			if (rc != 0)
				return rc < 0 ? rc : 0;
		}
	}
	return rc < 0 ? rc
		      : acr_fail(error, ACR_ERROR_TIMEOUT, "the browser did not come back; sign in with a device code");
}
