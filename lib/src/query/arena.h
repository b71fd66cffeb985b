/* Memory that is freed all at once: the nodes of a query, the values of an evaluation. */
#ifndef QUERY_ARENA_H
#define QUERY_ARENA_H

#include <stddef.h>

struct arena_chunk;
struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t used, size;          /* of the newest chunk */
};

/* Zeroed memory, aligned for any type, valid until arena_clear(). */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));
char *arena_copy(struct arena *arena, const char *text, size_t length);
/* An array with room for at least one item more than `count`: `items` itself as long as that fits, else a copy twice
 * as large. Start with NULL, 0, and call it before every item added. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t item_size);
void arena_clear(struct arena *arena);

#endif
