/* Which proxy, and for which hosts none. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <acr/transport.h>
#include <acr/uri.h>
#include "http/proxy.h"

/* ---- the proxy ---- */

static const struct {
	const char *scheme;
	int port; /* where the URL has none */
} schemes[] = {
	{"http", 80}, {"https", 443}, {"socks4", 1080}, {"socks4a", 1080}, {"socks5", 1080}, {"socks5h", 1080},
};

static int usual_port(const char *scheme)
{
	for (size_t i = 0; i < ACR_COUNT(schemes); i++) {
		if (strcmp(schemes[i].scheme, scheme) == 0) {
			return schemes[i].port;
		}
	}
	return 0;
}

/* Text of a URL, encoded as far as it is not yet. */
static void encode(const char *text, size_t length, struct acr_buf *out)
{
	ACR_AUTO_FREE char *plain = acr_uri_unescape(text, length, false);
	acr_uri_escape(plain, NULL, out);
}

static char *login_of(const char *text, size_t length)
{
	const char *colon = memchr(text, ':', length);
	size_t name = colon ? (size_t)(colon - text) : length;
	struct acr_buf login = ACR_BUF_INIT;
	encode(text, name, &login);
	acr_buf_putc(&login, ':');
	encode(colon ? colon + 1 : "", colon ? length - name - 1 : 0, &login);
	return login.data;
}

int acr_proxy_parse(const char *text, const char *variable, struct acr_proxy *ret, struct acr_error *error)
{
	ACR_AUTO(acr_proxy) proxy = {0};
	ACR_AUTO(acr_uri) uri = {0};
	const char *mark = strstr(text, "://"), *rest = mark ? mark + 3 : text, *at = strrchr(rest, '@');
	const char *host = at ? at + 1 : rest;
	int scheme = mark ? (int)(mark - text) : (int)strlen("http");
	ACR_AUTO_FREE char *plain =
		acr_format("%.*s://%.*s", scheme, mark ? text : "http", (int)strcspn(host, "/?#"), host);
	if (acr_uri_parse(plain, &uri, NULL) < 0 || !usual_port(uri.scheme)) {
		return acr_fail(error, ACR_ERROR_GENERAL,
				"%s does not hold the URL of a proxy; write it like http://proxy.example.com:8080 or "
				"http://user:password@proxy.example.com:8080",
				variable ? variable : "HTTPS_PROXY");
	}
	bool v6 = strchr(uri.host, ':') != NULL;
	proxy.url = acr_format("%s://%s%s%s:%d", uri.scheme, v6 ? "[" : "", uri.host, v6 ? "]" : "",
			       uri.port ? uri.port : usual_port(uri.scheme));
	proxy.where = proxy.url + strlen(uri.scheme) + 3;
	if (at) {
		proxy.login = login_of(rest, (size_t)(at - rest));
	}
	*ret = proxy;
	proxy = (struct acr_proxy){0};
	return 0;
}

void acr_proxy_clear(struct acr_proxy *proxy)
{
	free(proxy->url);
	free(proxy->login);
	*proxy = (struct acr_proxy){0};
}

/* ---- the exceptions ---- */

struct address {
	int family; /* AF_UNSPEC: a name */
	unsigned char bytes[16];
};

static struct address read_address(const char *text)
{
	struct address ret = {.family = AF_INET};
	if (inet_pton(AF_INET, text, ret.bytes) == 1) {
		return ret;
	}
	ret.family = inet_pton(AF_INET6, text, ret.bytes) == 1 ? AF_INET6 : AF_UNSPEC;
	return ret;
}

static bool is_in_range(const char *range, const struct address *host)
{
	const char *slash = strchr(range, '/');
	ACR_AUTO_FREE char *first = acr_strndup(range, (size_t)(slash - range));
	const struct address network = read_address(first);
	char *end;
	long bits = strtol(slash + 1, &end, 10);
	if (end == slash + 1 || *end || network.family == AF_UNSPEC || network.family != host->family || bits < 0 ||
	    bits > (network.family == AF_INET ? 32 : 128)) {
		return false;
	}
	size_t whole = (size_t)bits / 8, over = (size_t)bits % 8;
	return memcmp(network.bytes, host->bytes, whole) == 0 &&
	       (!over || (network.bytes[whole] ^ host->bytes[whole]) >> (8 - over) == 0);
}

/* The name or one below it; a final dot says the same without it. */
static bool is_below(const char *domain, const char *host)
{
	domain += strncmp(domain, "*.", 2) == 0 ? 2 : *domain == '.';
	size_t wanted = strlen(domain), length = strlen(host);
	wanted -= wanted && domain[wanted - 1] == '.';
	length -= length && host[length - 1] == '.';
	if (!wanted || length < wanted || strncasecmp(host + length - wanted, domain, wanted) != 0) {
		return false;
	}
	return length == wanted || host[length - wanted - 1] == '.';
}

/* Cut ":port" and brackets off an entry, in place. False when it is for another port. */
static bool cut_port(char **entry, int port)
{
	char *bracket = **entry == '[' ? strchr(*entry, ']') : NULL;
	char *colon = bracket ? bracket + 1 : strchr(*entry, ':');
	bool has_port = colon && *colon == ':' && !strchr(colon + 1, ':');
	if (has_port && atoi(colon + 1) != port) {
		return false;
	}
	if (has_port) {
		*colon = '\0';
	}
	/* "[fd00::]/8" is seen now and then. */
	if (bracket) {
		memmove(bracket, bracket + 1, strlen(bracket + 1) + 1);
		++*entry;
	}
	return true;
}

static bool entry_matches(char *entry, const char *host, int port)
{
	const struct address address = read_address(host);
	if (strcmp(entry, "*") == 0) {
		return true;
	}
	if (!cut_port(&entry, port)) {
		return false;
	}
	if (strchr(entry, '/')) {
		return is_in_range(entry, &address);
	}
	if (address.family == AF_UNSPEC) {
		return is_below(entry, host);
	}
	const struct address same = read_address(entry);
	return same.family == address.family && memcmp(same.bytes, address.bytes, sizeof(same.bytes)) == 0;
}

static bool is_excepted(const char *list, const char *host, int port)
{
	ACR_AUTO_FREE char *copy = acr_strdup(list ? list : "");
	char *rest = NULL;
	for (char *entry = strtok_r(copy, ", \t\r\n;", &rest); entry; entry = strtok_r(NULL, ", \t\r\n;", &rest)) {
		if (entry_matches(entry, host, port)) {
			return true;
		}
	}
	return false;
}

bool acr_proxy_applies(const char *proxy, const char *no_proxy, const char *host, int port)
{
	return proxy && *proxy && !acr_uri_is_loopback(host) && !is_excepted(no_proxy, host, port);
}
