/* Registry name → resource id, resource group, location, login server. */
#include <acr/client.h>
#include <acr/ops.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REGISTRY_TYPE "Microsoft.ContainerRegistry/registries"
#define LOGIN_SERVER_LIFETIME (24 * 60 * 60)

void acr_registry_clear(struct acr_registry *registry)
{
	free(registry->id);
	free(registry->name);
	free(registry->resource_group);
	free(registry->location);
	free(registry->sku);
	free(registry->login_server);
	*registry = (struct acr_registry){0};
}

static char *registry_id(struct acr_client *client, const char *group, const char *name)
{
	return acr_format("/subscriptions/%s/resourceGroups/%s/providers/" REGISTRY_TYPE "/%s",
	                  acr_client_subscription(client), group, name);
}

static char *copy_or_null(const char *text)
{
	return text ? acr_strdup(text) : NULL;
}

/* The group in a resource id, in lower case: that is how az goes on with a registry it searched for. */
static char *group_of(const char *id)
{
	const char *at = id ? strcasestr(id, "/resourcegroups/") : NULL;
	char *group, *c;

	if (!at)
		return NULL;
	at += strlen("/resourcegroups/");
	group = acr_strndup(at, strcspn(at, "/"));
	for (c = group; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return group;
}

static int no_subscription(struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_SIGN_IN, "Please run 'az login' to setup account, or set AZURE_SUBSCRIPTION_ID.");
}

static int search(struct acr_client *client, const char *name, struct acr_registry *ret, struct acr_error *error)
{
	struct acr_params params = {.query = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *list = NULL;
	const struct acr_json *item, *match = NULL;
	size_t matches = 0;
	int rc;

	acr_json_set_str(params.query, "$filter", "resourceType eq '" REGISTRY_TYPE "'");
	rc = acr_call(client, &acr_op_resource_list, &params, NULL, &list, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *candidate = acr_json_str(item, "/name");

		if (candidate && !strcasecmp(candidate, name)) {
			match = item;
			matches++;
		}
	}
	if (matches > 1)
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "More than one resources with type '" REGISTRY_TYPE "' are found with name '%s'.", name);
	if (!match)
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "The resource with name '%s' and type '" REGISTRY_TYPE
		                "' could not be found in subscription '%s'.",
		                name, acr_client_subscription_label(client));
	*ret = (struct acr_registry){
		.name = acr_strdup(name),
		.resource_group = group_of(acr_json_str(match, "/id")),
		.location = copy_or_null(acr_json_str(match, "/location")),
		.sku = copy_or_null(acr_json_str(match, "/sku/name")),
	};
	ret->id = registry_id(client, ret->resource_group ? ret->resource_group : "", name);
	return 0;
}

/* A login server instead of a name: the list of registries tells whose it is. */
static int search_login_server(struct acr_client *client, const char *server, struct acr_registry *ret,
                               struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = NULL;
	const struct acr_json *item;
	int rc = acr_call(client, &acr_op_registry_list, NULL, NULL, &list, error);

	if (rc < 0)
		return rc;
	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *candidate = acr_json_str(item, "/properties/loginServer"), *id = acr_json_str(item, "/id");

		if (!candidate || !id || strcasecmp(candidate, server) != 0)
			continue;
		*ret = (struct acr_registry){
			.id = acr_strdup(id),
			.name = copy_or_null(acr_json_str(item, "/name")),
			.resource_group = group_of(id),
			.location = copy_or_null(acr_json_str(item, "/location")),
			.sku = copy_or_null(acr_json_str(item, "/sku/name")),
			.login_server = acr_strdup(candidate),
		};
		return 0;
	}
	return acr_fail(error, ACR_ERROR_GENERAL, "No registry with the login server '%s' could be found in subscription '%s'.",
	                server, acr_client_subscription_label(client));
}

int acr_locate(struct acr_client *client, const char *name, const char *resource_group, struct acr_registry *ret,
               struct acr_error *error)
{
	if (!acr_client_subscription(client))
		return no_subscription(error);
	if (strpbrk(name, ".:"))
		return search_login_server(client, name, ret, error);
	if (!resource_group || !*resource_group)
		return search(client, name, ret, error);
	*ret = (struct acr_registry){
		.id = registry_id(client, resource_group, name),
		.name = acr_strdup(name),
		.resource_group = acr_strdup(resource_group),
	};
	return 0;
}

/* One request finds the login server: the registry itself where its group is known, else the list of all. */
static int ask_login_server(struct acr_client *client, const char *name, const char *group, char **ret,
                            struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	struct acr_params params = {.path = acr_json_new_object()};
	const struct acr_json *item;
	const char *server = NULL;
	int rc;

	if (group && *group) {
		ACR_AUTO_FREE char *id = registry_id(client, group, name);

		acr_json_set_str(params.path, "registryId", id);
		rc = acr_call(client, &acr_op_registry_show, &params, NULL, &answer, error);
		server = rc < 0 ? NULL : acr_json_str(answer, "/properties/loginServer");
	} else {
		rc = acr_call(client, &acr_op_registry_list, &params, NULL, &answer, error);
		for (item = rc < 0 ? NULL : acr_json_first(answer); item && !server; item = acr_json_next(item)) {
			const char *candidate = acr_json_str(item, "/name");

			if (candidate && !strcasecmp(candidate, name))
				server = acr_json_str(item, "/properties/loginServer");
		}
	}
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	if (!server)
		return acr_fail(error, ACR_ERROR_GENERAL,
		                "The resource with name '%s' and type '" REGISTRY_TYPE
		                "' could not be found in subscription '%s'.",
		                name, acr_client_subscription_label(client));
	*ret = acr_strdup(server);
	return 0;
}

static char *cache_key(struct acr_client *client, const char *name)
{
	char *key = acr_format("%s %s %s", acr_client_cloud(client)->resource_manager,
	                       acr_client_subscription(client) ? acr_client_subscription(client) : "", name);
	char *c;

	for (c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return key;
}

void acr_login_server_forget(struct acr_client *client, const char *name)
{
	ACR_AUTO_FREE char *key = cache_key(client, name);

	acr_cache_drop(acr_client_cache(client), "login-server", key);
}

int acr_login_server(struct acr_client *client, const char *name, const char *suffix, const char *resource_group,
                     char **ret, struct acr_error *error)
{
	const struct acr_cloud *cloud = acr_client_cloud(client);
	const struct acr_clock *clock = acr_client_clock(client);
	ACR_AUTO_FREE char *key = cache_key(client, name);
	ACR_AUTO_PTR(acr_json) *cached = NULL;
	int rc;

	if (cloud->registry_suffix) {
		char *server = acr_format("%s%s%s", name, suffix ? suffix : "", cloud->registry_suffix), *c;

		for (c = server; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		*ret = server;
		return 0;
	}
	cached = acr_cache_get(acr_client_cache(client), "login-server", key, 0);
	if (acr_json_string(cached)) {
		*ret = acr_strdup(acr_json_string(cached));
		return 0;
	}
	if (!acr_client_subscription(client))
		return no_subscription(error);
	if ((rc = ask_login_server(client, name, resource_group, ret, error)) < 0)
		return rc;
	cached = acr_json_new_string(*ret);
	acr_cache_put(acr_client_cache(client), "login-server", key, cached, clock->now(clock) + LOGIN_SERVER_LIFETIME);
	return 0;
}
