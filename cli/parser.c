/* The parser's machine: takes a command line word by word, by the rules of Python's argparse as az uses it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "argfile.h"
#include "options.h"
#include "parser.h"

void parser_init(struct parser *parser, struct args *args, struct io *io, bool as_az)
{
	*parser = (struct parser){.args = args, .io = io, .as_az = as_az};
	*args = (struct args){.memory = acr_json_new_object()};
	parser->unknown = acr_json_new_array();
	parser->remarks = acr_json_new_array();
	parser->previews = acr_json_new_array();
}

void parser_clear(struct parser *parser)
{
	acr_buf_clear(&parser->path);
	acr_json_free(parser->value);
	acr_json_free(parser->unknown);
	acr_json_free(parser->remarks);
	acr_json_free(parser->previews);
	*parser = (struct parser){0};
}

const struct option *parser_option(const struct parser *parser, size_t index)
{
	if (index < parser->args->count)
		return parser->args->list[index].option;
	index -= parser->args->count;
	for (const struct option_set *set = option_sets; set->options; set++) {
		if (!option_set_offered(set, parser->args->command))
			continue;
		for (const struct option *const *option = set->options; *option; option++)
			if (!index--)
				return *option;
	}
	return NULL;
}

struct arg *parser_slot(const struct parser *parser, const struct option *option)
{
	struct args *args = parser->args;
	bool own = false;

	for (size_t i = 0; i < args->count && !own; i++)
		own = args->list[i].option == option;
	for (size_t i = 0; i < args->count && own; i++)
		if (!strcmp(option_key(args->list[i].option), option_key(option)))
			return &args->list[i];
	return NULL;
}

const struct option *parser_positional(const struct parser *parser)
{
	for (size_t i = 0; i < parser->args->count; i++) {
		const struct arg *arg = &parser->args->list[i];
		if (!(arg->option->flags & OPT_POSITIONAL))
			continue;
		if (!arg->given || arg->option->type->arity >= ARITY_MANY)
			return arg->option;
	}
	return NULL;
}

bool parser_takes(const struct option *option, size_t words)
{
	switch (option->type->arity) {
	case ARITY_NONE:
		return false;
	case ARITY_ONE:
	case ARITY_OPTIONAL:
		return words == 0;
	case ARITY_MANY:
	case ARITY_ANY:
		return true;
	}
	return false;
}

/* Messages about a value begin with the option's name. */
static int about(const struct option *option, struct acr_error *error)
{
	ACR_AUTO(acr_buf) label = ACR_BUF_INIT;

	option_label(option, &label);
	return acr_error_prefix(error, "argument %s", acr_buf_str(&label));
}

static int bad_choice(const struct option *option, const char *word, const char *const *choices,
		      struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	size_t count = 0;

	for (; choices[count]; count++)
		acr_buf_printf(&text, "%s%s", count ? ", " : "", choices[count]);
	acr_buf_putc(&text, '.');
	const char *nearest = table_nearest(word, choices, count);
	if (nearest)
		acr_buf_printf(&text, " Did you mean '%s'?", nearest);
	return acr_fail(error, ACR_ERROR_USAGE, "'%s' is not a valid value for '%s%s'. Allowed values: %s", word,
			option->flags & OPT_POSITIONAL ? "" : "--", option->name, acr_buf_str(&text));
}

int parser_add(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	const char *const *choices = word ? option_choices(option) : NULL;

	if (word && option_check_word(option, word, error) < 0)
		return about(option, error);
	for (size_t i = 0; choices; i++) {
		if (!choices[i])
			return bad_choice(option, word, choices, error);
		if (!strcasecmp(choices[i], word)) {
			word = choices[i];
			break;
		}
	}
	int rc = option->type->add(option, word, value, error);
	return rc < 0 ? about(option, error) : 0;
}

static int add_word(struct parser *parser, const char *word, bool pairs, struct acr_error *error)
{
	ACR_AUTO_FREE char *text = NULL;

	if (parser->io) {
		int rc = argfile_expand(word, pairs, parser->io, &text, error);
		if (rc < 0)
			return about(parser->open, error);
	}
	int rc = parser_add(parser->open, text ? text : word, &parser->value, error);
	if (rc == 0)
		parser->words++;
	return rc;
}

/* --set, --add and --remove work in the order in which they were given. */
static const char *update_action(const struct option *option)
{
	return option == &opt_set || option == &opt_add || option == &opt_remove ? option->name : NULL;
}

static void note_update(struct args *args, const char *action, struct acr_json *words)
{
	struct acr_json *update = acr_json_new_object();

	acr_json_set_str(update, "action", action);
	acr_json_set(update, "words", words);
	if (!args->updates)
		args->updates = acr_json_new_array();
	acr_json_append(args->updates, update);
}

/* Uses of an OPT_APPEND option gather in one array: their items, or, where a use takes many words, one array each. */
static struct acr_json *gather(const struct option *option, struct acr_json *so_far, struct acr_json *value)
{
	if (!so_far)
		so_far = acr_json_new_array();
	if (option->type->arity >= ARITY_MANY || !acr_json_is(value, ACR_JSON_ARRAY)) {
		acr_json_append(so_far, value);
		return so_far;
	}
	while (acr_json_first(value))
		acr_json_append(so_far, acr_json_detach_item(value, 0));
	acr_json_free(value);
	return so_far;
}

static void store(struct parser *parser, const struct option *option, struct acr_json *value)
{
	struct arg *slot = parser_slot(parser, option);

	if (!slot) {
		acr_json_set(parser->args->memory, option->name, value);
		return;
	}
	slot->given = true;
	if (update_action(option)) {
		note_update(parser->args, update_action(option), value);
	} else if (option->flags & OPT_APPEND) {
		slot->value = gather(option, slot->value, value);
	} else {
		acr_json_free(slot->value);
		slot->value = value;
	}
}

static int too_few(const struct option *option, struct acr_error *error)
{
	acr_fail(error, ACR_ERROR_USAGE, "expected %s argument",
		 option->type->arity == ARITY_ONE ? "one" : "at least one");
	return about(option, error);
}

int parser_close(struct parser *parser, struct acr_error *error)
{
	const struct option *option = parser->open;

	if (!option)
		return 0;
	parser->open = NULL;
	if (!parser->words) {
		if (option->type->arity == ARITY_ONE || option->type->arity == ARITY_MANY)
			return too_few(option, error);
		int rc = parser_add(option, NULL, &parser->value, error);
		if (rc < 0)
			return rc;
	}
	store(parser, option, TAKE(parser->value));
	return 0;
}

void parser_drop(struct parser *parser)
{
	parser->open = NULL;
	acr_json_free(parser->value);
	parser->value = NULL;
}

static void remark(struct acr_json *list, const char *text)
{
	for (const struct acr_json *said = acr_json_first(list); said; said = acr_json_next(said))
		if (!strcmp(acr_json_string(said), text))
			return;
	acr_json_append(list, acr_json_new_string(text));
}

/* The replacement in the form in which the deprecated one was typed: letters for letters. */
static void add_instead(const struct parser *parser, const char *instead, bool letter, struct acr_buf *text)
{
	const char *name = instead + strspn(instead, "-");
	const struct option *other;

	for (size_t i = 0; letter && (other = parser_option(parser, i)); i++) {
		if (strcmp(other->name, name) || !other->letter)
			continue;
		acr_buf_printf(text, " Use '-%c' instead.", other->letter);
		return;
	}
	acr_buf_printf(text, " Use '%s%s' instead.", *instead == '-' ? "" : "--", instead);
}

static void remark_option(struct parser *parser, const struct option *option, const char *typed)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (option->flags & OPT_DEPRECATED) {
		acr_buf_printf(&text, "Option '%s' has been deprecated and will be removed in a future release.",
			       typed);
		if (option->instead)
			add_instead(parser, option->instead, typed[1] != '-', &text);
		remark(parser->remarks, acr_buf_str(&text));
	} else if (option->flags & OPT_PREVIEW) {
		acr_buf_printf(&text,
			       "Argument '--%s' is in preview and under development. Reference and support levels: "
			       "https://aka.ms/CLI_refstatus",
			       option->name);
		remark(parser->previews, acr_buf_str(&text));
	}
}

static void begin(struct parser *parser, const struct option *option, const char *typed)
{
	parser->open = option;
	parser->words = 0;
	remark_option(parser, option, typed);
}

static int ignored_argument(const struct option *option, const char *word, struct acr_error *error)
{
	acr_fail(error, ACR_ERROR_USAGE, "ignored explicit argument '%s'", word);
	return about(option, error);
}

/* An option and maybe a value in the same word. */
static int take_option(struct parser *parser, const struct option *option, const char *typed, const char *attached,
		       struct acr_error *error)
{
	begin(parser, option, typed);
	if (option->type->arity == ARITY_NONE)
		return attached ? ignored_argument(option, attached, error) : parser_close(parser, error);
	if (!attached)
		return 0;
	int rc = add_word(parser, attached, false, error);
	return rc < 0 ? rc : parser_close(parser, error);
}

static const struct option *by_letter(const struct parser *parser, char letter)
{
	const struct option *option;

	for (size_t i = 0; letter && (option = parser_option(parser, i)); i++)
		if ((option->letter == letter || option->other_letter == letter) && !(option->flags & OPT_POSITIONAL))
			return option;
	return NULL;
}

/* "-y", "-yn name", "-nname", "-n=name". */
static int take_letters(struct parser *parser, const char *word, struct acr_error *error)
{
	for (const char *at = word + 1; *at; at++) {
		const struct option *option = by_letter(parser, *at);
		const char *rest = at[1] == '=' ? at + 2 : at[1] ? at + 1 : NULL;
		char typed[] = {'-', *at, '\0'};
		if (option->type->arity != ARITY_NONE)
			return take_option(parser, option, typed, rest, error);
		if (rest && (at[1] == '=' || !by_letter(parser, at[1])))
			return ignored_argument(option, rest, error);
		int rc = take_option(parser, option, typed, NULL, error);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool has_name(const struct option *option, const char *name, size_t length, bool whole)
{
	const char *const names[] = {option->name, option->alias};

	for (size_t i = 0; i < ACR_COUNT(names) && !(option->flags & OPT_POSITIONAL); i++)
		if (names[i] && !strncmp(names[i], name, length) && (!whole || !names[i][length]))
			return true;
	return false;
}

static int ambiguous(const struct parser *parser, const char *word, size_t length, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	const struct option *option;

	for (size_t i = 0; (option = parser_option(parser, i)); i++)
		if (has_name(option, word + 2, length, false))
			acr_buf_printf(&text, "%s--%s", text.length ? ", " : "", option->name);
	return acr_fail(error, ACR_ERROR_USAGE, "ambiguous option: %s could match %s", word, acr_buf_str(&text));
}

static bool same_slot(const struct parser *parser, const struct option *a, const struct option *b)
{
	const struct arg *slot = parser_slot(parser, a);

	return slot && slot == parser_slot(parser, b);
}

/* The option with that long name, or the only one that begins so. NULL and 0 when there is none. */
static int by_name(const struct parser *parser, const char *word, const struct option **ret, struct acr_error *error)
{
	size_t length = strcspn(word + 2, "=");
	const struct option *option, *found = NULL;
	bool several = false;

	for (size_t i = 0; (option = parser_option(parser, i)); i++) {
		if (has_name(option, word + 2, length, true)) {
			*ret = option;
			return 0;
		}
		if (has_name(option, word + 2, length, false)) {
			several = several || (found && !same_slot(parser, found, option));
			found = found ? found : option;
		}
	}
	if (several)
		return ambiguous(parser, word, length, error);
	*ret = found;
	return 0;
}

/* -1, -.5: values, since no option has a digit for its letter. */
static bool is_negative_number(const char *word)
{
	const char *at = word + 1 + strspn(word + 1, "0123456789");

	if (*at == '.')
		at += 1 + strspn(at + 1, "0123456789");
	return !*at && isdigit((unsigned char)at[-1]);
}

static int take_value(struct parser *parser, const char *word, struct acr_error *error)
{
	if (!parser->open) {
		if (!parser->args->command)
			return parser_command_word(parser, word, error);
		const struct option *positional = parser_positional(parser);
		if (!positional) {
			acr_json_append(parser->unknown, acr_json_new_string(word));
			return 0;
		}
		begin(parser, positional, positional->name);
		struct arg *slot = parser_slot(parser, positional);
		if (slot->value && positional->type->arity >= ARITY_MANY)
			parser->value = TAKE(slot->value);
	}
	int rc = add_word(parser, word, true, error);
	if (rc < 0 || parser_takes(parser->open, parser->words))
		return rc;
	return parser_close(parser, error);
}

int parser_word(struct parser *parser, const char *word, struct acr_error *error)
{
	const struct option *option = NULL;

	if (parser->ended || word[0] != '-' || !word[1])
		return take_value(parser, word, error);
	bool longer = word[1] == '-';
	if (longer && word[2]) {
		int rc = by_name(parser, word, &option, error);
		if (rc < 0)
			return rc;
	} else if (!longer) {
		option = by_letter(parser, word[1]);
	}
	if (!option && (is_negative_number(word) || strchr(word, ' ')))
		return take_value(parser, word, error);

	int rc = parser_close(parser, error);
	if (rc < 0)
		return rc;
	if (option && longer) {
		const char *attached = strchr(word, '=');
		ACR_AUTO_FREE char *typed = acr_format("--%s", option->name);
		return take_option(parser, option, typed, attached ? attached + 1 : NULL, error);
	}
	if (option)
		return take_letters(parser, word, error);
	if (longer && !word[2])
		parser->ended = true;
	else
		acr_json_append(parser->unknown, acr_json_new_string(word));
	return 0;
}
