/* One exchange on its way through libcurl: options, callbacks, result. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include "http/curl_transfer.h"
#include "http/request.h"

#define DEFAULT_MAX_RESPONSE ((size_t)64 << 20)
#define MAX_HEADER_BYTES ((size_t)256 << 10)
#define MAX_UNSENT (256 << 10)

/* Set an option unless an earlier one failed; `failed` remembers the first that did. */
#define SET(transfer, option, value)                                                                                   \
	do {                                                                                                           \
		if (failed == CURLE_OK) {                                                                              \
			failed = (transfer)->curl->easy_setopt((transfer)->easy, option, value);                       \
		}                                                                                                      \
	} while (0)

static long status_of(const struct acr_curl_transfer *transfer)
{
	long status = 0;
	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* Link-local (RFC 3927, RFC 4291) or of a private network (RFC 1918, RFC 4193). */
static bool is_private(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, host, &v4) == 1) {
		uint32_t address = ntohl(v4.s_addr);
		return address >> 16 == 0xa9fe || address >> 24 == 10 || address >> 20 == 0xac1 ||
		       address >> 16 == 0xc0a8;
	}
	return inet_pton(AF_INET6, host, &v6) == 1 && (IN6_IS_ADDR_LINKLOCAL(&v6) || (v6.s6_addr[0] & 0xfe) == 0xfc);
}

/* Plain http goes to this machine only, and to the services that its host has for it alone: virtual machines find them
 * at a link-local address, containers of App Service on their host's private network. */
static bool may_be_plain(const struct acr_uri *uri, const struct acr_request *request)
{
	return acr_uri_is_loopback(uri->host) || (request->host_service && is_private(uri->host));
}

static int check_url(struct acr_curl_transfer *transfer, struct acr_error *error)
{
	const struct acr_request *request = &transfer->exchange->request;
	int code = acr_uri_parse(request->url, &transfer->uri, error);
	if (code < 0) {
		return code;
	}
	const struct acr_uri *uri = &transfer->uri;
	bool https = strcmp(uri->scheme, "https") == 0;
	bool v6 = strchr(uri->host, ':') != NULL;
	transfer->where = acr_format("%s%s%s:%d", v6 ? "[" : "", uri->host, v6 ? "]" : "",
				     uri->port ? uri->port
				     : https   ? 443
					       : 80);
	if (!https && strcmp(uri->scheme, "http") != 0) {
		return acr_fail(error, ACR_ERROR_USAGE, "cannot send a request to '%s://%s': only https is supported",
				uri->scheme, transfer->where);
	}
	if (!https && !may_be_plain(uri, request)) {
		return acr_fail(error, ACR_ERROR_USAGE,
				"refused to send a request to 'http://%s': bearer tokens are only sent over https",
				transfer->where);
	}
	return 0;
}

static int choose_way(struct acr_curl_transfer *transfer, struct acr_error *error)
{
	const struct acr_curl_settings *settings = transfer->settings;
	const struct acr_uri *uri = &transfer->uri;
	if (strcmp(uri->scheme, "https") != 0 ||
	    !acr_proxy_applies(settings->proxy, settings->no_proxy, uri->host, uri->port ? uri->port : 443)) {
		return 0;
	}
	int code = acr_proxy_parse(settings->proxy, settings->proxy_variable, &transfer->proxy, error);
	transfer->exchange->final = code < 0;
	return code;
}

static size_t receive_header(char *line, size_t size, size_t count, void *user)
{
	struct acr_curl_transfer *transfer = user;
	struct acr_headers *headers = &transfer->exchange->response.headers;
	size_t length = size * count;
	if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		acr_headers_clear(headers); /* those before belong to an interim answer */
		return length;
	}
	transfer->header_bytes += length;
	if (transfer->header_bytes > MAX_HEADER_BYTES) {
		transfer->stopped = acr_fail(&transfer->exchange->error, ACR_ERROR_LIMIT,
					     "%s answered with more than %zu KiB of header fields", transfer->where,
					     MAX_HEADER_BYTES >> 10);
		return 0;
	}
	const char *colon = memchr(line, ':', length);
	if (!colon) {
		return length;
	}
	const char *end = line + length, *value = colon + 1;
	while (value < end && strchr(" \t", *value)) {
		value++;
	}
	while (end > value && strchr(" \t\r\n", end[-1])) {
		end--;
	}
	ACR_AUTO_FREE char *name = acr_strndup(line, (size_t)(colon - line));
	ACR_AUTO_FREE char *text = acr_strndup(value, (size_t)(end - value));
	acr_headers_add(headers, name, text);
	return length;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *user)
{
	struct acr_curl_transfer *transfer = user;
	struct acr_exchange *exchange = transfer->exchange;
	const struct acr_request *request = &exchange->request;
	size_t length = size * count;
	if (request->sink && status_of(transfer) / 100 == 2) {
		exchange->final = true; /* a repeat would hand the same bytes over again */
		int refused = request->sink(request->sink_user, bytes, length);
		if (refused) {
			transfer->stopped = acr_fail(&exchange->error, refused < 0 ? refused : ACR_ERROR_GENERAL,
						     "the answer of %s was not received to its end", transfer->where);
			return 0;
		}
		return length;
	}
	acr_buf_add(&exchange->response.body, bytes, length);
	if (exchange->response.body.overflow) {
		transfer->stopped =
			acr_fail(&exchange->error, ACR_ERROR_LIMIT, "the answer of %s is larger than %zu bytes",
				 transfer->where, exchange->response.body.max);
		return 0;
	}
	return length;
}

static CURLcode watch_certificate(CURL *easy, void *ssl_ctx, void *user)
{
	(void)easy;
	acr_certificate_watch(ssl_ctx, user);
	return CURLE_OK;
}

static void add_header(struct acr_curl_transfer *transfer, const char *line)
{
	struct curl_slist *list = transfer->curl->slist_append(transfer->headers, line);
	if (!list) {
		acr_oom();
	}
	transfer->headers = list;
}

static int set_headers(struct acr_curl_transfer *transfer, struct acr_error *error)
{
	const struct acr_headers *headers = &transfer->exchange->request.headers;
	for (size_t i = 0; i < headers->count; i++) {
		const struct acr_header *header = &headers->items[i];
		if (strpbrk(header->name, "\r\n:") || strpbrk(header->value, "\r\n")) {
			return acr_fail(error, ACR_ERROR_USAGE,
					"refused to send the header field '%s' with a line break in it", header->name);
		}
		/* "Name;" is libcurl's way to write a field without a value; "Name:" would remove it. */
		ACR_AUTO_FREE char *line = acr_format(*header->value ? "%s: %s" : "%s;", header->name, header->value);
		add_header(transfer, line);
	}
	/* What libcurl would add by itself. */
	add_header(transfer, "Expect:");
	if (!acr_headers_get(headers, "Content-Type")) {
		add_header(transfer, "Content-Type:");
	}
	return 0;
}

static size_t send_body(char *bytes, size_t size, size_t count, void *user)
{
	struct acr_curl_transfer *transfer = user;
	const struct acr_request *request = &transfer->exchange->request;
	size_t left = request->body_length - transfer->body_sent, most = size * count;
	size_t length = left < most ? left : most;
	memcpy(bytes, (const char *)request->body + transfer->body_sent, length);
	transfer->body_sent += length;
	return length;
}

static CURLcode set_body(struct acr_curl_transfer *transfer)
{
	const struct acr_request *request = &transfer->exchange->request;
	CURLcode failed = CURLE_OK;
	SET(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(request->body ? request->body_length : 0));
	if (!request->body || acr_request_may_repeat(request)) {
		SET(transfer, CURLOPT_POSTFIELDS, request->body ? request->body : "");
		return failed;
	}
	/* When a kept connection ends without an answer libcurl sends a request again by itself, unless it cannot get
	 * the body a second time. */
	SET(transfer, CURLOPT_POST, 1L);
	SET(transfer, CURLOPT_READFUNCTION, send_body);
	SET(transfer, CURLOPT_READDATA, transfer);
	return failed;
}

static CURLcode set_request(struct acr_curl_transfer *transfer)
{
	const struct acr_request *request = &transfer->exchange->request;
	CURLcode failed = CURLE_OK;
	bool sends = request->body || strcmp(request->method, "POST") == 0 || strcmp(request->method, "PUT") == 0 ||
		     strcmp(request->method, "PATCH") == 0;
	SET(transfer, CURLOPT_URL, request->url);
	SET(transfer, CURLOPT_PATH_AS_IS, 1L);
	if (sends) {
		failed = set_body(transfer);
	}
	if (strcmp(request->method, "HEAD") == 0) {
		SET(transfer, CURLOPT_NOBODY, 1L);
	} else {
		SET(transfer, CURLOPT_CUSTOMREQUEST, request->method);
	}
	/* A sink wants the bytes as they are, and a range counts them as they are. */
	if (!request->sink && !acr_headers_get(&request->headers, "Range") &&
	    !acr_headers_get(&request->headers, "Accept-Encoding")) {
		SET(transfer, CURLOPT_ACCEPT_ENCODING, "gzip");
	}
	SET(transfer, CURLOPT_HTTPHEADER, transfer->headers);
	SET(transfer, CURLOPT_USERAGENT, transfer->settings->user_agent);
	return failed;
}

static CURLcode set_tls(struct acr_curl_transfer *transfer)
{
	const struct acr_curl_settings *settings = transfer->settings;
	const curl_version_info_data *version = transfer->curl->version;
	CURLcode failed = CURLE_OK;
	SET(transfer, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(transfer, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (settings->ca_bundle) {
		/* One of the two replaces the system's certificates, the other must not bring them back. */
		const char *file = settings->ca_is_folder ? NULL : settings->ca_bundle;
		const char *folder = settings->ca_is_folder ? settings->ca_bundle : NULL;
		SET(transfer, CURLOPT_CAINFO, file);
		SET(transfer, CURLOPT_CAPATH, folder);
		SET(transfer, CURLOPT_PROXY_CAINFO, file);
		SET(transfer, CURLOPT_PROXY_CAPATH, folder);
	} else if (version->cainfo) {
		/* With a file alone libcurl parses it once for all connections. */
		SET(transfer, CURLOPT_CAPATH, NULL);
	}
	if (version->ssl_version && strncmp(version->ssl_version, "OpenSSL/3", 9) == 0) {
		SET(transfer, CURLOPT_SSL_CTX_FUNCTION, watch_certificate);
		SET(transfer, CURLOPT_SSL_CTX_DATA, &transfer->settings->refused);
	}
	return failed;
}

/* Bytes that wait in the kernel look as if they had been sent: on a slow link the silence until they have gone would be
 * taken for a dead one. */
static int limit_unsent(void *user, curl_socket_t descriptor, curlsocktype purpose)
{
	(void)user, (void)purpose;
	int most = MAX_UNSENT;
	(void)setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof(most)); /* where it is known */
	return CURL_SOCKOPT_OK;
}

static CURLcode set_connection(struct acr_curl_transfer *transfer, CURLSH *share)
{
	const struct acr_curl_settings *settings = transfer->settings;
	CURLcode failed = CURLE_OK;
	bool https = strcmp(transfer->uri.scheme, "https") == 0;
	SET(transfer, CURLOPT_PROTOCOLS_STR, https ? "https" : "http");
	if (transfer->curl->version->features & CURL_VERSION_HTTP2) {
		SET(transfer, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
		/* Plain http learns from the first answer only that there are no streams: too late to wait for. */
		SET(transfer, CURLOPT_PIPEWAIT, (long)https);
	}
	/* Set even when empty, else libcurl reads the environment. */
	SET(transfer, CURLOPT_PROXY, transfer->proxy.url ? transfer->proxy.url : "");
	SET(transfer, CURLOPT_NOPROXY, "");
	if (transfer->proxy.login) {
		SET(transfer, CURLOPT_PROXYUSERPWD, transfer->proxy.login); /* decoded there */
	}
	SET(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(transfer, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_timeout_ms);
	SET(transfer, CURLOPT_NOSIGNAL, 1L);
	/* A name that is being looked up must not hold up the end of the program. */
	if (transfer->curl->version->version_num >= 0x075700) {
		SET(transfer, CURLOPT_QUICK_EXIT, 1L);
	}
	SET(transfer, CURLOPT_SOCKOPTFUNCTION, limit_unsent);
	SET(transfer, CURLOPT_SHARE, share);
	SET(transfer, CURLOPT_COOKIEFILE, "");
	return failed;
}

static CURLcode set_callbacks(struct acr_curl_transfer *transfer)
{
	CURLcode failed = CURLE_OK;
	SET(transfer, CURLOPT_PRIVATE, transfer);
	SET(transfer, CURLOPT_ERRORBUFFER, transfer->detail);
	SET(transfer, CURLOPT_HEADERFUNCTION, receive_header);
	SET(transfer, CURLOPT_HEADERDATA, transfer);
	SET(transfer, CURLOPT_WRITEFUNCTION, receive_body);
	SET(transfer, CURLOPT_WRITEDATA, transfer);
	return failed;
}

int acr_curl_transfer_begin(struct acr_curl_transfer *transfer, CURLSH *share, struct acr_error *error)
{
	struct acr_exchange *exchange = transfer->exchange;
	size_t max = exchange->request.max_response;
	int code = check_url(transfer, error);
	if (code < 0 || (code = choose_way(transfer, error)) < 0 || (code = set_headers(transfer, error)) < 0) {
		return code;
	}
	exchange->response.body = (struct acr_buf)ACR_BUF_INIT_MAX(max ? max : DEFAULT_MAX_RESPONSE);
	transfer->easy = transfer->curl->easy_init();
	if (!transfer->easy) {
		acr_oom();
	}
	CURLcode failed = set_callbacks(transfer);
	failed = failed ? failed : set_request(transfer);
	failed = failed ? failed : set_tls(transfer);
	failed = failed ? failed : set_connection(transfer, share);
	if (failed != CURLE_OK) {
		return acr_fail(error, ACR_ERROR_GENERAL, "cannot prepare the request to %s: %s", transfer->where,
				transfer->curl->easy_strerror(failed));
	}
	return 0;
}

void acr_curl_transfer_finish(struct acr_curl_transfer *transfer, CURLcode result)
{
	struct acr_exchange *exchange = transfer->exchange;
	if (result == CURLE_OK) {
		exchange->response.status = status_of(transfer);
		return;
	}
	/* A callback that stopped the transfer has said why. */
	exchange->result = transfer->stopped ? transfer->stopped : acr_curl_failure(transfer, result, &exchange->error);
	acr_response_clear(&exchange->response);
}

curl_off_t acr_curl_transfer_moved(const struct acr_curl_transfer *transfer)
{
	curl_off_t up = 0, down = 0;
	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &up);
	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
	return up + down + (curl_off_t)transfer->header_bytes;
}

void acr_curl_transfer_clear(struct acr_curl_transfer *transfer)
{
	if (transfer->easy) {
		transfer->curl->easy_cleanup(transfer->easy);
	}
	if (transfer->headers) {
		transfer->curl->slist_free_all(transfer->headers);
	}
	acr_uri_clear(&transfer->uri);
	acr_proxy_clear(&transfer->proxy);
	free(transfer->where);
	*transfer = (struct acr_curl_transfer){0};
}
