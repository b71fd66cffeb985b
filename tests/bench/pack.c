/* Packs a folder as `acr build` does and throws the archive away: prints entries, bytes in and out, seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <acr/clock.h>
#include <acr/source.h>

#define READ_SIZE ((size_t)1 << 20)

static int pack(const char *folder, struct acr_error *error)
{
	const struct acr_context_options options = {.folder = folder, .docker_ignore = true};
	struct acr_context *context = NULL;
	struct acr_source *source = NULL;
	ACR_AUTO_FREE char *bytes = acr_alloc(READ_SIZE);
	int64_t start = acr_clock_system.ticks(&acr_clock_system);
	int code = acr_context_open(&options, &context, error);
	code = code ? code : acr_context_archive(context, &source, error);
	uint64_t out = 0;
	for (ssize_t length = 1; code == 0 && length > 0;) {
		length = source->read(source, bytes, READ_SIZE, error);
		out += length > 0 ? (uint64_t)length : 0;
		code = length < 0 ? (int)length : 0;
	}
	if (code == 0) {
		uint64_t entries, in;
		acr_context_totals(context, &entries, &in);
		double seconds = (double)(acr_clock_system.ticks(&acr_clock_system) - start) / 1000;
		printf("%llu entries, %llu bytes in, %llu bytes out, %.3f s\n", (unsigned long long)entries,
		       (unsigned long long)in, (unsigned long long)out, seconds);
	}
	acr_source_free(source);
	acr_context_free(context);
	return code;
}

int main(int argc, char **argv)
{
	struct acr_error error = ACR_ERROR_INIT;
	if (argc != 2) {
		fprintf(stderr, "usage: pack FOLDER\n");
		return 2;
	}
	if (pack(argv[1], &error) != 0) {
		fprintf(stderr, "pack: %s\n", error.message);
		acr_error_clear(&error);
		return 1;
	}
	return 0;
}
