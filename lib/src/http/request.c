/* The life of requests, answers and exchanges; sending just one. */
#include <stdlib.h>
#include <string.h>
#include "http/request.h"

bool acr_request_is_idempotent(const struct acr_request *request)
{
	static const char *const idempotent[] = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
	bool may = request->repeatable;
	for (size_t i = 0; i < ACR_COUNT(idempotent); i++) {
		may = may || strcmp(request->method, idempotent[i]) == 0;
	}
	return may;
}

bool acr_request_may_repeat(const struct acr_request *request)
{
	return acr_request_is_idempotent(request) && !request->once;
}

void acr_request_clear(struct acr_request *request)
{
	free(request->url);
	acr_headers_clear(&request->headers);
	*request = (struct acr_request){0};
}

void acr_response_clear(struct acr_response *response)
{
	response->status = 0;
	acr_headers_clear(&response->headers);
	acr_buf_clear(&response->body);
}

void acr_exchange_clear(struct acr_exchange *exchange)
{
	acr_request_clear(&exchange->request);
	acr_response_clear(&exchange->response);
	acr_error_clear(&exchange->error);
	exchange->result = 0;
}

void acr_transport_free(struct acr_transport *transport)
{
	if (transport) {
		transport->free(transport);
	}
}

int acr_send(struct acr_transport *transport, struct acr_exchange *exchange, struct acr_error *error)
{
	transport->send(transport, &exchange, 1);
	if (exchange->result < 0) {
		acr_error_move(error, &exchange->error);
	}
	return exchange->result;
}
