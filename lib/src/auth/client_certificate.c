/* Service principals that sign in with a certificate. */
#include <stdlib.h>
#include "auth/application.h"
#include "auth/jwt.h"

struct client_certificate {
	struct application_proof proof;
	struct client_key *key;
	const struct acr_clock *clock;
	char *client_id, *what; /* what: for messages */
	char *thumbprint;
	bool adfs, send_chain;
};

static int add(struct application_proof *proof, const char *endpoint, struct acr_json *fields, struct acr_error *error)
{
	const struct client_certificate *self = (const struct client_certificate *)proof;
	const struct jwt_statement statement = {
		.client_id = self->client_id,
		.audience = endpoint,
		.sha1 = self->adfs,
		.send_chain = self->send_chain,
		.now = self->clock->now(self->clock),
	};
	ACR_AUTO_FREE char *assertion = NULL;
	int rc;

	if ((rc = client_key_check(self->key, statement.now, self->what, self->client_id, error)) < 0 ||
	    (rc = jwt_sign(self->key, &statement, &assertion, error)) < 0)
		return rc;
	application_set_assertion(fields, assertion);
	return 0;
}

static void free_proof(struct application_proof *proof)
{
	struct client_certificate *self = (struct client_certificate *)proof;

	client_key_free(self->key);
	free(self->client_id);
	free(self->what);
	free(self->thumbprint);
	free(self);
}

int acr_client_certificate_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
			       const struct acr_certificate_file *file, struct acr_transport *transport,
			       const struct acr_clock *clock, struct acr_credential **ret, struct acr_error *error)
{
	const struct application application = {cloud, tenant, client_id, transport, clock};
	struct client_key *key = NULL;
	int rc = client_key_read(file->path, file->password, &key, error);

	if (rc < 0)
		return rc;
	struct client_certificate *self = acr_alloc(sizeof(*self));
	self->key = key;
	self->clock = clock;
	self->client_id = acr_strdup(client_id);
	self->what = acr_format("the certificate in '%s'", file->path);
	self->thumbprint = client_key_thumbprint(key, true);
	self->adfs = acr_cloud_is_adfs(cloud);
	self->send_chain = file->send_chain;
	self->proof = (struct application_proof){.what = "certificate",
						 .add = add,
						 .free = free_proof,
						 .cache_key = self->thumbprint,
						 .timed_here = true};
	*ret = application_new(&application, "client certificate", &self->proof);
	return 0;
}
