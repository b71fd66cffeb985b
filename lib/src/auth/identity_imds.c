/* Managed identity of virtual machines: the instance metadata service, on an address that every machine sees as its
 * own. */
#include <stdlib.h>
#include <string.h>
#include "auth/managed_identity.h"

#define HOST "http://169.254.169.254"
#define PATH "/metadata/identity/oauth2/token"
#define MAX_ANSWER ((size_t)1 << 20)
#define PROBE_MS 800

/* https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#retry-guidance:
 * 404 and 410 are passing states here. */
#define TRIES 6
#define FIRST_PAUSE_MS 800
#define LAST_PAUSE_MS 12800
#define UPDATE_MS 70000 /* how long an update of the service (410) takes at most */

static char *base_url(const struct identity_request *request)
{
	const char *host = request->environment("AZURE_POD_IDENTITY_AUTHORITY_HOST");
	size_t length = host ? strlen(host) : 0;

	while (length && host[length - 1] == '/')
		length--;
	return host ? acr_format("%.*s" PATH, (int)length, host) : acr_strdup(HOST PATH);
}

static struct acr_request make_request(char *url, bool with_mark)
{
	struct acr_request request = {
		.method = "GET", .url = url, .once = true, .host_service = true, .max_response = MAX_ANSWER};

	if (with_mark)
		acr_headers_add(&request.headers, "Metadata", "true");
	return request;
}

static int absent(struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_SIGN_IN, "this is no machine with a metadata service");
}

/* Whether anything answers in time. A request without the mark is refused, and that at once. */
static int probe(const struct identity_service *service, const struct identity_request *request, const char *base,
		 struct acr_error *error)
{
	ACR_AUTO(acr_exchange) exchange = {.request = make_request(identity_url(service, request, base), false)};
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;
	int rc;

	exchange.request.timeout_ms = PROBE_MS;
	if ((rc = acr_send(request->transport, &exchange, &reason)) == ACR_ERROR_INTERRUPTED)
		return acr_error_move(error, &reason);
	/* Docker Desktop answers for addresses that it cannot reach. */
	return rc < 0 || exchange.response.status == 403 ? absent(error) : 0;
}

static bool is_passing(long status)
{
	return status == 404 || status == 408 || status == 410 || status == 429 || status >= 500;
}

/* Others than Azure have a metadata service at this address, too, and know nothing of ours. */
static bool is_stranger(const struct acr_response *response)
{
	ACR_AUTO_PTR(acr_json) *answer = NULL;

	return (response->status == 404 || response->status == 405) && response->body.length &&
	       acr_json_parse(acr_buf_str(&response->body), response->body.length, &answer, NULL) < 0;
}

static int judge(const struct identity_service *service, const struct identity_request *request,
		 const struct acr_exchange *exchange, struct acr_json **ret, struct acr_error *error)
{
	int rc = identity_answer(service, exchange, ret, error);

	/* "Identity not found": the machine has none. */
	if (rc == ACR_ERROR_AUTH && exchange->response.status == 400 && request->probe && error)
		return error->code = ACR_ERROR_SIGN_IN;
	return rc;
}

static int get(const struct identity_service *service, const struct identity_request *request, struct acr_json **ret,
	       struct acr_error *error)
{
	ACR_AUTO_FREE char *base = base_url(request);
	int64_t start = request->clock->ticks(request->clock), pause = FIRST_PAUSE_MS;
	int rc;

	if (request->probe && (rc = probe(service, request, base, error)) < 0)
		return rc;
	for (int tries = 1;; tries++) {
		ACR_AUTO(acr_exchange) exchange = {.request = make_request(identity_url(service, request, base), true)};
		const struct acr_response *response = &exchange.response;

		if ((rc = acr_send(request->transport, &exchange, error)) < 0)
			return acr_error_prefix(error, "%s gave no token for the managed identity", service->name);
		bool updating = response->status == 410 && request->clock->ticks(request->clock) - start < UPDATE_MS;
		if (request->probe && is_stranger(response))
			return absent(error);
		if (!is_passing(response->status) || (tries >= TRIES && !updating))
			return judge(service, request, &exchange, ret, error);
		if ((rc = request->clock->sleep(request->clock, pause, error)) < 0)
			return rc;
		pause = pause < LAST_PAUSE_MS ? 2 * pause : pause;
	}
}

const struct identity_service identity_imds = {
	.name = "the metadata service",
	.names = {NULL, "client_id", "object_id", "msi_res_id"},
	.get = get,
	.api_version = "2018-02-01",
};
