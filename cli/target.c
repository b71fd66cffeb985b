/* What a command is about of that which a registry holds: read from the arguments, and resolved to a digest. */
#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "opttype.h"

#define MANIFEST_ADDRESS                                                                                               \
	"manifest id such as 'myregistry.azurecr.io/hello-world:latest' or "                                           \
	"'myregistry.azurecr.io/hello-world@sha256:abc123'"

/* What may stand in the name of each kind of target. */
static const struct reading {
	bool tag, digest;
	bool latest;         /* the tag when there is none */
	const char *address; /* how one looks */
} readings[] = {
	[TARGET_REPOSITORY] = {.address = "repository id such as 'myregistry.azurecr.io/hello-world'"},
	[TARGET_TAGS] = {.tag = true,
			 .address = "repository id such as 'myregistry.azurecr.io/hello-world' or "
				    "'myregistry.azurecr.io/hello-world:latest'"},
	[TARGET_TAG] = {.tag = true,
			.latest = true,
			.address = "tag's id such as 'myregistry.azurecr.io/hello-world:latest'"},
	[TARGET_ARTIFACT] = {.tag = true, .digest = true, .latest = true, .address = MANIFEST_ADDRESS},
	[TARGET_MANIFEST] = {.tag = true, .digest = true, .latest = true, .address = MANIFEST_ADDRESS},
};

static int parse(const char *name, const struct reading *reading, struct acr_image *ret, struct acr_error *error)
{
	int rc;

	if (!reading->tag && strpbrk(name, ":@"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"'%s' names an image; a repository is wanted, without tag or digest.", name);
	if (!reading->digest && strchr(name, '@'))
		return acr_fail(error, ACR_ERROR_GENERAL,
				reading->latest ? "The name of the image may include a tag in the format 'name:tag'; "
						  "'%s' names a digest."
						: "'%s' names a digest; a tag, or nothing, may follow the repository.",
				name);
	if ((rc = acr_image_parse(name, false, ret, error)) < 0)
		return rc;
	if (!reading->latest && !strchr(name, ':')) {
		free(ret->tag);
		ret->tag = NULL;
	}
	return 0;
}

const char *target_address(const struct context *context)
{
	return acr_json_string(acr_json_first(args_value(context->args, "id")));
}

static const char *skip_scheme(const char *address)
{
	return strncmp(address, "https://", 8) ? address : address + 8;
}

/* What follows the login server; NULL when there is nothing, or no server. */
static const char *name_in(const char *address)
{
	const char *start = skip_scheme(address), *slash = strchr(start, '/');

	return slash && slash > start && slash[1] ? slash + 1 : NULL;
}

/* The login server is that of the address, up to the name in it. */
static int use_server(struct context *context, const char *address, const char *name, struct acr_error *error)
{
	const char *start = skip_scheme(address);
	ACR_AUTO_FREE char *server = acr_strndup(start, (size_t)(name - 1 - start));
	struct acr_client *client;
	int rc;

	if ((rc = context_client(context, &client, error)) < 0 ||
	    (rc = registry_name_check_server(server, acr_client_cloud(client), error)) < 0)
		return rc;
	context->login_server = TAKE(server);
	return 0;
}

/* --registry and --name, or an address. */
static int read_name(struct context *context, const struct reading *reading, struct acr_error *error)
{
	const char *address = target_address(context), *name = args_string(context->args, "name");
	int rc;

	if (address && name)
		return acr_fail(error, ACR_ERROR_GENERAL, "Give either --registry and --name, or a %s.",
				reading->address);
	if (!address && (!name || !args_string(context->args, "registry")))
		return acr_fail(error, ACR_ERROR_GENERAL, "Give --registry and --name, or a %s.", reading->address);
	if (address && !(name = name_in(address)))
		return acr_fail(error, ACR_ERROR_GENERAL, "'%s' is not a %s.", address, reading->address);
	if (address && (rc = use_server(context, address, name, error)) < 0)
		return rc;
	return parse(name, reading, &context->target, error);
}

/* --repository or --image. */
static int read_image(struct context *context, const struct reading *reading, struct acr_error *error)
{
	const char *repository = args_string(context->args, "repository");
	const char *image = args_string(context->args, "image");

	if (!repository == !image)
		return acr_fail(error, ACR_ERROR_GENERAL, "Usage error: --image IMAGE | --repository REPOSITORY");
	return repository ? parse(repository, &readings[TARGET_REPOSITORY], &context->target, error)
			  : parse(image, reading, &context->target, error);
}

static bool takes_name(const struct command *command)
{
	const struct option *const *option;

	for (option = command->options; *option; option++)
		if (!strcmp(option_key(*option), "name"))
			return true;
	return false;
}

/* Expressions see it. */
static void tell_facts(struct context *context)
{
	struct acr_json *target = acr_json_new_object();

	acr_json_set_str(target, "repository", context->target.repository);
	acr_json_set_str(target, "tag", context->target.tag);
	acr_json_set_str(target, "digest", context->target.digest);
	facts_set(context, "target", target);
}

int target_read(struct context *context, struct acr_error *error)
{
	const struct command *command = context->args->command;
	const struct reading *reading = &readings[command->target];
	int rc;

	if (command->target == TARGET_NONE || context->target.repository)
		return 0;
	rc = takes_name(command) ? read_name(context, reading, error) : read_image(context, reading, error);
	if (rc == 0 && command->target == TARGET_MANIFEST && context->target.tag)
		rc = target_resolve(context, &context->target, error);
	if (rc == 0)
		tell_facts(context);
	return rc;
}

void target_set_path(const struct acr_image *image, struct acr_params *params)
{
	const struct {
		const char *name, *value;
	} values[] = {
		{"repository", image->repository},
		{"tag", image->tag},
		{"digest", image->digest},
		{"reference", image->tag ? image->tag : image->digest},
	};

	for (size_t i = 0; i < ACR_COUNT(values); i++) {
		if (!values[i].value)
			continue;
		if (!params->path)
			params->path = acr_json_new_object();
		acr_json_set_str(params->path, values[i].name, values[i].value);
	}
}

int target_resolve(struct context *context, struct acr_image *image, struct acr_error *error)
{
	struct acr_params params = {0};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	const char *digest;
	int rc;

	if (image->digest)
		return 0;
	target_set_path(image, &params);
	rc = context_call(context, &acr_op_tag_show, &params, NULL, &answer, error);
	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	digest = acr_json_str(answer, "/tag/digest");
	if (!digest)
		return acr_fail(error, ACR_ERROR_GENERAL, "Could not get the manifest digest for image '%s:%s'.",
				image->repository, image->tag);
	image->digest = acr_strdup(digest);
	return 0;
}
