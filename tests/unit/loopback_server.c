/* A small HTTP/1.1 server for tests. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "loopback_server.h"

#define MAX_CONNECTIONS 256

struct loopback {
	int listener, port;
	loopback_answer answer;
	void *user;
	pthread_t acceptor;
	pthread_t threads[MAX_CONNECTIONS];
	int descriptors[MAX_CONNECTIONS];
	atomic_int count;
};

struct connection {
	struct loopback *server;
	int descriptor;
};

bool loopback_send(int connection, const void *bytes, size_t length)
{
	for (const char *at = bytes; length;) {
		ssize_t sent = send(connection, at, length, MSG_NOSIGNAL);
		if (sent <= 0) {
			return false;
		}
		at += sent;
		length -= (size_t)sent;
	}
	return true;
}

bool loopback_printf(int connection, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *text = acr_vformat(format, args);
	va_end(args);
	return loopback_send(connection, text, strlen(text));
}

bool loopback_wait(int connection, int milliseconds)
{
	struct pollfd poll_fd = {.fd = connection, .events = POLLRDHUP};
	return poll(&poll_fd, 1, milliseconds) == 0;
}

/* Read more into the buffer; false at the end of the connection. */
static bool receive(int descriptor, struct acr_buf *buf)
{
	char block[16384];
	ssize_t got = recv(descriptor, block, sizeof(block), 0);
	if (got > 0) {
		acr_buf_add(buf, block, (size_t)got);
	}
	return got > 0;
}

static bool read_request(int descriptor, struct acr_buf *pending, struct loopback_request *request)
{
	const char *end;
	while (!(end = strstr(acr_buf_str(pending), "\r\n\r\n"))) {
		if (!receive(descriptor, pending)) {
			return false;
		}
	}
	acr_buf_add(&request->head, pending->data, (size_t)(end + 2 - pending->data));
	acr_buf_consume(pending, request->head.length + 2);
	if (sscanf(request->head.data, "%15s %1023s", request->method, request->target) != 2) {
		return false;
	}
	const char *field = strcasestr(request->head.data, "\r\nContent-Length:");
	size_t length = field ? strtoul(field + 17, NULL, 10) : 0;
	while (pending->length < length) {
		if (!receive(descriptor, pending)) {
			return false;
		}
	}
	acr_buf_add(&request->body, acr_buf_str(pending), length);
	acr_buf_consume(pending, length);
	return true;
}

static void *serve(void *user)
{
	struct connection *connection = user;
	ACR_AUTO(acr_buf) pending = ACR_BUF_INIT;
	for (bool more = true; more;) {
		struct loopback_request request = {0};
		more = read_request(connection->descriptor, &pending, &request) &&
		       connection->server->answer(connection->descriptor, &request, connection->server->user);
		acr_buf_clear(&request.head);
		acr_buf_clear(&request.body);
	}
	shutdown(connection->descriptor, SHUT_RDWR);
	free(connection);
	return NULL;
}

static void *accept_all(void *user)
{
	struct loopback *server = user;
	for (;;) {
		int descriptor = accept(server->listener, NULL, NULL);
		int count = atomic_load(&server->count);
		if (descriptor < 0 || count == MAX_CONNECTIONS) {
			return NULL;
		}
		struct connection *connection = acr_alloc(sizeof(*connection));
		*connection = (struct connection){server, descriptor};
		server->descriptors[count] = descriptor;
		if (pthread_create(&server->threads[count], NULL, serve, connection) != 0) {
			abort();
		}
		atomic_store(&server->count, count + 1);
	}
}

struct loopback *loopback_start(loopback_answer answer, void *user)
{
	struct loopback *server = acr_alloc(sizeof(*server));
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	server->answer = answer;
	server->user = user;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->listener, (struct sockaddr *)&address, size) < 0 || listen(server->listener, 64) < 0 ||
	    getsockname(server->listener, (struct sockaddr *)&address, &size) < 0 ||
	    pthread_create(&server->acceptor, NULL, accept_all, server) != 0) {
		abort();
	}
	server->port = ntohs(address.sin_port);
	return server;
}

int loopback_port(const struct loopback *server)
{
	return server->port;
}

int loopback_connections(const struct loopback *server)
{
	return atomic_load(&server->count);
}

void loopback_stop(struct loopback *server)
{
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->acceptor, NULL);
	close(server->listener);
	for (int i = 0; i < atomic_load(&server->count); i++) {
		shutdown(server->descriptors[i], SHUT_RDWR);
		pthread_join(server->threads[i], NULL);
		close(server->descriptors[i]);
	}
	free(server);
}

void loopback_tunnel(int connection, int port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd ends[] = {{.fd = connection, .events = POLLIN}, {.fd = other, .events = POLLIN}};
	bool open = connect(other, (struct sockaddr *)&address, sizeof(address)) == 0;
	while (open && poll(ends, 2, 10000) > 0) {
		for (int i = 0; i < 2 && open; i++) {
			ACR_AUTO(acr_buf) bytes = ACR_BUF_INIT;
			open = !ends[i].revents ||
			       (receive(ends[i].fd, &bytes) && loopback_send(ends[!i].fd, bytes.data, bytes.length));
		}
	}
	close(other);
}
