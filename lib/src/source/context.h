/* What the parts that make an archive share. */
#ifndef ACR_SOURCE_CONTEXT_H
#define ACR_SOURCE_CONTEXT_H

#include <stdatomic.h>
#include <acr/source.h>
#include "ignore.h"
#include "gzip.h"

struct acr_context {
	struct acr_context_options options; /* its strings are ours */
	int root;                           /* descriptor of the folder */
	struct acr_ignore ignore;
	_Atomic uint64_t entries, bytes; /* packed so far */
	/* Largest first. The thread that packs writes them, the one that reads looks at them when all is packed. */
	struct acr_context_file largest[ACR_CONTEXT_LARGEST];
	size_t largest_count;
};

/* A file was packed: remember it when it is one of the largest. */
void acr_context_note_file(struct acr_context *context, const char *path, uint64_t size);
/* Forget what was packed. */
void acr_context_reset(struct acr_context *context);

/* Folder → tar; runs in a thread of its own and ends `to`. Lines for the user go to `notice`, in that thread. */
struct acr_tar_stage {
	struct acr_context *context;
	struct acr_gzip *to;
	void (*notice)(void *user, const char *line);
	void *user;
};
void acr_tar_run(struct acr_tar_stage *stage);

/* Whether az leaves out an entry of this name in the context's root. */
bool acr_context_is_version_control(const char *name);
/* Whether an entry of the folder has the name under which the Dockerfile is packed; the Dockerfile stands in for it. */
bool acr_context_is_dockerfile(const struct acr_context *context, const char *path);
/* Open the file packed as the Dockerfile; follows links. ACR_ERROR_GENERAL when there is none. */
int acr_context_open_dockerfile(const struct acr_context *context, struct acr_error *error) ACR_MUST_CHECK;

#endif
