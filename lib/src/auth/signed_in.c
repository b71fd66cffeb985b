/* From the answer of a token endpoint to who has signed in. */
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include <acr/uri.h>
#include "auth/msal_cache.h"
#include "auth/signed_in.h"

#define MAX_PART ((size_t)1 << 20)

void acr_signed_in_clear(struct acr_signed_in *signed_in)
{
	free(signed_in->username);
	free(signed_in->tenant);
	free(signed_in->home_account_id);
	acr_token_clear(&signed_in->token);
	acr_json_free(signed_in->answer);
	*signed_in = (struct acr_signed_in){0};
}

const char *login_tenant(const struct acr_login *login)
{
	return login->tenant ? login->tenant : "organizations";
}

char *login_scope(const struct acr_login *login)
{
	return acr_format("%s/.default openid profile offline_access", login->resource);
}

char *login_endpoint(const struct acr_login *login, const char *page)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;

	acr_buf_puts(&url, login->cloud->authority);
	if (acr_cloud_is_adfs(login->cloud)) {
		acr_buf_puts(&url, "/oauth2/");
	} else {
		acr_buf_putc(&url, '/');
		acr_uri_escape(login_tenant(login), "", &url);
		acr_buf_puts(&url, "/oauth2/v2.0/");
	}
	acr_buf_puts(&url, page);
	return acr_buf_take(&url);
}

/* A JSON object in base64url; NULL when it is none. */
static struct acr_json *decode(const char *text, size_t length)
{
	ACR_AUTO(acr_buf) bytes = ACR_BUF_INIT_MAX(MAX_PART);
	struct acr_json *ret = NULL;

	if (acr_base64_decode(text, length, &bytes, NULL) < 0 ||
	    acr_json_parse(acr_buf_str(&bytes), bytes.length, &ret, NULL) < 0)
		return NULL;
	return ret;
}

/* The claims of the id token. It came from the service itself over TLS, so its signature is not needed (OpenID Connect
 * Core section 3.1.3.7); NULL when there is none. */
static struct acr_json *id_claims(const struct acr_json *answer)
{
	return acr_token_claims(acr_json_str(answer, "/id_token"));
}

/* As MSAL has it: user and tenant of the client info, the subject where a service (AD FS) gives none. */
static char *account_id(const struct acr_json *answer, const struct acr_json *claims)
{
	const char *info = acr_json_str(answer, "/client_info");
	ACR_AUTO_PTR(acr_json) *about = info ? decode(info, strlen(info)) : NULL;
	const char *user = acr_json_str(about, "/uid"), *tenant = acr_json_str(about, "/utid");

	return user && tenant ? acr_format("%s.%s", user, tenant) : acr_strdup(acr_json_str(claims, "/sub"));
}

static int judge(const struct acr_login *login, const struct acr_json *claims, const char *nonce,
		 struct acr_error *error)
{
	const char *wrong = NULL;
	const char *audience = acr_json_str(claims, "/aud"), *said = acr_json_str(claims, "/nonce");

	if (!claims)
		wrong = "it says nothing about who signed in";
	else if (!audience || strcmp(audience, MSAL_CLI_CLIENT_ID) != 0)
		wrong = "it is meant for another program";
	else if (nonce && (!said || strcmp(said, nonce) != 0))
		wrong = "it belongs to another sign-in";
	return wrong ? acr_fail(error, ACR_ERROR_AUTH, "the answer of %s is refused: %s; sign in again",
				login->cloud->authority, wrong)
		     : 0;
}

static const char *first_text(const struct acr_json *object, const char *a, const char *b, const char *c)
{
	const char *text = acr_json_str(object, a);

	if (!text)
		text = acr_json_str(object, b);
	return text ? text : acr_json_str(object, c);
}

int login_request(const struct acr_login *login, struct acr_json *fields, const char *nonce, struct acr_signed_in *ret,
		  struct acr_error *error)
{
	ACR_AUTO_FREE char *endpoint = login_endpoint(login, "token");
	ACR_AUTO_FREE char *scope = login_scope(login);
	ACR_AUTO_FREE char *name = acr_format("a user of tenant '%s'", login_tenant(login));
	const struct oauth_subject subject = {.name = name, .remedy = "sign in again"};
	ACR_AUTO(acr_signed_in) who = {0};
	int rc;

	acr_json_set_str(fields, "client_id", MSAL_CLI_CLIENT_ID);
	acr_json_set_str(fields, "client_info", "1");
	if ((rc = oauth_set_scope(fields, login->resource, login->claims, error)) < 0)
		return rc;
	acr_json_set_str(fields, "scope", scope);
	if ((rc = oauth_request(login->transport, endpoint, fields, &subject, &who.answer, error)) < 0)
		return rc;
	ACR_AUTO_PTR(acr_json) *claims = id_claims(who.answer);
	if ((rc = judge(login, claims, nonce, error)) < 0)
		return rc;
	const char *tenant = acr_cloud_is_adfs(login->cloud) ? "adfs" : acr_json_str(claims, "/tid");
	const char *username = first_text(claims, "/preferred_username", "/upn", "/unique_name");
	who.username = acr_strdup(username);
	who.tenant = acr_strdup(tenant ? tenant : login_tenant(login));
	who.home_account_id = account_id(who.answer, claims);
	if (!who.username || !who.home_account_id)
		return acr_fail(error, ACR_ERROR_FORMAT, "%s does not say who has signed in", login->cloud->authority);
	who.token = oauth_token(who.answer, login->clock->now(login->clock));
	*ret = who;
	who = (struct acr_signed_in){0};
	return 0;
}
