/* The transport that adds Authorization header fields. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <acr/encode.h>
#include "auth/registry_token.h"
#include "http/challenge.h"
#include "http/feed.h"

struct auth_transport {
	struct acr_transport transport;
	struct acr_transport *next;
	struct acr_credential *credential;
	char *audience;
	struct acr_registry_auth *registry;
};

/* One exchange of a batch, the first or the second time it is sent. */
struct item {
	struct acr_exchange *exchange;
	char *refused;                               /* the value that was not accepted the first time; NULL then */
	char *claims;                                /* what a management token must fulfil the second time */
	struct registry_authorization authorization; /* `value` is NULL with ACR_AUTH_NONE */
};

static void item_clear(struct item *item)
{
	free(item->refused);
	free(item->claims);
	registry_authorization_clear(&item->authorization);
}

static int azure_authorization(const struct auth_transport *self, const char *claims,
			       struct registry_authorization *ret, struct acr_error *error)
{
	ACR_AUTO(acr_token) token = {0};
	int rc = self->credential->get(self->credential, self->audience, claims, &token, error);

	if (rc < 0)
		return rc;
	*ret = (struct registry_authorization){.value = acr_format("Bearer %s", token.secret), .cached = token.cached};
	return 0;
}

/* A registry's token goes to that registry only, wherever a URL came from. */
static int check_host(const struct acr_request *request, struct acr_error *error)
{
	const char *host = strstr(request->url, "://");
	size_t length = host ? strcspn(host + 3, "/?#") : 0;

	if (host && strlen(request->registry) == length && strncasecmp(host + 3, request->registry, length) == 0)
		return 0;
	return acr_fail(error, ACR_ERROR_SERVICE,
			"the token of registry '%s' is not sent to another host ('%.*s'); check "
			"the login server",
			request->registry, (int)length, host ? host + 3 : "");
}

static int authorize(const struct auth_transport *self, struct item *item, struct acr_error *error)
{
	const struct acr_request *request = &item->exchange->request;
	int rc;

	if (request->auth == ACR_AUTH_NONE)
		return 0;
	if (request->auth == ACR_AUTH_ARM)
		return azure_authorization(self, item->claims, &item->authorization, error);
	if ((rc = check_host(request, error)) < 0)
		return rc;
	return registry_authorize(self->registry, request->registry, request->scope, item->refused,
				  &item->authorization, error);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* An earlier item of the batch with the same needs, and therefore the same outcome; NULL when there is none. */
static const struct item *find_same(const struct item *items, size_t index)
{
	const struct acr_request *request = &items[index].exchange->request;

	for (size_t i = 0; i < index; i++) {
		const struct acr_request *other = &items[i].exchange->request;

		if (other->auth == request->auth && same_text(other->registry, request->registry) &&
		    same_text(other->scope, request->scope) && same_text(items[i].claims, items[index].claims) &&
		    (request->auth == ACR_AUTH_ARM || check_host(other, NULL) == 0))
			return &items[i];
	}
	return NULL;
}

static int copy_outcome(const struct item *from, struct item *to, struct acr_error *error)
{
	const struct acr_error *failure = &from->exchange->error;

	if (from->exchange->result < 0) {
		acr_fail(error, from->exchange->result, "%s", failure->message);
		error->http_status = failure->http_status;
		error->service_code = acr_strdup(failure->service_code);
		error->request_id = acr_strdup(failure->request_id);
		return error->code;
	}
	to->authorization = from->authorization;
	to->authorization.value = acr_strdup(from->authorization.value);
	to->authorization.anonymous = acr_strdup(from->authorization.anonymous);
	return 0;
}

static void authorize_batch(const struct auth_transport *self, struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct acr_exchange *exchange = items[i].exchange;
		const struct acr_request *request = &exchange->request;
		const struct item *same = NULL;

		if (request->auth == ACR_AUTH_ARM ||
		    (request->auth == ACR_AUTH_REGISTRY && check_host(request, NULL) == 0))
			same = find_same(items, i);
		exchange->result = same ? copy_outcome(same, &items[i], &exchange->error)
					: authorize(self, &items[i], &exchange->error);
	}
}

/* Send the items that could be authorized. */
static void send_batch(const struct auth_transport *self, struct item *items, size_t count)
{
	struct acr_exchange **ready = acr_alloc_array(count ? count : 1, sizeof(struct acr_exchange *));
	size_t ready_count = 0;

	authorize_batch(self, items, count);
	for (size_t i = 0; i < count; i++) {
		struct acr_exchange *exchange = items[i].exchange;

		if (exchange->result < 0)
			continue;
		if (items[i].authorization.value)
			acr_headers_set(&exchange->request.headers, "Authorization", items[i].authorization.value);
		ready[ready_count++] = exchange;
	}
	if (ready_count)
		self->next->send(self->next, ready, ready_count);
	free(ready);
}

/* The claims that a 401 answer asks for, yours to free(); NULL when it asks for none. */
static char *asked_claims(const struct acr_exchange *exchange)
{
	ACR_AUTO(acr_challenge) challenge = {0};
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (!acr_challenge_find(&exchange->response.headers, "Bearer", &challenge) || !challenge.claims ||
	    acr_base64_decode(challenge.claims, strlen(challenge.claims), &text, NULL) < 0)
		return NULL;
	return acr_buf_take(&text);
}

/* Make `again` of an item whose token was refused though a new one may be accepted; false when there is no point. */
static bool plan_again(struct item *item, struct item *again)
{
	struct acr_exchange *exchange = item->exchange;

	if (exchange->result < 0 || exchange->response.status != 401 || !item->authorization.value)
		return false;
	ACR_AUTO_FREE char *claims = exchange->request.auth == ACR_AUTH_ARM ? asked_claims(exchange) : NULL;
	if (!item->authorization.cached && !claims)
		return false;
	*again = (struct item){
		.exchange = exchange,
		.refused = TAKE(item->authorization.value),
		.claims = claims ? TAKE(claims) : acr_strdup("{}"),
	};
	acr_response_clear(&exchange->response);
	exchange->response = (struct acr_response){0};
	return true;
}

/* Anybody's token was not enough: what is missing is a sign-in. */
static void explain(const struct item *item)
{
	struct acr_exchange *exchange = item->exchange;

	if (exchange->result == 0 && exchange->response.status == 401 && item->authorization.anonymous)
		exchange->result = acr_fail(&exchange->error, ACR_ERROR_SIGN_IN, "%s", item->authorization.anonymous);
}

static void finish(struct item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].authorization.value)
			explain(&items[i]);
		item_clear(&items[i]);
	}
	free(items);
}

static void send_exchanges(struct acr_transport *transport, struct acr_exchange *const *exchanges, size_t count)
{
	const struct auth_transport *self = (const struct auth_transport *)transport;
	struct item *items = acr_alloc_array(count ? count : 1, sizeof(*items));
	struct item *again = acr_alloc_array(count ? count : 1, sizeof(*again));
	size_t again_count = 0;

	for (size_t i = 0; i < count; i++)
		items[i].exchange = exchanges[i];
	send_batch(self, items, count);
	for (size_t i = 0; i < count; i++)
		again_count += plan_again(&items[i], &again[again_count]);
	send_batch(self, again, again_count);
	finish(items, count);
	finish(again, again_count);
}

/* To get a token takes requests, for which a stream leaves no room. */
static int refuse_token(struct acr_feed_filter *filter, struct acr_exchange *exchange)
{
	(void)filter;
	if (exchange->request.auth == ACR_AUTH_NONE)
		return 0;
	return acr_fail(&exchange->error, ACR_ERROR_GENERAL, "a request with a token cannot be part of a stream");
}

static void stream_exchanges(struct acr_transport *transport, struct acr_feed *feed)
{
	const struct auth_transport *self = (const struct auth_transport *)transport;
	struct acr_feed_filter filter = {.source = feed, .begin = refuse_token};

	acr_feed_filter_run(&filter, self->next);
}

static void free_transport(struct acr_transport *transport)
{
	struct auth_transport *self = (struct auth_transport *)transport;

	acr_transport_free(self->next);
	free(self->audience);
	free(self);
}

struct acr_transport *acr_auth_new(struct acr_transport *next, struct acr_credential *credential,
				   const char *management_audience, struct acr_registry_auth *registry)
{
	struct auth_transport *self = acr_alloc(sizeof(*self));

	self->transport = (struct acr_transport){
		.send = send_exchanges, .stream = stream_exchanges, .free = free_transport};
	self->next = next;
	self->credential = credential;
	self->audience = acr_strdup(management_audience);
	self->registry = registry;
	return &self->transport;
}
