/* The token requests of applications. */
#include <stdlib.h>
#include "auth/application.h"
#include "auth/oauth.h"

#define JWT_BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

struct application_credential {
	struct acr_credential credential;
	struct application_proof *proof;
	struct acr_transport *transport;
	const struct acr_clock *clock;
	char *endpoint, *client_id;
	char *subject, *remedy; /* for messages */
	char *cache_key;
};

static int get(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
	       struct acr_error *error)
{
	const struct application_credential *self = (const struct application_credential *)credential;
	const struct oauth_subject subject = {
		.name = self->subject,
		.remedy = self->remedy,
		.clock = self->proof->timed_here ? self->clock : NULL,
	};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	acr_json_set_str(fields, "grant_type", "client_credentials");
	acr_json_set_str(fields, "client_id", self->client_id);
	if ((rc = self->proof->add(self->proof, self->endpoint, fields, error)) < 0)
		return acr_error_prefix(error, "cannot sign in as %s", self->subject);
	if ((rc = oauth_set_scope(fields, resource, claims, error)) < 0 ||
	    (rc = oauth_request(self->transport, self->endpoint, fields, &subject, &answer, error)) < 0)
		return rc;
	*ret = oauth_token(answer, self->clock->now(self->clock));
	return 0;
}

static void free_credential(struct acr_credential *credential)
{
	struct application_credential *self = (struct application_credential *)credential;

	self->proof->free(self->proof);
	free(self->endpoint);
	free(self->client_id);
	free(self->subject);
	free(self->remedy);
	free(self->cache_key);
	free(self);
}

struct acr_credential *application_new(const struct application *application, const char *name,
				       struct application_proof *proof)
{
	struct application_credential *self = acr_alloc(sizeof(*self));

	self->proof = proof;
	self->transport = application->transport;
	self->clock = application->clock;
	self->endpoint = oauth_endpoint(application->cloud, application->tenant);
	self->client_id = acr_strdup(application->client_id);
	self->subject = acr_format("application '%s' in tenant '%s'", application->client_id, application->tenant);
	self->remedy = acr_format("check the client id, the %s and the tenant", proof->what);
	self->cache_key = acr_format("%s\n%s\n%s\n%s", name, self->endpoint, application->client_id, proof->cache_key);
	self->credential = (struct acr_credential){
		.name = name,
		.get = get,
		.cache_key = self->cache_key,
		.free = free_credential,
	};
	return &self->credential;
}

void application_set_assertion(struct acr_json *fields, const char *assertion)
{
	acr_json_set_str(fields, "client_assertion_type", JWT_BEARER);
	acr_json_set_str(fields, "client_assertion", assertion);
}
