/* A transport that reports what goes over the wire, without its secrets. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <acr/transport.h>
#include "http/feed.h"
#include "http/redact.h"

#define MAX_SHOWN ((size_t)8 << 10)

struct trace_transport {
	struct acr_transport transport;
	struct acr_transport *next;
	acr_trace_line line;
	void *user;
};

/* Hand a text over line by line, each behind `mark`; control characters, which could play tricks on a terminal,
 * become "?". */
static void report(const struct trace_transport *self, const char *mark, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n"), shown = length - (length && text[length - 1] == '\r');
		ACR_AUTO_FREE char *line = acr_format("%s %.*s", mark, (int)shown, text);
		for (char *c = line; *c; c++) {
			if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f) {
				*c = '?';
			}
		}
		self->line(self->user, line);
		text += length + (text[length] == '\n');
	}
}

static void report_headers(const struct trace_transport *self, const char *mark, const struct acr_headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		ACR_AUTO(acr_buf) line = ACR_BUF_INIT;
		acr_buf_printf(&line, "%s: ", headers->items[i].name);
		acr_redact_header(headers->items[i].name, headers->items[i].value, &line);
		report(self, mark, acr_buf_str(&line));
	}
}

/* Part of a content type, without case. */
static bool is_type(const struct acr_headers *headers, const char *part)
{
	const char *type = acr_headers_get(headers, "Content-Type");
	return type && strcasestr(type, part);
}

static bool is_text(const char *body, size_t length)
{
	return !memchr(body, '\0', length);
}

/* The body as it may be shown; only its size when it is binary, or meant as JSON and is not. */
static void show_body(const struct acr_headers *headers, const char *body, size_t length, struct acr_buf *out)
{
	ACR_AUTO_PTR(acr_json) *json = NULL;
	ACR_AUTO_FREE char *text = acr_strndup(body, length);
	bool form = is_type(headers, "x-www-form-urlencoded");
	bool plain = is_type(headers, "text/") || is_type(headers, "xml") || is_type(headers, "yaml");
	if (form && is_text(body, length)) {
		acr_redact_form(text, out);
	} else if (!form && acr_json_parse(body, length, &json, NULL) == 0) {
		acr_redact_json(json);
		acr_json_write(json, out);
	} else if (plain && !is_type(headers, "json") && is_text(body, length)) {
		acr_redact_text(text, out);
	} else {
		acr_buf_printf(out, "(%zu bytes)", length);
	}
}

static void report_body(const struct trace_transport *self, const char *mark, const struct acr_headers *headers,
			const char *body, size_t length)
{
	ACR_AUTO(acr_buf) shown = ACR_BUF_INIT;
	if (!body || !length) {
		return;
	}
	show_body(headers, body, length, &shown);
	if (shown.length > MAX_SHOWN) {
		size_t cut = shown.length - MAX_SHOWN;
		acr_buf_truncate(&shown, MAX_SHOWN);
		acr_buf_printf(&shown, "… (%zu more bytes)", cut);
	}
	report(self, mark, acr_buf_str(&shown));
}

static void report_request(const struct trace_transport *self, const struct acr_request *request)
{
	ACR_AUTO(acr_buf) line = ACR_BUF_INIT;
	acr_buf_printf(&line, "%s ", request->method);
	acr_redact_text(request->url, &line);
	report(self, ">", acr_buf_str(&line));
	report_headers(self, ">", &request->headers);
	if (!request->confidential) {
		report_body(self, ">", &request->headers, request->body, request->body_length);
	}
}

static void report_answer(const struct trace_transport *self, const struct acr_exchange *exchange)
{
	const struct acr_response *response = &exchange->response;
	ACR_AUTO(acr_buf) line = ACR_BUF_INIT;
	/* Answers of a batch come in one go, so each says what it answers. */
	acr_buf_printf(&line, "%s ", exchange->request.method);
	acr_redact_text(exchange->request.url, &line);
	if (exchange->result < 0) {
		acr_buf_puts(&line, ": ");
		acr_redact_text(exchange->error.message, &line);
	} else {
		acr_buf_printf(&line, ": %ld", response->status);
	}
	report(self, "<", acr_buf_str(&line));
	if (exchange->result == 0) {
		report_headers(self, "<", &response->headers);
		if (!exchange->request.confidential) {
			report_body(self, "<", &response->headers, response->body.data, response->body.length);
		}
	}
}

static void trace_send(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	struct trace_transport *self = (struct trace_transport *)transport;
	for (size_t i = 0; i < count; i++) {
		report_request(self, &exchanges[i]->request);
	}
	self->next->send(self->next, exchanges, count);
	for (size_t i = 0; i < count; i++) {
		report_answer(self, exchanges[i]);
	}
}

static int trace_begin(struct acr_feed_filter *filter, struct acr_exchange *exchange)
{
	report_request(filter->user, &exchange->request);
	return 0;
}

static void trace_end(struct acr_feed_filter *filter, struct acr_exchange *exchange)
{
	report_answer(filter->user, exchange);
}

static void trace_stream(struct acr_transport *transport, struct acr_feed *feed)
{
	struct trace_transport *self = (struct trace_transport *)transport;
	struct acr_feed_filter filter = {.source = feed, .begin = trace_begin, .end = trace_end, .user = self};
	acr_feed_filter_run(&filter, self->next);
}

static void trace_free(struct acr_transport *transport)
{
	struct trace_transport *self = (struct trace_transport *)transport;
	acr_transport_free(self->next);
	free(self);
}

struct acr_transport *acr_trace_new(struct acr_transport *next, acr_trace_line line, void *user)
{
	struct trace_transport *self = acr_alloc(sizeof(*self));
	self->transport = (struct acr_transport){.send = trace_send, .stream = trace_stream, .free = trace_free};
	self->next = next;
	self->line = line;
	self->user = user;
	return &self->transport;
}
