/* A run request becomes a task: its context is fetched and its steps are made. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TASK_FILE_MAX ((size_t)1 << 20)
#define RUN_TIMEOUT_MAX 28800

/* ---- what templates may name -------------------------------------------------------------------------------- */

static const char *triggered_by(const struct acr_json *properties)
{
	static const char *const triggers[][2] = {
		{"sourceTrigger", "SourceTrigger"},
		{"imageUpdateTrigger", "ImageUpdate"},
		{"timerTrigger", "Timer"},
	};
	for (size_t i = 0; i < ACR_COUNT(triggers); i++)
		if (acr_json_get(properties, triggers[i][0]))
			return triggers[i][1];
	return "Manual";
}

struct acr_json *run_values(const struct run *run)
{
	time_t now = (time_t)now_seconds();
	struct tm parts;
	char date[32] = "";
	if (gmtime_r(&now, &parts) && !strftime(date, sizeof(date), "%Y%m%d-%H%M%Sz", &parts))
		date[0] = '\0';
	ACR_AUTO_PTR(acr_json) *resource = store_get(run->resource);
	const struct acr_json *properties = acr_json_get(resource, "properties");
	const struct acr_json *source = acr_json_get(properties, "sourceTrigger");
	const char *task = acr_json_str(properties, "/task"), *commit = acr_json_str(source, "/commitId");
	const char *branch = acr_json_str(source, "/branchName"), *repository = acr_json_str(source, "/repositoryUrl");
	const char *name = strrchr(run->registry, '/');
	return json_build("{'Run':{'ID':%s,'Registry':%s,'RegistryName':%s,'Date':%s,'OS':'linux','OSVersion':'',"
			  "'Architecture':'amd64','Commit':%s,'Branch':%s,'Repository':%s,'GitTag':'',"
			  "'TriggeredBy':%s,'TaskName':%s,'SharedVolume':'/workspace'},'Build':{'ID':%s},'Values':{}}",
			  run->id, run->login_server, name ? name + 1 : run->registry, date, commit ? commit : "",
			  branch ? branch : "", repository ? repository : "", triggered_by(properties),
			  task ? task : "", run->id);
}

/* The text of a name-value pair of the request; secrets are blanked in the log from now on. */
static const char *pair_value(struct run *run, const struct acr_json *pair)
{
	const char *value = acr_json_str(pair, "/value");
	if (acr_json_true(pair, "/isSecret"))
		log_hide(&run->log, value);
	return value ? value : "";
}

/* A dot in the name leads into an object. */
static int set_value(struct acr_json **values, const char *name, const char *value, struct acr_error *error)
{
	ACR_AUTO_FREE char *pointer = acr_format("/Values/%s", name);
	for (char *c = pointer + strlen("/Values/"); *c; c++)
		if (*c == '.')
			*c = '/';
	return acr_json_put(values, pointer, acr_json_new_string(value), error);
}

/* Values of a file, then those of the request. */
static int add_values(struct run *run, const char *file_text, size_t length, struct acr_json **values,
		      struct acr_error *error)
{
	if (length) {
		struct acr_json *document = NULL;
		if (yaml_parse(file_text, length, &document, error) < 0)
			return acr_error_prefix(error, "the values file");
		if (acr_json_is(document, ACR_JSON_OBJECT))
			acr_json_set(*values, "Values", document);
		else
			acr_json_free(document);
	}
	const struct acr_json *given = acr_json_get(run->request, "values");
	for (const struct acr_json *pair = acr_json_first(given); pair; pair = acr_json_next(pair)) {
		const char *name = acr_json_str(pair, "/name");
		if (name && set_value(values, name, pair_value(run, pair), error) < 0)
			return error->code;
	}
	return 0;
}

/* ---- DockerBuildRequest ------------------------------------------------------------------------------------- */

static char *full_image_name(const struct run *run, const char *name, const struct acr_json *values,
			     struct acr_error *error)
{
	ACR_AUTO(acr_buf) expanded = ACR_BUF_INIT;
	if (template_expand(name, values, &expanded, error) < 0)
		return NULL;
	size_t length = strlen(run->login_server);
	const char *text = acr_buf_str(&expanded);
	if (!strncmp(text, run->login_server, length) && text[length] == '/')
		return acr_buf_take(&expanded);
	return acr_format("%s/%s", run->login_server, text);
}

/* Secret arguments reach the builder through its environment: "--build-arg NAME" takes the value from there. */
static void add_build_argument(struct run *run, const struct acr_json *pair, struct step *step)
{
	const char *name = acr_json_str(pair, "/name");
	if (!name)
		return;
	const char *value = pair_value(run, pair);
	words_add(&step->arguments, "--build-arg");
	if (acr_json_true(pair, "/isSecret")) {
		words_add(&step->arguments, name);
		words_addf(&step->secrets, "%s=%s", name, value);
	} else
		words_addf(&step->arguments, "%s=%s", name, value);
}

static int docker_steps(struct run *run, struct task *task, struct acr_error *error)
{
	const struct acr_json *request = run->request;
	ACR_AUTO_PTR(acr_json) *values = run_values(run);
	ACR_AUTO(words) images = {0};
	const struct acr_json *names = acr_json_get(request, "imageNames");
	for (const struct acr_json *item = acr_json_first(names); item; item = acr_json_next(item)) {
		const char *name = acr_json_string(item);
		ACR_AUTO_FREE char *image = name ? full_image_name(run, name, values, error) : NULL;
		if (name && !image)
			return error->code;
		if (image)
			words_add(&images, image);
	}
	struct step *build = task_add(task);
	build->kind = STEP_BUILD;
	build->id = acr_strdup("build");
	build->timeout = RUN_TIMEOUT_MAX;
	const char *file = acr_json_str(request, "/dockerFilePath");
	words_add(&build->arguments, "--file");
	words_add(&build->arguments, file && *file ? file : "Dockerfile");
	for (size_t i = 0; i < images.count; i++) {
		words_add(&build->arguments, "--tag");
		words_add(&build->arguments, images.items[i]);
	}
	const char *target = acr_json_str(request, "/target");
	if (target && *target) {
		words_add(&build->arguments, "--target");
		words_add(&build->arguments, target);
	}
	if (acr_json_true(request, "/noCache"))
		words_add(&build->arguments, "--no-cache");
	const struct acr_json *arguments = acr_json_get(request, "arguments");
	for (const struct acr_json *pair = acr_json_first(arguments); pair; pair = acr_json_next(pair))
		add_build_argument(run, pair, build);
	words_add(&build->arguments, ".");
	if (images.count && acr_json_true(request, "/isPushEnabled")) {
		struct step *push = task_add(task);
		push->kind = STEP_PUSH;
		push->id = acr_strdup("push");
		push->timeout = RUN_TIMEOUT_MAX;
		words_add_all(&push->arguments, &images);
		words_add(&push->after, "build");
	}
	return 0;
}

/* ---- FileTaskRunRequest, EncodedTaskRunRequest -------------------------------------------------------------- */

static int read_context_file(const struct task *task, const char *name, struct acr_buf *text, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(task->folder, name);
	if (acr_file_read(path, text, NULL) == 0)
		return 0;
	return acr_fail(error, ACR_ERROR_RUN, "the file '%s' is not in the source code, or cannot be read", name);
}

static int decode(const struct run *run, const char *member, struct acr_buf *text, struct acr_error *error)
{
	const char *encoded = acr_json_string(acr_json_get(run->request, member));
	if (encoded && acr_base64_decode(encoded, strlen(encoded), text, error) < 0)
		return acr_error_prefix(error, "'%s'", member);
	return 0;
}

static int yaml_steps(struct run *run, struct task *task, const struct acr_buf *text, const struct acr_buf *values_text,
		      struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *values = run_values(run);
	if (add_values(run, acr_buf_str(values_text), values_text->length, &values, error) < 0)
		return error->code;
	return task_file_read(acr_buf_str(text), values, &run->log, task, error);
}

static int file_steps(struct run *run, struct task *task, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(TASK_FILE_MAX);
	ACR_AUTO(acr_buf) values = ACR_BUF_INIT_MAX(TASK_FILE_MAX);
	const char *file = acr_json_str(run->request, "/taskFilePath");
	const char *values_file = acr_json_str(run->request, "/valuesFilePath");
	if (read_context_file(task, file && *file ? file : "acb.yaml", &text, error) < 0 ||
	    (values_file && *values_file && read_context_file(task, values_file, &values, error) < 0))
		return error->code;
	return yaml_steps(run, task, &text, &values, error);
}

static int encoded_steps(struct run *run, struct task *task, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(TASK_FILE_MAX);
	ACR_AUTO(acr_buf) values = ACR_BUF_INIT_MAX(TASK_FILE_MAX);
	if (decode(run, "encodedTaskContent", &text, error) < 0 ||
	    decode(run, "encodedValuesContent", &values, error) < 0)
		return error->code;
	return yaml_steps(run, task, &text, &values, error);
}

/* The kinds of requests and of steps of stored tasks. */
static const struct kind {
	const char *request, *step;
	int (*steps)(struct run *run, struct task *task, struct acr_error *error);
} kinds[] = {
	{"DockerBuildRequest", "Docker", docker_steps},
	{"FileTaskRunRequest", "FileTask", file_steps},
	{"EncodedTaskRunRequest", "EncodedTask", encoded_steps},
};

int request_task(struct run *run, struct task *ret, struct acr_error *error)
{
	const char *type = acr_json_str(run->request, "/type");
	if (source_fetch(run, acr_json_str(run->request, "/sourceLocation"), acr_json_str(run->request, "/sourceToken"),
			 &ret->folder, error) < 0)
		return error->code;
	for (size_t i = 0; i < ACR_COUNT(kinds); i++)
		if (type && !strcmp(type, kinds[i].request))
			return kinds[i].steps(run, ret, error);
	return acr_fail(error, ACR_ERROR_RUN, "a run of type '%s' is not known", type ? type : "");
}

bool request_is_known(const char *type)
{
	for (size_t i = 0; i < ACR_COUNT(kinds); i++)
		if (!strcmp(type, kinds[i].request))
			return true;
	return false;
}

/* ---- what can be known before anything runs ------------------------------------------------------------------ */

static bool is_one_of(const struct acr_json *value, const char *const *list)
{
	const char *text = acr_json_string(value);
	while (text && *list && strcasecmp(text, *list) != 0)
		list++;
	return text && *list;
}

static int check_platform(const struct acr_json *platform, struct acr_error *error)
{
	static const char *const systems[] = {"linux", "windows", NULL};
	static const char *const architectures[] = {"amd64", "x86", "386", "arm", "arm64", NULL};
	static const char *const variants[] = {"v6", "v7", "v8", NULL};
	const struct {
		const char *name;
		const char *const *list;
	} members[] = {{"os", systems}, {"architecture", architectures}, {"variant", variants}};
	for (size_t i = 0; i < ACR_COUNT(members); i++) {
		const struct acr_json *value = acr_json_get(platform, members[i].name);
		if (!acr_json_is_nothing(value) && !is_one_of(value, members[i].list))
			return acr_fail(error, ACR_ERROR_FORMAT, "The %s '%s' of the platform is not supported.",
					members[i].name, acr_json_string(value) ? acr_json_string(value) : "");
	}
	return 0;
}

static int check_encoded(const struct acr_json *object, const char *name, struct acr_error *error)
{
	const char *text = acr_json_string(acr_json_get(object, name));
	ACR_AUTO(acr_buf) decoded = ACR_BUF_INIT_MAX(TASK_FILE_MAX);
	if (text && acr_base64_decode(text, strlen(text), &decoded, NULL) < 0)
		return acr_fail(error, ACR_ERROR_FORMAT, "The member '%s' is not base64.", name);
	return 0;
}

int request_check(const struct acr_json *properties, const struct acr_json *step, struct acr_error *error)
{
	const struct acr_json *limit = acr_json_get(properties, "timeout");
	double seconds = acr_json_num(properties, "/timeout", 0);
	if (!acr_json_is_nothing(limit) && !(seconds > 0 && seconds <= RUN_TIMEOUT_MAX))
		return acr_fail(error, ACR_ERROR_FORMAT, "The timeout must be between 1 and %d seconds.",
				RUN_TIMEOUT_MAX);
	if (check_platform(acr_json_get(properties, "platform"), error) < 0 ||
	    check_encoded(step, "encodedTaskContent", error) < 0 ||
	    check_encoded(step, "encodedValuesContent", error) < 0)
		return error->code;
	return 0;
}

bool step_is_known(const char *type)
{
	for (size_t i = 0; i < ACR_COUNT(kinds); i++)
		if (!strcmp(type, kinds[i].step))
			return true;
	return false;
}

/* ---- stored tasks ------------------------------------------------------------------------------------------- */

/* Members whose name differs between a task's step and a request. */
static void rename_member(struct acr_json *object, const char *from, const char *to)
{
	struct acr_json *value = acr_json_detach(object, from);
	if (value)
		acr_json_set(object, to, value);
}

static void override_text(struct acr_json *request, const char *member, const struct acr_json *overrides,
			  const char *name)
{
	const char *text = acr_json_string(acr_json_get(overrides, name));
	if (text)
		acr_json_set_str(request, member, text);
}

static struct acr_json *find_pair(const struct acr_json *pairs, const char *name)
{
	for (struct acr_json *pair = acr_json_first(pairs); pair; pair = acr_json_next(pair)) {
		const char *other = acr_json_str(pair, "/name");
		if (other && !strcmp(other, name))
			return pair;
	}
	return NULL;
}

/* Pairs of the same name are replaced, others join. */
static void override_pairs(struct acr_json *request, const char *member, const struct acr_json *overrides)
{
	struct acr_json *pairs = acr_json_get(request, member);
	if (!acr_json_is(pairs, ACR_JSON_ARRAY)) {
		acr_json_set(request, member, acr_json_new_array());
		pairs = acr_json_get(request, member);
	}
	const struct acr_json *given = acr_json_get(overrides, member);
	for (const struct acr_json *pair = acr_json_first(given); pair; pair = acr_json_next(pair)) {
		const char *name = acr_json_str(pair, "/name");
		struct acr_json *old = name ? find_pair(pairs, name) : NULL;
		if (!old) {
			acr_json_append(pairs, acr_json_copy(pair));
			continue;
		}
		acr_json_set_str(old, "value", acr_json_str(pair, "/value"));
		acr_json_set_bool(old, "isSecret", acr_json_true(pair, "/isSecret"));
	}
}

struct acr_json *request_of_task(const struct acr_json *task, const struct acr_json *overrides, struct acr_error *error)
{
	static const char *const shared[] = {"platform",    "agentConfiguration", "timeout",
					     "credentials", "agentPoolName",      "logTemplate"};
	const struct acr_json *step = acr_json_at(task, "/properties/step");
	const char *type = acr_json_str(step, "/type");
	const struct kind *kind = NULL;
	for (size_t i = 0; i < ACR_COUNT(kinds); i++)
		if (type && !strcmp(type, kinds[i].step))
			kind = &kinds[i];
	if (!kind) {
		acr_fail(error, ACR_ERROR_FORMAT, "The task '%s' has no step that can be run.",
			 acr_json_str(task, "/name"));
		return NULL;
	}
	struct acr_json *request = acr_json_copy(step);
	acr_json_set_str(request, "type", kind->request);
	override_text(request, "contextPath", overrides, "contextPath");
	override_text(request, kind->steps == docker_steps ? "dockerFilePath" : "taskFilePath", overrides, "file");
	override_text(request, "target", overrides, "target");
	override_pairs(request, "arguments", overrides);
	override_pairs(request, "values", overrides);
	rename_member(request, "contextPath", "sourceLocation");
	rename_member(request, "contextAccessToken", "sourceToken");
	for (size_t i = 0; i < ACR_COUNT(shared); i++) {
		const struct acr_json *value = acr_json_get(acr_json_get(task, "properties"), shared[i]);
		if (!acr_json_is_nothing(value))
			acr_json_set(request, shared[i], acr_json_copy(value));
	}
	return request;
}
