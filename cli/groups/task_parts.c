/* Commands about parts of tasks: identities, credentials, timers. */
#include <acr/ops.h>

#include "groups.h"
#include "run/run.h"
#include "task.h"

/* ---- identities ---------------------------------------------------------------------------------------------- */

/* None at all is the system's. */
#define IDENTITIES(bind_kind, extra)                                                                                   \
	{                                                                                                              \
		.name = "identities", .type = &type_task_identities, .fallback = "[system]", .complete = "identity",   \
		.bind = {.kind = bind_kind, .to = "/identity"},                                                        \
		.help = "'[system]', ids of user-assigned identities, or both" extra                                   \
			"; without any the one of the system.",                                                        \
	}
static const struct option identities = IDENTITIES(BIND_ASSIGN, "");
static const struct option removed_identities = IDENTITIES(BIND_UNASSIGN, "; '[all]' for every one");
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
		.rules = RULES(
			{.when = "contains(identities, '[all]')",
			 .refuse = "'[all]' is for 'acr task identity remove' only: name the identities to assign."}),
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
		.rules = RULES({.when = "contains(identities, '[all]') && length(identities) > `1`",
				.refuse = "'[all]' stands for every identity: give no others beside it."}),
		/* With the system's identity goes all that the request does not repeat. */
		.variants = VARIANTS({.when = "!identities || contains(identities, '[system]')",
				      .base = "identity{type userAssignedIdentities*{}}",
				      .base_op = &acr_op_task_details}),
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

#define CUSTOM "/properties/credentials/customRegistries/{login-server}"

#define LOGIN_SERVER                                                                                                   \
	.name = "login-server", .type = &type_server, .flags = OPT_REQUIRED,                                           \
	.help = "The login server of the other registry, such as docker.io."
static const struct option login_server = {LOGIN_SERVER};
static const struct option removed_server = {LOGIN_SERVER, .bind = BODY_CONSTANT(CUSTOM, "null")};
static const struct option username = {
	.name = "username",
	.letter = 'u',
	.type = &type_string,
	.bind = BODY_SECRET(CUSTOM "/userName"),
	.help = "The user name, or the URI of a key vault's secret that holds it.",
};
static const struct option password = {
	.name = "password",
	.letter = 'p',
	.type = &type_text,
	.flags = OPT_SECRET,
	.bind = BODY_SECRET(CUSTOM "/password"),
	.help = "The password, or the URI of a key vault's secret that holds it; @FILE or @- keeps it out of the "
		"command line.",
};
static const struct option use_identity = {
	.name = "use-identity",
	.type = &type_word,
	.bind = BODY(CUSTOM "/identity"),
	.help = "The task's identity that signs in or reads the key vault: '[system]', or the client id of a "
		"user-assigned one.",
};

#define KNOWN "contains(keys(present." CREDENTIALS "), login_server)"
#define SIGN_IN_RULES                                                                                                  \
	{.when = "(username == `null`) != (password == `null`)",                                                       \
	 .refuse = "Give both --username and --password, or neither and --use-identity."},                             \
	{                                                                                                              \
		.when = "username == `null` && use_identity == `null`",                                                \
		.refuse = "Give --username and --password, or --use-identity."                                         \
	}

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
		.base = "",
		.base_op = &acr_op_task_details,
		.rules = RULES(
			SIGN_IN_RULES,
			{.when = KNOWN,
			 .refuse = "The task '{name}' already has a credential for '{login_server}'. Change it with "
				   "'acr task credential update'."}),
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
		.options = OPTIONS(&task_name, &opt_registry, &removed_server, &opt_resource_group),
		.examples =
			EXAMPLES({"Remove it",
				  "acr task credential remove -r myregistry -n hello-world --login-server docker.io"}),
		.op = &acr_op_task_update,
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
		.base = "",
		.base_op = &acr_op_task_details,
		.rules = RULES(
			SIGN_IN_RULES,
			{.when = "!" KNOWN,
			 .refuse = "The task '{name}' has no credential for '{login_server}'. Add it with 'acr task "
				   "credential add'."}),
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
	.type = &type_trigger,
	.flags = OPT_REQUIRED,
	.bind = BODY(TIMER "name"),
	.help = "The name of the timer.",
};
static const struct option removed_timer = {
	.name = "timer-name",
	.type = &type_trigger,
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
		.select = "properties.trigger.timerTriggers",
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
