/* A build context: a folder seen through its ignore file, as a tar.gz stream. */
#ifndef ACR_SOURCE_H
#define ACR_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "error.h"
#include "json.h"

/* Bytes on demand. */
struct acr_source {
	/* Up to `size` bytes; 0 at the end, negative code on failure (then final). */
	ssize_t (*read)(struct acr_source *source, void *bytes, size_t size, struct acr_error *error);
	/* Whether read() would return at once; NULL: always. */
	bool (*ready)(struct acr_source *source);
	/* Begin anew: the same bytes once more. NULL: cannot be done. */
	int (*rewind)(struct acr_source *source, struct acr_error *error);
	void (*free)(struct acr_source *source);
};
/* End the stream, read to its end or not. */
void acr_source_free(struct acr_source *source);

struct acr_context_options {
	const char *folder;
	const char *dockerfile;       /* path of the file packed as `dockerfile_entry`; NULL = none */
	const char *dockerfile_entry; /* its name in the archive, instead of what has it: "<32 hex>_Dockerfile" */
	bool docker_ignore;           /* read the ignore file */
	bool include_vcs;             /* keep .git and its like */
	/* Something the user should know ("Excluding '.git' …"); may be NULL. The callbacks are called by
	 * acr_context_list() and by reading the archive, in the thread that does that. */
	void (*warn)(void *user, const char *line);
	/* Progress: entries and bytes of file contents so far; may be NULL. */
	void (*progress)(void *user, uint64_t entries, uint64_t bytes);
	/* All is packed, and the end of it not read yet: acr_context_totals() and acr_context_largest() are final. May
	 * be NULL. */
	void (*packed)(void *user);
	void *user;
};

struct acr_context;
/* Read the ignore file and check that the folder and the Dockerfile can be read; nothing is opened beyond that. The
 * options' strings are copied. */
int acr_context_open(const struct acr_context_options *options, struct acr_context **ret,
		     struct acr_error *error) ACR_MUST_CHECK;
/* Free it, after its archive. */
void acr_context_free(struct acr_context *context);
/* Call `entry` for each entry in archive order (folders before what is in them, names sorted by bytes). `type` is
 * 'f', 'd' or 'l'. Returning other than 0 from `entry` stops and is returned. */
int acr_context_list(struct acr_context *context,
		     int (*entry)(void *user, const char *path, char type, uint64_t size, unsigned mode), void *user,
		     struct acr_error *error) ACR_MUST_CHECK;
/* The context as tar (pax) in gzip, made by threads of its own while it is read. Its tar is the same, byte for byte,
 * whenever the tree is; so is the gzip as long as it is read as fast as it is made. When it is read more slowly it is
 * compressed harder, as far as time permits. That nothing is left to pack is an error. A file that vanishes or changes
 * (size, time) meanwhile is an error that names it. The context must outlive the source. */
int acr_context_archive(struct acr_context *context, struct acr_source **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Call `differs` for each file or link that az would send and we do not (`az_sends`), or the other way round, in no order:
 * az reads ignore files in its own way. A folder that is ignored is not looked into; its path ends in a slash.
 * `dockerfile` is the Dockerfile's name without folders, "" for runs, which have none. Returning other than 0 from
 * `differs` stops and is returned. ACR_ERROR_FORMAT says at which rule az itself would stop. */
int acr_context_compare_az(struct acr_context *context, const char *dockerfile,
                           int (*differs)(void *user, const char *path, bool az_sends), void *user,
                           struct acr_error *error) ACR_MUST_CHECK;
/* Bytes of file contents and entries packed so far. */
void acr_context_totals(const struct acr_context *context, uint64_t *entries, uint64_t *bytes);

#define ACR_CONTEXT_LARGEST 10
struct acr_context_file {
	const char *path; /* lent until the context's next archive, list or end */
	uint64_t size;
};
/* The largest files that were packed, largest first; returns how many. For the thread that reads the archive, from
 * packed() on. */
size_t acr_context_largest(const struct acr_context *context, struct acr_context_file ret[ACR_CONTEXT_LARGEST]);

#endif
