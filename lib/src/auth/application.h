/* Applications that sign in as themselves: the client_credentials grant (RFC 6749 section 4.4), with whatever proves
 * who they are. */
#ifndef AUTH_APPLICATION_H
#define AUTH_APPLICATION_H

#include <acr/credential.h>

/* What proves that a request comes from the application. */
struct application_proof {
	/* Put the proof into the fields of a token request to `endpoint`; called for every request. */
	int (*add)(struct application_proof *proof, const char *endpoint, struct acr_json *fields,
		   struct acr_error *error);
	void (*free)(struct application_proof *proof);
	/* What tells cached tokens of one proof from those of another, without being secret itself; borrowed. */
	const char *cache_key;
	const char *what; /* for messages: "secret", "certificate" */
	bool timed_here; /* it holds times of this machine's clock, so that a wrong clock makes it invalid */
};

struct application {
	const struct acr_cloud *cloud;
	const char *tenant, *client_id;
	struct acr_transport *transport;
	const struct acr_clock *clock;
};

/* A credential of the application with this proof (taken); `name` is static. */
struct acr_credential *application_new(const struct application *application, const char *name,
				       struct application_proof *proof);

/* Put a signed statement (RFC 7523 section 2.2) into the fields as the proof. */
void application_set_assertion(struct acr_json *fields, const char *assertion);

#endif
