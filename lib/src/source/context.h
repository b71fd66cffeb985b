/* What the parts that make an archive share. */
#ifndef ACR_SOURCE_CONTEXT_H
#define ACR_SOURCE_CONTEXT_H

#include <stdatomic.h>
#include <acr/source.h>
#include "ignore.h"
#include "pipe.h"

struct acr_context {
	struct acr_context_options options; /* its strings are ours */
	int root;                           /* descriptor of the folder */
	struct acr_ignore ignore;
	_Atomic uint64_t entries, bytes; /* packed so far */
};

/* The stages of an archive; each runs in a thread of its own and ends `to`.
 * Folder → tar. Lines for the user go to `notice`, in that thread. */
struct acr_tar_stage {
	struct acr_context *context;
	struct acr_pipe *to;
	void (*notice)(void *user, const char *line);
	void *user;
};
void acr_tar_run(struct acr_tar_stage *stage);

/* Bytes → gzip, with neither a name nor a time in its header. */
struct acr_gzip_stage {
	struct acr_pipe *from, *to;
};
void acr_gzip_run(struct acr_gzip_stage *stage);

/* Whether az leaves out an entry of this name in the context's root. */
bool acr_context_is_version_control(const char *name);
/* Open the file packed as the Dockerfile; follows links. ACR_ERROR_GENERAL when there is none. */
int acr_context_open_dockerfile(const struct acr_context *context, struct acr_error *error) ACR_MUST_CHECK;

#endif
