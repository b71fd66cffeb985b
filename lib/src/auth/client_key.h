/* The private key of an application and its certificates, and signing with them. The only place that knows OpenSSL's
 * key types. */
#ifndef AUTH_CLIENT_KEY_H
#define AUTH_CLIENT_KEY_H

#include <stdbool.h>
#include <stdint.h>
#include <acr/buf.h>
#include <acr/error.h>
#include <acr/json.h>

struct client_key;

/* Read a PEM file (key and certificates in any order) or a PKCS #12 file (RFC 7292); `password` may be NULL. The
 * certificate is the one that belongs to the key. Other keys than RSA, which sign-in services do not take, are
 * refused. */
int client_key_read(const char *path, const char *password, struct client_key **ret,
		    struct acr_error *error) ACR_MUST_CHECK;
void client_key_free(struct client_key *key);
ACR_DEFINE_FREEP(client_key)

/* ACR_ERROR_AUTH when the certificate is not valid at `now`; `what` ("the certificate in 'x.pem'") stands in front, and
 * the application `client_id` is to get a new one. */
int client_key_check(const struct client_key *key, int64_t now, const char *what, const char *client_id,
		     struct acr_error *error) ACR_MUST_CHECK;
/* base64url of the digest of the certificate: SHA-1 or SHA-256 (RFC 7515 sections 4.1.7 and 4.1.8); yours to free().
 */
char *client_key_thumbprint(const struct client_key *key, bool sha256);
/* The certificate and those that issued it, as far as the file has them, each as base64 (RFC 7515 section 4.1.6); the
 * caller owns it. */
struct acr_json *client_key_chain(const struct client_key *key);
/* Append the signature of the bytes: RSASSA-PSS with SHA-256 or RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 sections 3.5
 * and 3.3). */
int client_key_sign(const struct client_key *key, bool pss, const void *bytes, size_t length, struct acr_buf *out,
		    struct acr_error *error) ACR_MUST_CHECK;

#endif
