/* Commands about the signed-in accounts and their subscriptions. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "output.h"
#include "run/run.h"

#define MODEL_LOCATION \
	"id subscriptionId name type displayName regionalDisplayName metadata{regionType regionCategory geography " \
	"geographyGroup longitude latitude physicalLocation pairedRegion[name id subscriptionId]}"

static const struct column account_columns[] = {
	{.header = "Name", .path = "name"},
	{.header = "CloudName", .path = "cloudName"},
	{.header = "SubscriptionId", .path = "id"},
	{.header = "TenantId", .path = "tenantId"},
	{.header = "State", .path = "state"},
	{.header = "IsDefault", .path = "isDefault"},
	{0},
};

static const struct option all = {
	.name = "all",
	.type = &type_flag,
	.help = "List subscriptions that are not enabled, too, and those of all clouds.",
};
static const struct option name = {
	.name = "name",
	.alias = "subscription",
	.letter = 'n',
	.other_letter = 's',
	.key = "name",
	.type = &type_subscription,
	.help = "Name or id of the subscription.",
};
static const struct option required_name = {
	.name = "name",
	.alias = "subscription",
	.letter = 'n',
	.other_letter = 's',
	.key = "name",
	.type = &type_subscription,
	.flags = OPT_REQUIRED,
	.help = "Name or id of the subscription.",
};

static const struct option refresh = {
	.name = "refresh",
	.type = &type_flag,
	.help = "Ask the service which subscriptions there are now.",
};

/* ---- signing in and out ---- */

static const struct option username = {
	.name = "username",
	.letter = 'u',
	.type = &type_word,
	.help = "User name, the client id of a service principal, or the id of a managed identity.",
};
static const struct option password = {
	.name = "password",
	.letter = 'p',
	.type = &type_text,
	.flags = OPT_SECRET,
	.help = "Password of the user, or of a service principal its secret or the PEM file with its key and certificate. "
		"@FILE reads it from a file, - from standard input; without it, it is asked for.",
};
static const struct option service_principal = {
	.name = "service-principal",
	.type = &type_flag,
	.help = "Sign in as an application: with --username, --tenant, and one of --password, --certificate and "
		"--federated-token.",
};
static const struct option login_tenant = {
	.name = "tenant",
	.letter = 't',
	.type = &type_tenant,
	.help = "Tenant to sign in to, by id or by one of its domains; an application must name it.",
};
static const struct option no_subscriptions = {
	.name = "allow-no-subscriptions",
	.type = &type_flag,
	.help = "Keep accounts of tenants without subscriptions, too.",
};
static const struct option device_code = {
	.name = "use-device-code",
	.type = &type_flag,
	.help = "Sign in with a browser on any device, which a code is typed into. This is done by itself where no browser "
		"can be opened.",
};
static const struct option issuer_trust = {
	.name = "use-cert-sn-issuer",
	.type = &type_flag,
	.help = "The application trusts certificates by subject name and issuer: send the certificate along.",
};
static const struct option login_scope = {
	.name = "scope",
	.type = &type_token_scopes,
	.help = "What is agreed to in the browser: one scope, such as that of a command that wants a further proof.",
};
static const struct option federated_token = {
	.name = "federated-token",
	.type = &type_word,
	.flags = OPT_SECRET,
	.help = "Token of another issuer that the application trusts; @FILE reads it from a file.",
};
static const struct option certificate = {
	.name = "certificate",
	.type = &type_path,
	.help = "PEM file with the application's key and certificate.",
};
static const struct option claims_challenge = {
	.name = "claims-challenge",
	.type = &type_word,
	.help = "What a service asks for in its claims challenge, in base64.",
};
#define IDENTITY .heading = "Managed Identity"
static const struct option identity = {
	.name = "identity",
	.letter = 'i',
	.type = &type_flag,
	IDENTITY,
	.help = "Sign in as the managed identity of this machine or service.",
};
static const struct option client_id = {
	.name = "client-id",
	.type = &type_client_id,
	IDENTITY,
	.help = "Client id of a user-assigned identity.",
};
static const struct option object_id = {
	.name = "object-id",
	.type = &type_uuid,
	IDENTITY,
	.help = "Object id of a user-assigned identity.",
};
static const struct option resource_id = {
	.name = "resource-id",
	.type = &type_user_identity,
	IDENTITY,
	.help = "Resource id of a user-assigned identity.",
};
static const struct option logout_username = {
	.name = "username",
	.type = &type_word,
	.help = "User, or client id of an application; by default the current one.",
};

#define LOGIN                                                                                                          \
	.summary = "Sign in to Azure.",                                                                                \
	.details = "A person signs in with a web browser on this machine, or where none can be opened, with a code that is " \
		   "typed into a browser elsewhere. What is kept is what the Azure CLI keeps, in its folder: each of the two " \
		   "programs uses the other's accounts. Prints the subscriptions that were found.",                   \
	.options = OPTIONS(&username, &password, &service_principal, &login_tenant, &no_subscriptions, &device_code,   \
			   &issuer_trust, &login_scope, &federated_token, &certificate, &claims_challenge, &identity,  \
			   &client_id, &object_id, &resource_id),                                                      \
	.rules = RULES(                                                                                                \
		{.when = "identity && (password || service_principal || tenant)",                                      \
		 .refuse = "usage error: '--identity' is not applicable with other arguments"},                        \
		{.when = "use_device_code && (password || service_principal || username || identity)",                 \
		 .refuse = "usage error: '--use-device-code' is not applicable with other arguments"},                 \
		{.when = "(use_cert_sn_issuer || certificate || federated_token) && !service_principal",               \
		 .refuse = "usage error: --use-cert-sn-issuer, --certificate and --federated-token are only applicable " \
			   "with a service principal"},                                                                \
		{.when = "service_principal && !username",                                                             \
		 .refuse = "usage error: --service-principal --username NAME --password SECRET --tenant TENANT"},      \
		{.when = "password && !username && !identity",                                                         \
		 .refuse = "usage error: --password needs --username"},                                                \
		{.when = "length([password, certificate, federated_token][?@ != `null`]) > `1`",                       \
		 .refuse = "usage error: give one of --password, --certificate and --federated-token"},                \
		{.when = "(client_id || object_id || resource_id) && !identity",                                       \
		 .refuse = "usage error: --client-id, --object-id and --resource-id need --identity"},                 \
		{.when = "identity && length([username, client_id, object_id, resource_id][?@ != `null`]) > `1`",      \
		 .refuse = "usage error: one id names the managed identity"}),                                         \
	.run = account_login, .columns = account_columns
#define LOGOUT                                                                                                         \
	.summary = "Sign out: forget an account and its tokens.", .options = OPTIONS(&logout_username),               \
	.run = account_logout

/* ---- tokens ---- */

static const struct option token_resource = {
	.name = "resource",
	.type = &type_word,
	.help = "What the token is for, such as https://vault.azure.net.",
};
static const struct option token_resource_type = {
	.name = "resource-type",
	.type = &type_choice,
	.choices = CHOICES("aad-graph", "arm", "batch", "data-lake", "media", "ms-graph", "oss-rdbms"),
	.help = "The same by name: a service that every cloud has its own address of.",
};
static const struct option token_scope = {
	.name = "scope",
	.type = &type_token_scopes_any,
	.help = "The same as a scope; by default that of management.",
};
static const struct option token_tenant = {
	.name = "tenant",
	.letter = 't',
	.type = &type_tenant,
	.help = "Tenant that the token is for, instead of the subscription's. Not for managed identities.",
};

static const struct command commands[] = {
	{
		.path = "account clear",
		.summary = "Sign out everybody: forget all accounts and tokens.",
		.options = OPTIONS(NULL),
		.examples = EXAMPLES({"At the end of a job", "acr account clear"}),
		.run = account_clear,
	},
	{
		.path = "account get-access-token",
		.summary = "Print an Azure token for another program.",
		.details = "It is good for at least five minutes.",
		.options = OPTIONS(&name, &token_resource, &token_resource_type, &token_scope, &token_tenant),
		.examples = EXAMPLES({"For management", "acr account get-access-token --query accessToken -o tsv"},
				     {"For Microsoft Graph", "acr account get-access-token --resource-type ms-graph"}),
		.rules = RULES({.when = "name && tenant",
				.refuse = "Please specify only one of subscription and tenant, not both"}),
		.run = account_token,
	},
	{
		.path = "account list",
		.summary = "List the subscriptions of the signed-in accounts.",
		.options = OPTIONS(&all, &refresh),
		.examples = EXAMPLES({"As a table", "acr account list -o table"},
				     {"With those that came since", "acr account list --refresh"}),
		.run = account_list,
		.columns = account_columns,
	},
	{
		.path = "account list-locations",
		.summary = "List the regions that the subscription can use.",
		.options = OPTIONS(NULL),
		.examples = EXAMPLES({"Their names", "acr account list-locations --query '[].name' -o tsv"}),
		.op = &acr_op_location_list,
		.model = MODEL_LOCATION,
	},
	{
		.path = "account login",
		.examples = EXAMPLES({"With a browser", "acr account login"},
				     {"With a code, on a machine without a browser", "acr account login --use-device-code"},
				     {"As an application whose secret is in a file",
				      "acr account login --service-principal -u 66666666-7777-8888-9999-000000000000 -p @secret "
				      "--tenant contoso.onmicrosoft.com"},
				     {"As the machine's own identity", "acr account login --identity"}),
		LOGIN,
	},
	{
		.path = "account logout",
		.examples = EXAMPLES({"The current account", "acr account logout"}),
		LOGOUT,
	},
	{
		.path = "account set",
		.summary = "Make a subscription the current one.",
		.options = OPTIONS(&required_name),
		.examples = EXAMPLES({"By name", "acr account set -n 'My Subscription'"}),
		.run = account_set,
	},
	{
		.path = "account show",
		.summary = "Show the current subscription, or a given one.",
		.options = OPTIONS(&name),
		.examples = EXAMPLES({"The current one's id", "acr account show --query id -o tsv"}),
		.run = account_show,
	},
	{0},
};

const struct group account_group = {
	.path = "account",
	.summary = "Manage the signed-in accounts.",
	.outside = true,
	.commands = commands,
};

static const struct command bare_commands[] = {
	{
		.path = "login",
		.examples = EXAMPLES({"With a code, on a machine without a browser", "az login --use-device-code"}),
		LOGIN,
	},
	{
		.path = "logout",
		.examples = EXAMPLES({"The current account", "acr logout"}),
		LOGOUT,
	},
	{0},
};

/* az has them directly below itself. */
const struct group sign_in_group = {.path = "", .outside = true, .commands = bare_commands};

static const struct column status_columns[] = {
	{.header = "Item", .path = "item"},
	{.header = "Value", .path = "value"},
	{.header = "ExpiresOn", .path = "expiresOn"},
	{0},
};

static const struct command auth_commands[] = {
	{
		.path = "auth status",
		.summary = "Show what signs commands in, from where, and until when.",
		.details = "The exit status is 0 when a token for management can be had, and 1 (4 with ACR_EXIT_CODES=rich) "
			   "when not. No secret is shown.",
		.options = OPTIONS(NULL),
		.examples = EXAMPLES({"As a table", "acr auth status -o table"},
				     {"Until when the token of management is good",
				      "acr auth status --query expiresOn -o tsv"}),
		.run = sign_in_status,
		.columns = status_columns,
	},
	{0},
};

const struct group auth_group = {
	.path = "auth",
	.summary = "Look at how commands sign in.",
	.commands = auth_commands,
};
