/* acr_call(): operation row + parameters → request → result. */
#include "call.h"

#include <acr/uri.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void acr_params_clear(struct acr_params *params)
{
	acr_json_free(params->path);
	acr_json_free(params->query);
	acr_json_free(params->headers);
	acr_json_free(params->body);
	*params = (struct acr_params){0};
}

void call_clear(struct call *call)
{
	free(call->scope);
	free(call->authorization);
	free(call->origin);
	free(call->landmark);
	acr_exchange_clear(&call->exchange);
}

/* The caller's path values, completed with what the client knows. */
static struct acr_json *path_values(const struct call *call, const struct acr_params *params)
{
	struct acr_json *values = params && params->path ? acr_json_copy(params->path) : acr_json_new_object();
	const char *subscription = acr_client_subscription(call->client);

	if (subscription && !acr_json_get(values, "subscriptionId"))
		acr_json_set_str(values, "subscriptionId", subscription);
	return values;
}

int call_no_subscription(struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_SIGN_IN,
			"Please run 'az login' to setup account, or set AZURE_SUBSCRIPTION_ID, or give "
			"--subscription.");
}

/* Everything before the path; the token that goes there, too. */
static int build_base(struct call *call, const struct acr_params *params, const struct acr_json *values,
		      struct acr_buf *url, struct acr_error *error)
{
	const struct acr_op *op = call->op;
	ACR_AUTO(acr_buf) scope = ACR_BUF_INIT;
	int rc;

	if (op->plane == ACR_PLANE_ARM) {
		if (strstr(op->path, "{subscriptionId}") && !acr_json_get(values, "subscriptionId"))
			return call_no_subscription(error);
		acr_buf_puts(url, acr_client_cloud(call->client)->resource_manager);
		return 0;
	}
	/* Lent by the caller's parameters, which outlive the call. */
	call->registry = acr_json_str(params ? params->path : NULL, "/loginServer");
	if (!call->registry)
		return acr_fail(error, ACR_ERROR_GENERAL, "no value for 'loginServer' in '%s'", op->path);
	if ((rc = acr_uri_expand(op->scope ? op->scope : "", values, &scope, error)) < 0)
		return rc;
	call->scope = acr_buf_take(&scope);
	acr_buf_printf(url, "https://%s", call->registry);
	return 0;
}

static int build_url(struct call *call, const struct acr_params *params, struct acr_error *error)
{
	const struct acr_op *op = call->op;
	ACR_AUTO_PTR(acr_json) *values = path_values(call, params);
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	const struct acr_json *parameter;
	int rc;

	if ((rc = build_base(call, params, values, &url, error)) < 0 ||
	    (rc = acr_uri_expand(op->path, values, &url, error)) < 0)
		return rc;
	for (parameter = acr_json_first(params ? params->query : NULL); parameter; parameter = acr_json_next(parameter))
		acr_uri_add_query(&url, acr_json_key(parameter), acr_json_string(parameter));
	if (op->api)
		acr_uri_add_query(&url, "api-version", op->api);
	call->exchange.request.url = acr_buf_take(&url);
	return 0;
}

/* Fields of a caller's request that say something about its body, or about what must be there before. */
static bool belongs_to_first(const char *name)
{
	return !strncasecmp(name, "Content-", 8) || !strncasecmp(name, "If-", 3);
}

static void set_token(struct call *call)
{
	struct acr_request *request = &call->exchange.request;

	if (call->rest) {
		request->auth = call->rest->audience && !call->authorization ? ACR_AUTH_ARM : ACR_AUTH_NONE;
		if (call->authorization)
			acr_headers_set(&request->headers, "Authorization", call->authorization);
		return;
	}
	request->auth = call->op->plane == ACR_PLANE_ARM ? ACR_AUTH_ARM : ACR_AUTH_REGISTRY;
	request->registry = call->registry;
	request->scope = call->scope;
}

void call_dress(struct call *call, bool first, const char *content_type)
{
	struct acr_headers *headers = &call->exchange.request.headers;
	const struct acr_headers *given = call->rest ? call->rest->headers : NULL;

	acr_headers_set(headers, "Accept", call->op->accept ? call->op->accept : "application/json");
	if (content_type)
		acr_headers_set(headers, "Content-Type", content_type);
	if (call->op->plane == ACR_PLANE_ARM)
		acr_headers_set(headers, "x-ms-client-request-id", client_request_id(call->client));
	set_token(call);
	for (size_t i = 0; given && i < given->count; i++)
		if (first || !belongs_to_first(given->items[i].name))
			acr_headers_set(headers, given->items[i].name, given->items[i].value);
}

static void add_headers(struct call *call, const struct acr_json *fields)
{
	const struct acr_json *field;

	for (field = acr_json_first(fields); field; field = acr_json_next(field))
		acr_headers_set(&call->exchange.request.headers, acr_json_key(field), acr_json_string(field));
}

int call_send(struct call *call, struct acr_error *error)
{
	const struct acr_response *response = &call->exchange.response;
	int rc = acr_send(acr_client_transport(call->client), &call->exchange, error);
	const char *target;

	if (rc < 0)
		return rc;
	if (response->status >= 300 && response->status < 400) {
		target = acr_headers_get(&response->headers, "location");
		return acr_fail(
			error, ACR_ERROR_SERVICE,
			"%s answers with a redirect to '%s' (HTTP status %ld), which is not followed; check the "
			"endpoint.",
			call->exchange.request.url, target ? target : "", response->status);
	}
	return acr_check_status(&call->exchange, NULL, error);
}

/* The port that a URL stands for. */
static int port_of(const struct acr_uri *uri)
{
	return uri->port ? uri->port : !strcmp(uri->scheme, "https") ? 443 : 80;
}

bool call_same_service(const char *url, const char *first)
{
	struct acr_uri a = {0}, b = {0};
	bool same = acr_uri_parse(url, &a, NULL) == 0 && acr_uri_parse(first, &b, NULL) == 0;

	if (same) {
		size_t longer = strlen(a.host), shorter = strlen(b.host);

		same = !strcmp(a.scheme, b.scheme) && port_of(&a) == port_of(&b) &&
		       (!strcmp(a.host, b.host) || (longer > shorter + 1 && a.host[longer - shorter - 1] == '.' &&
						    !strcmp(a.host + longer - shorter, b.host)));
	}
	acr_uri_clear(&a);
	acr_uri_clear(&b);
	return same;
}

int call_follow(struct call *call, const char *url, struct acr_error *error)
{
	struct acr_exchange *exchange = &call->exchange;
	ACR_AUTO_FREE char *target = acr_uri_resolve(exchange->request.url, url);

	/* An operation may be told about by a host below; from there, too, the way leads back. */
	if (!call->origin)
		call->origin = acr_strdup(exchange->request.url);
	if (!call_same_service(target, call->origin))
		return acr_fail(error, ACR_ERROR_SERVICE,
				"The service points to another host (%s); its address is not followed.", target);
	acr_exchange_clear(exchange);
	*exchange = (struct acr_exchange){.request = {.method = "GET", .url = TAKE(target)}};
	call_dress(call, false, NULL);
	return call_send(call, error);
}

int call_body(const struct call *call, struct acr_json **ret, struct acr_error *error)
{
	const struct acr_buf *body = &call->exchange.response.body;
	const char *type = acr_headers_get(&call->exchange.response.headers, "content-type");
	int rc;

	if (strspn(acr_buf_str(body), " \t\r\n") >= body->length) {
		*ret = NULL;
		return 0;
	}
	rc = acr_json_parse(body->data, body->length, ret, error);
	if (rc < 0)
		acr_error_prefix(error, "The answer of %.*s (%s) cannot be read",
				 (int)strcspn(call->exchange.request.url, "?"), call->exchange.request.url,
				 type ? type : "no content type");
	return rc;
}

/* Yours to free(); NULL for no body. A change of nothing is an empty object: services refuse an empty text. */
static char *body_text(const struct acr_op *op, const struct acr_params *params)
{
	if (params && params->body)
		return acr_json_text(params->body);
	return strcmp(op->method, "PATCH") == 0 ? acr_strdup("{}") : NULL;
}

/* Fill in the request; `text` is its body, NULL for none, and must outlive the call. */
static int prepare(struct call *call, const struct acr_params *params, const char *text, struct acr_error *error)
{
	struct acr_request *request = &call->exchange.request;
	int rc = build_url(call, params, error);

	if (rc < 0)
		return rc;
	request->method = call->op->method;
	request->repeatable = call->op->repeatable;
	request->body = text;
	request->body_length = text ? strlen(text) : 0;
	call_dress(call, true, text ? "application/json" : NULL);
	add_headers(call, params ? params->headers : NULL);
	return 0;
}

/* What the first answer comes to, by the shape of the operation. */
static int finish(struct call *call, struct acr_json **ret, struct acr_error *error)
{
	if (call->op->shape == ACR_PAGES)
		return call_pages(call, ret, error);
	if (call->op->shape == ACR_LRO && !call->options->no_wait)
		return call_poll(call, ret, error);
	if (!call->options->text)
		return call_body(call, ret, error);
	*call->options->text = call->exchange.response.body;
	call->exchange.response.body = (struct acr_buf)ACR_BUF_INIT;
	*ret = NULL;
	return 0;
}

/* Some services warn of what they did instead: that there was nothing to delete. */
static void pass_warning(const struct call *call)
{
	const char *warning = acr_headers_get(&call->exchange.response.headers, "x-ms-warning");

	if (warning)
		client_warn(call->client, warning);
}

static const struct acr_call_options defaults;

int acr_call(struct acr_client *client, const struct acr_op *op, const struct acr_params *params,
	     const struct acr_call_options *options, struct acr_json **ret, struct acr_error *error)
{
	struct call call = {.client = client, .op = op, .options = options ? options : &defaults};
	ACR_AUTO_FREE char *text = body_text(op, params);
	int rc;

	if ((rc = prepare(&call, params, text, error)) == 0 && (rc = call_send(&call, error)) == 0) {
		pass_warning(&call);
		rc = finish(&call, ret, error);
	}
	call_clear(&call);
	return rc;
}

/* A batch on its way. */
struct batch {
	struct call *calls;
	char **texts;
	struct acr_exchange **exchanges;
	size_t count;
};

static void batch_clear(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		call_clear(&batch->calls[i]);
		free(batch->texts[i]);
	}
	free(batch->calls);
	free(batch->texts);
	free(batch->exchanges);
}

static int batch_prepare(struct batch *batch, struct acr_client *client, const struct acr_op *op,
			 const struct acr_params *params, struct acr_error *error)
{
	int rc = 0;

	for (size_t i = 0; i < batch->count && rc == 0; i++) {
		batch->calls[i] = (struct call){.client = client, .op = op, .options = &defaults};
		batch->texts[i] = body_text(op, &params[i]);
		batch->exchanges[i] = &batch->calls[i].exchange;
		rc = prepare(&batch->calls[i], &params[i], batch->texts[i], error);
	}
	return rc;
}

static int batch_results(struct batch *batch, struct acr_json *list, struct acr_error *error)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct acr_exchange *exchange = batch->exchanges[i];
		struct acr_json *value = NULL;
		int rc = exchange->result < 0 ? acr_error_move(error, &exchange->error)
					      : acr_check_status(exchange, NULL, error);

		if (rc < 0 || (rc = call_body(&batch->calls[i], &value, error)) < 0)
			return rc;
		acr_json_append(list, value ? value : acr_json_new_null());
	}
	return 0;
}

int acr_call_batch(struct acr_client *client, const struct acr_op *op, const struct acr_params *params, size_t count,
		   struct acr_json **ret, struct acr_error *error)
{
	struct acr_transport *transport = acr_client_transport(client);
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	__attribute__((cleanup(batch_clear))) struct batch batch = {
		.calls = acr_alloc_array(count ? count : 1, sizeof(*batch.calls)),
		.texts = acr_alloc_array(count ? count : 1, sizeof(*batch.texts)),
		.exchanges = acr_alloc_array(count ? count : 1, sizeof(*batch.exchanges)),
		.count = count,
	};
	int rc = batch_prepare(&batch, client, op, params, error);

	if (rc < 0)
		return rc;
	if (count)
		transport->send(transport, batch.exchanges, count);
	if ((rc = batch_results(&batch, list, error)) < 0)
		return rc;
	*ret = TAKE(list);
	return 0;
}
