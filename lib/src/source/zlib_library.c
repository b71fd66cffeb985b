/* Loads zlib. */
#include "zlib_library.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <acr/mem.h>

#define LIBRARY "libz.so.1"

static struct acr_zlib library;
static bool complete;

static void load(void)
{
	static const struct {
		const char *name;
		void *function; /* the member to fill */
	} functions[] = {
		{"deflateInit2_", &library.deflateInit2_},
		{"deflateReset", &library.deflateReset},
		{"deflateSetDictionary", &library.deflateSetDictionary},
		{"deflate", &library.deflate},
		{"deflateEnd", &library.deflateEnd},
	};
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	complete = handle != NULL;
	for (size_t i = 0; i < ACR_COUNT(functions) && complete; i++) {
		void *address = dlsym(handle, functions[i].name);
		complete = address != NULL;
		memcpy(functions[i].function, &address, sizeof(address));
	}
}

const struct acr_zlib *acr_zlib_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load);
	return complete ? &library : NULL;
}
