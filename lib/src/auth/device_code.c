/* Signing in on another device: https://datatracker.ietf.org/doc/html/rfc8628 */
#include <stdlib.h>
#include <string.h>
#include "auth/msal_cache.h"
#include "auth/signed_in.h"

#define GRANT "urn:ietf:params:oauth:grant-type:device_code"
#define DEFAULT_INTERVAL_S 5
#define MAX_INTERVAL_S 300
#define SLOWER_MS 5000 /* RFC 8628 section 3.5 */
#define DEFAULT_LIFETIME_S 900

void acr_device_code_clear(struct acr_device_code *code)
{
	free(code->message);
	free(code->url);
	free(code->user_code);
	free(code->code);
	*code = (struct acr_device_code){0};
}

static int take_code(const struct acr_json *answer, int64_t now, struct acr_device_code *ret, struct acr_error *error)
{
	const char *code = acr_json_str(answer, "/device_code"), *shown = acr_json_str(answer, "/user_code");
	const char *url = acr_json_str(answer, "/verification_uri"), *message = acr_json_str(answer, "/message");
	int64_t interval = oauth_number(answer, "interval", DEFAULT_INTERVAL_S);

	if (!url)
		url = acr_json_str(answer, "/verification_url"); /* AD FS */
	if (!code || !shown || !url)
		return acr_fail(error, ACR_ERROR_FORMAT, "cannot sign in with a device code: the service gave none");
	*ret = (struct acr_device_code){
		.message = message && *message
				   ? acr_strdup(message)
				   : acr_format("To sign in, open %s in a browser and enter the code %s.", url, shown),
		.url = acr_strdup(url),
		.user_code = acr_strdup(shown),
		.code = acr_strdup(code),
		.expires_on = now + oauth_number(answer, "expires_in", DEFAULT_LIFETIME_S),
		.interval_ms = (interval < MAX_INTERVAL_S ? interval : MAX_INTERVAL_S) * 1000,
	};
	return 0;
}

int acr_device_code_start(const struct acr_login *login, struct acr_device_code *ret, struct acr_error *error)
{
	ACR_AUTO_FREE char *endpoint = login_endpoint(login, "devicecode");
	ACR_AUTO_FREE char *scope = login_scope(login);
	ACR_AUTO(acr_exchange) exchange = {0};
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	const struct acr_buf *body = &exchange.response.body;
	int rc;

	acr_json_set_str(fields, "client_id", MSAL_CLI_CLIENT_ID);
	acr_json_set_str(fields, "scope", scope);
	if ((rc = oauth_post(login->transport, endpoint, fields, &exchange, error)) < 0 ||
	    (rc = acr_check_status(&exchange, "cannot sign in with a device code", error)) < 0)
		return rc;
	(void)!acr_json_parse(acr_buf_str(body), body->length, &answer, NULL);
	return take_code(answer, login->clock->now(login->clock), ret, error);
}

static bool is_code(const struct acr_error *error, const char *code)
{
	return error->service_code && strcmp(error->service_code, code) == 0;
}

int acr_device_code_wait(const struct acr_login *login, const struct acr_device_code *code, struct acr_signed_in *ret,
			 struct acr_error *error)
{
	int64_t pause = code->interval_ms;
	int rc;

	for (;;) {
		ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();
		ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;

		if (login->clock->now(login->clock) >= code->expires_on)
			break;
		if ((rc = login->clock->sleep(login->clock, pause, error)) < 0)
			return rc;
		acr_json_set_str(fields, "grant_type", GRANT);
		acr_json_set_str(fields, "device_code", code->code);
		if ((rc = login_request(login, fields, NULL, ret, &reason)) == 0)
			return 0;
		if (is_code(&reason, "expired_token") || is_code(&reason, "code_expired"))
			break;
		if (is_code(&reason, "slow_down"))
			pause += SLOWER_MS;
		else if (!is_code(&reason, "authorization_pending"))
			return acr_error_move(error, &reason);
	}
	return acr_fail(error, ACR_ERROR_TIMEOUT, "nobody signed in with the code %s before it expired; try again",
			code->user_code);
}
