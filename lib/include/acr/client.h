/* A client: cloud, credential and transport put together, and the calls that need all three. */
#ifndef ACR_CLIENT_H
#define ACR_CLIENT_H

#include "cache.h"
#include "cloud.h"
#include "credential.h"
#include "op.h"
#include "transport.h"

struct acr_client;

struct acr_client_options {
	struct acr_cloud cloud;         /* copied */
	struct acr_curl_options http;   /* borrowed for the life of the client; its clock is the client's clock */
	const char *subscription;       /* id; NULL when unknown */
	const char *subscription_name;  /* for messages; may be NULL */
	const char *tenant;             /* may be NULL */
	const char *registry_audience;  /* NULL = https://containerregistry.azure.net */
	const char *cache_folder;       /* NULL or "" = nothing is stored */
	/* Makes the credentials, in order of preference; called at the first request that needs a token, with a
	 * transport for their requests. Returns a credential (taken) or NULL with an error set. */
	struct acr_credential *(*sign_in)(void *user, struct acr_transport *transport, struct acr_error *error);
	void *sign_in_user;
	/* Have management writes approved first: with a token that Azure Policy gives for each, for the change of that id
	 * (NULL: none). A reference alone asks for tokens, too. */
	bool policy_token;
	const char *change_reference;
	struct acr_retry_policy retry;
	acr_trace_line trace;           /* NULL = none */
	void (*warn)(void *user, const char *line);
	void *user;                     /* for trace and warn */
	struct acr_transport *transport; /* taken; replaces the one on libcurl (tests) */
};

/* Put a client together; nothing is read or sent yet. The options' strings are copied, but for those of `http`. */
struct acr_client *acr_client_new(const struct acr_client_options *options);
/* Free it with its credential and its transport. */
void acr_client_free(struct acr_client *client);
ACR_DEFINE_FREEP(acr_client)

/* What it was made with, or has made: all of it is lent for its life. */
const struct acr_cloud *acr_client_cloud(const struct acr_client *client);
const char *acr_client_subscription(const struct acr_client *client); /* NULL when none */
const char *acr_client_tenant(const struct acr_client *client);       /* NULL when none */
/* "NAME (ID)", "ID" where no name is known; "" when none. Lent. */
const char *acr_client_subscription_label(const struct acr_client *client);
const struct acr_clock *acr_client_clock(const struct acr_client *client); /* never NULL */
struct acr_cache *acr_client_cache(struct acr_client *client);             /* never NULL */
/* The transport with retry, trace and authorization. */
struct acr_transport *acr_client_transport(struct acr_client *client);
/* Its registry tokens, for a login of the user's or a look at a token itself. */
struct acr_registry_auth *acr_client_registry_auth(struct acr_client *client);
/* An Azure token of the client's credential for `resource`, yours to acr_token_clear(). ACR_ERROR_SIGN_IN where
 * there is nothing to sign in with, ACR_ERROR_AUTH where it was refused. */
int acr_client_token(struct acr_client *client, const char *resource, struct acr_token *ret, struct acr_error *error)
	ACR_MUST_CHECK;

/* How far acr_call() goes; zeroed gives the defaults. */
struct acr_call_options {
	bool no_wait;            /* ACR_LRO: return after the first answer */
	size_t top;              /* ACR_PAGES: stop after this many items; 0 = all */
	/* Gets, when waiting for a long operation was interrupted, the URL at which its state can be asked for; it then
	 * goes on in the service. Secrets are blanked. The caller's to free(); may be NULL. */
	char **pending;
	struct acr_buf *text;    /* ACR_ONCE: gets the answer's bytes, and *ret stays NULL */
	/* Called every second while a long operation runs, with its state; may be NULL. */
	void (*progress)(void *user, const char *state, int64_t elapsed_ms);
	void *user;
};

/* Perform an operation: expand the row with the parameters ("subscriptionId" is filled in), send, follow pages or
 * poll to the end. *ret gets the result (owned by the caller): the resource, an array for ACR_PAGES, NULL where the
 * service answers nothing. Errors: those of the transport and of acr_check_status(); the message is the service's. */
int acr_call(struct acr_client *client, const struct acr_op *op, const struct acr_params *params,
             const struct acr_call_options *options, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;

/* Perform an ACR_ONCE row for each of several parameters, many at a time; *ret gets the array of results in their
 * order. Where one fails, so does the whole. */
int acr_call_batch(struct acr_client *client, const struct acr_op *op, const struct acr_params *params, size_t count,
                   struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;

/* A request of the caller's own to any service: what `acr rest` sends. Everything is borrowed. */
struct acr_rest_request {
	const char *method;                /* "GET" */
	const char *url;                   /* absolute; plain http to loopback hosts only, and without a token */
	const struct acr_headers *headers; /* may be NULL; those that do not concern the body go with follow-ups, too */
	const void *body;                  /* NULL when none */
	size_t body_length;
	/* What the token is for: a resource such as "https://graph.microsoft.com/"; NULL: no token. */
	const char *audience;
	bool repeatable; /* a POST or PATCH that may be sent again where the service failed for the moment */
	/* Follow a long operation to its end, by Azure's rules: Azure-AsyncOperation or Operation-Location, Location,
	 * provisioningState. An outcome that is left open is an error. */
	bool wait;
	/* Where the result is then: "location", "original-uri", "azure-async-operation", "operation-location"; NULL: the
	 * resource after PUT and PATCH, what Location names after POST, else the last answer. */
	const char *final_state;
	bool all;                          /* complete the list with the pages that its next link names */
	const struct acr_json *next_query; /* object of strings: parameters of each next link; may be NULL */
	/* Where the body of a 2xx answer goes instead of into memory, as it arrives; not with `wait` or `all`. */
	int (*sink)(void *user, const void *bytes, size_t length);
	void *sink_user;
	void (*progress)(void *user, const char *state, int64_t elapsed_ms); /* see struct acr_call_options */
	void *progress_user;
};
/* Send it. *value gets the JSON of the (last) answer, NULL when it is empty or no JSON; then `text` gets its bytes.
 * Addresses in answers are followed on the same host only. */
int acr_rest(struct acr_client *client, const struct acr_rest_request *request, struct acr_json **value,
             struct acr_buf *text, struct acr_error *error) ACR_MUST_CHECK;

/* Where a registry is. */
struct acr_registry {
	char *id;             /* resource id */
	char *listed_id;      /* the same as the service spells it; NULL when the registry was not searched for */
	char *name;
	char *resource_group;
	char *location;
	char *sku;            /* "Premium"; NULL when not known yet */
	char *login_server;   /* NULL when not known yet */
};
/* Free its strings. */
void acr_registry_clear(struct acr_registry *registry);
/* Find a registry by name: without a request when the resource group is given (only id, name and group are set
 * then), else by the subscription's resource list, as az does (the name then stays as it was asked for, the group is in
 * lower case); a name with a dot or a colon is a login server. No match is ACR_ERROR_GENERAL with az's sentence. */
int acr_locate(struct acr_client *client, const char *name, const char *resource_group, struct acr_registry *ret,
               struct acr_error *error) ACR_MUST_CHECK;
/* The login server of a registry, yours to free(): name + label + suffix in clouds with a well-known suffix, unless
 * another one was kept; else the one kept, else asked from management and kept. `suffix` is the hash of the domain name
 * label ("-abc") or NULL. */
int acr_login_server(struct acr_client *client, const char *name, const char *suffix, const char *resource_group,
                     char **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Keep the login server of a registry for the commands of the next hour that name it the same way. */
void acr_login_server_keep(struct acr_client *client, const char *name, const char *resource_group,
                           const char *server);
/* Drop what is kept: the registry was deleted, or does not answer where it was. */
void acr_login_server_forget(struct acr_client *client, const char *name);

#endif
