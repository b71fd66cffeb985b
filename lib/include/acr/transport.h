/* HTTP exchanges, and the transports that perform them.
 *
 * acr_transport_curl performs one exchange and judges nothing: any status is a success. Policies are transports
 * around another: acr_retry_new() repeats what failed for the moment, acr_trace_new() reports what goes over the
 * wire, acr_auth_new() (credential.h) adds tokens. Each wrapper owns the transport it wraps. */
#ifndef ACR_TRANSPORT_H
#define ACR_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>
#include "buf.h"
#include "clock.h"
#include "error.h"

/* Header fields in order; names compare without case (RFC 9110 section 5.1). */
struct acr_header {
	char *name, *value;
};
struct acr_headers {
	struct acr_header *items;
	size_t count;
};
/* Append a field; both texts are copied. */
void acr_headers_add(struct acr_headers *headers, const char *name, const char *value);
/* Replace every field of that name; a NULL value only removes. */
void acr_headers_set(struct acr_headers *headers, const char *name, const char *value);
const char *acr_headers_get(const struct acr_headers *headers, const char *name); /* the first; NULL when absent */
void acr_headers_clear(struct acr_headers *headers);

/* Which token a request carries. */
enum acr_auth {
	ACR_AUTH_NONE,     /* none: sign-in itself, signed URLs */
	ACR_AUTH_ARM,      /* Azure token for the management audience */
	ACR_AUTH_REGISTRY, /* registry access token for `registry` and `scope` */
};

struct acr_request {
	const char *method;         /* static or borrowed */
	char *url;                  /* absolute; owned */
	struct acr_headers headers; /* owned */
	const void *body;           /* borrowed; NULL when none */
	size_t body_length;
	enum acr_auth auth;
	const char *registry;    /* login server, with ACR_AUTH_REGISTRY; borrowed */
	const char *scope;       /* "repository:x:pull", …; borrowed */
	bool repeatable;         /* a POST that may be sent again */
	bool once;               /* never retried, whatever the answer */
	bool confidential;       /* the trace shows no body: a secret may be anywhere in it */
	bool host_service;       /* one that the machine's host has for it: http is accepted on private addresses */
	int64_t timeout_ms;      /* whole exchange; 0 = no limit besides the idle limit */
	size_t max_response;     /* cap on the body kept in memory; 0 = 64 MiB */
	/* When set, the body of a 2xx answer goes here as it arrives instead of into memory; return other than 0 to
	 * abort. A retry never repeats bytes already handed over: such a failure is final. */
	int (*sink)(void *user, const void *bytes, size_t length);
	void *sink_user;
};

struct acr_response {
	long status;
	struct acr_headers headers;
	struct acr_buf body;
};

/* One request and what became of it. `result` is 0 when an answer of whatever status arrived. */
struct acr_exchange {
	struct acr_request request;
	struct acr_response response;
	int result;
	bool final; /* the transport says that a repeat cannot help or would do harm (bytes went to the sink) */
	struct acr_error error;
};

/* Free what they own. */
void acr_request_clear(struct acr_request *request);
void acr_response_clear(struct acr_response *response);
void acr_exchange_clear(struct acr_exchange *exchange);

/* Where the exchanges of a stream come from: one after the other, while earlier ones are under way. */
struct acr_feed {
	/* The next exchange, lent until done() gets it; NULL when there is none for now. With `idle` nothing is under
	 * way: wait until there is one; NULL then ends the stream. */
	struct acr_exchange *(*next)(struct acr_feed *feed, bool idle);
	/* It has a result, as after send(). */
	void (*done)(struct acr_feed *feed, struct acr_exchange *exchange);
	bool pending; /* set by next(): none yet, but ask again soon even if nothing is done meanwhile */
	bool stop;    /* set by either: give up what is under way (ACR_ERROR_CANCELLED) and end */
};

struct acr_transport {
	/* Perform all exchanges, several at a time (HTTP/2 streams or parallel connections), and return when each has
	 * a result. Wrappers call the transport they wrap. Not for several threads at once, nor from within a sink. */
	void (*send)(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count);
	/* The same for a feed, each exchange on its own: none waits for another's end or repeat. NULL: acr_stream()
	 * sends one after the other. */
	void (*stream)(struct acr_transport *transport, struct acr_feed *feed);
	void (*free)(struct acr_transport *transport);
};
/* Free it with the transport that it wraps. */
void acr_transport_free(struct acr_transport *transport);

/* Perform what the feed yields until it ends. Only exchanges without a token (ACR_AUTH_NONE) can be streamed through
 * the transport of acr_auth_new(). Neither of the feed's functions may use the transport. */
void acr_stream(struct acr_transport *transport, struct acr_feed *feed);

/* One exchange; returns its result and moves its error to `error`. */
int acr_send(struct acr_transport *transport, struct acr_exchange *exchange, struct acr_error *error) ACR_MUST_CHECK;

struct acr_curl_options {
	const char *user_agent;
	const char *ca_bundle;   /* PEM file or folder instead of the system's; NULL = system */
	const char *ca_variable; /* name of the variable it came from, for error messages */
	const char *proxy;       /* "[scheme://][user[:password]@]host[:port]" for https:// URLs; NULL = none. The scheme is
				  * http (default), https (TLS to the proxy too) or one of socks4[a], socks5[h]. */
	const char *proxy_variable; /* name of the variable it came from, for error messages */
	const char *no_proxy;       /* hosts that are reached directly, see acr_proxy_applies(); NULL = none */
	int64_t connect_timeout_ms; /* 0 = 10 s */
	int64_t idle_timeout_ms;    /* no byte in either direction; 0 = 60 s */
	const struct acr_clock *clock; /* its interrupted() is polled while waiting; NULL = system */
};
/* The real thing, on libcurl's multi interface with one connection cache. libcurl is loaded at the first request.
 * TLS 1.2 or later, always verified; plain http:// is refused but for loopback hosts and, without a token, for the
 * link-local metadata service of cloud machines (169.254.0.0/16); neither of these ever goes through the proxy.
 * Redirects are not followed (a 3xx is an answer). Answers may be gzip-encoded and are decoded, except for a sink or
 * a Range. A fault on the way is ACR_ERROR_NETWORK, a certificate or handshake refused ACR_ERROR_TLS. */
struct acr_transport *acr_transport_curl(const struct acr_curl_options *options);
/* Whether https://host:port is reached through the proxy: there is one, the host is not this machine, and `no_proxy` does
 * not hold it. The entries of that, between commas or blanks, are "*", names (with all below them; a dot or "*." may stand
 * in front), addresses, each with a port or without, and address ranges (10.0.0.0/8, fd00::/8). */
bool acr_proxy_applies(const char *proxy, const char *no_proxy, const char *host, int port);

struct acr_retry_policy {
	int attempts;        /* in all; 0 = 4 */
	int64_t budget_ms;   /* waiting in all; 0 = 60 s */
	int64_t base_ms;     /* first pause, doubled each time, with full jitter; 0 = 800 ms */
};
/* Repeats exchanges that failed on the way (no connection, connection lost) or got 408, 429, 500, 502, 503, 504, if
 * the method is idempotent (RFC 9110 section 9.2.2) or the request is `repeatable`; 429 and 503 with Retry-After
 * (seconds or date) or x-ms-retry-after-ms also repeat other methods, since nothing was done. Those header fields
 * set the pause; when the pause asked for does not fit the budget, the answer is returned as it is. */
struct acr_transport *acr_retry_new(struct acr_transport *next, const struct acr_retry_policy *policy,
                                    const struct acr_clock *clock);

/* Reports each exchange as lines of text: method, URL, header fields, status, and JSON or form bodies, with secrets
 * blanked: Authorization values, sig= in signed URLs, tokens, passwords and secrets in bodies. */
typedef void (*acr_trace_line)(void *user, const char *line);
struct acr_transport *acr_trace_new(struct acr_transport *next, acr_trace_line line, void *user);

/* Turns an answer with an error status into an error: service code and message from the ARM ({"error":{…}}),
 * registry ({"errors":[…]}), OAuth ({"error":"…","error_description":…}) or storage (XML) form of the body, a
 * sentence of our own otherwise. `what` ("cannot show registry 'x'") stands in front. 404 gives
 * ACR_ERROR_NOT_FOUND for management requests (auth == ACR_AUTH_ARM), ACR_ERROR_SERVICE else; 401 and 403 give
 * ACR_ERROR_AUTH. Returns 0 when the status is below 400. */
int acr_check_status(const struct acr_exchange *exchange, const char *what, struct acr_error *error) ACR_MUST_CHECK;

#endif
