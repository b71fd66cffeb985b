/* Commands about webhooks. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

#define MODEL_WEBHOOK                                                                                                  \
	"id name type location tags " MODEL_SYSTEM_DATA " properties(status scope actions provisioningState)"
#define MODEL_EVENT                                                                                                    \
	"id eventRequestMessage{content{id timestamp:time action target{mediaType size digest length repository url "  \
	"tag "                                                                                                         \
	"name version} request{id addr host method useragent} actor{name} source{addr instanceID>instanceId}} "        \
	"headers "                                                                                                     \
	"method requestUri version} eventResponseMessage{content headers reasonPhrase statusCode version}"

static const char *const actions[] = {"push", "delete", "quarantine", "chart_push", "chart_delete", NULL};
static const char *const statuses[] = {"enabled", "disabled", NULL};

/* Another length has none that is there, but that is for the service to say. */
#define NAME                                                                                                           \
	.name = "name", .letter = 'n', .type = &type_plain_name, .maximum = 50, .flags = OPT_REQUIRED,                 \
	.bind = PATH("webhook"), .complete = "webhook", .help = "The name of the webhook: letters and digits."
static const struct option name = {NAME};
static const struct option new_name = {NAME, .minimum = 5};
static const struct option new_uri = {
	.name = "uri",
	.type = &type_url,
	.flags = OPT_REQUIRED,
	.bind = BODY("/properties/serviceUri"),
	.help = "Where notifications are posted to.",
};
static const struct option uri = {
	.name = "uri",
	.type = &type_url,
	.bind = BODY("/properties/serviceUri"),
	.help = "Where notifications are posted to.",
};
static const struct option new_actions = {
	.name = "actions",
	.type = &type_choices,
	.choices = actions,
	.flags = OPT_REQUIRED,
	.bind = BODY("/properties/actions"),
	.help = "What is notified, separated by spaces.",
};
static const struct option changed_actions = {
	.name = "actions",
	.type = &type_choices,
	.choices = actions,
	.bind = BODY("/properties/actions"),
	.help = "What is notified, separated by spaces.",
};
static const struct option headers = {
	.name = "headers",
	.type = &type_headers,
	.bind = BODY("/properties/customHeaders"),
	.help = "Header fields that notifications get, separated by spaces: key[=value] [key[=value] …].",
};
static const struct option new_status = {
	.name = "status",
	.type = &type_choice,
	.choices = statuses,
	.fallback = "enabled",
	.bind = BODY("/properties/status"),
	.help = "Whether notifications are sent.",
};
static const struct option status = {
	.name = "status",
	.type = &type_choice,
	.choices = statuses,
	.bind = BODY("/properties/status"),
	.help = "Whether notifications are sent.",
};
static const struct option scope = {
	.name = "scope",
	.type = &type_scope,
	.bind = BODY("/properties/scope"),
	.help = "Which images are meant: 'foo:*' for all tags of the repository foo, 'foo:bar' for one tag, 'foo' for "
		"foo:latest; '' for everything.",
};

#define OF_REGISTRY &opt_registry, &opt_resource_group
#define ONE &name, OF_REGISTRY

static const struct command commands[] = {
	{
		.path = "webhook create",
		.summary = "Create a webhook.",
		.options = OPTIONS(&new_name, OF_REGISTRY, &new_uri, &new_actions, &opt_location, &headers, &new_status,
				   &scope, &opt_tags),
		.examples = EXAMPLES(
			{"Notify pushes and deletions",
			 "acr webhook create -n mywebhook -r myregistry --uri https://example.com/hook --actions "
			 "push delete"},
			{"Send a header field with every notification",
			 "acr webhook create -n mywebhook -r myregistry --uri https://example.com/hook --actions "
			 "push --headers 'X-Team=blue'"}),
		.op = &acr_op_webhook_create,
		.fill = FILL(FILL_LOCATION),
		.sku = "managed",
		.model = MODEL_WEBHOOK,
		.columns = webhook_columns,
	},
	{
		.path = "webhook delete",
		.summary = "Delete a webhook.",
		.options = OPTIONS(ONE),
		.examples = EXAMPLES({"Delete one", "acr webhook delete -n mywebhook -r myregistry"}),
		.op = &acr_op_webhook_delete,
		.sku = "managed",
		.columns = webhook_columns,
		.flags = CMD_NO_RESULT,
	},
	{
		.path = "webhook get-config",
		.summary = "Show the URI and the header fields of a webhook.",
		.options = OPTIONS(ONE),
		.examples = EXAMPLES({"Of one webhook", "acr webhook get-config -n mywebhook -r myregistry"}),
		.op = &acr_op_webhook_config,
		.sku = "managed",
		.model = "serviceUri customHeaders",
		.columns = COLUMNS({.header = "SERVICE URI", .path = "serviceUri"},
				   {.header = "HEADERS", .path = "customHeaders", .format = cell_python}),
	},
	{
		.path = "webhook list",
		.summary = "List the webhooks of a registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr webhook list -r myregistry -o table"}),
		.op = &acr_op_webhook_list,
		.sku = "managed",
		.model = MODEL_WEBHOOK,
		.columns = webhook_columns,
	},
	{
		.path = "webhook list-events",
		.summary = "List what a webhook has sent recently, and the answers.",
		.options = OPTIONS(ONE),
		.examples = EXAMPLES({"As a table", "acr webhook list-events -n mywebhook -r myregistry -o table"},
				     {"Those that were not accepted",
				      "acr webhook list-events -n mywebhook -r myregistry --query "
				      "\"[?eventResponseMessage.statusCode!='200']\""}),
		.op = &acr_op_webhook_events,
		.sku = "managed",
		.model = MODEL_EVENT,
		.columns = webhook_event_columns,
	},
	{
		.path = "webhook ping",
		.summary = "Send a test notification.",
		.options = OPTIONS(ONE),
		.examples = EXAMPLES({"Send one", "acr webhook ping -n mywebhook -r myregistry"}),
		.op = &acr_op_webhook_ping,
		.sku = "managed",
		.model = "id",
		.columns = COLUMNS({.header = "ID", .path = "id"}),
	},
	{
		.path = "webhook show",
		.summary = "Show a webhook.",
		.options = OPTIONS(ONE),
		.examples =
			EXAMPLES({"Its status", "acr webhook show -n mywebhook -r myregistry --query status -o tsv"}),
		.op = &acr_op_webhook_show,
		.sku = "managed",
		.model = MODEL_WEBHOOK,
		.columns = webhook_columns,
	},
	{
		.path = "webhook update",
		.summary = "Change a webhook.",
		.options = OPTIONS(ONE, &uri, &changed_actions, &headers, &status, &scope, &opt_tags, &opt_set,
				   &opt_add, &opt_remove, &opt_force_string),
		.examples = EXAMPLES({"Send nothing for the time being",
				      "acr webhook update -n mywebhook -r myregistry --status disabled"},
				     {"Other header fields",
				      "acr webhook update -n mywebhook -r myregistry --headers 'X-Team=green'"}),
		.op = &acr_op_webhook_update,
		.model = MODEL_WEBHOOK,
		.update_model = "tags properties(serviceUri customHeaders status scope actions)",
		.columns = webhook_columns,
		.flags = CMD_UPDATE,
	},
	{0},
};

const struct group webhook_group = {
	.path = "webhook",
	.summary = "Manage webhooks: notifications of what happens to images.",
	.commands = commands,
};
