/* A client for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "client_fixture.h"

struct fixture_credential {
	struct acr_credential credential;
	struct client_fixture *f;
};

static int get_token(struct acr_credential *credential, const char *resource, const char *claims, struct acr_token *ret,
		     struct acr_error *error)
{
	struct client_fixture *f = ((struct fixture_credential *)credential)->f;

	(void)claims;
	f->tokens++;
	acr_json_append(f->resources, acr_json_new_string(resource));
	if (f->token_code)
		return acr_fail(error, f->token_code, "no token for %s", resource);
	*ret = (struct acr_token){.secret = acr_strdup("TOKEN"), .expires_on = FAKE_CLOCK_START + 3600};
	return 0;
}

static void free_credential(struct acr_credential *credential)
{
	free(credential);
}

static struct acr_credential *sign_in(void *user, struct acr_transport *transport, struct acr_error *error)
{
	struct client_fixture *f = user;
	struct fixture_credential *made = acr_alloc(sizeof(*made));

	(void)transport;
	(void)error;
	f->sign_ins++;
	made->f = f;
	made->credential =
		(struct acr_credential){.name = "test", .get = get_token, .cache_key = "test", .free = free_credential};
	return &made->credential;
}

void client_prepare(struct client_fixture *f)
{
	*f = (struct client_fixture){.script = fake_script_new(), .resources = acr_json_new_array()};
	fake_clock_init(&f->clock);
	assert_true(acr_cloud_builtin("AzureCloud", &f->options.cloud));
	f->options.http.clock = &f->clock.clock;
	f->options.subscription = "S";
	f->options.subscription_name = "My Subscription";
	f->options.sign_in = sign_in;
	f->options.sign_in_user = f;
	f->options.retry.attempts = 1;
	f->options.transport = fake_transport_new(f->script);
}

void client_start(struct client_fixture *f)
{
	f->client = acr_client_new(&f->options);
	acr_cloud_clear(&f->options.cloud);
}

void client_begin(struct client_fixture *f)
{
	client_prepare(f);
	client_start(f);
}

void client_reset(struct client_fixture *f)
{
	acr_json_free(f->result);
	f->result = NULL;
	acr_error_clear(&f->error);
}

void client_end(struct client_fixture *f)
{
	client_reset(f);
	acr_client_free(f->client);
	acr_json_free(f->resources);
	fake_script_done(f->script);
}

void assert_result(const struct client_fixture *f, const char *json)
{
	ACR_AUTO_PTR(acr_json) *expected = NULL;
	ACR_AUTO_FREE char *got = f->result ? acr_json_text(f->result) : acr_strdup("nothing");

	if (json)
		assert_int_equal(acr_json_parse(json, strlen(json), &expected, NULL), 0);
	if (!json ? f->result != NULL : !f->result || !acr_json_equal(f->result, expected))
		fail_msg("the result is %s instead of %s", got, json ? json : "nothing");
}
