/* Help and manual pages: exact text of some, sound form of all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/file.h>
#include "help.h"
#include "sample_table.h"
#include "table.h"

static int use_sample(void **state)
{
	(void)state;
	table_use(sample_groups);
	return 0;
}

static int use_own(void **state)
{
	(void)state;
	table_use(NULL);
	return 0;
}

static void of_a_command(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	help_command(table_find("create", NULL), "acr", false, &text);
	assert_string_equal(text.data,
			    "Command\n"
			    "    acr create : Create a container registry.\n"
			    "        The name must be free in the whole cloud.\n"
			    "\n"
			    "Arguments\n"
			    "    --name -n           [Required] : The name of the container registry: 5 to 50\n"
			    "                                     lower case letters and digits. Configured\n"
			    "                                     default: 'acr'.\n"
			    "    --resource-group -g [Required] : Name of the resource group. Configured\n"
			    "                                     default: 'group'.\n"
			    "    --sku               [Required] : The SKU of the container registry. Allowed\n"
			    "                                     values: Basic, Standard, Premium.\n"
			    "    --admin-enabled                : Indicates whether the admin user is\n"
			    "                                     enabled. Allowed values: true, false.\n"
			    "    --allow-exports      [Preview] : Allow artifacts to be exported. See\n"
			    "                                     https://aka.ms/acr/export-policy. Allowed\n"
			    "                                     values: true, false.\n"
			    "    --location -l                  : The Azure region, such as westeurope.\n"
			    "                                     Configured default: 'location'.\n"
			    "    --tags                         : Tags, separated by spaces: key[=value]\n"
			    "                                     [key[=value] …]. Use '' to clear existing\n"
			    "                                     tags.\n"
			    "\n"
			    "Network Rule Arguments\n"
			    "    --default-action               : Default action to apply when no rule\n"
			    "                                     matches. Allowed values: Allow, Deny.\n"
			    "\n"
			    "Global Policy Arguments\n"
			    "    --acquire-policy-token         : Acquire an Azure Policy token for each\n"
			    "                                     write to management, and send it along.\n"
			    "    --change-reference             : Id of the change that the writes belong to;\n"
			    "                                     a policy token is acquired for it.\n"
			    "\n"
			    "Global Arguments\n"
			    "    --debug                        : Show every request and answer, without\n"
			    "                                     secrets.\n"
			    "    --help -h                      : Show this help and exit.\n"
			    "    --only-show-errors             : Show errors only: no warnings, no progress.\n"
			    "    --output -o                    : Output format: json, unless the\n"
			    "                                     configuration says otherwise. Allowed\n"
			    "                                     values: json, jsonc, yaml, yamlc, table,\n"
			    "                                     tsv, none.\n"
			    "    --query                        : JMESPath expression that picks from the\n"
			    "                                     result. See https://jmespath.org.\n"
			    "    --subscription                 : Name or id of the subscription.\n"
			    "    --verbose                      : Say more about what is done.\n"
			    "\n"
			    "Examples\n"
			    "    Create a registry.\n"
			    "        acr create -n myregistry -g mygroup --sku Standard\n");
}

static void of_a_group(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	help_group("task", "acr", false, &text);
	assert_string_equal(text.data, "Group\n"
				       "    acr task : Manage tasks.\n"
				       "\n"
				       "Subgroups:\n"
				       "    timer\n"
				       "\n"
				       "Commands:\n"
				       "    list  : List tasks.\n"
				       "\n"
				       "Run 'acr task COMMAND -h' for one command; 'man acr' is the manual.\n");
}

static void of_the_program(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	help_group("", "acr", false, &text);
	assert_non_null(strstr(text.data, "\nSubgroups:\n    config             : Manage policies.\n"
					  "    helm  [Deprecated] : Manage charts.\n"
					  "    manifest [Preview] : Manage manifests.\n"));
	assert_non_null(strstr(text.data, "\n    login              : Sign in to a registry.\n"));
	assert_non_null(strstr(text.data, "\nSubgroups that az has beside acr:\n    group   : Manage resource groups.\n"
					  "\nCommands that az has beside acr:\n    version : Show the version.\n"));
	assert_null(strstr(text.data, "secret-handshake"));
	assert_null(strstr(text.data, "Sign in to Azure"));
}

static void as_az(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) command = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) other = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) group = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) program = ACR_BUF_INIT;

	help_command(table_find("create", NULL), "az", true, &command);
	assert_non_null(strstr(command.data, "Command\n    az acr create : "));
	assert_non_null(strstr(command.data, "\n        az acr create -n myregistry -g mygroup --sku Standard\n"));
	help_command(table_find("group create", NULL), "az", true, &other);
	assert_non_null(strstr(other.data, "Command\n    az group create : "));
	assert_non_null(strstr(other.data, "\n        az group create -n mygroup -l westeurope\n"));
	help_group("acr", "az", true, &group);
	assert_ptr_equal(strstr(group.data, "Group\n    az acr : "), group.data);
	assert_null(strstr(group.data, "Sign in to Azure"));
	help_group("", "az", true, &program);
	assert_non_null(strstr(program.data, "\nSubgroups:\n    acr   : "));
	assert_non_null(strstr(program.data, "\nCommands:\n    login   : Sign in to Azure.\n"));
}

static void hides_what_is_hidden(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	help_command(table_find("config content-trust show", NULL), "acr", false, &text);
	assert_non_null(strstr(text.data, "--registry"));
	assert_null(strstr(text.data, "--name"));
	assert_null(strstr(text.data, "--resource-group"));
}

static void tells_what_to_use_instead(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	help_command(table_find("repository show-manifests", NULL), "acr", false, &text);
	assert_non_null(strstr(text.data, "    acr repository show-manifests [Deprecated] : List manifests.\n"
					  "        Use 'acr manifest list-metadata' instead.\n"));
}

/* No line over 80 columns (names and example commands are not broken), none with blanks at its end. */
static void check_lines(const struct acr_buf *text, const char *what)
{
	size_t columns = 0;

	for (const char *c = acr_buf_str(text); *c; c++) {
		if (*c != '\n') {
			columns += ((unsigned char)*c & 0xc0) != 0x80;
			continue;
		}
		if (columns > 80 || (c > text->data && c[-1] == ' '))
			fail_msg("%s: a line of %zu columns: %.*s", what, columns, (int)columns, c - columns);
		columns = 0;
	}
	assert_int_equal(columns, 0);
}

static void every_help_fits(void **state)
{
	(void)state;
	struct table_cursor at = {0};

	while (table_next(&at, TABLE_ALL)) {
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		struct command plain = *at.command;
		plain.examples = NULL;
		help_command(&plain, "acr", true, &text);
		check_lines(&text, plain.path);
	}
	ACR_AUTO(acr_buf) program = ACR_BUF_INIT;
	help_group("", "acr", false, &program);
	check_lines(&program, "acr");
}

static void a_page(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	assert_int_equal(man_page("acr-webhook", &text, &error), 0);
	assert_string_equal(strstr(text.data, ".Dt"), ".Dt ACR-WEBHOOK 1\n"
						      ".Os\n"
						      ".Sh NAME\n"
						      ".Nm acr-webhook\n"
						      ".Nd manage webhooks\n"
						      ".Sh SYNOPSIS\n"
						      ".Nm acr webhook create\n"
						      ".Fl -actions Ar ACTIONS ...\n"
						      ".Fl -name Ar NAME\n"
						      ".Fl -registry Ar REGISTRY\n"
						      ".Op Ar options\n"
						      ".Sh DESCRIPTION\n"
						      "Manage webhooks.\n"
						      "Options that every command has are in\n"
						      ".Xr acr 1 .\n"
						      ".Ss acr webhook create\n"
						      "Create a webhook.\n"
						      ".Bl -tag -width Ds\n"
						      ".It Fl -actions Ar ACTIONS ...\n"
						      "Actions that trigger it.\n"
						      "Allowed values: push, delete, quarantine.\n"
						      "Required.\n"
						      ".It Fl n , Fl -name Ar NAME\n"
						      "The name of the webhook.\n"
						      "Required.\n"
						      ".It Fl r , Fl -registry Ar REGISTRY\n"
						      "The name of the container registry, in lower case.\n"
						      "Configured default: 'acr'.\n"
						      "Required.\n"
						      ".It Fl -headers Op Ar KEY=VALUE ...\n"
						      "Headers: key[=value].\n"
						      ".El\n"
						      ".Pp\n"
						      "Global Policy options are in\n"
						      ".Xr acr 1 .\n"
						      ".Sh SEE ALSO\n"
						      ".Xr acr 1\n");
	assert_int_equal(man_page("acr-nonsense", &text, &error), ACR_ERROR_USAGE);
	assert_string_equal(error.message, "there is no manual page 'acr-nonsense'; 'acr __man' lists them");
}

static void pages_are_listed_once(void **state)
{
	(void)state;
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;

	man_list(&list);
	assert_string_equal(list.data,
			    "acr-build\nacr-config\nacr-create\nacr-delete\nacr-helm\nacr-login\nacr-manifest\n"
			    "acr-repository\nacr-run\nacr-scope-map\nacr-show\nacr-task\nacr-update\n"
			    "acr-webhook\nacr-group\nacr-version\n");
}

static void lint(const char *folder, const char *name, const struct acr_buf *text)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, name);
	/* Pages that refer to one another are not installed while the tests run. */
	ACR_AUTO_FREE char *line = acr_format("mandoc -Tlint '%s' | grep -v 'referenced manual not found' >&2", path);

	assert_int_equal(acr_file_replace(path, text->data, text->length, 0600, NULL), 0);
	int rc = system(line); /* grep: 1 when no line is left */
	unlink(path);
	if (rc >> 8 != 1)
		fail_msg("mandoc has something to say about %s", name);
}

static void every_page_is_clean(void **state)
{
	(void)state;
	char folder[] = "/tmp/acr-man-XXXXXX";
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;
	char *rest = NULL;

	if (system("command -v mandoc >/dev/null") != 0)
		skip();
	assert_non_null(mkdtemp(folder));
	man_list(&list);
	for (char *name = !list.length ? NULL : strtok_r(list.data, "\n", &rest); name;
	     name = strtok_r(NULL, "\n", &rest)) {
		ACR_AUTO(acr_buf) page = ACR_BUF_INIT;
		assert_int_equal(man_page(name, &page, NULL), 0);
		lint(folder, name, &page);
	}
	ACR_AUTO(acr_buf) program = ACR_BUF_INIT;
	acr_buf_puts(&program, ".Dd November 22, 2026\n.Dt ACR 1\n.Os\n.Sh NAME\n.Nm acr\n.Nd test\n.Sh DESCRIPTION\n");
	assert_int_equal(man_page("", &program, NULL), 0);
	lint(folder, "acr", &program);
	rmdir(folder);
}

int main(void)
{
#define SAMPLE(function) cmocka_unit_test_setup_teardown(function, use_sample, use_own)
#define OWN_TOO(function) SAMPLE(function), cmocka_unit_test(function)
	const struct CMUnitTest tests[] = {
		SAMPLE(of_a_command),          SAMPLE(of_a_group),
		SAMPLE(of_the_program),        SAMPLE(as_az),
		SAMPLE(hides_what_is_hidden),  SAMPLE(tells_what_to_use_instead),
		OWN_TOO(every_help_fits),      SAMPLE(a_page),
		SAMPLE(pages_are_listed_once), OWN_TOO(every_page_is_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
