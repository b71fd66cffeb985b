/* Private to the agent: what blob.c and agent_*.c share.
 *
 *   agent_routes.c    what management answers: uploads, scheduleRun, runs
 *   agent_tasks.c     stored tasks and task runs
 *   agent_filter.c    $filter of a list of runs
 *   agent_queue.c     queue and workers, what survives a restart
 *   agent_runs.c      one run: resource, states, request on disk
 *   agent_request.c   a run request becomes a task: a list of steps
 *   agent_yaml.c      YAML as JSON
 *   agent_task_file.c acb.yaml becomes a task
 *   agent_task.c      a task in memory
 *   agent_template.c  {{.Run.ID}}, $Registry
 *   agent_words.c     lists of words
 *   agent_source.c    gets the context of a run
 *   agent_steps.c     performs the steps of a task, also several at once
 *   agent_buildah.c   what one step does: build, push, cmd
 *   agent_settings.c  the files buildah reads: registries, credentials
 *   agent_report.c    the report at the end of a log
 *   agent_images.c    base images that need no network
 *   agent_dockerfile.c  the images a Dockerfile builds on
 *   agent_triggers.c  what starts tasks: timers, images that were pushed
 *   agent_cron.c      schedules of timers
 *   agent_commits.c   commits and pull requests that start tasks
 *   agent_import.c    images copied from other registries
 *   agent_child.c     child processes that cannot outlive their run
 *   agent_log.c       the log, an append blob
 *   blob.c            uploads and logs over HTTP
 *
 * Folders below STATE/agent: blobs/CONTAINER/… (uploads, logs), runs/CONTAINER-ID/ (a run under way: its request,
 * workspace and image storage), images/ (base images), imports/ (imports under way), settings/ (files buildah reads). */
#ifndef AGENT_H
#define AGENT_H

#include <stdatomic.h>
#include <sys/types.h>
#include "emulator.h"

/* ---- agent_words.c: an argv under construction -------------------------------------------------------------- */

struct words {
	char **items; /* ended by NULL once something was added */
	size_t count;
};
void words_add(struct words *words, const char *text);
void words_addf(struct words *words, const char *format, ...) ACR_PRINTF(2, 3);
void words_add_all(struct words *words, const struct words *more);
void words_clear(struct words *words);
/* Split a command line at blanks, honouring quotes and backslashes as a shell does. */
int words_split(const char *text, struct words *ret, struct acr_error *error) ACR_MUST_CHECK;

/* ---- blob.c ------------------------------------------------------------------------------------------------- */

/* The file behind a blob; yours to free(). */
char *blob_file(const char *container, const char *name);
/* A URL that allows reading ('r') or writing ('w') one blob for `lifetime` seconds; yours to free(). */
char *blob_url(const char *container, const char *name, char permission, int lifetime);
/* Whether a name stays in its container: no empty segments, none that begins with a dot. */
bool blob_name_is_safe(const char *name);
/* Delete uploads that are older than this. */
void uploads_expire(int seconds);

/* ---- agent_log.c -------------------------------------------------------------------------------------------- */

/* The log of a run: lines end in CR LF, as the service writes them, and secrets are blanked. One thread writes to one
 * of these; threads that write at the same time have one each, whose whole lines join the same file. */
struct run_log {
	int descriptor;
	char *path;
	struct acr_buf line;  /* not ended yet */
	struct words secrets; /* texts to blank */
};
int log_open(struct run_log *log, const char *path, struct acr_error *error) ACR_MUST_CHECK;
/* One more for the file of `log`, with what is blanked there so far. */
int log_branch(struct run_log *branch, const struct run_log *log, struct acr_error *error) ACR_MUST_CHECK;
/* Blank this text from now on; NULL and "" are ignored. */
void log_hide(struct run_log *log, const char *secret);
void log_write(struct run_log *log, const char *bytes, size_t length);
/* A line of text; log_line() puts the time in front. */
void log_text(struct run_log *log, const char *format, ...) ACR_PRINTF(2, 3);
void log_line(struct run_log *log, const char *format, ...) ACR_PRINTF(2, 3);
/* End a line that was begun. */
void log_end_line(struct run_log *log);
/* Write what is left and close the file. */
void log_close(struct run_log *log);
/* Mark the log of a finished run: "successful", "failed", "canceled", "timedout", "internalerror". */
int log_complete(const char *path, const char *state, struct acr_error *error) ACR_MUST_CHECK;
/* That mark; NULL while the log grows. Yours to free(). */
char *log_state(const char *path);

/* ---- runs --------------------------------------------------------------------------------------------------- */

/* A child process of a run, in the list of those that cancelling it ends. */
struct run_child {
	pid_t pid;
	struct run_child *next;
};

struct run {
	char *registry;           /* resource id */
	char *id;                 /* "cf1" */
	char *resource;           /* resource id of the run */
	char *container;          /* of its log and its upload */
	char *folder;             /* below STATE/agent/runs */
	char *login_server;       /* "localhost:5001" */
	struct acr_json *request; /* DockerBuildRequest, FileTaskRunRequest or EncodedTaskRunRequest */
	struct run_log log;
	struct acr_json *images; /* outputImages: what was pushed */
	struct acr_json *bases;  /* by name of an image that was built: array of the images it is built on */
	int64_t started;         /* milliseconds, see ticks() */
	int64_t deadline;

	/* Guarded by the lock of agent_queue.c. */
	bool canceled;
	bool timed_out;
	bool active; /* a worker has it */
	struct run_child *children;
	struct run *next;
};

/* Milliseconds on a clock that only goes forward. */
int64_t ticks(void);
/* "2023-12-21T23:56:34+00:00", as runs carry it; yours to free(). */
char *run_time(void);

/* How a run ends. */
enum run_end { RUN_SUCCEEDED, RUN_FAILED, RUN_CANCELED, RUN_TIMED_OUT, RUN_BROKEN };
/* Make a run: its resource, its request on disk. *answer gets the resource as scheduleRun answers it. NULL when the
 * run has ended already, since its request could not be stored. */
struct run *run_create(const struct acr_json *registry, const struct acr_json *request, const char *task,
		       const struct acr_json *cause, struct acr_json **answer);
/* A run from its folder; NULL when that holds none. */
struct run *run_load(const char *folder);
/* Whether a run that the last process left is still to be performed; otherwise it is brought to its end. */
bool run_revive(struct run *run);
/* Perform and conclude it. */
void run_perform(struct run *run);
/* The last line of the log, the final state, the mark of the log; `message` may be NULL. */
void run_conclude(struct run *run, enum run_end end, const char *message);
void run_free(struct run *run);

/* Queue a run. `request` is copied; `task` is the name of the task it belongs to or NULL; `cause` holds the properties
 * that tell what triggered it, NULL for none. The reply is the run as scheduleRun answers it. */
struct acr_json *run_schedule(const struct acr_json *registry, const struct acr_json *request, const char *task,
			      const struct acr_json *cause);
/* Stop a run and wait until it has ended. False when it is neither queued nor under way. */
bool run_cancel(const char *resource);
/* The blob container of a registry. It changes when a registry is deleted and made again. Yours to free(). */
char *run_container(const struct acr_json *registry);
/* "logs/cf1/rawtext.log"; yours to free(). */
char *run_log_name(const char *id);

/* Called by agent_child.c. A run that was canceled meanwhile refuses new children: false. */
bool run_child_begin(struct run *run, struct run_child *child);
void run_child_end(struct run *run, struct run_child *child);
/* Whether the run is to stop; an error that says why is then in `error`. */
int run_check(struct run *run, struct acr_error *error) ACR_MUST_CHECK;

/* ---- agent_child.c ------------------------------------------------------------------------------------------ */

struct child {
	struct words arguments;     /* [0] is looked up in PATH */
	struct words environment;   /* "NAME=value", added to the agent's own */
	const char *folder;         /* to work in; NULL = the run's */
	struct acr_buf *capture;    /* gets stdout instead of the log */
	struct acr_buf *complaints; /* gets stderr instead of the log */
	struct acr_buf *copy;       /* gets what goes to the log, too */
	struct run_log *log;        /* NULL = the run's */
	int64_t deadline;           /* besides the run's; 0 = none */
	const atomic_bool *stop;    /* once it is true, the child is ended; NULL = never */
};
/* True for good once the agent stops: for `stop` of children without a run. */
extern atomic_bool agent_stopping;
void child_clear(struct child *child);
/* Perform it to the end; nothing that it started is left over. What it prints goes to the log. Returns the exit
 * status (128 + signal when it was killed), or a negative code: not started, canceled, out of time. */
int child_run(struct run *run, const struct child *child, struct acr_error *error) ACR_MUST_CHECK;
/* The same without a run, for what the agent does for itself. What it prints and `complaints` do not get goes to
 * stderr if it fails. */
int child_run_quietly(const struct child *child, struct acr_error *error) ACR_MUST_CHECK;
/* Delete a folder with everything in it, also what belongs to other ids of a user namespace. */
void remove_tree(const char *path);

/* ---- agent_task.c: tasks ------------------------------------------------------------------------------------- */

enum step_kind { STEP_BUILD, STEP_PUSH, STEP_COMMAND };
enum step_state { STEP_WAITS, STEP_WORKS, STEP_DONE, STEP_FAILED };

struct step {
	enum step_kind kind;
	char *id;
	struct words arguments; /* of build: options and the context; of push: images; of cmd: image and its command */
	struct words environment;     /* "NAME=value" */
	struct words secrets;         /* "NAME=value": for the builder's environment only */
	struct words after;           /* ids of the steps to wait for, all of them before this one */
	struct words mounts;          /* "VOLUME:/path" */
	struct words retry_on_errors; /* texts in the output; empty: every failure is tried again */
	char *folder;                 /* working directory; NULL = workspace */
	char *entry_point;            /* NULL = the image's */
	char *user;                   /* NULL = the image's */
	int timeout, start_delay;     /* seconds */
	int retries, retry_delay;     /* further attempts of one that failed, seconds before each */
	int pull_retries, pull_delay; /* the same for getting the image */
	int repeat;                   /* how often it is performed again */
	bool ignore_errors, keep, detach, pull;
	bool keep_folder; /* disableWorkingDirectoryOverride */

	enum step_state state; /* from here on: agent_steps.c */
	int64_t began, ended;  /* ticks() */
};

struct task {
	struct step *steps;
	size_t count;
	char *folder; /* where they work: the context, or the part of it that its location names */
	struct acr_json *volumes; /* {"VOLUME": {"FILE": "content in base64"}}; NULL = none */
};
/* The pointer is good until the next one is added. */
struct step *task_add(struct task *task);
/* The step with that id, NULL when there is none. */
struct step *task_find(const struct task *task, const char *id);
void task_clear(struct task *task);

/* ---- agent_request.c, agent_yaml.c, agent_task_file.c, agent_template.c: where tasks come from ---------------- */

/* What templates may name: {"Run": {"ID": …}, "Values": {…}}. */
struct acr_json *run_values(const struct run *run);
/* Replace "{{.Run.ID}}", "{{.Values.name | default \"x\"}}" and the like by what `values` says. Names that are not
 * there give "". */
int template_expand(const char *text, const struct acr_json *values, struct acr_buf *out,
		    struct acr_error *error) ACR_MUST_CHECK;
/* Replace "$Registry" by the member of that name in `aliases`; "$$" gives "$", unknown names stay as they are.
 * `directive` is what stands for "$" (UTF-8). Yours to free(). */
char *alias_expand(const char *text, const char *directive, const struct acr_json *aliases);

/* Any YAML document as JSON; all scalars but null become strings. */
int yaml_parse(const char *text, size_t length, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Steps from the text of an acb.yaml. `values` as above; properties that the agent does not know are told to `log`,
 * where the values of secrets are blanked from then on. */
int task_file_read(const char *text, const struct acr_json *values, struct run_log *log, struct task *ret,
		   struct acr_error *error) ACR_MUST_CHECK;

/* Get the context of the run and make the steps of its request. */
int request_task(struct run *run, struct task *ret, struct acr_error *error) ACR_MUST_CHECK;
/* Whether a run request of this type can be performed. */
bool request_is_known(const char *type);
/* The same for the step of a task. */
bool step_is_known(const char *type);
/* Whether platform and timeout in `properties` and the texts in `step` are such as the service takes; for a run request
 * both are the request. */
int request_check(const struct acr_json *properties, const struct acr_json *step,
		  struct acr_error *error) ACR_MUST_CHECK;
/* What a TaskRunRequest stands for: the request its task describes, with the overrides applied; NULL with an error
 * when there is no such task or its step cannot be run. */
struct acr_json *request_of_task(const struct acr_json *task, const struct acr_json *overrides,
				 struct acr_error *error);

/* ---- agent_tasks.c, agent_routes.c: management -------------------------------------------------------------- */

void tasks_get(struct arm_request *request);
void tasks_put(struct arm_request *request);
void tasks_patch(struct arm_request *request);
void tasks_details(struct arm_request *request);
void task_runs_get(struct arm_request *request);
void task_runs_put(struct arm_request *request);
/* Queue the run that a run request of any kind asks for. NULL when it cannot be, and answered. */
struct acr_json *request_schedule(struct arm_request *request, const struct acr_json *body);

/* ---- agent_triggers.c, agent_cron.c: what starts tasks ------------------------------------------------------- */

/* A schedule of five fields (minute, hour, day, month, day of the week), each a set of its values. */
struct cron {
	uint64_t fields[5];
};
/* "0 21 * * Mon-Fri": single values, lists, ranges, steps, names of months and days. */
int cron_parse(const char *text, struct cron *ret, struct acr_error *error) ACR_MUST_CHECK;
/* Whether the schedule names that minute (seconds since 1970, UTC). */
bool cron_matches(const struct cron *cron, int64_t seconds);

/* False, and answered, when the body of a task has a timer whose schedule cannot be understood. */
bool triggers_check(struct arm_request *request);
/* Note what the images of a run that succeeded are built on. */
void triggers_learn(const struct run *run);
/* All tasks that are enabled. */
struct acr_json *triggers_tasks(void);
/* What such a task asks for; NULL when that cannot be run. */
struct acr_json *triggers_request(const struct acr_json *task);
/* Queue a run of it; `cause` (taken) says why. The run as scheduleRun answers it; NULL when the registry is gone. */
struct acr_json *triggers_start_task(const struct acr_json *task, const struct acr_json *request,
				     struct acr_json *cause);
/* Start the timers; end them. */
int triggers_start(struct acr_error *error) ACR_MUST_CHECK;
void triggers_stop(void);

/* ---- agent_commits.c: see emulator.h for events that are sent ------------------------------------------------- */

/* Look at the repositories of a task's source triggers that are on this machine: start it where there is news. */
void commits_watch(const struct acr_json *task);
/* Start the thread that does so for all tasks; end it. */
int commits_start(struct acr_error *error) ACR_MUST_CHECK;
void commits_stop(void);

/* ---- agent_import.c ------------------------------------------------------------------------------------------ */

void import_image(struct arm_request *request);
/* Delete what imports left when the last process was killed. */
void imports_clean(void);

/* ---- agent_source.c ----------------------------------------------------------------------------------------- */

/* Get the context from an upload of the registry, a Git repository or an archive; NULL and "" give an empty one.
 * `folder` gets the place on disk, within the context the part that the location names ("#branch:dir"); yours to
 * free(). */
int source_fetch(struct run *run, const char *location, const char *token, char **folder,
		 struct acr_error *error) ACR_MUST_CHECK;

/* ---- agent_steps.c, agent_buildah.c ------------------------------------------------------------------------- */

/* One step under way, in a thread of its own. */
struct job {
	struct run *run;
	const struct task *task;
	struct step *step;
	size_t number;
	struct run_log log;
	struct acr_json *images; /* outputImages: what it pushed */
	struct acr_json *bases;  /* as in struct run */
	int64_t deadline;
	const atomic_bool *stop; /* another step failed; or, when it is detached, all others are done */
	struct acr_buf *copy;    /* gets the output of its command; NULL = not wanted */
};

/* Perform the steps. ACR_ERROR_RUN when one failed. */
int task_perform(struct run *run, struct task *task, struct acr_error *error) ACR_MUST_CHECK;

/* Perform the step once. ACR_ERROR_RUN when it fails. */
int job_build(struct job *job, struct acr_error *error) ACR_MUST_CHECK;
int job_push(struct job *job, struct acr_error *error) ACR_MUST_CHECK;
/* The same for a command in two parts: a container and what is to run in it; that run to its end. */
int job_container_make(struct job *job, struct child *ret, struct acr_error *error) ACR_MUST_CHECK;
int job_container_run(struct job *job, struct child *child, struct acr_error *error) ACR_MUST_CHECK;
/* Write the files of the task's volumes. */
int volumes_write(const struct run *run, const struct task *task, struct acr_error *error) ACR_MUST_CHECK;
/* What buildah knows of an image that the run has; what it complains about goes to `log`. */
int image_inspect(struct run *run, struct run_log *log, const char *image, struct acr_json **ret,
		  struct acr_error *error) ACR_MUST_CHECK;

/* ---- agent_report.c ----------------------------------------------------------------------------------------- */

/* Tell the log about run->images. */
int report_images(struct run *run, struct acr_error *error) ACR_MUST_CHECK;

/* ---- agent_settings.c --------------------------------------------------------------------------------------- */

/* Write the credentials of the run where its tools find them. */
int logins_write(struct run *run, struct acr_error *error) ACR_MUST_CHECK;
/* That file; yours to free(). */
char *logins_file(const struct run *run);
/* Write the files that are the same for all runs, once at the start. */
int settings_write(struct acr_error *error) ACR_MUST_CHECK;
/* "STATE/agent/settings/NAME"; yours to free(). */
char *settings_file(const char *name);

/* ---- agent_images.c ----------------------------------------------------------------------------------------- */

/* Make the base image ready that stands in for `reference`, if there is one, and say so in the log. */
int images_prepare(struct run_log *log, const char *reference, struct acr_error *error) ACR_MUST_CHECK;
/* The same without a run, as skopeo names it; yours to free(). *ret is NULL when there is none. */
int images_locate(const char *reference, char **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Add the options that let buildah see the base images made so far. */
void images_add_options(struct words *arguments);

/* ---- agent_dockerfile.c ------------------------------------------------------------------------------------- */

/* The images that FROM lines name, in order, stages left out; the last one is what the result runs on (unless it is
 * empty: "scratch"). `arguments` are "NAME=value" pairs that replace defaults of ARG lines. */
void dockerfile_bases(const char *text, const struct words *arguments, struct words *ret);

/* ---- agent_filter.c ----------------------------------------------------------------------------------------- */

struct run_filter;
/* "TaskName eq 't' and Status eq 'Failed' and contains(OutputImageManifests, 'x@sha256:…')". */
int filter_parse(const char *text, struct run_filter **ret, struct acr_error *error) ACR_MUST_CHECK;
bool filter_matches(const struct run_filter *filter, const struct acr_json *run);
void run_filter_free(struct run_filter *filter);
ACR_DEFINE_FREEP(run_filter)

#endif
