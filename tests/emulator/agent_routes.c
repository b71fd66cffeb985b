/* What management answers about runs: uploads, scheduling, lists, logs, cancelling. */
#include "agent.h"
#include "resource_id.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UPLOAD_LIFETIME 3600
#define LOG_LIFETIME (12 * 3600)
#define PAGE_SIZE 100

#define REGISTRY "Microsoft.ContainerRegistry/registries"
#define RUNS REGISTRY "/runs"
#define TASKS REGISTRY "/tasks"
#define TASK_RUNS REGISTRY "/taskRuns"

static void list_build_source_upload_url(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	ACR_AUTO_FREE char *container = run_container(registry);
	time_t now = (time_t)now_seconds();
	struct tm parts;
	char date[32], random[37];
	if (!gmtime_r(&now, &parts) || !strftime(date, sizeof(date), "%Y%m%d%H%M", &parts))
		date[0] = '\0';
	acr_uuid(random);
	ACR_AUTO_FREE char *name = acr_format("source/%s0000/%s.tar.gz", date, random);
	ACR_AUTO_FREE char *url = blob_url(container, name, 'w', UPLOAD_LIFETIME);
	reply_json(request->exchange, 200, json_build("{'uploadUrl':%s,'relativePath':%s}", url, name));
}

/* ---- scheduleRun -------------------------------------------------------------------------------------------- */

/* The request that a TaskRunRequest stands for; NULL when a reply was made. *name gets the name of the task. */
static struct acr_json *resolve_task(struct exchange *exchange, const struct acr_json *body, char **name)
{
	const char *id = acr_json_str(body, "/taskId");
	ACR_AUTO_PTR(acr_json) *task = id ? store_get(id) : NULL;
	if (!task) {
		reply_error(exchange, 404, "ResourceNotFound", "The task '%s' could not be found.", id ? id : "");
		return NULL;
	}
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	struct acr_json *resolved = request_of_task(task, acr_json_get(body, "overrideTaskStepProperties"), &error);
	if (!resolved)
		reply_error(exchange, 400, "InvalidTask", "%s", error.message);
	else
		*name = acr_strdup(acr_json_str(task, "/name"));
	return resolved;
}

static bool check_pool(struct arm_request *request, const struct acr_json *body)
{
	const char *name = acr_json_str(body, "/agentPoolName");
	ACR_AUTO_FREE char *id = name ? acr_format("%s/agentPools/%s", request->registry, name) : NULL;
	if (!id || store_has(id))
		return true;
	reply_error(request->exchange, 400, "AgentPoolNotFound",
		    "The agent pool '%s' of the registry '%s' could not be found.", name,
		    resource_name(request->registry));
	return false;
}

struct acr_json *request_schedule(struct arm_request *request, const struct acr_json *body)
{
	const char *type = acr_json_str(body, "/type");
	ACR_AUTO_FREE char *task = NULL;
	ACR_AUTO_PTR(acr_json) *resolved = NULL;
	if (type && !strcmp(type, "TaskRunRequest")) {
		resolved = resolve_task(request->exchange, body, &task);
		if (!resolved)
			return NULL;
	} else if (!type || !request_is_known(type)) {
		reply_error(request->exchange, 400, "InvalidRunRequest", "The run request type '%s' is not valid.",
			    type ? type : "");
		return NULL;
	}
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (request_check(body, body, &error) < 0) {
		reply_error(request->exchange, 400, "InvalidRunRequest", "%s", error.message);
		return NULL;
	}
	if (!check_pool(request, resolved ? resolved : body))
		return NULL;
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	return run_schedule(registry, resolved ? resolved : body, task, NULL);
}

static void schedule_run(struct arm_request *request)
{
	struct acr_json *run = request_schedule(request, request->body);
	if (run)
		reply_json(request->exchange, 200, run);
}

/* ---- runs --------------------------------------------------------------------------------------------------- */

/* The number in "cf12". */
static long run_number(const struct acr_json *run)
{
	const char *name = acr_json_str(run, "/name");
	return name ? strtol(name + strcspn(name, "0123456789"), NULL, 10) : 0;
}

static int newest_first(const void *a, const void *b)
{
	long first = run_number(*(struct acr_json *const *)a), second = run_number(*(struct acr_json *const *)b);
	return first < second ? 1 : first > second ? -1 : 0;
}

/* A number of the query; `otherwise` when it is absent or no number. */
static size_t number_of(struct exchange *exchange, const char *name, size_t otherwise)
{
	ACR_AUTO_FREE char *text = exchange_query(exchange, name);
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : 0;
	return text && end != text && !*end ? value : otherwise;
}

static void add_next_link(struct arm_request *request, struct acr_json *page, const char *filter, size_t skip,
			  size_t top)
{
	ACR_AUTO(acr_buf) link = ACR_BUF_INIT;
	acr_buf_printf(&link, "%s%s", emulator.base_url, request->exchange->path);
	ACR_AUTO_FREE char *skip_text = acr_format("%zu", skip);
	ACR_AUTO_FREE char *top_text = acr_format("%zu", top);
	acr_uri_add_query(&link, "api-version", request->api_version);
	if (filter)
		acr_uri_add_query(&link, "$filter", filter);
	if (top != SIZE_MAX)
		acr_uri_add_query(&link, "$top", top_text);
	acr_uri_add_query(&link, "$skiptoken", skip_text);
	acr_json_set_str(page, "nextLink", acr_buf_str(&link));
}

/* The page of `runs` (sorted, `count` of them) that is asked for. $top bounds all pages together. */
static struct acr_json *make_page(struct arm_request *request, const char *filter, struct acr_json **runs, size_t count)
{
	size_t skip = number_of(request->exchange, "$skiptoken", 0);
	size_t top = number_of(request->exchange, "$top", SIZE_MAX);
	size_t size = top < PAGE_SIZE ? top : PAGE_SIZE, at = skip;
	struct acr_json *list = acr_json_new_array();
	for (; at < count && at - skip < size; at++)
		acr_json_append(list, acr_json_copy(runs[at]));
	struct acr_json *page = acr_json_new_object();
	acr_json_set(page, "value", list);
	if (at < count && size < top)
		add_next_link(request, page, filter, at, top == SIZE_MAX ? top : top - size);
	return page;
}

static void list_runs(struct arm_request *request)
{
	ACR_AUTO_FREE char *text = exchange_query(request->exchange, "$filter");
	ACR_AUTO_PTR(run_filter) *filter = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (text && *text && filter_parse(text, &filter, &error) < 0) {
		reply_error(request->exchange, 400, "InvalidFilter", "%s", error.message);
		return;
	}
	ACR_AUTO_PTR(acr_json) *all = store_list(request->id);
	struct acr_json **runs = acr_alloc_array(acr_json_size(all) + 1, sizeof(*runs));
	size_t count = 0;
	for (struct acr_json *run = acr_json_first(all); run; run = acr_json_next(run))
		if (!filter || filter_matches(filter, run))
			runs[count++] = run;
	qsort(runs, count, sizeof(*runs), newest_first);
	reply_json(request->exchange, 200, make_page(request, filter ? text : NULL, runs, count));
	free(runs);
}

static void get_runs(struct arm_request *request)
{
	if (request->name)
		arm_generic(request);
	else
		list_runs(request);
}

static bool set_archive(struct acr_json *run, void *user)
{
	const struct acr_json *body = user;
	ACR_AUTO_FREE char *now = run_time();
	struct acr_json *properties = acr_json_get(run, "properties");
	acr_json_set_str(properties, "lastUpdatedTime", now);
	if (acr_json_get(body, "isArchiveEnabled"))
		acr_json_set_bool(properties, "isArchiveEnabled", acr_json_true(body, "/isArchiveEnabled"));
	arm_touch(run);
	return true;
}

static void update_run(struct arm_request *request)
{
	if (!request->name || !store_change(request->id, set_archive, request->body))
		arm_not_found(request);
	else
		reply_json(request->exchange, 200, store_get(request->id));
}

static void list_log_sas_url(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *registry = store_get(request->registry);
	ACR_AUTO_FREE char *container = run_container(registry);
	ACR_AUTO_FREE char *name = run_log_name(request->name);
	ACR_AUTO_FREE char *url = blob_url(container, name, 'r', LOG_LIFETIME);
	reply_json(request->exchange, 200, json_build("{'logLink':%s}", url));
}

/* A run that is over stays as it is. */
static void cancel(struct arm_request *request)
{
	run_cancel(request->id);
	request->exchange->status = 200;
}

const struct arm_route agent_routes[] = {
	{"POST", REGISTRY, "listBuildSourceUploadUrl", list_build_source_upload_url},
	{"POST", REGISTRY, "scheduleRun", schedule_run},
	{"POST", REGISTRY, "importImage", import_image},
	{"GET", RUNS, NULL, get_runs},
	{"PATCH", RUNS, NULL, update_run},
	{"POST", RUNS, "listLogSasUrl", list_log_sas_url},
	{"POST", RUNS, "cancel", cancel},
	{"GET", TASKS, NULL, tasks_get},
	{"PUT", TASKS, NULL, tasks_put},
	{"PATCH", TASKS, NULL, tasks_patch},
	{"POST", TASKS, "listDetails", tasks_details},
	{"GET", TASK_RUNS, NULL, task_runs_get},
	{"PUT", TASK_RUNS, NULL, task_runs_put},
	{0},
};
