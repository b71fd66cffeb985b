/* Managed identity of servers that Azure Arc manages. Whoever asks must show that it may read a file that the agent
 * names: https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <acr/file.h>
#include "auth/managed_identity.h"
#include "http/challenge.h"

#define MAX_ANSWER ((size_t)1 << 20)
#define MAX_KEY 4096
#define KEY_SUFFIX ".key"
#define ENDPOINT "http://127.0.0.1:40342/metadata/identity/oauth2/token" /* where no variables tell */

/* Only a key right in the agent's folder is read: what answers at the endpoint may be anybody. */
static bool is_key_path(const char *path, const char *folder)
{
	size_t length = strlen(folder), total = strlen(path), suffix = strlen(KEY_SUFFIX);

	return strncmp(path, folder, length) == 0 && path[length] == '/' && !strchr(path + length + 1, '/') &&
	       total > length + 1 + suffix && strcmp(path + total - suffix, KEY_SUFFIX) == 0;
}

static int read_key(const char *path, const char *folder, char **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(MAX_KEY);
	struct stat status;
	int rc;

	if (!is_key_path(path, folder))
		return acr_fail(error, ACR_ERROR_AUTH,
				"Azure Arc's agent names the file '%s', which is refused: its keys are %s/*" KEY_SUFFIX,
				path, folder);
	if (lstat(path, &status) == 0 && (!S_ISREG(status.st_mode) || status.st_size > MAX_KEY))
		return acr_fail(error, ACR_ERROR_AUTH,
				"Azure Arc's key '%s' is refused: it is no file of at most %d bytes", path, MAX_KEY);
	if ((rc = acr_file_read(path, &text, error)) < 0)
		return acr_error_prefix(
			error, "cannot read Azure Arc's key; be a member of the group 'himds' or the superuser");
	*ret = acr_buf_take(&text);
	return 0;
}

static int send(const struct identity_service *service, const struct identity_request *request, const char *key,
		struct acr_exchange *exchange, struct acr_error *error)
{
	const char *endpoint = request->environment(service->variables[0]);
	bool is_told = request->environment(service->variables[1]) != NULL;
	int rc;

	exchange->request = (struct acr_request){
		.method = "GET",
		.url = identity_url(service, request, endpoint && is_told ? endpoint : ENDPOINT),
		.host_service = true,
		.max_response = MAX_ANSWER,
	};
	acr_headers_add(&exchange->request.headers, "Metadata", "true");
	if (key) {
		ACR_AUTO_FREE char *value = acr_format("Basic %s", key);

		acr_headers_add(&exchange->request.headers, "Authorization", value);
	}
	rc = acr_send(request->transport, exchange, error);
	return rc < 0 ? acr_error_prefix(error, "%s gave no token for the managed identity", service->name) : 0;
}

static int get(const struct identity_service *service, const struct identity_request *request, struct acr_json **ret,
	       struct acr_error *error)
{
	ACR_AUTO(acr_exchange) first = {0};
	ACR_AUTO(acr_exchange) second = {0};
	ACR_AUTO(acr_challenge) challenge = {0};
	ACR_AUTO_FREE char *key = NULL;
	int rc;

	if ((rc = send(service, request, NULL, &first, error)) < 0)
		return rc;
	if (first.response.status != 401)
		return identity_answer(service, &first, ret, error);
	if (!acr_challenge_find(&first.response.headers, "Basic", &challenge) || !challenge.realm)
		return acr_fail(error, ACR_ERROR_SERVICE, "Azure Arc's agent does not name the key that it asks for");
	if ((rc = read_key(challenge.realm, request->key_folder, &key, error)) < 0 ||
	    (rc = send(service, request, key, &second, error)) < 0)
		return rc;
	return identity_answer(service, &second, ret, error);
}

const struct identity_service identity_arc = {
	.name = "Azure Arc",
	.variables = {"IDENTITY_ENDPOINT", "IMDS_ENDPOINT"},
	.get = get,
	.api_version = "2020-06-01",
};
