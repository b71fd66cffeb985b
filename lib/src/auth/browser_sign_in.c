/* Signing in with a browser: the authorization code grant with PKCE (RFC 7636). */
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <acr/encode.h>
#include <acr/uri.h>
#include "auth/redirect_listener.h"
#include "auth/msal_cache.h"
#include "auth/signed_in.h"

#define LIMIT_MS (10 * 60 * 1000)
#define DONE "You have signed in. You may close this window and go back to the terminal."

/* One sign-in, and what ties its parts together. */
struct attempt {
	const struct acr_login *login;
	char *redirect, *state, *nonce, *verifier;
	char *code, *refusal; /* what the browser brought */
};

static void attempt_clear(struct attempt *attempt)
{
	free(attempt->redirect);
	free(attempt->state);
	free(attempt->nonce);
	free(attempt->verifier);
	free(attempt->code);
	free(attempt->refusal);
}

/* 256 random bits. */
static char *make_secret(void)
{
	unsigned char bytes[32];
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	acr_random(bytes, sizeof(bytes));
	acr_base64url_encode(bytes, sizeof(bytes), &text);
	return acr_buf_take(&text);
}

static char *challenge_of(const char *verifier)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (!EVP_Digest(verifier, strlen(verifier), digest, &length, EVP_sha256(), NULL))
		acr_oom();
	acr_base64url_encode(digest, length, &text);
	return acr_buf_take(&text);
}

static char *page_url(const struct attempt *attempt)
{
	ACR_AUTO_FREE char *page = login_endpoint(attempt->login, "authorize");
	ACR_AUTO_FREE char *scope = login_scope(attempt->login);
	ACR_AUTO_FREE char *challenge = challenge_of(attempt->verifier);
	const char *const parameters[][2] = {
		{"client_id", MSAL_CLI_CLIENT_ID},
		{"response_type", "code"},
		{"redirect_uri", attempt->redirect},
		{"scope", scope},
		{"state", attempt->state},
		{"nonce", attempt->nonce},
		{"code_challenge", challenge},
		{"code_challenge_method", "S256"},
		{"client_info", "1"},
		{"claims", attempt->login->claims},
		{"login_hint", attempt->login->hint},
		{"prompt", attempt->login->hint ? NULL : "select_account"},
	};
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;

	acr_buf_puts(&url, page);
	for (size_t i = 0; i < ACR_COUNT(parameters); i++) {
		if (parameters[i][1])
			acr_uri_add_query(&url, parameters[i][0], parameters[i][1]);
	}
	return acr_buf_take(&url);
}

/* Any page that the browser shows can send a request here; ours is the one that knows the state. */
static bool take_answer(void *user, const char *query)
{
	struct attempt *attempt = user;
	ACR_AUTO_FREE char *state = acr_query_get(query, "state");
	ACR_AUTO_FREE char *code = acr_query_get(query, "code");
	ACR_AUTO_FREE char *name = acr_query_get(query, "error");
	ACR_AUTO_FREE char *text = acr_query_get(query, "error_description");

	if (!state || strcmp(state, attempt->state) != 0 || (!code && !name))
		return false;
	attempt->code = TAKE(code);
	attempt->refusal = text ? TAKE(text) : TAKE(name);
	return true;
}

static int redeem(const struct attempt *attempt, struct acr_signed_in *ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *fields = acr_json_new_object();

	acr_json_set_str(fields, "grant_type", "authorization_code");
	acr_json_set_str(fields, "code", attempt->code);
	acr_json_set_str(fields, "redirect_uri", attempt->redirect);
	acr_json_set_str(fields, "code_verifier", attempt->verifier);
	return login_request(attempt->login, fields, attempt->nonce, ret, error);
}

static int run(struct attempt *attempt, const struct redirect_listener *listener, acr_open_url open_url, void *user,
	       struct acr_signed_in *ret, struct acr_error *error)
{
	const struct acr_login *login = attempt->login;
	int rc;

	attempt->redirect = acr_format("http://localhost:%d", listener->port);
	ACR_AUTO_FREE char *url = page_url(attempt);
	if ((rc = open_url(user, url, error)) < 0 ||
	    (rc = redirect_listener_wait(listener, DONE, LIMIT_MS, take_answer, attempt, login->clock, error)) < 0)
		return rc;
	if (!attempt->code)
		return acr_fail(error, ACR_ERROR_AUTH, "the sign-in in the browser failed: %.*s",
				(int)strcspn(attempt->refusal, "\r\n"), attempt->refusal);
	return redeem(attempt, ret, error);
}

int acr_browser_sign_in(const struct acr_login *login, acr_open_url open_url, void *user, struct acr_signed_in *ret,
			struct acr_error *error)
{
	ACR_AUTO(attempt)
	attempt = {.login = login, .state = make_secret(), .nonce = make_secret(), .verifier = make_secret()};
	struct redirect_listener listener;
	int rc = redirect_listener_open(&listener, error);

	if (rc < 0)
		return rc;
	rc = run(&attempt, &listener, open_url, user, ret, error);
	redirect_listener_close(&listener);
	return rc;
}
