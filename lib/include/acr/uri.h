/* Percent-encoding, templates and query strings (RFC 3986). */
#ifndef ACR_URI_H
#define ACR_URI_H

#include <stdbool.h>
#include "buf.h"
#include "error.h"
#include "json.h"

/* The parts of an absolute URL as they stand in it (nothing is decoded); all yours, see acr_uri_clear(). */
struct acr_uri {
	char *scheme; /* lower case */
	char *host;   /* lower case, without brackets */
	int port;     /* 0 when the URL names none */
	char *path;   /* begins with "/", or "" */
	char *query;  /* without "?"; NULL when absent */
};

/* Take a URL apart. ACR_ERROR_FORMAT tells what is wrong with it, and never shows its query. */
int acr_uri_parse(const char *url, struct acr_uri *ret, struct acr_error *error) ACR_MUST_CHECK;
/* Free its strings. */
void acr_uri_clear(struct acr_uri *uri);
/* 127.0.0.0/8, ::1, "localhost" and names ending in ".localhost". */
bool acr_uri_is_loopback(const char *host);
/* Append `text` with everything but unreserved characters and those in `keep` percent-encoded. */
void acr_uri_escape(const char *text, const char *keep, struct acr_buf *out);
/* Decoded copy, yours to free(); malformed escapes are kept as they are. `plus_is_space` as in form data. */
char *acr_uri_unescape(const char *text, size_t length, bool plus_is_space);
/* Expand "{name}" in `template` from the strings of the object `vars`, percent-encoded; "{+name}" keeps what a path may
 * hold, slashes above all (a resource id, a repository). A name that `vars` lacks is ACR_ERROR_GENERAL. */
int acr_uri_expand(const char *template, const struct acr_json *vars, struct acr_buf *out, struct acr_error *error)
	ACR_MUST_CHECK;
/* Append "?name=value" or "&name=value", whichever `url` needs, value percent-encoded. */
void acr_uri_add_query(struct acr_buf *url, const char *name, const char *value);
/* Value of a parameter in a query string or form body, decoded, yours to free(); NULL when absent. */
char *acr_query_get(const char *query, const char *name);
/* Append "name=value" form-encoded, with "&" in front when `form` is not empty. */
void acr_form_add(struct acr_buf *form, const char *name, const char *value);
/* `reference` seen from `base` (absolute, "//host", "/path" or relative), yours to free(). */
char *acr_uri_resolve(const char *base, const char *reference);

#endif
