/* zlib, loaded when a slow link makes it worth while; ISA-L alone will do where it is missing. */
#ifndef ACR_SOURCE_ZLIB_LIBRARY_H
#define ACR_SOURCE_ZLIB_LIBRARY_H

#include <zlib.h>

struct acr_zlib {
	__typeof__(&deflateInit2_) deflateInit2_;
	__typeof__(&deflateReset) deflateReset;
	__typeof__(&deflateSetDictionary) deflateSetDictionary;
	__typeof__(&deflate) deflate;
	__typeof__(&deflateEnd) deflateEnd;
};

/* The library, for the life of the process; NULL when it is not there. */
const struct acr_zlib *acr_zlib_library(void);

#endif
