/* The gzip stage, on ISA-L. */
#include <stdlib.h>
#include <isa-l/igzip_lib.h>
#include "context.h"

/* Measured on a folder of 50,000 files and 1.3 GB: level 1 and 2 take the same time, 2 packs 2 % tighter, 3 takes
 * half as long again for another 6 %. */
#define LEVEL 2
#define LEVEL_BUFFER ISAL_DEF_LVL2_DEFAULT

/* Compress what the stream was given; false when nobody wants more. */
static bool deflate(struct isal_zstream *stream, struct acr_pipe *to, struct acr_error *error)
{
	do {
		size_t room;
		stream->next_out = acr_pipe_room(to, &room);
		if (!stream->next_out) {
			return false;
		}
		stream->avail_out = (uint32_t)room;
		int result = isal_deflate(stream);
		if (result != COMP_OK) {
			acr_fail(error, ACR_ERROR_GENERAL, "the context cannot be compressed (ISA-L error %d)", result);
			return false;
		}
		acr_pipe_filled(to, room - stream->avail_out);
	} while (stream->avail_out == 0);
	return true;
}

void acr_gzip_run(struct acr_gzip_stage *stage)
{
	struct acr_error error = ACR_ERROR_INIT;
	struct isal_zstream *stream = acr_alloc(sizeof(*stream));
	isal_deflate_init(stream);
	stream->gzip_flag = IGZIP_GZIP;
	stream->level = LEVEL;
	stream->level_buf_size = LEVEL_BUFFER;
	stream->level_buf = acr_alloc(LEVEL_BUFFER);
	const void *bytes = NULL;
	ssize_t length = 0;
	bool wanted = true;
	while (wanted && (length = acr_pipe_next(stage->from, &bytes, &error)) > 0) {
		stream->next_in = (uint8_t *)(uintptr_t)bytes;
		stream->avail_in = (uint32_t)length;
		wanted = deflate(stream, stage->to, &error);
	}
	if (wanted && length == 0) {
		stream->avail_in = 0;
		stream->end_of_stream = 1;
		deflate(stream, stage->to, &error);
	}
	free(stream->level_buf);
	free(stream);
	acr_pipe_end(stage->to, &error);
}
