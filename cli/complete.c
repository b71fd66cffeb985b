/* What could follow on a command line, for the shells. A line ":files" asks the shell for file names. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "help.h"
#include "opttype.h"
#include "parser.h"

#define FILES ":files\n"

struct completion {
	struct parser parser;
	const char *typed; /* the word so far */
	complete_values values;
	void *user;
	struct acr_buf *out;
};

/* One line: the candidate, a tab, the first sentence about it. */
static void put_candidate(struct completion *completion, const char *before, const char *text, const char *help)
{
	const char *end = help ? strstr(help, ". ") : NULL;
	size_t length = end ? (size_t)(end - help) : help ? strlen(help) : 0;

	while (length && help[length - 1] == '.')
		length--;
	acr_buf_printf(completion->out, "%s%s\t%.*s\n", before, text, (int)length, length ? help : "");
}

static bool begins(const char *text, const char *prefix)
{
	return !strncasecmp(text, prefix, strlen(prefix));
}

static void put_dynamic(struct completion *completion, const struct option *option, const char *before,
			const char *prefix)
{
	ACR_AUTO(acr_buf) lines = ACR_BUF_INIT;

	parser_set_global(completion->parser.args);
	completion->values(completion->user, completion->parser.args, option->complete, prefix, &lines);
	for (const char *line = acr_buf_str(&lines); *line; line += strspn(line, "\n")) {
		size_t length = strcspn(line, "\n");
		if (begins(line, prefix))
			acr_buf_printf(completion->out, "%s%.*s\n", before, (int)length, line);
		line += length;
	}
}

/* The values of an option; `before` stands in front of them in the same word ("--sku="). False when nothing is known
 * about them. */
static bool put_values(struct completion *completion, const struct option *option, const char *before,
		       const char *prefix)
{
	const char *const *choices = option_choices(option);

	for (size_t i = 0; choices && choices[i]; i++)
		if (begins(choices[i], prefix))
			put_candidate(completion, before, choices[i], NULL);
	if (choices)
		return true;
	if (option->type == &type_path || (option->complete && !strcmp(option->complete, "file"))) {
		acr_buf_puts(completion->out, FILES);
		return true;
	}
	if (!option->complete)
		return false;
	if (completion->values)
		put_dynamic(completion, option, before, prefix);
	return true;
}

static bool already_given(const struct parser *parser, const struct option *option)
{
	const struct arg *slot = parser_slot(parser, option);

	if (!slot)
		return acr_json_get(parser->args->memory, option->name);
	return slot->given && !(option->flags & OPT_APPEND);
}

static void put_options(struct completion *completion)
{
	const struct option *option;

	for (size_t i = 0; (option = parser_option(&completion->parser, i)); i++) {
		if (option->flags & (OPT_HIDDEN | OPT_POSITIONAL | OPT_DEPRECATED))
			continue;
		ACR_AUTO_FREE char *name = acr_format("--%s", option->name);
		if (begins(name, completion->typed) && !already_given(&completion->parser, option))
			put_candidate(completion, "", name, option->help);
	}
}

/* "--sku=B": the values behind the sign. */
static void put_attached(struct completion *completion, const char *sign)
{
	size_t length = (size_t)(sign - completion->typed) - 2;
	ACR_AUTO_FREE char *before = acr_strndup(completion->typed, length + 3);
	const struct option *option;

	for (size_t i = 0; (option = parser_option(&completion->parser, i)); i++)
		if (strlen(option->name) == length && !strncmp(option->name, completion->typed + 2, length))
			put_values(completion, option, before, sign + 1);
}

/* "-oj": the values right behind the letter, which an "=" may still part from it. */
static void put_behind_letter(struct completion *completion)
{
	const char *typed = completion->typed;
	size_t length = typed[2] == '=' ? 3 : 2;
	ACR_AUTO_FREE char *before = acr_strndup(typed, length);
	const struct option *option;

	for (size_t i = 0; (option = parser_option(&completion->parser, i)); i++)
		if (option->letter == typed[1] || option->other_letter == typed[1])
			put_values(completion, option, before, typed + length);
}

static void put_commands(struct completion *completion)
{
	struct parser *parser = &completion->parser;
	struct table_children children;

	table_children(parser_part(parser), acr_buf_str(&parser->path), &children);
	for (size_t i = 0; i < children.count; i++) {
		const struct table_child *child = &children.list[i];
		if (child->hidden || !begins(child->word, completion->typed))
			continue;
		put_candidate(completion, "", child->word,
			      child->command ? child->command->summary
			      : child->group ? child->group->summary
					     : NULL);
	}
	table_children_clear(&children);
	if (parser->as_az && !parser->inside && !parser->path.length && begins("acr", completion->typed))
		put_candidate(completion, "", "acr", "Manage private registries with Azure Container Registry");
}

static void put_any(struct completion *completion)
{
	struct parser *parser = &completion->parser;
	const struct option *open = parser->open, *positional;
	const char *typed = completion->typed;
	bool dashed = *typed == '-' && !parser->ended;

	if (dashed && !strncmp(typed, "--", 2) && strchr(typed, '=')) {
		put_attached(completion, strchr(typed, '='));
		return;
	}
	if (dashed && typed[1] && typed[1] != '-' && typed[2]) {
		put_behind_letter(completion);
		return;
	}
	if (open && !dashed) {
		bool enough = parser->words || open->type->arity == ARITY_OPTIONAL || open->type->arity == ARITY_ANY;
		if (put_values(completion, open, "", typed) || !enough)
			return;
	}
	if (!dashed && !parser->args->command) {
		put_commands(completion);
		return;
	}
	if (!dashed && (positional = parser_positional(parser)))
		put_values(completion, positional, "", typed);
	if (dashed || !*typed) {
		ACR_AUTO(acr_error) ignored = ACR_ERROR_INIT;
		if (parser_close(parser, &ignored) < 0)
			return;
		put_options(completion);
	}
}

/* What is wrong with options does not matter yet; a command that does not exist has nothing behind it. */
static bool read_words(struct parser *parser, int count, char *const *words)
{
	for (int i = 0; i < count; i++) {
		ACR_AUTO(acr_error) ignored = ACR_ERROR_INIT;
		if (parser_word(parser, words[i], &ignored) < 0 && !parser->args->command)
			return false;
	}
	return true;
}

void complete_words(int count, char *const *words, bool as_az, complete_values values, void *user, struct acr_buf *out)
{
	struct args args;
	struct completion completion = {.typed = "", .values = values, .user = user, .out = out};

	parser_init(&completion.parser, &args, NULL, as_az);
	if (count > 0)
		completion.typed = words[count - 1];
	if (read_words(&completion.parser, count - 1, words))
		put_any(&completion);
	parser_clear(&completion.parser);
	args_clear(&args);
}
