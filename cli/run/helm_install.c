/* acr helm install-cli: helm, downloaded, checked and installed. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "context.h"
#include "process.h"
#include "run/run.h"

#define ARCHIVE_MAX ((size_t)256 << 20)

/* A folder that goes with all that is in it. */
struct folder {
	char *path;
};

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status, (void)kind, (void)where;
	return remove(path);
}

static void folder_clear(struct folder *folder)
{
	if (folder->path)
		nftw(folder->path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(folder->path);
}

/* How helm calls this machine: "linux-amd64". */
static char *platform(void)
{
	static const struct {
		const char *machine, *name;
	} names[] = {
		{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "arm"},      {"armv6l", "arm"},
		{"i686", "386"},     {"i386", "386"},      {"ppc64le", "ppc64le"}, {"s390x", "s390x"},
	};
	struct utsname system;

	for (size_t i = 0; uname(&system) == 0 && i < ACR_COUNT(names); i++)
		if (!strcmp(system.machine, names[i].machine))
			return acr_format("linux-%s", names[i].name);
	return NULL;
}

static int download(struct context *context, const char *url, struct acr_buf *bytes, struct acr_error *error)
{
	struct acr_exchange exchange = {
		.request = {.method = "GET", .url = acr_strdup(url), .max_response = ARCHIVE_MAX}};
	struct acr_client *client;
	int rc = context_client(context, &client, error);

	acr_headers_set(&exchange.request.headers, "Accept-Encoding", "identity");
	if (rc == 0)
		rc = acr_send(acr_client_transport(client), &exchange, error);
	if (rc == 0)
		rc = acr_check_status(&exchange, url, error);
	if (rc == 0) {
		*bytes = exchange.response.body;
		exchange.response.body = (struct acr_buf)ACR_BUF_INIT;
	}
	acr_exchange_clear(&exchange);
	return rc;
}

/* The archive must have the checksum that stands beside it, where there is one. */
static int verify(struct context *context, const char *url, const struct acr_buf *archive, struct acr_error *error)
{
	ACR_AUTO_FREE char *sum_url = acr_format("%s.sha256", url);
	ACR_AUTO(acr_buf) sum = ACR_BUF_INIT;
	char found[65];
	int rc = download(context, sum_url, &sum, error);

	if (rc < 0 && error && error->http_status == 404) {
		acr_error_clear(error);
		io_warn(context->io, "There is no checksum at %s; what was downloaded was not compared with it.",
			sum_url);
		return 0;
	}
	if (rc < 0)
		return rc;
	acr_sha256_hex(archive->data, archive->length, found);
	if (!strncasecmp(acr_buf_str(&sum), found, 64))
		return 0;
	return acr_fail(error, ACR_ERROR_GENERAL,
			"What was downloaded from %s does not have the checksum in %s. Nothing was "
			"installed.",
			url, sum_url);
}

static int unpack(struct context *context, const struct acr_buf *archive, struct folder *folder,
		  struct acr_error *error)
{
	const char *place = settings_variable("TMPDIR");
	ACR_AUTO_FREE char *tar = process_find("tar"), *file = NULL;
	ACR_AUTO(process_result) result = {0};
	int rc;

	if (!tar)
		return acr_fail(error, ACR_ERROR_GENERAL, "tar was not found; it is needed to unpack helm.");
	folder->path = acr_format("%s/acr-helm-XXXXXX", place ? place : "/tmp");
	if (!mkdtemp(folder->path)) {
		acr_freep(&folder->path);
		return acr_fail(error, ACR_ERROR_FILE, "No folder could be made in %s.", place ? place : "/tmp");
	}
	file = acr_path_join(folder->path, "helm.tar.gz");
	if ((rc = acr_file_replace(file, archive->data, archive->length, 0600, error)) < 0)
		return rc;
	const char *const argv[] = {tar, "-xzf", file, "-C", folder->path, "--no-same-owner", NULL};
	if ((rc = process_run(argv, NULL, &context->clock, &result, error)) < 0)
		return rc;
	return result.status ? acr_fail(error, ACR_ERROR_GENERAL, "What was downloaded cannot be unpacked: %s",
					acr_buf_str(&result.err))
			     : 0;
}

static int ask_license(struct context *context, const char *folder, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, "LICENSE");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX((size_t)1 << 20);
	int rc;

	if (args_flag(context->args, "yes"))
		return 0;
	if ((rc = acr_file_read(path, &text, error)) < 0)
		return rc;
	fputs(acr_buf_str(&text), context->io->err);
	return context_confirm(context, error,
			       "Before proceeding with the installation, please confirm that you have read and "
			       "agreed the above license.");
}

/* Install a program of the archive as `target`, when it is there. */
static int install(const char *folder, const char *name, const char *target, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, name);
	ACR_AUTO(acr_buf) bytes = ACR_BUF_INIT_MAX(ARCHIVE_MAX);
	int rc;

	if (access(path, F_OK) != 0)
		return 0;
	if ((rc = acr_file_read(path, &bytes, error)) < 0 ||
	    (rc = acr_file_replace(target, bytes.data, bytes.length, 0755, error)) < 0)
		return rc;
	return chmod(target, 0755) == 0 ? 0
					: acr_fail(error, ACR_ERROR_FILE, "'%s' could not be made executable.", target);
}

static int install_all(const char *folder, const char *location, struct acr_error *error)
{
	const char *slash = strrchr(location, '/');
	ACR_AUTO_FREE char *place = slash ? acr_strndup(location, (size_t)(slash - location)) : acr_strdup(".");
	ACR_AUTO_FREE char *tiller = acr_path_join(place, "tiller");
	int rc;

	if (*place && (rc = acr_folder_make(place, error)) < 0)
		return rc;
	if ((rc = install(folder, "helm", location, error)) < 0)
		return rc;
	return install(folder, "tiller", tiller, error);
}

int helm_install(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *version = args_string(context->args, "client-version");
	const char *location = args_string(context->args, "install-location");
	ACR_AUTO_FREE char *machine = platform(), *url = NULL, *programs = NULL;
	ACR_AUTO(acr_buf) archive = ACR_BUF_INIT;
	ACR_AUTO(folder) folder = {0};
	int rc;

	(void)ret;
	if (!machine)
		return acr_fail(error, ACR_ERROR_GENERAL, "There is no helm for this machine to download.");
	if (!*location || location[strlen(location) - 1] == '/')
		return acr_fail(error, ACR_ERROR_GENERAL,
				"'%s' is no file: give one with --install-location, such as /usr/local/bin/helm.",
				location);
	if (*version >= '3')
		io_warn(context->io, "The 'acr helm' commands do not work with helm 3; push charts by 'helm push' to "
				     "oci:// instead.");
	url = acr_format("%s/helm-v%s-%s.tar.gz", args_string(context->args, "source-url"), version, machine);
	io_note(context->io, "Downloading client from %s, it may take a long time...", url);
	if ((rc = download(context, url, &archive, error)) < 0 || (rc = verify(context, url, &archive, error)) < 0 ||
	    (rc = unpack(context, &archive, &folder, error)) < 0)
		return rc;
	programs = acr_path_join(folder.path, machine);
	if ((rc = ask_license(context, programs, error)) < 0 || (rc = install_all(programs, location, error)) < 0)
		return rc;
	io_note(context->io, "Successfully installed helm as %s.", location);
	return 0;
}
