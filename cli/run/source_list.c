/* --dry-run: what would be packed, and where az would pack something else. */
#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "run/schedule.h"

/* Paths that are named when there is a difference. */
#define NAMED 10

struct listing {
	struct acr_json *list;
	const char *skip; /* the Dockerfile's copy, which is no part of the context */
	uint64_t bytes;
	struct acr_context_file largest[ACR_CONTEXT_LARGEST]; /* their paths belong to the list */
	size_t count;
};

/* Keep the file among the largest, if it is. */
static void note_size(struct listing *listing, const char *path, uint64_t size)
{
	size_t at = listing->count;

	while (at && listing->largest[at - 1].size < size)
		at--;
	if (at == ACR_CONTEXT_LARGEST)
		return;
	if (listing->count < ACR_CONTEXT_LARGEST)
		listing->count++;
	memmove(&listing->largest[at + 1], &listing->largest[at],
		(listing->count - at - 1) * sizeof(listing->largest[0]));
	listing->largest[at] = (struct acr_context_file){.path = path, .size = size};
}

static int add_entry(void *user, const char *path, char type, uint64_t size, unsigned mode)
{
	struct listing *listing = user;
	struct acr_json *item;
	ACR_AUTO_FREE char *octal = acr_format("%04o", mode & 07777);

	if (listing->skip && !strcmp(path, listing->skip))
		return 0;
	item = acr_json_new_object();
	acr_json_set_str(item, "path", path);
	acr_json_set_str(item, "type", type == 'd' ? "folder" : type == 'l' ? "link" : "file");
	acr_json_set_num(item, "size", (double)size);
	acr_json_set_str(item, "mode", octal);
	acr_json_append(listing->list, item);
	listing->bytes += size;
	if (type == 'f')
		note_size(listing, acr_json_str(item, "/path"), size);
	return 0;
}

/* One side of the comparison with az: how many paths, and the first of them by name. */
struct side {
	size_t count;
	char *names[NAMED];
};

static int add_difference(void *user, const char *path, bool az_sends)
{
	struct side *side = (struct side *)user + az_sends;
	size_t at = side->count < NAMED ? side->count : NAMED;

	side->count++;
	while (at && strcmp(side->names[at - 1], path) > 0)
		at--;
	if (at == NAMED)
		return 0;
	free(side->names[NAMED - 1]);
	memmove(&side->names[at + 1], &side->names[at], (NAMED - 1 - at) * sizeof(side->names[0]));
	side->names[at] = acr_strdup(path);
	return 0;
}

static void tell_side(struct context *context, const struct side *side, const char *what)
{
	ACR_AUTO(acr_buf) names = ACR_BUF_INIT;

	for (size_t i = 0; i < NAMED && side->names[i]; i++)
		acr_buf_printf(&names, "%s%s", i ? ", " : "", side->names[i]);
	if (side->count)
		io_note(context->io, "az acr would %s %zu %s: %s%s", what, side->count,
			side->count == 1 ? "entry" : "entries", acr_buf_str(&names), side->count > NAMED ? ", …" : "");
}

static int compare_with_az(struct context *context, struct acr_context *source, const char *dockerfile_name,
			   struct acr_error *error)
{
	struct side sides[2] = {{0}};
	ACR_AUTO(acr_error) problem = ACR_ERROR_INIT;
	int rc = acr_context_compare_az(source, dockerfile_name, add_difference, sides, &problem);

	if (rc == ACR_ERROR_FORMAT) {
		io_note(context->io, "%s", problem.message);
		rc = 0;
	} else if (rc < 0) {
		acr_error_move(error, &problem);
	} else {
		tell_side(context, &sides[true], "also send");
		tell_side(context, &sides[false], "leave out");
	}
	for (size_t i = 0; i < NAMED; i++) {
		free(sides[0].names[i]);
		free(sides[1].names[i]);
	}
	return rc;
}

int source_list(struct context *context, const char *folder, const char *dockerfile, const char *dockerfile_name,
		const char *entry, struct acr_json **ret, struct acr_error *error)
{
	static const struct column columns[] = {
		{.header = "Path", .path = "path"},
		{.header = "Type", .path = "type"},
		{.header = "Size", .path = "size"},
		{.header = "Mode", .path = "mode"},
		{0},
	};
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	struct listing listing = {.list = list, .skip = entry};
	ACR_AUTO_FREE char *size = NULL;
	struct acr_context *source;
	int rc = source_open(context, folder, dockerfile, entry, &source, error);

	if (rc < 0)
		return rc;
	if ((rc = acr_context_list(source, add_entry, &listing, error)) == 0)
		rc = compare_with_az(context, source, dockerfile_name, error);
	acr_context_free(source);
	if (rc < 0)
		return rc;
	size = progress_size(listing.bytes);
	io_note(context->io, "%zu %s, %s in files", acr_json_size(list), acr_json_size(list) == 1 ? "entry" : "entries",
		size);
	source_name_largest(context, listing.bytes, listing.largest, listing.count);
	context->columns = columns;
	*ret = TAKE(list);
	return 0;
}
