/* One exchange on its way through libcurl: set up, received, judged. Private to the transport on libcurl. */
#ifndef ACR_HTTP_CURL_TRANSFER_H
#define ACR_HTTP_CURL_TRANSFER_H

#include <acr/transport.h>
#include <acr/uri.h>
#include "http/certificate.h"
#include "http/curl_library.h"
#include "http/proxy.h"

/* What all transfers of a transport have in common. */
struct acr_curl_settings {
	char *user_agent, *ca_bundle, *ca_variable, *proxy, *proxy_variable, *no_proxy;
	bool ca_is_folder;
	int64_t connect_timeout_ms, idle_timeout_ms;
	struct acr_refused_certificate refused;
};

struct acr_curl_transfer {
	const struct acr_curl *curl;
	struct acr_curl_settings *settings;
	struct acr_exchange *exchange;
	CURL *easy;
	struct curl_slist *headers;
	struct acr_uri uri;
	char *where; /* "host:port", for messages */
	struct acr_proxy proxy; /* without URL: reached directly */
	char detail[CURL_ERROR_SIZE];
	size_t header_bytes;
	size_t body_sent; /* of a body that libcurl asks for piece by piece */
	int64_t started_at, active_at; /* ticks */
	curl_off_t moved;              /* bytes seen at active_at */
	int stopped;                   /* why a callback of ours stopped it: an error code, else 0 */
};

/* Make the easy handle for the transfer's exchange. */
int acr_curl_transfer_begin(struct acr_curl_transfer *transfer, CURLSH *share, struct acr_error *error) ACR_MUST_CHECK;
/* Fill in the result of the exchange from what libcurl says. */
void acr_curl_transfer_finish(struct acr_curl_transfer *transfer, CURLcode result);
/* Bytes that went in either direction so far. */
curl_off_t acr_curl_transfer_moved(const struct acr_curl_transfer *transfer);
void acr_curl_transfer_clear(struct acr_curl_transfer *transfer);

/* Turn what libcurl says into an error with a sentence. */
int acr_curl_failure(const struct acr_curl_transfer *transfer, CURLcode result, struct acr_error *error);

#endif
