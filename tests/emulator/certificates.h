/* The files of the emulator's certificates. */
#ifndef CERTIFICATES_H
#define CERTIFICATES_H

#include <acr/error.h>

struct certificate_paths {
	const char *authority, *authority_key; /* the emulator's CA */
	const char *server, *server_key;       /* what the listeners show: certificate and CA, PEM */
	const char *bundle;                    /* the CA and the system's roots */
};
/* Make what is missing or about to end; the bundle is written anew each time, as the system's roots change. */
int certificates_ensure(const struct certificate_paths *paths, struct acr_error *error) ACR_MUST_CHECK;

#endif
