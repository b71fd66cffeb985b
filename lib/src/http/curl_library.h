/* libcurl, loaded when it is first needed: starting it costs milliseconds and megabytes that a command without a
 * request does not pay. */
#ifndef ACR_HTTP_CURL_LIBRARY_H
#define ACR_HTTP_CURL_LIBRARY_H

/* libcurl's argument checks are macros around its function names; through pointers they cannot be used. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <acr/error.h>

/* The functions we use, without the prefix "curl_". */
#define ACR_CURL_FUNCTIONS(X)                                                                                          \
	X(global_init)                                                                                                 \
	X(version_info)                                                                                                \
	X(easy_init)                                                                                                   \
	X(easy_setopt)                                                                                                 \
	X(easy_getinfo)                                                                                                \
	X(easy_strerror)                                                                                               \
	X(easy_cleanup)                                                                                                \
	X(slist_append)                                                                                                \
	X(slist_free_all)                                                                                              \
	X(multi_init)                                                                                                  \
	X(multi_setopt)                                                                                                \
	X(multi_add_handle)                                                                                            \
	X(multi_remove_handle)                                                                                         \
	X(multi_perform)                                                                                               \
	X(multi_poll)                                                                                                  \
	X(multi_info_read)                                                                                             \
	X(multi_strerror)                                                                                              \
	X(multi_cleanup)                                                                                               \
	X(share_init)                                                                                                  \
	X(share_setopt)                                                                                                \
	X(share_cleanup)

struct acr_curl {
#define ACR_CURL_MEMBER(name) __typeof__(curl_##name) *name;
	ACR_CURL_FUNCTIONS(ACR_CURL_MEMBER)
#undef ACR_CURL_MEMBER
	const curl_version_info_data *version;
};

/* Load libcurl, once for the process. *ret stays valid until the process ends. */
int acr_curl_load(const struct acr_curl **ret, struct acr_error *error) ACR_MUST_CHECK;

#endif
