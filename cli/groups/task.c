/* Commands about tasks. */
#include <acr/ops.h>

#include "groups.h"
#include "run/run.h"
#include "run_options.h"
#include "task.h"

#define TRIGGER "Trigger"
#define BASE_IMAGE "/properties/trigger/baseImageTrigger/"

/* Another length has none that is there, but that is for the service to say. */
#define NAME                                                                                                           \
	.name = "name", .letter = 'n', .type = &type_name, .maximum = 50, .flags = OPT_REQUIRED, .bind = PATH("task"), \
	.complete = "task", .help = "The name of the task: letters, digits, - and _."
const struct option task_name = {NAME};
static const struct option new_name = {NAME, .minimum = 5};
const struct column task_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "PLATFORM", .path = "platform.os"},
	{.header = "STATUS", .path = "status"},
	{.header = "SOURCE REPOSITORY", .path = "step.contextPath"},
	{.header = "TRIGGERS", .path = "@", .format = cell_task_triggers},
	{0},
};

/* ---- what is run, and where ---------------------------------------------------------------------------------- */

static const struct option context_path = {
	.name = "context",
	.letter = 'c',
	.type = &type_context,
	.help = "What the task works on: a Git repository (https://host/name.git#branch:folder), the URL of a "
		"tar.gz, an OCI artifact (oci://…), or /dev/null for nothing.",
};
static const struct option file = {
	.name = "file",
	.letter = 'f',
	.type = &type_path,
	.help = "The Dockerfile or the task file (.yaml and its like), relative to the context; with /dev/null as "
		"the context a local task file, acb.yaml by default. '-' reads it from standard input.",
};
static const struct option cmd = {
	.name = "cmd",
	.type = &type_text,
	.help = "A command to run instead of a file: an image and its arguments. Needs /dev/null as the context.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_built_images,
	.flags = OPT_APPEND,
	.help = "Name of the image, as 'name:tag'; may be given several times. {{.Run.ID}} stands for the run's id.",
};
static const struct option no_push = {
	.name = "no-push",
	.key = "push",
	.type = &type_inverse,
	.help = "Do not push the image after it was built.",
};
static const struct option no_cache = {
	.name = "no-cache",
	.type = &type_boolean,
	.help = "Build without the cache.",
};
static const struct option arg = {
	.name = "arg",
	.type = &type_assignment,
	.flags = OPT_APPEND,
	.help = "A build argument, as NAME=VALUE; NAME alone takes the environment variable of that name. May be "
		"given several times.",
};
static const struct option secret_arg = {
	.name = "secret-arg",
	.type = &type_assignment,
	.flags = OPT_APPEND | OPT_SECRET,
	.help = "A secret build argument, as NAME=VALUE or NAME=@FILE; NAME alone takes the environment variable of "
		"that name. May be given several times.",
};
static const struct option git_access_token = {
	.name = "git-access-token",
	.type = &type_string,
	.flags = OPT_SECRET,
	.heading = TRIGGER,
	.help = "The access token for the repository of the context; source triggers need it.",
};

/* ---- settings ------------------------------------------------------------------------------------------------ */

#define STATUS                                                                                                         \
	.name = "status", .type = &type_choice, .choices = CHOICES("Disabled", "Enabled"),                             \
	.bind = BODY("/properties/status"), .help = "Whether the task can be run."
static const struct option new_status = {STATUS, .fallback = "Enabled"};
static const struct option status = {STATUS};

#define CPU                                                                                                            \
	.name = "cpu", .type = &type_integer, .minimum = 1, .bind = BODY("/properties/agentConfiguration/cpu"),        \
	.help = "How many processors a run gets."
static const struct option new_cpu = {CPU, .fallback = "2"};
static const struct option cpu = {CPU};

#define TIMEOUT                                                                                                        \
	.name = "timeout", .type = &type_integer, .minimum = 300, .maximum = 28800,                                    \
	.bind = BODY("/properties/timeout"), .help = "Time limit of a run in seconds."
static const struct option new_timeout = {TIMEOUT, .fallback = "3600"};
static const struct option timeout = {TIMEOUT};

static const struct option agent_pool = {
	.name = "agent-pool",
	.type = &type_name,
	.minimum = 1,
	.maximum = 20,
	.flags = OPT_PREVIEW,
	.bind = BODY("/properties/agentPoolName"),
	.help = "The agent pool to run on.",
};
static const struct option auth_mode = {
	.name = "auth-mode",
	.type = &type_choice,
	.choices = CHOICES("None", "Default"),
	.bind = BODY("/properties/credentials/sourceRegistry/loginMode"),
	.help = "How runs sign in to the registry that they belong to.",
};
static const struct option source_auth = {
	.name = "source-acr-auth-id",
	.type = &type_identity,
	.complete = "identity",
	.help = "The identity with which runs sign in to the registry that they belong to: '[system]', the id of a "
		"user-assigned identity, or 'none'. The task gets that identity, too.",
};
static const struct option log_template = {
	.name = "log-template",
	.type = &type_built_image,
	.flags = OPT_PREVIEW,
	.bind = BODY("/properties/logTemplate"),
	.help = "Repository and tag under which logs are stored, such as 'acr/logs:{{.Run.ID}}'.",
};
static const struct option system_task = {
	.name = "is-system-task",
	.type = &type_flag,
	.flags = OPT_PREVIEW,
	.bind = BODY("/properties/isSystemTask"),
	.help = "Make a system task. Its name is quicktask, and it has neither context nor file.",
};
static const struct option assign_identity = {
	.name = "assign-identity",
	.type = &type_task_identities,
	.complete = "identity",
	.help = "Identities of the task: '[system]', ids of user-assigned identities, or both; without any the one "
		"of the system.",
};

/* ---- triggers ------------------------------------------------------------------------------------------------ */

static const struct option source_trigger_name = {
	.name = "source-trigger-name",
	.type = &type_trigger,
	.fallback = "defaultSourceTriggerName",
	.heading = TRIGGER,
	.help = "The name of the source trigger.",
};
#define COMMIT_TRIGGER                                                                                                 \
	.name = "commit-trigger-enabled", .type = &type_boolean, .heading = TRIGGER,                                   \
	.help = "Whether commits to the context's repository start a run."
static const struct option new_commit_trigger = {COMMIT_TRIGGER, .fallback = "true"};
static const struct option commit_trigger = {COMMIT_TRIGGER};
static const struct option pull_request_trigger = {
	.name = "pull-request-trigger-enabled",
	.type = &type_boolean,
	.heading = TRIGGER,
	.help = "Whether pull requests to the context's repository start a run.",
};
static const struct option schedule = {
	.name = "schedule",
	.type = &type_timer,
	.flags = OPT_APPEND,
	.bind = BODY("/properties/trigger/timerTriggers"),
	.heading = TRIGGER,
	.help = "When to run, as a cron line in UTC, with a name in front if you like: '0 21 * * *', 'nightly:0 21 "
		"* * *'. May be given several times.",
};
static const struct option base_image_trigger_name = {
	.name = "base-image-trigger-name",
	.type = &type_trigger,
	.fallback = "defaultBaseimageTriggerName",
	.bind = BODY(BASE_IMAGE "name"),
	.heading = TRIGGER,
	.help = "The name of the base image trigger.",
};
#define BASE_IMAGE_TRIGGER                                                                                             \
	.name = "base-image-trigger-enabled", .type = &type_boolean,                                                   \
	.bind = BODY_SWITCH(BASE_IMAGE "status", "Enabled", "Disabled"), .heading = TRIGGER,                           \
	.help = "Whether updates of base images start a run."
static const struct option new_base_image_trigger = {BASE_IMAGE_TRIGGER, .fallback = "true"};
static const struct option base_image_trigger = {BASE_IMAGE_TRIGGER};
#define BASE_IMAGE_TYPE                                                                                                \
	.name = "base-image-trigger-type", .type = &type_choice, .choices = CHOICES("All", "Runtime"),                 \
	.bind = BODY(BASE_IMAGE "baseImageTriggerType"), .heading = TRIGGER,                                           \
	.help = "Whether all base images count, or the one of the last stage alone."
static const struct option new_base_image_type = {BASE_IMAGE_TYPE, .fallback = "Runtime"};
static const struct option base_image_type = {BASE_IMAGE_TYPE};
static const struct option update_endpoint = {
	.name = "update-trigger-endpoint",
	.type = &type_url,
	.flags = OPT_PREVIEW,
	.bind = BODY(BASE_IMAGE "updateTriggerEndpoint"),
	.heading = TRIGGER,
	.help = "The webhook that is told about updates of base images.",
};
#define UPDATE_PAYLOAD                                                                                                 \
	.name = "update-trigger-payload-type", .type = &type_choice, .choices = CHOICES("Default", "Token"),           \
	.flags = OPT_PREVIEW, .bind = BODY(BASE_IMAGE "updateTriggerPayloadType"), .heading = TRIGGER,                 \
	.help = "What the webhook of --update-trigger-endpoint is sent."
static const struct option new_update_payload = {UPDATE_PAYLOAD, .fallback = "Default"};
static const struct option update_payload = {UPDATE_PAYLOAD};

/* ---- others -------------------------------------------------------------------------------------------------- */

static const struct option with_secrets = {
	.name = "with-secure-properties",
	.type = &type_flag,
	.help = "Show secrets, too: tokens, credentials and secret arguments.",
};
static const struct option run_context = {
	.name = "context",
	.letter = 'c',
	.key = "source",
	.type = &type_context,
	.help = "What to work on instead of the task's own context: a folder, a Git repository, the URL of a "
		"tar.gz, or an OCI artifact.",
};
static const struct option run_file = {
	.name = "file",
	.letter = 'f',
	.type = &type_path,
	.help = "The Dockerfile or task file instead of the task's own, relative to the context.",
};
static const struct option update_trigger_token = {
	.name = "update-trigger-token",
	.type = &type_string,
	.flags = OPT_PREVIEW | OPT_SECRET,
	.help = "Text that is sent to the task's update trigger endpoint after the run.",
};

static const struct command commands[] = {
	{
		.path = "task create",
		.summary = "Create a task, which builds or runs on demand and when something changes.",
		.options = OPTIONS(&new_name, &opt_registry, &context_path, &agent_pool, &file, &cmd, &git_access_token,
				   &image, &new_status, &run_platform, &new_cpu, &new_timeout, &run_values,
				   &source_trigger_name, &new_commit_trigger, &pull_request_trigger, &schedule,
				   &no_push, &no_cache, &arg, &secret_arg, &run_set, &run_set_secret,
				   &base_image_trigger_name, &new_base_image_trigger, &new_base_image_type,
				   &update_endpoint, &new_update_payload, &opt_resource_group, &assign_identity,
				   &run_target, &auth_mode, &log_template, &system_task, &source_auth),
		.examples = EXAMPLES(
			{"Build when the base image changes",
			 "acr task create -r myregistry -n hello-world -t hello-world:{{.Run.ID}} -f Dockerfile -c "
			 "https://github.com/Azure-Samples/acr-build-helloworld-node.git --commit-trigger-enabled "
			 "false"},
			{"Build on every commit, too",
			 "acr task create -r myregistry -n hello-world -t hello-world:{{.Run.ID}} -f Dockerfile -c "
			 "https://github.com/Azure-Samples/acr-build-helloworld-node.git --git-access-token "
			 "@token.txt"},
			{"Run a command every night at 21:00 UTC",
			 "acr task create -r myregistry -n nightly --cmd 'mcr.microsoft.com/hello-world' -c "
			 "/dev/null --schedule '0 21 * * *'"}),
		.op = &acr_op_task_create,
		.check = task_create_check,
		.prepare = task_create_prepare,
		.body = "{\"properties\":{\"trigger\":{},\"credentials\":{},\"isSystemTask\":false}}",
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{
		.path = "task delete",
		.summary = "Delete a task.",
		.options = OPTIONS(&task_name, &opt_registry, &opt_resource_group, &opt_yes),
		.examples =
			EXAMPLES({"Delete without a question", "acr task delete -r myregistry -n hello-world --yes"}),
		.op = &acr_op_task_delete,
		.confirm = "Are you sure you want to delete the task '{name}'?",
		.flags = CMD_NO_RESULT,
		.columns = task_columns,
	},
	{
		.path = "task list",
		.summary = "List the tasks of a registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr task list -r myregistry -o table"}),
		.op = &acr_op_task_list,
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{
		.path = "task run",
		.watch = "task list-runs",
		.summary = "Run a task now.",
		.details = "The log is shown as it is written, and the exit status is that of the run. With -o or "
			   "--query the log goes to standard error and the run to standard output. Ctrl-C cancels "
			   "the run.",
		.options = OPTIONS(&task_name, &opt_registry, &run_agent_pool, &run_set, &run_set_secret, &run_file,
				   &run_context, &arg, &secret_arg, &run_target, &update_trigger_token, &run_no_format,
				   &run_no_logs, &opt_resource_group, &run_log_template, &run_no_wait),
		.examples =
			EXAMPLES({"As it was created", "acr task run -r myregistry -n hello-world"},
				 {"On this folder", "acr task run -r myregistry -n hello-world -c . -f Dockerfile"},
				 {"Its id alone", "acr task run -r myregistry -n hello-world --query runId -o tsv"}),
		.run = task_run,
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{
		.path = "task show",
		.summary = "Show a task.",
		.options = OPTIONS(&task_name, &opt_registry, &with_secrets, &opt_resource_group),
		.examples = EXAMPLES({"Its triggers", "acr task show -r myregistry -n hello-world --query trigger"}),
		.op = &acr_op_task_show,
		.variants = VARIANTS({.when = "with_secure_properties", .op = &acr_op_task_details}),
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{
		.path = "task update",
		.summary = "Change a task.",
		.details = "What is not given stays as it is; --no-push too, which az resets.",
		.options =
			OPTIONS(&task_name, &opt_registry, &opt_resource_group, &agent_pool, &status, &run_platform,
				&cpu, &timeout, &context_path, &commit_trigger, &pull_request_trigger,
				&git_access_token, &image, &no_push, &no_cache, &file, &run_values, &arg, &secret_arg,
				&run_set, &run_set_secret, &base_image_trigger, &base_image_type, &update_endpoint,
				&update_payload, &run_target, &auth_mode, &log_template, &cmd, &source_auth),
		.examples = EXAMPLES(
			{"Stop it for a while", "acr task update -r myregistry -n hello-world --status Disabled"},
			{"Build for ARM", "acr task update -r myregistry -n hello-world --platform linux/arm64"}),
		.op = &acr_op_task_update,
		.check = task_check,
		.prepare = task_update_prepare,
		.body = "{\"properties\":{\"platform\":{},\"agentConfiguration\":{},\"trigger\":{},\"credentials\":{}}"
			"}",
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{0},
};

const struct group task_group = {
	.path = "task",
	.summary = "Manage tasks and their runs.",
	.commands = commands,
};
