/* Requests to Microsoft Graph. */
#include "run/graph.h"

#include <string.h>

int graph_call(struct context *context, const char *method, const char *path, const struct acr_json *body,
	       struct acr_json **ret, struct acr_error *error)
{
	struct acr_client *client;
	ACR_AUTO_FREE char *url = NULL, *text = body ? acr_json_text(body) : NULL;
	ACR_AUTO(acr_headers) headers = {0};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	const char *graph;
	int rc = context_client(context, &client, error);

	if (rc < 0)
		return rc;
	graph = acr_client_cloud(client)->graph;
	if (!graph)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The cloud '%s' has no Microsoft Graph "
				"(endpoint_microsoft_graph_resource_id).",
				acr_client_cloud(client)->name);
	url = acr_format("%s/v1.0%s", graph, path);
	if (text)
		acr_headers_set(&headers, "Content-Type", "application/json");
	struct acr_rest_request request = {
		.method = method,
		.url = url,
		.headers = &headers,
		.body = text,
		.body_length = text ? strlen(text) : 0,
		.audience = graph,
		.all = true,
	};
	if ((rc = acr_rest(client, &request, &answer, NULL, error)) < 0)
		return rc;
	*ret = acr_json_is(acr_json_get(answer, "value"), ACR_JSON_ARRAY) ? acr_json_detach(answer, "value")
									  : TAKE(answer);
	return 0;
}

int graph_list(struct context *context, const char *collection, const char *filter, const char *value,
	       struct acr_json **ret, struct acr_error *error)
{
	const char *place = strstr(filter, "%s");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT, path = ACR_BUF_INIT;

	acr_buf_add(&text, filter, place ? (size_t)(place - filter) : strlen(filter));
	for (const char *c = value; place && *c; c++)
		acr_buf_puts(&text, *c == '\'' ? "''" : (char[]){*c, '\0'});
	acr_buf_puts(&text, place ? place + 2 : "");
	acr_buf_puts(&path, collection);
	acr_uri_add_query(&path, "$filter", acr_buf_str(&text));
	return graph_call(context, "GET", acr_buf_str(&path), NULL, ret, error);
}
