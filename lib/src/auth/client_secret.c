/* Service principals that sign in with a secret. */
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include "auth/application.h"

struct client_secret {
	struct application_proof proof;
	char *secret;
	char hash[65];
};

static int add(struct application_proof *proof, const char *endpoint, struct acr_json *fields, struct acr_error *error)
{
	const struct client_secret *self = (const struct client_secret *)proof;

	(void)endpoint;
	(void)error;
	acr_json_set_str(fields, "client_secret", self->secret);
	return 0;
}

static void free_proof(struct application_proof *proof)
{
	struct client_secret *self = (struct client_secret *)proof;

	free(self->secret);
	free(self);
}

struct acr_credential *acr_client_secret_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
					     const char *client_secret, struct acr_transport *transport,
					     const struct acr_clock *clock)
{
	const struct application application = {cloud, tenant, client_id, transport, clock};
	struct client_secret *self = acr_alloc(sizeof(*self));

	self->secret = acr_strdup(client_secret);
	acr_sha256_hex(client_secret, strlen(client_secret), self->hash);
	self->proof =
		(struct application_proof){.what = "secret", .add = add, .free = free_proof, .cache_key = self->hash};
	return application_new(&application, "client secret", &self->proof);
}
