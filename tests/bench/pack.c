/* Packs a folder as `acr build` does, and throws the archive away or uploads it: prints entries, bytes in and out,
 * seconds. */
#include <stdio.h>
#include <stdlib.h>
#include <acr/clock.h>
#include <acr/source.h>
#include <acr/upload.h>

#define READ_SIZE ((size_t)1 << 20)

static int throw_away(struct acr_source *source, uint64_t *total, struct acr_error *error)
{
	ACR_AUTO_FREE char *bytes = acr_alloc(READ_SIZE);
	ssize_t length;
	while ((length = source->read(source, bytes, READ_SIZE, error)) > 0) {
		*total += (uint64_t)length;
	}
	return (int)length;
}

static int upload(struct acr_source *source, const char *url, uint64_t *total, struct acr_error *error)
{
	const struct acr_curl_options options = {.user_agent = "acr-bench"};
	struct acr_transport *transport = acr_retry_new(acr_transport_curl(&options), NULL, NULL);
	int code = acr_upload(transport, url, source, NULL, total, error);
	acr_transport_free(transport);
	return code;
}

static int pack(const char *folder, const char *url, struct acr_error *error)
{
	const struct acr_context_options options = {.folder = folder, .docker_ignore = true};
	struct acr_context *context = NULL;
	struct acr_source *source = NULL;
	int64_t start = acr_clock_system.ticks(&acr_clock_system);
	uint64_t out = 0;
	int code = acr_context_open(&options, &context, error);
	code = code ? code : acr_context_archive(context, &source, error);
	if (code == 0) {
		code = url ? upload(source, url, &out, error) : throw_away(source, &out, error);
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
	if (argc != 2 && argc != 3) {
		fprintf(stderr, "usage: pack FOLDER [URL]\n");
		return 2;
	}
	if (pack(argv[1], argc == 3 ? argv[2] : NULL, &error) != 0) {
		fprintf(stderr, "pack: %s\n", error.message);
		acr_error_clear(&error);
		return 1;
	}
	return 0;
}
