/* What requests are like. */
#ifndef ACR_HTTP_REQUEST_H
#define ACR_HTTP_REQUEST_H

#include <acr/transport.h>

/* Whether the request may be sent again when it is not known what became of it: its method is idempotent (RFC 9110
 * section 9.2.2), or the caller says so. */
bool acr_request_may_repeat(const struct acr_request *request);
/* The same, but for requests that are sent once for another reason: whether nothing is changed by a second one. */
bool acr_request_is_idempotent(const struct acr_request *request);

#endif
