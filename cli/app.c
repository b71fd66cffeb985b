/* One run of the program: parse → run → query → print → exit status. */
#include "app.h"

#include <acr/acr.h>
#include <stdlib.h>
#include <string.h>

#include "argparse.h"
#include "complete_values.h"
#include "context.h"
#include "fail.h"
#include "help.h"
#include "ids.h"
#include "output.h"
#include "run/credential_helper.h"
#include "run_op.h"
#include "table.h"
#include "tablejson.h"

struct app {
	struct io *io;
	const char *program; /* "acr" or "az" */
	bool as_az;
	struct settings *settings;
	struct args args;
};

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "acr";
}

static const char *configured(void *user, const char *key)
{
	return settings_get(user, "defaults", key);
}

/* Before the command line is read, which may have remarks to make: what the environment alone can tell. */
static bool quiet_from_start(struct app *app)
{
	return settings_variable("ACR_ONLY_SHOW_ERRORS") || (settings_variable("AZURE_CORE_ONLY_SHOW_ERRORS") &&
							     settings_flag(app->settings, "core", "only_show_errors"));
}

static void set_verbosity(struct app *app)
{
	const struct global_args *global = &app->args.global;
	struct io *io = app->io;

	io->debug = global->debug;
	io->verbose = global->verbose || global->debug;
	io->only_show_errors = global->only_show_errors || settings_variable("ACR_ONLY_SHOW_ERRORS") ||
			       settings_flag(app->settings, "core", "only_show_errors");
	if (settings_flag(app->settings, "core", "no_color"))
		io->colour = false;
}

static int output_format(struct app *app, enum output_format *ret, struct acr_error *error)
{
	const char *name = app->args.global.output;

	if (!name)
		name = settings_get(app->settings, "core", "output");
	if (!name || !*name)
		name = "json";
	if (output_format_find(name, ret))
		return 0;
	return acr_fail(
		error, ACR_ERROR_USAGE,
		"'%s' is not an output format. [core] output in the configuration, or AZURE_CORE_OUTPUT, may be "
		"json, jsonc, yaml, yamlc, table, tsv or none.",
		name);
}

static int apply_query(struct app *app, struct acr_json **value, bool *plain_rows, struct acr_error *error)
{
	const char *expression = app->args.global.query;
	ACR_AUTO_PTR(acr_query) *query = NULL;
	struct acr_json *part = NULL;
	int rc;

	if (!expression || !*value)
		return 0;
	if ((rc = acr_query_compile(expression, &query, error)) < 0)
		return rc;
	if ((rc = acr_query_run(query, *value, &part, error)) < 0) {
		acr_error_prefix(error, "Invalid jmespath query supplied for `--query`");
		return rc;
	}
	acr_json_free(*value);
	*value = part;
	*plain_rows = !acr_query_is_projection_of_hash(query);
	return 0;
}

static int print_result(struct app *app, enum output_format format, const struct context *context,
			struct acr_json **value, struct acr_error *error)
{
	struct output_options options = {
		.format = format,
		.colour = app->io->colour,
		.queried = app->args.global.query || context->queried,
		.plain_rows = context->plain_rows,
		.columns = app->args.global.query ? NULL : context->columns,
	};
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	int rc = apply_query(app, value, &options.plain_rows, error);

	if (rc < 0 || acr_json_is_nothing(*value))
		return rc;
	if ((rc = output_write(*value, &options, &text, error)) < 0)
		return rc;
	return io_result(app->io, acr_buf_str(&text), text.length, error);
}

static void begin_command(struct app *app, enum output_format format, struct context *context)
{
	context_init(context, app->io, &app->args, app->settings);
	context->table = format == OUTPUT_TABLE;
}

static int run_once(struct context *context, struct acr_json **result, struct acr_error *error)
{
	const struct command *command = context->args->command;
	int rc = command->run ? command->run(context, result, error) : run_operation(context, result, error);

	if (rc < 0 && command->flags & CMD_SHOW && error->http_status == 404)
		rc = error->code = ACR_ERROR_NOT_FOUND;
	return rc;
}

/* With several ids: one after the other, whatever becomes of each. What fails is told at once, and the first failure
 * makes the exit status; the result is the list of results. */
static int run_each(struct app *app, enum output_format format, struct context *context, struct acr_json **result)
{
	const struct acr_json *id = acr_json_first(app->args.global.ids);
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	int status = 0;

	for (; id && !context_signal(); id = acr_json_next(id)) {
		struct acr_error error = ACR_ERROR_INIT;
		struct acr_json *one = NULL;
		int rc;

		context_clear(context);
		ids_apply(&app->args, acr_json_string(id));
		begin_command(app, format, context);
		if ((rc = run_once(context, &one, &error)) < 0) {
			acr_error_prefix(&error, "%s", acr_json_string(id));
			rc = fail_print(app->io, &error);
		}
		if (one)
			acr_json_append(list, one);
		status = status ? status : rc;
		acr_error_clear(&error);
	}
	if (acr_json_first(list))
		*result = TAKE(list);
	return status;
}

static int run_command(struct app *app, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *result = NULL;
	enum output_format format;
	struct context context;
	int rc = output_format(app, &format, error), status;

	if (rc < 0)
		return rc;
	begin_command(app, format, &context);
	context_catch_signals();
	if (acr_json_size(app->args.global.ids) > 1)
		status = run_each(app, format, &context, &result);
	else
		status = run_once(&context, &result, error);
	if (status >= 0)
		rc = print_result(app, format, &context, &result, error);
	context_clear(&context);
	return rc < 0 ? rc : status;
}

static int show_help(struct app *app, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (app->args.command)
		help_command(app->args.command, app->program, app->as_az, &text);
	else
		help_group(app->args.group, app->program, app->as_az, &text);
	return io_result(app->io, acr_buf_str(&text), text.length, error);
}

static int needs_command(const struct app *app, struct acr_error *error)
{
	const char *group = app->args.group;

	return acr_fail(error, ACR_ERROR_USAGE, "the following arguments are required: _subcommand. See '%s%s%s%s -h'.",
			app->program, app->as_az ? " acr" : "", *group ? " " : "", group);
}

static bool is_hidden_word(const char *word)
{
	return !strcmp(word, "__complete") || !strcmp(word, "__man") || !strcmp(word, "__table");
}

/* __complete -- WORDS…, __man [NAME] and __table: what completion scripts, the Makefile and tests ask for. */
static int run_hidden(struct app *app, int argc, char *const *argv, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	int rc = 0;

	if (!strcmp(argv[1], "__complete")) {
		int first = argc > 2 && !strcmp(argv[2], "--") ? 3 : 2;

		complete_words(argc - first, argv + first, app->as_az, complete_from_services, app->settings, &text);
	} else if (!strcmp(argv[1], "__table")) {
		ACR_AUTO_PTR(acr_json) *table = table_json();

		acr_json_write(table, &text);
		acr_buf_putc(&text, '\n');
	} else if (argc > 2) {
		rc = man_page(argv[2], &text, error);
	} else {
		man_list(&text);
	}
	return rc < 0 ? rc : io_result(app->io, acr_buf_str(&text), text.length, error);
}

/* What is missing may stand in a configuration file that cannot be read: then that is the message. */
static int explain_usage(struct app *app, int rc, struct acr_error *error)
{
	ACR_AUTO(acr_error) broken = ACR_ERROR_INIT;

	if (settings_check(app->settings, &broken) == 0)
		return rc;
	acr_error_clear(error);
	return acr_error_move(error, &broken);
}

static int run(struct app *app, int argc, char *const *argv, struct acr_error *error)
{
	struct parse_settings parse = {.as_az = app->as_az, .configured = configured, .user = app->settings};
	int64_t started = acr_clock_system.ticks(&acr_clock_system), ended;
	int rc;

	if (argc > 1 && is_hidden_word(argv[1]))
		return run_hidden(app, argc, argv, error);
	app->io->only_show_errors = quiet_from_start(app);
	if ((rc = args_parse(argc - 1, argv + 1, &parse, app->io, &app->args, error)) < 0)
		return explain_usage(app, rc, error);
	if (app->args.global.help)
		return show_help(app, error);
	if (!app->args.command)
		return needs_command(app, error);
	set_verbosity(app);
	if ((rc = settings_check(app->settings, error)) < 0)
		return rc;
	rc = run_command(app, error);
	ended = acr_clock_system.ticks(&acr_clock_system);
	io_info(app->io, "Command ran in %.3f seconds", (double)(ended - started) / 1000);
	return rc;
}

int app_main(int argc, char *const *argv, struct io *io)
{
	struct app app = {.io = io, .program = "acr", .settings = settings_new()};
	struct acr_error error = ACR_ERROR_INIT;
	int rc, status;

	if (argc > 0 && !strcmp(base_name(argv[0]), CREDENTIAL_HELPER)) {
		status = credential_helper(io, app.settings, argc, argv);
		settings_free(app.settings);
		return status;
	}
	if (argc > 0 && !strcmp(base_name(argv[0]), "az")) {
		app.program = "az";
		app.as_az = true;
	}
	rc = run(&app, argc, argv, &error);
	/* Runners return their own exit status as a positive number; errors are told here and nowhere else. */
	status = rc < 0 ? fail_print(io, &error) : rc;
	acr_error_clear(&error);
	args_clear(&app.args);
	settings_free(app.settings);
	return status;
}
