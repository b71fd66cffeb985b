/* Commands about the runs of tasks, and about task runs: runs that are resources of their own. */
#include <acr/ops.h>

#include "groups.h"
#include "run/run.h"
#include "run_options.h"
#include "task.h"

static const struct option run_id = {
	.name = "run-id",
	.type = &type_run_id,
	.flags = OPT_REQUIRED,
	.bind = PATH("run"),
	.complete = "run",
	.help = "The id of the run, such as cf1.",
};
static const struct option log_run_id = {
	.name = "run-id",
	.type = &type_run_id,
	.complete = "run",
	.help = "The id of the run, such as cf1; the last one by default.",
};
static const struct option of_task = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.maximum = 50,
	.complete = "task",
	.bind = FILTER("TaskName eq '{}'"),
	.help = "The name of the task whose runs are meant.",
};
static const struct option top = {
	.name = "top",
	.type = &type_integer,
	.minimum = 1,
	.maximum = 10000,
	.fallback = "15",
	.bind = QUERY("$top"),
	.help = "Limit the number of runs.",
};
static const struct option run_status = {
	.name = "run-status",
	.type = &type_choice,
	.choices = CHOICES("Queued", "Started", "Running", "Succeeded", "Failed", "Canceled", "Error", "Timeout"),
	.bind = FILTER("Status eq '{}'"),
	.help = "Only runs with this status.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_image,
	.complete = "image",
	/* Runs know the images they made by digest. */
	.bind = {.kind = BIND_FILTER, .to = "contains(OutputImageManifests, '{}')", .digest = true},
	.help = "Only runs that made this image, as 'name:tag' or 'name@digest'.",
};
static const struct option no_archive = {
	.name = "no-archive",
	.key = "archive",
	.type = &type_inverse,
	.bind = BODY("/isArchiveEnabled"),
	.help = "Whether the run may be deleted when it is old; false keeps it.",
};

static const struct command commands[] = {
	{
		.path = "task cancel-run",
		.summary = "Cancel a run.",
		.options = OPTIONS(&run_id, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"Cancel the run cf1", "acr task cancel-run -r myregistry --run-id cf1"}),
		.op = &acr_op_run_cancel,
		.flags = CMD_NO_RESULT,
	},
	{
		.path = "task list-runs",
		.summary = "List the runs of a registry, the newest first.",
		.options = OPTIONS(&opt_registry, &top, &of_task, &run_status, &image, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr task list-runs -r myregistry -o table"},
				     {"Those that failed", "acr task list-runs -r myregistry --run-status Failed"}),
		.op = &acr_op_run_list,
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{
		.path = "task logs",
		.summary = "Show the log of a run, and follow it while the run goes on.",
		.options = OPTIONS(&opt_registry, &log_run_id, &of_task, &image, &run_no_format, &opt_resource_group),
		.examples = EXAMPLES({"The last run's", "acr task logs -r myregistry"},
				     {"Of the run cf1", "acr task logs -r myregistry --run-id cf1"}),
		.run = task_logs,
	},
	{
		.path = "task show-run",
		.summary = "Show a run.",
		.options = OPTIONS(&run_id, &opt_registry, &opt_resource_group),
		.examples =
			EXAMPLES({"Its status", "acr task show-run -r myregistry --run-id cf1 --query status -o tsv"}),
		.op = &acr_op_run_show,
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{
		.path = "task update-run",
		.summary = "Change a run: keep it for good, or not.",
		.options = OPTIONS(&run_id, &opt_registry, &no_archive, &opt_resource_group),
		.examples = EXAMPLES(
			{"Keep the run cf1", "acr task update-run -r myregistry --run-id cf1 --no-archive false"}),
		.op = &acr_op_run_update,
		.body = "{}",
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{0},
};

const struct group task_run_group = {.path = "task", .summary = "Manage tasks and their runs.", .commands = commands};

#define MODEL_REQUEST "type isArchiveEnabled agentPoolName logTemplate"
#define MODEL_AGENT "timeout " MODEL_PLATFORM " agentConfiguration{cpu} sourceLocation " MODEL_RUN_CREDENTIALS
#define MODEL_TASK_RUN                                                                                                 \
	"id name type " MODEL_SYSTEM_DATA " " MODEL_IDENTITY " location properties(provisioningState "                 \
	"runRequest?{"                                                                                                 \
	"DockerBuildRequest{" MODEL_REQUEST " imageNames isPushEnabled noCache dockerFilePath target " MODEL_ARGUMENTS \
	" " MODEL_AGENT "} "                                                                                           \
	"EncodedTaskRunRequest{" MODEL_REQUEST " encodedTaskContent encodedValuesContent " MODEL_VALUES                \
	" " MODEL_AGENT "} "                                                                                           \
	"FileTaskRunRequest{" MODEL_REQUEST " taskFilePath valuesFilePath " MODEL_VALUES " " MODEL_AGENT "} "          \
	"TaskRunRequest{" MODEL_REQUEST " taskId overrideTaskStepProperties{contextPath file " MODEL_ARGUMENTS         \
	" target " MODEL_VALUES " updateTriggerToken}}} "                                                              \
	"runResult{" MODEL_RUN "} forceUpdateTag)"

static const struct option task_run_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.maximum = 50,
	.flags = OPT_REQUIRED,
	.bind = PATH("taskRun"),
	.complete = "task-run",
	.help = "The name of the task run.",
};
static const struct column task_run_columns[] = {
	{.header = "NAME", .path = "name"},
	{.header = "RUN ID", .path = "runResult.runId"},
	{.header = "TASK", .path = "runResult.task"},
	{.header = "PLATFORM", .path = "runResult.platform.os"},
	{.header = "STATUS", .path = "runResult.status"},
	{.header = "STARTED", .path = "runResult.startTime", .format = cell_time},
	{.header = "DURATION", .path = "runResult.[startTime, finishTime]", .format = cell_duration},
	{0},
};

static const struct command task_run_commands[] = {
	{
		.path = "taskrun delete",
		.summary = "Delete a task run.",
		.options = OPTIONS(&task_run_name, &opt_registry, &opt_resource_group, &opt_yes),
		.examples =
			EXAMPLES({"Delete without a question", "acr taskrun delete -r myregistry -n mytaskrun --yes"}),
		.op = &acr_op_taskrun_delete,
		.confirm = "Are you sure you want to delete the taskrun '{name}'?",
		.flags = CMD_NO_RESULT,
		.columns = task_run_columns,
	},
	{
		.path = "taskrun list",
		.summary = "List the task runs of a registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr taskrun list -r myregistry -o table"}),
		.op = &acr_op_taskrun_list,
		.model = MODEL_TASK_RUN,
		.columns = task_run_columns,
	},
	{
		.path = "taskrun logs",
		.summary = "Show the log of a task run's run, and follow it while the run goes on.",
		.options = OPTIONS(&opt_registry, &task_run_name, &run_no_format, &opt_resource_group),
		.examples = EXAMPLES({"Show it", "acr taskrun logs -r myregistry -n mytaskrun"}),
		.run = taskrun_logs,
	},
	{
		.path = "taskrun show",
		.summary = "Show a task run.",
		.options = OPTIONS(&task_run_name, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"The status of its run",
				      "acr taskrun show -r myregistry -n mytaskrun --query runResult.status -o tsv"}),
		.op = &acr_op_taskrun_show,
		.model = MODEL_TASK_RUN,
		.columns = task_run_columns,
	},
	{0},
};

const struct group taskrun_group = {
	.path = "taskrun",
	.summary = "Manage task runs.",
	.status = STATUS_PREVIEW,
	.commands = task_run_commands,
};
