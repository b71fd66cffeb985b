/* Operations: what goes on the wire, one constant row each, and the function that performs a row.
 *
 * The rows are in lib/src/ops/, declared in ops.h. */
#ifndef ACR_OP_H
#define ACR_OP_H

#include <stdbool.h>
#include "json.h"

enum acr_plane {
	ACR_PLANE_ARM,      /* path below the cloud's resource manager endpoint, api-version added, management token */
	ACR_PLANE_REGISTRY, /* path below https://{loginServer}, registry token of the row's scope */
};

enum acr_shape {
	ACR_ONCE,  /* one request, one answer */
	ACR_LRO,   /* may be a long operation: polled to its end (Azure-AsyncOperation, Location, provisioningState) */
	ACR_PAGES, /* a list in pages: nextLink (ARM) or a Link header field (registry, RFC 8288) */
};

struct acr_op {
	const char *method;
	/* Template over the parameters' `path` members (see acr_uri_expand()): "{+registryId}/webhooks/{webhook}". */
	const char *path;
	const char *api;    /* api-version, ACR_PLANE_ARM only */
	const char *scope;  /* registry scope template: "repository:{+repository}:metadata_read" */
	const char *items;  /* ACR_PAGES: the member that holds the list; NULL = "value" */
	const char *accept; /* NULL = application/json */
	enum acr_plane plane;
	enum acr_shape shape;
	bool repeatable; /* a POST that only reads, or that may be sent twice */
};

/* What a caller fills in. All members may be NULL; objects of strings but for `body`. */
struct acr_params {
	struct acr_json *path;    /* values for the templates */
	struct acr_json *query;   /* further query parameters, in order */
	struct acr_json *headers; /* further header fields */
	struct acr_json *body;    /* JSON body */
};
/* Free its objects. */
void acr_params_clear(struct acr_params *params);

#endif
