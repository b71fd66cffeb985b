/* -h: the tables as text of at most 80 columns. */
#include <stdlib.h>
#include <string.h>
#include "help.h"
#include "helptext.h"
#include "options.h"

#define WIDTH 80
#define INDENT 4
/* Names up to this width have their text beside them, longer ones below. */
#define NAME_WIDTH 30

/* A name, a tag and a text: what both options and commands are listed as. */
struct entry {
	char *name, *text;
	const char *tag;
};
struct entries {
	struct entry *list;
	size_t count;
};

static void add_entry(struct entries *entries, char *name, const char *tag, char *text)
{
	entries->list = acr_realloc_array(entries->list, entries->count + 1, sizeof(*entries->list));
	entries->list[entries->count++] = (struct entry){.name = name, .text = text, .tag = tag};
}

static void entries_clear(struct entries *entries)
{
	for (size_t i = 0; i < entries->count; i++) {
		free(entries->list[i].name);
		free(entries->list[i].text);
	}
	free(entries->list);
	*entries = (struct entries){0};
}

/* Columns that UTF-8 text takes: continuation bytes take none. */
static size_t columns(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* Append text that starts at column `at`, broken between words so that it stays within WIDTH; further lines start at
 * column `indent`. Ends the line. */
static void put_wrapped(const char *text, size_t at, size_t indent, struct acr_buf *out)
{
	bool first = true;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");
		size_t wide = columns(text, length);
		if (!first && at + 1 + wide > WIDTH) {
			acr_buf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			acr_buf_putc(out, ' ');
			at++;
		}
		acr_buf_add(out, text, length);
		at += wide;
		text += length;
		first = false;
	}
	acr_buf_putc(out, '\n');
}

static size_t left_width(const struct entry *entry)
{
	return strlen(entry->name) + (*entry->tag ? strlen(entry->tag) + 3 : 0);
}

static size_t widest(const struct entries *entries, size_t width)
{
	for (size_t i = 0; i < entries->count; i++) {
		size_t own = left_width(&entries->list[i]);
		if (own > width && own <= NAME_WIDTH)
			width = own;
	}
	return width;
}

static void put_entries(const struct entries *entries, size_t width, struct acr_buf *out)
{
	size_t column = INDENT + width + 3;

	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->list[i];
		size_t own = left_width(entry);
		acr_buf_printf(out, "%*s%s", INDENT, "", entry->name);
		if (*entry->tag)
			acr_buf_printf(out, "%*s [%s]", (int)(own < width ? width - own : 0), "", entry->tag);
		else if (own < width && *entry->text)
			acr_buf_printf(out, "%*s", (int)(width - own), "");
		if (own > width && *entry->text)
			acr_buf_printf(out, "\n%*s", (int)(INDENT + width), "");
		if (*entry->text)
			acr_buf_puts(out, " : ");
		put_wrapped(entry->text, column, column, out);
	}
}

static void put_section(const char *title, struct entries *entries, size_t width, struct acr_buf *out)
{
	if (entries->count) {
		acr_buf_printf(out, "\n%s\n", title);
		put_entries(entries, width, out);
	}
	entries_clear(entries);
}

/* "name : summary", and the details below it. */
static void put_title(const char *kind, const char *name, const char *summary, const char *details, struct acr_buf *out)
{
	acr_buf_printf(out, "%s\n%*s%s", kind, INDENT, "", name);
	if (summary) {
		acr_buf_puts(out, " : ");
		put_wrapped(summary, INDENT + strlen(name) + 3, (size_t)2 * INDENT, out);
	} else {
		acr_buf_putc(out, '\n');
	}
	if (details) {
		acr_buf_printf(out, "%*s", 2 * INDENT, "");
		put_wrapped(details, (size_t)2 * INDENT, (size_t)2 * INDENT, out);
	}
}

static char *option_name(const struct option *option)
{
	ACR_AUTO(acr_buf) name = ACR_BUF_INIT;

	if (option->flags & OPT_POSITIONAL)
		return acr_format("<%s>", option->name);
	acr_buf_printf(&name, "--%s", option->name);
	if (option->alias)
		acr_buf_printf(&name, " --%s", option->alias);
	if (option->letter)
		acr_buf_printf(&name, " -%c", option->letter);
	if (option->other_letter)
		acr_buf_printf(&name, " -%c", option->other_letter);
	return acr_buf_take(&name);
}

static void collect_options(const struct option *const *options, const char *heading, struct entries *entries)
{
	struct helptext_options shown;

	helptext_options(options, heading, &shown);
	for (size_t i = 0; i < shown.count; i++) {
		struct acr_buf text = ACR_BUF_INIT;
		helptext_option(shown.list[i], &text);
		add_entry(entries, option_name(shown.list[i]), helptext_option_tag(shown.list[i]), acr_buf_take(&text));
	}
	helptext_options_clear(&shown);
}

/* One width for all of a command's options, so that the sections line up. */
static size_t options_width(const struct command *command)
{
	struct entries all = {0};
	size_t width;

	collect_options(command->options, NULL, &all);
	for (const struct option_set *set = option_sets; set->options; set++)
		if (option_set_offered(set, command))
			collect_options(set->options, NULL, &all);
	for (const char *heading = NULL; (heading = helptext_next_heading(command->options, heading));)
		collect_options(command->options, heading, &all);
	width = widest(&all, 0);
	entries_clear(&all);
	return width;
}

static void put_examples(const struct command *command, bool outside, const char *program, bool as_az,
			 struct acr_buf *out)
{
	for (const struct example *example = command->examples; example && example->command; example++) {
		ACR_AUTO(acr_buf) line = ACR_BUF_INIT;
		helptext_example(example->command, outside, program, as_az, &line);
		acr_buf_puts(out, example == command->examples ? "\nExamples\n" : "\n");
		acr_buf_printf(out, "%*s", INDENT, "");
		put_wrapped(example->what, INDENT, INDENT, out);
		acr_buf_printf(out, "%*s%s\n", 2 * INDENT, "", acr_buf_str(&line));
	}
}

void help_command(const struct command *command, const char *program, bool as_az, struct acr_buf *out)
{
	const struct group *group = table_group_of(command);
	bool outside = group && group->outside;
	size_t width = options_width(command);
	struct entries entries = {0};
	ACR_AUTO(acr_buf) name = ACR_BUF_INIT;

	helptext_name(command->path, outside, program, as_az, &name);
	if (command->status != STATUS_GA)
		acr_buf_printf(&name, " [%s]", helptext_status_tag(command->status));
	put_title("Command", acr_buf_str(&name), command->summary, command->details, out);
	if (command->instead)
		acr_buf_printf(out, "%*sUse '%s' instead.\n", 2 * INDENT, "", command->instead);

	collect_options(command->options, NULL, &entries);
	put_section("Arguments", &entries, width, out);
	for (const char *heading = NULL; (heading = helptext_next_heading(command->options, heading));) {
		ACR_AUTO_FREE char *title = acr_format("%s Arguments", heading);
		collect_options(command->options, heading, &entries);
		put_section(title, &entries, width, out);
	}
	for (const struct option_set *set = option_sets; set->options; set++) {
		ACR_AUTO_FREE char *title = acr_format("%s Arguments", set->heading);
		if (option_set_offered(set, command))
			collect_options(set->options, NULL, &entries);
		put_section(title, &entries, width, out);
	}
	put_examples(command, outside, program, as_az, out);
}

/* Called as acr, a command of az that acr has too cannot be reached. */
static bool is_shadowed(const struct table_child *child)
{
	return table_find_in(TABLE_ACR, child->path, NULL) || table_is_group_in(TABLE_ACR, child->path);
}

static void collect_children(enum table_part part, const char *path, bool groups, bool as_az, struct entries *entries)
{
	struct table_children children;

	table_children(part, path, &children);
	for (size_t i = 0; i < children.count; i++) {
		const struct table_child *child = &children.list[i];
		if (child->hidden || groups != !child->command ||
		    (!as_az && part == TABLE_OUTSIDE && is_shadowed(child)))
			continue;
		enum command_status status = child->command ? child->command->status
					     : child->group ? child->group->status
							    : STATUS_GA;
		const char *text = child->command ? child->command->summary : child->group ? child->group->summary : "";
		add_entry(entries, acr_strdup(child->word), helptext_status_tag(status), acr_strdup(text ? text : ""));
	}
	table_children_clear(&children);
}

static void put_children(enum table_part part, const char *path, bool as_az, const char *const titles[2],
			 struct acr_buf *out)
{
	struct entries below = {0}, here = {0};

	collect_children(part, path, true, as_az, &below);
	collect_children(part, path, false, as_az, &here);
	size_t width = widest(&here, widest(&below, 0));
	put_section(titles[0], &below, width, out);
	put_section(titles[1], &here, width, out);
}

#define ABOUT_ACR "Manage private registries with Azure Container Registry."

static void put_az(const char *program, struct acr_buf *out)
{
	struct entries entries = {0};

	put_title("Group", program, "The part of the Azure CLI that work with registries needs.", NULL, out);
	add_entry(&entries, acr_strdup("acr"), "", acr_strdup(ABOUT_ACR));
	collect_children(TABLE_OUTSIDE, "", true, true, &entries);
	put_section("Subgroups:", &entries, widest(&entries, 0), out);
	collect_children(TABLE_OUTSIDE, "", false, true, &entries);
	put_section("Commands:", &entries, widest(&entries, 0), out);
}

void help_group(const char *group, const char *program, bool as_az, struct acr_buf *out)
{
	static const char *const titles[] = {"Subgroups:", "Commands:"};
	static const char *const beside[] = {"Subgroups that az has beside acr:", "Commands that az has beside acr:"};
	bool root = as_az ? !strcmp(group, "acr") : !*group;
	bool outside = !root && !table_is_group_in(TABLE_ACR, group);
	ACR_AUTO(acr_buf) name = ACR_BUF_INIT;

	if (as_az && !*group) {
		put_az(program, out);
		return;
	}
	helptext_name(root ? "" : group, outside, program, as_az, &name);
	put_title("Group", acr_buf_str(&name), root ? ABOUT_ACR : table_group_summary(group), NULL, out);
	put_children(outside ? TABLE_OUTSIDE : TABLE_ACR, root ? "" : group, as_az, titles, out);
	if (root && !as_az)
		put_children(TABLE_OUTSIDE, "", false, beside, out);
	acr_buf_printf(out, "\nRun '%s COMMAND -h' for one command; 'man acr' is the manual.\n", acr_buf_str(&name));
}
