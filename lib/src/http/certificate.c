/* Note subject and issuer of certificates that OpenSSL refuses. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include "http/certificate.h"

static char *name_text(const X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	if (!memory || X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253) < 0) {
		acr_oom();
	}
	long length = BIO_get_mem_data(memory, &bytes);
	char *text = acr_strndup(bytes ? bytes : "", length > 0 ? (size_t)length : 0);
	BIO_free(memory);
	return text;
}

static bool is_matter_of_trust(int reason)
{
	return reason == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	       reason == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       reason == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	       reason == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || reason == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
}

static int verify(X509_STORE_CTX *context, void *user)
{
	struct acr_refused_certificate *refused = user;
	acr_refused_certificate_clear(refused);
	bool valid = X509_verify_cert(context) > 0;
	const X509 *certificate = valid ? X509_STORE_CTX_get0_cert(context) : X509_STORE_CTX_get_current_cert(context);
	if (!valid) {
		int reason = X509_STORE_CTX_get_error(context);
		refused->reason = acr_strdup(X509_verify_cert_error_string(reason));
		refused->untrusted = is_matter_of_trust(reason);
		refused->untimely = reason == X509_V_ERR_CERT_HAS_EXPIRED || reason == X509_V_ERR_CERT_NOT_YET_VALID;
	}
	if (certificate) {
		refused->subject = name_text(X509_get_subject_name(certificate));
		refused->issuer = name_text(X509_get_issuer_name(certificate));
	}
	return valid;
}

void acr_certificate_watch(void *ssl_ctx, struct acr_refused_certificate *refused)
{
	__typeof__(SSL_CTX_set_cert_verify_callback) *set_callback = NULL;
	/* Not linked: it is there when libcurl brought it, and must be the one libcurl uses. */
	void *library = dlopen("libssl.so.3", RTLD_LAZY | RTLD_NOLOAD);
	void *address = library ? dlsym(library, "SSL_CTX_set_cert_verify_callback") : NULL;
	if (address) {
		memcpy(&set_callback, &address, sizeof(address));
		set_callback(ssl_ctx, verify, refused);
	}
	if (library) {
		dlclose(library); /* libcurl keeps it */
	}
}

void acr_refused_certificate_clear(struct acr_refused_certificate *refused)
{
	free(refused->reason);
	free(refused->subject);
	free(refused->issuer);
	*refused = (struct acr_refused_certificate){0};
}
