/* Commands about tokens and their passwords. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "run/run.h"
#include "shapes.h"

static const char *const statuses[] = {"enabled", "disabled", NULL};

static const struct option name = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.minimum = 5,
	.maximum = 50,
	.flags = OPT_REQUIRED,
	.bind = PATH("token"),
	.complete = "token",
	.help = "The name of the token.",
};
static const struct option named_in_body = {
	.name = "name",
	.letter = 'n',
	.type = &type_name,
	.minimum = 5,
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
static const struct option status = {
	.name = "status",
	.type = &type_choice,
	.choices = statuses,
	.fallback = "enabled",
	.bind = BODY("/properties/status"),
	.help = "Whether the token can be used.",
};
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
#define PASSWORD(variable, long_name, text)                                                                            \
	static const struct option variable = {.name = long_name, .type = &type_flag, .help = text};
PASSWORD(make_first, "password1", "Make the first password. Both are made when none is named.")
PASSWORD(make_second, "password2", "Make the second password. Both are made when none is named.")
PASSWORD(delete_first, "password1", "Delete the first password.")
PASSWORD(delete_second, "password2", "Delete the second password.")

static const struct command commands[] = {
	{
		.path = "token create",
		.summary = "Create a token, and passwords for it.",
		.details = "The permissions of the token come from a scope map: one that is there, or one that is made "
			   "for "
			   "the permissions named with --repository and --gateway. The passwords are shown this once.",
		.options =
			OPTIONS(&opt_registry, &name, &scope_map, &opt_repository_permission, &opt_gateway_permission,
				&status, &opt_resource_group, &no_passwords, &expiration, &expiration_days),
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
		.check = token_create_check,
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
		.run = run_unless_declined,
		.confirm =
			"Deleting the token '{name}' will invalidate access to anyone using its credentials. Proceed?",
		.columns = token_columns,
		.flags = CMD_NO_RESULT,
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
		.details = "As with az, a token is enabled unless --status disabled is given.",
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
		.check = token_credential_delete_check,
		.base = "properties(credentials{passwords[name]})",
		.base_op = &acr_op_token_show,
		.prepare = token_credential_delete_prepare,
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
