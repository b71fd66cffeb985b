/* From settings to credentials: the environment, the Azure CLI's account, the machine's identity. */
#include "sign_in.h"

#include <stdlib.h>
#include <string.h>

#include "settings.h"

/* An application that signs in to Azure, as the environment describes it. */
struct application {
	struct acr_cloud cloud; /* its strings are borrowed */
	const char *tenant, *client;
	struct context *context;
	struct acr_transport *transport;
};

static int with_secret(const struct application *a, struct acr_credential **ret, struct acr_error *error)
{
	(void)error;
	*ret = acr_client_secret_new(&a->cloud, a->tenant, a->client, settings_variable("AZURE_CLIENT_SECRET"),
				     a->transport, &a->context->clock);
	return 0;
}

static int with_certificate(const struct application *a, struct acr_credential **ret, struct acr_error *error)
{
	const char *chain = settings_variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN");
	const struct acr_certificate_file file = {
		.path = settings_variable("AZURE_CLIENT_CERTIFICATE_PATH"),
		.password = settings_variable("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
		.send_chain = chain && settings_is_yes(chain),
	};

	return acr_client_certificate_new(&a->cloud, a->tenant, a->client, &file, a->transport, &a->context->clock, ret,
					  error);
}

static int with_token_file(const struct application *a, struct acr_credential **ret, struct acr_error *error)
{
	(void)error;
	*ret = acr_federated_file_new(&a->cloud, a->tenant, a->client, settings_variable("AZURE_FEDERATED_TOKEN_FILE"),
				      a->transport, &a->context->clock);
	return 0;
}

static int with_github(const struct application *a, struct acr_credential **ret, struct acr_error *error)
{
	const struct acr_oidc_request request = {
		.url = settings_variable("ACTIONS_ID_TOKEN_REQUEST_URL"),
		.token = settings_variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
	};

	(void)error;
	*ret = acr_github_actions_new(&a->cloud, a->tenant, a->client, &request, a->transport, &a->context->clock);
	return 0;
}

static int with_pipelines(const struct application *a, struct acr_credential **ret, struct acr_error *error)
{
	const struct acr_oidc_request request = {
		.url = settings_variable("SYSTEM_OIDCREQUESTURI"),
		.token = settings_variable("SYSTEM_ACCESSTOKEN"),
		.connection = settings_variable("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
	};

	(void)error;
	*ret = acr_azure_pipelines_new(&a->cloud, a->tenant, a->client, &request, a->transport, &a->context->clock);
	return 0;
}

/* What proves who the application is: the variables that must be set, in order of preference. */
static const struct proof {
	const char *variables[3];
	int (*make)(const struct application *application, struct acr_credential **ret, struct acr_error *error);
} proofs[] = {
	{{"AZURE_CLIENT_SECRET"}, with_secret},
	{{"AZURE_CLIENT_CERTIFICATE_PATH"}, with_certificate},
	{{"AZURE_FEDERATED_TOKEN_FILE"}, with_token_file},
	{{"ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"}, with_github},
	{{"SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"}, with_pipelines},
};

static bool is_set(const struct proof *proof)
{
	for (size_t i = 0; i < ACR_COUNT(proof->variables) && proof->variables[i]; i++)
		if (!settings_variable(proof->variables[i]))
			return false;
	return true;
}

/* Azure Pipelines' own tasks name application and tenant in variables of theirs. */
static const char *either(const char *name, const char *other)
{
	return settings_variable(name) ? settings_variable(name) : settings_variable(other);
}

/* NULL when the environment does not describe an application completely. */
static const struct proof *find_proof(struct application *ret)
{
	size_t i;

	ret->tenant = either("AZURE_TENANT_ID", "AZURESUBSCRIPTION_TENANT_ID");
	ret->client = either("AZURE_CLIENT_ID", "AZURESUBSCRIPTION_CLIENT_ID");
	for (i = 0; ret->tenant && ret->client && i < ACR_COUNT(proofs); i++)
		if (is_set(&proofs[i]))
			return &proofs[i];
	return NULL;
}

/* Where workload identity's webhook says that the application signs in; NULL: at the cloud's place. Yours to free(). */
static char *authority_host(void)
{
	const char *url = settings_variable("AZURE_AUTHORITY_HOST");
	size_t length = url ? strlen(url) : 0;

	while (length && url[length - 1] == '/')
		length--;
	if (!length)
		return NULL;
	return acr_format("%s%.*s", strstr(url, "://") ? "" : "https://", (int)length, url);
}

const char *sign_in_tenant(void)
{
	struct application application;

	return find_proof(&application) ? application.tenant : NULL;
}

const char *sign_in_client(void)
{
	struct application application;

	return find_proof(&application) ? application.client : NULL;
}

static int account_credential(struct context *context, struct acr_transport *transport, struct acr_credential **ret,
			      struct acr_error *error)
{
	const struct acr_json *account = NULL;
	ACR_AUTO_PTR(acr_json) *elsewhere = NULL;
	int rc = context_account(context, &account, error);

	*ret = NULL;
	if (rc < 0 || !account)
		return rc;
	if (context->tenant) {
		elsewhere = acr_json_copy(account);
		acr_json_set_str(elsewhere, "tenantId", context->tenant);
		account = elsewhere;
	}
	*ret = acr_cli_profile_new(acr_client_cloud(context->client), account, settings_folder(context->settings),
				   settings_variable, transport, &context->clock);
	return 0;
}

static struct acr_credential *machine_credential(const struct context *context, struct acr_transport *transport)
{
	const char *client = settings_variable("AZURE_CLIENT_ID");
	const struct acr_managed_identity_options options = {
		.environment = settings_variable,
		.id = {client ? ACR_IDENTITY_CLIENT : ACR_IDENTITY_SYSTEM, client},
		.guess = true,
		.cache = acr_client_cache(context->client),
	};

	return acr_managed_identity_new(&options, transport, &context->clock);
}

struct acr_credential *sign_in(void *user, struct acr_transport *transport, struct acr_error *error)
{
	struct context *context = user;
	ACR_AUTO_FREE char *authority = authority_host();
	struct application application = {
		.cloud = *acr_client_cloud(context->client), .context = context, .transport = transport};
	const struct proof *proof = find_proof(&application);
	struct acr_credential *list[2];
	size_t count = 0;

	if (authority)
		application.cloud.authority = authority;
	if (proof && context->tenant)
		application.tenant = context->tenant;
	if (proof)
		return proof->make(&application, &list[0], error) < 0 ? NULL : list[0];
	if (account_credential(context, transport, &list[count], error) < 0)
		return NULL;
	count += list[count] != NULL;
	list[count++] = machine_credential(context, transport);
	return acr_chain_new(list, count);
}
