/* TLS listeners on loopback and the life of one exchange, on top of libmicrohttpd. */
#include "emulator.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BODY_MAX ((size_t)64 << 20)
#define CONNECTION_MEMORY ((size_t)256 << 10) /* request headers, and the size of the pieces of a body */
#define PORT_ATTEMPTS 20

struct listener {
	struct handler handler;
	struct MHD_Daemon *daemons[2]; /* 127.0.0.1 and ::1; the second is NULL on a machine without IPv6 */
	int port;
};

/* What libmicrohttpd carries from call to call. */
struct call {
	struct exchange exchange;
	struct listener *listener;
	char *target; /* path and query, cut in two */
	bool opened;
	bool refused; /* the reply is decided; the rest of the body is read and dropped */
	bool produced;
};

/* ---- the request ---------------------------------------------------------------------------------------------- */

static void *begin(void *user, const char *uri, struct MHD_Connection *connection)
{
	(void)connection;
	struct call *call = acr_alloc(sizeof(*call));
	call->listener = user;
	call->target = acr_strdup(uri);
	char *mark = strchr(call->target, '?');
	if (mark)
		*mark = '\0';
	struct exchange *exchange = &call->exchange;
	exchange->path = call->target;
	exchange->query = mark ? mark + 1 : "";
	exchange->body.max = BODY_MAX;
	exchange->reply_file = -1;
	exchange->reply_length = -1;
	return call;
}

static void call_free(struct call *call)
{
	if (!call)
		return;
	struct exchange *exchange = &call->exchange;
	if (exchange->state_free)
		exchange->state_free(exchange->state);
	if (exchange->reply_file >= 0)
		close(exchange->reply_file);
	acr_headers_clear(&exchange->headers);
	acr_headers_clear(&exchange->reply_headers);
	acr_buf_clear(&exchange->body);
	acr_buf_clear(&exchange->reply);
	free(call->target);
	free(call);
}

static void completed(void *user, struct MHD_Connection *connection, void **context,
		      enum MHD_RequestTerminationCode reason)
{
	(void)user;
	(void)connection;
	(void)reason;
	call_free(*context);
	*context = NULL;
}

static enum MHD_Result collect_header(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	acr_headers_add(user, name, value ? value : "");
	return MHD_YES;
}

static void open_exchange(struct call *call, struct MHD_Connection *connection, const char *method)
{
	struct exchange *exchange = &call->exchange;
	const struct handler *handler = &call->listener->handler;
	call->opened = true;
	exchange->method = method;
	MHD_get_connection_values(connection, MHD_HEADER_KIND, collect_header, &exchange->headers);
	exchange->host = exchange_header(exchange, "Host");
	if (!exchange->host)
		exchange->host = "";
	if (handler->open)
		handler->open(handler->user, exchange);
	call->refused = exchange->status != 0;
}

static void receive_body(struct call *call, const char *bytes, size_t length)
{
	struct exchange *exchange = &call->exchange;
	if (call->refused)
		return;
	if (exchange->receive) {
		call->refused = exchange->receive(exchange, bytes, length) != 0;
		return;
	}
	acr_buf_add(&exchange->body, bytes, length);
	if (exchange->body.overflow) {
		reply_error(exchange, 413, "RequestContentTooLarge",
			    "The request content size exceeds the maximum size of %zu MB.", BODY_MAX >> 20);
		call->refused = true;
	}
}

/* ---- the reply ------------------------------------------------------------------------------------------------ */

static ssize_t produce_piece(void *user, uint64_t position, char *bytes, size_t size)
{
	(void)position;
	struct exchange *exchange = &((struct call *)user)->exchange;
	ssize_t got = exchange->produce ? exchange->produce(exchange, bytes, size) : 0;
	if (got < 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return got == 0 ? MHD_CONTENT_READER_END_OF_STREAM : got;
}

static struct MHD_Response *reply_from_file(struct exchange *exchange)
{
	struct stat status;
	if (fstat(exchange->reply_file, &status) < 0)
		return NULL;
	struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)status.st_size, exchange->reply_file);
	if (response)
		exchange->reply_file = -1; /* closed with the response */
	return response;
}

static struct MHD_Response *make_response(struct call *call)
{
	struct exchange *exchange = &call->exchange;
	/* A HEAD may name the length of a body that is not there. */
	bool announced = exchange->reply_length >= 0 && !strcmp(exchange->method, "HEAD");
	if (exchange->reply_file >= 0)
		return reply_from_file(exchange);
	if (exchange->produce || announced)
		return MHD_create_response_from_callback(exchange->reply_length < 0 ? MHD_SIZE_UNKNOWN
										    : (uint64_t)exchange->reply_length,
							 CONNECTION_MEMORY / 4, produce_piece, call, NULL);
	size_t length = exchange->reply.length;
	return MHD_create_response_from_buffer(length, length ? exchange->reply.data : (void *)(uintptr_t) "",
					       MHD_RESPMEM_PERSISTENT);
}

/* The client's port: it tells one connection from another. */
static int client_port(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (!info || !info->client_addr)
		return -1;
	const struct sockaddr *address = info->client_addr;
	return ntohs(address->sa_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_port
						    : ((const struct sockaddr_in *)address)->sin_port);
}

static enum MHD_Result send_reply(struct call *call, struct MHD_Connection *connection)
{
	struct exchange *exchange = &call->exchange;
	if (!exchange->status)
		reply_error(exchange, 500, "InternalServerError", "The emulator has no answer to %s %s.",
			    exchange->method, exchange->path);
	struct MHD_Response *response = make_response(call);
	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < exchange->reply_headers.count; i++) {
		const struct acr_header *header = &exchange->reply_headers.items[i];
		MHD_add_response_header(response, header->name, header->value);
	}
	note("%s %s%s -> %d (port %d)", exchange->method, exchange->host, exchange->path, exchange->status,
	     client_port(connection));
	enum MHD_Result result = MHD_queue_response(connection, (unsigned)exchange->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Called with the header fields, then once for each piece of the body, then once without a piece. */
static enum MHD_Result serve(void *user, struct MHD_Connection *connection, const char *url, const char *method,
			     const char *version, const char *bytes, size_t *length, void **context)
{
	(void)user;
	(void)url;
	(void)version;
	struct call *call = *context;
	if (!call->opened) {
		open_exchange(call, connection, method);
		/* A client that waits for "100 Continue" is spared sending a body that is refused. */
		const char *expect = exchange_header(&call->exchange, "Expect");
		return call->refused && expect ? send_reply(call, connection) : MHD_YES;
	}
	if (*length) {
		receive_body(call, bytes, *length);
		*length = 0;
		return MHD_YES;
	}
	const struct handler *handler = &call->listener->handler;
	if (!call->refused)
		handler->answer(handler->user, &call->exchange);
	if (emulator.latency_ms)
		usleep((useconds_t)emulator.latency_ms * 1000);
	return send_reply(call, connection);
}

/* ---- listeners ------------------------------------------------------------------------------------------------ */

static int bind_loopback(int family, int port)
{
	int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -1;
	int on = 1;
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	v6.sin6_addr = in6addr_loopback;
	if (family == AF_INET6)
		setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	int result = family == AF_INET ? bind(descriptor, (struct sockaddr *)&v4, sizeof(v4))
				       : bind(descriptor, (struct sockaddr *)&v6, sizeof(v6));
	if (result < 0 || listen(descriptor, SOMAXCONN) < 0) {
		int saved = errno;
		close(descriptor);
		errno = saved;
		return -1;
	}
	return descriptor;
}

static int bound_port(int descriptor)
{
	struct sockaddr_in address = {0};
	socklen_t length = sizeof(address);
	return getsockname(descriptor, (struct sockaddr *)&address, &length) < 0 ? -1 : ntohs(address.sin_port);
}

/* The same port on both addresses; sockets[1] is -1 on a machine without IPv6. */
static int bind_pair(int port, int sockets[2])
{
	for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
		sockets[0] = bind_loopback(AF_INET, port);
		if (sockets[0] < 0)
			return -1;
		int bound = bound_port(sockets[0]);
		sockets[1] = bind_loopback(AF_INET6, bound);
		if (sockets[1] >= 0 || errno != EADDRINUSE)
			return bound;
		close(sockets[0]);
		errno = EADDRINUSE;
		if (port)
			return -1;
	}
	return -1;
}

static struct MHD_Daemon *start_daemon(struct listener *listener, int descriptor, const char *certificate,
				       const char *key)
{
	return MHD_start_daemon(MHD_USE_TLS | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
					MHD_USE_POLL,
				0, NULL, NULL, serve, listener, MHD_OPTION_LISTEN_SOCKET, descriptor,
				MHD_OPTION_HTTPS_MEM_CERT, certificate, MHD_OPTION_HTTPS_MEM_KEY, key,
				MHD_OPTION_URI_LOG_CALLBACK, begin, listener, MHD_OPTION_NOTIFY_COMPLETED, completed,
				NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_END);
}

struct listener *listener_start(struct handler handler, int port, struct acr_error *error)
{
	ACR_AUTO(acr_buf) certificate = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) key = ACR_BUF_INIT;
	if (acr_file_read(emulator.certificate_file, &certificate, error) < 0 ||
	    acr_file_read(emulator.key_file, &key, error) < 0)
		return NULL;
	int sockets[2];
	int bound = bind_pair(port, sockets);
	if (bound < 0) {
		acr_fail(error, ACR_ERROR_NETWORK, "cannot listen on port %d of localhost: %s", port, strerror(errno));
		return NULL;
	}
	struct listener *listener = acr_alloc(sizeof(*listener));
	listener->handler = handler;
	listener->port = bound;
	for (int i = 0; i < 2 && sockets[i] >= 0; i++) {
		listener->daemons[i] = start_daemon(listener, sockets[i], acr_buf_str(&certificate), acr_buf_str(&key));
		if (listener->daemons[i])
			continue;
		for (; i < 2 && sockets[i] >= 0; i++)
			close(sockets[i]);
		listener_stop(listener);
		acr_fail(error, ACR_ERROR_NETWORK, "cannot serve TLS on port %d of localhost", bound);
		return NULL;
	}
	return listener;
}

int listener_port(const struct listener *listener)
{
	return listener->port;
}

void listener_stop(struct listener *listener)
{
	if (!listener)
		return;
	for (size_t i = 0; i < ACR_COUNT(listener->daemons); i++)
		if (listener->daemons[i])
			MHD_stop_daemon(listener->daemons[i]);
	free(listener);
}

/* ---- helpers of handlers -------------------------------------------------------------------------------------- */

const char *exchange_header(const struct exchange *exchange, const char *name)
{
	return acr_headers_get(&exchange->headers, name);
}

char *exchange_query(const struct exchange *exchange, const char *name)
{
	return acr_query_get(exchange->query, name);
}

void reply_json(struct exchange *exchange, int status, struct acr_json *value)
{
	exchange->status = status;
	acr_headers_set(&exchange->reply_headers, "Content-Type", "application/json; charset=utf-8");
	acr_buf_reset(&exchange->reply);
	acr_json_write(value, &exchange->reply);
	acr_json_free(value);
}

void reply_error(struct exchange *exchange, int status, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *message = acr_vformat(format, args);
	va_end(args);
	struct acr_json *error = acr_json_new_object();
	acr_json_set_str(error, "code", code);
	acr_json_set_str(error, "message", message);
	struct acr_json *body = acr_json_new_object();
	acr_json_set(body, "error", error);
	reply_json(exchange, status, body);
}

void reply_registry_error(struct exchange *exchange, int status, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *message = acr_vformat(format, args);
	va_end(args);
	struct acr_json *error = acr_json_new_object();
	acr_json_set_str(error, "code", code);
	acr_json_set_str(error, "message", message);
	acr_json_set(error, "detail", acr_json_new_null());
	struct acr_json *errors = acr_json_new_array();
	acr_json_append(errors, error);
	struct acr_json *body = acr_json_new_object();
	acr_json_set(body, "errors", errors);
	reply_json(exchange, status, body);
}
