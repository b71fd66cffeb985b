/* The services that give the identity of the machine, or of the web application, container, …, that a program runs
 * on. Each is one file or one row. */
#ifndef AUTH_MANAGED_IDENTITY_H
#define AUTH_MANAGED_IDENTITY_H

#include <acr/credential.h>

/* One request for a token. */
struct identity_request {
	acr_environment environment;
	struct acr_managed_identity_id id;
	const char *resource;
	bool probe;             /* ask first, shortly, whether the service is there at all */
	const char *key_folder; /* where Arc may name a file */
	struct acr_transport *transport;
	const struct acr_clock *clock;
};

/* A service. `get` gives the whole answer, which holds "access_token"; errors as for acr_credential's get, where
 * ACR_ERROR_SIGN_IN means that there is no such service or no such identity here. */
struct identity_service {
	const char *name;
	const char *variables[3];              /* all of them set: it is this service */
	const char *names[ACR_IDENTITY_KINDS]; /* of the parameter for each kind of id; NULL: has no such identities */
	int (*get)(const struct identity_service *service, const struct identity_request *request,
		   struct acr_json **ret, struct acr_error *error);
	/* How it is asked, where that is all there is to say. */
	const char *method, *api_version;
	const char *secret_field; /* header field with the value of variables[1] */
};

extern const struct identity_service identity_app_service, identity_machine_learning, identity_cloud_shell,
	identity_arc, identity_imds;

/* The URL of a request: `base` with api-version, resource and id; yours to free(). */
char *identity_url(const struct identity_service *service, const struct identity_request *request, const char *base);
/* Judge an answer; `what` it is that was asked ("App Service"). */
int identity_answer(const struct identity_service *service, const struct acr_exchange *exchange, struct acr_json **ret,
		    struct acr_error *error) ACR_MUST_CHECK;

#endif
