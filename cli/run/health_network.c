/* Checks of one host: its name, its port, its certificate, its clock. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/health.h"

#define CONNECT_TIMEOUT_MS 10000
#define POLL_MS 100
/* Tokens are refused where clocks differ by more. */
#define SKEW_MAX_S 300

/* Names below localhost are this machine, whether or not the system's resolver knows them. */
static const char *resolvable(const char *host)
{
	return acr_uri_is_loopback(host) && strchr(host, '.') && !strchr("0123456789", *host) ? "localhost" : host;
}

static struct addrinfo *look_up(const char *host, const char *port, int family)
{
	struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM}, *list = NULL;

	return getaddrinfo(resolvable(host), port, &hints, &list) == 0 ? list : NULL;
}

static void address_text(const struct addrinfo *address, char *text, size_t size)
{
	if (getnameinfo(address->ai_addr, address->ai_addrlen, text, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
		*text = '\0';
}

struct acr_json *health_addresses(const char *host)
{
	struct addrinfo *list = look_up(host, NULL, AF_INET), *item;
	struct acr_json *ret = list ? acr_json_new_array() : NULL;
	char text[INET6_ADDRSTRLEN];

	for (item = list; item; item = item->ai_next) {
		address_text(item, text, sizeof(text));
		acr_json_append(ret, acr_json_new_string(text));
	}
	if (list)
		freeaddrinfo(list);
	return ret;
}

/* 0, or why no connection came about. */
static int try_connect(const struct addrinfo *address, const struct acr_clock *clock)
{
	int stream = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), failure = 0, waited = 0;
	struct pollfd ready = {.fd = stream, .events = POLLOUT};
	socklen_t size = sizeof(failure);

	if (stream < 0)
		return errno;
	if (connect(stream, address->ai_addr, address->ai_addrlen) < 0 && errno != EINPROGRESS)
		failure = errno;
	while (!failure && poll(&ready, 1, POLL_MS) <= 0) {
		waited += POLL_MS;
		if (waited >= CONNECT_TIMEOUT_MS || acr_clock_interrupted(clock))
			failure = ETIMEDOUT;
	}
	if (!failure && getsockopt(stream, SOL_SOCKET, SO_ERROR, &failure, &size) < 0)
		failure = errno;
	close(stream);
	return failure;
}

static bool check_port(struct health *health, const char *host, const char *port, const struct addrinfo *list)
{
	int failure = EHOSTUNREACH;

	for (const struct addrinfo *item = list; item && failure; item = item->ai_next)
		failure = try_connect(item, &health->context->clock);
	if (!failure)
		health_ok(health, "tcp", host, "TCP connection to %s port %s", host, port);
	else
		health_failed(health, "tcp", host, "CONNECTIVITY_TCP_ERROR",
			      "No connection to %s port %s: %s. A firewall may be in "
			      "between, or the registry's network rules.",
			      host, port, strerror(failure));
	return !failure;
}

/* Behind a proxy neither names nor ports of the outside can be tried from here. */
static bool goes_through_proxy(struct health *health, const char *host, int port)
{
	const struct acr_curl_options *http = &health->context->http;

	if (!acr_proxy_applies(http->proxy, http->no_proxy, host, port))
		return false;
	health_note(health, "proxy", host, "%s is reached through a proxy; its name and port are not tried directly",
		    host);
	return true;
}

static bool check_name_and_port(struct health *health, const char *host, const char *port)
{
	struct addrinfo *list = look_up(host, port, AF_UNSPEC);
	char text[INET6_ADDRSTRLEN];
	bool ok;

	if (!list) {
		health_failed(health, "dns", host, "CONNECTIVITY_DNS_ERROR",
			      "Failed to reach DNS for registry '%s'. Please check "
			      "if the spelling is correct, if the CLI environment is on correct cloud and your network "
			      "connectivity.",
			      host);
		return false;
	}
	address_text(list, text, sizeof(text));
	health_ok(health, "dns", host, "DNS lookup to %s at IP %s", host, text);
	ok = check_port(health, host, port, list);
	freeaddrinfo(list);
	return ok;
}

static void check_clock(struct health *health, const char *host, const struct acr_exchange *answer)
{
	const char *date = acr_headers_get(&answer->response.headers, "Date");
	int64_t theirs, skew;

	if (!date || acr_time_parse_http(date, &theirs, NULL) < 0)
		return;
	skew = health->context->clock.now(&health->context->clock) - theirs;
	if (llabs(skew) <= SKEW_MAX_S)
		health_ok(health, "clock", host, "Clock differs from that of %s by %lld s", host, (long long)skew);
	else
		health_failed(health, "clock", host, "CLOCK_SKEW_ERROR",
			      "This machine's clock differs from that of %s by %lld s; "
			      "tokens are refused then. Set the clock.",
			      host, (long long)skew);
}

static bool check_answer(struct health *health, const char *host, const struct acr_exchange *answer)
{
	if (answer->result == ACR_ERROR_TLS) {
		health_failed(health, "tls", host, "CONNECTIVITY_SSL_ERROR",
			      "Unable to establish a secure connection to '%s': %s", host, answer->error.message);
		return false;
	}
	if (answer->result < 0) {
		health_failed(health, "https", host, "CONNECTIVITY_CHALLENGE_ERROR", "%s", answer->error.message);
		return false;
	}
	health_ok(health, "tls", host, "TLS certificate of %s", host);
	check_clock(health, host, answer);
	return true;
}

bool health_check_host(struct health *health, const char *host, const char *path, struct acr_exchange *answer)
{
	struct acr_exchange exchange = {.request = {.method = "GET", .once = true}}, *sent = &exchange;
	struct acr_transport *transport = acr_client_transport(health->context->client);
	ACR_AUTO(acr_uri) uri = {0};
	ACR_AUTO_FREE char *port = NULL;
	bool ok;

	exchange.request.url = acr_format("https://%s%s", host, path);
	if (acr_uri_parse(exchange.request.url, &uri, NULL) < 0) {
		health_failed(health, "dns", host, "CONNECTIVITY_DNS_ERROR", "'%s' is not the name of a host.", host);
		acr_exchange_clear(&exchange);
		return false;
	}
	port = acr_format("%d", uri.port ? uri.port : 443);
	if (!goes_through_proxy(health, uri.host, atoi(port)) && !check_name_and_port(health, uri.host, port)) {
		acr_exchange_clear(&exchange);
		return false;
	}
	transport->send(transport, &sent, 1);
	ok = check_answer(health, host, &exchange);
	if (ok && answer)
		*answer = exchange;
	else
		acr_exchange_clear(&exchange);
	return ok;
}
