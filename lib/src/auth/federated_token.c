/* Service principals that sign in with a token of another issuer, which somebody else keeps fresh in a file
 * (Kubernetes' workload identity), or which 'az login --federated-token' wrote down once.
 *
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation */
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include <acr/file.h>
#include "auth/application.h"

#define MAX_FILE ((size_t)64 << 10)
#define BLANKS " \t\r\n"

struct federated_token {
	struct application_proof proof;
	char *path;  /* read for every request, since the token in it is replaced before it ends */
	char *token; /* instead of `path` */
	char *cache_key;
};

static int read_token(const char *path, char **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_FILE);
	int rc = acr_file_read(path, &text, error);

	if (rc < 0)
		return acr_error_prefix(error, "cannot read the federated token");
	const char *token = acr_buf_str(&text) + strspn(acr_buf_str(&text), BLANKS);
	size_t length = strlen(token);
	while (length && strchr(BLANKS, token[length - 1]))
		length--;
	if (!length)
		return acr_fail(error, ACR_ERROR_AUTH, "the federated token file '%s' is empty", path);
	*ret = acr_strndup(token, length);
	return 0;
}

static int add(struct application_proof *proof, const char *endpoint, struct acr_json *fields, struct acr_error *error)
{
	const struct federated_token *self = (const struct federated_token *)proof;
	ACR_AUTO_FREE char *token = NULL;
	int rc;

	(void)endpoint;
	if (self->path && (rc = read_token(self->path, &token, error)) < 0)
		return rc;
	application_set_assertion(fields, token ? token : self->token);
	return 0;
}

static void free_proof(struct application_proof *proof)
{
	struct federated_token *self = (struct federated_token *)proof;

	free(self->path);
	free(self->token);
	free(self->cache_key);
	free(self);
}

struct acr_credential *acr_federated_file_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
					      const char *path, struct acr_transport *transport,
					      const struct acr_clock *clock)
{
	const struct application application = {cloud, tenant, client_id, transport, clock};
	struct federated_token *self = acr_alloc(sizeof(*self));

	self->path = acr_strdup(path);
	self->proof = (struct application_proof){
		.what = "federated credential", .add = add, .free = free_proof, .cache_key = self->path};
	return application_new(&application, "federated token file", &self->proof);
}

struct acr_credential *acr_federated_token_new(const struct acr_cloud *cloud, const char *tenant, const char *client_id,
					       const char *token, struct acr_transport *transport,
					       const struct acr_clock *clock)
{
	const struct application application = {cloud, tenant, client_id, transport, clock};
	struct federated_token *self = acr_alloc(sizeof(*self));
	char hash[65];

	acr_sha256_hex(token, strlen(token), hash);
	self->token = acr_strdup(token);
	self->cache_key = acr_strdup(hash);
	self->proof = (struct application_proof){
		.what = "federated credential", .add = add, .free = free_proof, .cache_key = self->cache_key};
	return application_new(&application, "federated token", &self->proof);
}
