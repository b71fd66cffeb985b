/* A client on a scripted transport and a clock that stands still, for tests of the calls.
 *
 *   struct client_fixture f;
 *   client_begin(&f);
 *   fake_expect(f.script, "GET", ARM "/subscriptions/S?api-version=1");
 *   … acr_call(f.client, …, &f.result, &f.error) …
 *   client_end(&f);
 *
 * Nothing is repeated, and nothing is stored. */
#ifndef ACR_TESTS_CLIENT_FIXTURE_H
#define ACR_TESTS_CLIENT_FIXTURE_H

#include <acr/client.h>
#include "fake_clock.h"
#include "fake_transport.h"

#define ARM "https://management.azure.com"

struct client_fixture {
	struct fake_clock clock;
	struct fake_script *script;
	struct acr_client_options options; /* of the client; changed between client_prepare() and client_start() */
	struct acr_client *client;
	struct acr_json *result;
	struct acr_error error;
	size_t sign_ins;            /* how often the client asked for a credential */
	size_t tokens;              /* how many tokens were made */
	struct acr_json *resources; /* what they were for */
	int token_code;             /* how making a token ends; 0: well, with the secret "TOKEN" */
};

/* A client of AzureCloud for the subscription "S" named "My Subscription". */
void client_begin(struct client_fixture *f);
/* The same in two steps. */
void client_prepare(struct client_fixture *f);
void client_start(struct client_fixture *f);
/* Free everything, and fail when the script was not followed. */
void client_end(struct client_fixture *f);
/* Forget result and error. */
void client_reset(struct client_fixture *f);
/* Fail unless the result is this JSON; NULL: there must be none. */
void assert_result(const struct client_fixture *f, const char *json);

#endif
