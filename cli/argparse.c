/* argv → struct args: defaults, required options, messages about what nothing took. */
#include <stdlib.h>
#include <string.h>
#include "argparse.h"
#include "ids.h"
#include "options.h"
#include "parser.h"

static bool is_help(const char *word)
{
	return !strcmp(word, "-h") || !strcmp(word, "--help");
}

/* Asking for help is honoured wherever it stands, whatever else is wrong with the line. */
static bool help_wanted(int argc, char *const *argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

static bool helping(const struct parser *parser)
{
	return acr_json_true(parser->args->memory, "/help");
}

static int read_words(struct parser *parser, int argc, char *const *argv, struct acr_error *error)
{
	if (help_wanted(argc, argv))
		acr_json_set_bool(parser->args->memory, "help", true);
	if (argc == 1 && !strcmp(argv[0], "--version"))
		return parser_command_word(parser, "version", error);
	for (int i = 0; i < argc; i++) {
		if (helping(parser) && parser->args->command)
			break;
		if (helping(parser) && is_help(argv[i])) {
			parser_drop(parser);
			continue;
		}
		int rc = parser_word(parser, argv[i], error);
		if (rc < 0)
			return rc;
	}
	return helping(parser) ? 0 : parser_close(parser, error);
}

static int add_default(struct arg *arg, const char *text, struct acr_error *error)
{
	if (arg->option->type->arity < ARITY_MANY)
		return parser_add(arg->option, text, &arg->value, error);
	for (const char *at = text; *at; at += strspn(at, " ")) {
		size_t length = strcspn(at, " ");
		ACR_AUTO_FREE char *word = acr_strndup(at, length);
		int rc = parser_add(arg->option, word, &arg->value, error);
		if (rc < 0)
			return rc;
		at += length;
	}
	return 0;
}

static int apply_defaults(struct parser *parser, const struct parse_settings *settings, struct acr_error *error)
{
	for (size_t i = 0; i < parser->args->count; i++) {
		struct arg *arg = &parser->args->list[i];
		const struct option *option = arg->option;
		const char *text = NULL;
		if (parser_slot(parser, option)->given)
			continue;
		if (option->config_default && settings->configured)
			text = settings->configured(settings->user, option->config_default);
		if (!text || !*text)
			text = option->fallback;
		int rc = text ? add_default(arg, text, error) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The option whose name is a typing slip away from an unknown one; NULL. */
static const struct option *similar_option(const struct parser *parser, const char *word)
{
	const struct option *option, *similar = NULL;
	const char *names[128];
	size_t count = 0;

	if (strncmp(word, "--", 2) != 0)
		return NULL;
	ACR_AUTO_FREE char *name = acr_strndup(word + 2, strcspn(word + 2, "="));
	for (size_t i = 0; count < ACR_COUNT(names) && (option = parser_option(parser, i)); i++)
		if (!(option->flags & (OPT_HIDDEN | OPT_POSITIONAL)))
			names[count++] = option->name;
	const char *nearest = table_nearest(name, names, count);
	for (size_t i = 0; nearest && !similar && (option = parser_option(parser, i)); i++)
		if (option->name == nearest)
			similar = option;
	return similar;
}

static void add_unknown(const struct parser *parser, struct acr_buf *text)
{
	const struct option *similar = NULL;
	bool secret = false;

	for (const struct acr_json *word = acr_json_first(parser->unknown); word; word = acr_json_next(word)) {
		const char *typed = acr_json_string(word);
		const struct option *near = similar_option(parser, typed);
		/* What was meant for a secret option is a secret. */
		secret = (secret && typed[0] != '-') || (near && near->flags & OPT_SECRET);
		size_t shown = !secret ? strlen(typed) : typed[0] == '-' ? strcspn(typed, "=") : 0;
		acr_buf_printf(text, " %.*s", (int)shown, shown ? typed : "");
		if (!shown)
			acr_buf_puts(text, "***");
		similar = similar ? similar : near;
	}
	if (similar)
		acr_buf_printf(text, ". Did you mean '--%s'?", similar->name);
}

static int unrecognized(const struct parser *parser, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (!acr_json_first(parser->unknown))
		return 0;
	add_unknown(parser, &text);
	return acr_fail(error, ACR_ERROR_USAGE, "unrecognized arguments:%s", acr_buf_str(&text));
}

/* Fails with the names of what is missing, and with the words that may have been meant for it. */
static int required(const struct parser *parser, const char *names, const char *hint, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (acr_json_first(parser->unknown)) {
		acr_buf_puts(&text, ". Unrecognized arguments:");
		add_unknown(parser, &text);
	}
	return acr_fail(error, ACR_ERROR_USAGE, "the following arguments are required: %s%s%s", names, hint,
			acr_buf_str(&text));
}

static bool is_offline(const struct args *args)
{
	for (size_t i = 0; i < args->count; i++)
		if (args->list[i].given && args->list[i].option->flags & OPT_OFFLINE)
			return true;
	return false;
}

static int check_required(const struct parser *parser, struct acr_error *error)
{
	ACR_AUTO(acr_buf) names = ACR_BUF_INIT;

	/* Positionals are named last, as they stand last. */
	unsigned first = is_offline(parser->args) ? OPT_POSITIONAL : 0;
	for (unsigned positional = first; positional <= OPT_POSITIONAL; positional += OPT_POSITIONAL)
		for (size_t i = 0; i < parser->args->count; i++) {
			const struct arg *arg = &parser->args->list[i];
			if (!(arg->option->flags & OPT_REQUIRED) || arg->value || arg->given ||
			    (arg->option->flags & OPT_POSITIONAL) != positional)
				continue;
			acr_buf_puts(&names, names.length ? ", " : "");
			option_label(arg->option, &names);
		}
	return names.length ? required(parser, names.data, "", error) : 0;
}

static int no_command(const struct parser *parser, struct acr_error *error)
{
	const char *path = acr_buf_str(&parser->path);
	ACR_AUTO_FREE char *hint = acr_format(". Run '%s%s%s -h' to list the commands.",
					      parser->inside ? "az acr" : "acr", *path ? " " : "", path);

	return required(parser, "_subcommand", hint, error);
}

static void remark_status(struct parser *parser, enum command_status status, const char *group, const char *instead)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (status == STATUS_GA)
		return;
	if (status == STATUS_PREVIEW && group)
		acr_buf_printf(&text, "Command group 'acr %s'", group);
	else
		acr_buf_puts(&text, "This command");
	if (status == STATUS_PREVIEW)
		acr_buf_puts(&text, " is in preview and under development. Reference and support levels: "
				    "https://aka.ms/CLI_refstatus");
	else if (group)
		acr_buf_printf(
			&text,
			" is implicitly deprecated because command group 'acr %s' is deprecated and will be removed in "
			"a future release.",
			group);
	else
		acr_buf_puts(&text, " has been deprecated and will be removed in a future release.");
	if (instead)
		acr_buf_printf(&text, " Use '%s' instead.", instead);
	acr_json_append(status == STATUS_PREVIEW ? parser->previews : parser->remarks,
			acr_json_new_string(acr_buf_str(&text)));
}

/* A command's own status counts, else that of the innermost group around it that has one. */
static void remark_command(struct parser *parser)
{
	const struct command *command = parser->args->command;
	enum command_status status = command->status;
	ACR_AUTO_FREE char *path = acr_strdup(command->path);
	char *end;

	if (status != STATUS_GA) {
		remark_status(parser, status, NULL, command->instead);
		return;
	}
	while (status == STATUS_GA && (end = strrchr(path, ' '))) {
		*end = '\0';
		const struct group *group = table_group(parser_part(parser), path);
		status = group ? group->status : STATUS_GA;
	}
	remark_status(parser, status, path, NULL);
}

static void show(const struct acr_json *texts, struct io *io)
{
	for (const struct acr_json *text = acr_json_first(texts); text; text = acr_json_next(text))
		io_warn(io, "%s", acr_json_string(text));
}

/* What is in preview is for people to know: a script's error stream stays quiet about it. */
static void show_remarks(const struct parser *parser, const struct global_args *global, struct io *io)
{
	if (global->only_show_errors)
		return;
	show(parser->remarks, io);
	if (io->err_terminal || global->verbose || global->debug)
		show(parser->previews, io);
}

void parser_set_global(struct args *args)
{
	args->global = (struct global_args){
		.output = acr_json_str(args->memory, "/output"),
		.query = acr_json_str(args->memory, "/query"),
		.subscription = acr_json_str(args->memory, "/subscription"),
		.change_reference = acr_json_str(args->memory, "/change-reference"),
		.ids = acr_json_get(args->memory, "ids"),
		.acquire_policy_token = acr_json_true(args->memory, "/acquire-policy-token"),
		.help = acr_json_true(args->memory, "/help"),
		.verbose = acr_json_true(args->memory, "/verbose"),
		.debug = acr_json_true(args->memory, "/debug"),
		.only_show_errors = acr_json_true(args->memory, "/only-show-errors"),
	};
	if (args->global.change_reference && !*args->global.change_reference)
		args->global.change_reference = NULL;
}

static void set_group(struct parser *parser)
{
	struct args *args = parser->args;
	const char *group = acr_buf_str(&parser->path);

	if (args->command)
		return;
	acr_json_set_str(args->memory, "group", parser->inside && !*group ? "acr" : group);
	args->group = acr_json_str(args->memory, "/group");
}

/* Names that were given beside --ids do not count. */
static void remark_ignored(struct parser *parser)
{
	const struct args *args = parser->args;

	for (size_t i = 0; i < args->count; i++) {
		if (!args->list[i].given || !ids_fill(args->command, args->list[i].option))
			continue;
		ACR_AUTO_FREE char *text = acr_format("option '--%s' will be ignored due to use of '--ids'.",
						      args->list[i].option->name);
		acr_json_append(parser->remarks, acr_json_new_string(text));
	}
}

/* The ids, one by one, take the place of what was typed; what they say counts as given. */
static int take_ids(struct parser *parser, struct acr_error *error)
{
	struct args *args = parser->args;
	struct acr_json *list = NULL;
	int rc;

	if (!args->global.ids)
		return 0;
	if ((rc = ids_list(args, &list, error)) < 0)
		return rc;
	acr_json_set(args->memory, "ids", list);
	args->global.ids = list;
	remark_ignored(parser);
	ids_apply(args, acr_json_string(acr_json_first(list)));
	return 0;
}

static int finish(struct parser *parser, const struct parse_settings *settings, struct io *io, struct acr_error *error)
{
	int rc;

	/* `az` alone greets with its help, `az acr` and `acr` miss their command. */
	if (!parser->args->command && parser->as_az && !parser->inside && !parser->path.length)
		acr_json_set_bool(parser->args->memory, "help", true);
	parser_set_global(parser->args);
	set_group(parser);
	if (parser->args->global.help)
		return 0;
	if (!parser->args->command)
		return no_command(parser, error);
	if ((rc = apply_defaults(parser, settings, error)) < 0 || (rc = take_ids(parser, error)) < 0 ||
	    (rc = check_required(parser, error)) < 0 ||
	    (rc = unrecognized(parser, error)) < 0)
		return rc;
	remark_command(parser);
	show_remarks(parser, &parser->args->global, io);
	return 0;
}

int args_parse(int argc, char *const *argv, const struct parse_settings *settings, struct io *io, struct args *ret,
	       struct acr_error *error)
{
	struct args args;
	struct parser parser;

	parser_init(&parser, &args, io, settings->as_az);
	int rc = read_words(&parser, argc, argv, error);
	if (rc == 0)
		rc = finish(&parser, settings, io, error);
	parser_clear(&parser);
	if (rc < 0) {
		args_clear(&args);
		return rc;
	}
	*ret = args;
	return 0;
}
