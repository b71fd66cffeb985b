/* A client puts cloud, credential, caches and transports together, each when it is first needed. */
#include <acr/client.h>
#include <acr/encode.h>

#include <stdlib.h>
#include <string.h>

#include "call/call.h"
#include "http/policy_token.h"

#define REGISTRY_AUDIENCE "https://containerregistry.azure.net"

struct acr_client {
	struct acr_credential credential;  /* in front of sign_in: asks it at the first token; must come first */
	struct acr_client_options options; /* its strings are the caller's, and not looked at again */
	struct acr_cloud cloud;
	const struct acr_clock *clock;
	char *subscription, *subscription_label, *tenant, *registry_audience, *cache_folder;
	char *change_reference;
	bool audience_chosen; /* by the user */
	char request_id[37];
	struct acr_cache *cache;
	struct acr_transport *plain;      /* retry ► trace ► curl: what sign-in itself uses */
	struct acr_transport *authorized; /* (policy token ►) auth ► plain */
	struct acr_credential *signed_in;
	struct acr_registry_auth *registry_auth;
};

static struct acr_cloud copy_cloud(const struct acr_cloud *cloud)
{
	return (struct acr_cloud){
		.name = acr_strdup(cloud->name),
		.resource_manager = acr_strdup(cloud->resource_manager),
		.authority = acr_strdup(cloud->authority),
		.audience = acr_strdup(cloud->audience),
		.graph = acr_strdup(cloud->graph),
		.registry_suffix = acr_strdup(cloud->registry_suffix),
		.storage_suffix = acr_strdup(cloud->storage_suffix),
		.vault_suffix = acr_strdup(cloud->vault_suffix),
	};
}

struct acr_client *acr_client_new(const struct acr_client_options *options)
{
	struct acr_client *client = acr_alloc(sizeof(*client));

	client->options = *options;
	client->cloud = copy_cloud(&options->cloud);
	client->clock = options->http.clock ? options->http.clock : &acr_clock_system;
	client->subscription = acr_strdup(options->subscription);
	client->tenant = acr_strdup(options->tenant);
	client->audience_chosen = options->registry_audience != NULL;
	client->registry_audience =
		acr_strdup(options->registry_audience ? options->registry_audience : REGISTRY_AUDIENCE);
	client->cache_folder = acr_strdup(options->cache_folder);
	client->change_reference = acr_strdup(options->change_reference);
	if (options->subscription && options->subscription_name)
		client->subscription_label = acr_format("%s (%s)", options->subscription_name, options->subscription);
	else
		client->subscription_label = acr_strdup(options->subscription ? options->subscription : "");
	return client;
}

void acr_client_free(struct acr_client *client)
{
	if (!client)
		return;
	acr_transport_free(client->authorized);
	if (!client->authorized)
		acr_transport_free(client->plain ? client->plain : client->options.transport);
	acr_registry_auth_free(client->registry_auth);
	acr_credential_free(client->signed_in);
	acr_cache_free(client->cache);
	acr_cloud_clear(&client->cloud);
	free(client->subscription);
	free(client->subscription_label);
	free(client->tenant);
	free(client->registry_audience);
	free(client->cache_folder);
	free(client->change_reference);
	free(client);
}

const struct acr_cloud *acr_client_cloud(const struct acr_client *client)
{
	return &client->cloud;
}

const char *acr_client_subscription(const struct acr_client *client)
{
	return client->subscription;
}

const char *acr_client_tenant(const struct acr_client *client)
{
	return client->tenant;
}

const char *acr_client_subscription_label(const struct acr_client *client)
{
	return client->subscription_label;
}

const struct acr_clock *acr_client_clock(const struct acr_client *client)
{
	return client->clock;
}

const char *client_request_id(struct acr_client *client)
{
	/* One for the whole command, as az does; made when the first request needs it. */
	if (!client->request_id[0])
		acr_uuid(client->request_id);
	return client->request_id;
}

void client_warn(const struct acr_client *client, const char *line)
{
	if (client->options.warn)
		client->options.warn(client->options.user, line);
}

struct acr_cache *acr_client_cache(struct acr_client *client)
{
	if (!client->cache)
		client->cache =
			acr_cache_new(client->cache_folder, client->clock, client->options.warn, client->options.user);
	return client->cache;
}

static struct acr_transport *plain_transport(struct acr_client *client)
{
	if (!client->plain) {
		struct acr_transport *transport = client->options.transport;

		if (!transport)
			transport = acr_transport_curl(&client->options.http);
		if (client->options.trace)
			transport = acr_trace_new(transport, client->options.trace, client->options.user);
		client->plain = acr_retry_new(transport, &client->options.retry, client->clock);
	}
	return client->plain;
}

static int sign_in(struct acr_client *client, struct acr_error *error)
{
	struct acr_credential *credential;

	if (client->signed_in)
		return 0;
	credential = client->options.sign_in
			     ? client->options.sign_in(client->options.sign_in_user, plain_transport(client), error)
			     : NULL;
	if (!credential)
		return error && error->code
			       ? error->code
			       : acr_fail(error, ACR_ERROR_SIGN_IN, "Please run 'az login' to setup account.");
	client->signed_in = acr_caching_new(credential, acr_client_cache(client), client->clock);
	return 0;
}

static int lazy_get(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
		    struct acr_error *error)
{
	struct acr_client *client = (struct acr_client *)credential;
	int rc = sign_in(client, error);

	return rc < 0 ? rc : client->signed_in->get(client->signed_in, resource, claims, ret, error);
}

/* Cached registry tokens belong to an account, so it must be known whose they are before one is used. */
static int lazy_prepare(struct acr_credential *credential, struct acr_error *error)
{
	struct acr_client *client = (struct acr_client *)credential;
	int rc = sign_in(client, error);

	if (rc == 0 && client->signed_in->prepare)
		rc = client->signed_in->prepare(client->signed_in, error);
	if (rc == 0)
		credential->cache_key = client->signed_in->cache_key;
	return rc;
}

struct acr_registry_auth *acr_client_registry_auth(struct acr_client *client)
{
	acr_client_transport(client);
	return client->registry_auth;
}

/* Which audience registries accept Azure tokens for: their own, and in older registries that of management. Clouds of
 * one's own (Azure Stack and its like) need not know the registries' audience, so there management's comes first. */
static void choose_audiences(const struct acr_client *client, const char **first, const char **second)
{
	bool own_cloud = !client->audience_chosen && !client->cloud.registry_suffix;

	*first = own_cloud ? client->cloud.audience : client->registry_audience;
	*second = own_cloud ? client->registry_audience : client->cloud.audience;
}

struct acr_transport *acr_client_transport(struct acr_client *client)
{
	if (!client->authorized) {
		struct acr_transport *plain = plain_transport(client);
		const char *first, *second;

		choose_audiences(client, &first, &second);
		client->credential = (struct acr_credential){
			.name = "signed-in account", .get = lazy_get, .prepare = lazy_prepare, .cache_key = ""};
		client->registry_auth = acr_registry_auth_new(plain, &client->credential, client->tenant, first, second,
							      acr_client_cache(client), client->clock);
		client->authorized =
			acr_auth_new(plain, &client->credential, client->cloud.audience, client->registry_auth);
		if (client->options.policy_token || client->change_reference)
			client->authorized = policy_token_new(client->authorized, client->cloud.resource_manager,
							      client->subscription, client->change_reference);
	}
	return client->authorized;
}

int acr_client_token(struct acr_client *client, const char *resource, struct acr_token *ret, struct acr_error *error)
{
	acr_client_transport(client);
	return client->credential.get(&client->credential, resource, NULL, ret, error);
}
