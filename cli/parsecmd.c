/* The words of a command line that name the command. */
#include <stdlib.h>
#include <string.h>
#include "parser.h"

enum table_part parser_part(const struct parser *parser)
{
	if (!parser->as_az)
		return TABLE_ALL;
	return parser->inside ? TABLE_ACR : TABLE_OUTSIDE;
}

static void set_command(struct args *args, const struct command *command)
{
	size_t count = 0;

	while (command->options && command->options[count])
		count++;
	args->command = command;
	args->count = count;
	args->list = acr_alloc_array(count ? count : 1, sizeof(*args->list));
	for (size_t i = 0; i < count; i++)
		args->list[i].option = command->options[i];
}

/* A word below the present group that is a typing slip away; yours to free(). */
static char *similar_word(const struct parser *parser, const char *word)
{
	struct table_children children;

	table_children(parser_part(parser), acr_buf_str(&parser->path), &children);
	const char **words = acr_alloc_array(children.count + 1, sizeof(*words));
	size_t count = 0;
	for (size_t i = 0; i < children.count; i++)
		if (!children.list[i].hidden)
			words[count++] = children.list[i].word;
	if (parser->as_az && !parser->inside)
		words[count++] = "acr";
	char *found = acr_strdup(table_nearest(word, words, count));
	free(words);
	table_children_clear(&children);
	return found;
}

static bool is_acr_word(const char *word)
{
	return table_find_in(TABLE_ACR, word, NULL) || table_is_group_in(TABLE_ACR, word);
}

static int misspelled(const struct parser *parser, const char *word, struct acr_error *error)
{
	bool first = !parser->path.length && !parser->inside;
	ACR_AUTO(acr_buf) hint = ACR_BUF_INIT;
	ACR_AUTO_FREE char *similar = NULL;

	if (first && !parser->as_az && !strcmp(word, "acr"))
		acr_buf_puts(&hint, " Leave out the second 'acr', as in 'acr create'.");
	else if (first && parser->as_az && is_acr_word(word))
		acr_buf_printf(&hint, " Did you mean 'az acr %s'?", word);
	else if ((similar = similar_word(parser, word)))
		acr_buf_printf(&hint, " Did you mean '%s'?", similar);
	return acr_fail(error, ACR_ERROR_USAGE, "'%s' is misspelled or not recognized by the system.%s", word,
			acr_buf_str(&hint));
}

int parser_command_word(struct parser *parser, const char *word, struct acr_error *error)
{
	bool first = !parser->path.length;

	if (first && !strcmp(word, "help")) {
		acr_json_set_bool(parser->args->memory, "help", true);
		return 0;
	}
	if (first && parser->as_az && !parser->inside && !strcmp(word, "acr")) {
		parser->inside = true;
		return 0;
	}
	ACR_AUTO_FREE char *path = acr_format("%s%s%s", acr_buf_str(&parser->path), first ? "" : " ", word);
	const struct command *command = table_find_in(parser_part(parser), path, NULL);
	if (!command && !table_is_group_in(parser_part(parser), path))
		return misspelled(parser, word, error);
	acr_buf_reset(&parser->path);
	acr_buf_puts(&parser->path, path);
	if (command)
		set_command(parser->args, command);
	return 0;
}
