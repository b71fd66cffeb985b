/* Why a server's certificate was refused: libcurl tells the reason, not whose certificate it was. */
#ifndef ACR_HTTP_CERTIFICATE_H
#define ACR_HTTP_CERTIFICATE_H

#include <acr/buf.h>

/* The certificate looked at last; without a reason it was not refused here, but its name may be wrong. */
struct acr_refused_certificate {
	char *reason;   /* "self-signed certificate in certificate chain" */
	char *subject;  /* "CN=host" */
	char *issuer;   /* "CN=Company Proxy CA,O=Company" */
	bool untrusted; /* no trusted certificate stands behind it */
	bool untimely;  /* it, or one behind it, is not valid yet or no more */
};

/* Have the verification of certificates by this SSL_CTX (as CURLOPT_SSL_CTX_FUNCTION gets it) noted in `refused`,
 * which must outlive the connections. The verification itself stays OpenSSL's. */
void acr_certificate_watch(void *ssl_ctx, struct acr_refused_certificate *refused);
void acr_refused_certificate_clear(struct acr_refused_certificate *refused);

#endif
