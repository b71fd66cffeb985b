/* Container instances, as far as `az container create` shows them. Nothing runs; but the image's registry is asked
 * whether it would give the image to these credentials, as the service does. */
#include "directory.h"
#include "resource_id.h"

#include <string.h>
#include <strings.h>

#define TYPE "Microsoft.ContainerInstance/containerGroups"

/* The registry with that login server; NULL when it is none of the emulator's. */
static struct acr_json *registry_at(const char *server)
{
	ACR_AUTO_PTR(acr_json) *all = store_list_type(EVERYWHERE, "Microsoft.ContainerRegistry/registries");
	for (const struct acr_json *item = acr_json_first(all); item; item = acr_json_next(item)) {
		const char *own = acr_json_str(item, "/properties/loginServer");
		if (own && !strcasecmp(own, server))
			return acr_json_copy(item);
	}
	return NULL;
}

static bool credential_fits(const struct acr_json *registry, const struct acr_json *body, const char *server)
{
	if (acr_json_true(registry, "/properties/anonymousPullEnabled"))
		return true;
	const struct acr_json *item = acr_json_first(acr_json_at(body, "/properties/imageRegistryCredentials"));
	for (; item; item = acr_json_next(item)) {
		const char *own = acr_json_str(item, "/server"), *username = acr_json_str(item, "/username");
		const char *password = acr_json_str(item, "/password");
		if (own && username && password && !strcasecmp(own, server))
			return directory_secret_valid(username, password) ||
			       registry_password_valid(acr_json_str(registry, "/id"), username, password, NULL);
	}
	return false;
}

/* False, and answered, when an image of one of the emulator's registries could not be pulled. */
static bool check_image(struct arm_request *request, const struct acr_json *container)
{
	const char *image = acr_json_str(container, "/properties/image");
	const char *slash = image ? strchr(image, '/') : NULL;
	if (!slash)
		return true;
	ACR_AUTO_FREE char *server = acr_strndup(image, (size_t)(slash - image));
	ACR_AUTO_PTR(acr_json) *registry = registry_at(server);
	if (!registry)
		return true;
	const char *colon = strrchr(slash, ':');
	size_t length = colon ? (size_t)(colon - slash - 1) : strlen(slash + 1);
	ACR_AUTO_FREE char *repository = acr_strndup(slash + 1, length);
	bool by_digest = strchr(slash, '@') != NULL;
	if (credential_fits(registry, request->body, server) &&
	    (by_digest || registry_has_tag(acr_json_str(registry, "/id"), repository, colon ? colon + 1 : "latest")))
		return true;
	reply_error(request->exchange, 400, "InaccessibleImage",
		    "The image '%s' in container group '%s' is not accessible. Please check the image and registry "
		    "credential.",
		    image, request->name);
	return false;
}

/* What is secret does not come back; what the service adds does. */
static void complete(struct acr_json *properties)
{
	struct acr_json *item = acr_json_first(acr_json_get(properties, "imageRegistryCredentials"));
	for (; item; item = acr_json_next(item))
		acr_json_remove(item, "password");
	for (item = acr_json_first(acr_json_get(properties, "containers")); item; item = acr_json_next(item)) {
		struct acr_json *variable = acr_json_first(acr_json_at(item, "/properties/environmentVariables"));
		for (; variable; variable = acr_json_next(variable))
			acr_json_remove(variable, "secureValue");
		acr_json_set(acr_json_get(item, "properties"), "instanceView",
			     json_build("{'restartCount':0,'currentState':{'state':'Running','detailStatus':''}}"));
	}
	if (acr_json_is(acr_json_get(properties, "ipAddress"), ACR_JSON_OBJECT))
		acr_json_set_str(acr_json_get(properties, "ipAddress"), "ip", "127.0.0.1");
	acr_json_set(properties, "instanceView", json_build("{'events':[],'state':'Running'}"));
}

static void put_container(struct arm_request *request)
{
	struct acr_json *properties = acr_json_get(request->body, "properties");
	const struct acr_json *item = acr_json_first(acr_json_get(properties, "containers"));
	if (!item) {
		reply_error(request->exchange, 400, "MissingContainers",
			    "The containers in the container group are "
			    "missing.");
		return;
	}
	for (; item; item = acr_json_next(item))
		if (!check_image(request, item))
			return;
	complete(properties);
	arm_generic(request);
}

const struct arm_route container_routes[] = {
	{"PUT", TYPE, NULL, put_container},
	{0},
};
