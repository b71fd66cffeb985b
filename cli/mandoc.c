/* Manual pages in mdoc(7): one for each first word of a command. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "help.h"
#include "helptext.h"
#include "options.h"

/* Set by hand, so that a page changes only when its contents do. */
#define PAGE_DATE "November 22, 2026"
/* mandoc wants source lines below 80 bytes. */
#define LINE_WIDTH 78

/* One word of running text, with what roff would take for its own made harmless. */
static void put_word(const char *word, size_t length, bool line_start, struct acr_buf *out)
{
	if (line_start && (*word == '.' || *word == '\''))
		acr_buf_puts(out, "\\&");
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)word[i];
		if (c == '\\') {
			acr_buf_puts(out, "\\e");
		} else if (c < 0xc0) {
			acr_buf_putc(out, word[i]);
		} else {
			size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
			unsigned code = c & (0x3fu >> more);
			for (; more && i + 1 < length; more--)
				code = code << 6 | ((unsigned char)word[++i] & 0x3f);
			acr_buf_printf(out, "\\[u%04X]", code);
		}
	}
}

static bool ends_sentence(const char *word, size_t length)
{
	while (length && strchr(")'\"", word[length - 1]))
		length--;
	return length && strchr(".!?", word[length - 1]);
}

/* Running text: every sentence begins a line, as mdoc asks. */
static void put_text(const char *text, struct acr_buf *out)
{
	size_t start = out->length;

	for (text += strspn(text, " \n"); *text; text += strspn(text, " \n")) {
		size_t length = strcspn(text, " \n");
		if (out->length > start && out->length - start + 1 + length > LINE_WIDTH) {
			acr_buf_putc(out, '\n');
			start = out->length;
		} else if (out->length > start) {
			acr_buf_putc(out, ' ');
		}
		put_word(text, length, out->length == start, out);
		if (ends_sentence(text, length)) {
			acr_buf_putc(out, '\n');
			start = out->length;
		}
		text += length;
	}
	if (out->length > start)
		acr_buf_putc(out, '\n');
}

/* "Manage webhooks." → "manage webhooks", for .Nd and lists. */
static void put_phrase(const char *text, struct acr_buf *out)
{
	size_t length = strlen(text);

	if (length && text[length - 1] == '.')
		length--;
	if (!length)
		return;
	bool acronym = length > 1 && isupper((unsigned char)text[1]);
	acr_buf_putc(out, acronym ? *text : (char)tolower((unsigned char)*text));
	put_word(text + 1, length - 1, false, out);
}

static void put_argument(const struct option *option, struct acr_buf *out)
{
	enum arity arity = option->type->arity;

	if (arity == ARITY_NONE)
		return;
	acr_buf_puts(out, arity == ARITY_OPTIONAL || arity == ARITY_ANY ? " Op Ar " : " Ar ");
	helptext_metavar(option, out);
	if (arity >= ARITY_MANY)
		acr_buf_puts(out, " ...");
}

static void put_item(const struct option *option, struct acr_buf *out)
{
	if (option->flags & OPT_POSITIONAL) {
		acr_buf_printf(out, ".It Ar %s\n", option->name);
	} else {
		acr_buf_puts(out, ".It ");
		if (option->letter)
			acr_buf_printf(out, "Fl %c , ", option->letter);
		if (option->other_letter)
			acr_buf_printf(out, "Fl %c , ", option->other_letter);
		acr_buf_printf(out, "Fl -%s", option->name);
		if (option->alias)
			acr_buf_printf(out, " , Fl -%s", option->alias);
		put_argument(option, out);
		acr_buf_putc(out, '\n');
	}
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	helptext_option(option, &text);
	if (*helptext_option_tag(option))
		acr_buf_printf(&text, " %s.", helptext_option_tag(option));
	put_text(acr_buf_str(&text), out);
}

static void put_list(const struct option *const *options, const char *heading, struct acr_buf *out)
{
	struct helptext_options shown;

	helptext_options(options, heading, &shown);
	if (shown.count) {
		if (heading)
			acr_buf_printf(out, ".Pp\n%s:\n", heading);
		acr_buf_puts(out, ".Bl -tag -width Ds\n");
		for (size_t i = 0; i < shown.count; i++)
			put_item(shown.list[i], out);
		acr_buf_puts(out, ".El\n");
	}
	helptext_options_clear(&shown);
}

/* The words that call it: "acr webhook create", "az group list". */
static void put_call(const struct command *command, const struct group *group, struct acr_buf *out)
{
	/* Where acr has a command of that name itself, the other one is reached through a link named az only. */
	bool az = group->outside && table_find_in(TABLE_ACR, command->path, NULL);

	acr_buf_printf(out, "%s %s", az ? "az" : "acr", command->path);
}

static void put_synopsis(const struct command *command, const struct group *group, struct acr_buf *out)
{
	struct helptext_options shown;
	bool optional = false;
	ACR_AUTO(acr_buf) call = ACR_BUF_INIT;

	put_call(command, group, &call);
	acr_buf_printf(out, ".Nm %s\n", acr_buf_str(&call));
	helptext_options(command->options, NULL, &shown);
	for (size_t i = 0; i < shown.count; i++) {
		const struct option *option = shown.list[i];
		if (option->flags & OPT_POSITIONAL)
			continue;
		optional = optional || !(option->flags & OPT_REQUIRED);
		if (!(option->flags & OPT_REQUIRED))
			continue;
		acr_buf_printf(out, ".Fl -%s", option->name);
		put_argument(option, out);
		acr_buf_putc(out, '\n');
	}
	if (optional || helptext_next_heading(command->options, NULL))
		acr_buf_puts(out, ".Op Ar options\n");
	for (size_t i = 0; i < shown.count; i++) {
		const struct option *option = shown.list[i];
		if (option->flags & OPT_POSITIONAL)
			acr_buf_printf(out, ".%s%s%s\n", option->flags & OPT_REQUIRED ? "Ar " : "Op Ar ", option->name,
				       option->type->arity >= ARITY_MANY ? " ..." : "");
	}
	helptext_options_clear(&shown);
}

static void put_status(const struct command *command, struct acr_buf *out)
{
	if (command->status == STATUS_PREVIEW)
		put_text("This command is in preview and may change.", out);
	if (command->status != STATUS_DEPRECATED)
		return;
	ACR_AUTO_FREE char *text = command->instead
					   ? acr_format("It is deprecated; use '%s' instead.", command->instead)
					   : acr_strdup("It is deprecated.");
	put_text(text, out);
}

/* What acr(1) explains once for all commands. */
static void put_sets(const struct command *command, struct acr_buf *out)
{
	ACR_AUTO(acr_buf) names = ACR_BUF_INIT;

	for (const struct option_set *set = option_sets; set->options; set++)
		if (set->offered && option_set_offered(set, command))
			acr_buf_printf(&names, "%s%s", names.length ? " and " : "", set->heading);
	if (names.length)
		acr_buf_printf(out, ".Pp\n%s options are in\n.Xr acr 1 .\n", names.data);
}

static void put_command(const struct command *command, const struct group *group, struct acr_buf *out)
{
	ACR_AUTO(acr_buf) call = ACR_BUF_INIT;

	put_call(command, group, &call);
	acr_buf_printf(out, ".Ss %s\n", acr_buf_str(&call));
	put_text(command->summary, out);
	if (command->details)
		put_text(command->details, out);
	put_status(command, out);
	put_list(command->options, NULL, out);
	for (const char *heading = NULL; (heading = helptext_next_heading(command->options, heading));)
		put_list(command->options, heading, out);
	put_sets(command, out);
}

static bool on_page(const struct command *command, const char *word)
{
	size_t length = strlen(word);

	return !strncmp(command->path, word, length) && (!command->path[length] || command->path[length] == ' ') &&
	       !(command->flags & CMD_HIDDEN);
}

typedef void (*put_part)(const struct command *command, const struct group *group, struct acr_buf *out);

static void put_each(const char *word, put_part put, struct acr_buf *out)
{
	const enum table_part parts[] = {TABLE_ACR, TABLE_OUTSIDE};

	for (size_t i = 0; i < ACR_COUNT(parts); i++) {
		struct table_cursor at = {0};
		while (table_next(&at, parts[i]))
			if (on_page(at.command, word))
				put(at.command, at.group, out);
	}
}

static void put_examples(const struct command *command, const struct group *group, struct acr_buf *out)
{
	(void)group;
	for (const struct example *example = command->examples; example && example->command; example++) {
		put_text(example->what, out);
		acr_buf_puts(out, ".Pp\n.Dl ");
		put_word(example->command, strlen(example->command), false, out);
		acr_buf_puts(out, "\n.Pp\n");
	}
}

static const char *word_summary(const char *word)
{
	const struct command *command = table_find(word, NULL);
	const char *summary = command ? command->summary : table_group_summary(word);

	return summary ? summary : "";
}

static void put_page(const char *word, struct acr_buf *out)
{
	ACR_AUTO(acr_buf) examples = ACR_BUF_INIT;

	acr_buf_puts(out, ".\\\" Made by \"acr __man\" from the tables in cli/groups; do not edit.\n");
	acr_buf_puts(out, ".Dd " PAGE_DATE "\n.Dt ACR-");
	for (const char *c = word; *c; c++)
		acr_buf_putc(out, (char)toupper((unsigned char)*c));
	acr_buf_printf(out, " 1\n.Os\n.Sh NAME\n.Nm acr-%s\n.Nd ", word);
	put_phrase(word_summary(word), out);
	acr_buf_puts(out, "\n.Sh SYNOPSIS\n");
	put_each(word, put_synopsis, out);
	acr_buf_puts(out, ".Sh DESCRIPTION\n");
	put_text(word_summary(word), out);
	acr_buf_puts(out, "Options that every command has are in\n.Xr acr 1 .\n");
	put_each(word, put_command, out);
	put_each(word, put_examples, &examples);
	if (examples.length) {
		acr_buf_truncate(&examples, examples.length - strlen(".Pp\n"));
		acr_buf_printf(out, ".Sh EXAMPLES\n%s", examples.data);
	}
	acr_buf_puts(out, ".Sh SEE ALSO\n.Xr acr 1\n");
}

/* The first words of all commands, those of acr first, each once: for (…; next_word(&at);) */
struct word_cursor {
	struct table_children children;
	enum table_part part;
	size_t index;
	const char *word;
};

static bool next_word(struct word_cursor *at)
{
	for (;;) {
		while (at->index < at->children.count) {
			const struct table_child *child = &at->children.list[at->index++];
			bool twice = at->part == TABLE_OUTSIDE && (table_find_in(TABLE_ACR, child->word, NULL) ||
								   table_is_group_in(TABLE_ACR, child->word));
			if (child->hidden || twice)
				continue;
			at->word = child->word;
			return true;
		}
		table_children_clear(&at->children);
		if (at->part == TABLE_OUTSIDE)
			return false;
		at->part = at->part ? TABLE_OUTSIDE : TABLE_ACR;
		at->index = 0;
		table_children(at->part, "", &at->children);
	}
}

/* For acr(1): every page with what it is about, then the options of every command. */
static void put_index(struct acr_buf *out)
{
	acr_buf_puts(out, ".Ss Commands\n.Bl -tag -width Ds\n");
	for (struct word_cursor at = {0}; next_word(&at);) {
		acr_buf_printf(out, ".It Xr acr-%s 1\n", at.word);
		put_text(word_summary(at.word), out);
	}
	acr_buf_puts(out, ".El\n.Ss Options of every command\n");
	put_list(global_options, NULL, out);
	for (const struct option_set *set = option_sets; set->options; set++) {
		if (!set->offered)
			continue;
		acr_buf_printf(out, ".Ss %s options\n", set->heading);
		put_text(set->about, out);
		put_list(set->options, NULL, out);
	}
}

int man_page(const char *name, struct acr_buf *out, struct acr_error *error)
{
	const char *word = strncmp(name, "acr-", 4) ? name : name + 4;

	if (!*name) {
		put_index(out);
		return 0;
	}
	if (!table_find(word, NULL) && (strchr(word, ' ') || !table_is_group(word)))
		return acr_fail(error, ACR_ERROR_USAGE, "there is no manual page '%s'; 'acr __man' lists them", name);
	put_page(word, out);
	return 0;
}

void man_list(struct acr_buf *out)
{
	for (struct word_cursor at = {0}; next_word(&at);)
		acr_buf_printf(out, "acr-%s\n", at.word);
}
