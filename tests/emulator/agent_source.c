/* The context of a run: an upload, a Git repository, or an archive from the web, unpacked into the run's folder. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REDIRECTS_MAX 5
#define COMPLAINTS_MAX ((size_t)64 << 10)

static bool has_prefix(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static bool is_web(const char *location)
{
	return has_prefix(location, "https://") || has_prefix(location, "http://");
}

static bool is_git(const char *location)
{
	if (has_prefix(location, "git@") || has_prefix(location, "git://") || has_prefix(location, "file://"))
		return true;
	const char *dot = strstr(location, ".git");
	if (dot && (!dot[4] || dot[4] == '#'))
		return true;
	return is_web(location) && (strstr(location, "visualstudio.com/") || strstr(location, "dev.azure.com/"));
}

/* Run a command in the folder: its exit status or a negative code. */
static int try_command(struct run *run, const char *folder, const struct words *environment,
		       const char *const *arguments, struct acr_buf *complaints, struct acr_error *error)
{
	struct child child = {.folder = folder, .complaints = complaints};
	for (; *arguments; arguments++)
		words_add(&child.arguments, *arguments);
	if (environment)
		words_add_all(&child.environment, environment);
	int result = child_run(run, &child, error);
	child_clear(&child);
	return result;
}

/* The same where a status other than 0 is a failure; what it said is then in the log. */
static int command(struct run *run, const char *folder, const struct words *environment, const char *const *arguments,
		   struct acr_error *error)
{
	ACR_AUTO(acr_buf) complaints = ACR_BUF_INIT_MAX(COMPLAINTS_MAX);
	int result = try_command(run, folder, environment, arguments, &complaints, error);
	if (result <= 0)
		return result;
	log_write(&run->log, acr_buf_str(&complaints), complaints.length);
	return acr_fail(error, ACR_ERROR_RUN, "failed to download the source code, err: exit status %d", result);
}

static int unpack(struct run *run, const char *archive, const char *folder, struct acr_error *error)
{
	const char *const arguments[] = {"tar", "--extract", "--file", archive, "--same-permissions", "--no-same-owner",
					 NULL};
	return command(run, folder, NULL, arguments, error);
}

/* ---- archives from the web ---------------------------------------------------------------------------------- */

struct download {
	struct run *run;
	int descriptor;
	int failure; /* errno */
};

static int save(void *user, const void *bytes, size_t length)
{
	struct download *download = user;
	ACR_AUTO(acr_error) stop = ACR_ERROR_INIT;
	if (run_check(download->run, &stop) < 0)
		return -1;
	const char *rest = bytes;
	while (length) {
		ssize_t written = write(download->descriptor, rest, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			download->failure = errno;
			return -1;
		}
		rest += written;
		length -= (size_t)written;
	}
	return 0;
}

/* One GET; *next gets the address a redirect names, yours to free(). */
static int get(struct acr_transport *transport, const char *url, struct download *download, char **next,
	       struct acr_error *error)
{
	ACR_AUTO(acr_exchange)
	exchange = {
		.request = {.method = "GET", .url = acr_strdup(url), .sink = save, .sink_user = download},
	};
	int result = acr_send(transport, &exchange, error);
	if (result < 0 && run_check(download->run, error) < 0)
		return error->code;
	if (download->failure)
		return acr_fail_errno(error, download->failure, "cannot store the source code");
	if (result < 0)
		return result;
	const char *location = acr_headers_get(&exchange.response.headers, "Location");
	if (exchange.response.status / 100 == 3 && location) {
		*next = acr_uri_resolve(url, location);
		return 0;
	}
	if (exchange.response.status != 200)
		return acr_fail(error, ACR_ERROR_RUN, "failed to download the source code: '%s' answered %ld", url,
				exchange.response.status);
	return 0;
}

static int download(struct run *run, const char *location, const char *path, struct acr_error *error)
{
	struct download target = {.run = run, .descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
	if (target.descriptor < 0)
		return acr_fail_errno(error, errno, "cannot create '%s'", path);
	struct acr_curl_options options = {.user_agent = "acr-emulator", .ca_bundle = emulator.bundle_file};
	struct acr_transport *transport = acr_transport_curl(&options);
	ACR_AUTO_FREE char *url = acr_strdup(location);
	int result = 0;
	for (int i = 0; result == 0 && url; i++) {
		char *next = NULL;
		if (i > REDIRECTS_MAX)
			result = acr_fail(error, ACR_ERROR_RUN, "'%s' is redirected too often", location);
		else
			result = get(transport, url, &target, &next, error);
		free(url);
		url = next;
	}
	acr_transport_free(transport);
	close(target.descriptor);
	return result;
}

static int fetch_archive(struct run *run, const char *location, const char *folder, struct acr_error *error)
{
	ACR_AUTO_FREE char *archive = acr_path_join(run->folder, "source.tar");
	int result = download(run, location, archive, error);
	if (result == 0)
		result = unpack(run, archive, folder, error);
	unlink(archive);
	return result;
}

/* ---- uploads ------------------------------------------------------------------------------------------------ */

static int fetch_upload(struct run *run, const char *name, const char *folder, struct acr_error *error)
{
	ACR_AUTO_FREE char *archive = blob_file(run->container, name);
	if (!has_prefix(name, "source/") || !blob_name_is_safe(name) || access(archive, R_OK) < 0) {
		log_line(&run->log, "There is no uploaded source code at '%s'.", name);
		return acr_fail(error, ACR_ERROR_RUN, "failed to download the source code: '%s' was not uploaded",
				name);
	}
	return unpack(run, archive, folder, error);
}

/* ---- Git ---------------------------------------------------------------------------------------------------- */

/* The credential goes through the environment, where only this user can see it. */
static void add_credential(struct run *run, const char *token, struct words *environment)
{
	if (!token || !*token)
		return;
	ACR_AUTO_FREE char *pair = acr_format("x-access-token:%s", token);
	ACR_AUTO(acr_buf) encoded = ACR_BUF_INIT;
	acr_base64_encode(pair, strlen(pair), &encoded);
	log_hide(&run->log, token);
	words_add(environment, "GIT_CONFIG_COUNT=1");
	words_add(environment, "GIT_CONFIG_KEY_0=http.extraHeader");
	words_addf(environment, "GIT_CONFIG_VALUE_0=Authorization: Basic %s", acr_buf_str(&encoded));
}

/* The one commit that is wanted; or else all of them, for servers that cannot tell one from the others (files behind
 * plain HTTP). */
static int fetch_commit(struct run *run, const char *url, const char *reference, const struct words *environment,
			const char *folder, struct acr_error *error)
{
	const char *const fetch[] = {"git", "fetch", "--quiet", "--depth", "1", "--", url, reference, NULL};
	const char *const checkout[] = {"git", "checkout", "--quiet", "FETCH_HEAD", NULL};
	const char *const fetch_all[] = {"git",
					 "fetch",
					 "--quiet",
					 "--update-head-ok",
					 "--",
					 url,
					 "+HEAD:refs/source/HEAD",
					 "+refs/heads/*:refs/heads/*",
					 "+refs/tags/*:refs/tags/*",
					 NULL};
	const char *const checkout_one[] = {
		"git", "checkout", "--quiet", "--detach", strcmp(reference, "HEAD") ? reference : "refs/source/HEAD",
		NULL};
	ACR_AUTO(acr_buf) complaints = ACR_BUF_INIT_MAX(COMPLAINTS_MAX);
	if (*reference == '-') /* no name of Git's, but an option to it */
		return acr_fail(error, ACR_ERROR_RUN, "'%s' is no branch, tag or commit", reference);
	int result = try_command(run, folder, environment, fetch, &complaints, error);
	if (result < 0)
		return result;
	if (result == 0)
		return command(run, folder, environment, checkout, error);
	if (command(run, folder, environment, fetch_all, error) < 0)
		return error->code;
	return command(run, folder, environment, checkout_one, error);
}

/* `location` is "URL[#[reference][:folder]]"; *inner gets the folder, yours to free(). */
static int fetch_git(struct run *run, const char *location, const char *token, const char *folder, char **inner,
		     struct acr_error *error)
{
	size_t length = strcspn(location, "#");
	const char *fragment = location[length] ? location + length + 1 : "";
	size_t reference_length = strcspn(fragment, ":");
	ACR_AUTO_FREE char *url =
		acr_format("%s%.*s", has_prefix(location, "github.com/") ? "https://" : "", (int)length, location);
	ACR_AUTO_FREE char *reference = reference_length ? acr_strndup(fragment, reference_length) : acr_strdup("HEAD");
	const char *const init[] = {"git", "init", "--quiet", ".", NULL};
	ACR_AUTO(words) environment = {0};
	add_credential(run, token, &environment);
	if (command(run, folder, &environment, init, error) < 0 ||
	    fetch_commit(run, url, reference, &environment, folder, error) < 0)
		return error->code;
	if (fragment[reference_length])
		*inner = acr_strdup(fragment + reference_length + 1);
	return 0;
}

/* ---- all of them -------------------------------------------------------------------------------------------- */

/* The folder within the context; it must not lead out of it. */
static int enter(const char *workspace, const char *inner, char **folder, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = inner && *inner ? acr_path_join(workspace, inner) : acr_strdup(workspace);
	ACR_AUTO_FREE char *real = realpath(path, NULL);
	ACR_AUTO_FREE char *root = realpath(workspace, NULL);
	size_t length = root ? strlen(root) : 0;
	if (!real || !root || strncmp(real, root, length) != 0 || (real[length] && real[length] != '/'))
		return acr_fail(error, ACR_ERROR_RUN, "the source code has no folder '%s'", inner ? inner : "");
	*folder = TAKE(real);
	return 0;
}

static int fetch(struct run *run, const char *location, const char *token, const char *workspace, char **inner,
		 struct acr_error *error)
{
	if (has_prefix(location, "oci://"))
		return acr_fail(error, ACR_ERROR_RUN, "the emulator's agent cannot get source code from '%s'",
				location);
	if (is_git(location))
		return fetch_git(run, location, token, workspace, inner, error);
	if (is_web(location))
		return fetch_archive(run, location, workspace, error);
	return fetch_upload(run, location, workspace, error);
}

int source_fetch(struct run *run, const char *location, const char *token, char **folder, struct acr_error *error)
{
	ACR_AUTO_FREE char *workspace = acr_path_join(run->folder, "workspace");
	ACR_AUTO_FREE char *inner = NULL;
	if (acr_folder_make(workspace, error) < 0)
		return error->code;
	if (chmod(workspace, 0755) < 0) /* a step may run as another user */
		return acr_fail_errno(error, errno, "cannot open '%s' to others", workspace);
	if (location && *location) {
		log_line(&run->log, "Downloading source code...");
		if (fetch(run, location, token, workspace, &inner, error) < 0)
			return error->code;
		log_line(&run->log, "Finished downloading source code");
	}
	return enter(workspace, inner, folder, error);
}
