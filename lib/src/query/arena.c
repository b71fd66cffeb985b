/* Memory that is freed all at once. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <acr/mem.h>
#include "query/arena.h"

#define FIRST_CHUNK ((size_t)1 << 10)
#define LARGEST_CHUNK ((size_t)1 << 20)

struct arena_chunk {
	struct arena_chunk *next;
	max_align_t bytes[];
};

static void add_chunk(struct arena *arena, size_t at_least)
{
	size_t size = !arena->size ? FIRST_CHUNK : arena->size < LARGEST_CHUNK ? arena->size * 2 : LARGEST_CHUNK;
	size = size < at_least ? at_least : size;
	struct arena_chunk *chunk = acr_alloc(sizeof(*chunk) + size);
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	arena->size = size;
	arena->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t step = _Alignof(max_align_t);
	size_t rounded = (size + step - 1) / step * step;
	if (rounded < size) {
		acr_oom();
	}
	if (!arena->chunks || arena->size - arena->used < rounded) {
		add_chunk(arena, rounded);
	}
	void *memory = (char *)arena->chunks->bytes + arena->used;
	arena->used += rounded;
	return memory;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);
	memcpy(copy, text, length);
	return copy;
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t item_size)
{
	bool full = count == 0 || (count >= 4 && (count & (count - 1)) == 0);
	if (!full) {
		return items;
	}
	size_t room = count ? count * 2 : 4;
	if (room > (size_t)-1 / item_size) {
		acr_oom();
	}
	void *larger = arena_alloc(arena, room * item_size);
	if (count) {
		memcpy(larger, items, count * item_size);
	}
	return larger;
}

void arena_clear(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *next = arena->chunks->next;
		free(arena->chunks);
		arena->chunks = next;
	}
	*arena = (struct arena){0};
}
