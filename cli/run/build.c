/* acr build: pack, upload, schedule, follow. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/build.h"
#include "run/run.h"
#include "run/schedule.h"

/* The Dockerfile of a local build: --file from the working folder, or Dockerfile in the context. Yours to free(). */
static char *local_dockerfile(struct context *context, const char *folder)
{
	const char *file = args_string(context->args, "file");

	return file && *file ? acr_strdup(file) : acr_path_join(folder, "Dockerfile");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Its name in the archive, which must not collide with anything in the context. */
static char *dockerfile_entry(const char *dockerfile)
{
	unsigned char random[16];
	ACR_AUTO(acr_buf) name = ACR_BUF_INIT;
	size_t i;

	acr_random(random, sizeof(random));
	for (i = 0; i < sizeof(random); i++)
		acr_buf_printf(&name, "%02x", random[i]);
	acr_buf_printf(&name, "_%s", base_name(dockerfile));
	return acr_buf_take(&name);
}

static int check_dockerfile(const char *path, struct acr_error *error)
{
	struct stat status;

	if (stat(path, &status) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return acr_fail(error, ACR_ERROR_GENERAL, "Unable to find '%s'. Give the Dockerfile with --file.",
				path);
	if (access(path, R_OK) < 0)
		return acr_fail(error, ACR_ERROR_GENERAL, "Cannot read the Dockerfile '%s': %s.", path,
				strerror(errno));
	if (S_ISREG(status.st_mode))
		return 0;
	return acr_fail(error, ACR_ERROR_GENERAL, "'%s' is not a file. Give the Dockerfile with --file.", path);
}

static struct acr_json *image_names(struct context *context)
{
	const struct acr_json *names = args_value(context->args, "image"), *name;

	for (name = acr_json_first(names); name; name = acr_json_next(name))
		if (acr_json_string(name) && strstr(acr_json_string(name), ".Build.ID"))
			io_warn(context->io,
				".Build.ID is no longer supported as a valid substitution, use .Run.ID instead.");
	return names ? acr_json_copy(names) : acr_json_new_array();
}

static bool push_enabled(struct context *context)
{
	if (args_flag(context->args, "no-push"))
		return false;
	if (args_value(context->args, "image"))
		return true;
	io_warn(context->io, "'--image or -t' is not provided. Skipping image push after build.");
	return false;
}

/* The request; what it is about is filled in when the context has been sent. */
static int new_request(struct context *context, bool push, struct acr_json **ret, struct acr_error *error)
{
	return schedule_request(context, build_needs_task(context) ? "EncodedTaskRunRequest" : "DockerBuildRequest",
				push, ret, error);
}

static int fill_request(struct context *context, struct acr_json *request, const char *location, const char *dockerfile,
			bool push, struct acr_error *error)
{
	const char *target = args_string(context->args, "target");

	acr_json_set_str(request, "sourceLocation", location);
	if (build_needs_task(context))
		return build_task_fill(context, request, dockerfile, push, error);
	acr_json_set(request, "imageNames", image_names(context));
	acr_json_set_bool(request, "isPushEnabled", push);
	acr_json_set_bool(request, "noCache", false);
	acr_json_set_str(request, "dockerFilePath", dockerfile);
	acr_json_set(request, "arguments", schedule_values(context, "build-arg", "secret-build-arg"));
	if (target)
		acr_json_set_str(request, "target", target);
	return 0;
}

static int build_folder(struct context *context, const char *folder, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *dockerfile = local_dockerfile(context, folder);
	ACR_AUTO_FREE char *entry = dockerfile_entry(dockerfile);
	ACR_AUTO_FREE char *location = NULL;
	ACR_AUTO_PTR(acr_json) *request = NULL;
	bool push;
	int rc;

	if (args_flag(context->args, "dry-run"))
		return source_list(context, folder, access(dockerfile, R_OK) == 0 ? dockerfile : NULL,
				   base_name(dockerfile), entry, ret, error);
	if ((rc = check_dockerfile(dockerfile, error)) < 0)
		return rc;
	push = push_enabled(context);
	if ((rc = new_request(context, push, &request, error)) < 0 ||
	    (rc = source_upload(context, folder, dockerfile, entry, &location, error)) < 0 ||
	    (rc = fill_request(context, request, location, entry, push, error)) < 0)
		return rc;
	return schedule_run(context, TAKE(request), "build", ret, error);
}

static int build_remote(struct context *context, const char *location, struct acr_json **ret, struct acr_error *error)
{
	const char *file = args_string(context->args, "file");
	ACR_AUTO_PTR(acr_json) *request = NULL;
	bool push;
	int rc;

	if (args_flag(context->args, "dry-run"))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"--dry-run lists a local folder; '%s' is fetched by the service.", location);
	push = push_enabled(context);
	if ((rc = new_request(context, push, &request, error)) < 0)
		return rc;
	io_note(context->io, "Sending context to registry: %s...", args_string(context->args, "registry"));
	if ((rc = fill_request(context, request, location, file && *file ? file : "Dockerfile", push, error)) < 0)
		return rc;
	return schedule_run(context, TAKE(request), "build", ret, error);
}

int build_run(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *source = args_string(context->args, "source");
	enum source_kind kind;
	int rc;

	if ((rc = schedule_check(context, error)) < 0 || (rc = build_task_check(context, error)) < 0 ||
	    (rc = source_classify(context, source, &kind, error)) < 0)
		return rc;
	if (kind == SOURCE_NONE)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Source location should be a local directory path or remote URL; '%s' is neither.",
				source);
	return kind == SOURCE_FOLDER ? build_folder(context, source, ret, error)
				     : build_remote(context, source, ret, error);
}
