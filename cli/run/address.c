/* Images named by their registry and name, or by their address. */
#include <stdlib.h>
#include <string.h>

#include "registry_name.h"
#include "run/image.h"

static const char *const id_examples[] = {
	[IMAGE_REPOSITORY] = "repository id such as 'myregistry.azurecr.io/hello-world'",
	[IMAGE_TAG] = "repository id such as 'myregistry.azurecr.io/hello-world' or "
		      "'myregistry.azurecr.io/hello-world:latest'",
	[IMAGE_ANY] = "manifest id such as 'myregistry.azurecr.io/hello-world:latest' or "
		      "'myregistry.azurecr.io/hello-world@sha256:abc123'",
};

const char *image_given_id(const struct context *context)
{
	return acr_json_string(acr_json_first(args_value(context->args, "id")));
}

/* Take apart "login.server/repository", with or without "https://" in front; *name points into `id`. */
static int split_id(struct context *context, const char *id, enum image_parts parts, const char **name,
		    struct acr_error *error)
{
	const char *start = strncmp(id, "https://", 8) ? id : id + 8;
	const char *slash = strchr(start, '/');
	ACR_AUTO_FREE char *server = slash ? acr_strndup(start, (size_t)(slash - start)) : NULL;
	struct acr_client *client;
	int rc;

	if (!slash || slash == start || !slash[1])
		return acr_fail(error, ACR_ERROR_GENERAL, "'%s' is not a %s.", id, id_examples[parts]);
	if ((rc = context_client(context, &client, error)) < 0 ||
	    (rc = registry_name_check_server(server, acr_client_cloud(client), error)) < 0)
		return rc;
	context->login_server = TAKE(server);
	*name = slash + 1;
	return 0;
}

static int parse(const char *name, enum image_parts parts, struct acr_image *ret, struct acr_error *error)
{
	int rc;

	if (parts == IMAGE_REPOSITORY && (rc = image_check_repository(name, error)) < 0)
		return rc;
	if (parts == IMAGE_TAG && strchr(name, '@'))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"'%s' names a digest; a tag, or nothing, may follow the repository.", name);
	if ((rc = acr_image_parse(name, false, ret, error)) < 0)
		return rc;
	if (parts != IMAGE_ANY && !strchr(name, ':')) {
		free(ret->tag);
		ret->tag = NULL;
	}
	return 0;
}

int image_from_name_or_id(struct context *context, enum image_parts parts, struct acr_image *ret,
			  struct acr_error *error)
{
	const char *id = image_given_id(context), *name = args_string(context->args, "name");
	int rc;

	if (id && name)
		return acr_fail(error, ACR_ERROR_GENERAL, "Give either --registry and --name, or a %s.",
				id_examples[parts]);
	if (!id && (!name || !args_string(context->args, "registry")))
		return acr_fail(error, ACR_ERROR_GENERAL, "Give --registry and --name, or a %s.", id_examples[parts]);
	if (id && (rc = split_id(context, id, parts, &name, error)) < 0)
		return rc;
	return parse(name, parts, ret, error);
}
