/* Managed identity on hosting services that are asked with one request to the address in their variables. */
#include <string.h>
#include <acr/uri.h>
#include "auth/managed_identity.h"
#include "auth/oauth.h"

#define MAX_ANSWER ((size_t)1 << 20)

static int ask(const struct identity_service *service, const struct identity_request *request, struct acr_json **ret,
	       struct acr_error *error)
{
	const char *secret = service->secret_field ? request->environment(service->variables[1]) : NULL;
	ACR_AUTO(acr_exchange)
	exchange = {
		.request = {.method = service->method,
			    .url = identity_url(service, request, request->environment(service->variables[0])),
			    .host_service = true,
			    .max_response = MAX_ANSWER},
	};
	int rc;

	if (secret)
		acr_headers_add(&exchange.request.headers, service->secret_field, secret);
	if ((rc = acr_send(request->transport, &exchange, error)) < 0)
		return acr_error_prefix(error, "%s gave no token for the managed identity", service->name);
	return identity_answer(service, &exchange, ret, error);
}

/* https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference; also Functions,
 * Container Apps and Azure Machine Learning's newer computes. */
const struct identity_service identity_app_service = {
	.name = "App Service",
	.variables = {"IDENTITY_ENDPOINT", "IDENTITY_HEADER"},
	.names = {NULL, "client_id", "object_id", "mi_res_id"},
	.get = ask,
	.method = "GET",
	.api_version = "2019-08-01",
	.secret_field = "X-IDENTITY-HEADER",
};

/* Azure Machine Learning, and App Service as it was before. */
const struct identity_service identity_machine_learning = {
	.name = "Azure Machine Learning",
	.variables = {"MSI_ENDPOINT", "MSI_SECRET"},
	.names = {NULL, "clientid", NULL, NULL},
	.get = ask,
	.method = "GET",
	.api_version = "2017-09-01",
	.secret_field = "Secret",
};

/* Cloud Shell is asked with a form, and has the identity of its user alone. */
static int ask_cloud_shell(const struct identity_service *service, const struct identity_request *request,
			   struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_exchange) exchange = {.request = {.host_service = true}};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	int rc;

	acr_json_set_str(fields, "resource", request->resource);
	acr_headers_add(&exchange.request.headers, "Metadata", "true");
	rc = oauth_post(request->transport, request->environment(service->variables[0]), fields, &exchange, error);
	if (rc < 0)
		return acr_error_prefix(error, "%s gave no token", service->name);
	return identity_answer(service, &exchange, ret, error);
}

const struct identity_service identity_cloud_shell = {
	.name = "Cloud Shell",
	.variables = {"MSI_ENDPOINT"},
	.get = ask_cloud_shell,
};
