/* Commands about tasks and their runs. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"
#include "run_options.h"
#include "shapes.h"

static const struct option run_id = {
	.name = "run-id",
	.type = &type_string,
	.flags = OPT_REQUIRED,
	.bind = PATH("run"),
	.complete = "run",
	.help = "The id of the run, such as cf1.",
};
static const struct option log_run_id = {
	.name = "run-id",
	.type = &type_string,
	.complete = "run",
	.help = "The id of the run, such as cf1; the last one by default.",
};
static const struct option task_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_string,
	.complete = "task",
	.help = "The name of the task whose runs are meant.",
};
static const struct option top = {
	.name = "top",
	.type = &type_integer,
	.minimum = 1,
	.maximum = 10000,
	.fallback = "15",
	.help = "Limit the number of runs.",
};
static const struct option run_status = {
	.name = "run-status",
	.type = &type_choice,
	.choices = CHOICES("Queued", "Started", "Running", "Succeeded", "Failed", "Canceled", "Error", "Timeout"),
	.help = "Only runs with this status.",
};
static const struct option image = {
	.name = "image",
	.letter = 't',
	.type = &type_string,
	.complete = "image",
	.help = "Only runs that made this image, as 'name:tag' or 'name@digest'.",
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
		.options = OPTIONS(&opt_registry, &top, &task_name, &run_status, &image, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr task list-runs -r myregistry -o table"},
				     {"Those that failed", "acr task list-runs -r myregistry --run-status Failed"}),
		.op = &acr_op_run_list,
		.prepare = task_list_runs_prepare,
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{
		.path = "task logs",
		.summary = "Show the log of a run, and follow it while the run goes on.",
		.options = OPTIONS(&opt_registry, &log_run_id, &task_name, &image, &run_no_format, &opt_resource_group),
		.examples = EXAMPLES({"The last run's", "acr task logs -r myregistry"},
				     {"Of the run cf1", "acr task logs -r myregistry --run-id cf1"}),
		.run = task_logs,
	},
	{
		.path = "task show-run",
		.summary = "Show a run.",
		.options = OPTIONS(&run_id, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"Its status",
				      "acr task show-run -r myregistry --run-id cf1 --query status -o tsv"}),
		.op = &acr_op_run_show,
		.model = MODEL_RUN,
		.columns = run_columns,
	},
	{0},
};

const struct group task_group = {
	.path = "task",
	.summary = "Manage tasks and their runs.",
	.commands = commands,
};
