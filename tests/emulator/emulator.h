/* acr-emulator: an Azure Container Registry on this machine.
 *
 *   server.c      TLS listeners (libmicrohttpd), one struct exchange a request
 *   store.c       ARM resources as files, written atomically
 *   arm_*.c       management: routes, long operations, registries, replications, …
 *   signin.c      the authority that issues Azure tokens
 *   tokens.c      signed tokens and signed URLs
 *   webhook_*.c   requests to webhooks
 *   registry_*.c  the registry endpoints: token service, /v2/ in front of docker-registry, /acr/v1/ metadata
 *   agent_*.c     runs: uploaded contexts, the build agent on buildah, logs as append blobs
 */
#ifndef EMULATOR_H
#define EMULATOR_H

#include <pthread.h>
#include <stdint.h>
#include <acr/buf.h>
#include <acr/encode.h>
#include <acr/error.h>
#include <acr/file.h>
#include <acr/json.h>
#include <acr/mem.h>
#include <acr/timestamp.h>
#include <acr/transport.h> /* struct acr_headers */
#include <acr/uri.h>

/* ---- server.c ------------------------------------------------------------------------------------------------- */

/* One request and its reply. Handlers run in a thread of the connection and may block. */
struct exchange {
	const char *method;
	const char *path;  /* as sent, percent-encoded, without the query */
	const char *query; /* as sent, without "?"; "" when absent */
	const char *host;  /* Host header field */
	struct acr_headers headers;
	struct acr_buf body; /* complete, unless `receive` was set */

	/* A handler's open() may set this to get the body piece by piece instead; a non-zero return ends the exchange
	 * with what the reply then says. */
	int (*receive)(struct exchange *exchange, const void *bytes, size_t length);
	void *state; /* the handler's own */
	void (*state_free)(void *state);

	int status; /* the reply; 0 is answered as 500 */
	struct acr_headers reply_headers;
	struct acr_buf reply;
	int reply_file; /* -1, or a descriptor that is sent from its start (and closed) instead of `reply` */
	/* Or a producer: up to `size` bytes, 0 at the end, negative on failure. reply_length is -1 when unknown. */
	ssize_t (*produce)(struct exchange *exchange, void *bytes, size_t size);
	int64_t reply_length;
};

struct handler {
	void (*open)(void *user, struct exchange *exchange); /* header fields are there, the body is not; may be NULL */
	void (*answer)(void *user, struct exchange *exchange); /* the body is there: fill in the reply */
	void *user;
};

struct listener;
/* Listen with TLS on 127.0.0.1 and ::1, `port` 0 picks a free one. */
struct listener *listener_start(struct handler handler, int port, struct acr_error *error);
int listener_port(const struct listener *listener);
void listener_stop(struct listener *listener);

const char *exchange_header(const struct exchange *exchange, const char *name);
/* Value of a query parameter, decoded, yours to free(); NULL when absent. */
char *exchange_query(const struct exchange *exchange, const char *name);
/* JSON from a template in which ' stands for ", %s for a JSON string (NULL: null), %d and %lld for numbers:
 * json_build("{'name':%s,'count':%d}", name, count). */
struct acr_json *json_build(const char *template, ...) ACR_PRINTF(1, 2);
/* Reply with JSON (value is taken). */
void reply_json(struct exchange *exchange, int status, struct acr_json *value);
/* Reply with an ARM error: {"error":{"code","message"}}. */
void reply_error(struct exchange *exchange, int status, const char *code, const char *format, ...) ACR_PRINTF(4, 5);
/* Reply with a registry error: {"errors":[{"code","message","detail"}]}. */
void reply_registry_error(struct exchange *exchange, int status, const char *code, const char *format, ...)
	ACR_PRINTF(4, 5);

/* ---- the process ---------------------------------------------------------------------------------------------- */

/* What management tokens are for, as everywhere in the public cloud. */
#define MANAGEMENT_AUDIENCE "https://management.core.windows.net/"
#define SUBSCRIPTION_NAME "acr-emulator"

struct emulator {
	const char *state;                 /* folder */
	int port;                          /* of sign-in, management and blobs */
	char *base_url;                    /* "https://localhost:PORT" */
	char *ca_file;                     /* PEM of the emulator's CA */
	char *bundle_file;                 /* the same and the system's roots */
	char *certificate_file, *key_file; /* for localhost, *.localhost, *.blob.localhost, 127.0.0.1 and ::1 */
	char *subscription_id, *tenant_id, *client_id, *client_secret;
	unsigned char signing_key[32]; /* of all tokens and signed URLs (HMAC-SHA256) */
	int token_lifetime;            /* of Azure tokens, in seconds */
	int latency_ms;                /* added to every answer */
	int timer_minute;              /* seconds that a minute of the clock of timers lasts */
	bool verbose;
};
extern struct emulator emulator;

/* Whether a request goes to the sign-in authority, and its answer (signin.c). */
bool signin_concerns(const struct exchange *exchange);
void signin_answer(struct exchange *exchange);
/* Files for the user and the Azure CLI: DIR/env and DIR/azure (environment.c). */
int environment_write(struct acr_error *error) ACR_MUST_CHECK;

/* Seconds since 1970; and as "2023-12-21T23:56:34.8524938+00:00", yours to free(). */
int64_t now_seconds(void);
char *now_text(void);
/* A line on stderr with the time, when the emulator runs with --verbose. */
void note(const char *format, ...) ACR_PRINTF(1, 2);

/* Tokens: JWTs (HS256) with the claims given plus iat, nbf, exp. `claims` is borrowed. Yours to free(). */
char *token_issue(const struct acr_json *claims, int lifetime_seconds);
/* The claims of a token with a good signature that has not expired; NULL otherwise. The caller owns it. */
struct acr_json *token_verify(const char *token);
/* The same for a token that may have expired. */
struct acr_json *token_read(const char *token);
/* Signed URL parts: HMAC over `what` and an expiry; "sig=…&se=…" text, yours to free(), and its check against the
 * query of a request. */
char *signature_make(const char *what, int lifetime_seconds);
bool signature_check(const char *what, const char *query);

/* ---- store.c -------------------------------------------------------------------------------------------------- */

/* Resources by id, compared without case, kept with the case of their first PUT. All calls are safe from any thread.
 * What they return is a copy that belongs to the caller. */
struct acr_json *store_get(const char *id);
bool store_has(const char *id);
void store_put(const char *id, const struct acr_json *resource);
/* Delete it and everything below; false when it was not there. */
bool store_delete(const char *id);
/* All resources whose id is `collection` + "/" + one segment, sorted by name. */
struct acr_json *store_list(const char *collection);
/* All resources of a type ("Microsoft.ContainerRegistry/registries") anywhere below `scope`; NULL: of every type
 * but groups. */
struct acr_json *store_list_type(const char *scope, const char *type);
/* Change a resource under the store's lock: `change` edits it in place and returns false to leave it as it is. */
bool store_change(const char *id, bool (*change)(struct acr_json *resource, void *user), void *user);
/* A private JSON document beside the resources (counters, secrets, locks): NULL when absent; putting NULL deletes. */
struct acr_json *store_private_get(const char *name);
void store_private_put(const char *name, const struct acr_json *value);
/* The name of a document of that kind that belongs to a resource; yours to free(). */
char *store_private_name(const char *kind, const char *id);
/* Read everything at the start; free it at the end. */
int store_open(struct acr_error *error) ACR_MUST_CHECK;
void store_close(void);

/* ---- arm.c ---------------------------------------------------------------------------------------------------- */

/* An ARM request taken apart. Texts are decoded. */
struct arm_request {
	struct exchange *exchange;
	const char *api_version;
	const char *id;     /* the resource or collection the path names, without action: "…/registries/r/webhooks/w",
			     * "…/registries/r/webhooks" */
	const char *type;   /* "Microsoft.ContainerRegistry/registries/webhooks" */
	const char *name;   /* last name of the id; NULL for a collection */
	const char *action; /* what follows the resource in a POST: "listCredentials"; NULL */
	const char *group;  /* id of the resource group, NULL when none */
	const char *registry;  /* id of the registry it is about, NULL when none */
	struct acr_json *body; /* NULL when none */
};
/* One row: what answers a method on a type (with an action for POST). Rows of all files are tried in order before
 * the generic store answers. A row with a type answers both items and the collection. The registry, and every parent
 * of what the path names, are known to exist. */
struct arm_route {
	const char *method, *type, *action;
	void (*answer)(struct arm_request *request);
};
extern const struct arm_route arm_resource_routes[]; /* arm_resources.c: groups, lists; ended by an empty row */
extern const struct arm_route arm_registry_routes[]; /* arm_registries.c */
extern const struct arm_route agent_routes[];        /* agent_routes.c: runs, scheduleRun, listBuildSourceUploadUrl */

/* Answer a request to the management API. */
void arm_answer(struct exchange *exchange);
/* Answer what needs no token (the cloud's metadata); false when it is something else (arm_resources.c). */
bool arm_answer_public(struct exchange *exchange);
/* What the generic store answers, for routes that only sometimes differ. */
void arm_generic(struct arm_request *request);
/* Parts of the generic answers: 404 as Azure words it; a list (taken) with nextLink paging; "systemData" of a resource
 * that was just made or changed. */
void arm_not_found(struct arm_request *request);
void arm_reply_list(struct arm_request *request, struct acr_json *list);
void arm_touch(struct acr_json *resource);
/* A resource of the request's body and names, in the order in which Azure prints it. */
struct acr_json *arm_new_resource(const struct arm_request *request);
/* False, and answered, when a PUT or PATCH would move the resource to another region. */
bool arm_check_location(struct arm_request *request, const struct acr_json *present);
/* Merge a PATCH (JSON Merge Patch, RFC 7396) into a resource. */
void arm_merge(struct acr_json *resource, const struct acr_json *patch);

/* Answer as a long operation: 201 or 202 (or 200) with Azure-AsyncOperation (when result_id is given) or Location,
 * finished when `work` (in a thread of its own) returns NULL, failed when it returns an error object
 * {"code","message"} (taken). `result_id` is the resource that a successful PUT or PATCH reports: its
 * provisioningState is set to Succeeded or Failed at the end. `work` may be NULL for operations that just take a
 * moment. The body is that resource, or what the handler put into the reply. */
void arm_reply_long(struct arm_request *request, int status, const char *result_id,
		    struct acr_json *(*work)(void *user), void *user);
/* Whether a request asks for the state of a long operation, and its answer. */
bool arm_long_concerns(const struct arm_request *request);
void arm_long_answer(struct arm_request *request);
/* Wait for the operations that run. */
void arm_long_stop(void);

/* Start the endpoints of all stored registries (arm_registries.c). */
int arm_registries_start(struct acr_error *error) ACR_MUST_CHECK;
/* Stop and delete a registry with its images and secrets. */
void arm_registry_remove(const char *id);

/* ---- registry_*.c: called by management ------------------------------------------------------------------------ */

/* Start the endpoints of a registry (id of a resource in the store); `port` 0 picks one. Returns the port, negative on
 * failure. Called when a registry is created and for each stored one at the start. */
int registry_start(const char *id, int port, struct acr_error *error);
/* Stop them, and with `purge` delete all images. */
void registry_stop(const char *id, bool purge);
/* Bytes of all blobs of a registry. */
uint64_t registry_size(const char *id);
/* Whether a registry has that tag. */
bool registry_has_tag(const char *id, const char *repository, const char *tag);
/* Called at the end of the process. */
void registry_stop_all(void);
/* The thread that does what falls due (registry_chores.c). */
int chores_start(struct acr_error *error) ACR_MUST_CHECK;
void chores_stop(void);

/* Whether a service principal or admin user name and password are right for a registry (id): used by basic
 * authentication and the password grant. Lives in arm_registry_secrets.c, since it owns the secrets. `scopes` (may be
 * NULL) gets what the account may do: NULL there stands for everything. */
bool registry_password_valid(const char *id, const char *username, const char *password, struct acr_json **scopes);

/* ---- webhook_*.c ----------------------------------------------------------------------------------------------- */

/* Tell the webhooks of a registry that an image was pushed or deleted: their requests are sent later. `content` is
 * the notification without its id: {"timestamp","action","target","request"}; `tags` are those the scopes of webhooks
 * are compared with (an array of strings). */
void webhooks_notify(const char *registry, const struct acr_json *content, const struct acr_json *tags);
/* Send one notification to one webhook (its resource), enabled or not. The reply is its id, yours to free(). */
char *webhook_send(const struct acr_json *webhook, const struct acr_json *content);
/* What was sent to a webhook and what it answered, newest first. */
struct acr_json *webhook_history(const struct acr_json *webhook);
/* Forget it. */
void webhook_forget(const char *id);
int webhooks_start(struct acr_error *error) ACR_MUST_CHECK;
void webhooks_stop(void);

/* ---- agent_*.c: called by the main listener and by main() ------------------------------------------------------ */

/* Requests to NAME.blob.localhost: uploads (Put Blob, Put Block, Put Block List), logs (HEAD, ranged GET). */
void blob_open(void *user, struct exchange *exchange);
void blob_answer(void *user, struct exchange *exchange);
/* Resume or fail what was under way when the process ended; prepare the base images that come with the emulator. */
int agent_start(struct acr_error *error);
/* Cancel runs, end child processes. */
void agent_stop(void);
/* Whether a request brings an event of GitHub, whether that is signed (otherwise it needs a token), and its answer:
 * the runs of tasks that it started. */
bool commits_concern(const struct exchange *exchange);
bool commits_are_signed(const struct exchange *exchange);
void commits_answer(struct exchange *exchange);
/* What a cache rule fetches. */
struct cached_image {
	const char *source;              /* "server/repository" */
	const char *reference;           /* tag or digest */
	bool own_source;                 /* that server is the emulator's, whose account opens it */
	const char *server, *repository; /* where it is put */
};
/* Copy it with all its platforms and wait until it is there. */
int import_cached(const struct cached_image *image, struct acr_error *error) ACR_MUST_CHECK;
/* Start the runs of tasks that build on an image that was just pushed to a login server. */
void triggers_image_pushed(const char *login_server, const char *repository, const char *tag, const char *digest);

#endif
