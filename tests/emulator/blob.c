/* Blob storage: signed uploads of contexts (Put Blob, Put Block, Put Block List) and signed reads of logs. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ACCOUNT "acremulator"
#define STORAGE_VERSION "2021-08-06"
#define COPY_PIECE ((size_t)1 << 20)

/* A request for a blob, while it is answered. */
struct blob {
	char *file;      /* of the blob */
	char *temporary; /* being written; removed with the request */
	int descriptor;  /* of whichever of the two is open; -1 */
	off_t position;  /* of a read */
	off_t end;
	bool failed; /* the disk did not take what came */
};

/* ---- names and URLs ----------------------------------------------------------------------------------------- */

char *blob_file(const char *container, const char *name)
{
	return acr_format("%s/agent/blobs/%s/%s", emulator.state, container, name);
}

static char *signed_text(char permission, const char *path)
{
	return acr_format("%c:%s", permission, path);
}

char *blob_url(const char *container, const char *name, char permission, int lifetime)
{
	ACR_AUTO_FREE char *path = acr_format("/%s/%s", container, name);
	ACR_AUTO_FREE char *what = signed_text(permission, path);
	ACR_AUTO_FREE char *signature = signature_make(what, lifetime);
	return acr_format("https://" ACCOUNT ".blob.localhost:%d%s?sv=" STORAGE_VERSION "&sr=b&sp=%c&%s", emulator.port,
			  path, permission, signature);
}

bool blob_name_is_safe(const char *name)
{
	for (;;) {
		size_t length = strcspn(name, "/");
		if (!length || name[0] == '.')
			return false;
		if (!name[length])
			return true;
		name += length + 1;
	}
}

/* "/container/name" */
static bool path_is_safe(const char *path)
{
	const char *name = *path == '/' ? strchr(path + 1, '/') : NULL;
	return name && blob_name_is_safe(path + 1);
}

/* ---- replies ------------------------------------------------------------------------------------------------ */

static void add_header(struct exchange *exchange, const char *name, char *value)
{
	acr_headers_set(&exchange->reply_headers, name, value);
	free(value);
}

static void common_headers(struct exchange *exchange)
{
	char request_id[37];
	acr_uuid(request_id);
	acr_headers_set(&exchange->reply_headers, "x-ms-request-id", request_id);
	acr_headers_set(&exchange->reply_headers, "x-ms-version", STORAGE_VERSION);
	add_header(exchange, "Date", acr_time_http_text(now_seconds()));
}

static void storage_error(struct exchange *exchange, int status, const char *code, const char *message)
{
	common_headers(exchange);
	exchange->status = status;
	acr_headers_set(&exchange->reply_headers, "x-ms-error-code", code);
	acr_headers_set(&exchange->reply_headers, "Content-Type", "application/xml");
	acr_buf_reset(&exchange->reply);
	if (strcmp(exchange->method, "HEAD") != 0)
		acr_buf_printf(&exchange->reply,
			       "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s</Code><Message>%s\n"
			       "RequestId:%s</Message></Error>",
			       code, message, acr_headers_get(&exchange->reply_headers, "x-ms-request-id"));
}

static void internal_error(struct exchange *exchange, const char *what, const char *path)
{
	note("cannot %s %s: %s", what, path, strerror(errno));
	storage_error(exchange, 500, "InternalError", "The server encountered an internal error.");
}

static void file_headers(struct exchange *exchange, const struct stat *status)
{
	common_headers(exchange);
	add_header(exchange, "Last-Modified", acr_time_http_text(status->st_mtim.tv_sec));
	add_header(exchange, "ETag",
		   acr_format("\"0x%llX%08lX\"", (unsigned long long)status->st_mtim.tv_sec,
			      (unsigned long)status->st_mtim.tv_nsec));
}

/* ---- uploads ------------------------------------------------------------------------------------------------ */

static void blob_free(void *state)
{
	struct blob *blob = state;
	if (!blob)
		return;
	if (blob->descriptor >= 0)
		close(blob->descriptor);
	if (blob->temporary)
		unlink(blob->temporary);
	free(blob->temporary);
	free(blob->file);
	free(blob);
}

static int receive(struct exchange *exchange, const void *bytes, size_t length)
{
	struct blob *blob = exchange->state;
	const char *rest = bytes;
	while (length) {
		ssize_t written = write(blob->descriptor, rest, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			internal_error(exchange, "write", blob->temporary);
			return -1;
		}
		rest += written;
		length -= (size_t)written;
	}
	return 0;
}

static char *blocks_folder(const char *file)
{
	return acr_format("%s.blocks", file);
}

/* The file of a block: its id may hold any character, its digest does not. */
static char *block_file(const char *file, const char *id)
{
	char digest[65];
	acr_sha256_hex(id, strlen(id), digest);
	return acr_format("%s.blocks/%s", file, digest);
}

/* Open a temporary file beside `target`, making the folders on the way. */
static bool open_temporary(struct blob *blob, const char *target)
{
	ACR_AUTO_FREE char *folder = acr_strdup(target);
	*strrchr(folder, '/') = '\0';
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (acr_folder_make(folder, &error) < 0) {
		note("%s", error.message);
		return false;
	}
	char random[37];
	acr_uuid(random);
	blob->temporary = acr_format("%s.%s", target, random);
	blob->descriptor = open(blob->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return blob->descriptor >= 0;
}

/* Put the temporary file in place. */
static void commit(struct exchange *exchange, struct blob *blob, const char *target)
{
	struct stat status;
	if (fstat(blob->descriptor, &status) < 0 || rename(blob->temporary, target) < 0) {
		internal_error(exchange, "store", target);
		return;
	}
	free(TAKE(blob->temporary));
	file_headers(exchange, &status);
	acr_headers_set(&exchange->reply_headers, "x-ms-request-server-encrypted", "false");
	exchange->status = 201;
}

static bool append_file(int out, const char *path)
{
	int in = open(path, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return false;
	ssize_t copied;
	do {
		copied = copy_file_range(in, NULL, out, NULL, COPY_PIECE, 0);
	} while (copied > 0 || (copied < 0 && errno == EINTR));
	close(in);
	return copied == 0;
}

/* The next block id of a block list; NULL at its end. Yours to free(). */
static char *next_block(const char **xml)
{
	static const char *const tags[] = {"<Latest>", "<Uncommitted>", "<Committed>"};
	const char *best = NULL;
	for (size_t i = 0; i < ACR_COUNT(tags); i++) {
		const char *found = strstr(*xml, tags[i]);
		if (found && (!best || found + strlen(tags[i]) < best))
			best = found + strlen(tags[i]);
	}
	const char *end = best ? strchr(best, '<') : NULL;
	if (!end)
		return NULL;
	*xml = end;
	return acr_strndup(best, (size_t)(end - best));
}

static void put_block_list(struct exchange *exchange, struct blob *blob)
{
	if (!open_temporary(blob, blob->file)) {
		internal_error(exchange, "create", blob->temporary);
		return;
	}
	const char *xml = acr_buf_str(&exchange->body);
	char *id;
	while ((id = next_block(&xml))) {
		ACR_AUTO_FREE char *path = block_file(blob->file, id);
		free(id);
		if (append_file(blob->descriptor, path))
			continue;
		if (errno == ENOENT)
			storage_error(exchange, 400, "InvalidBlockList", "The specified block list is invalid.");
		else
			internal_error(exchange, "append", path);
		return;
	}
	commit(exchange, blob, blob->file);
	ACR_AUTO_FREE char *folder = blocks_folder(blob->file);
	remove_tree(folder);
}

static void put_blob(struct exchange *exchange, struct blob *blob)
{
	commit(exchange, blob, blob->file);
}

static void put_block(struct exchange *exchange, struct blob *blob)
{
	ACR_AUTO_FREE char *id = exchange_query(exchange, "blockid");
	ACR_AUTO_FREE char *target = block_file(blob->file, id);
	commit(exchange, blob, target);
}

/* Before the body of a PUT comes: where does it go? */
static void open_upload(struct exchange *exchange, struct blob *blob)
{
	ACR_AUTO_FREE char *comp = exchange_query(exchange, "comp");
	ACR_AUTO_FREE char *id = exchange_query(exchange, "blockid");
	ACR_AUTO_FREE char *target = NULL;
	const char *type = exchange_header(exchange, "x-ms-blob-type");
	if (comp && !strcmp(comp, "blocklist"))
		return;
	if (comp && !strcmp(comp, "block") && id)
		target = block_file(blob->file, id);
	else if (!comp && type && !strcmp(type, "BlockBlob"))
		target = acr_strdup(blob->file);
	else {
		storage_error(exchange, 400, "InvalidHeaderValue",
			      "Only block blobs can be written: comp=block, comp=blocklist, or x-ms-blob-type: "
			      "BlockBlob.");
		return;
	}
	if (!open_temporary(blob, target))
		internal_error(exchange, "create", target);
	else
		exchange->receive = receive;
}

static void answer_upload(struct exchange *exchange, struct blob *blob)
{
	ACR_AUTO_FREE char *comp = exchange_query(exchange, "comp");
	if (!comp)
		put_blob(exchange, blob);
	else if (!strcmp(comp, "block"))
		put_block(exchange, blob);
	else
		put_block_list(exchange, blob);
}

/* ---- reads -------------------------------------------------------------------------------------------------- */

static ssize_t produce(struct exchange *exchange, void *bytes, size_t size)
{
	struct blob *blob = exchange->state;
	if ((off_t)size > blob->end - blob->position)
		size = (size_t)(blob->end - blob->position);
	ssize_t got = pread(blob->descriptor, bytes, size, blob->position);
	if (got > 0)
		blob->position += got;
	return got;
}

/* "bytes=A-B" or "bytes=A-": false when it is not understood, which is as if it was not sent (RFC 9110 14.2). */
static bool parse_range(const char *text, off_t *first, off_t *last)
{
	static const char unit[] = "bytes=";
	if (!text || strncmp(text, unit, strlen(unit)) != 0)
		return false;
	char *end;
	text += strlen(unit);
	errno = 0;
	*first = strtoll(text, &end, 10);
	if (errno || end == text || *first < 0 || *end != '-')
		return false;
	text = end + 1;
	*last = *text ? strtoll(text, &end, 10) : INT64_MAX;
	return !errno && (!*text || !*end) && *last >= *first;
}

/* Cut the read to the range asked for; false when the reply is an error. */
static bool apply_range(struct exchange *exchange, struct blob *blob, off_t size)
{
	const char *range = exchange_header(exchange, "x-ms-range");
	if (!range)
		range = exchange_header(exchange, "Range");
	off_t first, last;
	if (!parse_range(range, &first, &last))
		return true;
	if (first >= size) {
		storage_error(exchange, 416, "InvalidRange",
			      "The range specified is invalid for the current size of the resource.");
		add_header(exchange, "Content-Range", acr_format("bytes */%lld", (long long)size));
		return false;
	}
	blob->position = first;
	blob->end = last < size ? last + 1 : size;
	exchange->status = 206;
	add_header(exchange, "Content-Range",
		   acr_format("bytes %lld-%lld/%lld", (long long)first, (long long)blob->end - 1, (long long)size));
	return true;
}

static bool is_log(const char *file)
{
	size_t length = strlen(file);
	return length > 4 && !strcmp(file + length - 4, ".log");
}

static void read_blob(struct exchange *exchange, struct blob *blob)
{
	/* In this order: a log that was marked as complete before it was measured is measured in full. */
	ACR_AUTO_FREE char *complete = is_log(blob->file) ? log_state(blob->file) : NULL;
	struct stat status;
	blob->descriptor = open(blob->file, O_RDONLY | O_CLOEXEC);
	if (blob->descriptor < 0 || fstat(blob->descriptor, &status) < 0 || !S_ISREG(status.st_mode)) {
		storage_error(exchange, 404, "BlobNotFound", "The specified blob does not exist.");
		return;
	}
	file_headers(exchange, &status);
	acr_headers_set(&exchange->reply_headers, "Accept-Ranges", "bytes");
	acr_headers_set(&exchange->reply_headers, "x-ms-blob-type", is_log(blob->file) ? "AppendBlob" : "BlockBlob");
	acr_headers_set(&exchange->reply_headers, "Content-Type",
			is_log(blob->file) ? "text/plain; charset=utf-8" : "application/octet-stream");
	if (complete)
		acr_headers_set(&exchange->reply_headers, "x-ms-meta-Complete", complete);
	exchange->status = 200;
	blob->end = status.st_size;
	if (!strcmp(exchange->method, "GET") && !apply_range(exchange, blob, status.st_size))
		return;
	exchange->reply_length = blob->end - blob->position;
	exchange->produce = produce;
}

/* ---- the handler -------------------------------------------------------------------------------------------- */

void blob_open(void *user, struct exchange *exchange)
{
	(void)user;
	bool upload = !strcmp(exchange->method, "PUT");
	if (!upload && strcmp(exchange->method, "GET") != 0 && strcmp(exchange->method, "HEAD") != 0) {
		storage_error(exchange, 405, "UnsupportedHttpVerb", "The resource doesn't support the HTTP verb.");
		return;
	}
	ACR_AUTO_FREE char *path = acr_uri_unescape(exchange->path, strlen(exchange->path), false);
	ACR_AUTO_FREE char *what = signed_text(upload ? 'w' : 'r', path);
	if (!path_is_safe(path) || !signature_check(what, exchange->query)) {
		storage_error(
			exchange, 403, "AuthenticationFailed",
			"Server failed to authenticate the request. Make sure the signed URL is complete, meant for "
			"this blob and operation, and not expired.");
		return;
	}
	struct blob *blob = acr_alloc(sizeof(*blob));
	blob->descriptor = -1;
	blob->file = acr_format("%s/agent/blobs%s", emulator.state, path);
	exchange->state = blob;
	exchange->state_free = blob_free;
	if (upload)
		open_upload(exchange, blob);
}

void blob_answer(void *user, struct exchange *exchange)
{
	(void)user;
	if (!strcmp(exchange->method, "PUT"))
		answer_upload(exchange, exchange->state);
	else
		read_blob(exchange, exchange->state);
}

/* ---- old uploads -------------------------------------------------------------------------------------------- */

static time_t expired_before;

static int expire(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)walk;
	if (type == FTW_F && strstr(path, "/source/") && status->st_mtime < expired_before && unlink(path) < 0)
		note("cannot delete '%s': %s", path, strerror(errno));
	return 0;
}

void uploads_expire(int seconds)
{
	ACR_AUTO_FREE char *folder = acr_format("%s/agent/blobs", emulator.state);
	expired_before = (time_t)now_seconds() - seconds;
	nftw(folder, expire, 16, FTW_PHYS | FTW_MOUNT);
}
