/* A stream to blob storage: one Put Blob, or blocks several at a time and their list. */
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include <acr/upload.h>
#include <acr/uri.h>

#define DEFAULT_BLOCK ((size_t)4 << 20)
#define DEFAULT_PARALLEL 4
#define MAX_PARALLEL 64
/* What the service allows for one blob. */
#define MAX_BLOCKS 50000
#define STORAGE_VERSION "2021-08-06"
#define WHAT "cannot upload the build context"

struct block {
	char *bytes; /* made when first needed */
	size_t length;
	size_t number;
	struct acr_exchange exchange;
};

struct upload {
	struct acr_transport *transport;
	const char *url;
	struct acr_source *source;
	const struct acr_upload_options *options;
	size_t block_size;
	struct block *blocks; /* `parallel` of them */
	size_t parallel;
	size_t sent;    /* blocks so far */
	uint64_t total; /* bytes so far */
	bool ended;
};

static void add_block_id(size_t number, struct acr_buf *out)
{
	/* All ids of a blob have the same length. */
	ACR_AUTO_FREE char *text = acr_format("%08zu", number);
	acr_base64_encode(text, strlen(text), out);
}

static void start_put(struct acr_request *request, const char *url, const void *body, size_t length)
{
	*request = (struct acr_request){.method = "PUT", .body = body, .body_length = length, .auth = ACR_AUTH_NONE};
	request->url = acr_strdup(url);
	acr_headers_add(&request->headers, "x-ms-version", STORAGE_VERSION);
}

static int check(const struct acr_exchange *exchange, struct acr_error *error)
{
	int code = acr_check_status(exchange, WHAT, error);
	if (code == 0 && exchange->response.status / 100 != 2) {
		return acr_fail(error, ACR_ERROR_SERVICE, WHAT ": the storage answered with HTTP status %ld",
				exchange->response.status);
	}
	return code;
}

static int send_one(struct upload *upload, struct acr_exchange *exchange, struct acr_error *error)
{
	int code = acr_send(upload->transport, exchange, error);
	if (code) {
		acr_error_prefix(error, WHAT);
	}
	return code ? code : check(exchange, error);
}

/* --- reading --- */

static int fill(struct upload *upload, struct block *block, struct acr_error *error)
{
	if (!block->bytes) {
		block->bytes = acr_alloc(upload->block_size);
	}
	block->length = 0;
	while (block->length < upload->block_size && !upload->ended) {
		ssize_t got = upload->source->read(upload->source, block->bytes + block->length,
						   upload->block_size - block->length, error);
		if (got < 0) {
			return (int)got;
		}
		block->length += (size_t)got;
		upload->ended = got == 0;
	}
	return 0;
}

/* Fill as many blocks as may be in flight; *count gets those that hold something. */
static int read_batch(struct upload *upload, size_t *count, struct acr_error *error)
{
	size_t filled = 0;
	while (filled < upload->parallel && !upload->ended) {
		int code = fill(upload, &upload->blocks[filled], error);
		if (code) {
			return code;
		}
		filled += upload->blocks[filled].length > 0;
	}
	*count = filled;
	return 0;
}

/* --- sending --- */

static void accepted(struct upload *upload, size_t bytes)
{
	upload->total += bytes;
	if (upload->options && upload->options->progress) {
		upload->options->progress(upload->options->user, upload->total);
	}
}

static int put_blob(struct upload *upload, const struct block *block, size_t length, struct acr_error *error)
{
	struct acr_exchange exchange = {0};
	start_put(&exchange.request, upload->url, length ? block->bytes : NULL, length);
	acr_headers_add(&exchange.request.headers, "x-ms-blob-type", "BlockBlob");
	acr_headers_add(&exchange.request.headers, "Content-Type", "application/octet-stream");
	int code = send_one(upload, &exchange, error);
	acr_exchange_clear(&exchange);
	if (code == 0) {
		accepted(upload, length);
	}
	return code;
}

static void prepare_block(const struct upload *upload, struct block *block)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) id = ACR_BUF_INIT;
	add_block_id(block->number, &id);
	acr_buf_puts(&url, upload->url);
	acr_uri_add_query(&url, "comp", "block");
	acr_uri_add_query(&url, "blockid", acr_buf_str(&id));
	start_put(&block->exchange.request, acr_buf_str(&url), block->bytes, block->length);
	acr_headers_add(&block->exchange.request.headers, "Content-Type", "application/octet-stream");
}

static int finish_block(struct upload *upload, struct block *block, struct acr_error *error)
{
	int code = block->exchange.result;
	if (code) {
		acr_error_move(error, &block->exchange.error);
		acr_error_prefix(error, WHAT);
	} else {
		code = check(&block->exchange, error);
	}
	if (code == 0) {
		accepted(upload, block->length);
	}
	return code;
}

static int put_blocks(struct upload *upload, size_t count, struct acr_error *error)
{
	struct acr_exchange *exchanges[MAX_PARALLEL];
	if (upload->sent + count > MAX_BLOCKS) {
		return acr_fail(error, ACR_ERROR_LIMIT, WHAT ": it is larger than %d blocks of %zu bytes", MAX_BLOCKS,
				upload->block_size);
	}
	for (size_t i = 0; i < count; i++) {
		upload->blocks[i].number = upload->sent++;
		prepare_block(upload, &upload->blocks[i]);
		exchanges[i] = &upload->blocks[i].exchange;
	}
	upload->transport->send(upload->transport, exchanges, count);
	int code = 0;
	for (size_t i = 0; i < count; i++) {
		code = code ? code : finish_block(upload, &upload->blocks[i], error);
		acr_exchange_clear(&upload->blocks[i].exchange);
	}
	return code;
}

static int put_list(struct upload *upload, struct acr_error *error)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;
	acr_buf_puts(&list, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
	for (size_t i = 0; i < upload->sent; i++) {
		acr_buf_puts(&list, "<Latest>");
		add_block_id(i, &list);
		acr_buf_puts(&list, "</Latest>");
	}
	acr_buf_puts(&list, "</BlockList>");
	acr_buf_puts(&url, upload->url);
	acr_uri_add_query(&url, "comp", "blocklist");
	struct acr_exchange exchange = {0};
	start_put(&exchange.request, acr_buf_str(&url), list.data, list.length);
	acr_headers_add(&exchange.request.headers, "Content-Type", "application/xml");
	acr_headers_add(&exchange.request.headers, "x-ms-blob-content-type", "application/octet-stream");
	int code = send_one(upload, &exchange, error);
	acr_exchange_clear(&exchange);
	return code;
}

static int send_all(struct upload *upload, struct acr_error *error)
{
	size_t count;
	int code = read_batch(upload, &count, error);
	if (code) {
		return code;
	}
	if (upload->ended && count <= 1) {
		return put_blob(upload, &upload->blocks[0], count ? upload->blocks[0].length : 0, error);
	}
	while (count > 0) {
		code = put_blocks(upload, count, error);
		code = code ? code : read_batch(upload, &count, error);
		if (code) {
			return code;
		}
	}
	return put_list(upload, error);
}

int acr_upload(struct acr_transport *transport, const char *url, struct acr_source *source,
	       const struct acr_upload_options *options, uint64_t *total, struct acr_error *error)
{
	struct upload upload = {.transport = transport, .url = url, .source = source, .options = options};
	upload.block_size = options && options->block_size ? options->block_size : DEFAULT_BLOCK;
	upload.parallel = options && options->parallel ? options->parallel : DEFAULT_PARALLEL;
	upload.parallel = upload.parallel < MAX_PARALLEL ? upload.parallel : MAX_PARALLEL;
	upload.blocks = acr_alloc_array(upload.parallel, sizeof(*upload.blocks));
	int code = send_all(&upload, error);
	for (size_t i = 0; i < upload.parallel; i++) {
		free(upload.blocks[i].bytes);
	}
	free(upload.blocks);
	if (code == 0) {
		*total = upload.total;
	}
	return code;
}
