/* The list of all groups of commands, and finding a command in it. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stddef.h>
#include "spec.h"

extern const struct group *const command_groups[]; /* ended by NULL */

/* The command whose path is exactly `path`, or NULL. `group` (may be NULL) gets its group. */
const struct command *table_find(const char *path, const struct group **group);
/* Whether `path` is the name of a group, or a beginning of one ("task" of "task timer"). */
bool table_is_group(const char *path);
/* The summary of a group by its path; NULL when it has none of its own. */
const char *table_group_summary(const char *path);
/* Of `count` candidates the one a typing slip away from `word` (edit distance at most 2, or a third of its length),
 * or NULL. */
const char *table_nearest(const char *word, const char *const *candidates, size_t count);

#endif
