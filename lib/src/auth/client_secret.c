/* Service principals that sign in with a secret. */
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include "auth/oauth.h"

struct client_secret {
	struct acr_credential credential;
	struct acr_transport *transport;
	const struct acr_clock *clock;
	char *endpoint, *client_id, *secret;
	char *subject; /* for messages */
	char *cache_key;
};

static int get(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
	       struct acr_error *error)
{
	const struct client_secret *self = (const struct client_secret *)credential;
	const struct oauth_subject subject = {.name = self->subject};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	acr_json_set_str(fields, "grant_type", "client_credentials");
	acr_json_set_str(fields, "client_id", self->client_id);
	acr_json_set_str(fields, "client_secret", self->secret);
	if ((rc = oauth_set_scope(fields, resource, claims, error)) < 0 ||
	    (rc = oauth_request(self->transport, self->endpoint, fields, &subject, &answer, error)) < 0)
		return rc;
	*ret = oauth_token(answer, self->clock->now(self->clock));
	return 0;
}

static void free_credential(struct acr_credential *credential)
{
	struct client_secret *self = (struct client_secret *)credential;

	free(self->endpoint);
	free(self->client_id);
	free(self->secret);
	free(self->subject);
	free(self->cache_key);
	free(self);
}

struct acr_credential *acr_client_secret_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
					     const char *client_secret, struct acr_transport *transport,
					     const struct acr_clock *clock)
{
	struct client_secret *self = acr_alloc(sizeof(*self));
	char hash[65];

	acr_sha256_hex(client_secret, strlen(client_secret), hash);
	self->transport = transport;
	self->clock = clock;
	self->endpoint = oauth_endpoint(cloud, tenant);
	self->client_id = acr_strdup(client_id);
	self->secret = acr_strdup(client_secret);
	self->subject = acr_format("application '%s' in tenant '%s'", client_id, tenant);
	self->cache_key = acr_format("client secret\n%s\n%s\n%s", self->endpoint, client_id, hash);
	self->credential = (struct acr_credential){
		.name = "client secret",
		.get = get,
		.cache_key = self->cache_key,
		.free = free_credential,
	};
	return &self->credential;
}
