/* Images copied from other registries, with skopeo: importImage, where what can be told beforehand is answered at once
 * and the copy itself is a long operation; and what cache rules fetch. */
#include "agent.h"
#include "arm_registry.h"
#include "resource_id.h"

#include <acr/image.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TIME_LIMIT_MS (30 * 60 * 1000)
#define COMPLAINTS_MAX ((size_t)64 << 10)
#define MANIFEST_SIZE_MAX ((size_t)4 << 20)
#define ANY_USER "00000000-0000-0000-0000-000000000000" /* goes with a token instead of a password */

struct import {
	char *folder;          /* of its own, for credentials */
	char *server;          /* login server of the target */
	char *source;          /* "server/repository" */
	char *reference;       /* ":tag" or "@digest" */
	char *username;        /* for the source; NULL: none */
	char *password;        /* secret */
	struct words targets;  /* "repository:tag" */
	struct words untagged; /* repositories */
	int64_t deadline;
};

static char *imports_folder(void)
{
	return acr_format("%s/agent/imports", emulator.state);
}

static void import_free(struct import *import)
{
	if (!import)
		return;
	free(import->folder);
	free(import->server);
	free(import->source);
	free(import->reference);
	free(import->username);
	free(import->password);
	words_clear(&import->targets);
	words_clear(&import->untagged);
	free(import);
}
ACR_DEFINE_FREEP(import)

/* ---- the request ---------------------------------------------------------------------------------------------- */

static bool refuse(struct arm_request *request, int status, const char *code, const char *message)
{
	registry_refuse(request->exchange, status, code, "%s", message);
	return false;
}

/* A registry of the emulator: its own credentials open it. */
static bool read_source_resource(struct arm_request *request, const char *id, char **server, struct import *import)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(id);
	const char *type = acr_json_str(registry, "/type");
	if (!type || strcasecmp(type, REGISTRY_TYPE) != 0) {
		registry_refuse(request->exchange, 404, "ResourceNotFound", "The Resource '%s' was not found.", id);
		return false;
	}
	*server = acr_strdup(acr_json_str(registry, "/properties/loginServer"));
	import->username = acr_strdup(emulator.client_id);
	import->password = acr_strdup(emulator.client_secret);
	return true;
}

static bool read_source_server(struct arm_request *request, const struct acr_json *source, char **server,
			       struct import *import)
{
	const char *uri = acr_json_str(source, "/registryUri");
	const char *username = acr_json_str(source, "/credentials/username");
	const char *password = acr_json_str(source, "/credentials/password");
	if (!uri || !*uri || strpbrk(uri, "/@ "))
		return refuse(request, 400, "InvalidParameters",
			      "The source needs either a resourceId or a registryUri, which is a host name.");
	if (username && !password)
		return refuse(request, 400, "InvalidParameters", "The credentials of the source have no password.");
	*server = acr_strdup(uri);
	if (password) {
		import->username = acr_strdup(username && *username ? username : ANY_USER);
		import->password = acr_strdup(password);
	}
	return true;
}

static bool read_source(struct arm_request *request, struct acr_image *image, struct import *import)
{
	const struct acr_json *source = acr_json_get(request->body, "source");
	const char *id = acr_json_str(source, "/resourceId"), *name = acr_json_str(source, "/sourceImage");
	ACR_AUTO_FREE char *server = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (!name)
		return refuse(request, 400, "InvalidParameters", "The source has no sourceImage.");
	if (acr_image_parse(name, false, image, &error) < 0)
		return refuse(request, 400, "InvalidParameters", error.message);
	if (!(id ? read_source_resource(request, id, &server, import)
		 : read_source_server(request, source, &server, import)))
		return false;
	import->source = acr_format("%s/%s", server, image->repository);
	import->reference = image->digest ? acr_format("@%s", image->digest) : acr_format(":%s", image->tag);
	return true;
}

/* "repository[:tag]"; the tag of the source is the one that is not said. */
static bool add_target(struct arm_request *request, const char *text, const struct acr_image *source,
		       struct import *import)
{
	ACR_AUTO(acr_image) image = {0};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (!text || acr_image_parse(text, false, &image, &error) < 0)
		return refuse(request, 400, "InvalidParameters",
			      text ? error.message : "The targetTags are no list of images.");
	if (image.digest)
		return refuse(request, 400, "InvalidParameters", "The targetTags may not name digests.");
	const char *tag = strchr(text, ':') || !source->tag ? image.tag : source->tag;
	words_addf(&import->targets, "%s:%s", image.repository, tag);
	return true;
}

static bool read_targets(struct arm_request *request, const struct acr_image *source, struct import *import)
{
	const struct acr_json *tags = acr_json_get(request->body, "targetTags");
	const struct acr_json *repositories = acr_json_get(request->body, "untaggedTargetRepositories");
	for (const struct acr_json *item = acr_json_first(tags); item; item = acr_json_next(item))
		if (!add_target(request, acr_json_string(item), source, import))
			return false;
	for (const struct acr_json *item = acr_json_first(repositories); item; item = acr_json_next(item)) {
		ACR_AUTO(acr_image) image = {0};
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		const char *text = acr_json_string(item);
		if (!text || strpbrk(text, ":@") || acr_image_parse(text, false, &image, &error) < 0)
			return refuse(request, 400, "InvalidParameters",
				      "The untaggedTargetRepositories are no list of repositories.");
		words_add(&import->untagged, text);
	}
	if (import->targets.count || import->untagged.count)
		return true;
	return add_target(request, source->repository, source, import);
}

static bool check_mode(struct arm_request *request, const struct import *import)
{
	const char *mode = acr_json_str(request->body, "/mode");
	if (mode && !strcasecmp(mode, "Force"))
		return true;
	if (mode && strcasecmp(mode, "NoForce") != 0)
		return refuse(request, 400, "InvalidParameters", "The mode is either Force or NoForce.");
	for (size_t i = 0; i < import->targets.count; i++) {
		const char *target = import->targets.items[i], *colon = strchr(target, ':');
		ACR_AUTO_FREE char *repository = acr_strndup(target, (size_t)(colon - target));
		if (!registry_has_tag(request->registry, repository, colon + 1))
			continue;
		registry_refuse(request->exchange, 409, "Conflict", "Tag %s already exists in target registry.",
				target);
		return false;
	}
	return true;
}

/* ---- the copy ------------------------------------------------------------------------------------------------- */

static int write_login(const struct import *import, const char *name, const char *server, const char *username,
		       const char *password, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *file = json_build("{'auths':{}}");
	if (username) {
		ACR_AUTO_FREE char *pair = acr_format("%s:%s", username, password);
		ACR_AUTO(acr_buf) encoded = ACR_BUF_INIT;
		acr_base64_encode(pair, strlen(pair), &encoded);
		acr_json_set(acr_json_get(file, "auths"), server, json_build("{'auth':%s}", acr_buf_str(&encoded)));
	}
	ACR_AUTO_FREE char *text = acr_json_text(file);
	ACR_AUTO_FREE char *path = acr_path_join(import->folder, name);
	return acr_file_replace(path, text, strlen(text), 0600, error);
}

static int write_logins(const struct import *import, struct acr_error *error)
{
	ACR_AUTO_FREE char *source = acr_strndup(import->source, strcspn(import->source, "/"));
	if (acr_folder_make(import->folder, error) < 0 ||
	    write_login(import, "source.json", source, import->username, import->password, error) < 0)
		return error->code;
	return write_login(import, "target.json", import->server, emulator.client_id, emulator.client_secret, error);
}

/* The reason in what skopeo says: time="…" level=fatal msg="…". */
static char *complaint_text(const struct acr_buf *complaints)
{
	const char *text = acr_buf_str(complaints), *message = NULL;
	for (const char *step = text; (step = strstr(step, " msg=\"")); message = step)
		step += strlen(" msg=\"");
	ACR_AUTO(acr_buf) reason = ACR_BUF_INIT;
	for (message = message ? message : text; *message && *message != '"' && *message != '\n'; message++) {
		message += *message == '\\' && message[1];
		acr_buf_putc(&reason, *message);
	}
	return acr_buf_take(&reason);
}

static void begin(struct child *child, const char *command)
{
	ACR_AUTO_FREE char *policy = settings_file("policy.json");
	words_add(&child->arguments, "skopeo");
	words_addf(&child->arguments, "--policy=%s", policy);
	words_add(&child->arguments, command);
}

/* Takes the child. */
static int perform(const struct import *import, struct child child, struct acr_error *error)
{
	ACR_AUTO(acr_buf) complaints = ACR_BUF_INIT_MAX(COMPLAINTS_MAX);
	child.folder = import->folder;
	child.complaints = &complaints;
	child.deadline = import->deadline;
	child.stop = &agent_stopping;
	int result = child_run_quietly(&child, error);
	child_clear(&child);
	if (result <= 0)
		return result;
	ACR_AUTO_FREE char *reason = complaint_text(&complaints);
	return acr_fail(error, ACR_ERROR_GENERAL, "%s", reason);
}

static int copy(const struct import *import, const char *from, const char *to, struct acr_error *error)
{
	struct child child = {0};
	begin(&child, "copy");
	words_add(&child.arguments, "--quiet");
	words_add(&child.arguments, "--all");
	words_addf(&child.arguments, "--src-authfile=%s/source.json", import->folder);
	words_addf(&child.arguments, "--dest-authfile=%s/target.json", import->folder);
	/* What comes out of an image storage has no digest yet. */
	if (strncmp(from, "containers-storage:", 19) != 0)
		words_add(&child.arguments, "--preserve-digests");
	words_add(&child.arguments, "--");
	words_add(&child.arguments, from);
	words_add(&child.arguments, to);
	return perform(import, child, error);
}

/* An image that the emulator has itself, laid out in a folder; *ret is NULL for all others. */
static int take_own(const struct import *import, char **ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *name = acr_format("%s%s", import->source, import->reference);
	ACR_AUTO_FREE char *own = NULL;
	if (import->username || images_locate(name, &own, error) < 0)
		return import->username ? 0 : error->code;
	if (!own)
		return 0;
	ACR_AUTO_FREE char *layout = acr_format("oci:%s/image:latest", import->folder);
	if (copy(import, own, layout, error) < 0)
		return error->code;
	*ret = TAKE(layout);
	return 0;
}

static int read_digest(const struct import *import, const char *from, char ret[72], struct acr_error *error)
{
	ACR_AUTO(acr_buf) manifest = ACR_BUF_INIT_MAX(MANIFEST_SIZE_MAX);
	struct child child = {.capture = &manifest};
	begin(&child, "inspect");
	words_add(&child.arguments, "--raw");
	words_addf(&child.arguments, "--authfile=%s/source.json", import->folder);
	words_add(&child.arguments, "--");
	words_add(&child.arguments, from);
	if (perform(import, child, error) < 0)
		return error->code;
	memcpy(ret, "sha256:", 7);
	acr_sha256_hex(acr_buf_str(&manifest), manifest.length, ret + 7);
	return 0;
}

/* The tag of the source is looked up once, so that all targets get the same image. */
static int copy_all(const struct import *import, struct acr_error *error)
{
	char digest[72];
	ACR_AUTO_FREE char *from = NULL;
	if (write_logins(import, error) < 0 || take_own(import, &from, error) < 0)
		return error->code;
	bool own = from != NULL;
	if (!own)
		from = acr_format("docker://%s%s", import->source, import->reference);
	if (read_digest(import, from, digest, error) < 0)
		return error->code;
	if (!own) {
		free(from);
		from = acr_format("docker://%s@%s", import->source, digest);
	}
	for (size_t i = 0; i < import->targets.count; i++) {
		ACR_AUTO_FREE char *to = acr_format("docker://%s/%s", import->server, import->targets.items[i]);
		if (copy(import, from, to, error) < 0)
			return error->code;
	}
	for (size_t i = 0; i < import->untagged.count; i++) {
		ACR_AUTO_FREE char *to =
			acr_format("docker://%s/%s@%s", import->server, import->untagged.items[i], digest);
		if (copy(import, from, to, error) < 0)
			return error->code;
	}
	return 0;
}

void imports_clean(void)
{
	ACR_AUTO_FREE char *folder = imports_folder();
	remove_tree(folder);
}

/* In a folder of its own that is gone afterwards. */
static int perform_import(struct import *import, struct acr_error *error)
{
	char id[37];
	acr_uuid(id);
	ACR_AUTO_FREE char *parent = imports_folder();
	import->folder = acr_path_join(parent, id);
	import->deadline = ticks() + TIME_LIMIT_MS;
	int result = copy_all(import, error);
	remove_tree(import->folder);
	return result;
}

int import_cached(const struct cached_image *image, struct acr_error *error)
{
	ACR_AUTO_PTR(import) *import = acr_alloc(sizeof(*import));
	import->server = acr_strdup(image->server);
	import->source = acr_strdup(image->source);
	import->reference = acr_format("%s%s", strchr(image->reference, ':') ? "@" : ":", image->reference);
	if (image->own_source) {
		import->username = acr_strdup(emulator.client_id);
		import->password = acr_strdup(emulator.client_secret);
	}
	if (strchr(image->reference, ':'))
		words_add(&import->untagged, image->repository);
	else
		words_addf(&import->targets, "%s:%s", image->repository, image->reference);
	return perform_import(import, error);
}

static struct acr_json *work(void *user)
{
	ACR_AUTO_PTR(import) *import = user;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (perform_import(import, &error) == 0)
		return NULL;
	ACR_AUTO_FREE char *message = acr_format("The image '%s%s' cannot be imported: %s.", import->source,
						 import->reference, error.message);
	return json_build("{'code':'InvalidParameters','message':%s}", message);
}

void import_image(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	ACR_AUTO_PTR(import) *import = acr_alloc(sizeof(*import));
	ACR_AUTO(acr_image) image = {0};
	import->server = acr_strdup(acr_json_str(registry, "/properties/loginServer"));
	if (!import->server || !read_source(request, &image, import) || !read_targets(request, &image, import) ||
	    !check_mode(request, import))
		return;
	arm_reply_long(request, 202, NULL, work, TAKE(import));
}
