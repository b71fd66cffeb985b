/* What libcurl's error codes mean, in sentences that say what to do. */
#include <stdio.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <acr/clock.h>
#include <acr/timestamp.h>
#include "http/request.h"
#include "http/curl_transfer.h"

/* Whether a repeat may help. */
enum outlook { TRANSIENT, FINAL };

/* The sentence ends with the place ("host:port", or the proxy on the way to it), then libcurl's own words where it has
 * any, then the advice. */
static const struct failure {
	CURLcode result;
	int code;
	enum outlook outlook;
	const char *sentence, *advice;
} failures[] = {
	{CURLE_COULDNT_RESOLVE_HOST, ACR_ERROR_NETWORK, FINAL, "cannot find the host",
	 "check the name and the network"},
	{CURLE_COULDNT_RESOLVE_PROXY, ACR_ERROR_NETWORK, FINAL, "cannot find", NULL},
	{CURLE_COULDNT_CONNECT, ACR_ERROR_NETWORK, TRANSIENT, "cannot connect to", NULL},
	{CURLE_PROXY, ACR_ERROR_NETWORK, FINAL, "no passage at", NULL},
	{CURLE_OPERATION_TIMEDOUT, ACR_ERROR_NETWORK, TRANSIENT, "no connection in time to",
	 "check the network, a firewall may drop the packets"},
	{CURLE_PARTIAL_FILE, ACR_ERROR_NETWORK, TRANSIENT, "the answer was cut off by", NULL},
	{CURLE_GOT_NOTHING, ACR_ERROR_NETWORK, TRANSIENT, "no answer from", NULL},
	{CURLE_SEND_ERROR, ACR_ERROR_NETWORK, TRANSIENT, "lost the connection to", NULL},
	{CURLE_RECV_ERROR, ACR_ERROR_NETWORK, TRANSIENT, "lost the connection to", NULL},
	{CURLE_SEND_FAIL_REWIND, ACR_ERROR_NETWORK, FINAL, "lost the connection to", NULL},
	{CURLE_HTTP2, ACR_ERROR_NETWORK, TRANSIENT, "lost the connection to", NULL},
	{CURLE_HTTP2_STREAM, ACR_ERROR_NETWORK, TRANSIENT, "lost the connection to", NULL},
	{CURLE_WEIRD_SERVER_REPLY, ACR_ERROR_NETWORK, TRANSIENT, "no valid HTTP answer from", NULL},
	{CURLE_UNSUPPORTED_PROTOCOL, ACR_ERROR_NETWORK, TRANSIENT, "no valid HTTP answer from", NULL},
	{CURLE_BAD_CONTENT_ENCODING, ACR_ERROR_FORMAT, FINAL, "cannot decompress the answer of", NULL},
	{CURLE_SSL_CONNECT_ERROR, ACR_ERROR_TLS, FINAL, "no TLS connection to", NULL},
};

/* Whether the way through the proxy had not been opened yet: what failed then is between us and the proxy. */
static bool is_at_proxy(const struct acr_curl_transfer *transfer)
{
	long status = 0;
	curl_off_t ready = 0; /* also on a connection that was there before */
	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
	return transfer->proxy.url && status / 100 != 2 && !ready;
}

static const char *proxy_variable(const struct acr_curl_transfer *transfer)
{
	const char *name = transfer->settings->proxy_variable;
	return name ? name : "HTTPS_PROXY";
}

static int refused_by_proxy(const struct acr_curl_transfer *transfer, struct acr_error *error)
{
	long status = 0;
	ACR_AUTO(acr_buf) advice = ACR_BUF_INIT;
	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status < 300 || !transfer->proxy.url) {
		return 0;
	}
	if (status == 407 && transfer->proxy.login) {
		acr_buf_printf(&advice,
			       "; check the user name and password in %s (what is special in a URL has to be "
			       "percent-encoded there)",
			       proxy_variable(transfer));
	} else if (status == 407) {
		acr_buf_printf(&advice, "; put user name and password into %s: http://user:password@%s",
			       proxy_variable(transfer), transfer->proxy.where);
	}
	transfer->exchange->final = true;
	return acr_fail(error, ACR_ERROR_NETWORK, "the proxy %s refused the way to %s with HTTP status %ld%s",
			transfer->proxy.where, transfer->where, status, acr_buf_str(&advice));
}

/* Which certificates were trusted, and how to trust others. */
static void add_trust(const struct acr_curl_settings *settings, struct acr_buf *text)
{
	if (settings->ca_bundle) {
		acr_buf_printf(text, "; trusted are the certificates in '%s'", settings->ca_bundle);
		if (settings->ca_variable) {
			acr_buf_printf(text, " (from %s)", settings->ca_variable);
		}
	} else {
		acr_buf_puts(text, "; trusted are the system's certificates");
	}
	acr_buf_puts(text, ". If your company's proxy inspects TLS, set ACR_CA_BUNDLE to your company's CA file");
}

static int certificate_refused(const struct acr_curl_transfer *transfer, struct acr_error *error)
{
	const struct acr_refused_certificate *refused = &transfer->settings->refused;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	bool proxy = is_at_proxy(transfer) && strncmp(transfer->proxy.url, "https:", 6) == 0;
	acr_buf_printf(&text, "the certificate of %s%s was refused: %s", proxy ? "the proxy " : "",
		       proxy ? transfer->proxy.where : transfer->where,
		       refused->reason ? refused->reason : transfer->detail);
	if (refused->subject) {
		acr_buf_printf(&text, " (subject '%s', issuer '%s')", refused->subject, refused->issuer);
	}
	if (refused->untrusted) {
		add_trust(transfer->settings, &text);
	} else if (refused->untimely) {
		ACR_AUTO_FREE char *now = acr_time_text(acr_clock_system.now(&acr_clock_system));
		acr_buf_printf(&text, "; this machine's clock says %s", now);
	}
	transfer->exchange->final = true;
	return acr_fail(error, ACR_ERROR_TLS, "%s", acr_buf_str(&text));
}

static int bad_ca_bundle(const struct acr_curl_transfer *transfer, struct acr_error *error)
{
	const struct acr_curl_settings *settings = transfer->settings;
	const char *variable = settings->ca_variable ? settings->ca_variable : "ACR_CA_BUNDLE";
	transfer->exchange->final = true;
	if (!settings->ca_bundle) {
		return acr_fail(error, ACR_ERROR_TLS,
				"cannot read the system's CA certificates; install the package ca-certificates or set "
				"ACR_CA_BUNDLE to a PEM file");
	}
	return acr_fail(error, ACR_ERROR_TLS,
			"cannot read CA certificates from '%s' (%s); %s must name a PEM file or folder",
			settings->ca_bundle,
			access(settings->ca_bundle, R_OK) < 0 ? strerror(errno) : "no PEM certificate in it", variable);
}

/* A handshake that ended without a word from TLS is a lost connection, not a matter of TLS. */
static bool lost_in_handshake(const struct acr_curl_transfer *transfer)
{
	return strstr(transfer->detail, "SSL_ERROR_SYSCALL") || strstr(transfer->detail, "Connection reset");
}

static const struct failure *find(const struct acr_curl_transfer *transfer, CURLcode result)
{
	if (result == CURLE_SSL_CONNECT_ERROR && lost_in_handshake(transfer)) {
		result = CURLE_RECV_ERROR;
	}
	for (size_t i = 0; i < ACR_COUNT(failures); i++) {
		if (failures[i].result == result) {
			return &failures[i];
		}
	}
	return NULL;
}

/* The request was on its way, and what it does is not known to be harmless when done twice. */
static bool may_be_done(const struct acr_curl_transfer *transfer)
{
	long sent = 0;
	transfer->curl->easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
	return sent > 0 && !acr_request_is_idempotent(&transfer->exchange->request);
}

int acr_curl_failure(const struct acr_curl_transfer *transfer, CURLcode result, struct acr_error *error)
{
	if (result == CURLE_PEER_FAILED_VERIFICATION) {
		return certificate_refused(transfer, error);
	}
	if (result == CURLE_SSL_CACERT_BADFILE) {
		return bad_ca_bundle(transfer, error);
	}
	int code = refused_by_proxy(transfer, error);
	if (code < 0) {
		return code;
	}
	const char *words = transfer->detail[0] ? transfer->detail : transfer->curl->easy_strerror(result);
	if (result == CURLE_SEND_FAIL_REWIND) {
		words = "closed before the answer came"; /* instead of what kept libcurl from asking again */
	}
	ACR_AUTO_FREE char *place = NULL, *advice = NULL;
	const struct failure *failure = find(transfer, result);
	if (!failure) {
		transfer->exchange->final = true;
		return acr_fail(error, ACR_ERROR_NETWORK, "the request to %s failed: %s", transfer->where, words);
	}
	if (is_at_proxy(transfer)) {
		place = acr_format("the proxy %s on the way to %s", transfer->proxy.where, transfer->where);
		advice = acr_format("; check %s", proxy_variable(transfer));
	} else if (may_be_done(transfer)) {
		advice = acr_strdup("; what was asked for may have been done, look before you repeat it");
	} else if (failure->advice) {
		advice = acr_format("; %s", failure->advice);
	}
	transfer->exchange->final = transfer->exchange->final || failure->outlook == FINAL;
	return acr_fail(error, failure->code, "%s %s (%s)%s", failure->sentence, place ? place : transfer->where, words,
			advice ? advice : "");
}
