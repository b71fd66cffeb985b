/* Blocks of bytes as pieces of one deflate stream (RFC 1951), with more or less effort. */
#ifndef ACR_SOURCE_COMPRESS_H
#define ACR_SOURCE_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

/* What a block may refer back to. */
#define ACR_COMPRESS_WINDOW ((size_t)32 * 1024)

/* An effort: the higher its number, the smaller and later the result. */
struct acr_effort_row {
	int level;
	unsigned speed; /* MB of source code a second and core, as measured: what counts is how they compare */
	size_t (*compress)(void *state, int level, const uint8_t *bytes, size_t before, size_t length, uint8_t *out,
			   size_t room);
};
extern const struct acr_effort_row acr_efforts[];
/* How many of them this machine has: the harder ones need zlib. */
int acr_effort_count(void);

/* What one thread needs to compress. */
struct acr_compressor;
struct acr_compressor *acr_compressor_new(void);
void acr_compressor_free(struct acr_compressor *compressor);

/* Room that the result of `length` bytes fits into. */
size_t acr_compress_bound(size_t length);
/* Compress `length` bytes, which stand behind `before` bytes (at most ACR_COMPRESS_WINDOW) of the same stream. The
 * result depends on these bytes and the effort alone, ends on a byte, and is never the last of its stream. Returns its
 * length. */
size_t acr_compress(struct acr_compressor *compressor, int effort, const uint8_t *bytes, size_t before, size_t length,
		    uint8_t *out);

#endif
