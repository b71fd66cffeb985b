/* The emulator's certificate authority and the server certificate it signs (ECDSA P-256), made on the first start,
 * and a CA bundle of the system's roots plus ours, so that other hosts stay reachable under it. */
#include "certificates.h"
#include "emulator.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Browsers and Apple's libraries refuse server certificates that live longer than 825 days. */
#define DAYS_SERVER 820
#define DAYS_AUTHORITY 3650
#define SECONDS_A_DAY 86400
/* A server certificate with less than this left is made again at the start. */
#define DAYS_RENEW 30

static const char server_names[] = "DNS:localhost,DNS:*.localhost,DNS:*.blob.localhost,IP:127.0.0.1,IP:::1";

/* Where Debian, Fedora, openSUSE, Alpine and the BSDs keep the roots in one file. */
static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

struct pair {
	X509 *certificate;
	EVP_PKEY *key;
};

static void pair_clear(struct pair *pair)
{
	X509_free(pair->certificate);
	EVP_PKEY_free(pair->key);
}
#define AUTO_PAIR __attribute__((cleanup(pair_clear))) struct pair

static int fail_openssl(struct acr_error *error, const char *what)
{
	char reason[256];
	ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
	return acr_fail(error, ACR_ERROR_TLS, "cannot make %s: %s", what, reason);
}

static bool add_extension(X509 *certificate, X509 *issuer, int kind, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
	bool good = extension && X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	return good;
}

static bool set_name(X509_NAME *name, const char *common_name)
{
	return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"acr-emulator", -1, -1, 0) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0);
}

static bool set_serial(X509 *certificate)
{
	unsigned char bytes[16];
	acr_random(bytes, sizeof(bytes));
	bytes[0] &= 0x7f; /* RFC 5280 section 4.1.2.2: positive */
	BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	bool good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
	BN_free(number);
	return good;
}

static bool set_basics(struct pair *ret, const char *common_name, int days)
{
	ret->key = EVP_EC_gen("P-256");
	ret->certificate = X509_new();
	X509 *certificate = ret->certificate;
	/* The clock of a container may be a little behind. */
	return ret->key && certificate && X509_set_version(certificate, X509_VERSION_3) && set_serial(certificate) &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) &&
	       X509_gmtime_adj(X509_getm_notAfter(certificate), (long)days * SECONDS_A_DAY) &&
	       set_name(X509_get_subject_name(certificate), common_name) && X509_set_pubkey(certificate, ret->key);
}

static int make_authority(struct pair *ret, struct acr_error *error)
{
	/* The name is unique, for two emulators' authorities may meet in one bundle. */
	char id[37];
	acr_uuid(id);
	ACR_AUTO_FREE char *name = acr_format("acr-emulator CA %.8s", id);
	if (!set_basics(ret, name, DAYS_AUTHORITY) ||
	    !X509_set_issuer_name(ret->certificate, X509_get_subject_name(ret->certificate)) ||
	    !add_extension(ret->certificate, ret->certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
	    !add_extension(ret->certificate, ret->certificate, NID_key_usage, "critical,keyCertSign,cRLSign") ||
	    !add_extension(ret->certificate, ret->certificate, NID_subject_key_identifier, "hash") ||
	    !X509_sign(ret->certificate, ret->key, EVP_sha256()))
		return fail_openssl(error, "the certificate authority");
	return 0;
}

static int make_server(const struct pair *authority, struct pair *ret, struct acr_error *error)
{
	X509 *issuer = authority->certificate;
	if (!set_basics(ret, "localhost", DAYS_SERVER) ||
	    !X509_set_issuer_name(ret->certificate, X509_get_subject_name(issuer)) ||
	    !add_extension(ret->certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") ||
	    !add_extension(ret->certificate, issuer, NID_key_usage, "critical,digitalSignature") ||
	    !add_extension(ret->certificate, issuer, NID_ext_key_usage, "serverAuth") ||
	    !add_extension(ret->certificate, issuer, NID_subject_key_identifier, "hash") ||
	    !add_extension(ret->certificate, issuer, NID_authority_key_identifier, "keyid") ||
	    !add_extension(ret->certificate, issuer, NID_subject_alt_name, server_names) ||
	    !X509_sign(ret->certificate, authority->key, EVP_sha256()))
		return fail_openssl(error, "the server certificate");
	return 0;
}

/* ---- files ---------------------------------------------------------------------------------------------------- */

static int write_bio(const char *path, BIO *bio, mode_t mode, struct acr_error *error)
{
	char *data = NULL;
	long length = BIO_get_mem_data(bio, &data);
	return acr_file_replace(path, data, (size_t)length, mode, error);
}

/* The chain is the certificate and, for a server, its issuer. */
static int write_pair(const struct pair *pair, X509 *issuer, const char *certificate_path, const char *key_path,
		      struct acr_error *error)
{
	BIO *certificate = BIO_new(BIO_s_mem());
	BIO *key = BIO_new(BIO_s_secmem());
	int result;
	if (!certificate || !key || !PEM_write_bio_X509(certificate, pair->certificate) ||
	    (issuer && !PEM_write_bio_X509(certificate, issuer)) ||
	    !PEM_write_bio_PKCS8PrivateKey(key, pair->key, NULL, NULL, 0, NULL, NULL))
		result = fail_openssl(error, certificate_path);
	else if ((result = write_bio(key_path, key, 0600, error)) == 0)
		result = write_bio(certificate_path, certificate, 0644, error);
	BIO_free(certificate);
	BIO_free(key);
	return result;
}

static X509 *read_certificate(const char *path)
{
	BIO *bio = BIO_new_file(path, "r");
	X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	return certificate;
}

static EVP_PKEY *read_key(const char *path)
{
	BIO *bio = BIO_new_file(path, "r");
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	return key;
}

static bool read_pair(const char *certificate_path, const char *key_path, struct pair *ret)
{
	ret->certificate = read_certificate(certificate_path);
	ret->key = read_key(key_path);
	return ret->certificate && ret->key && X509_check_private_key(ret->certificate, ret->key) == 1;
}

static bool lasts(const X509 *certificate, int days)
{
	time_t then = (time_t)(now_seconds() + (int64_t)days * SECONDS_A_DAY);
	return X509_cmp_time(X509_get0_notAfter(certificate), &then) > 0;
}

static int load_authority(const struct certificate_paths *paths, struct pair *ret, struct acr_error *error)
{
	AUTO_PAIR stored = {0};
	if (read_pair(paths->authority, paths->authority_key, &stored) && lasts(stored.certificate, DAYS_SERVER)) {
		*ret = stored;
		stored = (struct pair){0};
		return 0;
	}
	AUTO_PAIR made = {0};
	int result = make_authority(&made, error);
	if (result == 0)
		result = write_pair(&made, NULL, paths->authority, paths->authority_key, error);
	if (result == 0) {
		*ret = made;
		made = (struct pair){0};
	}
	return result;
}

static int ensure_server(const struct certificate_paths *paths, const struct pair *authority, struct acr_error *error)
{
	AUTO_PAIR stored = {0};
	if (read_pair(paths->server, paths->server_key, &stored) && lasts(stored.certificate, DAYS_RENEW) &&
	    X509_verify(stored.certificate, authority->key) == 1)
		return 0;
	AUTO_PAIR made = {0};
	int result = make_server(authority, &made, error);
	return result < 0 ? result : write_pair(&made, authority->certificate, paths->server, paths->server_key, error);
}

static int write_bundle(const struct certificate_paths *paths, struct acr_error *error)
{
	ACR_AUTO(acr_buf) bundle = ACR_BUF_INIT_MAX((size_t)16 << 20);
	int result = acr_file_read(paths->authority, &bundle, error);
	if (result < 0)
		return result;
	for (size_t i = 0; i < ACR_COUNT(system_bundles); i++)
		if (acr_file_read(system_bundles[i], &bundle, NULL) == 0)
			break;
	return acr_file_replace(paths->bundle, bundle.data, bundle.length, 0644, error);
}

int certificates_ensure(const struct certificate_paths *paths, struct acr_error *error)
{
	AUTO_PAIR authority = {0};
	int result = load_authority(paths, &authority, error);
	if (result == 0)
		result = ensure_server(paths, &authority, error);
	return result < 0 ? result : write_bundle(paths, error);
}
