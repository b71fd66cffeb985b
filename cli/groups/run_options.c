/* Options of the commands that build, run, and keep tasks. */
#include "run_options.h"

const struct option run_agent_pool = {
	.name = "agent-pool",
	.type = &type_name,
	.minimum = 1,
	.maximum = 20,
	.flags = OPT_PREVIEW,
	.complete = "agentpool",
	.help = "The agent pool to run on.",
};
const struct option run_timeout = {
	.name = "timeout",
	.type = &type_integer,
	.minimum = 300,
	.maximum = 28800,
	.help = "Time limit of the run in seconds.",
};
const struct option run_no_format = {
	.name = "no-format",
	.type = &type_flag,
	.help = "Print the log as it is. It always is; the option is there for scripts.",
};
const struct option run_no_logs = {
	.name = "no-logs",
	.type = &type_flag,
	.help = "Do not show the log; print the run when it has ended.",
};
const struct option run_no_wait = {
	.name = "no-wait",
	.type = &type_flag,
	.help = "Do not wait until the run has ended.",
};
const struct option run_queue_timeout = {
	.name = "queue-timeout",
	.type = &type_integer,
	.minimum = 1,
	.maximum = 28800,
	.help = "Seconds that the run may wait for an agent; then it is cancelled.",
};
const struct option run_platform = {
	.name = "platform",
	.type = &type_platform,
	.help = "Operating system and architecture, as os[/architecture[/variant]]: linux, linux/arm64, linux/arm/v7, "
		"windows. The default is linux/amd64.",
};
const struct option run_target = {
	.name = "target",
	.type = &type_stage,
	.help = "The stage of the Dockerfile to build.",
};
const struct option run_auth_mode = {
	.name = "auth-mode",
	.type = &type_choice,
	.choices = CHOICES("None", "Default"),
	.help = "How the run signs in to the registry it belongs to.",
};
const struct option run_log_template = {
	.name = "log-template",
	.type = &type_built_image,
	.flags = OPT_PREVIEW,
	.help = "Repository and tag under which the log is stored, such as 'acr/logs:{{.Run.ID}}'.",
};
const struct option run_values = {
	.name = "values",
	.type = &type_path,
	.help = "A file of values for the task, relative to the context.",
};
const struct option run_set = {
	.name = "set",
	.type = &type_setting,
	.flags = OPT_APPEND,
	.help = "A value for the task, as NAME=VALUE: {{.Values.NAME}}. May be given several times.",
};
const struct option run_set_secret = {
	.name = "set-secret",
	.type = &type_setting,
	.flags = OPT_APPEND | OPT_SECRET,
	.help = "A secret value for the task, as NAME=VALUE. May be given several times.",
};
