/* Commands about tokens and their passwords. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"
#include "shapes.h"

static const char *const statuses[] = {"enabled", "disabled", NULL};

/* Another length has none that is there, but that is for the service to say. */
#define NAME                                                                                                           \
	.name = "name", .letter = 'n', .type = &type_name, .maximum = 50, .flags = OPT_REQUIRED,                       \
	.bind = PATH("token"), .complete = "token", .help = "The name of the token."
static const struct option name = {NAME};
static const struct option new_name = {NAME, .minimum = 5};
static const struct option named_in_body = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.maximum = 50,
	.flags = OPT_REQUIRED,
	.bind = BODY_ID("/tokenId", "tokens"),
	.complete = "token",
	.help = "The name of the token.",
};
static const struct option scope_map = {
	.name = "scope-map",
	.type = &type_name,
	.minimum = 1,
	.maximum = 50,
	.bind = BODY_ID("/properties/scopeMapId", "scopeMaps"),
	.complete = "scope-map",
	.help = "The name of the scope map whose permissions the token has.",
};
#define STATUS                                                                                                         \
	.name = "status", .type = &type_choice, .choices = statuses, .bind = BODY("/properties/status"),               \
	.help = "Whether the token can be used."
static const struct option new_status = {STATUS, .fallback = "enabled"};
static const struct option status = {STATUS};
static const struct option no_passwords = {
	.name = "no-passwords",
	.type = &type_boolean,
	.help = "Make no passwords; 'acr token credential generate' makes them later.",
};
static const struct option expiration = {
	.name = "expiration",
	.type = &type_moment,
	.help = "When the passwords expire, in UTC: 2035-12-31T12:59:59Z. Never by default.",
};
static const struct option expiration_days = {
	.name = "expiration-in-days",
	.type = &type_integer,
	.minimum = 1,
	.help = "In how many days the passwords expire. Never by default.",
};
static const struct option former_days = {
	.name = "days",
	.key = "expiration-in-days",
	.type = &type_integer,
	.minimum = 1,
	.flags = OPT_HIDDEN | OPT_DEPRECATED,
	.instead = "--expiration-in-days",
	.help = "The former name of --expiration-in-days.",
};
#define MAKE(which, text)                                                                                              \
	{                                                                                                              \
		.name = which, .type = &type_flag, .help = text " Both are made when none is named."                   \
	}
/* What stays is named in the request. */
#define DELETE(which, text)                                                                                            \
	{                                                                                                              \
		.name = which, .type = &type_flag,                                                                     \
		.bind = {.kind = BIND_REMOVE,                                                                          \
			 .to = "/properties/credentials/passwords",                                                    \
			 .member = "name",                                                                             \
			 .constant = "\"" which "\"",                                                                  \
			 .missing = "Unable to perform operation. The token '{name}' has no {item}."},                 \
		.help = text,                                                                                          \
	}
static const struct option make_first = MAKE("password1", "Make the first password.");
static const struct option make_second = MAKE("password2", "Make the second password.");
static const struct option delete_first = DELETE("password1", "Delete the first password.");
static const struct option delete_second = DELETE("password2", "Delete the second password.");

#define ONE_EXPIRATION                                                                                                 \
	{                                                                                                              \
		.when = "expiration && expiration_in_days",                                                            \
		.refuse = "usage error: --expiration and --expiration-in-days are mutually exclusive."                 \
	}

static const struct command commands[] = {
	{
		.path = "token create",
		.summary = "Create a token, and passwords for it.",
		.details = "The permissions of the token come from a scope map: one that is there, or one that is made "
			   "for "
			   "the permissions named with --repository and --gateway. The passwords are shown this once.",
		.options = OPTIONS(&opt_registry, &new_name, &scope_map, &opt_repository_permission,
				   &opt_gateway_permission, &new_status, &opt_resource_group, &no_passwords,
				   &expiration, &expiration_days),
		.examples = EXAMPLES(
			{"With the permissions of a scope map",
			 "acr token create -n mytoken -r myregistry --scope-map myscopemap"},
			{"For pulling from one repository, for 30 days",
			 "acr token create -n mytoken -r myregistry --repository app content/read metadata/read "
			 "--expiration-in-days 30"},
			{"Disabled, without passwords",
			 "acr token create -n mytoken -r myregistry --repository app content/read --status "
			 "disabled --no-passwords"}),
		.op = &acr_op_token_create,
		.run = token_create,
		.rules = RULES(
			{.when = "!(repository || gateway) == !scope_map",
			 .refuse = "usage error: give either --scope-map, or permissions with --repository and "
				   "--gateway."},
			{.when = "no_passwords && (expiration || expiration_in_days)",
			 .refuse = "usage error: --no-passwords and expiration arguments are mutually exclusive."},
			ONE_EXPIRATION, NEEDS_ACTION("repository", "content/read"),
			NEEDS_ACTION("gateway", "config/read")),
		.check = token_expiration_check,
		.prepare = token_create_prepare,
		.model = MODEL_TOKEN,
		.columns = token_columns,
	},
	{
		.path = "token delete",
		.summary = "Delete a token.",
		.options = OPTIONS(&opt_registry, &name, &opt_yes, &opt_resource_group),
		.examples = EXAMPLES({"Delete without a question", "acr token delete -n mytoken -r myregistry --yes"}),
		.op = &acr_op_token_delete,
		.confirm =
			"Deleting the token '{name}' will invalidate access to anyone using its credentials. Proceed?",
		.columns = token_columns,
		.flags = CMD_NO_RESULT | CMD_MAY_DECLINE,
	},
	{
		.path = "token list",
		.summary = "List the tokens of a registry.",
		.options = OPTIONS(&opt_registry, &opt_resource_group),
		.examples = EXAMPLES({"As a table", "acr token list -r myregistry -o table"}),
		.op = &acr_op_token_list,
		.model = MODEL_TOKEN,
		.columns = token_columns,
	},
	{
		.path = "token show",
		.summary = "Show a token, without its passwords.",
		.options = OPTIONS(&opt_registry, &name, &opt_resource_group),
		.examples = EXAMPLES({"When its passwords expire", "acr token show -n mytoken -r myregistry -o table"}),
		.op = &acr_op_token_show,
		.model = MODEL_TOKEN,
		.columns = token_columns,
	},
	{
		.path = "token update",
		.summary = "Give a token another scope map or status.",
		.details = "What is not given stays as it is; az enables a token unless --status disabled is given.",
		.options = OPTIONS(&opt_registry, &name, &scope_map, &status, &opt_resource_group),
		.examples = EXAMPLES(
			{"Another scope map", "acr token update -n mytoken -r myregistry --scope-map mynewmap"},
			{"Disable it", "acr token update -n mytoken -r myregistry --status disabled"}),
		.op = &acr_op_token_update,
		.model = MODEL_TOKEN,
		.columns = token_columns,
	},
	{0},
};

static const struct command credential_commands[] = {
	{
		.path = "token credential delete",
		.summary = "Delete passwords of a token.",
		.options = OPTIONS(&opt_registry, &name, &delete_first, &delete_second, &opt_resource_group),
		.examples = EXAMPLES({"Delete both",
				      "acr token credential delete -n mytoken -r myregistry --password1 --password2"}),
		.op = &acr_op_token_update,
		.rules = RULES({.when = "!password1 && !password2",
				.refuse = "No credentials to delete. Give --password1, --password2 or both."}),
		.base = "properties(credentials{passwords[name]})",
		.base_op = &acr_op_token_show,
		.model = MODEL_TOKEN,
		.columns = token_columns,
	},
	{
		.path = "token credential generate",
		.summary = "Make new passwords for a token; the former ones cease to work.",
		.options = OPTIONS(&opt_registry, &named_in_body, &make_first, &make_second, &expiration_days,
				   &former_days, &expiration, &opt_resource_group),
		.examples = EXAMPLES({"A new first password that expires in 30 days",
				      "acr token credential generate -n mytoken -r myregistry --password1 "
				      "--expiration-in-days 30"},
				     {"A new second password, captured",
				      "acr token credential generate -n mytoken -r myregistry --password2 --query "
				      "'passwords[0].value' -o tsv"}),
		.op = &acr_op_token_credentials,
		.rules = RULES(ONE_EXPIRATION),
		.check = token_expiration_check,
		.prepare = token_credential_generate_prepare,
		.model = MODEL_TOKEN_CREDENTIALS,
		.columns = token_credential_columns,
	},
	{0},
};

const struct group token_group = {
	.path = "token",
	.summary = "Manage tokens: accounts for some of a registry's repositories.",
	.commands = commands,
};
const struct group token_credential_group = {
	.path = "token credential",
	.summary = "Manage the passwords of tokens.",
	.commands = credential_commands,
};
