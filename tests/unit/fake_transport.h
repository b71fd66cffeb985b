/* A transport for tests that follows a script: a request the script does not expect fails, and an expected request
 * that does not come fails too.
 *
 *   struct fake_script *script = fake_script_new();
 *   fake_expect(script, "PUT", "https://host/path?api-version=1");
 *   fake_expect_body(script, "{\"a\":1}");
 *   fake_reply(script, 201, "{\"name\":\"x\"}");
 *   fake_reply_header(script, "Location", "https://host/other");
 *   struct acr_transport *transport = fake_transport_new(script);
 *   … give the transport to a client or wrapper, which frees it …
 *   fake_script_done(script);
 *
 * Each fake_expect() begins an exchange, the other functions describe the one begun last. Without a reply the
 * answer is an empty 200. In expected URLs, header values and bodies "*" stands for any text. The script outlives
 * the transports made from it; several may share it. Mismatches are kept and reported by fake_script_done(), so
 * that sends may come from any thread; the request itself gets ACR_ERROR_GENERAL. */
#ifndef ACR_TESTS_FAKE_TRANSPORT_H
#define ACR_TESTS_FAKE_TRANSPORT_H

#include <acr/transport.h>

struct fake_script;

struct fake_script *fake_script_new(void);
/* Fail the test when something unexpected came or something expected did not; free the script. */
void fake_script_done(struct fake_script *script);
/* Requests may come in any order (parallel blocks); the first expectation that fits is used. */
void fake_any_order(struct fake_script *script);
/* Expectations that nothing came for are fine. */
void fake_allow_unused(struct fake_script *script);
/* How many requests have come so far. */
size_t fake_requests(const struct fake_script *script);
/* A header field of the request that came last; NULL when it had none of that name. Lent until the next one. */
const char *fake_last_header(const struct fake_script *script, const char *name);

void fake_expect(struct fake_script *script, const char *method, const char *url);
/* The request must have this header field; a NULL value: must not have it. */
void fake_expect_header(struct fake_script *script, const char *name, const char *value);
/* The request must have this body: compared as JSON where both are JSON. */
void fake_expect_body(struct fake_script *script, const char *body);
/* The request must ask for this token ("" or NULL for registry and scope: must be NULL). */
void fake_expect_auth(struct fake_script *script, enum acr_auth auth, const char *registry, const char *scope);

void fake_reply(struct fake_script *script, long status, const char *body);
void fake_reply_bytes(struct fake_script *script, long status, const void *bytes, size_t length);
void fake_reply_header(struct fake_script *script, const char *name, const char *value);
/* No answer: the exchange fails with this error. After a fake_reply() to a request with a sink, the body is handed
 * over first (a connection lost half-way). */
void fake_fail(struct fake_script *script, int code, const char *message);

struct acr_transport *fake_transport_new(struct fake_script *script);

#endif
