/* A run: its resource and the states it goes through, its request on disk, how it is performed and concluded. */
#include "agent.h"

#include <acr/clock.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT 3600
#define MAX_TIMEOUT 28800
#define REQUEST_MAX ((size_t)64 << 20)

/* Final states: what the resource says, what the log says, and how the last line of the log reads. */
static const struct ending {
	const char *status, *mark, *line;
} endings[] = {
	/* in the order of enum run_end */
	{"Succeeded", "successful", "was successful after"},
	{"Failed", "failed", "failed after"},
	{"Canceled", "canceled", "was canceled after"},
	{"Timeout", "timedout", "timed out after"},
	{"Error", "internalerror", "was ended by an error of the agent after"},
};

int64_t ticks(void)
{
	return acr_clock_system.ticks(&acr_clock_system);
}

char *run_time(void)
{
	ACR_AUTO_FREE char *exact = now_text();
	return acr_format("%.19s+00:00", exact);
}

/* ---- names -------------------------------------------------------------------------------------------------- */

char *run_container(const struct acr_json *registry)
{
	const char *created = acr_json_str(registry, "/properties/creationDate");
	ACR_AUTO_FREE char *key = acr_format("%s\n%s", acr_json_str(registry, "/id"), created ? created : "");
	for (char *c = key; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	char digest[65];
	acr_sha256_hex(key, strlen(key), digest);
	return acr_strndup(digest, 32);
}

char *run_log_name(const char *id)
{
	return acr_format("logs/%s/rawtext.log", id);
}

static char *log_path(const struct run *run)
{
	ACR_AUTO_FREE char *name = run_log_name(run->id);
	return blob_file(run->container, name);
}

void run_free(struct run *run)
{
	if (!run)
		return;
	log_close(&run->log);
	acr_json_free(run->request);
	acr_json_free(run->images);
	acr_json_free(run->bases);
	free(run->registry);
	free(run->id);
	free(run->resource);
	free(run->container);
	free(run->folder);
	free(run->login_server);
	free(run);
}

/* A run as it stands in its request file. */
static struct run *run_new(const char *registry, const char *container, const char *id, const char *login_server,
			   const struct acr_json *request)
{
	struct run *run = acr_alloc(sizeof(*run));
	run->registry = acr_strdup(registry);
	run->container = acr_strdup(container);
	run->id = acr_strdup(id);
	run->resource = acr_format("%s/runs/%s", registry, id);
	run->folder = acr_format("%s/agent/runs/%s-%s", emulator.state, container, id);
	run->login_server = acr_strdup(login_server ? login_server : "");
	run->request = acr_json_copy(request);
	run->images = acr_json_new_array();
	run->bases = acr_json_new_object();
	run->log.descriptor = -1;
	return run;
}

/* ---- the resource ------------------------------------------------------------------------------------------- */

static bool merge(struct acr_json *resource, void *user)
{
	struct acr_json *properties = acr_json_get(resource, "properties");
	const struct acr_json *changes = user;
	for (const struct acr_json *item = acr_json_first(changes); item; item = acr_json_next(item))
		acr_json_set(properties, acr_json_key(item), acr_json_copy(item));
	return true;
}

/* Store a new status with what goes along (taken, may be NULL). */
static void set_status(const struct run *run, const char *status, struct acr_json *changes)
{
	ACR_AUTO_PTR(acr_json) *all = changes ? changes : acr_json_new_object();
	ACR_AUTO_FREE char *now = run_time();
	acr_json_set_str(all, "status", status);
	acr_json_set_str(all, "lastUpdatedTime", now);
	if (!store_change(run->resource, merge, all))
		note("run %s is gone from the store", run->resource);
}

static void set_started(const struct run *run)
{
	ACR_AUTO_FREE char *now = now_text();
	struct acr_json *changes = acr_json_new_object();
	acr_json_set_str(changes, "startTime", now);
	set_status(run, "Started", changes);
}

static const struct ending *find_ending(const char *status)
{
	for (size_t i = 0; i < ACR_COUNT(endings); i++)
		if (!strcmp(endings[i].status, status))
			return &endings[i];
	return NULL;
}

/* Mark the log and drop what is not needed any more. */
static void complete(const struct run *run, const struct ending *ending)
{
	ACR_AUTO_FREE char *path = log_path(run);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (log_complete(path, ending->mark, &error) < 0)
		note("%s", error.message);
	remove_tree(run->folder);
}

/* The state comes before the mark of the log: whoever sees the mark finds the run in its final state. */
void run_conclude(struct run *run, enum run_end end, const char *message)
{
	const struct ending *ending = &endings[end];
	int64_t seconds = run->started ? (ticks() - run->started + 500) / 1000 : 0;
	ACR_AUTO_FREE char *path = log_path(run);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (run->log.descriptor < 0 && log_open(&run->log, path, &error) < 0)
		note("%s", error.message);
	else
		log_text(&run->log, "\nRun ID: %s %s %llds%s%s", run->id, ending->line,
			 (long long)(seconds > 0 ? seconds : 1), message ? ". Error: " : "", message ? message : "");
	log_close(&run->log);

	ACR_AUTO_FREE char *now = now_text();
	struct acr_json *changes = acr_json_new_object();
	acr_json_set_str(changes, "finishTime", now);
	if (acr_json_size(run->images))
		acr_json_set(changes, "outputImages", acr_json_copy(run->images));
	if (message)
		acr_json_set_str(changes, "runErrorMessage", message);
	set_status(run, ending->status, changes);
	complete(run, ending);
}

/* ---- performing one ----------------------------------------------------------------------------------------- */

/* What the machine is, as images name it. */
static const char *native_architecture(void)
{
	static struct utsname machine;
	if (uname(&machine) < 0)
		return "amd64";
	return !strcmp(machine.machine, "aarch64") ? "arm64" : "amd64";
}

/* A run for linux/amd64, which is what clients ask for when nothing is said, is performed for this machine. */
static int check_platform(struct run *run, struct acr_error *error)
{
	const char *os = acr_json_str(run->request, "/platform/os");
	const char *architecture = acr_json_str(run->request, "/platform/architecture");
	const char *native = native_architecture();
	os = os ? os : "linux";
	architecture = architecture ? architecture : "amd64";
	if (!strcasecmp(os, "linux") && !strcasecmp(architecture, native))
		return 0;
	if (!strcasecmp(os, "linux") && !strcasecmp(architecture, "amd64")) {
		log_line(&run->log, "This agent performs the run for linux/%s, which it runs on.", native);
		return 0;
	}
	log_line(&run->log, "This agent performs runs for linux/%s only; %s/%s was asked for.", native, os,
		 architecture);
	return acr_fail(error, ACR_ERROR_RUN, "the platform %s/%s is not available", os, architecture);
}

/* What the request asks for and does not get. */
static void tell_limits(struct run *run)
{
	const char *template = acr_json_str(run->request, "/logTemplate");
	const char *pool = acr_json_str(run->request, "/agentPoolName");
	if (template && *template)
		log_line(&run->log, "This agent does not push the log to '%s'.", template);
	if (pool && *pool)
		log_line(&run->log, "This agent stands in for those of the pool '%s'.", pool);
}

static int perform_task(struct run *run, struct acr_error *error)
{
	struct task task = {0};
	tell_limits(run);
	int result = check_platform(run, error);
	if (result == 0)
		result = request_task(run, &task, error);
	if (result == 0) {
		set_status(run, "Running", NULL);
		result = task_perform(run, &task, error);
	}
	task_clear(&task);
	return result;
}

static enum run_end end_of(int result)
{
	return result == 0                     ? RUN_SUCCEEDED
	       : result == ACR_ERROR_CANCELLED ? RUN_CANCELED
	       : result == ACR_ERROR_TIMEOUT   ? RUN_TIMED_OUT
					       : RUN_FAILED;
}

void run_perform(struct run *run)
{
	double seconds = acr_json_num(run->request, "/timeout", DEFAULT_TIMEOUT);
	run->started = ticks();
	run->deadline = run->started + (int64_t)(seconds > 0 && seconds < MAX_TIMEOUT ? seconds : MAX_TIMEOUT) * 1000;
	set_started(run);
	ACR_AUTO_FREE char *path = log_path(run);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	int result = log_open(&run->log, path, &error);
	if (result == 0)
		result = perform_task(run, &error);
	if (result == 0)
		triggers_learn(run);
	run_conclude(run, end_of(result), result == ACR_ERROR_CANCELLED ? NULL : error.message);
}

/* ---- making one --------------------------------------------------------------------------------------------- */

/* The next free id of a registry. A registry that was deleted and made again starts over, without the old blobs. */
static char *next_id(const char *container, const char *registry)
{
	char digest[65];
	acr_sha256_hex(registry, strlen(registry), digest);
	ACR_AUTO_FREE char *name = acr_format("runs-%.32s", digest);
	static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_lock(&counting);
	ACR_AUTO_PTR(acr_json) *counter = store_private_get(name);
	const char *before = acr_json_str(counter, "/container");
	if (before && strcmp(before, container) != 0) {
		ACR_AUTO_FREE char *blobs = acr_format("%s/agent/blobs/%s", emulator.state, before);
		remove_tree(blobs);
		acr_json_free(TAKE(counter));
	}
	if (!counter)
		counter = acr_json_new_object();
	int number = (int)acr_json_num(counter, "/last", 0) + 1;
	acr_json_set_str(counter, "container", container);
	acr_json_set_num(counter, "last", number);
	store_private_put(name, counter);
	pthread_mutex_unlock(&counting);
	return acr_format("cf%d", number);
}

/* The resource as scheduleRun answers it. */
static struct acr_json *first_answer(const struct run *run)
{
	ACR_AUTO_FREE char *now = run_time();
	ACR_AUTO_FREE char *exact = now_text();
	struct acr_json *answer = json_build(
		"{'type':'Microsoft.ContainerRegistry/registries/runs','properties':{'runId':%s,'status':'Queued',"
		"'lastUpdatedTime':%s,'provisioningState':'Succeeded'},'id':%s,'name':%s,'systemData':{"
		"'lastModifiedBy':%s,'lastModifiedByType':'Application','lastModifiedAt':%s}}",
		run->id, now, run->resource, run->id, emulator.client_id, exact);
	acr_json_set_bool(acr_json_get(answer, "properties"), "isArchiveEnabled",
			  acr_json_true(run->request, "/isArchiveEnabled"));
	return answer;
}

/* The resource as it is stored: what is known only later joins it. */
static void store_run(const struct run *run, const struct acr_json *answer, const char *task,
		      const struct acr_json *cause)
{
	ACR_AUTO_PTR(acr_json) *resource = acr_json_copy(answer);
	struct acr_json *properties = acr_json_get(resource, "properties");
	ACR_AUTO_FREE char *now = now_text();
	acr_json_set_str(properties, "runType", "QuickRun");
	acr_json_set_str(properties, "createTime", now);
	if (task)
		acr_json_set_str(properties, "task", task);
	const struct acr_json *platform = acr_json_get(run->request, "platform");
	acr_json_set(properties, "platform",
		     acr_json_is_nothing(platform) ? json_build("{'os':'linux','architecture':'amd64'}")
						   : acr_json_copy(platform));
	const struct acr_json *pool = acr_json_get(run->request, "agentPoolName");
	if (!acr_json_is_nothing(pool))
		acr_json_set(properties, "agentPoolName", acr_json_copy(pool));
	struct acr_json *agent = acr_json_new_object();
	acr_json_set_num(agent, "cpu", acr_json_num(run->request, "/agentConfiguration/cpu", 2));
	acr_json_set(properties, "agentConfiguration", agent);
	for (const struct acr_json *item = acr_json_first(cause); item; item = acr_json_next(item))
		acr_json_set(properties, acr_json_key(item), acr_json_copy(item));
	store_put(run->resource, resource);
}

static char *request_file(const char *folder)
{
	return acr_path_join(folder, "request.json");
}

/* Keep what is needed to perform the run, also after a restart. It may hold secrets: mode 0600. */
static int save_request(const struct run *run, struct acr_error *error)
{
	if (acr_folder_make(run->folder, error) < 0)
		return error->code;
	ACR_AUTO_PTR(acr_json) *file = acr_json_new_object();
	acr_json_set_str(file, "registry", run->registry);
	acr_json_set_str(file, "container", run->container);
	acr_json_set_str(file, "id", run->id);
	acr_json_set_str(file, "loginServer", run->login_server);
	acr_json_set_num(file, "queued", (double)now_seconds());
	acr_json_set(file, "request", acr_json_copy(run->request));
	ACR_AUTO_FREE char *text = acr_json_text(file);
	ACR_AUTO_FREE char *path = request_file(run->folder);
	return acr_file_replace(path, text, strlen(text), 0600, error);
}

struct run *run_create(const struct acr_json *registry, const struct acr_json *request, const char *task,
		       const struct acr_json *cause, struct acr_json **answer)
{
	const char *resource = acr_json_str(registry, "/id");
	ACR_AUTO_FREE char *container = run_container(registry);
	ACR_AUTO_FREE char *id = next_id(container, resource);
	struct run *run = run_new(resource, container, id, acr_json_str(registry, "/properties/loginServer"), request);
	*answer = first_answer(run);
	store_run(run, *answer, task, cause);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (save_request(run, &error) == 0)
		return run;
	run_conclude(run, RUN_BROKEN, error.message);
	run_free(run);
	return NULL;
}

struct run *run_load(const char *folder)
{
	ACR_AUTO_FREE char *path = request_file(folder);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(REQUEST_MAX);
	ACR_AUTO_PTR(acr_json) *file = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (acr_file_read(path, &text, &error) < 0 ||
	    acr_json_parse(acr_buf_str(&text), text.length, &file, &error) < 0) {
		note("%s", error.message);
		return NULL;
	}
	const char *registry = acr_json_str(file, "/registry"), *container = acr_json_str(file, "/container");
	const char *id = acr_json_str(file, "/id");
	if (!registry || !container || !id)
		return NULL;
	struct run *run =
		run_new(registry, container, id, acr_json_str(file, "/loginServer"), acr_json_get(file, "request"));
	run->started = (int64_t)acr_json_num(file, "/queued", 0); /* to sort by, until it starts */
	return run;
}

bool run_revive(struct run *run)
{
	ACR_AUTO_PTR(acr_json) *resource = store_get(run->resource);
	const char *status = acr_json_str(resource, "/properties/status");
	run->started = 0;
	if (status && !strcmp(status, "Queued"))
		return true;
	const struct ending *ending = status ? find_ending(status) : NULL;
	if (ending)
		complete(run, ending);
	else
		run_conclude(run, RUN_BROKEN, "the agent stopped while the run was under way");
	return false;
}
