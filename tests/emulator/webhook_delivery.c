/* Requests to webhooks. They are sent by threads of their own, so that pushes do not wait for receivers; those to one
 * webhook one after the other. */
#include "webhook.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define WORKERS 3
#define QUEUE_MAX 1000
#define ATTEMPTS 3
#define TIMEOUT_MS 10000
#define ANSWER_MAX ((size_t)64 << 10)
#define USER_AGENT "AzureContainerRegistry/1.0"

struct delivery {
	char *webhook, *created; /* id and time of creation */
	char *id, *url;
	struct acr_json *headers; /* those of the user */
	struct acr_json *content;
	int attempts;
	int64_t due; /* milliseconds */
	bool active;
	struct delivery *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct delivery *deliveries; /* oldest first */
static atomic_bool stopping;
static pthread_t workers[WORKERS];
static size_t worker_count;

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void delivery_free(struct delivery *delivery)
{
	free(delivery->webhook);
	free(delivery->created);
	free(delivery->id);
	free(delivery->url);
	acr_json_free(delivery->headers);
	acr_json_free(delivery->content);
	free(delivery);
}

/* ---- one attempt ---------------------------------------------------------------------------------------------- */

static bool is_interrupted(void *user)
{
	(void)user;
	return atomic_load(&stopping);
}

/* The fields of the request; those of the user replace ours. */
static struct acr_json *header_fields(const struct delivery *delivery, size_t length)
{
	ACR_AUTO_FREE char *length_text = acr_format("%zu", length);
	struct acr_json *fields = json_build("{'User-Agent':'" USER_AGENT "'}");
	bool has_type = false;
	for (const struct acr_json *item = acr_json_first(delivery->headers); item; item = acr_json_next(item)) {
		const char *name = acr_json_key(item), *value = acr_json_string(item);
		has_type = has_type || !strcasecmp(name, "Content-Type");
		if (value && strcasecmp(name, "Content-Length") != 0)
			acr_json_set_str(fields, !strcasecmp(name, "User-Agent") ? "User-Agent" : name, value);
	}
	if (!has_type)
		acr_json_set_str(fields, "Content-Type", "application/json; charset=utf-8");
	acr_json_set_str(fields, "Content-Length", length_text);
	return fields;
}

static struct acr_json *request_message(const struct delivery *delivery, struct acr_json *fields)
{
	struct acr_json *message = acr_json_new_object();
	acr_json_set(message, "content", acr_json_copy(delivery->content));
	acr_json_set(message, "headers", fields);
	acr_json_set_str(message, "method", "POST");
	acr_json_set_str(message, "requestUri", delivery->url);
	acr_json_set_str(message, "version", "1.1");
	return message;
}

static const char *reason_phrase(long status)
{
	static const struct {
		long status;
		const char *phrase;
	} phrases[] = {
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{301, "Moved Permanently"},
		{302, "Found"},
		{307, "Temporary Redirect"},
		{308, "Permanent Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{408, "Request Timeout"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{429, "Too Many Requests"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
	};
	for (size_t i = 0; i < ACR_COUNT(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "";
}

/* What comes back may be no text: everything but ASCII is left out of it. */
static struct acr_json *readable(const struct acr_buf *body)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	for (size_t i = 0; i < body->length; i++) {
		unsigned char c = (unsigned char)body->data[i];
		acr_buf_putc(&text, (c >= ' ' && c < 0x7f) || c == '\t' || c == '\r' || c == '\n' ? (char)c : '?');
	}
	return acr_json_new_string(acr_buf_str(&text));
}

static struct acr_json *response_message(const struct acr_response *response, const struct acr_buf *body)
{
	struct acr_json *message = acr_json_new_object(), *fields = acr_json_new_object();
	for (size_t i = 0; i < response->headers.count; i++)
		acr_json_set_str(fields, response->headers.items[i].name, response->headers.items[i].value);
	ACR_AUTO_FREE char *status = acr_format("%ld", response->status);
	acr_json_set(message, "content", readable(body));
	acr_json_set(message, "headers", fields);
	acr_json_set_str(message, "reasonPhrase", reason_phrase(response->status));
	acr_json_set_str(message, "statusCode", status);
	acr_json_set_str(message, "version", "1.1");
	return message;
}

/* Nobody answered: the reason stands where the answer would. */
static struct acr_json *no_response(const struct acr_error *error)
{
	return json_build("{'content':%s,'headers':{},'reasonPhrase':null,'statusCode':null,'version':'1.1'}",
			  error->message);
}

static int keep_beginning(void *user, const void *bytes, size_t length)
{
	struct acr_buf *body = user;
	size_t room = ANSWER_MAX - body->length;
	acr_buf_add(body, bytes, length < room ? length : room);
	return 0;
}

/* Whether it is worth another attempt. */
static bool send_once(const struct delivery *delivery)
{
	const struct acr_clock clock = {acr_clock_system.now, acr_clock_system.ticks, acr_clock_system.sleep,
					is_interrupted, NULL};
	struct acr_curl_options options = {.user_agent = USER_AGENT,
					   .ca_bundle = emulator.bundle_file,
					   .connect_timeout_ms = TIMEOUT_MS,
					   .clock = &clock};
	struct acr_transport *transport = acr_transport_curl(&options);
	ACR_AUTO_FREE char *text = acr_json_text(delivery->content);
	ACR_AUTO(acr_buf) body = ACR_BUF_INIT;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	ACR_AUTO(acr_exchange)
	exchange = {.request = {.method = "POST",
				.url = acr_strdup(delivery->url),
				.body = text,
				.body_length = strlen(text),
				.timeout_ms = TIMEOUT_MS,
				.max_response = ANSWER_MAX,
				.sink = keep_beginning,
				.sink_user = &body}};
	struct acr_json *fields = header_fields(delivery, strlen(text));
	for (const struct acr_json *field = acr_json_first(fields); field; field = acr_json_next(field))
		if (strcmp(acr_json_key(field), "Content-Length") != 0)
			acr_headers_set(&exchange.request.headers, acr_json_key(field), acr_json_string(field));
	int result = acr_send(transport, &exchange, &error);
	long status = exchange.response.status;
	struct acr_json *event = acr_json_new_object();
	acr_json_set(event, "eventRequestMessage", request_message(delivery, fields));
	acr_json_set(event, "eventResponseMessage",
		     result < 0 ? no_response(&error)
				: response_message(&exchange.response, body.length ? &body : &exchange.response.body));
	acr_json_set_str(event, "id", delivery->id);
	history_record(delivery->webhook, delivery->created, event);
	note("POST %s -> %ld %s", delivery->url, status, result < 0 ? error.message : "");
	acr_transport_free(transport);
	return result < 0 || status >= 500 || status == 408 || status == 429;
}

/* ---- the queue ------------------------------------------------------------------------------------------------ */

/* Under the lock: whether an earlier request to the same webhook is still to be answered. */
static bool must_wait(const struct delivery *delivery)
{
	for (const struct delivery *other = deliveries; other != delivery; other = other->next)
		if (!strcasecmp(other->webhook, delivery->webhook))
			return true;
	return false;
}

/* Under the lock: the next one to send; NULL when none is due before *until. */
static struct delivery *next_due(int64_t *until)
{
	int64_t now = now_ms();
	*until = now + 3600000;
	for (struct delivery *delivery = deliveries; delivery; delivery = delivery->next) {
		if (delivery->active || must_wait(delivery))
			continue;
		if (delivery->due <= now)
			return delivery;
		if (delivery->due < *until)
			*until = delivery->due;
	}
	return NULL;
}

/* Under the lock. */
static void take_out(struct delivery *delivery)
{
	struct delivery **place = &deliveries;
	while (*place != delivery)
		place = &(*place)->next;
	*place = delivery->next;
	delivery_free(delivery);
}

static void wait_until(int64_t due)
{
	struct timespec until = {.tv_sec = due / 1000, .tv_nsec = due % 1000 * 1000000};
	pthread_cond_timedwait(&changed, &lock, &until);
}

static void *work(void *user)
{
	(void)user;
	pthread_mutex_lock(&lock);
	while (!atomic_load(&stopping)) {
		int64_t until;
		struct delivery *delivery = next_due(&until);
		if (!delivery) {
			wait_until(until);
			continue;
		}
		delivery->active = true;
		pthread_mutex_unlock(&lock);
		bool again = send_once(delivery);
		pthread_mutex_lock(&lock);
		delivery->active = false;
		delivery->due = now_ms() + (int64_t)1000 * (1 << (2 * delivery->attempts)); /* 1 s, 4 s */
		if (!again || ++delivery->attempts == ATTEMPTS)
			take_out(delivery);
		pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* The address as it is asked for: with a path. */
static char *full_url(const char *url)
{
	const char *host = strstr(url, "://");
	size_t length = host ? strcspn(host + 3, "/?#") : 0;
	bool bare = host && !host[3 + length];
	return acr_format("%s%s", url, bare ? "/" : "");
}

static struct acr_json *with_id(const char *id, const struct acr_json *content)
{
	ACR_AUTO_FREE char *now = now_text();
	struct acr_json *whole = json_build("{'id':%s}", id);
	ACR_AUTO_FREE char *timestamp = acr_format("%.27sZ", now);
	acr_json_set_str(whole, "timestamp", timestamp);
	for (const struct acr_json *item = acr_json_first(content); item; item = acr_json_next(item))
		acr_json_set(whole, acr_json_key(item), acr_json_copy(item));
	return whole;
}

char *webhook_send(const struct acr_json *webhook, const struct acr_json *content)
{
	char id[37];
	acr_uuid(id);
	struct delivery *delivery = acr_alloc(sizeof(*delivery));
	delivery->webhook = acr_strdup(acr_json_str(webhook, "/id"));
	delivery->created = acr_strdup(acr_json_str(webhook, "/systemData/createdAt"));
	delivery->id = acr_strdup(id);
	delivery->url = full_url(acr_json_str(webhook, "/config/serviceUri"));
	delivery->headers = acr_json_copy(acr_json_at(webhook, "/config/customHeaders"));
	delivery->content = with_id(id, content);
	pthread_mutex_lock(&lock);
	struct delivery **place = &deliveries;
	size_t count = 0;
	for (; *place; place = &(*place)->next)
		count++;
	if (count < QUEUE_MAX)
		*place = delivery;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
	if (count >= QUEUE_MAX) {
		note("%d notifications wait to be sent; one to '%s' is lost", QUEUE_MAX, delivery->webhook);
		delivery_free(delivery);
	}
	return acr_strdup(id);
}

/* ---- start and stop ------------------------------------------------------------------------------------------- */

int webhooks_start(struct acr_error *error)
{
	for (; worker_count < WORKERS; worker_count++) {
		int failure = pthread_create(&workers[worker_count], NULL, work, NULL);
		if (failure)
			return acr_fail_errno(error, failure, "cannot start a thread for webhooks");
	}
	return 0;
}

void webhooks_stop(void)
{
	pthread_mutex_lock(&lock);
	atomic_store(&stopping, true);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	while (worker_count)
		pthread_join(workers[--worker_count], NULL);
	while (deliveries)
		take_out(deliveries);
}
