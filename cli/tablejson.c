/* The tables as JSON: a further view of them, beside help, manual pages and completion. */
#include "tablejson.h"

#include "options.h"
#include "table.h"

static const char *arity_name(enum arity arity)
{
	static const char *const names[] = {
		[ARITY_NONE] = "none", [ARITY_ONE] = "one", [ARITY_OPTIONAL] = "optional",
		[ARITY_MANY] = "many", [ARITY_ANY] = "any",
	};

	return names[arity];
}

static const char *status_name(enum command_status status)
{
	static const char *const names[] = {
		[STATUS_GA] = "ga",
		[STATUS_PREVIEW] = "preview",
		[STATUS_DEPRECATED] = "deprecated",
	};

	return names[status];
}

static void add_word(struct acr_json *list, const char *prefix, const char *word)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	acr_buf_printf(&text, "%s%s", prefix, word);
	acr_json_append(list, acr_json_new_string(acr_buf_str(&text)));
}

/* All that may be typed for the option; a positional has none. */
static struct acr_json *spellings(const struct option *option)
{
	struct acr_json *ret = acr_json_new_array();

	if (option->flags & OPT_POSITIONAL)
		return ret;
	add_word(ret, "--", option->name);
	if (option->alias)
		add_word(ret, "--", option->alias);
	if (option->letter)
		add_word(ret, "-", (const char[]){option->letter, 0});
	if (option->other_letter)
		add_word(ret, "-", (const char[]){option->other_letter, 0});
	return ret;
}

static struct acr_json *choices(const struct option *option)
{
	const char *const *words = option_choices(option);
	struct acr_json *ret = words ? acr_json_new_array() : NULL;

	for (; words && *words; words++)
		add_word(ret, "", *words);
	return ret ? ret : acr_json_new_null();
}

static struct acr_json *option_json(const struct option *option)
{
	static const struct {
		unsigned flag;
		const char *name;
	} flags[] = {
		{OPT_REQUIRED, "required"},     {OPT_POSITIONAL, "positional"}, {OPT_APPEND, "append"},
		{OPT_SECRET, "secret"},         {OPT_HIDDEN, "hidden"},         {OPT_PREVIEW, "preview"},
		{OPT_DEPRECATED, "deprecated"},
	};
	struct acr_json *ret = acr_json_new_object();

	acr_json_set_str(ret, "name", option->name);
	acr_json_set(ret, "spellings", spellings(option));
	acr_json_set_str(ret, "key", option_key(option));
	acr_json_set_str(ret, "type", option->type->name);
	acr_json_set_str(ret, "example", option->type->example);
	acr_json_set_bool(ret, "text", option->type->text);
	acr_json_set_bool(ret, "empty", option->type->empty || option->flags & OPT_EMPTY_CLEARS);
	acr_json_set_num(ret, "minimum", (double)option->minimum);
	acr_json_set_num(ret, "maximum", (double)option->maximum);
	acr_json_set_str(ret, "arity", arity_name(option->type->arity));
	acr_json_set_bool(ret, "integer", option->type == &type_integer);
	for (size_t i = 0; i < ACR_COUNT(flags); i++)
		acr_json_set_bool(ret, flags[i].name, option->flags & flags[i].flag);
	acr_json_set(ret, "choices", choices(option));
	acr_json_set_str(ret, "default", option->fallback);
	acr_json_set_str(ret, "configured_default", option->config_default);
	acr_json_set_str(ret, "instead", option->instead);
	return ret;
}

static struct acr_json *options_json(const struct option *const *options)
{
	struct acr_json *ret = acr_json_new_array();

	for (; options && *options; options++)
		acr_json_append(ret, option_json(*options));
	return ret;
}

/* What the command has beside its own options and the global ones. */
static struct acr_json *shared_json(const struct command *command)
{
	struct acr_json *ret = acr_json_new_object();

	for (const struct option_set *set = option_sets; set->options; set++)
		if (set->offered && option_set_offered(set, command))
			acr_json_set(ret, set->heading, options_json(set->options));
	return ret;
}

static struct acr_json *headers(const struct column *column)
{
	struct acr_json *ret = acr_json_new_array();

	for (; column && column->header; column++)
		add_word(ret, "", column->header);
	return ret;
}

static struct acr_json *examples(const struct example *example)
{
	struct acr_json *ret = acr_json_new_array();

	for (; example && example->command; example++)
		add_word(ret, "", example->command);
	return ret;
}

static struct acr_json *command_json(const struct table_cursor *at)
{
	const struct command *command = at->command;
	struct acr_json *ret = acr_json_new_object();

	acr_json_set_str(ret, "command", command->path);
	acr_json_set_bool(ret, "outside", at->group->outside);
	acr_json_set_str(ret, "status", status_name(command->status));
	acr_json_set_str(ret, "group_status", status_name(at->group->status));
	acr_json_set_bool(ret, "hidden", command->flags & CMD_HIDDEN);
	acr_json_set_bool(ret, "update", command->flags & CMD_UPDATE);
	acr_json_set_bool(ret, "no_result", command->flags & CMD_NO_RESULT);
	acr_json_set_bool(ret, "own_code", command->run || command->prepare || command->check);
	acr_json_set_str(ret, "instead", command->instead);
	acr_json_set_str(ret, "confirm", command->confirm);
	acr_json_set(ret, "columns", headers(command->columns));
	acr_json_set(ret, "options", options_json(command->options));
	acr_json_set(ret, "shared_options", shared_json(command));
	acr_json_set(ret, "examples", examples(command->examples));
	return ret;
}

struct acr_json *table_json(void)
{
	struct acr_json *ret = acr_json_new_object(), *commands = acr_json_new_array();
	struct table_cursor at = {0};

	while (table_next(&at, TABLE_ALL))
		acr_json_append(commands, command_json(&at));
	acr_json_set(ret, "global_options", options_json(global_options));
	acr_json_set(ret, "commands", commands);
	return ret;
}
