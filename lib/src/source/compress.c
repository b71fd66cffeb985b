/* Deflates blocks: ISA-L where speed counts, zlib where size does. */
#include "compress.h"
#include <stdlib.h>
#include <string.h>
#include <acr/mem.h>
#include <isa-l/igzip_lib.h>
#include "zlib_library.h"

#define MAX_STORED 65535
#define STORED_HEADER 5
#define LEVEL_BUFFER ISAL_DEF_LVL3_DEFAULT
_Static_assert(ISAL_DEF_LVL2_DEFAULT <= LEVEL_BUFFER, "one buffer must do for both levels");

struct acr_compressor {
	struct isal_zstream *fast; /* made when first needed, as the others */
	uint8_t *fast_buffer;
	z_stream *tight;
	int tight_level;
};

/* A return value of 0 means that it did not fit, which happens to bytes that cannot be compressed. */

static size_t compress_fast(void *state, int level, const uint8_t *bytes, size_t before, size_t length, uint8_t *out,
			    size_t room)
{
	struct acr_compressor *compressor = state;
	if (!compressor->fast) {
		compressor->fast = acr_alloc(sizeof(*compressor->fast));
		compressor->fast_buffer = acr_alloc(LEVEL_BUFFER);
	}
	struct isal_zstream *stream = compressor->fast;
	isal_deflate_init(stream);
	stream->level = (uint32_t)level;
	stream->level_buf = compressor->fast_buffer;
	stream->level_buf_size = LEVEL_BUFFER;
	stream->flush = FULL_FLUSH;
	if (before &&
	    isal_deflate_set_dict(stream, (uint8_t *)(uintptr_t)bytes - before, (uint32_t)before) != COMP_OK) {
		return 0;
	}
	stream->next_in = (uint8_t *)(uintptr_t)bytes;
	stream->avail_in = (uint32_t)length;
	stream->next_out = out;
	stream->avail_out = (uint32_t)room;
	if (isal_deflate(stream) != COMP_OK || stream->avail_in || !stream->avail_out) {
		return 0;
	}
	return room - stream->avail_out;
}

static z_stream *tight_stream(struct acr_compressor *compressor, const struct acr_zlib *zlib, int level)
{
	if (compressor->tight && compressor->tight_level != level) {
		zlib->deflateEnd(compressor->tight);
		free(TAKE(compressor->tight));
	}
	if (!compressor->tight) {
		compressor->tight = acr_alloc(sizeof(*compressor->tight));
		compressor->tight_level = level;
		if (zlib->deflateInit2_(compressor->tight, level, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
					Z_DEFAULT_STRATEGY, ZLIB_VERSION, (int)sizeof(z_stream)) != Z_OK) {
			acr_oom();
		}
	} else {
		zlib->deflateReset(compressor->tight);
	}
	return compressor->tight;
}

static size_t compress_tight(void *state, int level, const uint8_t *bytes, size_t before, size_t length, uint8_t *out,
			     size_t room)
{
	const struct acr_zlib *zlib = acr_zlib_library();
	z_stream *stream = tight_stream(state, zlib, level);
	if (before) {
		zlib->deflateSetDictionary(stream, bytes - before, (unsigned)before);
	}
	stream->next_in = (uint8_t *)(uintptr_t)bytes;
	stream->avail_in = (unsigned)length;
	stream->next_out = out;
	stream->avail_out = (unsigned)room;
	if (zlib->deflate(stream, Z_FULL_FLUSH) != Z_OK || stream->avail_in || !stream->avail_out) {
		return 0;
	}
	return room - stream->avail_out;
}

/* ISA-L's levels 0 and 1 take as long as its level 2, zlib's 7 and 8 bring nothing over its 6. */
const struct acr_effort_row acr_efforts[] = {
	{2, 606, compress_fast}, {3, 331, compress_fast}, {5, 70, compress_tight},
	{6, 42, compress_tight}, {9, 11, compress_tight},
};
#define FAST_EFFORTS 2

int acr_effort_count(void)
{
	return acr_zlib_library() ? (int)ACR_COUNT(acr_efforts) : FAST_EFFORTS;
}

struct acr_compressor *acr_compressor_new(void)
{
	return acr_alloc(sizeof(struct acr_compressor));
}

void acr_compressor_free(struct acr_compressor *compressor)
{
	if (!compressor) {
		return;
	}
	if (compressor->tight) {
		acr_zlib_library()->deflateEnd(compressor->tight);
	}
	free(compressor->tight);
	free(compressor->fast);
	free(compressor->fast_buffer);
	free(compressor);
}

size_t acr_compress_bound(size_t length)
{
	return length + (length / MAX_STORED + 1) * STORED_HEADER;
}

/* The bytes themselves, in stored blocks. */
static size_t store(const uint8_t *bytes, size_t length, uint8_t *out)
{
	uint8_t *to = out;
	while (length) {
		size_t part = length < MAX_STORED ? length : MAX_STORED;
		const uint8_t header[STORED_HEADER] = {0, (uint8_t)part, (uint8_t)(part >> 8), (uint8_t)~part,
						       (uint8_t)(~part >> 8)};
		memcpy(to, header, STORED_HEADER);
		memcpy(to + STORED_HEADER, bytes, part);
		to += STORED_HEADER + part;
		bytes += part;
		length -= part;
	}
	return (size_t)(to - out);
}

size_t acr_compress(struct acr_compressor *compressor, int effort, const uint8_t *bytes, size_t before, size_t length,
		    uint8_t *out)
{
	const struct acr_effort_row *row = &acr_efforts[effort];
	if (!length) {
		return 0;
	}
	size_t packed = row->compress(compressor, row->level, bytes, before, length, out, acr_compress_bound(length));
	return packed ? packed : store(bytes, length, out);
}
