/* The token endpoints of sign-in services (RFC 6749). */
#ifndef AUTH_OAUTH_H
#define AUTH_OAUTH_H

#include <acr/credential.h>

/* POST form-encoded fields (an object of strings, in order) without a token; the answer is in the exchange, which the
 * caller has zeroed, but for header fields of its own, and clears. */
int oauth_post(struct acr_transport *transport, const char *url, const struct acr_json *fields,
	       struct acr_exchange *exchange, struct acr_error *error) ACR_MUST_CHECK;

/* The token endpoint of a tenant, or of an AD FS authority (which has no tenants); yours to free(). */
char *oauth_endpoint(const struct acr_cloud *cloud, const char *tenant);
/* Put "scope" and "claims" into the fields: the whole of `resource`, the claims asked for (NULL when none), and the
 * statement that we can answer claims challenges. */
int oauth_set_scope(struct acr_json *fields, const char *resource, const char *claims,
		    struct acr_error *error) ACR_MUST_CHECK;

/* Who signs in, for messages. */
struct oauth_subject {
	const char *name;   /* "application 'x' in tenant 'y'" */
	const char *remedy; /* what helps unless the reason says otherwise; may be NULL */
	/* NULL, or the clock whose time went into the proof of who signs in: one that is far from the service's is then
	 * the reason for a refusal. */
	const struct acr_clock *clock;
};
/* Ask the endpoint for a token. *ret is the whole answer, with a text as "access_token". A refusal is ACR_ERROR_AUTH
 * with the service's code ("AADSTS7000215", "invalid_client") and a message that says what to do about it. */
int oauth_request(struct acr_transport *transport, const char *url, const struct acr_json *fields,
		  const struct oauth_subject *subject, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* The token in such an answer (the caller clears it) and a number in it, which some services send as text. */
struct acr_token oauth_token(const struct acr_json *answer, int64_t now);
int64_t oauth_number(const struct acr_json *object, const char *key, int64_t fallback);
/* Whether a refusal means that the directory does not know the resource, so that another one may be asked for. */
bool oauth_resource_refused(const struct acr_error *error);

#endif
