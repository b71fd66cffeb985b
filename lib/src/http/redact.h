/* Blank out secrets in what is shown of requests and answers. */
#ifndef ACR_HTTP_REDACT_H
#define ACR_HTTP_REDACT_H

#include <acr/buf.h>
#include <acr/json.h>

/* What stands in place of a secret. */
#define ACR_REDACTED "***"

/* Append the value of a header field; of an Authorization only the scheme is left. */
void acr_redact_header(const char *name, const char *value, struct acr_buf *out);
/* Append a URL, or any text that may hold URLs, without signatures and tokens in query parameters. */
void acr_redact_text(const char *text, struct acr_buf *out);
/* Append a form body without its secrets. */
void acr_redact_form(const char *form, struct acr_buf *out);
/* Replace the secrets in a JSON value. */
void acr_redact_json(struct acr_json *value);

#endif
