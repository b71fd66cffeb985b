/* The list of all groups of commands, and finding a command in it. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include "spec.h"

extern const struct group *const command_groups[]; /* ended by NULL */

/* Read the groups from another list from now on; NULL goes back to command_groups. For tests. */
void table_use(const struct group *const *groups);

/* Commands of `acr` and those that az has beside it may have the same path ("login"). */
enum table_part {
	TABLE_ACR = 1,
	TABLE_OUTSIDE = 2,
	TABLE_ALL = 3, /* where both have the path, the one of `acr` */
};

/* Every command, in the order of the tables:
 *   struct table_cursor at = { 0 };
 *   while (table_next(&at, TABLE_ALL)) … at.group, at.command … */
struct table_cursor {
	const struct group *group;
	const struct command *command;
	size_t index;
};
bool table_next(struct table_cursor *at, enum table_part part);

/* The command whose path is exactly `path`, or NULL. `group` (may be NULL) gets its group. */
const struct command *table_find(const char *path, const struct group **group);
const struct command *table_find_in(enum table_part part, const char *path, const struct group **group);
/* The group of a command; NULL when it is in no table. */
const struct group *table_group_of(const struct command *command);
/* Whether `path` is the name of a group, or a beginning of one ("task" of "task timer"). */
bool table_is_group(const char *path);
bool table_is_group_in(enum table_part part, const char *path);
/* The group that has this very path; NULL when commands lie below it but no group has it. */
const struct group *table_group(enum table_part part, const char *path);
/* The summary of a group by its path; NULL when it has none of its own. */
const char *table_group_summary(const char *path);

/* What lies directly below a group: commands and groups, sorted by their word. */
struct table_child {
	char *path;                    /* "task timer" */
	const char *word;              /* "timer", a part of it */
	const struct command *command; /* NULL: a group */
	const struct group *group;     /* of the command, or itself; NULL for a group without a row of its own */
	bool hidden;                   /* not listed in help, or nothing listed below it */
};
struct table_children {
	struct table_child *list;
	size_t count;
};
void table_children(enum table_part part, const char *path, struct table_children *ret);
void table_children_clear(struct table_children *children);

/* Of `count` candidates the one a typing slip away from `word` (edit distance at most 2, or a third of its length, but
 * never more than half of it), or NULL. */
const char *table_nearest(const char *word, const char *const *candidates, size_t count);

#endif
