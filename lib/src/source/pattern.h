/* One pattern of an ignore file: compile it once, match paths many times.
 *
 * The language is Docker's: `*` and `?` stay within a path segment, "[a-z]" and "[^a-z]" are classes, a backslash
 * takes the next character literally, and "**" stands for any number of segments, none included. A pattern stands
 * for the whole path. */
#ifndef ACR_SOURCE_PATTERN_H
#define ACR_SOURCE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <acr/error.h>

struct acr_pattern_token;

/* Most patterns need no search at all; the kind says so. */
enum acr_pattern_kind {
	ACR_PATTERN_EXACT,   /* the text itself */
	ACR_PATTERN_PREFIX,  /* text, then "**" */
	ACR_PATTERN_SUFFIX,  /* "**", then text */
	ACR_PATTERN_GENERAL, /* tokens */
};

struct acr_pattern {
	char *text; /* the pattern; without its "**" for a prefix or suffix */
	size_t length;
	enum acr_pattern_kind kind;
	struct acr_pattern_token *tokens; /* of a general pattern */
	size_t token_count;
	size_t wildcards; /* tokens of variable length */
};

/* ACR_ERROR_FORMAT says what is malformed. */
int acr_pattern_compile(const char *text, struct acr_pattern *ret, struct acr_error *error) ACR_MUST_CHECK;
void acr_pattern_clear(struct acr_pattern *pattern);
bool acr_pattern_matches(const struct acr_pattern *pattern, const char *path, size_t length);
/* Whether the pattern could match anything below `folder`, whose `length` bytes end in a slash. Says yes when in
 * doubt. */
bool acr_pattern_reaches(const struct acr_pattern *pattern, const char *folder, size_t length);

#endif
