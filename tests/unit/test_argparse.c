/* Parsing of command lines. What az answers to the same words was observed with azure-cli 2.45. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <acr/file.h>
#include "argparse.h"
#include "options.h"
#include "sample_table.h"
#include "table.h"

struct fixture {
	struct io io;
	char *warnings, *input;
	size_t warnings_size;
	struct args args;
	struct acr_error error;
	int rc;
	bool as_az;
	const char *acr, *group; /* configured defaults */
};

static const char *configured(void *user, const char *key)
{
	const struct fixture *f = user;

	return !strcmp(key, "acr") ? f->acr : !strcmp(key, "group") ? f->group : NULL;
}

static void forget_warnings(struct fixture *f)
{
	fclose(f->io.err);
	free(f->warnings);
	f->io.err = open_memstream(&f->warnings, &f->warnings_size);
}

static int set_up(void **state)
{
	struct fixture *f = acr_alloc(sizeof(*f));

	table_use(sample_groups);
	f->io.err = open_memstream(&f->warnings, &f->warnings_size);
	f->io.in = fmemopen((void *)(uintptr_t) "from standard input\n\n", 21, "r");
	f->io.err_terminal = true;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	args_clear(&f->args);
	acr_error_clear(&f->error);
	fclose(f->io.err);
	fclose(f->io.in);
	free(f->warnings);
	free(f);
	table_use(NULL);
	return 0;
}

static void parse_words(struct fixture *f, const char *const *words)
{
	struct parse_settings settings = {.as_az = f->as_az, .configured = configured, .user = f};
	int count = 0;

	while (words[count])
		count++;
	args_clear(&f->args);
	acr_error_clear(&f->error);
	f->rc = args_parse(count, (char *const *)(uintptr_t)words, &settings, &f->io, &f->args, &f->error);
	fflush(f->io.err);
}

#define PARSE(...) parse_words(f, (const char *const[]){__VA_ARGS__, NULL})
#define PARSES(...)                                                                                                    \
	do {                                                                                                           \
		PARSE(__VA_ARGS__);                                                                                    \
		if (f->rc)                                                                                             \
			fail_msg("%s", f->error.message);                                                              \
	} while (0)
#define FAILS(text, ...)                                                                                               \
	do {                                                                                                           \
		PARSE(__VA_ARGS__);                                                                                    \
		assert_int_equal(f->rc, ACR_ERROR_USAGE);                                                              \
		assert_int_equal(f->error.code, ACR_ERROR_USAGE);                                                      \
		assert_string_equal(f->error.message, text);                                                           \
	} while (0)
#define IS(key, text)                                                                                                  \
	do {                                                                                                           \
		ACR_AUTO_FREE char *text_ = acr_json_text(args_value(&f->args, key));                                  \
		assert_string_equal(text_, text);                                                                      \
	} while (0)

static void takes_values_in_every_form(void **state)
{
	struct fixture *f = *state;

	PARSES("show", "--name", "reg1", "-g", "rg");
	assert_string_equal(f->args.command->path, "show");
	assert_string_equal(args_string(&f->args, "registry"), "reg1");
	assert_string_equal(args_string(&f->args, "resource-group"), "rg");
	assert_true(args_given(&f->args, "resource-group"));
	PARSES("show", "--name=reg2", "-grg2");
	IS("registry", "\"reg2\"");
	IS("resource-group", "\"rg2\"");
	PARSES("show", "-n=reg3", "-otsv");
	IS("registry", "\"reg3\"");
	assert_string_equal(f->args.global.output, "tsv");
	PARSES("show", "--nam", "reg4", "--res=rg4");
	IS("registry", "\"reg4\"");
	IS("resource-group", "\"rg4\"");
	PARSES("show", "-n", "first", "-n", "last");
	IS("registry", "\"last\"");
	PARSES("show", "-n", "first", "-g", "");
	IS("resource-group", "\"\"");
	PARSES("show", "-n", "a=b=c");
	IS("registry", "\"a=b=c\"");
	PARSES("show", "-n", "first", "--resource-group=");
	IS("resource-group", "\"\"");
	FAILS("argument --name/-n: '' is no registry, such as 'myregistry'", "show", "--name=");
}

static void groups_flags_before_a_letter_with_a_value(void **state)
{
	struct fixture *f = *state;

	PARSES("delete", "-yn", "reg1");
	assert_true(args_flag(&f->args, "yes"));
	IS("registry", "\"reg1\"");
	PARSES("delete", "-ynreg2");
	IS("registry", "\"reg2\"");
	PARSES("delete", "-yn=reg3");
	IS("registry", "\"reg3\"");
	PARSES("delete", "-yh");
	assert_true(f->args.global.help);
	FAILS("argument --name/-n: expected one argument", "delete", "-yn");
	FAILS("argument --yes/-y: ignored explicit argument '1'", "delete", "-n", "a", "--yes=1");
	FAILS("argument --yes/-y: ignored explicit argument '1'", "delete", "-n", "a", "-y=1");
	FAILS("argument --yes/-y: ignored explicit argument 'zn'", "delete", "-n", "a", "-yzn");
}

static void words_with_a_dash(void **state)
{
	struct fixture *f = *state;

	PARSES("show", "-n", "-1");
	IS("registry", "\"-1\"");
	PARSES("show", "-n", "-.5");
	IS("registry", "\"-.5\"");
	PARSES("show", "-n", "-");
	IS("registry", "\"-\"");
	PARSES("show", "-n", "-c d");
	IS("registry", "\"-c d\"");
	PARSES("show", "-n=-x");
	IS("registry", "\"-x\"");
	PARSES("build", "-r", "reg", "--", "-context");
	IS("SOURCE_LOCATION", "\"-context\"");
	FAILS("argument --name/-n: expected one argument", "show", "-n", "-x");
	FAILS("argument --name/-n: expected one argument", "show", "-n", "--foo");
	FAILS("argument --name/-n: expected one argument", "show", "-n", "--", "a");
	FAILS("unrecognized arguments: -y", "show", "-n", "a", "--", "-y");
}

static void positionals_stand_anywhere(void **state)
{
	struct fixture *f = *state;

	PARSES("build", ".", "-r", "reg", "-t", "a:1", "-t", "b:2");
	IS("SOURCE_LOCATION", "\".\"");
	IS("image", "[\"a:1\",\"b:2\"]");
	PARSES("build", "-r", "reg", ".", "--no-logs");
	IS("SOURCE_LOCATION", "\".\"");
	assert_true(args_flag(&f->args, "no-logs"));
	assert_false(args_flag(&f->args, "no-push"));
	PARSES("build", "-r", "reg", "--skip-p", ".");
	assert_true(args_flag(&f->args, "no-push"));
	PARSES("run", "a", "-r", "reg", "b", "c");
	IS("CONTEXT", "[\"a\",\"b\",\"c\"]");
	PARSES("run", "-r", "reg");
	assert_null(args_value(&f->args, "CONTEXT"));
	FAILS("unrecognized arguments: c", "build", "-r", "reg", ".", "c");
	FAILS("the following arguments are required: --registry/-r, <SOURCE_LOCATION>", "build");
}

static void choices_in_any_case(void **state)
{
	struct fixture *f = *state;

	PARSES("create", "-n", "a", "-g", "b", "--sku", "pREMIUM", "-o", "TABLE");
	IS("sku", "\"Premium\"");
	assert_string_equal(f->args.global.output, "table");
	FAILS("'Bogus' is not a valid value for '--sku'. Allowed values: Basic, Standard, Premium.", "create", "-n",
	      "a", "-g", "b", "--sku", "Bogus");
	FAILS("'Premum' is not a valid value for '--sku'. Allowed values: Basic, Standard, Premium. Did you mean "
	      "'Premium'?",
	      "create", "--sku", "Premum");
	FAILS("'xml' is not a valid value for '--output'. Allowed values: json, jsonc, yaml, yamlc, table, tsv, none.",
	      "show", "-n", "a", "-o", "xml");
	PARSES("webhook", "create", "-n", "w", "-r", "r", "--actions", "Push", "DELETE", "--headers", "a=b=c", "d");
	IS("actions", "[\"push\",\"delete\"]");
	IS("headers", "{\"a\":\"b=c\",\"d\":\"\"}");
	FAILS("'bogus' is not a valid value for '--actions'. Allowed values: push, delete, quarantine.", "webhook",
	      "create", "--actions", "push", "bogus");
}

static void three_states(void **state)
{
	struct fixture *f = *state;

	PARSES("create", "-n", "a", "-g", "b", "--sku", "Basic");
	assert_null(args_value(&f->args, "admin-enabled"));
	PARSES("create", "-n", "a", "-g", "b", "--sku", "Basic", "--admin-enabled");
	IS("admin-enabled", "true");
	PARSES("create", "-n", "a", "-g", "b", "--admin-enabled", "FALSE", "--sku", "Basic");
	IS("admin-enabled", "false");
	assert_true(args_given(&f->args, "admin-enabled"));
	PARSES("create", "-n", "a", "-g", "b", "--admin-enabled=True", "--sku", "Basic");
	IS("admin-enabled", "true");
	const char *const bad[] = {"yes", "1", "no", ""};
	for (size_t i = 0; i < ACR_COUNT(bad); i++) {
		ACR_AUTO_FREE char *text =
			acr_format("'%s' is not a valid value for '--admin-enabled'. Allowed values: true, "
				   "false.",
				   bad[i]);
		FAILS(text, "create", "--admin-enabled", bad[i]);
	}
}

static void integers(void **state)
{
	struct fixture *f = *state;

	PARSES("config", "retention", "update", "-r", "reg");
	assert_int_equal(args_integer(&f->args, "days", -1), 7);
	assert_false(args_given(&f->args, "days"));
	PARSES("config", "retention", "update", "-r", "reg", "--days", "0");
	assert_int_equal(args_integer(&f->args, "days", -1), 0);
	FAILS("argument --count/-c: invalid int value: 'x'; give a whole number, such as 10", "task", "timer", "add", "--count", "x");
	FAILS("argument --count/-c: invalid int value: '1.5'; give a whole number, such as 10", "task", "timer", "add", "-c1.5");
	FAILS("argument --count/-c: invalid int value: ''; give a whole number, such as 10", "task", "timer", "add", "-c", "");
	FAILS("argument --days: 400 is too large, the most is 365", "config", "retention", "update", "--days", "400");
	FAILS("argument --days: -1 is too small, the least is 0", "config", "retention", "update", "--days", "-1");
	PARSES("build", "-r", "reg", ".");
	assert_int_equal(args_integer(&f->args, "timeout", 42), 42);
}

static void lists_and_tags(void **state)
{
	struct fixture *f = *state;

	PARSES("create", "-n", "a", "--tags", "k=v", "k2", "k=w", "e=", "-g", "b", "--sku", "Basic");
	IS("tags", "{\"k\":\"w\",\"k2\":\"\",\"e\":\"\"}");
	PARSES("create", "-n", "a", "-g", "b", "--sku", "Basic", "--tags", "");
	IS("tags", "{}");
	PARSES("create", "-n", "a", "-g", "b", "--sku", "Basic", "--tags");
	IS("tags", "{}");
	assert_true(args_given(&f->args, "tags"));
	PARSES("create", "-n", "a", "--tags", "k=v", "--tags", "l=w", "-g", "b", "--sku", "Basic");
	IS("tags", "{\"l\":\"w\"}");
	FAILS("unrecognized arguments: l=w", "create", "-n", "a", "--tags=k=v", "l=w", "-g", "b", "--sku", "Basic");
	FAILS("argument --actions: expected at least one argument", "webhook", "create", "--actions");
	FAILS("argument --actions: expected at least one argument", "webhook", "create", "--actions", "-n", "x");
}

static void each_use_of_an_append_list_is_a_list(void **state)
{
	struct fixture *f = *state;

	PARSES("scope-map", "create", "-r", "a", "-n", "b", "--repository", "hello", "content/read", "content/write",
	       "--repository", "other", "metadata/read");
	IS("repository", "[[\"hello\",\"content/read\",\"content/write\"],[\"other\",\"metadata/read\"]]");
	FAILS("argument --repository: expected at least one argument", "scope-map", "create", "-n", "a",
	      "--repository");
	PARSES("scope-map", "update", "-r", "a", "-n", "b", "--add-repository", "x", "y", "--add", "z", "w");
	IS("add-repository", "[[\"x\",\"y\"],[\"z\",\"w\"]]");
	assert_string_equal(f->warnings, "WARNING: Option '--add' has been deprecated and will be removed in a future "
					 "release. Use '--add-repository' instead.\n");
}

static void assignments_fall_back_to_the_environment(void **state)
{
	struct fixture *f = *state;

	setenv("ACR_TEST_VARIABLE", "from environment", 1);
	PARSES("build", ".", "-r", "reg", "--build-arg", "A=1=2", "--build-arg", "ACR_TEST_VARIABLE", "--build-arg",
	       "ACR_TEST_NO_SUCH", "--build-arg=E=");
	IS("build-arg",
	   "[{\"name\":\"A\",\"value\":\"1=2\"},{\"name\":\"ACR_TEST_VARIABLE\",\"value\":\"from "
	   "environment\"},{\"name\":\"ACR_TEST_NO_SUCH\",\"value\":\"\"},{\"name\":\"E\",\"value\":\"\"}]");
	PARSES("run", "-r", "reg", "--set", "ACR_TEST_VARIABLE", "--set", "k=v");
	IS("set", "[{\"name\":\"ACR_TEST_VARIABLE\",\"value\":\"\"},{\"name\":\"k\",\"value\":\"v\"}]");
	unsetenv("ACR_TEST_VARIABLE");
	FAILS("argument --build-arg: expected NAME=VALUE or NAME, such as 'NAME=value', but the name is empty", "build", "--build-arg", "=x");
}

static void locations_lose_capitals_and_blanks(void **state)
{
	struct fixture *f = *state;

	PARSES("create", "-n", "a", "-g", "b", "--sku", "Basic", "-l", "East US 2");
	IS("location", "\"eastus2\"");
	FAILS("argument --location/-l: expected one argument", "create", "-n", "a", "--loc");
}

static void names_what_is_missing(void **state)
{
	struct fixture *f = *state;

	FAILS("the following arguments are required: --resource-group/-g, --sku", "create", "-n", "a");
	FAILS("the following arguments are required: --name/-n, --resource-group/-g, --sku", "create");
	FAILS("the following arguments are required: --sku. Unrecognized arguments: --skuu basic. Did you mean "
	      "'--sku'?",
	      "create", "-n", "a", "-g", "b", "--skuu", "basic");
	FAILS("unrecognized arguments: --bogus", "show", "-n", "a", "--bogus");
	FAILS("unrecognized arguments: --bogus x --foo=3 y", "show", "-n", "a", "--bogus", "x", "--foo=3", "y");
	FAILS("unrecognized arguments: --resuorce-group x. Did you mean '--resource-group'?", "show", "-n", "a",
	      "--resuorce-group", "x");
	FAILS("unrecognized arguments: -x", "show", "-n", "a", "-x");
	FAILS("ambiguous option: --re could match --registry, --resource-group", "config", "content-trust", "show",
	      "--re", "a");
	FAILS("ambiguous option: --no could match --no-logs, --no-push", "build", "-r", "a", "--no");
}

static void a_dry_run_needs_no_registry(void **state)
{
	struct fixture *f = *state;

	PARSES("build", "--dry-run", ".");
	assert_null(args_value(&f->args, "registry"));
	FAILS("the following arguments are required: <SOURCE_LOCATION>", "build", "--dry-run");
	FAILS("the following arguments are required: --registry/-r", "build", ".");
}

static void what_was_meant_for_a_secret_is_not_shown(void **state)
{
	struct fixture *f = *state;

	FAILS("unrecognized arguments: --pasword *** *** -x y. Did you mean '--password'?", "login", "-n", "a",
	      "--pasword", "s3cret", "more", "-x", "y");
	FAILS("unrecognized arguments: --pasword. Did you mean '--password'?", "login", "-n", "a", "--pasword=s3cret");
}

static void finds_commands(void **state)
{
	struct fixture *f = *state;

	FAILS("'bogus' is misspelled or not recognized by the system.", "bogus");
	FAILS("'crate' is misspelled or not recognized by the system. Did you mean 'create'?", "crate", "-n", "x");
	FAILS("'timr' is misspelled or not recognized by the system. Did you mean 'timer'?", "task", "timr");
	FAILS("'acr' is misspelled or not recognized by the system. Leave out the second 'acr', as in 'acr create'.",
	      "acr", "create");
	FAILS("the following arguments are required: _subcommand. Run 'acr task -h' to list the commands.", "task");
	FAILS("the following arguments are required: _subcommand. Run 'acr task timer -h' to list the commands.",
	      "task", "timer");
	parse_words(f, (const char *const[]){NULL});
	assert_int_equal(f->rc, ACR_ERROR_USAGE);
	assert_string_equal(f->error.message,
			    "the following arguments are required: _subcommand. Run 'acr -h' to list the commands.");
	PARSES("task", "timer", "add", "-r", "reg");
	assert_string_equal(f->args.command->path, "task timer add");
	IS("enabled", "true");
	PARSES("secret-handshake");
	PARSES("--version");
	assert_string_equal(f->args.command->path, "version");
	PARSES("login", "-n", "a");
	assert_string_equal(f->args.command->summary, "Sign in to a registry.");
	PARSES("group", "create", "-n", "g");
	assert_string_equal(f->args.command->path, "group create");
}

static void called_as_az(void **state)
{
	struct fixture *f = *state;

	f->as_az = true;
	PARSES("acr", "show", "-n", "a");
	assert_string_equal(f->args.command->path, "show");
	PARSES("login");
	assert_string_equal(f->args.command->summary, "Sign in to Azure.");
	PARSES("acr", "login", "-n", "a");
	assert_string_equal(f->args.command->summary, "Sign in to a registry.");
	PARSES("group", "create", "-n", "g");
	FAILS("'group' is misspelled or not recognized by the system.", "acr", "group", "create");
	FAILS("'create' is misspelled or not recognized by the system. Did you mean 'az acr create'?", "create");
	FAILS("'acrr' is misspelled or not recognized by the system. Did you mean 'acr'?", "acrr", "create");
	FAILS("the following arguments are required: _subcommand. Run 'az acr -h' to list the commands.", "acr");
	FAILS("the following arguments are required: _subcommand. Run 'az acr task -h' to list the commands.", "acr",
	      "task");
	parse_words(f, (const char *const[]){NULL});
	assert_int_equal(f->rc, 0);
	assert_true(f->args.global.help);
	assert_string_equal(f->args.group, "");
	PARSES("acr", "-h");
	assert_string_equal(f->args.group, "acr");
	PARSES("acr", "task", "--help");
	assert_string_equal(f->args.group, "task");
}

static void global_options_stand_anywhere(void **state)
{
	struct fixture *f = *state;

	PARSES("-o", "yaml", "--query", "a.b", "show", "--subscription", "s 1", "-n", "a", "--verbose", "--debug",
	       "--only-show-errors");
	assert_string_equal(f->args.global.output, "yaml");
	assert_string_equal(f->args.global.query, "a.b");
	assert_string_equal(f->args.global.subscription, "s 1");
	assert_true(f->args.global.verbose && f->args.global.debug && f->args.global.only_show_errors);
	PARSES("task", "--output=tsv", "list", "-r", "a");
	assert_string_equal(f->args.command->path, "task list");
	PARSES("show", "-n", "a");
	assert_null(f->args.global.output);
	assert_null(f->args.global.query);
	assert_false(f->args.global.help || f->args.global.verbose);
	PARSE("show", "-n", "a", "--query", "a[");
	assert_int_equal(f->rc, ACR_ERROR_USAGE);
	assert_ptr_equal(strstr(f->error.message, "argument --query: "), f->error.message);
	PARSE("show", "-n", "a", "--query", "a-b");
	assert_int_equal(f->rc, ACR_ERROR_USAGE);
	assert_non_null(strstr(f->error.message, "\"a-b\""));
}

static void help_wins(void **state)
{
	struct fixture *f = *state;

	PARSES("create", "-h");
	assert_true(f->args.global.help);
	assert_string_equal(f->args.command->path, "create");
	PARSES("create", "--sku", "Bogus", "--bogus", "--help");
	assert_true(f->args.global.help);
	PARSES("help", "task", "timer");
	assert_null(f->args.command);
	assert_string_equal(f->args.group, "task timer");
	PARSES("help", "build");
	assert_string_equal(f->args.command->path, "build");
	PARSES("-h");
	assert_string_equal(f->args.group, "");
	PARSES("-o", "-h", "task");
	assert_string_equal(f->args.group, "task");
	PARSES("build", "-r", "reg", "--", "-h");
	assert_false(f->args.global.help);
	FAILS("'bogus' is misspelled or not recognized by the system.", "bogus", "-h");
}

static void configured_defaults(void **state)
{
	struct fixture *f = *state;

	f->acr = "configured";
	f->group = "";
	PARSES("show");
	IS("registry", "\"configured\"");
	assert_false(args_given(&f->args, "registry"));
	assert_null(args_value(&f->args, "resource-group"));
	PARSES("show", "-n", "typed");
	IS("registry", "\"typed\"");
	f->acr = "";
	FAILS("the following arguments are required: --name/-n", "show");
	f->acr = NULL;
	FAILS("the following arguments are required: --registry/-r", "task", "list");
	f->group = "rg";
	FAILS("the following arguments are required: --name/-n", "create", "--sku", "Basic");
	f->acr = "configured";
	PARSES("create", "--sku", "Basic");
	IS("registry", "\"configured\"");
	IS("resource-group", "\"rg\"");
}

static void old_spellings(void **state)
{
	struct fixture *f = *state;

	PARSES("config", "content-trust", "show", "-n", "a", "-n", "b");
	IS("registry", "\"b\"");
	assert_string_equal(f->warnings,
			    "WARNING: Option '-n' has been deprecated and will be removed in a future release. "
			    "Use '-r' instead.\n");
	forget_warnings(f);
	PARSES("config", "content-trust", "show", "--name", "a", "-g", "x");
	assert_string_equal(f->warnings, "WARNING: Option '--name' has been deprecated and will be removed in a future "
					 "release. Use '--registry' instead.\n"
					 "WARNING: Option '-g' has been deprecated and will be removed in a future "
					 "release.\n");
	f->acr = "configured";
	PARSES("config", "content-trust", "show", "-n", "a");
	IS("registry", "\"a\"");
}

#define IN_PREVIEW " is in preview and under development. Reference and support levels: https://aka.ms/CLI_refstatus\n"

static void says_what_is_in_preview_or_old(void **state)
{
	struct fixture *f = *state;

	PARSES("manifest", "list-metadata", "-r", "a");
	assert_string_equal(f->warnings, "WARNING: Command group 'acr manifest'" IN_PREVIEW);
	forget_warnings(f);
	PARSES("create", "-n", "a", "-g", "b", "--sku", "Basic", "--allow-exports");
	assert_string_equal(f->warnings, "WARNING: Argument '--allow-exports'" IN_PREVIEW);
	forget_warnings(f);
	PARSES("repository", "show-manifests", "-n", "a");
	assert_string_equal(f->warnings, "WARNING: This command has been deprecated and will be removed in a future "
					 "release. Use 'acr manifest list-metadata' instead.\n");
	forget_warnings(f);
	PARSES("helm", "list", "-r", "a");
	assert_string_equal(f->warnings,
			    "WARNING: This command is implicitly deprecated because command group 'acr helm' is "
			    "deprecated and will be removed in a future release.\n");
}

/* What is deprecated is told wherever standard error goes, once; what is in preview, to people. */
static void says_little_to_scripts(void **state)
{
	struct fixture *f = *state;

	PARSES("manifest", "list-metadata", "-r", "a", "--only-show-errors");
	PARSES("config", "content-trust", "show", "-n", "a", "--only-show-errors");
	f->io.err_terminal = false;
	PARSES("manifest", "list-metadata", "-r", "a");
	assert_int_equal(f->warnings_size, 0);
	PARSES("manifest", "list-metadata", "-r", "a", "--verbose");
	assert_string_equal(f->warnings, "WARNING: Command group 'acr manifest'" IN_PREVIEW);
	forget_warnings(f);
	PARSES("config", "content-trust", "show", "-n", "a", "-n", "b");
	assert_string_equal(f->warnings, "WARNING: Option '-n' has been deprecated and will be removed in a future "
					 "release. Use '-r' instead.\n");
}

static void updates_keep_their_order(void **state)
{
	struct fixture *f = *state;

	PARSES("update", "-n", "a", "--set", "a.b=1", "c=2", "--remove", "x", "0", "--add", "l", "k=v", "--set", "d=-1",
	       "--force-string");
	ACR_AUTO_FREE char *text = acr_json_text(f->args.updates);
	assert_string_equal(
		text, "[{\"action\":\"set\",\"words\":[\"a.b=1\",\"c=2\"]},{\"action\":\"remove\",\"words\":[\"x\","
		      "\"0\"]},{\"action\":\"add\",\"words\":[\"l\",\"k=v\"]},{\"action\":\"set\",\"words\":["
		      "\"d=-1\"]}]");
	assert_true(args_flag(&f->args, "force-string"));
	assert_true(args_given(&f->args, "set"));
	PARSES("update", "-n", "a");
	assert_null(f->args.updates);
	FAILS("argument --set: expected at least one argument", "update", "-n", "a", "--set");
}

static void carriage_returns_are_refused(void **state)
{
	struct fixture *f = *state;
	const char *why =
		"the value ends in a carriage return, as lines of Windows text files do; remove it, for example "
		"with tr -d '\\r'";
	ACR_AUTO_FREE char *name = acr_format("argument --name/-n: %s", why);
	ACR_AUTO_FREE char *output = acr_format("argument --output/-o: %s", why);
	ACR_AUTO_FREE char *source = acr_format("argument <SOURCE_LOCATION>: %s", why);

	FAILS(name, "show", "-n", "myreg\r");
	FAILS(name, "show", "--name=myreg\r");
	FAILS(output, "show", "-n", "a", "-o", "tsv\r");
	FAILS(source, "build", ".\r");
	FAILS("argument --name/-n: after 2 characters the value has a control character; give a text without it, such "
	      "as 'myregistry'",
	      "show", "-n", "my\rreg");
	FAILS("argument --output/-o: after 1 characters the value has a line end; give a text without it, such as 'json'",
	      "show", "-n", "a", "-o", "t\nsv");
	FAILS("argument --tags: after 2 characters the value has the byte 0xff, which is no UTF-8; give a text, such as 'team=blue'",
	      "create", "--tags", "a=\xff");
	PARSES("login", "-n", "a", "-u", "u", "-p", "{\n\t}\r\n");
	IS("password", "\"{\\n\\t}\\r\\n\"");
}

static char *make_file(const char *folder, const char *name, const char *text, size_t length)
{
	char *path = acr_path_join(folder, name);

	assert_int_equal(acr_file_replace(path, text, length, 0600, NULL), 0);
	return path;
}

static void files_stand_for_values(void **state)
{
	struct fixture *f = *state;
	char folder[] = "/tmp/acr-argfile-XXXXXX";

	assert_non_null(mkdtemp(folder));
	ACR_AUTO_FREE char *value = make_file(folder, "value", "\xef\xbb\xbf-first\r\nsecond\r\n\n", 20);
	ACR_AUTO_FREE char *binary = make_file(folder, "binary", "a\0b", 3);
	ACR_AUTO_FREE char *at = acr_format("@%s", value);
	ACR_AUTO_FREE char *attached = acr_format("--password=@%s", value);
	ACR_AUTO_FREE char *pair = acr_format("k=@%s", value);
	ACR_AUTO_FREE char *attached_pair = acr_format("--tags=k=@%s", value);
	ACR_AUTO_FREE char *at_binary = acr_format("@%s", binary);

	PARSES("login", "-n", "a", "-u", "u", "-p", at);
	IS("password", "\"-first\\r\\nsecond\"");
	PARSES("login", "-n", "a", "-u", "u", attached);
	IS("password", "\"-first\\r\\nsecond\"");
	PARSES("create", "-n", "a", "-g", "b", "--sku", "Basic", "--tags", pair, "m=a@b");
	IS("tags", "{\"k\":\"-first\\r\\nsecond\",\"m\":\"a@b\"}");
	PARSES("create", "-n", "a", "-g", "b", "--sku", "Basic", attached_pair);
	ACR_AUTO_FREE char *literal = acr_format("@%s", value);
	assert_string_equal(acr_json_str(args_value(&f->args, "tags"), "/k"), literal);

	PARSES("login", "-n", "a", "-u", "u", "-p", "@/no/such/file");
	IS("password", "\"@/no/such/file\"");
	PARSES("login", "-n", "a", "-u", "u", "-p", "@");
	IS("password", "\"@\"");
	PARSES("login", "-n", "a", "-u", "u", "-p", "@/tmp");
	IS("password", "\"@/tmp\"");
	ACR_AUTO_FREE char *message = acr_format("argument --password/-p: '%s' is not a text file", binary);
	FAILS(message, "login", "-n", "a", "-u", "u", "-p", at_binary);

	ACR_AUTO_FREE char *home = acr_strdup(getenv("HOME"));
	setenv("HOME", folder, 1);
	PARSES("login", "-n", "a", "-u", "u", "-p", "@~/value");
	IS("password", "\"-first\\r\\nsecond\"");
	if (home)
		setenv("HOME", home, 1);
	unlink(value);
	unlink(binary);
	rmdir(folder);
}

static void standard_input_stands_for_a_value(void **state)
{
	struct fixture *f = *state;

	PARSES("login", "-n", "a", "-u", "u", "-p", "@-");
	IS("password", "\"from standard input\"");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(takes_values_in_every_form),
		TEST(groups_flags_before_a_letter_with_a_value),
		TEST(words_with_a_dash),
		TEST(positionals_stand_anywhere),
		TEST(choices_in_any_case),
		TEST(three_states),
		TEST(integers),
		TEST(lists_and_tags),
		TEST(each_use_of_an_append_list_is_a_list),
		TEST(assignments_fall_back_to_the_environment),
		TEST(locations_lose_capitals_and_blanks),
		TEST(names_what_is_missing),
		TEST(a_dry_run_needs_no_registry),
		TEST(what_was_meant_for_a_secret_is_not_shown),
		TEST(finds_commands),
		TEST(called_as_az),
		TEST(global_options_stand_anywhere),
		TEST(help_wins),
		TEST(configured_defaults),
		TEST(old_spellings),
		TEST(says_what_is_in_preview_or_old),
		TEST(says_little_to_scripts),
		TEST(updates_keep_their_order),
		TEST(carriage_returns_are_refused),
		TEST(files_stand_for_values),
		TEST(standard_input_stands_for_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
