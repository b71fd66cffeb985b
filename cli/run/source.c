/* Source locations of builds and runs: folders are packed and uploaded, the rest is the service's to fetch. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "progress.h"
#include "run/schedule.h"

static bool begins(const char *text, const char *with)
{
	return !strncasecmp(text, with, strlen(with));
}

/* Repositories by the forms that the service clones: …/name.git#branch:folder, and Azure DevOps addresses. */
static bool is_git(const char *text)
{
	size_t length = strcspn(text, "#");

	if (begins(text, "git@") || begins(text, "git://"))
		return true;
	if (!begins(text, "https://") && !begins(text, "http://") && !begins(text, "github.com/"))
		return false;
	return (length > 4 && !strncasecmp(text + length - 4, ".git", 4)) || strcasestr(text, "visualstudio.com") ||
	       strcasestr(text, "dev.azure.com");
}

/* A tarball's address: the service would fail late and darkly if nothing was there. One with a password is left to the
 * service: passwords in URLs are not sent from here. */
static int check_tarball(struct context *context, const char *url, struct acr_error *error)
{
	struct acr_exchange exchange = {.request = {.method = "HEAD", .url = acr_strdup(url)}};
	struct acr_client *client;
	const char *authority = strstr(url, "//") + 2;
	int rc;

	if (memchr(authority, '@', strcspn(authority, "/?#"))) {
		acr_exchange_clear(&exchange);
		return 0;
	}
	rc = context_client(context, &client, error);
	if (rc == 0)
		rc = acr_send(acr_client_transport(client), &exchange, error);
	else
		acr_exchange_clear(&exchange);
	if (rc == 0 && exchange.response.status >= 400)
		rc = acr_fail(error, ACR_ERROR_GENERAL, "The source location '%.*s' answers with status %ld.",
			      (int)strcspn(url, "?"), url, exchange.response.status);
	acr_exchange_clear(&exchange);
	return rc;
}

int source_classify(struct context *context, const char *text, enum source_kind *ret, struct acr_error *error)
{
	struct stat status;
	int rc;

	if (!*text || !strcasecmp(text, "/dev/null")) {
		*ret = SOURCE_NONE;
		return 0;
	}
	if (stat(text, &status) == 0) {
		if (!S_ISDIR(status.st_mode))
			return acr_fail(
				error, ACR_ERROR_GENERAL,
				"Source location should be a local directory path or remote URL; '%s' is neither.",
				text);
		*ret = SOURCE_FOLDER;
		return 0;
	}
	if (is_git(text) || begins(text, "oci://")) {
		*ret = SOURCE_REMOTE;
		return 0;
	}
	if (begins(text, "https://") || begins(text, "http://")) {
		if ((rc = check_tarball(context, text, error)) < 0)
			return rc;
		*ret = SOURCE_REMOTE;
		return 0;
	}
	return acr_fail(error, ACR_ERROR_GENERAL,
			"'%s' doesn't exist. Give a folder, a Git repository, the URL of a tar.gz, "
			"or /dev/null.",
			text);
}

static void warn(void *user, const char *line)
{
	struct context *context = user;

	io_warn(context->io, "%s", line);
}

int source_open(struct context *context, const char *folder, const char *dockerfile, const char *entry,
		struct acr_context **ret, struct acr_error *error)
{
	struct acr_context_options options = {
		.folder = folder,
		.dockerfile = dockerfile,
		.dockerfile_entry = entry,
		.docker_ignore = true,
		.include_vcs = args_flag(context->args, "include-vcs"),
		.warn = warn,
		.user = context,
	};

	return acr_context_open(&options, ret, error);
}

/* An upload on its way. */
/* From about here on contexts have failed in the service. */
#define LARGE_CONTEXT ((uint64_t)400 << 20)

struct meter {
	struct context *context;
	struct progress *progress;
	const struct acr_context *source;
	struct acr_json *address; /* with the URL in use */
	int64_t began;            /* ticks */
	bool warned;
};

static void draw(void *user, uint64_t bytes)
{
	struct meter *meter = user;
	int64_t elapsed = meter->context->clock.ticks(&meter->context->clock) - meter->began;
	ACR_AUTO_FREE char *from = NULL, *sent = NULL, *speed = NULL;
	uint64_t entries, packed;

	acr_context_totals(meter->source, &entries, &packed);
	if (packed >= LARGE_CONTEXT && !meter->warned) {
		meter->warned = true;
		progress_clear(meter->progress);
		io_warn(meter->context->io,
			"The context is larger than 400 MiB: the service may fail to unpack it. What need not be "
			"sent can be left out by .dockerignore.");
	}
	if (!meter->progress)
		return;
	from = progress_size(packed);
	sent = progress_size(bytes);
	speed = progress_size(elapsed > 0 ? bytes * 1000 / (uint64_t)elapsed : 0);
	progress_draw(meter->progress, false, "Packed %llu entries, %s; sent %s, %s/s", (unsigned long long)entries,
		      from, sent, speed);
}

void source_name_largest(struct context *context, uint64_t total, const struct acr_context_file *files, size_t count)
{
	ACR_AUTO_FREE char *size = progress_size(total);
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;

	if (total < LARGE_CONTEXT)
		return;
	for (size_t i = 0; i < count; i++) {
		ACR_AUTO_FREE char *one = progress_size(files[i].size);

		acr_buf_printf(&list, "%s%s (%s)", i ? ", " : "", files[i].path, one);
	}
	io_warn(context->io, "The context holds %s; its largest files: %s", size, acr_buf_str(&list));
}

/* What was packed, when it was much. */
static void name_largest(const struct meter *meter)
{
	struct acr_context_file files[ACR_CONTEXT_LARGEST];
	uint64_t entries, packed;

	acr_context_totals(meter->source, &entries, &packed);
	if (packed >= LARGE_CONTEXT)
		source_name_largest(meter->context, packed, files, acr_context_largest(meter->source, files));
}

/* Where to upload to: asked before the first file is read, so that refusals come early. */
static int upload_address(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	struct acr_params params = {0};
	int rc = context_call(context, &acr_op_source_upload, &params, NULL, ret, error);

	acr_params_clear(&params);
	if (rc < 0)
		return schedule_explain_refusal(rc, error);
	if (!acr_json_str(*ret, "/uploadUrl") || !acr_json_str(*ret, "/relativePath")) {
		acr_json_free(*ret);
		*ret = NULL;
		return acr_fail(error, ACR_ERROR_SERVICE,
				"Failed to get a SAS URL to upload context: the service answered "
				"without one.");
	}
	return 0;
}

/* The URL has expired. */
static int renew(void *user, char **url, struct acr_error *error)
{
	struct meter *meter = user;
	struct acr_json *address;
	int rc = upload_address(meter->context, &address, error);

	if (rc < 0)
		return rc;
	acr_json_free(meter->address);
	meter->address = address;
	free(*url);
	*url = acr_strdup(acr_json_str(address, "/uploadUrl"));
	return 0;
}

/* *location gets where the service finds what was sent. */
static int send_context(struct context *context, struct acr_context *source, uint64_t *total, char **location,
			struct acr_error *error)
{
	struct meter meter = {.context = context, .source = source};
	struct acr_upload_options options = {.progress = draw, .renew = renew, .user = &meter};
	struct acr_source *archive;
	int rc = upload_address(context, &meter.address, error);

	if (rc < 0)
		return rc;
	io_note(context->io, "Packing source code into tar and uploading it...");
	meter.progress = progress_new(context->io, context->settings);
	meter.began = context->clock.ticks(&context->clock);
	if ((rc = acr_context_archive(source, &archive, error)) == 0) {
		rc = acr_upload(acr_client_transport(context->client), acr_json_str(meter.address, "/uploadUrl"),
				archive, &options, total, error);
		acr_source_free(archive);
	}
	progress_free(meter.progress);
	if (rc == 0) {
		name_largest(&meter);
		*location = acr_strdup(acr_json_str(meter.address, "/relativePath"));
	}
	acr_json_free(meter.address);
	return rc;
}

int source_upload(struct context *context, const char *folder, const char *dockerfile, const char *entry,
		  char **location, struct acr_error *error)
{
	ACR_AUTO_FREE char *size = NULL;
	struct acr_context *source;
	uint64_t total = 0;
	int rc = source_open(context, folder, dockerfile, entry, &source, error);

	if (rc < 0)
		return rc;
	rc = send_context(context, source, &total, location, error);
	acr_context_free(source);
	if (rc < 0)
		return rc;
	size = progress_size(total);
	io_note(context->io, "Sending context (%s) to registry: %s...", size, args_string(context->args, "registry"));
	return 0;
}
