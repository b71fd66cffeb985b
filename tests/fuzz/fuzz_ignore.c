/* Ignore files: the first line of the input is a path, the rest the file. Besides memory faults it looks for a
 * folder that would be passed over although something in it is re-included. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <acr/error.h>
#include "source/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct acr_ignore *ignore, const char *path)
{
	int rule = ACR_IGNORE_NO_RULE;
	int passed_over = 0;
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t length = (size_t)(slash - path);
		rule = acr_ignore_last(ignore, path, length, rule);
		passed_over |= acr_ignore_excludes(ignore, rule) && !acr_ignore_reaches(ignore, path, length + 1, rule);
	}
	rule = acr_ignore_last(ignore, path, strlen(path), rule);
	if (passed_over && !acr_ignore_excludes(ignore, rule)) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size < 4096 ? memchr(data, '\n', size) : NULL;
	if (!end) {
		return 0;
	}
	ACR_AUTO_FREE char *path = acr_strndup((const char *)data, (size_t)(end - data));
	struct acr_ignore ignore = {0};
	struct acr_error error = ACR_ERROR_INIT;
	size_t length = size - (size_t)(end - data) - 1;
	if (acr_ignore_parse(&ignore, "fuzz", (const char *)end + 1, length, &error) == 0) {
		check(&ignore, path);
	}
	acr_error_clear(&error);
	acr_ignore_clear(&ignore);
	return 0;
}
