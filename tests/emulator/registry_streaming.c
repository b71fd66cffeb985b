/* Artifact streaming: /acr/v1/REPOSITORY/_streaming and _operations. A conversion takes a moment and leaves an artifact
 * that refers to the image, as the service's does; its layers are the image's own, for nothing here streams them.
 *
 * A repository's metadata has "streaming" (the settings) and "operations" ({ID: {"id", "status", "digest", "dueAt"}}).
 */
#include "registry.h"

#include <string.h>

#define ARTIFACT_TYPE "application/vnd.azure.artifact.streaming.v1"
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CONVERSION_SECONDS 2
#define OPERATIONS_MAX 100

static bool is_status(const struct acr_json *operation, const char *status)
{
	const char *own = acr_json_str(operation, "/status");
	return own && !strcmp(own, status);
}

static struct acr_json *describe(const struct acr_json *operation)
{
	return json_build("{'id':%s,'status':%s,'digest':%s}", acr_json_str(operation, "/id"),
			  acr_json_str(operation, "/status"), acr_json_str(operation, "/digest"));
}

/* ---- operations: the caller holds `lock` ----------------------------------------------------------------------------
 */

static struct acr_json *open_member(struct acr_json *repository, const char *name)
{
	if (!acr_json_get(repository, name))
		acr_json_set(repository, name, acr_json_new_object());
	return acr_json_get(repository, name);
}

static bool is_image(const struct acr_json *manifest)
{
	const char *type = acr_json_str(manifest, "/configMediaType");
	return type && strstr(type, "image") && !acr_json_str(manifest, "/subject");
}

/* The newest one on a manifest; they stand in the order in which they began. */
static struct acr_json *last_operation(const struct acr_json *repository, const char *digest)
{
	struct acr_json *last = NULL;
	struct acr_json *item = acr_json_first(acr_json_get(repository, "operations"));
	for (; item; item = acr_json_next(item)) {
		const char *own = acr_json_str(item, "/digest");
		if (own && !strcmp(own, digest))
			last = item;
	}
	return last;
}

static struct acr_json *begin(struct registry *registry, const char *name, const char *digest)
{
	struct acr_json *repository = metadata_repository(registry, name);
	struct acr_json *operations = open_member(repository, "operations");
	char id[37];
	acr_uuid(id);
	struct acr_json *operation = json_build("{'id':%s,'status':'Running','digest':%s,'dueAt':%lld}", id, digest,
						(long long)now_seconds() + CONVERSION_SECONDS);
	if (acr_json_size(operations) >= OPERATIONS_MAX)
		acr_json_remove(operations, acr_json_key(acr_json_first(operations)));
	acr_json_set(operations, id, operation);
	metadata_save(registry, name);
	chores_wake();
	return operation;
}

void streaming_pushed(struct registry *registry, const char *name, const char *digest)
{
	const struct acr_json *repository = metadata_repository(registry, name);
	if (acr_json_true(repository, "/streaming/convertPushedImages") &&
	    is_image(metadata_manifest(repository, digest)) && !last_operation(repository, digest))
		begin(registry, name, digest);
}

/* ---- conversion -----------------------------------------------------------------------------------------------------
 */

static void add_descriptor(struct acr_json *into, const char *key, const char *type, const struct acr_json *blob)
{
	struct acr_json *descriptor = json_build("{'mediaType':%s,'digest':%s}", type, acr_json_str(blob, "/digest"));
	acr_json_set_num(descriptor, "size", acr_json_num(blob, "/size", 0));
	if (key)
		acr_json_set(into, key, descriptor);
	else
		acr_json_append(into, descriptor);
}

/* The artifact that stands for the converted image. */
static struct acr_json *new_artifact(const struct acr_json *image)
{
	const struct acr_json *blob = acr_json_first(acr_json_get(image, "blobs"));
	struct acr_json *artifact = json_build("{'schemaVersion':2,'mediaType':'" MANIFEST_TYPE "',"
					       "'artifactType':'" ARTIFACT_TYPE "'}");
	struct acr_json *layers = acr_json_new_array();
	add_descriptor(artifact, "config", ARTIFACT_TYPE "+json", blob);
	for (blob = acr_json_next(blob); blob; blob = acr_json_next(blob))
		add_descriptor(layers, NULL, ARTIFACT_TYPE ".layer", blob);
	acr_json_set(artifact, "layers", layers);
	add_descriptor(artifact, "subject", acr_json_str(image, "/mediaType"), image);
	acr_json_set(artifact, "annotations", json_build("{'streaming.format':'overlaybd','streaming.version':'v1'}"));
	return artifact;
}

static int store_artifact(struct registry *registry, const char *name, const struct acr_json *artifact,
			  struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) target = ACR_BUF_INIT;
	struct acr_json *description = NULL;
	char digest[7 + 65] = "sha256:";
	acr_json_write(artifact, &text);
	acr_sha256_hex(acr_buf_str(&text), text.length, digest + 7);
	struct image_path path = {(char *)(uintptr_t)name, (char[]){"manifests"}, digest};
	image_path_write(&path, &target);
	int status = upstream_fetch(registry, "PUT", acr_buf_str(&target), MANIFEST_TYPE, &text, NULL, error);
	if (status < 0)
		return status;
	if (status != 201)
		return acr_fail(error, ACR_ERROR_GENERAL, "docker-registry answered %d to the artifact of a conversion",
				status);
	int result =
		describe_manifest(registry, name, MANIFEST_TYPE, artifact, digest, text.length, &description, error);
	if (result < 0)
		return result;
	pthread_mutex_lock(&registry->lock);
	metadata_record(registry, name, NULL, description);
	pthread_mutex_unlock(&registry->lock);
	return 0;
}

static const char *convert(struct registry *registry, const char *name, const char *digest)
{
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *present = metadata_manifest(metadata_repository(registry, name), digest);
	ACR_AUTO_PTR(acr_json) *image = present ? acr_json_copy(present) : NULL;
	pthread_mutex_unlock(&registry->lock);
	if (!image)
		return "Failed";
	ACR_AUTO_PTR(acr_json) *artifact = new_artifact(image);
	if (store_artifact(registry, name, artifact, &error) == 0)
		return "Succeeded";
	note("conversion of %s in '%s' failed: %s", digest, name, error.message);
	return "Failed";
}

/* One operation whose time has come: its copy, and the name of its repository. */
static struct acr_json *find_due(struct registry *registry, char **name, bool *waiting)
{
	struct acr_json *found = NULL;
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = acr_json_first(registry->repositories);
	for (; repository && !found; repository = acr_json_next(repository)) {
		const struct acr_json *item = acr_json_first(acr_json_get(repository, "operations"));
		for (; item && !found; item = acr_json_next(item)) {
			if (!is_status(item, "Running"))
				continue;
			*waiting = true;
			if (acr_json_num(item, "/dueAt", 0) > (double)now_seconds())
				continue;
			found = acr_json_copy(item);
			*name = acr_strdup(acr_json_key(repository));
		}
	}
	pthread_mutex_unlock(&registry->lock);
	return found;
}

static void finish(struct registry *registry, const char *name, const char *id, const char *status)
{
	pthread_mutex_lock(&registry->lock);
	struct acr_json *repository = metadata_remains(registry, name);
	struct acr_json *operation = acr_json_get(acr_json_get(repository, "operations"), id);
	if (is_status(operation, "Running")) {
		acr_json_set_str(operation, "status", status);
		metadata_save(registry, name);
	}
	pthread_mutex_unlock(&registry->lock);
}

bool streaming_work(struct registry *registry)
{
	bool waiting;
	for (;;) {
		ACR_AUTO_FREE char *name = NULL;
		waiting = false;
		ACR_AUTO_PTR(acr_json) *operation = find_due(registry, &name, &waiting);
		if (!operation)
			return waiting;
		pthread_mutex_lock(&registry->writing);
		const char *status = convert(registry, name, acr_json_str(operation, "/digest"));
		finish(registry, name, acr_json_str(operation, "/id"), status);
		pthread_mutex_unlock(&registry->writing);
	}
}

/* ---- answers: with `lock` held
 * ---------------------------------------------------------------------------------------- */

struct call {
	struct registry *registry;
	struct exchange *exchange;
	struct acr_json *repository;
	const char *name; /* of the repository */
	const char *rest; /* digest, or id of the operation */
};

static void answer_settings(const struct call *call, const struct acr_json *body)
{
	struct acr_json *streaming = open_member(call->repository, "streaming");
	const struct acr_json *given = acr_json_get(body, "convertPushedImages");
	if (body && !acr_json_is(given, ACR_JSON_BOOL)) {
		registry_fail(call->exchange, 400, "BAD_REQUEST", NULL, "'convertPushedImages' is true or false.");
		return;
	}
	if (given) {
		acr_json_set_bool(streaming, "convertPushedImages", acr_json_bool(given));
		metadata_save(call->registry, call->name);
	}
	struct acr_json *answer = acr_json_new_object();
	acr_json_set_bool(answer, "convertPushedImages", acr_json_true(streaming, "/convertPushedImages"));
	reply_json(call->exchange, 200, answer);
}

static void answer_state(const struct call *call)
{
	const struct acr_json *operation = last_operation(call->repository, call->rest);
	if (operation)
		reply_json(call->exchange, 200, describe(operation));
	else
		registry_fail(call->exchange, 404, "OPERATION_UNKNOWN", json_build("{'digest':%s}", call->rest),
			      "no conversion of the image is known");
}

static void answer_create(const struct call *call)
{
	const struct acr_json *manifest = metadata_manifest(call->repository, call->rest);
	if (!manifest)
		fail_manifest_unknown(call->exchange, call->name, call->rest);
	else if (!is_image(manifest))
		registry_fail(call->exchange, 400, "UNSUPPORTED", json_build("{'digest':%s}", call->rest),
			      "only an image for one platform can be converted");
	else
		reply_json(call->exchange, 202, describe(begin(call->registry, call->name, call->rest)));
}

static void answer_operation(const struct call *call, bool cancel)
{
	struct acr_json *operation = acr_json_get(acr_json_get(call->repository, "operations"), call->rest);
	if (!operation) {
		registry_fail(call->exchange, 404, "OPERATION_UNKNOWN", json_build("{'id':%s}", call->rest),
			      "operation not known to registry");
		return;
	}
	if (cancel && !is_status(operation, "Running")) {
		registry_fail(call->exchange, 409, "OPERATION_ENDED", json_build("{'id':%s}", call->rest),
			      "the operation has ended with the status %s", acr_json_str(operation, "/status"));
		return;
	}
	if (cancel) {
		acr_json_set_str(operation, "status", "Canceled");
		metadata_save(call->registry, call->name);
	}
	reply_json(call->exchange, cancel ? 202 : 200, describe(operation));
}

/* ---- dispatch
 * --------------------------------------------------------------------------------------------------------- */

static bool authorized(struct registry *registry, struct exchange *exchange, const char *name, bool writes)
{
	struct need needs[] = {{"repository", name, "pull"}, {"repository", name, "push"}};
	return authorize(registry, exchange, needs, writes ? 2 : 1);
}

/* False when the reply says that the body is no JSON. */
static bool read_body(struct exchange *exchange, struct acr_json **ret)
{
	const struct acr_buf *text = &exchange->body;
	if (acr_json_parse(acr_buf_str(text), text->length, ret, NULL) == 0 && acr_json_is(*ret, ACR_JSON_OBJECT))
		return true;
	registry_fail(exchange, 400, "BAD_REQUEST", NULL, "The body is not a JSON object.");
	return false;
}

static void answer_kind(const struct call *call, bool operation, bool cancel, const struct acr_json *body)
{
	if (!call->repository)
		fail_name_unknown(call->exchange, call->name);
	else if (operation)
		answer_operation(call, cancel);
	else if (!*call->rest)
		answer_settings(call, body);
	else if (body)
		answer_create(call);
	else
		answer_state(call);
}

bool streaming_answer(struct registry *registry, struct exchange *exchange, const char *path)
{
	static const char settings[] = "/_streaming", operations[] = "/_operations/", cancel[] = ":cancel";
	const char *mark = strstr(path, "/_");
	bool operation = mark && !strncmp(mark, operations, strlen(operations));
	if (!operation && (!mark || strncmp(mark, settings, strlen(settings)) != 0))
		return false;
	bool post = !strcmp(exchange->method, "POST");
	ACR_AUTO_FREE char *name = acr_strndup(path, (size_t)(mark - path));
	ACR_AUTO_FREE char *rest = acr_strdup(mark + strlen(operation ? operations : settings));
	ACR_AUTO_PTR(acr_json) *body = NULL;
	char *end = operation ? strstr(rest, cancel) : NULL;
	bool cancels = end && !end[strlen(cancel)];
	if (cancels)
		*end = '\0';
	if ((!post && strcmp(exchange->method, "GET") != 0) || (operation && post != cancels) ||
	    (!operation && *rest && *rest != '/')) {
		fail_unsupported(exchange);
		return true;
	}
	if (!authorized(registry, exchange, name, post) || (post && !operation && !read_body(exchange, &body)))
		return true;
	struct call call = {registry, exchange, NULL, name, rest + (*rest == '/')};
	pthread_mutex_lock(&registry->lock);
	call.repository = metadata_repository(registry, name);
	answer_kind(&call, operation, cancels, body);
	pthread_mutex_unlock(&registry->lock);
	return true;
}
