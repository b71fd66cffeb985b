/* Scheduling a run and seeing it to its end. */
#include "run/schedule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "run_op.h"

struct platform {
	char *os, *architecture, *variant;
};

static bool among(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(text, *list))
			return true;
	return false;
}

static int check_part(const char *part, const char *what, const char *const *valid, struct acr_error *error)
{
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;

	if (!part || among(part, valid))
		return 0;
	for (; *valid; valid++)
		acr_buf_printf(&list, "%s%s", list.length ? "," : "", *valid);
	return acr_fail(error, ACR_ERROR_GENERAL,
	                "'%s' is not a valid value for %s specified in --platform. Valid options are %s.", part, what,
	                acr_buf_str(&list));
}

/* os[/architecture[/variant]] in any case, into a JSON object as requests have it. */
int schedule_platform(const char *text, struct acr_json **ret, struct acr_error *error)
{
	static const char *const systems[] = {"linux", "windows", NULL};
	static const char *const architectures[] = {"amd64", "x86", "386", "arm", "arm64", NULL};
	static const char *const variants[] = {"v6", "v7", "v8", NULL};
	ACR_AUTO_FREE char *copy = acr_strdup(text ? text : "linux/amd64");
	char *os = copy, *architecture, *variant = NULL, *c;
	int rc;

	for (c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	architecture = strchr(os, '/');
	if (architecture) {
		*architecture++ = '\0';
		variant = strchr(architecture, '/');
		if (variant)
			*variant++ = '\0';
	}
	if ((rc = check_part(os, "OS", systems, error)) < 0 ||
	    (rc = check_part(architecture, "Architecture", architectures, error)) < 0 ||
	    (rc = check_part(variant, "Variant", variants, error)) < 0)
		return rc;
	*ret = acr_json_new_object();
	acr_json_set_str(*ret, "os", os);
	acr_json_set_str(*ret, "architecture", architecture ? architecture : "amd64");
	if (variant)
		acr_json_set_str(*ret, "variant", variant);
	return 0;
}

int schedule_check(struct context *context, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *platform = NULL;

	if (args_string(context->args, "auth-mode") && args_string(context->args, "source-acr-auth-id"))
		return acr_fail(error, ACR_ERROR_GENERAL, "Give either --auth-mode or --source-acr-auth-id, not both.");
	return schedule_platform(args_string(context->args, "platform"), &platform, error);
}

/* How the run signs in to its registry: as asked; else, where access is granted by repository, as the caller. */
static int source_credentials(struct context *context, struct acr_json **ret, struct acr_error *error)
{
	const char *mode = args_string(context->args, "auth-mode");
	const char *identity = args_string(context->args, "source-acr-auth-id");
	ACR_AUTO_PTR(acr_json) *credentials = acr_json_new_object();
	ACR_AUTO_PTR(acr_json) *registry = NULL;
	const char *assignment;
	int rc;

	if (!mode && !identity) {
		if ((rc = context_registry_resource(context, &registry, error)) < 0)
			return rc;
		assignment = acr_json_str(registry, "/properties/roleAssignmentMode");
		if (assignment && !strcasecmp(assignment, "AbacRepositoryPermissions")) {
			identity = "[caller]";
			io_info(context->io, "The registry grants access by repository: the run signs in as you.");
		}
	}
	if (mode && (rc = acr_json_put(&credentials, "/sourceRegistry/loginMode", acr_json_new_string(mode), error)) < 0)
		return rc;
	if (identity &&
	    (rc = acr_json_put(&credentials, "/sourceRegistry/identity", acr_json_new_string(identity), error)) < 0)
		return rc;
	*ret = TAKE(credentials);
	return 0;
}

int schedule_request(struct context *context, const char *type, struct acr_json **ret, struct acr_error *error)
{
	const char *pool = args_string(context->args, "agent-pool");
	const char *template = args_string(context->args, "log-template");
	long timeout = args_integer(context->args, "timeout", 0);
	ACR_AUTO_PTR(acr_json) *request = acr_json_new_object();
	struct acr_json *platform = NULL, *credentials = NULL;
	int rc;

	acr_json_set_str(request, "type", type);
	acr_json_set_bool(request, "isArchiveEnabled", false);
	if ((rc = schedule_platform(args_string(context->args, "platform"), &platform, error)) < 0)
		return rc;
	acr_json_set(request, "platform", platform);
	if ((rc = source_credentials(context, &credentials, error)) < 0)
		return rc;
	acr_json_set(request, "credentials", credentials);
	if (pool)
		acr_json_set_str(request, "agentPoolName", pool);
	if (timeout)
		acr_json_set_num(request, "timeout", (double)timeout);
	if (template)
		acr_json_set_str(request, "logTemplate", template);
	*ret = TAKE(request);
	return 0;
}

static void add_values(struct context *context, const char *key, bool secret, struct acr_json *list)
{
	const struct acr_json *item;

	for (item = acr_json_first(args_value(context->args, key)); item; item = acr_json_next(item)) {
		struct acr_json *value = acr_json_copy(item);

		acr_json_set_bool(value, "isSecret", secret);
		acr_json_append(list, value);
	}
}

struct acr_json *schedule_values(struct context *context, const char *plain, const char *secret)
{
	struct acr_json *list = acr_json_new_array();

	add_values(context, plain, false, list);
	add_values(context, secret, true, list);
	return list;
}

/* How the ends of runs are told. */
static int run_verdict(struct context *context, const struct acr_json *run, struct acr_error *error)
{
	static const struct {
		const char *status, *sentence;
	} ends[] = {
		{"Failed", "Run failed"},
		{"Canceled", "Run was canceled"},
		{"Timeout", "Run timed out"},
		{"Error", "Run failed in the service"},
	};
	const char *status = acr_json_str(run, "/properties/status");
	const char *id = acr_json_str(run, "/properties/runId");
	const char *reason = acr_json_str(run, "/properties/runErrorMessage");
	const char *registry = args_string(context->args, "registry");
	const char *sentence = "Run ended";
	size_t i;

	if (status && !strcasecmp(status, "Succeeded"))
		return 0;
	for (i = 0; status && i < ACR_COUNT(ends); i++)
		if (!strcasecmp(status, ends[i].status))
			sentence = ends[i].sentence;
	return acr_fail(error, ACR_ERROR_RUN,
	                "%s: the run with ID '%s' finished with unsuccessful status '%s'%s%s. Show run details by 'acr task "
	                "show-run -r %s --run-id %s', its log by 'acr task logs -r %s --run-id %s'.",
	                sentence, id ? id : "", status ? status : "", reason ? ": " : "", reason ? reason : "", registry,
	                id ? id : "", registry, id ? id : "");
}

/* Cancel the run because a signal came; the second signal ends the process at once. */
static int cancel_run(struct context *context, const char *run_id)
{
	struct acr_params params = {.path = acr_json_new_object()};
	struct acr_call_options options = {.no_wait = true};
	struct acr_error error = ACR_ERROR_INIT;
	struct acr_json *answer = NULL;
	int signal = context_signal();

	context_release_signals();
	acr_json_set_str(params.path, "run", run_id);
	if (context_call(context, &acr_op_run_cancel, &params, &options, &answer, &error) < 0)
		io_error(context->io, "Interrupted, and the run with ID '%s' could not be cancelled: %s", run_id,
		         error.message);
	else
		io_error(context->io, "Interrupted: the run with ID '%s' is being cancelled.", run_id);
	acr_error_clear(&error);
	acr_json_free(answer);
	acr_params_clear(&params);
	return 128 + signal;
}

/* After the run was scheduled: log, wait, verdict. */
static int see_to_end(struct context *context, const char *run_id, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *run = NULL;
	bool logs = !args_flag(context->args, "no-logs");
	FILE *out = context->result_given ? context->io->err : context->io->out;
	int rc = logs ? run_follow(context, run_id, out, error) : 0;

	if (rc == 0)
		rc = run_wait(context, run_id, &run, error);
	if (rc == 0)
		rc = run_verdict(context, run, error);
	if (rc < 0 || (logs && !context->result_given))
		return rc;
	return run_finish(context, TAKE(run), ret, error);
}

int schedule_run(struct context *context, struct acr_json *request, const char *what, struct acr_json **ret,
                 struct acr_error *error)
{
	struct acr_params params = {.body = request};
	ACR_AUTO_PTR(acr_json) *queued = NULL;
	const char *run_id;
	int rc = context_call(context, &acr_op_run_schedule, &params, NULL, &queued, error);

	acr_params_clear(&params);
	if (rc < 0)
		return rc;
	run_id = acr_json_str(queued, "/properties/runId");
	if (!run_id)
		return acr_fail(error, ACR_ERROR_SERVICE, "The service scheduled the %s but did not say its ID.", what);
	io_note(context->io, "Queued a %s with ID: %s", what, run_id);
	if (args_flag(context->args, "no-wait"))
		return 0;
	io_note(context->io, "Waiting for an agent...");
	rc = see_to_end(context, run_id, ret, error);
	if (rc == ACR_ERROR_INTERRUPTED && context_signal()) {
		acr_error_clear(error);
		rc = cancel_run(context, run_id);
	}
	return rc;
}
