/* acr_rest(): a request of the caller's own, followed to its end. */
#include "call.h"

#include <stdlib.h>
#include <string.h>

/* Tokens for other services than management are got once: such requests are short. */
static int authorize(struct call *call, struct acr_error *error)
{
	const char *audience = call->rest->audience;
	ACR_AUTO(acr_token) token = {0};
	int rc;

	if (!audience || !strcmp(audience, acr_client_cloud(call->client)->audience))
		return 0;
	if ((rc = acr_client_token(call->client, audience, &token, error)) < 0)
		return rc;
	call->authorization = acr_format("Bearer %s", token.secret);
	return 0;
}

static void fill(struct call *call)
{
	const struct acr_rest_request *rest = call->rest;
	struct acr_request *request = &call->exchange.request;

	request->method = rest->method;
	request->url = acr_strdup(rest->url);
	request->body = rest->body;
	request->body_length = rest->body_length;
	request->repeatable = rest->repeatable;
	request->sink = rest->sink;
	request->sink_user = rest->sink_user;
	call_dress(call, true, NULL);
}

/* The answer as it is: JSON, or else its bytes. */
static void take_answer(struct call *call, struct acr_json **value, struct acr_buf *text)
{
	struct acr_buf *body = &call->exchange.response.body;

	*value = NULL;
	if (body->length && acr_json_parse(body->data, body->length, value, NULL) < 0 && text) {
		*text = *body;
		*body = (struct acr_buf)ACR_BUF_INIT;
	}
}

int acr_rest(struct acr_client *client, const struct acr_rest_request *request, struct acr_json **value,
	     struct acr_buf *text, struct acr_error *error)
{
	const struct acr_op op = {.method = request->method, .accept = "*/*"};
	const struct acr_call_options options = {.progress = request->progress, .user = request->progress_user};
	struct call call = {.client = client, .op = &op, .options = &options, .rest = request};
	ACR_AUTO_PTR(acr_json) *result = NULL;
	int rc;

	if ((rc = authorize(&call, error)) < 0)
		goto out;
	fill(&call);
	if ((rc = call_send(&call, error)) < 0)
		goto out;
	if (request->wait)
		rc = call_poll(&call, &result, error);
	else
		take_answer(&call, &result, text);
	if (rc == 0 && request->all)
		rc = call_complete(&call, result, error);
	if (rc == 0)
		*value = TAKE(result);
out:
	call_clear(&call);
	return rc;
}
