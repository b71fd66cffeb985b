/* Policy tokens: who asks for one gets it, and where a resource group wants them writes need one. */
#include "arm_policy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A group with this tag, whatever its value, stands under a policy that asks for tokens. */
#define TAG "/tags/policyToken"
#define LIFETIME_S 600

/* "/path?query" of an address; NULL when it is none of this service. */
static const char *path_of(const char *uri)
{
	size_t length = strlen(emulator.base_url);
	bool ours = uri && !strncasecmp(uri, emulator.base_url, length);
	return ours ? uri + length : NULL;
}

static void acquire(struct arm_request *request)
{
	const char *path = path_of(acr_json_str(request->body, "/operation/uri"));
	const char *method = acr_json_str(request->body, "/operation/httpMethod");
	const char *change = acr_json_str(request->body, "/changeReference");
	if (!path || !method) {
		reply_error(request->exchange, 400, "InvalidAcquirePolicyTokenRequest",
			    "The operation needs an httpMethod, and a uri of this service.");
		return;
	}
	ACR_AUTO_PTR(acr_json) *claims = json_build("{'operation':%s,'method':%s}", path, method);
	ACR_AUTO_FREE char *jwt = token_issue(claims, LIFETIME_S);
	ACR_AUTO_FREE char *token = acr_format("PoP %s", jwt);
	ACR_AUTO_FREE char *expiration = acr_time_text(now_seconds() + LIFETIME_S);
	reply_json(request->exchange, 200,
		   json_build("{'result':'Succeeded','message':'','changeReference':%s,'results':[],'token':%s,"
			      "'expiration':%s}",
			      change, token, expiration));
}

const struct arm_route policy_routes[] = {
	{"POST", "Microsoft.Authorization", "acquirePolicyToken", acquire},
	{0},
};

/* Whether the token is one for this very request. */
static bool fits(const struct exchange *exchange, const char *token)
{
	static const char scheme[] = "PoP ";
	bool known = token && !strncmp(token, scheme, strlen(scheme));
	ACR_AUTO_PTR(acr_json) *claims = known ? token_verify(token + strlen(scheme)) : NULL;
	ACR_AUTO_FREE char *here = acr_format("%s?%s", exchange->path, exchange->query);
	const char *operation = acr_json_str(claims, "/operation"), *method = acr_json_str(claims, "/method");
	return operation && method && !strcmp(operation, here) && !strcmp(method, exchange->method);
}

static bool is_write(const char *method)
{
	return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

bool policy_check(struct arm_request *request)
{
	const char *token = exchange_header(request->exchange, "x-ms-policy-external-evaluations");
	if (!request->group || !is_write(request->exchange->method) || fits(request->exchange, token))
		return true;
	ACR_AUTO_PTR(acr_json) *group = store_get(request->group);
	if (!token && !acr_json_at(group, TAG))
		return true;
	reply_error(request->exchange, 403, "RequestDisallowedByPolicy", "Resource '%s' was disallowed by policy: %s",
		    request->id,
		    token ? "the policy token is not one for this request."
			  : "the request has no policy token. Acquire one with --acquire-policy-token.");
	return false;
}
