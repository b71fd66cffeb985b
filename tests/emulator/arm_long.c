/* Long operations: started by a handler, worked on in a thread of their own, polled by the client. */
#include "emulator.h"
#include "resource_id.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* A poll waits this long for the end before it says that the operation still runs, so quick operations cost clients
 * no pause. */
#define POLL_WAIT_MS 400
#define KEPT_OPERATIONS 4096

struct operation {
	struct operation *next;
	char id[37];
	char *result_id; /* NULL: nothing to report at the end */
	char *running;   /* the state while it runs: "Creating" */
	struct acr_json *(*work)(void *user);
	void *user;
	bool done;
	struct acr_json *error; /* what it failed with */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct operation *operations; /* the newest first */
static size_t running_count;

static void operation_free(struct operation *operation)
{
	free(operation->result_id);
	free(operation->running);
	acr_json_free(operation->error);
	free(operation);
}

/* Under the lock: forget the oldest operations that have ended. */
static void forget_old(void)
{
	size_t count = 0;
	for (struct operation **step = &operations; *step;) {
		struct operation *operation = *step;
		if (++count > KEPT_OPERATIONS && operation->done) {
			*step = operation->next;
			operation_free(operation);
		} else {
			step = &operation->next;
		}
	}
}

static struct operation *find(const char *id)
{
	for (struct operation *operation = operations; operation; operation = operation->next)
		if (!strcasecmp(operation->id, id))
			return operation;
	return NULL;
}

/* ---- work ----------------------------------------------------------------------------------------------------- */

static bool set_state(struct acr_json *resource, void *state)
{
	struct acr_json *properties = acr_json_get(resource, "properties");
	if (!properties)
		return false;
	acr_json_set_str(properties, "provisioningState", state);
	return true;
}

static void finish(struct operation *operation, struct acr_json *error)
{
	if (operation->result_id)
		store_change(operation->result_id, set_state, (void *)(uintptr_t)(error ? "Failed" : "Succeeded"));
	pthread_mutex_lock(&lock);
	operation->error = error;
	operation->done = true;
	running_count--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static void *run(void *user)
{
	struct operation *operation = user;
	finish(operation, operation->work(operation->user));
	return NULL;
}

static void start(struct operation *operation)
{
	pthread_t thread;
	if (!operation->work)
		finish(operation, NULL);
	else if (pthread_create(&thread, NULL, run, operation) == 0)
		pthread_detach(thread);
	else
		run(operation); /* no thread to be had: the client waits instead */
}

/* ---- the first answer ----------------------------------------------------------------------------------------- */

static char *location_key(const struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = request->registry ? store_get(request->registry) : NULL;
	const char *location = acr_json_str(registry, "/location");
	return acr_strdup(location ? location : "global");
}

/* The provider's name, or the resource manager's own. */
static char *provider_of(const struct arm_request *request)
{
	return acr_strndup(request->type, strcspn(request->type, "/"));
}

/* What stands in front of the operation's id: the kind of the resource ("registries"). */
static const char *kind_of(const struct arm_request *request)
{
	const char *slash = strrchr(request->type, '/');
	return slash ? slash + 1 : request->type;
}

static char *status_url(const struct arm_request *request, const struct operation *operation)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	acr_buf_puts(&url, emulator.base_url);
	if (operation->result_id) {
		acr_uri_escape(operation->result_id, "/", &url);
		acr_buf_puts(&url, "/operationStatuses/");
	} else {
		ACR_AUTO_FREE char *provider = provider_of(request);
		ACR_AUTO_FREE char *location = location_key(request);
		acr_buf_printf(&url, "/subscriptions/%s/providers/%s/locations/%s/operationResults/",
			       emulator.subscription_id, provider, location);
	}
	acr_buf_printf(&url, "%s-%s", kind_of(request), operation->id);
	acr_uri_add_query(&url, "api-version", request->api_version);
	/* Azure's addresses carry a signature that clients must keep. */
	ACR_AUTO_FREE char *signature = signature_make(operation->id, 86400);
	acr_buf_printf(&url, "&%s", signature);
	return acr_buf_take(&url);
}

static void set_poll_headers(struct exchange *exchange, const char *name, const char *url)
{
	acr_headers_set(&exchange->reply_headers, name, url);
	acr_headers_set(&exchange->reply_headers, "Retry-After", "1");
}

void arm_reply_long(struct arm_request *request, int status, const char *result_id,
		    struct acr_json *(*work)(void *user), void *user)
{
	struct exchange *exchange = request->exchange;
	struct operation *operation = acr_alloc(sizeof(*operation));
	acr_uuid(operation->id);
	ACR_AUTO_PTR(acr_json) *resource = result_id ? store_get(result_id) : NULL;
	const char *state = acr_json_str(resource, "/properties/provisioningState");
	operation->result_id = acr_strdup(result_id);
	operation->running = acr_strdup(state ? state : "InProgress");
	operation->work = work;
	operation->user = user;

	ACR_AUTO_FREE char *url = status_url(request, operation);
	set_poll_headers(exchange, result_id ? "Azure-AsyncOperation" : "Location", url);
	if (resource && !exchange->reply.length)
		reply_json(exchange, status, TAKE(resource));
	exchange->status = status;

	pthread_mutex_lock(&lock);
	operation->next = operations;
	operations = operation;
	running_count++;
	forget_old();
	pthread_mutex_unlock(&lock);
	start(operation);
}

/* ---- polls ---------------------------------------------------------------------------------------------------- */

static bool has_type_end(const char *type, const char *end)
{
	const char *slash = strrchr(type, '/');
	return slash && !strcasecmp(slash + 1, end);
}

bool arm_long_concerns(const struct arm_request *request)
{
	return request->name && !strcmp(request->exchange->method, "GET") &&
	       (has_type_end(request->type, "operationStatuses") || has_type_end(request->type, "operationResults"));
}

/* Under the lock, which is given up while waiting. NULL when the operation is not known. */
static const struct operation *wait_for_end(const char *id)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)POLL_WAIT_MS * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	const struct operation *operation;
	bool late = false;
	while ((operation = find(id)) && !operation->done && !late)
		late = pthread_cond_timedwait(&changed, &lock, &until) != 0;
	return operation;
}

/* Azure-AsyncOperation: always 200, the state is in the body. */
static void answer_status(struct exchange *exchange, const struct operation *operation, const char *url)
{
	struct acr_json *body = acr_json_new_object();
	acr_json_set_str(body, "status",
			 !operation->done   ? operation->running
			 : operation->error ? "Failed"
					    : "Succeeded");
	if (operation->error)
		acr_json_set(body, "error", acr_json_copy(operation->error));
	if (!operation->done)
		set_poll_headers(exchange, "Azure-AsyncOperation", url);
	reply_json(exchange, 200, body);
}

/* Location: 202 until the end. */
static void answer_result(struct exchange *exchange, const struct operation *operation, const char *url)
{
	if (!operation->done) {
		set_poll_headers(exchange, "Location", url);
		exchange->status = 202;
	} else if (operation->error) {
		struct acr_json *body = acr_json_new_object();
		acr_json_set(body, "error", acr_json_copy(operation->error));
		reply_json(exchange, 400, body);
	} else {
		exchange->status = 200;
	}
}

void arm_long_answer(struct arm_request *request)
{
	struct exchange *exchange = request->exchange;
	const char *id = strlen(request->name) > 36 ? request->name + strlen(request->name) - 36 : request->name;
	if (!signature_check(id, exchange->query)) {
		reply_error(exchange, 403, "AuthorizationFailed",
			    "The address of the operation '%s' is not the one that was given out.", request->name);
		return;
	}
	ACR_AUTO_FREE char *url = acr_format("%s%s?%s", emulator.base_url, exchange->path, exchange->query);
	pthread_mutex_lock(&lock);
	const struct operation *operation = wait_for_end(id);
	if (operation && has_type_end(request->type, "operationStatuses"))
		answer_status(exchange, operation, url);
	else if (operation)
		answer_result(exchange, operation, url);
	pthread_mutex_unlock(&lock);
	if (!operation)
		reply_error(exchange, 404, "OperationNotFound",
			    "The operation '%s' is not known; it ended, or the emulator was started anew.",
			    request->name);
}

void arm_long_stop(void)
{
	pthread_mutex_lock(&lock);
	while (running_count)
		pthread_cond_wait(&changed, &lock);
	while (operations) {
		struct operation *operation = operations;
		operations = operation->next;
		operation_free(operation);
	}
	pthread_mutex_unlock(&lock);
}
