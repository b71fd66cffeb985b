/* Everything in a folder that its ignore rules leave, in archive order: a folder before what is in it, names sorted
 * by their bytes. A folder that nothing can be re-included from is not opened. Memory: the names of one folder for
 * each level. */
#ifndef ACR_SOURCE_WALK_H
#define ACR_SOURCE_WALK_H

#include <stdbool.h>
#include <sys/stat.h>
#include <acr/error.h>
#include "ignore.h"

/* Lent for the time of the call. */
struct acr_walk_entry {
	const char *path;        /* from the root of the walk, no slash at the end */
	const char *name;        /* its last part */
	int folder;              /* descriptor of the folder that `name` is in */
	const struct stat *stat; /* a file, a folder or a symbolic link; links are not followed */
	const char *target;      /* of a symbolic link, else NULL */
};

struct acr_walk {
	const struct acr_ignore *ignore;
	/* Return 0 to go on, a positive number to stop, a negative code with the error set. */
	int (*visit)(void *user, const struct acr_walk_entry *entry, struct acr_error *error);
	/* A name that is ignored with all that may be below it, in any order; may be NULL. */
	void (*ignored)(void *user, const char *path, bool folder);
	/* A line the user should read; may be NULL. */
	void (*notice)(void *user, const char *line);
	/* Asked now and then; true stops as visit() does. May be NULL. */
	bool (*stopped)(void *user);
	void *user;
};

/* Walk through the folder open as `root` (not closed). Returns 0, or what visit() returned when that was not 0. */
int acr_walk(const struct acr_walk *walk, int root, struct acr_error *error) ACR_MUST_CHECK;

#endif
