/* Keys and certificates of applications. */
#include <stdlib.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <acr/encode.h>
#include <acr/file.h>
#include <acr/timestamp.h>
#include "auth/client_key.h"

#define MAX_FILE ((size_t)1 << 20)
#define MAX_CHAIN 16

struct client_key {
	EVP_PKEY *key;
	X509 *certificate;
	STACK_OF(X509) * others;     /* certificates of the file besides that one */
	OSSL_LIB_CTX *old_ciphers;   /* what the above were read with, where today's ciphers were not enough */
	OSSL_PROVIDER *providers[2]; /* of that context */
};

void client_key_free(struct client_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->key);
	X509_free(key->certificate);
	sk_X509_pop_free(key->others, X509_free);
	for (size_t i = 0; i < ACR_COUNT(key->providers); i++) {
		if (key->providers[i])
			OSSL_PROVIDER_unload(key->providers[i]);
	}
	OSSL_LIB_CTX_free(key->old_ciphers);
	free(key);
}

/* ---- reading ---- */

/* A file to read from. */
struct source {
	const char *path, *password;
	struct acr_buf text;
};

static BIO *open_bio(const struct source *source)
{
	BIO *bio = BIO_new_mem_buf(acr_buf_str(&source->text), (int)source->text.length);

	if (!bio)
		acr_oom();
	return bio;
}

static int give_password(char *out, int size, int writing, void *user)
{
	const char *password = user;
	size_t length = password ? strlen(password) : 0;

	(void)writing;
	if (!length || length > (size_t)size)
		return -1;
	memcpy(out, password, length);
	return (int)length;
}

static int wrong_password(const struct source *source, struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_AUTH,
			source->password ? "the password for the certificate file '%s' is wrong"
					 : "the certificate file '%s' is encrypted; set "
					   "AZURE_CLIENT_CERTIFICATE_PASSWORD to its password",
			source->path);
}

static int no_key(const struct source *source, const char *what, struct acr_error *error)
{
	return acr_fail(
		error, ACR_ERROR_AUTH,
		"the certificate file '%s' holds no %s; it must be PEM or PKCS #12 with the private key and its "
		"certificate",
		source->path, what);
}

/* The certificate of the key comes first in whatever order they are given. */
static void sort_certificates(struct client_key *self)
{
	for (int i = 0; i < sk_X509_num(self->others) && !self->certificate; i++) {
		if (X509_check_private_key(sk_X509_value(self->others, i), self->key) == 1)
			self->certificate = sk_X509_delete(self->others, i);
	}
	ERR_clear_error();
}

static int read_pem(const struct source *source, struct client_key *self, struct acr_error *error)
{
	bool encrypted = strstr(source->text.data, "ENCRYPTED") != NULL;
	BIO *bio = open_bio(source);
	X509 *one;

	self->key = PEM_read_bio_PrivateKey(bio, NULL, give_password, (void *)(uintptr_t)source->password);
	BIO_free(bio);
	bio = open_bio(source);
	while ((one = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
		sk_X509_push(self->others, one);
	BIO_free(bio);
	ERR_clear_error();
	if (!self->key && encrypted)
		return wrong_password(source, error);
	return self->key ? 0 : no_key(source, "private key", error);
}

/* Files that were made with ciphers of the last century, as by Windows and Key Vault, need a second provider. It gets a
 * context of its own, since the process's own one would lose its defaults with it. */
static OSSL_LIB_CTX *allow_old_ciphers(struct client_key *self)
{
	static const char *const names[] = {"default", "legacy"};

	if (!(self->old_ciphers = OSSL_LIB_CTX_new()))
		acr_oom();
	/* Where one is not installed the file stays as unreadable as it was. */
	for (size_t i = 0; i < ACR_COUNT(names); i++)
		self->providers[i] = OSSL_PROVIDER_load(self->old_ciphers, names[i]);
	return self->old_ciphers;
}

static PKCS12 *decode_pkcs12(const struct source *source, OSSL_LIB_CTX *context)
{
	PKCS12 *file = PKCS12_init_ex(NID_pkcs7_data, context, NULL);
	BIO *bio = open_bio(source);
	PKCS12 *decoded = d2i_PKCS12_bio(bio, &file);

	BIO_free(bio);
	return decoded;
}

/* Take the file (freed) apart; false when it cannot be read in this context. */
static bool parse_pkcs12(PKCS12 *file, const char *password, struct client_key *self)
{
	STACK_OF(X509) *others = NULL;
	bool parsed = PKCS12_parse(file, password, &self->key, &self->certificate, &others);

	while (sk_X509_num(others) > 0)
		sk_X509_push(self->others, sk_X509_shift(others));
	sk_X509_free(others);
	PKCS12_free(file);
	return parsed;
}

static int read_pkcs12(const struct source *source, struct client_key *self, struct acr_error *error)
{
	const char *password = source->password ? source->password : "";
	PKCS12 *file = decode_pkcs12(source, NULL);
	bool decoded = file != NULL;
	bool right = decoded && (!PKCS12_mac_present(file) || PKCS12_verify_mac(file, password, -1));

	if (decoded && !right)
		PKCS12_free(file);
	if (right && !parse_pkcs12(file, password, self))
		parse_pkcs12(decode_pkcs12(source, allow_old_ciphers(self)), password, self);
	ERR_clear_error();
	if (!decoded)
		return no_key(source, "certificate that can be read", error);
	if (!right)
		return wrong_password(source, error);
	return self->key ? 0 : no_key(source, "private key that can be read", error);
}

static void source_clear(struct source *source)
{
	if (source->text.data)
		OPENSSL_cleanse(source->text.data, source->text.length);
	acr_buf_clear(&source->text);
}

int client_key_read(const char *path, const char *password, struct client_key **ret, struct acr_error *error)
{
	ACR_AUTO(source) source = {.path = path, .password = password, .text = ACR_BUF_INIT_MAX(MAX_FILE)};
	ACR_AUTO_PTR(client_key) *self = acr_alloc(sizeof(*self));
	int rc;

	if ((rc = acr_file_read(path, &source.text, error)) < 0)
		return acr_error_prefix(error, "cannot read the certificate");
	if (!(self->others = sk_X509_new_null()))
		acr_oom();
	rc = strstr(acr_buf_str(&source.text), "-----BEGIN ") ? read_pem(&source, self, error)
							      : read_pkcs12(&source, self, error);
	if (rc < 0)
		return rc;
	if (!EVP_PKEY_is_a(self->key, "RSA"))
		return acr_fail(error, ACR_ERROR_AUTH,
				"the private key in '%s' is no RSA key, and no other kind can sign in to Azure", path);
	sort_certificates(self);
	if (!self->certificate)
		return no_key(&source, "certificate that belongs to its private key", error);
	*ret = TAKE(self);
	return 0;
}

/* ---- what is asked of it ---- */

static int64_t time_of(const ASN1_TIME *time)
{
	static const char epoch_text[] = "19700101000000Z";
	ASN1_TIME *epoch = ASN1_TIME_new();
	int days = 0, seconds = 0;

	if (!epoch || !ASN1_TIME_set_string(epoch, epoch_text))
		acr_oom();
	ASN1_TIME_diff(&days, &seconds, epoch, time);
	ASN1_TIME_free(epoch);
	return (int64_t)days * 86400 + seconds;
}

int client_key_check(const struct client_key *key, int64_t now, const char *what, const char *client_id,
		     struct acr_error *error)
{
	int64_t begin = time_of(X509_get0_notBefore(key->certificate));
	int64_t end = time_of(X509_get0_notAfter(key->certificate));
	ACR_AUTO_FREE char *text = acr_time_text(now < begin ? begin : end);

	if (now >= end)
		return acr_fail(error, ACR_ERROR_AUTH,
				"%s expired at %s; add a new one to the application ('az ad app credential reset "
				"--create-cert --append --id %s')",
				what, text, client_id);
	if (now < begin)
		return acr_fail(error, ACR_ERROR_AUTH, "%s is not valid before %s; check this machine's clock", what,
				text);
	return 0;
}

static unsigned char *der_of(X509 *certificate, int *length)
{
	unsigned char *bytes = NULL;

	*length = i2d_X509(certificate, &bytes);
	if (*length <= 0)
		acr_oom();
	return bytes;
}

char *client_key_thumbprint(const struct client_key *key, bool sha256)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (!X509_digest(key->certificate, sha256 ? EVP_sha256() : EVP_sha1(), digest, &length))
		acr_oom();
	acr_base64url_encode(digest, length, &text);
	return acr_buf_take(&text);
}

static void append_certificate(struct acr_json *list, X509 *certificate)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	int length;
	unsigned char *bytes = der_of(certificate, &length);

	acr_base64_encode(bytes, (size_t)length, &text);
	OPENSSL_free(bytes);
	acr_json_append(list, acr_json_new_string(acr_buf_str(&text)));
}

static X509 *issuer_of(const struct client_key *key, X509 *certificate)
{
	for (int i = 0; i < sk_X509_num(key->others); i++) {
		X509 *other = sk_X509_value(key->others, i);

		if (other != certificate && X509_check_issued(other, certificate) == X509_V_OK)
			return other;
	}
	return NULL;
}

struct acr_json *client_key_chain(const struct client_key *key)
{
	struct acr_json *list = acr_json_new_array();
	X509 *one = key->certificate;

	for (int length = 0; one && length < MAX_CHAIN; length++) {
		append_certificate(list, one);
		one = X509_check_issued(one, one) == X509_V_OK ? NULL : issuer_of(key, one);
	}
	return list;
}

int client_key_sign(const struct client_key *key, bool pss, const void *bytes, size_t length, struct acr_buf *out,
		    struct acr_error *error)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options = NULL; /* owned by `context` */
	unsigned char signature[2048];
	size_t size = sizeof(signature);
	bool done;

	if (!context)
		acr_oom();
	done = EVP_DigestSignInit(context, &options, EVP_sha256(), NULL, key->key) > 0;
	if (done && pss)
		done = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) > 0 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) > 0;
	done = done && EVP_DigestSign(context, signature, &size, bytes, length) > 0;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	if (!done)
		return acr_fail(error, ACR_ERROR_AUTH,
				"cannot sign with the application's private key; is it complete?");
	acr_buf_add(out, signature, size);
	return 0;
}
