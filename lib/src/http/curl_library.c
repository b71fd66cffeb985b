/* Load libcurl and find its functions. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include "http/curl_library.h"

#define LIBRARY "libcurl.so.4"
#define PACKAGES "install the package libcurl4 (Debian, Ubuntu) or libcurl (Fedora, Red Hat, Alpine, SUSE)"
/* 7.85.0 brought CURLOPT_PROTOCOLS_STR. */
#define OLDEST_VERSION 0x075500

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct acr_curl loaded;
static bool is_loaded;

static int find_functions(void *library, struct acr_curl *curl, struct acr_error *error)
{
	/* The address goes in as bytes because C has no cast from an object pointer to a function pointer. */
#define FIND(name) {"curl_" #name, &curl->name},
	const struct {
		const char *name;
		void *place;
	} functions[] = {ACR_CURL_FUNCTIONS(FIND)};
#undef FIND
	for (size_t i = 0; i < ACR_COUNT(functions); i++) {
		void *address = dlsym(library, functions[i].name);
		if (!address) {
			return acr_fail(error, ACR_ERROR_GENERAL, "cannot use " LIBRARY ": it has no %s; " PACKAGES,
					functions[i].name);
		}
		memcpy(functions[i].place, &address, sizeof(address));
	}
	return 0;
}

static int load(struct acr_curl *curl, struct acr_error *error)
{
	void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	if (!library) {
		return acr_fail(error, ACR_ERROR_GENERAL, "cannot load " LIBRARY " (%s); " PACKAGES, dlerror());
	}
	int code = find_functions(library, curl, error);
	if (code < 0) {
		return code;
	}
	CURLcode result = curl->global_init(CURL_GLOBAL_DEFAULT);
	if (result != CURLE_OK) {
		return acr_fail(error, ACR_ERROR_GENERAL, "cannot start libcurl: %s", curl->easy_strerror(result));
	}
	curl->version = curl->version_info(CURLVERSION_NOW);
	if (curl->version->version_num < OLDEST_VERSION || !(curl->version->features & CURL_VERSION_SSL)) {
		return acr_fail(error, ACR_ERROR_GENERAL,
				"cannot use " LIBRARY
				": version %s is too old or lacks TLS (7.85.0 with TLS is needed)",
				curl->version->version);
	}
	return 0;
}

int acr_curl_load(const struct acr_curl **ret, struct acr_error *error)
{
	int code = 0;
	pthread_mutex_lock(&lock);
	if (!is_loaded) {
		code = load(&loaded, error);
		is_loaded = code == 0;
	}
	pthread_mutex_unlock(&lock);
	if (code == 0) {
		*ret = &loaded;
	}
	return code;
}
