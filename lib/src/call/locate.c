/* Registry name → resource id, resource group, location, login server. */
#include "call.h"

#include <acr/ops.h>

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REGISTRY_TYPE "Microsoft.ContainerRegistry/registries"
/* Short, since another registry may get the address. */
#define LOGIN_SERVER_LIFETIME (60 * 60)
#define LOGIN_SERVER_KIND "login-server"

void acr_registry_clear(struct acr_registry *registry)
{
	free(registry->id);
	free(registry->listed_id);
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

static char *lowered(char *text)
{
	char *c;

	for (c = text; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return text;
}

/* The group in a resource id, in lower case: that is how az goes on with a registry it searched for. */
static char *group_of(const char *id)
{
	const char *at = id ? strcasestr(id, "/resourcegroups/") : NULL;

	if (!at)
		return NULL;
	at += strlen("/resourcegroups/");
	return lowered(acr_strndup(at, strcspn(at, "/")));
}

static int not_found(const struct acr_client *client, const char *name, struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_GENERAL,
			"The resource with name '%s' and type '" REGISTRY_TYPE
			"' could not be found in subscription '%s'.",
			name, acr_client_subscription_label(client));
}

/* The one item of a list that has the name. */
static int find_by_name(const struct acr_client *client, const struct acr_json *list, const char *name,
			const struct acr_json **ret, struct acr_error *error)
{
	const struct acr_json *item, *match = NULL;

	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *candidate = acr_json_str(item, "/name");

		if (!candidate || strcasecmp(candidate, name) != 0)
			continue;
		if (match)
			return acr_fail(error, ACR_ERROR_GENERAL,
					"More than one resources with type '" REGISTRY_TYPE
					"' are found with name '%s'.",
					name);
		match = item;
	}
	if (!match)
		return not_found(client, name, error);
	*ret = match;
	return 0;
}

static int search(struct acr_client *client, const char *name, struct acr_registry *ret, struct acr_error *error)
{
	struct acr_params params = {.query = acr_json_new_object()};
	ACR_AUTO_PTR(acr_json) *list = NULL;
	const struct acr_json *match;
	ACR_AUTO_FREE char *group = NULL;
	int rc;

	acr_json_set_str(params.query, "$filter", "resourceType eq '" REGISTRY_TYPE "'");
	rc = acr_call(client, &acr_op_resource_list, &params, NULL, &list, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	if ((rc = find_by_name(client, list, name, &match, error)) < 0)
		return rc;
	group = group_of(acr_json_str(match, "/id"));
	if (!group)
		return acr_fail(error, ACR_ERROR_SERVICE,
				"The service does not say in which resource group '%s' is. Give "
				"--resource-group.",
				name);
	*ret = (struct acr_registry){
		.id = registry_id(client, group, name),
		.listed_id = acr_strdup(acr_json_str(match, "/id")),
		.name = acr_strdup(name),
		.resource_group = TAKE(group),
		.location = acr_strdup(acr_json_str(match, "/location")),
		.sku = acr_strdup(acr_json_str(match, "/sku/name")),
	};
	return 0;
}

/* A login server instead of a name: the list of registries tells whose it is. In a group that was given no other
 * group's registry is meant. */
static int search_login_server(struct acr_client *client, const char *server, const char *group,
			       struct acr_registry *ret, struct acr_error *error)
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
		ACR_AUTO_FREE char *its_group = group_of(id);
		if (group && *group && (!its_group || strcasecmp(its_group, group) != 0))
			continue;
		*ret = (struct acr_registry){
			.id = acr_strdup(id),
			.name = acr_strdup(acr_json_str(item, "/name")),
			.resource_group = TAKE(its_group),
			.location = acr_strdup(acr_json_str(item, "/location")),
			.sku = acr_strdup(acr_json_str(item, "/sku/name")),
			.login_server = acr_strdup(candidate),
		};
		return 0;
	}
	if (group && *group)
		return acr_fail(error, ACR_ERROR_NOT_FOUND,
				"No registry with the login server '%s' could be found in resource group '%s'.", server,
				group);
	return acr_fail(error, ACR_ERROR_GENERAL,
			"No registry with the login server '%s' could be found in subscription '%s'.", server,
			acr_client_subscription_label(client));
}

int acr_locate(struct acr_client *client, const char *name, const char *resource_group, struct acr_registry *ret,
	       struct acr_error *error)
{
	if (!acr_client_subscription(client))
		return call_no_subscription(error);
	if (strpbrk(name, ".:"))
		return search_login_server(client, name, resource_group, ret, error);
	if (!resource_group || !*resource_group)
		return search(client, name, ret, error);
	*ret = (struct acr_registry){
		.id = registry_id(client, resource_group, name),
		.name = acr_strdup(name),
		.resource_group = acr_strdup(resource_group),
	};
	return 0;
}

/* One request finds the registry: itself where its group is known, else the list of all. *ret is lent by *answer. */
static int ask_registry(struct acr_client *client, const char *name, const char *group, struct acr_json **answer,
			const struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	int rc;

	if (!group || !*group) {
		rc = acr_call(client, &acr_op_registry_list, NULL, NULL, answer, error);
		return rc < 0 ? rc : find_by_name(client, *answer, name, ret, error);
	}
	ACR_AUTO_FREE char *id = registry_id(client, group, name);
	params.path = acr_json_new_object();
	acr_json_set_str(params.path, "registryId", id);
	rc = acr_call(client, &acr_op_registry_show, &params, NULL, answer, error);
	acr_params_clear(&params);
	*ret = *answer;
	return rc;
}

static int ask_login_server(struct acr_client *client, const char *name, const char *group, char **ret,
			    struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	const struct acr_json *registry = NULL;
	const char *server;
	int rc = ask_registry(client, name, group, &answer, &registry, error);

	if (rc < 0)
		return rc;
	server = acr_json_str(registry, "/properties/loginServer");
	if (!server || !*server)
		return acr_fail(error, ACR_ERROR_SERVICE, "The registry '%s' has no login server yet. Try again later.",
				name);
	*ret = acr_strdup(server);
	return 0;
}

static char *cache_key(const struct acr_client *client, const char *name)
{
	const char *subscription = acr_client_subscription(client);

	return lowered(acr_format("%s %s %s", acr_client_cloud(client)->resource_manager,
				  subscription ? subscription : "", name));
}

/* Registries with a domain name label may have the same name in several groups. */
static bool same_group(const char *a, const char *b)
{
	return !strcasecmp(a ? a : "", b ? b : "");
}

static char *kept_login_server(struct acr_client *client, const char *name, const char *resource_group)
{
	ACR_AUTO_FREE char *key = cache_key(client, name);
	ACR_AUTO_PTR(acr_json) *kept = acr_cache_get(acr_client_cache(client), LOGIN_SERVER_KIND, key, 0);

	if (!same_group(acr_json_str(kept, "/resourceGroup"), resource_group))
		return NULL;
	return acr_strdup(acr_json_str(kept, "/loginServer"));
}

void acr_login_server_keep(struct acr_client *client, const char *name, const char *resource_group, const char *server)
{
	const struct acr_clock *clock = acr_client_clock(client);
	ACR_AUTO_FREE char *key = cache_key(client, name);
	ACR_AUTO_PTR(acr_json) *value = acr_json_new_object();

	acr_json_set_str(value, "loginServer", server);
	acr_json_set_str(value, "resourceGroup", resource_group);
	acr_cache_put(acr_client_cache(client), LOGIN_SERVER_KIND, key, value,
		      clock->now(clock) + LOGIN_SERVER_LIFETIME);
}

void acr_login_server_forget(struct acr_client *client, const char *name)
{
	ACR_AUTO_FREE char *key = cache_key(client, name);

	acr_cache_drop(acr_client_cache(client), LOGIN_SERVER_KIND, key);
}

int acr_login_server(struct acr_client *client, const char *name, const char *suffix, const char *resource_group,
		     char **ret, struct acr_error *error)
{
	const char *cloud_suffix = acr_client_cloud(client)->registry_suffix;
	char *server = cloud_suffix && suffix ? NULL : kept_login_server(client, name, resource_group);
	int rc;

	if (!server && cloud_suffix)
		server = lowered(acr_format("%s%s%s", name, suffix ? suffix : "", cloud_suffix));
	if (server) {
		*ret = server;
		return 0;
	}
	if (!acr_client_subscription(client))
		return call_no_subscription(error);
	if ((rc = ask_login_server(client, name, resource_group, ret, error)) < 0)
		return rc;
	acr_login_server_keep(client, name, resource_group, *ret);
	return 0;
}
