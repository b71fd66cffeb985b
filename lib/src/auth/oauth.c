/* Token requests, and what the sign-in service's error codes mean for the user. */
#include <stdlib.h>
#include <string.h>
#include <acr/timestamp.h>
#include <acr/uri.h>
#include "auth/oauth.h"

#define MAX_ANSWER ((size_t)1 << 20)
#define MAX_TEXT 1024 /* of the service's words in a message */
#define DEFAULT_LIFETIME_S 600
#define MAX_CLOCK_ERROR_MIN 5 /* what sign-in services let pass */
#define MAX_NUMBER 1e11 /* seconds; beyond is no time of ours */

/* https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
static const struct reason {
	long code;     /* AADSTS… */
	bool resource; /* it is about the resource, not about who signs in */
	const char *cause, *remedy; /* "{client}" stands for the client id */
} reasons[] = {
	/* the application */
	{7000215, false, "the client secret is wrong", "give the secret's value, not its id"},
	{7000222, false, "the client secret has expired",
	 "renew it with 'az ad app credential reset --id {client}' and sign in with the new one"},
	{7000218, false, "the application must prove who it is", "give its secret or certificate"},
	{700016, false, "the tenant does not know this application", "check the client id and the tenant"},
	{7000112, false, "the application is disabled", "ask the tenant's administrator to enable it"},
	{7000229, false, "the application has no service principal in this tenant",
	 "make one with 'az ad sp create --id {client}'"},
	{53003, false, "a conditional access policy of the tenant forbids it",
	 "sign in from a network or device that it allows, or ask the tenant's administrator"},
	{50105, false, "nobody has been given access to the application", "ask the tenant's administrator for a role"},
	/* its certificate */
	{700027, false, "the certificate is not one of the application's, or its signature is refused",
	 "add it to the application, or give the right one"},
	{700024, false, "the token or signature that proves who signs in is not valid at this time",
	 "get a new one, and check this machine's clock"},
	{700023, false, "the token that proves who signs in is meant for somebody else", "check the cloud and the tenant"},
	{5002723, false, "the token that proves who signs in has expired", "get a new one"},
	/* its federated token */
	{70021, false, "no federated credential of the application fits the token",
	 "check issuer, subject and audience of the federated credential"},
	{700211, false, "no federated credential of the application has the token's issuer",
	 "add one with 'az ad app federated-credential create'"},
	{700212, false, "no federated credential of the application has the token's audience",
	 "the audience should be api://AzureADTokenExchange"},
	{700213, false, "no federated credential of the application has the token's subject",
	 "add one for this branch, environment or service account with 'az ad app federated-credential create'"},
	{7002131, false, "no federated credential of the application has the token's subject",
	 "add one for this branch, environment or service account with 'az ad app federated-credential create'"},
	/* tenant and resource */
	{90002, false, "there is no such tenant", "check the tenant and the cloud"},
	{900023, false, "this is not the name or id of a tenant", "check the tenant"},
	{900384, false, "this is not the name or id of a tenant", "check the tenant"},
	{90072, false, "the account is not a member of this tenant", "check the tenant, or be invited to it"},
	{50020, false, "the account is not a member of this tenant", "check the tenant, or be invited to it"},
	{500011, true, "the tenant does not know the resource that a token was asked for", "check the cloud in use"},
	{50001, true, "the tenant does not know the resource that a token was asked for", "check the cloud in use"},
	{650057, true, "the application may not ask for a token for this resource", "check the cloud in use"},
	{65001, false, "nobody has consented to this use", NULL},
	{65004, false, "consent was not given", NULL},
	{90094, false, "an administrator must consent to this use", "ask the tenant's administrator"},
	/* the user; what helps is to sign in again, with the command that the credential names */
	{50034, false, "there is no such user", "check the user name and the tenant"},
	{50126, false, "the user name or the password is wrong", "check both"},
	{50053, false, "the account is locked after too many wrong passwords", "wait, or ask the tenant's administrator"},
	{50055, false, "the password has expired", NULL},
	{50057, false, "the account is disabled", "ask the tenant's administrator to enable it"},
	{50058, false, "nobody is signed in", NULL},
	{50072, false, "multi-factor authentication must be set up first", NULL},
	{50074, false, "multi-factor authentication is required", NULL},
	{50076, false, "multi-factor authentication is required", NULL},
	{50078, false, "multi-factor authentication has expired", NULL},
	{50079, false, "multi-factor authentication must be set up first", NULL},
	{50097, false, "the tenant asks for a device that it knows", NULL},
	{50132, false, "the stored sign-in was revoked, as after a change of the password", NULL},
	{50133, false, "the stored sign-in was revoked, as after a change of the password", NULL},
	{50158, false, "the tenant asks for a further proof of who you are", NULL},
	{50173, false, "the stored sign-in was revoked, as after a change of the password", NULL},
	{53000, false, "a conditional access policy asks for a device that follows the tenant's rules", NULL},
	{53001, false, "a conditional access policy asks for a device of the tenant's domain", NULL},
	{53002, false, "a conditional access policy does not allow this program", NULL},
	{53004, false, "multi-factor authentication must be set up first", NULL},
	{54005, false, "the authorization code was used before", NULL},
	{70008, false, "the stored sign-in has expired", NULL},
	{70043, false, "the tenant's sign-in frequency policy asks for a new sign-in", NULL},
	{700081, false, "the stored sign-in has reached the longest life it may have", NULL},
	{700082, false, "the stored sign-in has expired since it was not used for long", NULL},
	{700084, false, "the stored sign-in has expired", NULL},
};

static void encode_fields(const struct acr_json *fields, struct acr_buf *form)
{
	for (const struct acr_json *field = acr_json_first(fields); field; field = acr_json_next(field)) {
		if (acr_json_string(field))
			acr_form_add(form, acr_json_key(field), acr_json_string(field));
	}
}

int oauth_post(struct acr_transport *transport, const char *url, const struct acr_json *fields,
	       struct acr_exchange *exchange, struct acr_error *error)
{
	ACR_AUTO(acr_buf) form = ACR_BUF_INIT;
	int rc;

	encode_fields(fields, &form);
	exchange->request = (struct acr_request){
		.method = "POST",
		.url = acr_strdup(url),
		.headers = exchange->request.headers,
		.body = acr_buf_str(&form),
		.body_length = form.length,
		.repeatable = true, /* a token more does no harm */
		.host_service = exchange->request.host_service,
		.max_response = MAX_ANSWER,
	};
	acr_headers_add(&exchange->request.headers, "Content-Type", "application/x-www-form-urlencoded");
	acr_headers_add(&exchange->request.headers, "Accept", "application/json");
	rc = acr_send(transport, exchange, error);
	exchange->request.body = NULL;
	exchange->request.body_length = 0;
	return rc;
}

char *oauth_endpoint(const struct acr_cloud *cloud, const char *tenant)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;

	acr_buf_puts(&url, cloud->authority);
	if (acr_cloud_is_adfs(cloud)) {
		acr_buf_puts(&url, "/oauth2/token");
	} else {
		acr_buf_putc(&url, '/');
		acr_uri_escape(tenant, "", &url);
		acr_buf_puts(&url, "/oauth2/v2.0/token");
	}
	return acr_buf_take(&url);
}

int oauth_set_scope(struct acr_json *fields, const char *resource, const char *claims, struct acr_error *error)
{
	ACR_AUTO_FREE char *scope = acr_format("%s/.default", resource);
	ACR_AUTO_PTR(acr_json) *all = NULL;
	struct acr_json *capabilities = acr_json_new_array();
	int rc;

	acr_json_append(capabilities, acr_json_new_string("CP1"));
	if (claims && (rc = acr_json_parse(claims, strlen(claims), &all, error)) < 0) {
		acr_json_free(capabilities);
		return acr_error_prefix(error, "the claims challenge of the service cannot be understood");
	}
	if ((rc = acr_json_put(&all, "/access_token/xms_cc/values", capabilities, error)) < 0)
		return acr_error_prefix(error, "the claims challenge of the service cannot be understood");
	ACR_AUTO_FREE char *text = acr_json_text(all);
	acr_json_set_str(fields, "scope", scope);
	acr_json_set_str(fields, "claims", text);
	return 0;
}

/* The AADSTS number of a refusal; 0 when it has none. */
static long reason_code(const struct acr_json *answer, const char *text)
{
	const char *mark = text ? strstr(text, "AADSTS") : NULL;
	double listed = acr_json_num(answer, "/error_codes/0", 0);
	long code = mark ? strtol(mark + strlen("AADSTS"), NULL, 10) : 0;

	if (listed > 0 && listed < MAX_NUMBER)
		code = (long)listed;
	return code > 0 ? code : 0;
}

static const struct reason *find_reason(long code)
{
	for (size_t i = 0; i < ACR_COUNT(reasons); i++) {
		if (reasons[i].code == code)
			return &reasons[i];
	}
	return NULL;
}

/* How much of a service's words to pass on, without the full stop: their first sentence where we have explained the
 * rest, else all but the trace id, correlation id and time at their end. */
static int useful_length(const char *text, bool explained)
{
	int length = 0;

	while (length < MAX_TEXT && (unsigned char)text[length] >= ' ' && text[length] != '\x7f' &&
	       strncmp(text + length, " Trace ID:", strlen(" Trace ID:")) != 0 &&
	       !(explained && strncmp(text + length, ". ", 2) == 0))
		length++;
	while (length && (text[length - 1] == ' ' || text[length - 1] == '.'))
		length--;
	return length;
}

/* How far `clock` is ahead of the service's by the Date of its answer, in seconds; 0 when it does not tell. */
static int64_t clock_error(const struct acr_exchange *exchange, const struct acr_clock *clock)
{
	const char *date = acr_headers_get(&exchange->response.headers, "Date");
	int64_t there;

	if (!clock || !date || acr_time_parse_http(date, &there, NULL) < 0)
		return 0;
	return clock->now(clock) - there;
}

/* The clock is to blame when it is this far off; false when it is not. */
static bool clock_refused(const struct acr_exchange *exchange, const struct oauth_subject *subject, int length,
			  const char *text, struct acr_error *error)
{
	int64_t ahead = clock_error(exchange, subject->clock);
	int64_t minutes = (ahead < 0 ? -ahead : ahead) / 60;

	if (minutes < MAX_CLOCK_ERROR_MIN)
		return false;
	acr_fail(error, ACR_ERROR_AUTH,
		 "cannot sign in as %s: this machine's clock is %lld minutes %s the sign-in service's; set it right "
		 "(%.*s)",
		 subject->name, (long long)minutes, ahead < 0 ? "behind" : "ahead of", length, text);
	return true;
}

/* What a device code is answered with until somebody signs in with it (RFC 8628 section 3.5): states, which the
 * service's numbers do not tell apart. */
static bool is_state(const char *name)
{
	static const char *const states[] = {"authorization_pending", "slow_down", "expired_token", "code_expired"};

	for (size_t i = 0; i < ACR_COUNT(states); i++) {
		if (strcmp(name, states[i]) == 0)
			return true;
	}
	return false;
}

/* A remedy with the client id in it; yours to free(). */
static char *fill_remedy(const char *remedy, const char *client)
{
	static const char name[] = "{client}";
	const char *at = strstr(remedy, name);

	return at ? acr_format("%.*s%s%s", (int)(at - remedy), remedy, client ? client : "", at + strlen(name))
		  : acr_strdup(remedy);
}

static int refused(const struct acr_exchange *exchange, const struct acr_json *answer, const char *client,
		   const struct oauth_subject *subject, struct acr_error *error)
{
	const char *name = acr_json_str(answer, "/error");
	const char *text = acr_json_str(answer, "/error_description");
	const char *id = acr_json_str(answer, "/correlation_id");
	long code = reason_code(answer, text);
	const struct reason *reason = find_reason(code);
	const char *remedy = reason && reason->remedy ? reason->remedy : subject->remedy;

	text = text && *text ? text : name;
	int length = useful_length(text, reason != NULL);
	if (!remedy)
		remedy = "check the tenant and the cloud";
	ACR_AUTO_FREE char *advice = fill_remedy(remedy, client);
	if (clock_refused(exchange, subject, length, text, error))
		; /* told */
	else if (reason)
		acr_fail(error, ACR_ERROR_AUTH, "cannot sign in as %s: %s; %s (%.*s)", subject->name, reason->cause,
			 advice, length, text);
	else
		acr_fail(error, ACR_ERROR_AUTH, "cannot sign in as %s: %.*s; %s", subject->name, length, text, advice);
	if (error) {
		error->http_status = exchange->response.status;
		error->service_code = code && !is_state(name) ? acr_format("AADSTS%ld", code) : acr_strdup(name);
		error->request_id = acr_strdup(id);
	}
	return ACR_ERROR_AUTH;
}

int oauth_request(struct acr_transport *transport, const char *url, const struct acr_json *fields,
		  const struct oauth_subject *subject, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_exchange) exchange = {0};
	ACR_AUTO_PTR(acr_json) *answer = NULL;
	int rc;

	if ((rc = oauth_post(transport, url, fields, &exchange, error)) < 0)
		return acr_error_prefix(error, "cannot sign in as %s", subject->name);
	const struct acr_response *response = &exchange.response;
	bool is_json = acr_json_parse(acr_buf_str(&response->body), response->body.length, &answer, NULL) == 0;
	bool is_refusal = response->status == 400 || response->status == 401 || response->status == 403;
	if (is_refusal && acr_json_str(answer, "/error"))
		return refused(&exchange, answer, acr_json_str(fields, "/client_id"), subject, error);
	ACR_AUTO_FREE char *what = acr_format("cannot sign in as %s", subject->name);
	if ((rc = acr_check_status(&exchange, what, error)) < 0)
		return rc;
	const char *token = is_json ? acr_json_str(answer, "/access_token") : NULL;
	if (!token || !*token)
		return acr_fail(error, ACR_ERROR_FORMAT,
				"cannot sign in as %s: %s answered without a token; check the cloud's sign-in endpoint",
				subject->name, url);
	*ret = TAKE(answer);
	return 0;
}

int64_t oauth_number(const struct acr_json *object, const char *key, int64_t fallback)
{
	const struct acr_json *value = acr_json_get(object, key);
	const char *text = acr_json_string(value);
	double number = acr_json_number(value);
	char *end = NULL;

	if (text)
		number = strtod(text, &end);
	else if (!acr_json_is(value, ACR_JSON_NUMBER))
		return fallback;
	if ((text && (end == text || *end)) || !(number >= 0 && number < MAX_NUMBER))
		return fallback;
	return (int64_t)number;
}

struct acr_token oauth_token(const struct acr_json *answer, int64_t now)
{
	int64_t lifetime = oauth_number(answer, "expires_in", -1);
	int64_t end = oauth_number(answer, "expires_on", now + DEFAULT_LIFETIME_S);

	return (struct acr_token){.secret = acr_strdup(acr_json_str(answer, "/access_token")),
				  .expires_on = lifetime >= 0 ? now + lifetime : end};
}

bool oauth_resource_refused(const struct acr_error *error)
{
	static const char *const codes[] = {"invalid_resource", "invalid_target"};
	const char *code = error->service_code;

	if (!code)
		return false;
	if (strncmp(code, "AADSTS", 6) == 0) {
		const struct reason *reason = find_reason(strtol(code + 6, NULL, 10));

		return reason && reason->resource;
	}
	for (size_t i = 0; i < ACR_COUNT(codes); i++) {
		if (strcmp(code, codes[i]) == 0)
			return true;
	}
	return false;
}
