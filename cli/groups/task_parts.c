/* Commands about parts of tasks: identities, credentials, timers. */
#include <acr/ops.h>

#include "groups.h"
#include "run/run.h"
#include "task.h"

/* ---- identities ---------------------------------------------------------------------------------------------- */

static const struct option identities = {
	.name = "identities",
	.type = &type_task_identities,
	.help = "'[system]', ids of user-assigned identities, or both; without any the one of the system.",
};
static const struct option removed_identities = {
	.name = "identities",
	.type = &type_task_identities,
	.help = "'[system]', ids of user-assigned identities, or both; '[all]' for every one; without any the one "
		"of the system.",
};
static const struct column identity_columns[] = {
	{.header = "PRINCIPAL ID", .path = "principalId"},
	{.header = "TENANT ID", .path = "tenantId"},
	{.header = "TYPE", .path = "type"},
	{.header = "USER ASSIGNED IDENTITIES", .path = "userAssignedIdentities", .format = cell_lines},
	{0},
};

static const struct command identity_commands[] = {
	{
		.path = "task identity assign",
		.summary = "Give a task identities, in place of those that it has.",
		.options = OPTIONS(&task_name, &opt_registry, &identities, &opt_resource_group),
		.examples = EXAMPLES({"The one of the system", "acr task identity assign -r myregistry -n hello-world"},
				     {"One of your own",
				      "acr task identity assign -r myregistry -n hello-world --identities "
				      "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mygroup/"
				      "providers/Microsoft.ManagedIdentity/userAssignedIdentities/myidentity"}),
		.op = &acr_op_task_update,
		.check = task_identity_assign_check,
		.prepare = task_identity_assign_prepare,
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{
		.path = "task identity remove",
		.summary = "Take identities from a task.",
		.details = "Those that are not named stay.",
		.options = OPTIONS(&task_name, &opt_registry, &removed_identities, &opt_resource_group),
		.examples =
			EXAMPLES({"The one of the system", "acr task identity remove -r myregistry -n hello-world"},
				 {"All", "acr task identity remove -r myregistry -n hello-world --identities [all]"}),
		.op = &acr_op_task_update,
		.check = task_identity_remove_check,
		.prepare = task_identity_remove_prepare,
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{
		.path = "task identity show",
		.summary = "Show the identities of a task.",
		.options = OPTIONS(&task_name, &opt_registry, &opt_resource_group),
		.examples =
			EXAMPLES({"Whom to give rights to",
				  "acr task identity show -r myregistry -n hello-world --query principalId -o tsv"}),
		.op = &acr_op_task_details,
		/* An empty object where there is none. */
		.select = "identity.{principalId: principalId, tenantId: tenantId, type: type, "
			  "userAssignedIdentities: userAssignedIdentities} || `{}`",
		.columns = identity_columns,
	},
	{0},
};
const struct group task_identity_group = {
	.path = "task identity",
	.summary = "Manage the identities of tasks.",
	.commands = identity_commands,
};

/* ---- credentials --------------------------------------------------------------------------------------------- */

#define CREDENTIALS "properties.credentials.customRegistries || `{}`"

static const struct option login_server = {
	.name = "login-server",
	.type = &type_string,
	.flags = OPT_REQUIRED,
	.help = "The login server of the other registry, such as docker.io.",
};
static const struct option username = {
	.name = "username",
	.letter = 'u',
	.type = &type_string,
	.help = "The user name, or the URI of a key vault's secret that holds it.",
};
static const struct option password = {
	.name = "password",
	.letter = 'p',
	.type = &type_string,
	.flags = OPT_SECRET,
	.help = "The password, or the URI of a key vault's secret that holds it; @FILE or @- keeps it out of the "
		"command line.",
};
static const struct option use_identity = {
	.name = "use-identity",
	.type = &type_string,
	.help = "The task's identity that signs in or reads the key vault: '[system]', or the client id of a "
		"user-assigned one.",
};

static const struct command credential_commands[] = {
	{
		.path = "task credential add",
		.summary = "Let a task sign in to another registry.",
		.options = OPTIONS(&task_name, &opt_registry, &login_server, &username, &password, &use_identity,
				   &opt_resource_group),
		.examples = EXAMPLES(
			{"User name and password",
			 "acr task credential add -r myregistry -n hello-world --login-server docker.io -u me -p "
			 "@password.txt"},
			{"With an identity of the task",
			 "acr task credential add -r myregistry -n hello-world --login-server other.azurecr.io "
			 "--use-identity [system]"}),
		.op = &acr_op_task_update,
		.check = task_credential_check,
		.prepare = task_credential_add_prepare,
		.select = CREDENTIALS,
		.model = MODEL_CUSTOM_REGISTRY,
		.columns = task_columns,
	},
	{
		.path = "task credential list",
		.summary = "List a task's credentials for other registries.",
		.options = OPTIONS(&task_name, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"The login servers",
				      "acr task credential list -r myregistry -n hello-world --query 'keys(@)'"}),
		.op = &acr_op_task_details,
		.select = CREDENTIALS,
		.model = MODEL_CUSTOM_REGISTRY,
		.columns = task_columns,
	},
	{
		.path = "task credential remove",
		.summary = "Take the credential for another registry from a task.",
		.options = OPTIONS(&task_name, &opt_registry, &login_server, &opt_resource_group),
		.examples =
			EXAMPLES({"Remove it",
				  "acr task credential remove -r myregistry -n hello-world --login-server docker.io"}),
		.op = &acr_op_task_update,
		.prepare = task_credential_remove_prepare,
		.select = CREDENTIALS,
		.model = MODEL_CUSTOM_REGISTRY,
		.columns = task_columns,
	},
	{
		.path = "task credential update",
		.summary = "Change a task's credential for another registry.",
		.options = OPTIONS(&task_name, &opt_registry, &login_server, &username, &password, &use_identity,
				   &opt_resource_group),
		.examples = EXAMPLES(
			{"A new password",
			 "acr task credential update -r myregistry -n hello-world --login-server docker.io -u me "
			 "-p @password.txt"}),
		.op = &acr_op_task_update,
		.check = task_credential_check,
		.prepare = task_credential_update_prepare,
		.select = CREDENTIALS,
		.model = MODEL_CUSTOM_REGISTRY,
		.columns = task_columns,
	},
	{0},
};
const struct group task_credential_group = {
	.path = "task credential",
	.summary = "Manage the credentials of tasks for other registries.",
	.commands = credential_commands,
};

/* ---- timers -------------------------------------------------------------------------------------------------- */

#define TIMER "/properties/trigger/timerTriggers/0/"
#define TIMER_BODY "{\"properties\":{\"trigger\":{\"timerTriggers\":[{}]}}}"

static const struct option timer_name = {
	.name = "timer-name",
	.type = &type_string,
	.flags = OPT_REQUIRED,
	.bind = BODY(TIMER "name"),
	.help = "The name of the timer.",
};
static const struct option removed_timer = {
	.name = "timer-name",
	.type = &type_string,
	.flags = OPT_REQUIRED,
	.help = "The name of the timer.",
};
#define SCHEDULE                                                                                                       \
	.name = "schedule", .type = &type_cron, .bind = BODY(TIMER "schedule"),                                        \
	.help = "When to run, as a cron line in UTC: '30 9 * * 1-5' is at 9:30 from Monday to Friday."
static const struct option new_schedule = {SCHEDULE, .flags = OPT_REQUIRED};
static const struct option schedule = {SCHEDULE};
#define ENABLED                                                                                                        \
	.name = "enabled", .type = &type_boolean, .bind = BODY_SWITCH(TIMER "status", "Enabled", "Disabled"),          \
	.help = "Whether the timer starts runs."
static const struct option new_enabled = {ENABLED, .fallback = "true"};
static const struct option enabled = {ENABLED};

static const struct command timer_commands[] = {
	{
		.path = "task timer add",
		.summary = "Run a task at certain times.",
		.options = OPTIONS(&task_name, &opt_registry, &timer_name, &new_schedule, &new_enabled,
				   &opt_resource_group),
		.examples = EXAMPLES(
			{"At 9:30 UTC from Monday to Friday",
			 "acr task timer add -r myregistry -n hello-world --timer-name morning --schedule '30 9 * "
			 "* 1-5'"}),
		.op = &acr_op_task_update,
		.body = TIMER_BODY,
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{
		.path = "task timer list",
		.summary = "List the timers of a task.",
		.options = OPTIONS(&task_name, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"Their schedules",
				      "acr task timer list -r myregistry -n hello-world --query [].schedule -o tsv"}),
		.op = &acr_op_task_details,
		.select = "properties.trigger.timerTriggers || `[]`",
		.model = MODEL_TIMER,
		.columns = task_columns,
	},
	{
		.path = "task timer remove",
		.summary = "Remove a timer from a task.",
		.options = OPTIONS(&task_name, &opt_registry, &removed_timer, &opt_resource_group),
		.examples = EXAMPLES(
			{"Remove it", "acr task timer remove -r myregistry -n hello-world --timer-name morning"}),
		.op = &acr_op_task_create,
		.prepare = task_timer_remove_prepare,
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{
		.path = "task timer update",
		.summary = "Change a timer of a task.",
		.options = OPTIONS(&task_name, &opt_registry, &timer_name, &schedule, &enabled, &opt_resource_group),
		.examples = EXAMPLES(
			{"Switch it off",
			 "acr task timer update -r myregistry -n hello-world --timer-name morning --enabled false"}),
		.op = &acr_op_task_update,
		.body = TIMER_BODY,
		.model = MODEL_TASK,
		.columns = task_columns,
	},
	{0},
};
const struct group task_timer_group = {
	.path = "task timer",
	.summary = "Manage the timers of tasks.",
	.commands = timer_commands,
};
