/* ARM resource ids as text. */
#ifndef RESOURCE_ID_H
#define RESOURCE_ID_H

/* "…/providers/Microsoft.X/a/1/b/2" → "Microsoft.X/a/b" (also of a collection, which has no last name); without a
 * provider "Microsoft.Resources/" and the last kind: "/subscriptions/S/resourceGroups/G" →
 * "Microsoft.Resources/resourceGroups". Yours to free(). */
char *resource_type(const char *id);
/* "Microsoft.X/a/1/b/2": the id behind its last provider, as messages name it. NULL without a provider. Yours to
 * free(). */
char *resource_path(const char *id);
/* The part of an id up to and including a segment pair ("resourceGroups" + its value), yours to free(); NULL when it
 * has none. Names compare without case. */
char *resource_up_to(const char *id, const char *segment);
/* The value behind a segment ("resourceGroups" → the group's name), yours to free(); NULL when it has none. */
char *resource_part(const char *id, const char *segment);
/* The id without its last type and name: the parent of a nested resource. Yours to free(). */
char *resource_parent(const char *id);
/* What stands behind the last slash. */
const char *resource_name(const char *id);

#endif
