/* The rules of an ignore file. The last rule that matches a path or one of the folders it is in decides. */
#ifndef ACR_SOURCE_IGNORE_H
#define ACR_SOURCE_IGNORE_H

#include <stdbool.h>
#include <stddef.h>
#include <acr/error.h>

struct acr_ignore_rule;

struct acr_ignore {
	struct acr_ignore_rule *rules;
	size_t count;
	size_t builtin; /* the first so many were added by acr_ignore_add_builtin() */
};

#define ACR_IGNORE_NO_RULE (-1)

/* Rules that a file read afterwards can overrule: names in the root folder, ended by NULL. */
void acr_ignore_add_builtin(struct acr_ignore *ignore, const char *const *names);
/* Add the rules of an ignore file. A malformed pattern is ACR_ERROR_FORMAT with `name` and the line. */
int acr_ignore_parse(struct acr_ignore *ignore, const char *name, const char *text, size_t length,
		     struct acr_error *error) ACR_MUST_CHECK;
void acr_ignore_clear(struct acr_ignore *ignore);

/* The number of the last rule that matches `path` or, by `parent`, a folder it is in: `parent` is the result for the
 * folder (ACR_IGNORE_NO_RULE for what is in the root). */
int acr_ignore_last(const struct acr_ignore *ignore, const char *path, size_t length, int parent);
/* Whether that number means: ignored. */
bool acr_ignore_excludes(const struct acr_ignore *ignore, int rule);
/* Whether anything below an ignored folder could be re-included. `folder` is its path with a slash at the end
 * (`length` counts it), `rule` its number. */
bool acr_ignore_reaches(const struct acr_ignore *ignore, const char *folder, size_t length, int rule);

#endif
