/* Proxies as the variables of the environment name them. */
#ifndef ACR_HTTP_PROXY_H
#define ACR_HTTP_PROXY_H

#include <acr/error.h>

/* A proxy, taken apart so that its password is in no text that is shown; all yours, see acr_proxy_clear(). */
struct acr_proxy {
	char *url;         /* "scheme://host:port" */
	const char *where; /* "host:port" of it, for messages */
	char *login;       /* "user:password", both percent-encoded; NULL when the URL has none */
};

/* Parse "[scheme://][user[:password]@]host[:port]"; the scheme is http, https, socks4, socks4a, socks5 or socks5h. A
 * password may hold "@" as it is. Errors name `variable` and show nothing of the text. */
int acr_proxy_parse(const char *text, const char *variable, struct acr_proxy *ret,
		    struct acr_error *error) ACR_MUST_CHECK;
void acr_proxy_clear(struct acr_proxy *proxy);

#endif
