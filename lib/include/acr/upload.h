/* Upload a stream to blob storage through a signed URL. */
#ifndef ACR_UPLOAD_H
#define ACR_UPLOAD_H

#include "source.h"
#include "transport.h"

struct acr_upload_options {
	size_t block_size; /* 0 = 2 MiB */
	unsigned parallel; /* blocks in flight; 0 = 4 */
	/* Bytes accepted by the service so far; may be NULL. Goes back to 0 when the upload has to begin anew. */
	void (*progress)(void *user, uint64_t bytes);
	/* The URL was refused (403): it has expired. *url gets a new one (yours before, freed by the upload). May be
	 * NULL: then a 403 is an error, as it is when a new URL is refused before anything was accepted. */
	int (*renew)(void *user, char **url, struct acr_error *error);
	void *user;
};
/* Send everything `source` yields: as one Put Blob when it fits one block, else as Put Block, several at a time, and
 * one Put Block List (https://learn.microsoft.com/rest/api/storageservices/put-block). As soon as a block is accepted
 * the next one follows; a block that fails is repeated alone, as far as the transport repeats. A new URL for the same
 * blob goes on where the old one was refused; one for another blob begins anew, which takes a source that can
 * rewind(). Memory is bounded by block_size times one and a half of parallel. *total gets the number of bytes sent.
 * Nothing is committed when reading fails. */
int acr_upload(struct acr_transport *transport, const char *url, struct acr_source *source,
	       const struct acr_upload_options *options, uint64_t *total, struct acr_error *error) ACR_MUST_CHECK;

#endif
