/* Managed identity: which service is here, and its tokens.
 *
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <acr/uri.h>
#include "auth/managed_identity.h"
#include "auth/oauth.h"
#include "auth/registry_endpoint.h"

#define ABSENT_KIND "identity-absent"
#define ABSENT_S 60 /* scripts should not wait for each of their commands; a machine that starts, not for long */
#define ARC_KEY_FOLDER "/var/opt/azcmagent/tokens"
#define ARC_AGENT "/opt/azcmagent/bin/himds"

struct managed_identity {
	struct acr_credential credential;
	acr_environment environment;
	enum acr_identity_kind kind;
	char *id, *arc_agent, *key_folder, *cache_key;
	bool guess, absent; /* absent: found out by asking */
	struct acr_cache *cache;
	struct acr_transport *transport;
	const struct acr_clock *clock;
};

/* In this order: some services set the variables of others, too. */
static const struct identity_service *const services[] = {
	&identity_app_service, &identity_machine_learning, &identity_cloud_shell, &identity_arc, &identity_imds,
};

static bool is_announced(const struct identity_service *service, acr_environment environment)
{
	for (size_t i = 0; i < ACR_COUNT(service->variables) && service->variables[i]; i++) {
		if (!environment(service->variables[i]))
			return false;
	}
	return true;
}

static const struct identity_service *find_service(acr_environment environment, const char *arc_agent)
{
	size_t i = 0;

	while (!is_announced(services[i], environment)) { /* the last one needs no variable */
		/* Who signs in to an Arc machine gets its variables, but jobs and services do not. */
		if (services[i] == &identity_arc && access(arc_agent, F_OK) == 0)
			break;
		i++;
	}
	return services[i];
}

/* Service Fabric sets what App Service sets, and the thumbprint of its certificate, which no authority has signed. */
static int check_supported(const struct managed_identity *self, const struct identity_service *service,
			   struct acr_error *error)
{
	if (service == &identity_app_service && self->environment("IDENTITY_SERVER_THUMBPRINT"))
		return acr_fail(error, ACR_ERROR_AUTH,
				"managed identities of Service Fabric are not supported; use a service principal "
				"(AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET)");
	if (self->kind != ACR_IDENTITY_SYSTEM && !service->names[self->kind])
		return acr_fail(error, ACR_ERROR_AUTH,
				"%s cannot give a token for the managed identity '%s'; it knows %s", service->name,
				self->id,
				service->names[ACR_IDENTITY_CLIENT] ? "user-assigned identities by their client id only"
								    : "no user-assigned identities");
	return 0;
}

char *identity_url(const struct identity_service *service, const struct identity_request *request, const char *base)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;

	acr_buf_puts(&url, base);
	acr_uri_add_query(&url, "api-version", service->api_version);
	acr_uri_add_query(&url, "resource", request->resource);
	if (request->id.id)
		acr_uri_add_query(&url, service->names[request->id.kind], request->id.id);
	return acr_buf_take(&url);
}

/* Services that have no such identity say so with 400, each in words of its own. */
int identity_answer(const struct identity_service *service, const struct acr_exchange *exchange, struct acr_json **ret,
		    struct acr_error *error)
{
	const struct acr_response *response = &exchange->response;
	ACR_AUTO_FREE char *what = acr_format("%s gave no token for the managed identity", service->name);
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc = acr_check_status(exchange, what, error);

	if (rc < 0) {
		if (response->status == 400 && error)
			error->code = ACR_ERROR_AUTH;
		return response->status == 400 ? ACR_ERROR_AUTH : rc;
	}
	const char *token = NULL;
	if (acr_json_parse(acr_buf_str(&response->body), response->body.length, &answer, NULL) == 0)
		token = acr_json_str(answer, "/access_token");
	if (!token || !*token)
		return acr_fail(error, ACR_ERROR_FORMAT, "%s: the answer holds none", what);
	*ret = TAKE(answer);
	return 0;
}

/* Some services tell the end as a date in a form of their own; the token itself knows it best then. */
static struct acr_token take_token(const struct acr_json *answer, int64_t now)
{
	struct acr_token token = oauth_token(answer, now);

	if (oauth_number(answer, "expires_in", -1) < 0 && oauth_number(answer, "expires_on", -1) < 0)
		token.expires_on = registry_token_end(token.secret, token.expires_on);
	return token;
}

static bool is_absent(struct managed_identity *self)
{
	if (!self->absent && self->guess && self->cache) {
		ACR_AUTO_PTR(acr_json) *known = acr_cache_get(self->cache, ABSENT_KIND, self->cache_key, 0);

		self->absent = known != NULL;
	}
	return self->absent;
}

static void set_absent(struct managed_identity *self)
{
	ACR_AUTO_PTR(acr_json) *value = acr_json_new_bool(true);

	self->absent = true;
	if (self->cache)
		acr_cache_put(self->cache, ABSENT_KIND, self->cache_key, value,
			      self->clock->now(self->clock) + ABSENT_S);
}

static int get(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
	       struct acr_error *error)
{
	struct managed_identity *self = (struct managed_identity *)credential;
	const struct identity_service *service = find_service(self->environment, self->arc_agent);
	const struct identity_request request = {
		.environment = self->environment,
		.id = {self->kind, self->id},
		.resource = resource,
		.probe = self->guess,
		.key_folder = self->key_folder,
		.transport = self->transport,
		.clock = self->clock,
	};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	(void)claims; /* these services take none; the token is a new one in any case */
	if (is_absent(self))
		return acr_fail(error, ACR_ERROR_SIGN_IN, "there is no managed identity here");
	if ((rc = check_supported(self, service, error)) < 0 ||
	    (rc = service->get(service, &request, &answer, error)) < 0) {
		if (rc == ACR_ERROR_SIGN_IN)
			set_absent(self);
		return rc;
	}
	*ret = take_token(answer, self->clock->now(self->clock));
	return 0;
}

static void free_credential(struct acr_credential *credential)
{
	struct managed_identity *self = (struct managed_identity *)credential;

	free(self->id);
	free(self->arc_agent);
	free(self->key_folder);
	free(self->cache_key);
	free(self);
}

struct acr_credential *acr_managed_identity_new(const struct acr_managed_identity_options *options,
						struct acr_transport *transport, const struct acr_clock *clock)
{
	struct managed_identity *self = acr_alloc(sizeof(*self));
	const char *agent = options->arc_agent ? options->arc_agent : ARC_AGENT;
	const struct identity_service *service = find_service(options->environment, agent);
	const char *endpoint = service->variables[0] ? options->environment(service->variables[0]) : NULL;

	self->environment = options->environment;
	self->kind = options->id.kind;
	self->id = acr_strdup(options->id.id);
	self->arc_agent = acr_strdup(agent);
	self->key_folder = acr_strdup(options->arc_key_folder ? options->arc_key_folder : ARC_KEY_FOLDER);
	self->guess = options->guess;
	self->cache = options->cache;
	self->transport = transport;
	self->clock = clock;
	self->cache_key = acr_format("managed identity\n%s\n%s\n%d\n%s", service->name, endpoint ? endpoint : "",
				     (int)self->kind, self->id ? self->id : "");
	self->credential = (struct acr_credential){
		.name = "managed identity",
		.get = get,
		.cache_key = self->cache_key,
		.guess = options->guess && service == &identity_imds,
		.free = free_credential,
	};
	return &self->credential;
}
