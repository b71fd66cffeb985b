/* Commands about connected registries: replicas on your premises. */
#include <acr/ops.h>

#include "connected.h"
#include "groups.h"
#include "run/run.h"

#define SYNC "/properties/parent/syncProperties/"
#define CHANGED_SYNC "/properties/syncProperties/"

#define MODEL_CONNECTED                                                                                                \
	"id name type " MODEL_SYSTEM_DATA " properties(provisioningState mode version connectionState "                \
	"lastActivityTime:time activation{status} parent{id syncProperties{tokenId schedule syncWindow:span "          \
	"messageTtl:span lastSyncTime:time gatewayEndpoint authType}} clientTokenIds loginServer{host tls{status "     \
	"certificate{type location}}} logging{logLevel auditLogStatus} statusDetails[type code description "           \
	"timestamp:time correlationId] notificationsList garbageCollection{enabled schedule} "                         \
	"registrySyncResult) " MODEL_IDENTITY

const struct option connected_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.maximum = 50,
	.flags = OPT_REQUIRED,
	.bind = PATH("connectedRegistry"),
	.complete = "gateway",
	.help = "The name of the connected registry.",
};
static const struct option new_name = {
	.name = "name",
	.letter = 'n',
	.type = &type_string,
	.flags = OPT_REQUIRED,
	.bind = PATH("connectedRegistry"),
	.help = "The name of the connected registry: 5 to 50 lower case letters and digits.",
};

/* ---- create and update --------------------------------------------------------------------------------------- */

static const struct option repository = {
	.name = "repository",
	.type = &type_repository_names,
	.complete = "repository",
	.help = "The repositories to synchronize.",
};
static const struct option sync_token = {
	.name = "sync-token",
	.type = &type_token,
	.bind = BODY_ID(SYNC "tokenId", "tokens"),
	.complete = "token",
	.help = "The name of the token with which to synchronize; without it one is made for --repository.",
};
static const struct option client_tokens = {
	.name = "client-tokens",
	.type = &type_tokens,
	.complete = "token",
	.help = "Names of the tokens with which clients sign in.",
};
static const struct option mode = {
	.name = "mode",
	.letter = 'm',
	.type = &type_choice,
	.choices = CHOICES("ReadOnly", "ReadWrite"),
	.fallback = "ReadOnly",
	.help = "What clients may do.",
};
#define ABOVE .name = "parent", .letter = 'p', .type = &type_name, .maximum = 50, .complete = "gateway"
static const struct option parent = {
	ABOVE,
	.help = "The connected registry to synchronize with; the registry itself by default.",
};
#define SCHEDULE                                                                                                       \
	.name = "sync-schedule", .letter = 's', .type = &type_cron,                                                    \
	.help = "When to synchronize, as a cron line in UTC; '* * * * *' is all the time."
static const struct option new_schedule = {SCHEDULE, .bind = BODY(SYNC "schedule"), .fallback = "* * * * *"};
static const struct option schedule = {SCHEDULE, .bind = BODY(CHANGED_SYNC "schedule")};
#define MESSAGE_TTL                                                                                                    \
	.name = "sync-message-ttl", .type = &type_duration,                                                            \
	.help = "How long messages for the connected registry are kept: P2D is two days."
static const struct option new_message_ttl = {MESSAGE_TTL, .bind = BODY(SYNC "messageTtl"), .fallback = "P2D"};
static const struct option message_ttl = {MESSAGE_TTL, .bind = BODY(CHANGED_SYNC "messageTtl")};
#define WINDOW                                                                                                         \
	.name = "sync-window", .letter = 'w', .type = &type_duration,                                                  \
	.help = "How long a synchronization that --sync-schedule starts may go on: PT3H is three hours."
static const struct option new_window = {WINDOW, .bind = BODY(SYNC "syncWindow")};
static const struct option window = {WINDOW, .bind = BODY(CHANGED_SYNC "syncWindow")};
#define LOG_LEVEL                                                                                                      \
	.name = "log-level", .type = &type_choice, .bind = BODY("/properties/logging/logLevel"),                       \
	.choices = CHOICES("Debug", "Information", "Warning", "Error", "None"), .help = "What is logged."
static const struct option new_log_level = {LOG_LEVEL, .fallback = "Information"};
static const struct option log_level = {LOG_LEVEL};
static const struct option audit_logs = {
	.name = "audit-logs-enabled",
	.type = &type_boolean,
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.bind = BODY_SWITCH("/properties/logging/auditLogStatus", "Enabled", "Disabled"),
	.help = "Whether audit logs are kept.",
};
static const struct option notifications = {
	.name = "notifications",
	.type = &type_notifications,
	.help = "Patterns of the artifacts about which to notify, such as 'hello-world:*'.",
};
static const struct option gc_enabled = {
	.name = "gc-enabled",
	.type = &type_boolean,
	.bind = BODY("/properties/garbageCollection/enabled"),
	.help = "Whether garbage is collected. A new connected registry does.",
};
static const struct option gc_schedule = {
	.name = "gc-schedule",
	.type = &type_cron,
	.bind = BODY("/properties/garbageCollection/schedule"),
	.help = "When garbage is collected, as a cron line in UTC: '0 0 * * *', which a new connected registry has, "
		"is every midnight.",
};
static const struct option auth_type = {
	.name = "auth-type",
	.type = &type_choice,
	.choices = CHOICES("SyncToken", "ManagedIdentity"),
	.help = "How it signs in to its parent: with a token, or with --identity.",
};
static const struct option identity = {
	.name = "identity",
	.type = &type_user_identity,
	.bind = ASSIGN("/identity"),
	.help = "The id of the user-assigned identity with which it signs in to its parent.",
};
static const struct option add_tokens = {
	.name = "add-client-tokens",
	.type = &type_tokens_any,
	.complete = "token",
	.help = "Names of further tokens with which clients sign in.",
};
static const struct option remove_tokens = {
	.name = "remove-client-tokens",
	.type = &type_tokens_any,
	.complete = "token",
	.help = "Names of tokens with which clients shall not sign in any more.",
};
static const struct option add_notifications = {
	.name = "add-notifications",
	.type = &type_notifications_any,
	.help = "Patterns of further artifacts about which to notify.",
};
static const struct option remove_notifications = {
	.name = "remove-notifications",
	.type = &type_notifications_any,
	.help = "Patterns about which not to notify any more.",
};

/* ---- others -------------------------------------------------------------------------------------------------- */

static const struct option cleanup = {
	.name = "cleanup",
	.type = &type_flag,
	.help = "Delete its token and scope map, too, and what others may do for it.",
};
static const struct option of_parent = {
	ABOVE,
	.help = "Only those below this connected registry.",
};
static const struct option no_children = {
	.name = "no-children",
	.type = &type_flag,
	.help = "Only those directly below the registry, or below --parent.",
};

#define COLUMNS_OF_ALL                                                                                                 \
	{.header = "NAME", .path = "name"}, {.header = "MODE", .path = "mode"},                                        \
		{.header = "CONNECTION STATE", .path = "connectionState"},                                             \
		{.header = "PARENT", .path = "parent.id", .format = cell_last_segment},                                \
		{.header = "LOGIN SERVER", .path = "loginServer.host"},                                                \
	{                                                                                                              \
		.header = "LAST SYNC (UTC)", .path = "parent.syncProperties.lastSyncTime"                              \
	}
static const struct column list_columns[] = {COLUMNS_OF_ALL, {0}};
const struct column connected_columns[] = {
	COLUMNS_OF_ALL,
	{.header = "SYNC SCHEDULE", .path = "parent.syncProperties.schedule"},
	{.header = "SYNC WINDOW", .path = "parent.syncProperties.syncWindow"},
	{0},
};

static const struct command commands[] = {
	{
		.path = "connected-registry create",
		.summary = "Create a connected registry.",
		.details = "The registry's data endpoints must be on: if they are not, you are asked. Without "
			   "--sync-token a token and a scope map of the connected registry's name are made; what "
			   "they were before is overwritten.",
		.options = OPTIONS(&opt_registry, &new_name, &repository, &sync_token, &client_tokens,
				   &opt_resource_group, &mode, &parent, &new_schedule, &new_message_ttl, &new_window,
				   &new_log_level, &audit_logs, &notifications, &opt_yes, &gc_enabled, &gc_schedule,
				   &auth_type, &identity),
		.examples =
			EXAMPLES({"For two repositories", "acr connected-registry create -r myregistry -n onpremises "
							  "--repository app/hello-world service/mycomponent"},
				 {"Synchronize for four hours every night",
				  "acr connected-registry create -r myregistry -n onpremises --repository "
				  "hello-world -s '0 0 * * *' -w PT4H"}),
		.op = &acr_op_connected_create,
		.rules = RULES(
			{.when = "auth_type == 'ManagedIdentity' && !identity",
			 .refuse = "--auth-type ManagedIdentity needs --identity."},
			{.when = "auth_type == 'ManagedIdentity' && (sync_token || repository)",
			 .refuse = "--sync-token and --repository are for --auth-type SyncToken: what an identity may "
				   "synchronize follows from its roles."},
			{.when = "identity && auth_type != 'ManagedIdentity'",
			 .refuse = "--identity needs --auth-type ManagedIdentity."},
			{.when = "auth_type != 'ManagedIdentity' && !sync_token == !repository",
			 .refuse = "usage error: you must provide either --sync-token or --repository, but not "
				   "both."}),
		.check = connected_create_check,
		.prepare = connected_create_prepare,
		.body = "{\"properties\":{\"parent\":{\"syncProperties\":{}},\"logging\":{\"auditLogStatus\":"
			"\"Disabled\"},"
			"\"garbageCollection\":{\"enabled\":\"true\",\"schedule\":\"0 0 * * *\"}}}",
		.model = MODEL_CONNECTED,
		.columns = connected_columns,
	},
	{
		.path = "connected-registry deactivate",
		.summary = "Deactivate a connected registry: it forgets its place and can be installed elsewhere.",
		.options = OPTIONS(&connected_name, &opt_registry, &opt_yes, &opt_resource_group),
		.examples = EXAMPLES(
			{"Without a question", "acr connected-registry deactivate -r myregistry -n onpremises --yes"}),
		.op = &acr_op_connected_deactivate,
		.confirm = "Are you sure you want to deactivate the connected registry '{name}' in '{registry}'?",
		.flags = CMD_NO_RESULT,
		.columns = connected_columns,
	},
	{
		.path = "connected-registry delete",
		.summary = "Delete a connected registry.",
		.options = OPTIONS(&connected_name, &opt_registry, &cleanup, &opt_yes, &opt_resource_group),
		.examples = EXAMPLES({"With its token and scope map",
				      "acr connected-registry delete -r myregistry -n onpremises --cleanup --yes"}),
		.op = &acr_op_connected_delete,
		.run = connected_delete,
		.columns = connected_columns,
	},
	{
		.path = "connected-registry list",
		.summary = "List connected registries.",
		.options = OPTIONS(&opt_registry, &of_parent, &no_children, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr connected-registry list -r myregistry -o table"}),
		.run = connected_list,
		.model = MODEL_CONNECTED,
		.columns = list_columns,
	},
	{
		.path = "connected-registry resync",
		.summary = "Let a connected registry synchronize everything again.",
		.options = OPTIONS(&connected_name, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"Do it", "acr connected-registry resync -r myregistry -n onpremises"}),
		.op = &acr_op_connected_resync,
		.model = MODEL_CONNECTED,
		.columns = connected_columns,
		.status = STATUS_PREVIEW,
	},
	{
		.path = "connected-registry show",
		.summary = "Show a connected registry.",
		.options = OPTIONS(&connected_name, &opt_registry, &opt_resource_group),
		.examples = EXAMPLES(
			{"Is it online?",
			 "acr connected-registry show -r myregistry -n onpremises --query connectionState -o tsv"}),
		.op = &acr_op_connected_show,
		.model = MODEL_CONNECTED,
		.columns = connected_columns,
	},
	{
		.path = "connected-registry update",
		.summary = "Change a connected registry.",
		.options = OPTIONS(&opt_registry, &connected_name, &add_tokens, &remove_tokens, &opt_resource_group,
				   &schedule, &window, &log_level, &message_ttl, &audit_logs, &add_notifications,
				   &remove_notifications, &gc_enabled, &gc_schedule, &auth_type, &identity),
		.examples = EXAMPLES({"One more client", "acr connected-registry update -r myregistry -n onpremises "
							 "--add-client-tokens mytoken"}),
		.op = &acr_op_connected_update,
		.rules = RULES(
			{.when = "identity && !auth_type", .refuse = "--identity needs --auth-type ManagedIdentity."},
			{.when = "auth_type && auth_type != 'ManagedIdentity'",
			 .refuse = "A connected registry can change from a sync token to --auth-type "
				   "ManagedIdentity, but not back."},
			{.when = "auth_type && !identity", .refuse = "--auth-type ManagedIdentity needs --identity."},
			NOT_BOTH("add-client-tokens", "remove-client-tokens"),
			NOT_BOTH("add-notifications", "remove-notifications")),
		.prepare = connected_update_prepare,
		.body = "{\"properties\":{\"syncProperties\":{},\"garbageCollection\":{},\"logging\":{}}}",
		.model = MODEL_CONNECTED,
		.columns = connected_columns,
	},
	{0},
};

const struct group connected_group = {
	.path = "connected-registry",
	.summary = "Manage connected registries: replicas on your premises.",
	.commands = commands,
};
