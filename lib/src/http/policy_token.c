/* The transport that acquires policy tokens. */
#include <stdlib.h>
#include <string.h>
#include <acr/json.h>
#include <acr/mem.h>
#include <acr/uri.h>
#include "http/policy_token.h"

#define API "2025-11-01"
#define TOKEN_HEADER "x-ms-policy-external-evaluations"
#define SUBSCRIPTIONS "/subscriptions/"

struct policy_transport {
	struct acr_transport transport;
	struct acr_transport *next;
	char *resource_manager, *subscription, *change_reference;
};

/* A request for a token, and the exchange it is for. */
struct acquisition {
	struct acr_exchange exchange;
	struct acr_exchange *write;
	char *body;
};

static void acquisition_clear(struct acquisition *acquisition)
{
	acr_exchange_clear(&acquisition->exchange);
	free(acquisition->body);
}

static bool needs_token(const struct policy_transport *self, const struct acr_request *request)
{
	return request->auth == ACR_AUTH_ARM && strcmp(request->method, "GET") != 0 &&
	       strcmp(request->method, "HEAD") != 0 &&
	       !strncmp(request->url, self->resource_manager, strlen(self->resource_manager));
}

/* The subscription that the URL names, else the one in use; yours to free(), NULL when there is none. */
static char *subscription_of(const struct policy_transport *self, const char *url)
{
	const char *path = url + strlen(self->resource_manager);

	if (strncmp(path, SUBSCRIPTIONS, strlen(SUBSCRIPTIONS)) != 0)
		return acr_strdup(self->subscription);
	path += strlen(SUBSCRIPTIONS);
	return acr_strndup(path, strcspn(path, "/?"));
}

/* The write as the service wants it described; what is no JSON is left out. */
static char *describe(const struct policy_transport *self, const struct acr_request *write)
{
	ACR_AUTO_PTR(acr_json) *body = acr_json_new_object();
	struct acr_json *operation = acr_json_new_object(), *content = NULL;

	acr_json_set_str(operation, "uri", write->url);
	acr_json_set_str(operation, "httpMethod", write->method);
	if (write->body_length && acr_json_parse(write->body, write->body_length, &content, NULL) == 0)
		acr_json_set(operation, "content", content);
	acr_json_set(body, "operation", operation);
	if (self->change_reference)
		acr_json_set_str(body, "changeReference", self->change_reference);
	return acr_json_text(body);
}

static void copy_header(const struct acr_headers *from, struct acr_headers *to, const char *name)
{
	if (acr_headers_get(from, name))
		acr_headers_set(to, name, acr_headers_get(from, name));
}

static int prepare(const struct policy_transport *self, struct acquisition *acquisition, struct acr_error *error)
{
	const struct acr_request *write = &acquisition->write->request;
	struct acr_request *request = &acquisition->exchange.request;
	ACR_AUTO_FREE char *subscription = subscription_of(self, write->url);

	if (!subscription)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"A policy token is acquired in a subscription, and none is known for %s %s: give "
				"--subscription.",
				write->method, write->url);
	acquisition->body = describe(self, write);
	*request = (struct acr_request){
		.method = "POST",
		.url = acr_format("%s" SUBSCRIPTIONS "%s/providers/Microsoft.Authorization/acquirePolicyToken"
				  "?api-version=" API,
				  self->resource_manager, subscription),
		.body = acquisition->body,
		.body_length = strlen(acquisition->body),
		.auth = ACR_AUTH_ARM,
		.repeatable = true,
	};
	acr_headers_set(&request->headers, "Accept", "application/json");
	acr_headers_set(&request->headers, "Content-Type", "application/json");
	/* Endpoints that the policies ask are waited for: the answer is the token. */
	acr_headers_set(&request->headers, "x-ms-force-sync", "true");
	copy_header(&write->headers, &request->headers, "x-ms-client-request-id");
	copy_header(&write->headers, &request->headers, "x-ms-authorization-auxiliary");
	return 0;
}

/* Put the token that came into the write. */
static int take_token(struct acquisition *acquisition, struct acr_error *error)
{
	struct acr_exchange *exchange = &acquisition->exchange;
	const struct acr_buf *text = &exchange->response.body;
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	const char *token, *message;
	int rc = exchange->result < 0 ? acr_error_move(error, &exchange->error)
				      : acr_check_status(exchange, NULL, error);

	if (rc < 0 || (rc = acr_json_parse(acr_buf_str(text), text->length, &answer, error)) < 0)
		return rc;
	token = acr_json_str(answer, "/token");
	message = acr_json_str(answer, "/message");
	if (!token || !*token)
		return acr_fail(error, ACR_ERROR_AUTH, "%s",
				message && *message ? message : "Azure Policy does not allow it.");
	acr_headers_set(&acquisition->write->request.headers, TOKEN_HEADER, token);
	return 0;
}

static void refuse(struct acr_exchange *write, struct acr_error *error)
{
	acr_error_prefix(error, "No policy token for %s %.*s", write->request.method,
			 (int)strcspn(write->request.url, "?"), write->request.url);
	acr_response_clear(&write->response);
	write->final = true;
	write->result = acr_error_move(&write->error, error);
}

/* Acquire what the writes need; those without a token fail. */
static void acquire(struct policy_transport *self, struct acr_exchange *const *writes, size_t count)
{
	ACR_AUTO_FREE struct acquisition *list = acr_alloc_array(count, sizeof(*list));
	ACR_AUTO_FREE struct acr_exchange **sent = acr_alloc_array(count, sizeof(*sent));
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		struct acr_error error = ACR_ERROR_INIT;

		list[known] = (struct acquisition){.write = writes[i]};
		if (prepare(self, &list[known], &error) < 0)
			refuse(writes[i], &error);
		else
			known++;
	}
	for (size_t i = 0; i < known; i++)
		sent[i] = &list[i].exchange;
	if (known)
		self->next->send(self->next, sent, known);
	for (size_t i = 0; i < known; i++) {
		struct acr_error error = ACR_ERROR_INIT;

		if (take_token(&list[i], &error) < 0)
			refuse(list[i].write, &error);
		acquisition_clear(&list[i]);
	}
}

static void policy_send(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	struct policy_transport *self = (struct policy_transport *)transport;
	ACR_AUTO_FREE struct acr_exchange **list = acr_alloc_array(count ? count : 1, sizeof(*list));
	size_t writes = 0, left = 0;

	for (size_t i = 0; i < count; i++) {
		exchanges[i]->result = 0;
		if (needs_token(self, &exchanges[i]->request))
			list[writes++] = exchanges[i];
	}
	if (writes)
		acquire(self, list, writes);
	for (size_t i = 0; i < count; i++)
		if (exchanges[i]->result == 0)
			list[left++] = exchanges[i];
	if (left)
		self->next->send(self->next, list, left);
}

/* A stream has no management requests. */
static void policy_stream(struct acr_transport *transport, struct acr_feed *feed)
{
	acr_stream(((struct policy_transport *)transport)->next, feed);
}

static void policy_free(struct acr_transport *transport)
{
	struct policy_transport *self = (struct policy_transport *)transport;

	acr_transport_free(self->next);
	free(self->resource_manager);
	free(self->subscription);
	free(self->change_reference);
	free(self);
}

struct acr_transport *policy_token_new(struct acr_transport *next, const char *resource_manager,
				       const char *subscription, const char *change_reference)
{
	struct policy_transport *self = acr_alloc(sizeof(*self));

	*self = (struct policy_transport){
		.transport = {.send = policy_send, .stream = policy_stream, .free = policy_free},
		.next = next,
		.resource_manager = acr_strdup(resource_manager),
		.subscription = acr_strdup(subscription),
		.change_reference = acr_strdup(change_reference),
	};
	return &self->transport;
}
