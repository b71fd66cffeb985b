/* Blobs and uploads: streamed between the client and docker-registry, in pieces both ways. */
#include "registry.h"

#include <stdlib.h>
#include <string.h>

/* ---- relaying an answer --------------------------------------------------------------------------------------- */

static void relay_free(void *state)
{
	upstream_clear(state);
	free(state);
}

static ssize_t relay_produce(struct exchange *exchange, void *bytes, size_t size)
{
	return upstream_read(exchange->state, bytes, size);
}

static bool is_relayed(const char *name)
{
	static const char *const own[] = {"Connection", "Transfer-Encoding", "Content-Length",
					  "Date",       "Keep-Alive",        "Docker-Distribution-Api-Version"};
	for (size_t i = 0; i < ACR_COUNT(own); i++)
		if (!strcasecmp(own[i], name))
			return false;
	return true;
}

static void relay(struct exchange *exchange)
{
	const struct upstream *upstream = exchange->state;
	exchange->status = upstream->status;
	for (size_t i = 0; i < upstream->headers.count; i++)
		if (is_relayed(upstream->headers.items[i].name))
			acr_headers_set(&exchange->reply_headers, upstream->headers.items[i].name,
					upstream->headers.items[i].value);
	if (upstream->finished && !upstream->head)
		return;
	exchange->reply_length = upstream->length;
	exchange->produce = relay_produce;
}

/* ---- requests with a body ------------------------------------------------------------------------------------- */

static int receive_piece(struct exchange *exchange, const void *bytes, size_t length)
{
	/* When docker-registry stops reading, its answer says why: the rest is dropped here. */
	upstream_send(exchange->state, bytes, length);
	return 0;
}

/* Length of the body of the request; -1 when it comes in chunks. */
static int64_t body_length(const struct exchange *exchange)
{
	const char *length = exchange_header(exchange, "Content-Length");
	if (length)
		return strtoll(length, NULL, 10);
	return exchange_header(exchange, "Transfer-Encoding") ? -1 : 0;
}

/* Whether the repository's own attributes allow it; a repository that is not there yet allows everything. */
static bool repository_allows(struct registry *registry, const char *repository, const char *attribute)
{
	pthread_mutex_lock(&registry->lock);
	bool allowed = metadata_allows(metadata_repository(registry, repository), attribute);
	pthread_mutex_unlock(&registry->lock);
	return allowed;
}

static bool may_upload(struct registry *registry, struct exchange *exchange, const char *repository)
{
	/* Mounting takes a blob out of another repository. */
	ACR_AUTO_FREE char *from = exchange_query(exchange, "from");
	struct need needs[] = {
		{"repository", repository, "pull"}, {"repository", repository, "push"}, {"repository", from, "pull"}};
	if (!authorize(registry, exchange, needs, from ? 3 : 2))
		return false;
	if (repository_allows(registry, repository, "writeEnabled"))
		return true;
	fail_disallowed(exchange);
	return false;
}

/* Connect with the header fields of the request; false when that failed and was answered. */
static bool begin(struct registry *registry, struct exchange *exchange, const struct image_path *path, int64_t length)
{
	struct acr_error error = ACR_ERROR_INIT;
	ACR_AUTO(acr_buf) target = ACR_BUF_INIT;
	image_path_write(path, &target);
	struct upstream *upstream = acr_alloc(sizeof(*upstream));
	exchange->state = upstream;
	exchange->state_free = relay_free;
	if (upstream_open(registry, upstream, exchange->method, acr_buf_str(&target), exchange->query,
			  &exchange->headers, length, &error) == 0)
		return true;
	fail_internal(exchange, &error);
	return false;
}

void proxy_open(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	if (may_upload(registry, exchange, path->repository) && begin(registry, exchange, path, body_length(exchange)))
		exchange->receive = receive_piece;
}

/* ---- answers -------------------------------------------------------------------------------------------------- */

static void finish(struct exchange *exchange)
{
	struct acr_error error = ACR_ERROR_INIT;
	if (upstream_receive(exchange->state, &error) == 0)
		relay(exchange);
	else
		fail_internal(exchange, &error);
}

void proxy_forward(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	if (begin(registry, exchange, path, 0))
		finish(exchange);
}

void proxy_answer(struct registry *registry, struct exchange *exchange, const struct image_path *path)
{
	if (exchange->receive) { /* the request went through proxy_open() */
		finish(exchange);
		return;
	}
	bool remove = !strcmp(exchange->method, "DELETE");
	bool upload = !strcmp(path->kind, "uploads");
	struct need need = {"repository", path->repository, !remove ? "pull" : upload ? "push" : "delete"};
	if (!authorize(registry, exchange, &need, 1))
		return;
	if (!remove && !repository_allows(registry, path->repository, "readEnabled")) {
		fail_disallowed(exchange);
		return;
	}
	proxy_forward(registry, exchange, path);
}
