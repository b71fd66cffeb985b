/* Loads libarchive. */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include "archive_library.h"

#define LIBRARY "libarchive.so.13"

static struct acr_archive_library library;
static char *failure; /* why it could not be loaded; NULL when it was */

static void load(void)
{
	static const struct {
		const char *name;
		void *function; /* the member to fill */
	} functions[] = {
#define ACR_ARCHIVE_ROW(name) {#name, &library.name},
		ACR_ARCHIVE_FUNCTIONS(ACR_ARCHIVE_ROW)
#undef ACR_ARCHIVE_ROW
	};
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; handle && i < ACR_COUNT(functions) && !failure; i++) {
		void *address = dlsym(handle, functions[i].name);
		if (!address) {
			failure = acr_format("%s", dlerror());
		}
		memcpy(functions[i].function, &address, sizeof(address));
	}
	if (!handle) {
		failure = acr_format("%s", dlerror());
	}
}

int acr_archive_library(const struct acr_archive_library **ret, struct acr_error *error)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	if (failure) {
		return acr_fail(error, ACR_ERROR_GENERAL,
				"a build context cannot be packed without libarchive (%s). Install the package "
				"libarchive13 (Debian, Ubuntu) or libarchive (Fedora, Alpine, Arch).",
				failure);
	}
	*ret = &library;
	return 0;
}
