/* Small files: read whole, replace at once, lock. Paths are UTF-8 byte strings as the system has them. */
#ifndef ACR_FILE_H
#define ACR_FILE_H

#include <stdbool.h>
#include <sys/types.h>
#include "buf.h"
#include "error.h"

/* Append the whole file to `out` ("-" reads standard input). A file larger than the buffer's cap is
 * ACR_ERROR_LIMIT. ACR_ERROR_FILE names the path and the reason. */
int acr_file_read(const char *path, struct acr_buf *out, struct acr_error *error) ACR_MUST_CHECK;
/* Where a path leads when it is a symbolic link, also to a file that does not exist yet; yours to free(). */
int acr_file_target(const char *path, char **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Remove the temporary files that killed writers of this file (not a link to it) left in its folder. For whoever holds
 * its lock: nobody may be writing it. */
void acr_file_tidy(const char *path);
/* Replace the file's contents in one step: a temporary file in the same folder, fsync, rename. Readers see the old
 * or the new contents, never a part, also when the process is killed. A new file gets `mode`; an existing one keeps
 * its owner's permission bits where that is narrower. A symbolic link is followed, not replaced. */
int acr_file_replace(const char *path, const void *bytes, size_t length, mode_t mode, struct acr_error *error)
	ACR_MUST_CHECK;
/* Make the folder and its parents, mode 0700 for those that are made. Existing ones are left alone. */
int acr_folder_make(const char *path, struct acr_error *error) ACR_MUST_CHECK;
/* Take an exclusive lock on `path` (created 0600 when absent; the file holds nothing), waiting at most
 * `timeout_ms`. Returns a descriptor to hand to acr_file_unlock(), or a negative code (ACR_ERROR_TIMEOUT when
 * somebody else kept it). The lock ends with the process. */
int acr_file_lock(const char *path, int timeout_ms, struct acr_error *error) ACR_MUST_CHECK;
/* End the lock; a negative descriptor does nothing. */
void acr_file_unlock(int descriptor);
/* "folder/name", yours to free(). */
char *acr_path_join(const char *folder, const char *name);

#endif
