/* An answer with an error status becomes a struct acr_error, whichever form the service's words have. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <acr/json.h>
#include <acr/transport.h>
#include <acr/uri.h>

/* Longest message of a service that is passed on. */
#define MAX_MESSAGE 4096

struct words {
	char *code, *message;
};

static void words_clear(struct words *words)
{
	free(words->code);
	free(words->message);
}

/* Which code a status gives; the first row that fits counts. */
static const struct rule {
	long status;
	bool management_only;
	int code;
} rules[] = {
	{401, false, ACR_ERROR_AUTH},
	{403, false, ACR_ERROR_AUTH},
	{404, true, ACR_ERROR_NOT_FOUND},
};

static const struct {
	long status;
	const char *text;
} reasons[] = {
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{407, "Proxy Authentication Required"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{410, "Gone"},
	{411, "Length Required"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{415, "Unsupported Media Type"},
	{416, "Range Not Satisfiable"},
	{422, "Unprocessable Content"},
	{423, "Locked"},
	{429, "Too Many Requests; try again later"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable; try again later"},
	{504, "Gateway Timeout"},
};

static int code_of(const struct acr_exchange *exchange)
{
	for (size_t i = 0; i < ACR_COUNT(rules); i++) {
		if (rules[i].status == exchange->response.status &&
		    (!rules[i].management_only || exchange->request.auth == ACR_AUTH_ARM)) {
			return rules[i].code;
		}
	}
	return ACR_ERROR_SERVICE;
}

/* The last character of a cut text may be there by half. */
static void drop_last_character(struct acr_buf *text)
{
	size_t length = text->length;
	while (length && (text->data[length - 1] & 0xc0) == 0x80) {
		length--;
	}
	acr_buf_truncate(text, length ? length - 1 : 0);
}

/* One line fit for a terminal: runs of white space become a blank, control characters go. NULL stays NULL. */
static char *one_line(const char *text)
{
	struct acr_buf line = ACR_BUF_INIT_MAX(MAX_MESSAGE);
	bool blank = false;
	if (!text) {
		return NULL;
	}
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c <= ' ') {
			blank = blank || strchr(" \t\r\n", *c);
			continue;
		}
		if (*c == 0x7f || (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)) {
			c += *c == 0xc2; /* U+0080 to U+009F */
			continue;
		}
		if (blank && line.length) {
			acr_buf_putc(&line, ' ');
		}
		blank = false;
		acr_buf_putc(&line, (char)*c);
	}
	if (line.overflow) {
		drop_last_character(&line);
	}
	return acr_buf_take(&line);
}

static bool take(struct words *words, const char *code, const char *message)
{
	words->code = one_line(code);
	words->message = one_line(message);
	return code || message;
}

/* {"errors":[{"code":"UNAUTHORIZED","message":"…","detail":"…"}]}: all messages, with what is said beside them (a
 * detail may also be an object, which is for programs), and the first code. */
static bool take_registry_errors(const struct acr_json *errors, struct words *words)
{
	ACR_AUTO(acr_buf) message = ACR_BUF_INIT_MAX(MAX_MESSAGE);
	for (const struct acr_json *item = acr_json_first(errors); item; item = acr_json_next(item)) {
		const char *text = acr_json_str(item, "/message"), *detail = acr_json_str(item, "/detail");
		if (text && *text) {
			acr_buf_printf(&message, "%s%s", message.length ? "; " : "", text);
		}
		if (detail && *detail) {
			acr_buf_printf(&message, "%sDetail: %s", message.length ? " " : "", detail);
		}
	}
	return take(words, acr_json_str(errors, "/0/code"), message.data);
}

static bool take_json(const struct acr_json *body, struct words *words)
{
	const struct acr_json *error = acr_json_get(body, "error");
	if (acr_json_is(error, ACR_JSON_OBJECT)) {
		return take(words, acr_json_str(error, "/code"), acr_json_str(error, "/message"));
	}
	if (acr_json_is(error, ACR_JSON_STRING)) {
		return take(words, acr_json_string(error), acr_json_str(body, "/error_description"));
	}
	if (acr_json_is(acr_json_get(body, "errors"), ACR_JSON_ARRAY)) {
		return take_registry_errors(acr_json_get(body, "errors"), words);
	}
	const char *code = acr_json_str(body, "/code"), *message = acr_json_str(body, "/message");
	return take(words, code ? code : acr_json_str(body, "/Code"),
		    message ? message : acr_json_str(body, "/Message"));
}

/* The text of an XML element without attributes, entities decoded, yours to free(); NULL when there is none. */
static char *xml_text(const char *xml, const char *name)
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
	ACR_AUTO_FREE char *tag = acr_format("<%s>", name);
	const char *at = strstr(xml, tag);
	if (!at) {
		return NULL;
	}
	struct acr_buf text = ACR_BUF_INIT_MAX(MAX_MESSAGE);
	for (at += strlen(tag); *at && *at != '<';) {
		char c = *at;
		size_t length = 1;
		for (size_t i = 0; i < ACR_COUNT(entities); i++) {
			if (strncmp(at, entities[i].entity, strlen(entities[i].entity)) == 0) {
				c = entities[i].c;
				length = strlen(entities[i].entity);
				break;
			}
		}
		acr_buf_putc(&text, c);
		at += length;
	}
	return acr_buf_take(&text);
}

/* Storage puts request id and time on further lines of the message. */
static bool take_xml(const char *xml, struct words *words)
{
	ACR_AUTO_FREE char *code = xml_text(xml, "Code");
	ACR_AUTO_FREE char *message = xml_text(xml, "Message");
	if (message) {
		message[strcspn(message, "\r\n")] = '\0';
	}
	return take(words, code, message);
}

static bool is_plain_text(const struct acr_response *response)
{
	const char *type = acr_headers_get(&response->headers, "Content-Type");
	return type && strncasecmp(type, "text/plain", 10) == 0 && response->body.length <= 512;
}

static void read_words(const struct acr_response *response, struct words *words)
{
	const struct acr_buf *body = &response->body;
	ACR_AUTO_PTR(acr_json) *json = NULL;
	bool found = false;
	if (body->length && acr_json_parse(body->data, body->length, &json, NULL) == 0) {
		found = take_json(json, words);
	} else if (strstr(acr_buf_str(body), "<Error>")) {
		found = take_xml(body->data, words);
	} else if (is_plain_text(response)) {
		found = take(words, NULL, body->data);
	}
	if (!found || !words->code) {
		words->code = one_line(acr_headers_get(&response->headers, "x-ms-error-code")); /* all a HEAD has */
	}
}

/* A sentence of our own for an answer without words. */
static char *own_words(const struct acr_exchange *exchange)
{
	ACR_AUTO(acr_uri) uri = {0};
	long status = exchange->response.status;
	const char *reason = NULL, *host = "the service";
	for (size_t i = 0; i < ACR_COUNT(reasons); i++) {
		reason = reasons[i].status == status ? reasons[i].text : reason;
	}
	if (exchange->request.url && acr_uri_parse(exchange->request.url, &uri, NULL) == 0) {
		host = uri.host;
	}
	return acr_format("%s answered with HTTP status %ld%s%s%s", host, status, reason ? " (" : "",
			  reason ? reason : "", reason ? ")" : "");
}

static const char *request_id(const struct acr_headers *headers)
{
	const char *id = acr_headers_get(headers, "x-ms-correlation-request-id");
	return id ? id : acr_headers_get(headers, "x-ms-request-id");
}

int acr_check_status(const struct acr_exchange *exchange, const char *what, struct acr_error *error)
{
	const struct acr_response *response = &exchange->response;
	__attribute__((cleanup(words_clear))) struct words words = {0};
	if (response->status < 400) {
		return 0;
	}
	read_words(response, &words);
	if (!words.message || !*words.message) {
		free(words.message);
		words.message = own_words(exchange);
	}
	int code = acr_fail(error, code_of(exchange), "%s%s%s", what ? what : "", what ? ": " : "", words.message);
	if (error) {
		error->http_status = response->status;
		error->service_code = TAKE(words.code);
		error->request_id = one_line(request_id(&response->headers));
	}
	return code;
}
