/* The transport on libcurl: runs a batch of transfers on one multi handle. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "http/curl_transfer.h"
#include "http/feed.h"

/* Transfers on their way at the same time; the rest of a feed waits there and not in libcurl, where its time would
 * already run. */
#define MAX_ACTIVE 16
#define POLL_MS 100
#define POLL_PENDING_MS 5
#define DEFAULT_CONNECT_TIMEOUT_MS 10000
#define DEFAULT_IDLE_TIMEOUT_MS 60000

struct curl_transport {
	struct acr_transport transport;
	struct acr_curl_settings settings;
	const struct acr_clock *clock;
	const struct acr_curl *curl; /* NULL until the first request */
	CURLM *multi;
	CURLSH *share;
	bool busy;
};

/* The transfers of one stream. */
struct batch {
	struct curl_transport *transport;
	struct acr_feed *feed;
	struct acr_curl_transfer active[MAX_ACTIVE]; /* a free place has no easy handle */
	size_t active_count;
};

static int start(struct curl_transport *self, struct acr_error *error)
{
	if (self->busy) {
		return acr_fail(error, ACR_ERROR_GENERAL, "a request was made while the answer to another is received");
	}
	if (self->curl) {
		return 0;
	}
	const struct acr_curl *curl;
	int code = acr_curl_load(&curl, error);
	if (code < 0) {
		return code;
	}
	self->curl = curl;
	self->multi = curl->multi_init();
	self->share = curl->share_init();
	if (!self->multi || !self->share) {
		acr_oom();
	}
	/* New connections of a batch resume the TLS session of the first. Only one thread is at work: no locks. */
	curl->share_setopt(self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
	/* Behind a load balancer, cookies may tell which machine knows about an operation. They live in memory. */
	curl->share_setopt(self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
	curl->multi_setopt(self->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	return 0;
}

static struct acr_curl_transfer *free_place(struct batch *batch)
{
	for (size_t i = 0; i < MAX_ACTIVE; i++) {
		if (!batch->active[i].exchange) {
			return &batch->active[i];
		}
	}
	return NULL;
}

static void finish(struct batch *batch, struct acr_exchange *exchange)
{
	batch->feed->done(batch->feed, exchange);
}

static void begin(struct batch *batch, struct acr_exchange *exchange)
{
	struct curl_transport *self = batch->transport;
	struct acr_curl_transfer *transfer = free_place(batch);
	*transfer = (struct acr_curl_transfer){.curl = self->curl, .settings = &self->settings, .exchange = exchange};
	int code = acr_curl_transfer_begin(transfer, self->share, &exchange->error);
	if (code == 0) {
		CURLMcode added = self->curl->multi_add_handle(self->multi, transfer->easy);
		if (added != CURLM_OK) {
			code = acr_fail(&exchange->error, ACR_ERROR_GENERAL, "cannot begin the request to %s: %s",
					transfer->where, self->curl->multi_strerror(added));
		}
	}
	if (code < 0) {
		exchange->result = code;
		acr_curl_transfer_clear(transfer);
		finish(batch, exchange);
		return;
	}
	transfer->started_at = transfer->active_at = self->clock->ticks(self->clock);
	batch->active_count++;
}

static void end(struct batch *batch, struct acr_curl_transfer *transfer)
{
	const struct acr_curl *curl = batch->transport->curl;
	struct acr_exchange *exchange = transfer->exchange;
	curl->multi_remove_handle(batch->transport->multi, transfer->easy);
	acr_curl_transfer_clear(transfer);
	batch->active_count--;
	finish(batch, exchange);
}

/* Stop a transfer for a reason of our own, which is in the exchange's error. */
static void give_up(struct batch *batch, struct acr_curl_transfer *transfer, int code)
{
	transfer->exchange->result = code;
	acr_response_clear(&transfer->exchange->response);
	end(batch, transfer);
}

static void collect_finished(struct batch *batch)
{
	struct curl_transport *self = batch->transport;
	CURLMsg *message;
	int left;
	while ((message = self->curl->multi_info_read(self->multi, &left))) {
		struct acr_curl_transfer *transfer = NULL;
		CURLcode result = message->data.result; /* the message ends with its handle */
		self->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		acr_curl_transfer_finish(transfer, result);
		end(batch, transfer);
	}
}

static void check_time(struct batch *batch, struct acr_curl_transfer *transfer)
{
	struct curl_transport *self = batch->transport;
	struct acr_exchange *exchange = transfer->exchange;
	int64_t now = self->clock->ticks(self->clock), limit = exchange->request.timeout_ms;
	curl_off_t moved = acr_curl_transfer_moved(transfer);
	if (moved != transfer->moved) {
		transfer->moved = moved;
		transfer->active_at = now;
	}
	if (limit && now - transfer->started_at >= limit) {
		give_up(batch, transfer,
			acr_fail(&exchange->error, ACR_ERROR_TIMEOUT, "no complete answer from %s within %g s",
				 transfer->where, (double)limit / 1000));
	} else if (now - transfer->active_at >= self->settings.idle_timeout_ms) {
		give_up(batch, transfer,
			acr_fail(&exchange->error, ACR_ERROR_NETWORK, "%s did not send or take anything for %g s",
				 transfer->where, (double)self->settings.idle_timeout_ms / 1000));
	}
}

static void stop_all(struct batch *batch, int code, const char *why)
{
	for (size_t i = 0; i < MAX_ACTIVE; i++) {
		struct acr_curl_transfer *transfer = &batch->active[i];
		if (transfer->exchange) {
			give_up(batch, transfer, acr_fail(&transfer->exchange->error, code, "%s", why));
		}
	}
}

/* The next exchange to begin, made ready; NULL when there is none for now. */
static struct acr_exchange *next_exchange(struct batch *batch)
{
	struct acr_exchange *exchange = batch->feed->next(batch->feed, batch->active_count == 0);
	if (exchange) {
		acr_error_clear(&exchange->error);
		acr_response_clear(&exchange->response);
		exchange->final = false;
		exchange->result = 0;
	}
	return exchange;
}

/* Begin what there is to begin, as far as there is a place. */
static void begin_more(struct batch *batch)
{
	const struct acr_clock *clock = batch->transport->clock;
	struct acr_exchange *exchange;
	while (batch->active_count < MAX_ACTIVE && !batch->feed->stop && (exchange = next_exchange(batch))) {
		int code = start(batch->transport, &exchange->error);
		if (code == 0 && acr_clock_interrupted(clock)) {
			code = acr_fail(&exchange->error, ACR_ERROR_INTERRUPTED, "interrupted");
		}
		if (code < 0) {
			exchange->result = code;
			finish(batch, exchange);
		} else {
			begin(batch, exchange);
		}
	}
}

/* One turn of the loop: move bytes, collect results, look at the clock, wait for more. */
static void turn(struct batch *batch)
{
	struct curl_transport *self = batch->transport;
	size_t before = batch->active_count;
	/* Looked at first: an answer that is here by then still counts. */
	bool interrupted = acr_clock_interrupted(self->clock);
	int running;
	CURLMcode result = self->curl->multi_perform(self->multi, &running);
	collect_finished(batch);
	for (size_t i = 0; i < MAX_ACTIVE; i++) {
		struct acr_curl_transfer *transfer = &batch->active[i];
		if (transfer->exchange && result != CURLM_OK) {
			give_up(batch, transfer,
				acr_fail(&transfer->exchange->error, ACR_ERROR_GENERAL, "the request to %s failed: %s",
					 transfer->where, self->curl->multi_strerror(result)));
		} else if (transfer->exchange) {
			check_time(batch, transfer);
		}
	}
	if (interrupted) {
		stop_all(batch, ACR_ERROR_INTERRUPTED, "interrupted");
	}
	if (batch->active_count == before) {
		bool pending = batch->feed->pending && before < MAX_ACTIVE;
		self->curl->multi_poll(self->multi, NULL, 0, pending ? POLL_PENDING_MS : POLL_MS, NULL);
	}
}

static void stream_feed(struct acr_transport *transport, struct acr_feed *feed)
{
	struct curl_transport *self = (struct curl_transport *)transport;
	struct batch batch = {.transport = self, .feed = feed};
	bool nested = self->busy; /* start() refuses each */
	for (;;) {
		begin_more(&batch);
		if (feed->stop) {
			stop_all(&batch, ACR_ERROR_CANCELLED, "no longer needed");
		}
		if (!batch.active_count) {
			break;
		}
		self->busy = true;
		turn(&batch);
		self->busy = false;
	}
	self->busy = nested;
}

static void send_batch(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	struct acr_feed_list list = acr_feed_list(exchanges, count);
	stream_feed(transport, &list.feed);
}

static void free_transport(struct acr_transport *transport)
{
	struct curl_transport *self = (struct curl_transport *)transport;
	if (self->curl) {
		self->curl->multi_cleanup(self->multi);
		self->curl->share_cleanup(self->share);
	}
	acr_refused_certificate_clear(&self->settings.refused);
	free(self->settings.user_agent);
	free(self->settings.ca_bundle);
	free(self->settings.ca_variable);
	free(self->settings.proxy);
	free(self->settings.proxy_variable);
	free(self->settings.no_proxy);
	free(self);
}

static int64_t or_default(int64_t value, int64_t fallback)
{
	return value ? value : fallback;
}

/* OpenSSL knows lists of folders, with ":" between them. */
static bool is_folder(const char *path)
{
	ACR_AUTO_FREE char *first = acr_strndup(path, strcspn(path, ":"));
	struct stat status;
	return (stat(path, &status) == 0 || stat(first, &status) == 0) && S_ISDIR(status.st_mode);
}

struct acr_transport *acr_transport_curl(const struct acr_curl_options *options)
{
	struct curl_transport *self = acr_alloc(sizeof(*self));
	self->transport = (struct acr_transport){.send = send_batch, .stream = stream_feed, .free = free_transport};
	self->clock = options->clock ? options->clock : &acr_clock_system;
	self->settings = (struct acr_curl_settings){
		.user_agent = acr_strdup(options->user_agent),
		.ca_bundle = acr_strdup(options->ca_bundle),
		.ca_variable = acr_strdup(options->ca_variable),
		.proxy = acr_strdup(options->proxy),
		.proxy_variable = acr_strdup(options->proxy_variable),
		.no_proxy = acr_strdup(options->no_proxy),
		.ca_is_folder = options->ca_bundle && is_folder(options->ca_bundle),
		.connect_timeout_ms = or_default(options->connect_timeout_ms, DEFAULT_CONNECT_TIMEOUT_MS),
		.idle_timeout_ms = or_default(options->idle_timeout_ms, DEFAULT_IDLE_TIMEOUT_MS),
	};
	return &self->transport;
}
