/* A small HTTP/1.1 client for docker-registry: one request a connection, bodies in pieces both ways. */
#include "registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)64 << 10)
#define HEADER_MAX 200
#define LINE_MAX_LENGTH ((size_t)16 << 10)

/* What means something to docker-registry; credentials and connection matters are ours. */
static const char *const passed_on[] = {"Content-Type", "Content-Range",    "Range", "If-None-Match", "If-Range",
					"If-Match",     "If-Modified-Since"};

/* ---- sending -------------------------------------------------------------------------------------------------- */

static void send_all(struct upstream *upstream, const void *bytes, size_t length)
{
	const char *next = bytes;
	while (length && !upstream->broken) {
		ssize_t sent = send(upstream->descriptor, next, length, MSG_NOSIGNAL);
		if (sent >= 0) {
			next += sent;
			length -= (size_t)sent;
		} else if (errno != EINTR) {
			upstream->broken = true;
		}
	}
}

static bool is_passed_on(const char *name)
{
	for (size_t i = 0; i < ACR_COUNT(passed_on); i++)
		if (!strcasecmp(passed_on[i], name))
			return true;
	return false;
}

int upstream_open(struct registry *registry, struct upstream *upstream, const char *method, const char *path,
		  const char *query, const struct acr_headers *headers, int64_t length, struct acr_error *error)
{
	int descriptor = process_connect(registry->process, error);
	if (descriptor < 0)
		return descriptor;
	*upstream = (struct upstream){.descriptor = descriptor, .buffer = acr_alloc(BUFFER_SIZE)};
	upstream->chunked_request = length < 0;
	upstream->head = !strcmp(method, "HEAD");
	ACR_AUTO(acr_buf) head = ACR_BUF_INIT;
	acr_buf_printf(&head, "%s %s%s%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, path,
		       *query ? "?" : "", query, registry->login_server);
	/* A manifest is handed out as it was pushed, whatever the client prefers. */
	acr_buf_puts(&head, "Accept: application/vnd.docker.distribution.manifest.v2+json, "
			    "application/vnd.docker.distribution.manifest.list.v2+json, "
			    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json\r\n");
	for (size_t i = 0; headers && i < headers->count; i++)
		if (is_passed_on(headers->items[i].name))
			acr_buf_printf(&head, "%s: %s\r\n", headers->items[i].name, headers->items[i].value);
	if (length < 0)
		acr_buf_puts(&head, "Transfer-Encoding: chunked\r\n");
	else
		acr_buf_printf(&head, "Content-Length: %lld\r\n", (long long)length);
	acr_buf_puts(&head, "\r\n");
	send_all(upstream, head.data, head.length);
	return 0;
}

void upstream_send(struct upstream *upstream, const void *bytes, size_t length)
{
	if (!length)
		return;
	if (!upstream->chunked_request) {
		send_all(upstream, bytes, length);
		return;
	}
	char size[24];
	send_all(upstream, size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", length));
	send_all(upstream, bytes, length);
	send_all(upstream, "\r\n", 2);
}

/* ---- receiving ------------------------------------------------------------------------------------------------ */

/* More bytes into the empty buffer: 1, 0 at the end of the connection, negative on failure. */
static int fill(struct upstream *upstream)
{
	for (;;) {
		ssize_t got = recv(upstream->descriptor, upstream->buffer, BUFFER_SIZE, 0);
		if (got < 0 && errno == EINTR)
			continue;
		upstream->start = 0;
		upstream->end = got > 0 ? (size_t)got : 0;
		return got > 0 ? 1 : (int)got;
	}
}

/* A line without its end; false when the connection ends before or the line is too long. */
static bool read_line(struct upstream *upstream, struct acr_buf *line)
{
	acr_buf_reset(line);
	while (line->length < LINE_MAX_LENGTH) {
		if (upstream->start == upstream->end && fill(upstream) <= 0)
			return false;
		char c = upstream->buffer[upstream->start++];
		if (c == '\n')
			return true;
		if (c != '\r')
			acr_buf_putc(line, c);
	}
	return false;
}

static bool read_header_fields(struct upstream *upstream, struct acr_buf *line)
{
	for (int count = 0; count < HEADER_MAX; count++) {
		if (!read_line(upstream, line))
			return false;
		if (!line->length)
			return true;
		char *colon = strchr(line->data, ':');
		if (!colon)
			return false;
		*colon = '\0';
		acr_headers_add(&upstream->headers, line->data, colon + 1 + strspn(colon + 1, " \t"));
	}
	return false;
}

static bool read_head(struct upstream *upstream)
{
	ACR_AUTO(acr_buf) line = ACR_BUF_INIT;
	do { /* 1xx answers come before the answer */
		acr_headers_clear(&upstream->headers);
		if (!read_line(upstream, &line) ||
		    sscanf(acr_buf_str(&line), "HTTP/1.%*1[01] %3d", &upstream->status) != 1 ||
		    !read_header_fields(upstream, &line))
			return false;
	} while (upstream->status < 200);
	return true;
}

static void find_framing(struct upstream *upstream)
{
	const char *encoding = acr_headers_get(&upstream->headers, "Transfer-Encoding");
	const char *length = acr_headers_get(&upstream->headers, "Content-Length");
	upstream->chunked = encoding && !strcasecmp(encoding, "chunked");
	upstream->length = length && !upstream->chunked ? strtoll(length, NULL, 10) : -1;
	upstream->remaining = upstream->chunked ? 0 : upstream->length;
	upstream->finished = upstream->head || upstream->status == 204 || upstream->status == 304;
}

int upstream_receive(struct upstream *upstream, struct acr_error *error)
{
	if (upstream->chunked_request)
		send_all(upstream, "0\r\n\r\n", 5);
	if (!read_head(upstream))
		return acr_fail(error, ACR_ERROR_NETWORK, "docker-registry gave no answer");
	find_framing(upstream);
	return 0;
}

/* The size of the next chunk into `remaining`; the last one ends the body. */
static bool next_chunk(struct upstream *upstream)
{
	ACR_AUTO(acr_buf) line = ACR_BUF_INIT;
	if (!read_line(upstream, &line))
		return false;
	if (!line.length && !read_line(upstream, &line)) /* the line end behind the chunk before */
		return false;
	char *end;
	upstream->remaining = strtoll(acr_buf_str(&line), &end, 16);
	if (end == line.data || upstream->remaining < 0)
		return false;
	upstream->finished = upstream->remaining == 0;
	return true;
}

ssize_t upstream_read(struct upstream *upstream, void *bytes, size_t size)
{
	if (upstream->chunked && !upstream->finished && upstream->remaining == 0 && !next_chunk(upstream))
		return -1;
	if (upstream->finished || upstream->remaining == 0)
		return 0;
	if (upstream->start == upstream->end) {
		int more = fill(upstream);
		if (more <= 0)
			return more == 0 && upstream->remaining < 0 ? 0 : -1;
	}
	size_t take = upstream->end - upstream->start;
	if (take > size)
		take = size;
	if (upstream->remaining >= 0 && take > (uint64_t)upstream->remaining)
		take = (size_t)upstream->remaining;
	memcpy(bytes, upstream->buffer + upstream->start, take);
	upstream->start += take;
	if (upstream->remaining > 0)
		upstream->remaining -= (int64_t)take;
	return (ssize_t)take;
}

void upstream_clear(struct upstream *upstream)
{
	if (upstream->buffer)
		close(upstream->descriptor);
	free(upstream->buffer);
	acr_headers_clear(&upstream->headers);
	*upstream = (struct upstream){0};
}

/* ---- small exchanges ------------------------------------------------------------------------------------------ */

static int read_answer(struct upstream *upstream, struct acr_buf *answer, struct acr_error *error)
{
	char piece[8192];
	ssize_t got;
	while ((got = upstream_read(upstream, piece, sizeof(piece))) > 0)
		if (answer)
			acr_buf_add(answer, piece, (size_t)got);
	if (got < 0)
		return acr_fail(error, ACR_ERROR_NETWORK, "the answer of docker-registry broke off");
	if (answer && answer->overflow)
		return acr_fail(error, ACR_ERROR_LIMIT, "the answer of docker-registry is larger than %zu bytes",
				answer->max);
	return upstream->status;
}

int upstream_fetch(struct registry *registry, const char *method, const char *path, const char *content_type,
		   const struct acr_buf *body, struct acr_buf *answer, struct acr_error *error)
{
	struct acr_headers headers = {0};
	if (content_type)
		acr_headers_add(&headers, "Content-Type", content_type);
	ACR_AUTO(upstream) upstream = {0};
	int result =
		upstream_open(registry, &upstream, method, path, "", &headers, body ? (int64_t)body->length : 0, error);
	acr_headers_clear(&headers);
	if (result < 0)
		return result;
	if (body)
		upstream_send(&upstream, body->data, body->length);
	result = upstream_receive(&upstream, error);
	return result < 0 ? result : read_answer(&upstream, answer, error);
}
