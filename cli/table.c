/* Finding commands and groups in the tables. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <acr/mem.h>
#include "table.h"

static const struct group *const *groups = command_groups;

void table_use(const struct group *const *other)
{
	groups = other ? other : command_groups;
}

static bool in_part(const struct group *group, enum table_part part)
{
	return part & (group->outside ? TABLE_OUTSIDE : TABLE_ACR);
}

bool table_next(struct table_cursor *at, enum table_part part)
{
	if (at->command)
		at->command++;
	for (;; at->index++, at->command = NULL) {
		at->group = groups[at->index];
		if (!at->group)
			return false;
		if (!in_part(at->group, part))
			continue;
		if (!at->command)
			at->command = at->group->commands;
		if (at->command && at->command->path)
			return true;
	}
}

static const struct command *find(enum table_part part, const char *path, const struct group **group)
{
	struct table_cursor at = {0};

	while (table_next(&at, part)) {
		if (strcmp(at.command->path, path))
			continue;
		if (group)
			*group = at.group;
		return at.command;
	}
	return NULL;
}

const struct command *table_find_in(enum table_part part, const char *path, const struct group **group)
{
	const struct command *found = part & TABLE_ACR ? find(TABLE_ACR, path, group) : NULL;

	return found || !(part & TABLE_OUTSIDE) ? found : find(TABLE_OUTSIDE, path, group);
}

const struct command *table_find(const char *path, const struct group **group)
{
	return table_find_in(TABLE_ALL, path, group);
}

const struct group *table_group_of(const struct command *command)
{
	struct table_cursor at = {0};

	while (table_next(&at, TABLE_ALL))
		if (at.command == command)
			return at.group;
	return NULL;
}

/* What follows `path` and a blank in `longer`; NULL when it does not begin so. "" is the beginning of all. */
static const char *below(const char *longer, const char *path)
{
	size_t length = strlen(path);

	if (!length)
		return *longer ? longer : NULL;
	return !strncmp(longer, path, length) && longer[length] == ' ' ? longer + length + 1 : NULL;
}

bool table_is_group_in(enum table_part part, const char *path)
{
	struct table_cursor at = {0};

	while (table_next(&at, part))
		if (below(at.command->path, path))
			return true;
	return false;
}

bool table_is_group(const char *path)
{
	return table_is_group_in(TABLE_ALL, path);
}

const struct group *table_group(enum table_part part, const char *path)
{
	for (size_t i = 0; groups[i]; i++)
		if (in_part(groups[i], part) && !strcmp(groups[i]->path, path))
			return groups[i];
	return NULL;
}

const char *table_group_summary(const char *path)
{
	const struct group *group = table_group(TABLE_ACR, path);

	if (!group)
		group = table_group(TABLE_OUTSIDE, path);
	return group ? group->summary : NULL;
}

static struct table_child *child_of(struct table_children *children, const char *path, size_t length)
{
	for (size_t i = 0; i < children->count; i++)
		if (strlen(children->list[i].path) == length && !strncmp(children->list[i].path, path, length))
			return &children->list[i];
	children->list = acr_realloc_array(children->list, children->count + 1, sizeof(*children->list));
	struct table_child *child = &children->list[children->count++];
	*child = (struct table_child){.path = acr_strndup(path, length), .hidden = true};
	return child;
}

static int by_word(const void *a, const void *b)
{
	return strcmp(((const struct table_child *)a)->word, ((const struct table_child *)b)->word);
}

void table_children(enum table_part part, const char *path, struct table_children *ret)
{
	struct table_cursor at = {0};

	*ret = (struct table_children){0};
	while (table_next(&at, part)) {
		const char *word = below(at.command->path, path);
		if (!word)
			continue;
		size_t skipped = (size_t)(word - at.command->path);
		const char *end = word + strcspn(word, " ");
		struct table_child *child = child_of(ret, at.command->path, (size_t)(end - at.command->path));
		child->word = child->path + skipped;
		child->hidden = child->hidden && at.command->flags & CMD_HIDDEN;
		if (*end) {
			child->group = table_group(part, child->path);
		} else if (!child->command) {
			child->command = at.command;
			child->group = at.group;
		}
	}
	if (ret->count)
		qsort(ret->list, ret->count, sizeof(*ret->list), by_word);
}

void table_children_clear(struct table_children *children)
{
	for (size_t i = 0; i < children->count; i++)
		free(children->list[i].path);
	free(children->list);
	*children = (struct table_children){0};
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Longer words are nobody's typing slip. */
#define LONGEST_WORD 63

/* Edits (insert, drop, change, swap two neighbours) that turn one word into the other. */
static size_t distance(const char *a, const char *b)
{
	size_t length_a = strlen(a), length_b = strlen(b);
	size_t rows[3][LONGEST_WORD + 1];

	if (length_a > LONGEST_WORD || length_b > LONGEST_WORD)
		return SIZE_MAX / 2;
	for (size_t j = 0; j <= length_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= length_a; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= length_b; j++) {
			row[j] = least(least(row[j - 1], above[j]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[length_a % 3][length_b];
}

const char *table_nearest(const char *word, const char *const *candidates, size_t count)
{
	const char *nearest = NULL;
	size_t length = strlen(word), best = length / 3 > 2 ? length / 3 : 2;

	for (size_t i = 0; i < count; i++) {
		size_t edits = distance(word, candidates[i]);
		/* Few edits make any short word out of any other. */
		if (edits * 2 > length || edits > best || (nearest && edits == best))
			continue;
		nearest = candidates[i];
		best = edits;
	}
	return nearest;
}
