/* Service principals that sign in with a token of the CI system they run in. Such a token lives for minutes only, so
 * the issuer is asked for a new one whenever Azure is asked for a token. */
#include <stdlib.h>
#include <acr/uri.h>
#include "auth/application.h"

#define MAX_ANSWER ((size_t)1 << 20)
#define AUDIENCE "api://AzureADTokenExchange"

/* How a CI system is asked. */
struct issuer {
	const char *name, *method, *member; /* member: of the answer, with the token */
	const char *query, *value;          /* a parameter that is always the same */
	const char *connection;             /* the parameter for the service connection; NULL when there is none */
	const char *field, *field_value;    /* a header field of its own; NULL when there is none */
	const char *remedy;
};

/* https://docs.github.com/actions/reference/security/oidc */
static const struct issuer github = {
	.name = "GitHub Actions",
	.method = "GET",
	.member = "value",
	.query = "audience",
	.value = AUDIENCE,
	.remedy = "give the job 'permissions: id-token: write'",
};

/* https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create */
static const struct issuer pipelines = {
	.name = "Azure Pipelines",
	.method = "POST",
	.member = "oidcToken",
	.query = "api-version",
	.value = "7.1",
	.connection = "serviceConnectionId",
	.field = "X-TFS-FedAuthRedirect", /* without it a refusal is a redirect to a page for people */
	.field_value = "Suppress",
	.remedy = "check that SYSTEM_ACCESSTOKEN is the job's and that it may use the service connection",
};

struct oidc {
	struct application_proof proof;
	const struct issuer *issuer;
	struct acr_transport *transport;
	char *url;
	char *authorization;
};

static int refused(const struct oidc *self, const struct acr_exchange *exchange, struct acr_error *error)
{
	ACR_AUTO_FREE char *what =
		acr_format("%s gave no token for the sign-in (%s)", self->issuer->name, self->issuer->remedy);
	int rc = acr_check_status(exchange, what, error);

	return rc < 0 ? rc : acr_fail(error, ACR_ERROR_AUTH, "%s: the answer holds none", what);
}

static int ask(const struct oidc *self, char **ret, struct acr_error *error)
{
	ACR_AUTO(acr_exchange)
	exchange = {
		.request = {.method = self->issuer->method,
			    .url = acr_strdup(self->url),
			    .repeatable = true,
			    .confidential = true,
			    .max_response = MAX_ANSWER},
	};
	const struct acr_response *response = &exchange.response;
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	acr_headers_add(&exchange.request.headers, "Authorization", self->authorization);
	acr_headers_add(&exchange.request.headers, "Accept", "application/json");
	if (self->issuer->field)
		acr_headers_add(&exchange.request.headers, self->issuer->field, self->issuer->field_value);
	if ((rc = acr_send(self->transport, &exchange, error)) < 0)
		return acr_error_prefix(error, "cannot ask %s for a token", self->issuer->name);
	const char *token = NULL;
	if (response->status == 200 &&
	    acr_json_parse(acr_buf_str(&response->body), response->body.length, &answer, NULL) == 0)
		token = acr_json_string(acr_json_get(answer, self->issuer->member));
	if (!token || !*token)
		return refused(self, &exchange, error);
	*ret = acr_strdup(token);
	return 0;
}

static int add(struct application_proof *proof, const char *endpoint, struct acr_json *fields, struct acr_error *error)
{
	ACR_AUTO_FREE char *token = NULL;
	int rc = ask((const struct oidc *)proof, &token, error);

	(void)endpoint;
	if (rc < 0)
		return rc;
	application_set_assertion(fields, token);
	return 0;
}

static void free_proof(struct application_proof *proof)
{
	struct oidc *self = (struct oidc *)proof;

	free(self->url);
	free(self->authorization);
	free(self);
}

static struct acr_credential *issuer_new(const struct application *application, const struct issuer *issuer,
					 const struct acr_oidc_request *request)
{
	struct oidc *self = acr_alloc(sizeof(*self));
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;

	acr_buf_puts(&url, request->url);
	acr_uri_add_query(&url, issuer->query, issuer->value);
	if (issuer->connection)
		acr_uri_add_query(&url, issuer->connection, request->connection);
	self->issuer = issuer;
	self->transport = application->transport;
	self->url = acr_buf_take(&url);
	self->authorization = acr_format("Bearer %s", request->token);
	/* Not the URL, which differs from job to job: who may get a token is the same. */
	self->proof = (struct application_proof){
		.what = "federated credential", .add = add, .free = free_proof, .cache_key = issuer->name};
	return application_new(application, issuer->name, &self->proof);
}

struct acr_credential *acr_github_actions_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
					      const struct acr_oidc_request *request, struct acr_transport *transport,
					      const struct acr_clock *clock)
{
	const struct application application = {cloud, tenant, client_id, transport, clock};

	return issuer_new(&application, &github, request);
}

struct acr_credential *acr_azure_pipelines_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
					       const struct acr_oidc_request *request, struct acr_transport *transport,
					       const struct acr_clock *clock)
{
	const struct application application = {cloud, tenant, client_id, transport, clock};

	return issuer_new(&application, &pipelines, request);
}
