/* Signed tokens (JWT, HS256) and signed URLs, both with the emulator's one key. */
#include "emulator.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_SIZE 32
#define TOKEN_MAX ((size_t)64 << 10)

static void sign(const void *bytes, size_t length, struct acr_buf *out)
{
	unsigned char digest[DIGEST_SIZE];
	unsigned size = sizeof(digest);
	if (!HMAC(EVP_sha256(), emulator.signing_key, sizeof(emulator.signing_key), bytes, length, digest, &size))
		acr_oom(); /* nothing but memory can be missing here */
	acr_base64url_encode(digest, size, out);
}

static bool same_text(const char *a, size_t length, const char *b)
{
	return strlen(b) == length && CRYPTO_memcmp(a, b, length) == 0;
}

static void add_part(const struct acr_json *value, struct acr_buf *out)
{
	ACR_AUTO_FREE char *text = acr_json_text(value);
	acr_base64url_encode(text, strlen(text), out);
}

char *token_issue(const struct acr_json *claims, int lifetime_seconds)
{
	ACR_AUTO(acr_buf) token = ACR_BUF_INIT;
	ACR_AUTO_PTR(acr_json) *header = acr_json_new_object();
	acr_json_set_str(header, "typ", "JWT");
	acr_json_set_str(header, "alg", "HS256");
	add_part(header, &token);
	acr_buf_putc(&token, '.');

	ACR_AUTO_PTR(acr_json) *payload = acr_json_copy(claims);
	int64_t now = now_seconds();
	acr_json_set_num(payload, "iat", (double)now);
	acr_json_set_num(payload, "nbf", (double)now);
	acr_json_set_num(payload, "exp", (double)(now + lifetime_seconds));
	add_part(payload, &token);

	ACR_AUTO(acr_buf) signature = ACR_BUF_INIT;
	sign(token.data, token.length, &signature);
	acr_buf_putc(&token, '.');
	acr_buf_puts(&token, acr_buf_str(&signature));
	return acr_buf_take(&token);
}

struct acr_json *token_read(const char *token)
{
	if (strlen(token) > TOKEN_MAX)
		return NULL;
	const char *payload = strchr(token, '.');
	const char *signature = payload ? strchr(payload + 1, '.') : NULL;
	if (!signature)
		return NULL;
	payload++;
	ACR_AUTO(acr_buf) expected = ACR_BUF_INIT;
	sign(token, (size_t)(signature - token), &expected);
	if (!same_text(acr_buf_str(&expected), expected.length, signature + 1))
		return NULL;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	struct acr_json *claims = NULL;
	if (acr_base64_decode(payload, (size_t)(signature - payload), &text, NULL) < 0 ||
	    acr_json_parse(acr_buf_str(&text), text.length, &claims, NULL) < 0)
		return NULL;
	return claims;
}

struct acr_json *token_verify(const char *token)
{
	struct acr_json *claims = token_read(token);
	if (claims && acr_json_num(claims, "/exp", 0) <= (double)now_seconds()) {
		acr_json_free(claims);
		return NULL;
	}
	return claims;
}

static void sign_until(const char *what, const char *expiry, struct acr_buf *out)
{
	ACR_AUTO_FREE char *text = acr_format("%s\n%s", expiry, what);
	sign(text, strlen(text), out);
}

char *signature_make(const char *what, int lifetime_seconds)
{
	ACR_AUTO_FREE char *expiry = acr_time_text(now_seconds() + lifetime_seconds);
	ACR_AUTO(acr_buf) signature = ACR_BUF_INIT;
	sign_until(what, expiry, &signature);
	ACR_AUTO(acr_buf) query = ACR_BUF_INIT;
	acr_form_add(&query, "sig", acr_buf_str(&signature));
	acr_form_add(&query, "se", expiry);
	return acr_buf_take(&query);
}

bool signature_check(const char *what, const char *query)
{
	ACR_AUTO_FREE char *signature = acr_query_get(query, "sig");
	ACR_AUTO_FREE char *expiry = acr_query_get(query, "se");
	int64_t until;
	if (!signature || !expiry || acr_time_parse(expiry, &until, NULL, NULL) < 0 || until <= now_seconds())
		return false;
	ACR_AUTO(acr_buf) expected = ACR_BUF_INIT;
	sign_until(what, expiry, &expected);
	return same_text(acr_buf_str(&expected), expected.length, signature);
}
