/* acr import: where the image comes from, and what it is called here. */
#include <acr/image.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "opttype.h"
#include "target.h"
#include "run/run.h"

static int check_targets(struct context *context, struct acr_error *error)
{
	const struct acr_json *item;
	int rc = 0;

	for (item = acr_json_first(args_value(context->args, "image")); rc == 0 && item; item = acr_json_next(item)) {
		ACR_AUTO(acr_image) image = {0};

		rc = acr_image_parse(acr_json_string(item), false, &image, error);
		if (rc == 0 && image.digest)
			rc = acr_fail(error, ACR_ERROR_GENERAL,
				      "An image cannot be imported as '%s': a digest follows from its content. Give "
				      "'name:tag'.",
				      acr_json_string(item));
	}
	return rc;
}

static int check_tenant(struct context *context, struct acr_error *error)
{
	const char *registry = args_string(context->args, "source-registry");
	const struct acr_json *account;
	const char *user;
	int rc;

	if (!args_string(context->args, "registry-tenant"))
		return 0;
	if (!registry || !opttype_is_resource_id(registry) ||
	    !strcasestr(registry, "/providers/Microsoft.ContainerRegistry/registries/"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"--registry-tenant needs --registry with the resource id of a registry: "
				"/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/"
				"Microsoft.ContainerRegistry/registries/NAME.");
	/* A service principal of the environment signs in to any tenant that knows it. */
	if (settings_variable("AZURE_CLIENT_SECRET"))
		return 0;
	if ((rc = settings_account(context->settings, context->args->global.subscription, &account, error)) < 0)
		return rc;
	user = acr_json_str(account, "/user/name");
	if ((user && (!strcmp(user, "systemAssignedIdentity") || !strcmp(user, "userAssignedIdentity"))) ||
	    acr_json_true(account, "/user/cloudShellID"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"--registry-tenant needs somebody who can sign in to another tenant; managed "
				"identities and Cloud Shell cannot.");
	return 0;
}

int import_check(struct context *context, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *source = args_string(args, "source");
	size_t host = strcspn(source, "/");
	int rc;

	if (!args_string(args, "source-registry")) {
		if (!host || !source[host] || !source[host + 1])
			return acr_fail(error, ACR_ERROR_GENERAL,
					"Source cannot be found. Please provide a valid image and source registry "
					"or a fully qualified source, such as docker.io/library/hello-world:latest.");
		if (!memchr(source, '.', host) && !memchr(source, ':', host))
			return acr_fail(error, ACR_ERROR_GENERAL,
					"Login server of the registry is not valid because it is not a fully "
					"qualified domain name: '%.*s'. For images of Docker Hub put docker.io/ in "
					"front.",
					(int)host, source);
	}
	rc = check_targets(context, error);
	return rc < 0 ? rc : check_tenant(context, error);
}

/* A regional endpoint stands for its registry: NAME.REGION.geo.azurecr.io → NAME.azurecr.io. Other hosts are as they
 * were. Yours to free(). */
static char *global_host(struct context *context, const char *host)
{
	const char *suffix = acr_client_cloud(context->client)->registry_suffix;
	ACR_AUTO_FREE char *tail = acr_format(".geo%s", suffix ? suffix : "");
	size_t length = strlen(host), tail_length = strlen(tail), name = strcspn(host, ".");
	size_t rest = length > tail_length ? length - tail_length : 0;
	char *global, *c;

	if (!suffix || name < 1 || rest < name + 2 || strcasecmp(host + rest, tail) != 0 ||
	    memchr(host + name + 1, '.', rest - name - 1))
		return acr_strdup(host);
	global = acr_format("%.*s%s", (int)name, host, suffix);
	for (c = global; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	io_warn(context->io,
		"'%s' is a regional endpoint: the image is imported from the registry's home region, as '%s'.", host,
		global);
	return global;
}

/* The registry of this subscription that has the login server, or (with `name`) the name. */
static int find_registry(struct context *context, const char *server, const char *name, struct acr_json **ret,
			 struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *list = NULL;
	const struct acr_json *item, *match = NULL;
	size_t matches = 0;
	int rc = context_call(context, &acr_op_registry_list, &params, NULL, &list, error);

	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	for (item = acr_json_first(list); item; item = acr_json_next(item)) {
		const char *own_server = acr_json_str(item, "/properties/loginServer"),
			   *own = acr_json_str(item, "/name");

		if ((own_server && !strcasecmp(own_server, server)) || (name && own && !strcasecmp(own, name))) {
			match = item;
			matches++;
		}
	}
	if (matches > 1)
		io_warn(context->io, "More than one registries were found by %s.", server);
	*ret = matches == 1 ? acr_json_copy(match) : NULL;
	return 0;
}

/* A registry of Azure, given by id, name or login server. */
static int from_azure(struct context *context, const char *given, struct acr_json *source, struct acr_error *error)
{
	const char *image = args_string(context->args, "source"), *server;
	ACR_AUTO_PTR(acr_json) *registry = NULL;
	ACR_AUTO_FREE char *host = NULL;
	size_t length;
	int rc;

	if (opttype_is_resource_id(given)) {
		acr_json_set_str(source, "resourceId", given);
		acr_json_set_str(source, "sourceImage", image);
		return 0;
	}
	host = global_host(context, given);
	if ((rc = find_registry(context, host, given, &registry, error)) < 0)
		return rc;
	if (!registry)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"The source container registry '%s' can not be found in the current subscription. "
				"Please provide a valid address and/or credentials, or its resource id.",
				given);
	server = acr_json_str(registry, "/properties/loginServer");
	length = server ? strlen(server) : 0;
	if (length && !strncasecmp(image, server, length) && image[length] == '/') {
		io_warn(context->io,
			"The login server name of \"%s\" in the \"--source\" argument will be ignored as "
			"\"--registry\" "
			"already supplies the same information",
			server);
		image += length + 1;
	}
	acr_json_set_str(source, "resourceId", acr_json_str(registry, "/id"));
	acr_json_set_str(source, "sourceImage", image);
	return 0;
}

/* Whether a registry of this subscription can have that login server. */
static bool may_be_azure(struct context *context, const char *host)
{
	const char *suffix = acr_client_cloud(context->client)->registry_suffix;
	size_t length = strlen(host), own = suffix ? strlen(suffix) : 0;

	return !suffix || (length > own && !strcasecmp(host + length - own, suffix));
}

static int from_host(struct context *context, struct acr_json *source, struct acr_error *error)
{
	const char *image = args_string(context->args, "source"), *password = args_string(context->args, "password");
	const char *username = args_string(context->args, "username");
	ACR_AUTO_FREE char *given = acr_strndup(image, strcspn(image, "/"));
	ACR_AUTO_FREE char *host = global_host(context, given);
	ACR_AUTO_PTR(acr_json) *registry = NULL;
	int rc;

	if (!password && may_be_azure(context, host) && (rc = find_registry(context, host, NULL, &registry, error)) < 0)
		return rc;
	if (registry)
		acr_json_set_str(source, "resourceId", acr_json_str(registry, "/id"));
	else
		acr_json_set_str(source, "registryUri", host);
	acr_json_set_str(source, "sourceImage", image + strlen(given) + 1);
	if (password) {
		struct acr_json *credentials = acr_json_new_object();

		if (username)
			acr_json_set_str(credentials, "username", username);
		acr_json_set_str(credentials, "password", password);
		acr_json_set(source, "credentials", credentials);
	}
	return 0;
}

/* A token of the other tenant, beside our own: the service uses whichever has the right to read the source. */
static int add_tenant(struct context *context, struct acr_params *params, struct acr_error *error)
{
	struct acr_token token = {0};
	struct acr_client *client;
	struct context other;
	int rc;

	context_init(&other, context->io, context->args, context->settings);
	other.tenant = args_string(context->args, "registry-tenant");
	if ((rc = context_client(&other, &client, error)) == 0)
		rc = acr_client_token(client, acr_client_cloud(client)->audience, &token, error);
	if (rc == 0) {
		ACR_AUTO_FREE char *bearer = acr_format("Bearer %s", token.secret);

		params->headers = acr_json_new_object();
		acr_json_set_str(params->headers, "x-ms-authorization-auxiliary", bearer);
	}
	acr_token_clear(&token);
	context_clear(&other);
	return rc;
}

static void add_targets(struct context *context, const char *image, struct acr_json *body)
{
	const struct acr_json *tags = args_value(context->args, "image");
	const struct acr_json *repositories = args_value(context->args, "repository");

	if (tags) {
		acr_json_set(body, "targetTags", acr_json_copy(tags));
	} else if (!repositories) {
		struct acr_json *list = acr_json_new_array();

		acr_json_append(list, acr_json_new_string_length(image, strcspn(image, "@")));
		acr_json_set(body, "targetTags", list);
	}
	if (repositories)
		acr_json_set(body, "untaggedTargetRepositories", acr_json_copy(repositories));
	acr_json_set_str(body, "mode", args_flag(context->args, "force") ? "Force" : "NoForce");
}

int import_prepare(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const char *given = args_string(context->args, "source-registry");
	struct acr_json *source = acr_json_new_object();
	const struct acr_registry *target;
	int rc;

	params->body = acr_json_new_object();
	acr_json_set(params->body, "source", source);
	if ((rc = context_registry(context, &target, error)) < 0)
		return rc;
	rc = given ? from_azure(context, given, source, error) : from_host(context, source, error);
	if (rc < 0)
		return rc;
	add_targets(context, acr_json_str(source, "/sourceImage"), params->body);
	if (args_flag(context->args, "no-wait"))
		io_warn(context->io, "Import has started. Due to no-wait option, failures will not be reflected.");
	return args_string(context->args, "registry-tenant") ? add_tenant(context, params, error) : 0;
}
