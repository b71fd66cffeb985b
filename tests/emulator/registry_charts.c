/* /helm/v1/repo/: charts as registries kept them before charts were artifacts. The service has retired this; here the
 * packages are files below the registry's folder, so that clients' commands can be tried. Of a chart that is known what
 * its file's name says, which `helm package` makes of name and version. */
#include "registry.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "/helm/v1/repo/"
#define SUFFIX ".tgz"

struct call {
	struct registry *registry;
	struct exchange *exchange;
	char *folder;
};

static void call_clear(struct call *call)
{
	free(call->folder);
}

/* ---- names ----------------------------------------------------------------------------------------------------------
 */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), size = strlen(end);
	return length > size && !strcmp(text + length - size, end);
}

/* The version in "my-chart-1.2.3.tgz": what follows the first dash in front of a digit. */
static const char *find_version(const char *file)
{
	for (const char *dash = strchr(file, '-'); dash; dash = strchr(dash + 1, '-'))
		if (dash != file && isdigit((unsigned char)dash[1]))
			return dash + 1;
	return NULL;
}

/* A package, or the provenance file that goes with it. */
static bool is_file_name(const char *name)
{
	return *name != '.' && !strchr(name, '/') && find_version(name) &&
	       (ends_with(name, SUFFIX) || ends_with(name, SUFFIX ".prov"));
}

/* ---- lists ----------------------------------------------------------------------------------------------------------
 */

static struct acr_json *describe(const struct call *call, const char *file)
{
	ACR_AUTO_FREE char *path = acr_path_join(call->folder, file);
	ACR_AUTO(acr_buf) content = ACR_BUF_INIT;
	struct stat status;
	if (stat(path, &status) < 0 || acr_file_read(path, &content, NULL) < 0)
		return NULL;
	const char *version = find_version(file);
	ACR_AUTO_FREE char *name = acr_strndup(file, (size_t)(version - file - 1));
	ACR_AUTO_FREE char *number = acr_strndup(version, strlen(version) - strlen(SUFFIX));
	ACR_AUTO_FREE char *created = acr_time_text(status.st_mtime);
	ACR_AUTO_FREE char *url = acr_format("_blobs/%s", file);
	char digest[65];
	acr_sha256_hex(acr_buf_str(&content), content.length, digest);
	return json_build("{'name':%s,'version':%s,'created':%s,'digest':%s,'urls':[%s]}", name, number, created,
			  digest, url);
}

static int by_version(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*b)->d_name, (*a)->d_name);
}

static int is_package(const struct dirent *entry)
{
	return is_file_name(entry->d_name) && ends_with(entry->d_name, SUFFIX);
}

/* {NAME: [versions, the newest first]} */
static struct acr_json *list_charts(const struct call *call)
{
	struct acr_json *charts = acr_json_new_object();
	struct dirent **files = NULL;
	int count = scandir(call->folder, &files, is_package, by_version);
	for (int i = 0; i < count; i++) {
		struct acr_json *chart = describe(call, files[i]->d_name);
		free(files[i]);
		if (!chart)
			continue;
		const char *name = acr_json_str(chart, "/name");
		if (!acr_json_get(charts, name))
			acr_json_set(charts, name, acr_json_new_array());
		acr_json_append(acr_json_get(charts, name), chart);
	}
	free(files);
	return charts;
}

static void fail_unknown(const struct call *call, const char *name)
{
	registry_fail(call->exchange, 404, "NAME_UNKNOWN", json_build("{'name':%s}", name),
		      "chart not known to registry");
}

static const struct acr_json *find_chart(const struct acr_json *versions, const char *version)
{
	const struct acr_json *item = acr_json_first(versions);
	for (; item && strcmp(acr_json_str(item, "/version"), version) != 0; item = acr_json_next(item))
		;
	return item;
}

/* "", "NAME", "NAME/VERSION". */
static void show(const struct call *call, const char *path)
{
	ACR_AUTO_PTR(acr_json) *charts = list_charts(call);
	ACR_AUTO_FREE char *name = acr_strndup(path, strcspn(path, "/"));
	const char *version = path[strlen(name)] ? path + strlen(name) + 1 : "";
	const struct acr_json *found = *name ? acr_json_get(charts, name) : charts;
	if (*version)
		found = find_chart(found, version);
	if (found)
		reply_json(call->exchange, 200, acr_json_copy(found));
	else
		fail_unknown(call, path);
}

/* What `helm repo add` reads; JSON is YAML, too. */
static void answer_index(const struct call *call)
{
	ACR_AUTO_FREE char *now = time_text();
	struct acr_json *index = json_build("{'apiVersion':'v1','generated':%s}", now);
	acr_json_set(index, "entries", list_charts(call));
	reply_json(call->exchange, 200, index);
	acr_headers_set(&call->exchange->reply_headers, "Content-Type", "application/x-yaml");
}

/* ---- files ----------------------------------------------------------------------------------------------------------
 */

static void send_file(const struct call *call, const char *path, const char *name)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0) {
		fail_unknown(call, name);
		return;
	}
	call->exchange->reply_file = descriptor;
	call->exchange->status = 200;
	acr_headers_set(&call->exchange->reply_headers, "Content-Type", "application/octet-stream");
}

/* PUT makes a file, PATCH replaces one. */
static void store_file(const struct call *call, const char *path, const char *name)
{
	struct acr_error error = ACR_ERROR_INIT;
	const struct acr_buf *content = &call->exchange->body;
	bool present = access(path, F_OK) == 0, replace = !strcmp(call->exchange->method, "PATCH");
	if (present && !replace)
		registry_fail(call->exchange, 409, "BLOB_EXISTS", json_build("{'name':%s}", name),
			      "the chart package is there already");
	else if (!present && replace)
		fail_unknown(call, name);
	else if (acr_folder_make(call->folder, &error) < 0 ||
		 acr_file_replace(path, acr_buf_str(content), content->length, 0600, &error) < 0)
		fail_internal(call->exchange, &error);
	else
		reply_json(call->exchange, 201, acr_json_new_object());
}

static bool delete_file(const struct call *call, const char *name)
{
	ACR_AUTO_FREE char *path = acr_path_join(call->folder, name);
	return unlink(path) == 0;
}

static void answer_file(const struct call *call, const char *name)
{
	const char *method = call->exchange->method;
	ACR_AUTO_FREE char *path = acr_path_join(call->folder, name);
	if (!is_file_name(name))
		registry_fail(call->exchange, 400, "NAME_INVALID", json_build("{'name':%s}", name),
			      "a chart package is called NAME-VERSION" SUFFIX);
	else if (!strcmp(method, "GET"))
		send_file(call, path, name);
	else if (strcmp(method, "DELETE") != 0)
		store_file(call, path, name);
	else if (delete_file(call, name))
		reply_json(call->exchange, 200, acr_json_new_object());
	else
		fail_unknown(call, name);
}

/* All versions of a chart, with their provenance files. */
static void delete_chart(const struct call *call, const char *name)
{
	ACR_AUTO_PTR(acr_json) *charts = list_charts(call);
	const struct acr_json *versions = acr_json_get(charts, name);
	for (const struct acr_json *item = acr_json_first(versions); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *file = acr_format("%s-%s" SUFFIX, name, acr_json_str(item, "/version"));
		ACR_AUTO_FREE char *provenance = acr_format("%s.prov", file);
		delete_file(call, file);
		delete_file(call, provenance);
	}
	if (versions)
		reply_json(call->exchange, 200, acr_json_new_object());
	else
		fail_unknown(call, name);
}

/* ---- dispatch
 * --------------------------------------------------------------------------------------------------------- */

static bool authorized(const struct call *call)
{
	const char *method = call->exchange->method;
	struct need needs[] = {
		{"artifact-repository", "repo", !strcmp(method, "DELETE") ? "delete" : "pull"},
		{"artifact-repository", "repo", "push"},
	};
	bool writes = !strcmp(method, "PUT") || !strcmp(method, "PATCH");
	return authorize(call->registry, call->exchange, needs, writes ? 2 : 1);
}

static const char *behind(const char *text, const char *start)
{
	size_t length = strlen(start);
	return strncmp(text, start, length) ? NULL : text + length;
}

bool charts_answer(struct registry *registry, struct exchange *exchange)
{
	const char *rest = behind(exchange->path, PREFIX);
	if (!rest)
		return false;
	ACR_AUTO_FREE char *path = acr_uri_unescape(rest, strlen(rest), false);
	ACR_AUTO(call) call = {registry, exchange, acr_path_join(registry->folder, "charts")};
	const char *charts = behind(path, "_charts"), *file = behind(path, "_blobs/");
	bool get = !strcmp(exchange->method, "GET");
	if (!authorized(&call))
		return true;
	pthread_mutex_lock(&registry->writing);
	if (charts && (!*charts || *charts == '/') && get)
		show(&call, charts + (*charts == '/'));
	else if (charts && *charts == '/' && !strcmp(exchange->method, "DELETE"))
		delete_chart(&call, charts + 1);
	else if (file && strcmp(exchange->method, "POST") != 0)
		answer_file(&call, file);
	else if (get && !strcmp(path, "index.yaml"))
		answer_index(&call);
	else
		fail_unsupported(exchange);
	pthread_mutex_unlock(&registry->writing);
	return true;
}
