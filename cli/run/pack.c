/* acr pack build: a task of two steps, pack and push. */
#include <stdlib.h>
#include <string.h>

#include "run/run.h"
#include "run/schedule.h"

#define PREFIX "$Registry/"
/* The service has these at hand; others have to be pulled. */
#define CACHED_BUILDER "cloudfoundry/cnb:bionic"

/* The image with its registry in front, which both steps need; yours to free(). */
static int image_name(struct context *context, char **ret, struct acr_error *error)
{
	const char *image = args_string(context->args, "image"), *server;
	const struct acr_registry *registry;
	int rc;

	if (strpbrk(image, " \t\r\n\"'"))
		return acr_fail(error, ACR_ERROR_GENERAL, "'%s' is not the name of an image, such as 'node-app:1.0'.",
				image);
	if ((rc = context_registry_details(context, &registry, error)) < 0)
		return rc;
	server = registry->login_server;
	if (!strncmp(image, PREFIX, strlen(PREFIX)) ||
	    (server && !strncmp(image, server, strlen(server)) && image[strlen(server)] == '/'))
		*ret = acr_strdup(image);
	else
		*ret = acr_format(PREFIX "%s", image);
	return 0;
}

static char *task(struct context *context, const char *image)
{
	const struct args *args = context->args;

	return acr_format(
		"version: v1.1.0\nsteps:\n"
		"  - cmd: mcr.microsoft.com/oryx/pack:%s build %s --builder %s %s --env REGISTRY_NAME=$Registry -p .\n"
		"    timeout: 28800\n"
		"  - push: [\"%s\"]\n"
		"    timeout: 1800\n",
		args_string(args, "pack-image-tag"), image, args_string(args, "builder"),
		args_flag(args, "pull") ? "" : "--no-pull", image);
}

static int check(struct context *context, struct acr_error *error)
{
	const char *platform = args_string(context->args, "platform");
	int rc = schedule_check(context, error);

	if (rc < 0)
		return rc;
	if (platform && strncasecmp(platform, "linux", 5) != 0)
		return acr_fail(error, ACR_ERROR_GENERAL, "Building with Buildpacks is only supported on Linux.");
	if (strcmp(args_string(context->args, "builder"), CACHED_BUILDER) != 0 && !args_flag(context->args, "pull"))
		io_warn(context->io, "Using a non-cached builder image; `--pull` is probably needed as well");
	return 0;
}

int pack_build(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *source = args_string(context->args, "source");
	ACR_AUTO_FREE char *location = NULL, *image = NULL, *yaml = NULL;
	ACR_AUTO_PTR(acr_json) *request = NULL;
	ACR_AUTO(acr_buf) encoded = ACR_BUF_INIT;
	enum source_kind kind;
	int rc;

	if ((rc = source_classify(context, source, &kind, error)) < 0)
		return rc;
	if (kind == SOURCE_NONE)
		return acr_fail(error, ACR_ERROR_GENERAL, "Building with Buildpacks requires a valid source location.");
	if (args_flag(context->args, "dry-run"))
		return source_list(context, source, NULL, "", NULL, ret, error);
	if ((rc = check(context, error)) < 0 || (rc = image_name(context, &image, error)) < 0 ||
	    (rc = schedule_request(context, "EncodedTaskRunRequest", true, &request, error)) < 0 ||
	    (kind == SOURCE_FOLDER && (rc = source_upload(context, source, NULL, NULL, &location, error)) < 0))
		return rc;
	if (!location)
		io_note(context->io, "Sending context to registry: %s...", args_string(context->args, "registry"));
	yaml = task(context, image);
	acr_base64_encode(yaml, strlen(yaml), &encoded);
	acr_json_set_str(request, "encodedTaskContent", acr_buf_str(&encoded));
	acr_json_set_str(request, "sourceLocation", location ? location : source);
	return schedule_run(context, TAKE(request), "run", ret, error);
}
