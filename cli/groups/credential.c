/* Commands about the admin user's credentials. */
#include <acr/ops.h>

#include "groups.h"
#include "options.h"
#include "shapes.h"

#define MODEL_CREDENTIALS "username passwords[name value]"

#define ADMIN_HINT                                                                                                     \
	HINTS({"CredentialOperations", "The admin user of '{registry}' is not enabled. Run 'acr update -n {registry} " \
				       "--admin-enabled true' to enable admin first."})

static const struct option password_name = {
	.name = "password-name",
	.type = &type_choice,
	.choices = CHOICES("password", "password2"),
	.flags = OPT_REQUIRED,
	.bind = BODY("/name"),
	.help = "Which of the two passwords.",
};

static const struct command commands[] = {
	{
		.path = "credential renew",
		.summary = "Make a new password for the admin user.",
		.options = OPTIONS(&opt_registry_name, &password_name, &opt_resource_group),
		.examples = EXAMPLES(
			{"Renew the second password", "acr credential renew -n myregistry --password-name password2"}),
		.op = &acr_op_registry_credential_renew,
		.hints = ADMIN_HINT,
		.model = MODEL_CREDENTIALS,
		.columns = credential_columns,
	},
	{
		.path = "credential show",
		.summary = "Show the admin user's name and passwords.",
		.options = OPTIONS(&opt_registry_name, &opt_resource_group),
		.examples = EXAMPLES({"The first password alone",
				      "acr credential show -n myregistry --query 'passwords[0].value' -o tsv"}),
		.op = &acr_op_registry_credentials,
		.hints = ADMIN_HINT,
		.model = MODEL_CREDENTIALS,
		.columns = credential_columns,
	},
	{0},
};

const struct group credential_group = {
	.path = "credential",
	.summary = "Manage the admin user's credentials.",
	.commands = commands,
};
