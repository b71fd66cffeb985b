/* The regions. */
#ifndef ARM_LOCATIONS_H
#define ARM_LOCATIONS_H

#include <stdbool.h>
#include <acr/json.h>

/* "West US" → "westus", yours to free(). */
char *location_normalize(const char *text);
/* Whether two texts name the same region. */
bool location_same(const char *a, const char *b);
/* Whether there is a region of that (normalized) name. */
bool location_known(const char *name);
/* All names, joined with commas, yours to free(). */
char *location_names(void);
/* The regions as the subscription's location list shows them. */
struct acr_json *location_list(void);

#endif
