/* Private to registry_*.c: the endpoints of one registry.
 *
 *   registry_list.c        the registries that are served: start, stop, find
 *   registry_process.c     the docker-registry process behind a registry
 *   registry_upstream.c    a small HTTP/1.1 client that talks to it
 *   registry_front.c       dispatch of requests, firewall, errors
 *   registry_rights.c      who asks, what they may do, and the challenge when they may not
 *   registry_tokens.c      /oauth2/exchange and /oauth2/token
 *   registry_paths.c       paths below /v2/, names of repositories
 *   registry_proxy.c       blobs and uploads, streamed to and from docker-registry
 *   registry_manifests.c   manifests below /v2/
 *   registry_cache.c       what cache rules fetch
 *   registry_catalog.c     lists below /v2/: repositories, tags, referrers
 *   registry_events.c      what webhooks and tasks are told
 *   registry_metadata.c    what is known of repositories, tags and manifests; kept in files
 *   registry_describe.c    a manifest taken apart: sizes, platform, blobs, subject
 *   registry_attributes.c  /acr/v1/
 *   registry_deleted.c     /acr/v1/_deleted/: what soft delete keeps
 *   registry_streaming.c   /acr/v1/REPOSITORY/_streaming and _operations
 *   registry_charts.c      /helm/v1/
 *   registry_purge.c       the retention policy
 *   registry_chores.c      what is done without being asked
 *
 * docker-registry holds blobs and manifests by digest only; tags live in the metadata, which also decides whether a
 * manifest exists. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "emulator.h"

#define MANIFEST_MAX ((size_t)4 << 20)

struct process;

struct registry {
	char *id;           /* of the resource */
	char *name;         /* lower case */
	char *login_server; /* "localhost:PORT" */
	char *folder;       /* STATE/registries/NAME */
	struct listener *listener;
	struct process *process;
	pthread_mutex_t writing;       /* one change of manifests at a time; taken before `lock` */
	pthread_mutex_t lock;          /* of `repositories` */
	struct acr_json *repositories; /* by name, see registry_metadata.c */
	struct registry *next;
};

/* ---- registry_process.c --------------------------------------------------------------------------------------- */

/* Write the configuration of a docker-registry in `folder`; the process starts with the first connection. */
struct process *process_new(const char *folder, const char *secret, struct acr_error *error);
/* A connected socket, or a negative code. Starts the process when it does not run. */
int process_connect(struct process *process, struct acr_error *error) ACR_MUST_CHECK;
/* End the process and wait for it. */
void process_free(struct process *process);

/* ---- registry_upstream.c -------------------------------------------------------------------------------------- */

/* One request to docker-registry and its answer, on a connection of its own. */
struct upstream {
	int descriptor;
	bool chunked_request; /* the body is sent in chunks, since its length is not known */
	bool broken;          /* it stopped reading; an answer may be there all the same */
	bool head;            /* the answer to HEAD has no body whatever it says */
	char *buffer;         /* received and not yet used: [start, end) */
	size_t start, end;
	int status;
	struct acr_headers headers;
	int64_t length;    /* of the answer's body; -1 when it is not known before the end */
	int64_t remaining; /* of the body, or of the chunk; -1 = up to the end of the connection */
	bool chunked;
	bool finished;
};

/* Connect and send the header fields. `path` is percent-encoded, `length` is that of the body that follows, -1 when
 * not known. Only header fields that mean something to docker-registry are passed on. */
int upstream_open(struct registry *registry, struct upstream *upstream, const char *method, const char *path,
		  const char *query, const struct acr_headers *headers, int64_t length,
		  struct acr_error *error) ACR_MUST_CHECK;
/* A piece of the body. Failing to send is not an error here: upstream_receive() tells what came of it. */
void upstream_send(struct upstream *upstream, const void *bytes, size_t length);
/* End the body and read status and header fields of the answer. */
int upstream_receive(struct upstream *upstream, struct acr_error *error) ACR_MUST_CHECK;
/* Up to `size` bytes of the answer's body; 0 at its end, negative when it breaks off. */
ssize_t upstream_read(struct upstream *upstream, void *bytes, size_t size);
void upstream_clear(struct upstream *upstream);
/* The whole exchange, with small bodies: returns the status, negative without an answer. `content_type` and `body`
 * may be NULL; `answer` (may be NULL) gets at most its own cap. */
int upstream_fetch(struct registry *registry, const char *method, const char *path, const char *content_type,
		   const struct acr_buf *body, struct acr_buf *answer, struct acr_error *error) ACR_MUST_CHECK;

/* ---- registry_front.c ----------------------------------------------------------------------------------------- */

void front_open(void *user, struct exchange *exchange);
void front_answer(void *user, struct exchange *exchange);
/* Reply {"errors":[{"code","message","detail"}]}; `detail` (taken) is left out when NULL. */
void registry_fail(struct exchange *exchange, int status, const char *code, struct acr_json *detail, const char *format,
		   ...) ACR_PRINTF(5, 6);
/* The usual refusals. */
void fail_name_unknown(struct exchange *exchange, const char *repository);
void fail_tag_unknown(struct exchange *exchange, const char *tag);
void fail_manifest_unknown(struct exchange *exchange, const char *repository, const char *reference);
void fail_disallowed(struct exchange *exchange);
void fail_unsupported(struct exchange *exchange);
void fail_internal(struct exchange *exchange, struct acr_error *error);

/* One page of a list: `names` come sorted; `Link` is set when there is more. */
struct page {
	size_t size;
	char *last;  /* the item after which it begins; NULL = from the first */
	char *order; /* "", "timeasc", "timedesc" */
};
#define PAGE_DEFAULT 100
#define PAGE_MAX 1000
/* Read n, last and orderby; false when a reply was made because they are wrong. */
bool page_read(struct exchange *exchange, struct page *page);
void page_clear(struct page *page);
/* Take the page out of `items` (array of objects or strings, in order): a new array of copies; `key` is the member
 * that names an item, NULL when the items are strings. */
struct acr_json *page_take(struct exchange *exchange, const struct page *page, const struct acr_json *items,
			   const char *key);

/* ---- registry_rights.c ---------------------------------------------------------------------------------------- */

/* One thing that a request wants to do. */
struct need {
	const char *type; /* "repository", "registry" */
	const char *name; /* "x", "catalog" */
	const char *action;
};

/* Who asks. */
struct account {
	bool known;              /* a good credential was shown */
	bool everything;         /* may do everything */
	struct acr_json *access; /* [{"type","name","actions"}] when not */
	char *subject;
};
void account_clear(struct account *account);
/* Fill in from user name and password: those of management, or the zero GUID with a refresh token. */
void account_by_password(const struct registry *registry, const char *username, const char *password,
			 struct account *account);
/* The account of a service principal (its object id), with what the roles given to it allow. */
void account_by_principal(const struct registry *registry, const char *principal, const char *subject,
			  struct account *account);
void account_by_refresh_token(const struct registry *registry, const char *token, struct account *account);
/* From an Authorization header field of kind Basic; other kinds leave it unknown. */
void account_by_basic(const struct registry *registry, const char *authorization, struct account *account);
bool account_may(const struct account *account, const struct need *need);
/* Whether the request may do all of it; else the challenge is the reply. */
bool authorize(const struct registry *registry, struct exchange *exchange, const struct need *needs, size_t count);
/* 401 with a challenge; `fault` is "invalid_token", "insufficient_scope" or NULL. */
void challenge(const struct registry *registry, struct exchange *exchange, const struct need *needs, size_t count,
	       const char *fault);

/* ---- registry_tokens.c ---------------------------------------------------------------------------------------- */

void tokens_answer(struct registry *registry, struct exchange *exchange);

/* ---- registry_paths.c ----------------------------------------------------------------------------------------- */

/* A path below /v2/ taken apart, decoded. */
struct image_path {
	char *repository;
	char *kind; /* "manifests", "blobs", "uploads", "tags", "referrers" */
	char *rest; /* reference, digest, upload id; "" */
};
bool image_path_parse(const char *path, struct image_path *ret);
void image_path_clear(struct image_path *path);
/* Append it as a path again. */
void image_path_write(const struct image_path *path, struct acr_buf *out);
bool repository_name_valid(const char *name);

/* ---- registry_proxy.c ----------------------------------------------------------------------------------------- */

/* Begin an upload request: authorize, connect, set exchange->receive. */
void proxy_open(struct registry *registry, struct exchange *exchange, const struct image_path *path);
/* Answer a request on blobs or uploads. */
void proxy_answer(struct registry *registry, struct exchange *exchange, const struct image_path *path);
/* Pass a request without body on and make the answer of docker-registry the reply. */
void proxy_forward(struct registry *registry, struct exchange *exchange, const struct image_path *path);

/* ---- registry_manifests.c ------------------------------------------------------------------------------------- */

void manifests_answer(struct registry *registry, struct exchange *exchange, const struct image_path *path);
/* Delete manifests (digests) with their tags, as the request asks. With soft delete they can be restored. The caller
 * holds `writing`, not `lock`. */
int manifests_delete(struct registry *registry, const struct exchange *exchange, const char *repository,
		     const struct acr_json *digests, struct acr_error *error) ACR_MUST_CHECK;

/* ---- registry_cache.c ----------------------------------------------------------------------------------------- */

/* Fetch a manifest that is not there, as a cache rule of the repository says. 1: it is there now; 0: no rule is about
 * the repository; negative: it cannot be fetched. */
int cache_fetch(const struct registry *registry, const char *repository, const char *reference,
		struct acr_error *error) ACR_MUST_CHECK;

/* ---- registry_events.c ---------------------------------------------------------------------------------------- */

/* Tell webhooks and tasks of a manifest that the request pushed; `tag` may be NULL. */
void event_pushed(const struct registry *registry, const struct exchange *exchange, const char *repository,
		  const char *tag, const char *media_type, const char *digest);
/* Tell webhooks of a manifest that the request deleted with its tags. */
void event_deleted(const struct registry *registry, const struct exchange *exchange, const char *repository,
		   const char *media_type, const char *digest, const struct acr_json *tags);

/* ---- registry_catalog.c --------------------------------------------------------------------------------------- */

/* /v2/_catalog and /acr/v1/_catalog, /v2/R/tags/list, /v2/R/referrers/D. */
void catalog_answer(struct registry *registry, struct exchange *exchange);
void tags_list_answer(struct registry *registry, struct exchange *exchange, const struct image_path *path);
void referrers_answer(struct registry *registry, struct exchange *exchange, const struct image_path *path);

/* ---- registry_metadata.c -------------------------------------------------------------------------------------- */

/* "2023-12-21T23:56:34.8524938Z", yours to free(). */
char *time_text(void);
/* Read what is stored. */
int metadata_load(struct registry *registry, struct acr_error *error) ACR_MUST_CHECK;

/* For all that follow the caller holds `lock`. What they return is lent until something changes. */

/* Write a repository that was changed; drop it when nothing is left of it. */
void metadata_save(struct registry *registry, const char *repository);
/* A repository that has manifests; one with deleted manifests only counts as absent. */
struct acr_json *metadata_repository(const struct registry *registry, const char *repository);
/* That one or what is left of it. */
struct acr_json *metadata_remains(const struct registry *registry, const char *repository);
struct acr_json *metadata_tag(const struct acr_json *repository, const char *tag);
struct acr_json *metadata_manifest(const struct acr_json *repository, const char *digest);
/* Whether changeableAttributes of an item allow it; true when the item is NULL. */
bool metadata_allows(const struct acr_json *item, const char *attribute);
/* Deleting takes deleteEnabled and writeEnabled. */
bool metadata_may_delete(const struct acr_json *item);
/* What `shape` makes of each member of `items` (an item left out for NULL), as array sorted by key, or by
 * lastUpdateTime for "timeasc" and "timedesc". */
typedef struct acr_json *(*metadata_shape)(const struct acr_json *repository, const struct acr_json *item);
struct acr_json *metadata_list(const struct acr_json *repository, const struct acr_json *items, const char *order,
			       metadata_shape shape);
/* Names of the tags of a manifest as array; of listed ones only with `listed`. */
struct acr_json *metadata_tags_of(const struct acr_json *repository, const char *digest, bool listed);
/* Digest and all manifests that refer to it, directly or not, as array of digests. */
struct acr_json *metadata_with_referrers(const struct acr_json *repository, const char *digest);
/* Note a manifest that was pushed; `description` is taken, `tag` may be NULL. */
void metadata_record(struct registry *registry, const char *repository, const char *tag, struct acr_json *description);
/* A manifest that a tag was taken from: note when, if it was the last one. */
void metadata_note_untagged(struct acr_json *repository, const char *digest, const char *now);
/* Remove a manifest with its tags; with `keep` it goes to what is deleted. */
void metadata_forget(struct registry *registry, const char *repository, const char *digest, bool keep);
/* Sum of the distinct blobs and manifests, deleted ones that are kept included. */
uint64_t metadata_size(const struct registry *registry);

/* ---- registry_describe.c -------------------------------------------------------------------------------------- */

/* What the metadata keeps of a manifest of `size` bytes. Asks docker-registry for the configuration of an image. */
int describe_manifest(struct registry *registry, const char *repository, const char *content_type,
		      const struct acr_json *manifest, const char *digest, size_t size, struct acr_json **ret,
		      struct acr_error *error) ACR_MUST_CHECK;

/* ---- registry_attributes.c ------------------------------------------------------------------------------------ */

void attributes_answer(struct registry *registry, struct exchange *exchange);

/* ---- registry_deleted.c --------------------------------------------------------------------------------------- */

/* Whether deleted manifests are kept. */
bool soft_delete_enabled(const struct registry *registry);
/* `path` is what follows "/acr/v1/_deleted/", decoded. */
void deleted_answer(struct registry *registry, struct exchange *exchange, const char *path);

/* Forget deleted manifests that were kept long enough. */
void deleted_expire(struct registry *registry);

/* ---- registry_streaming.c ------------------------------------------------------------------------------------- */

/* `path` is what follows "/acr/v1/", decoded; false when it is about something else. */
bool streaming_answer(struct registry *registry, struct exchange *exchange, const char *path);
/* A manifest was pushed with a tag: begin its conversion where the repository asks for that. The caller holds
 * `lock`. */
void streaming_pushed(struct registry *registry, const char *repository, const char *digest);
/* Do the conversions that are due; true when some will be soon. */
bool streaming_work(struct registry *registry);

/* ---- registry_charts.c ---------------------------------------------------------------------------------------- */

/* False when the request is about something else. */
bool charts_answer(struct registry *registry, struct exchange *exchange);

/* ---- registry_purge.c ----------------------------------------------------------------------------------------- */

/* Delete what the retention policy says. `exchange` tells webhooks who asked. The caller holds `writing`. */
void purge_untagged(struct registry *registry, const struct exchange *exchange);

/* ---- registry_chores.c: see emulator.h for start and stop ------------------------------------------------------- */

/* There is something new to do. */
void chores_wake(void);

/* ---- registry_list.c ------------------------------------------------------------------------------------------ */

/* A copy of the registry's resource; NULL when it is gone. */
struct acr_json *registry_resource(const struct registry *registry);
/* Call `visit` for each registry that is served; none comes or goes meanwhile. */
void registry_each(void (*visit)(struct registry *registry, void *user), void *user);

#endif
