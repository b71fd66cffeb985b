/* A small HTTP/1.1 server on 127.0.0.1 for tests: it reads requests, a function of the test answers them as badly as
 * it likes. Every connection has a thread of its own. */
#ifndef ACR_TESTS_LOOPBACK_SERVER_H
#define ACR_TESTS_LOOPBACK_SERVER_H

#include <acr/buf.h>

struct loopback_request {
	char method[16];
	char target[1024];   /* "/path?query"; "host:port" of a CONNECT */
	struct acr_buf head; /* request line and header fields as they came */
	struct acr_buf body;
};

/* Answer one request; false closes the connection. */
typedef bool (*loopback_answer)(int connection, const struct loopback_request *request, void *user);

struct loopback;
struct loopback *loopback_start(loopback_answer answer, void *user);
int loopback_port(const struct loopback *server);
/* How many connections were accepted so far. */
int loopback_connections(const struct loopback *server);
void loopback_stop(struct loopback *server);

/* Send to the client; false when it is gone. */
bool loopback_send(int connection, const void *bytes, size_t length);
bool loopback_printf(int connection, const char *format, ...) ACR_PRINTF(2, 3);
/* Wait; false when the client closed the connection meanwhile. */
bool loopback_wait(int connection, int milliseconds);
/* Connect to a port here and carry bytes both ways until one side closes. */
void loopback_tunnel(int connection, int port);

#endif
