/* A stream to blob storage: one Put Blob, or blocks several at a time and their list. */
#include <stdlib.h>
#include <string.h>
#include <acr/encode.h>
#include <acr/upload.h>
#include <acr/uri.h>

#define DEFAULT_BLOCK ((size_t)2 << 20)
#define DEFAULT_PARALLEL 4
/* Blocks that are filled while others are under way, for those that come to their end at the same time. */
#define SPARE(parallel) (((parallel) + 1) / 2)
#define MAX_PARALLEL 16
/* What the service allows for one blob. */
#define MAX_BLOCKS 50000
#define STORAGE_VERSION "2021-08-06"
#define WHAT "cannot upload the build context"

enum block_state {
	BLOCK_FREE,
	BLOCK_FILLING, /* at most one */
	BLOCK_READY,   /* full, with its number, and not under way */
	BLOCK_SENT,    /* under way */
};

struct block {
	enum block_state state;
	char *bytes; /* made when first needed */
	size_t length;
	size_t number;
	struct acr_exchange exchange;
};

struct upload {
	struct acr_feed feed; /* first: the blocks */
	struct acr_transport *transport;
	char *url;
	struct acr_source *source;
	const struct acr_upload_options *options;
	size_t block_size;
	struct block *blocks; /* `parallel` under way, and spare ones */
	size_t block_count, parallel;
	size_t under_way;
	size_t count;   /* blocks with a number so far */
	uint64_t total; /* bytes accepted so far */
	bool ended;     /* the source */
	bool refused;   /* the URL */
	bool fresh;     /* nothing was accepted since the URL is new */
	int failed;     /* code of `error` */
	struct acr_error error;
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

static void accepted(struct upload *upload, size_t bytes)
{
	upload->total += bytes;
	upload->fresh = false;
	if (upload->options->progress) {
		upload->options->progress(upload->options->user, upload->total);
	}
}

/* What became of a request: true when it was accepted; else the URL counts as refused, or the upload as failed. */
static bool judge(struct upload *upload, struct acr_exchange *exchange)
{
	if (exchange->result == 0 && exchange->response.status == 403 && upload->options->renew && !upload->fresh) {
		upload->refused = true;
		return false;
	}
	if (upload->failed) {
		return false;
	}
	if (exchange->result < 0) {
		upload->failed = exchange->result;
		acr_error_move(&upload->error, &exchange->error);
		acr_error_prefix(&upload->error, WHAT);
	} else {
		upload->failed = acr_check_status(exchange, WHAT, &upload->error);
	}
	if (!upload->failed && exchange->response.status / 100 != 2) {
		upload->failed =
			acr_fail(&upload->error, ACR_ERROR_SERVICE, WHAT ": the storage answered with HTTP status %ld",
				 exchange->response.status);
	}
	return !upload->failed;
}

/* --- blocks --- */

/* The first of the stream's blocks that is in this state. */
static struct block *find_block(const struct upload *upload, enum block_state state)
{
	struct block *first = NULL;
	for (size_t i = 0; i < upload->block_count; i++) {
		struct block *block = &upload->blocks[i];
		if (block->state == state && (!first || block->number < first->number)) {
			first = block;
		}
	}
	return first;
}

/* The block to fill; NULL when all are in use. */
static struct block *open_block(const struct upload *upload)
{
	struct block *block = find_block(upload, BLOCK_FILLING);
	if (!block && (block = find_block(upload, BLOCK_FREE))) {
		block->bytes = block->bytes ? block->bytes : acr_alloc(upload->block_size);
		block->length = 0;
		block->state = BLOCK_FILLING;
	}
	return block;
}

/* Read until the block is full or the source has ended; without `wait` only what is there. */
static void fill(struct upload *upload, struct block *block, bool wait)
{
	struct acr_source *source = upload->source;
	while (block->length < upload->block_size && !upload->ended && !upload->failed) {
		if (!wait && source->ready && !source->ready(source)) {
			return;
		}
		ssize_t got = source->read(source, block->bytes + block->length, upload->block_size - block->length,
					   &upload->error);
		upload->ended = got == 0;
		upload->failed = got < 0 ? (int)got : 0;
		block->length += got > 0 ? (size_t)got : 0;
	}
}

/* A full block gets its number; false when it is not full yet. */
static bool close_block(struct upload *upload, struct block *block)
{
	if (block->length < upload->block_size && !upload->ended) {
		return false;
	}
	if (!block->length) {
		block->state = BLOCK_FREE;
		return false;
	}
	if (upload->count == MAX_BLOCKS) {
		upload->failed =
			acr_fail(&upload->error, ACR_ERROR_LIMIT, WHAT ": it is larger than %d blocks of %zu bytes",
				 MAX_BLOCKS, upload->block_size);
		return false;
	}
	block->number = upload->count++;
	block->state = BLOCK_READY;
	return true;
}

static struct acr_exchange *send_block(struct upload *upload, struct block *block)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) id = ACR_BUF_INIT;
	add_block_id(block->number, &id);
	acr_buf_puts(&url, upload->url);
	acr_uri_add_query(&url, "comp", "block");
	acr_uri_add_query(&url, "blockid", acr_buf_str(&id));
	start_put(&block->exchange.request, acr_buf_str(&url), block->bytes, block->length);
	acr_headers_add(&block->exchange.request.headers, "Content-Type", "application/octet-stream");
	block->state = BLOCK_SENT;
	upload->under_way++;
	return &block->exchange;
}

/* Fill the block to send next, or all the spare ones while none may be sent. Whether to come back soon. */
static bool fill_blocks(struct upload *upload, bool wait)
{
	struct block *block;
	do {
		block = open_block(upload);
		if (!block) {
			return false;
		}
		fill(upload, block, wait);
		if (upload->failed || !close_block(upload, block)) {
			return !upload->failed && !upload->ended;
		}
	} while (upload->under_way == upload->parallel);
	return false;
}

static struct acr_exchange *next_block(struct acr_feed *feed, bool idle)
{
	struct upload *upload = (struct upload *)feed;
	feed->pending = false;
	if (upload->failed || upload->refused) {
		return NULL;
	}
	struct block *block = find_block(upload, BLOCK_READY);
	if (!block || upload->under_way == upload->parallel) {
		feed->pending = fill_blocks(upload, idle);
		feed->stop = upload->failed != 0;
		block = find_block(upload, BLOCK_READY);
	}
	bool send = block && !upload->failed && upload->under_way < upload->parallel;
	return send ? send_block(upload, block) : NULL;
}

static void block_done(struct acr_feed *feed, struct acr_exchange *exchange)
{
	struct upload *upload = (struct upload *)feed;
	struct block *block = upload->blocks;
	while (&block->exchange != exchange) {
		block++;
	}
	bool taken = judge(upload, exchange);
	acr_exchange_clear(exchange);
	upload->under_way--;
	block->state = taken ? BLOCK_FREE : BLOCK_READY;
	feed->stop = upload->failed != 0;
	if (taken) {
		accepted(upload, block->length);
	}
}

/* --- requests that stand alone --- */

/* Send it; false when the URL was refused or the upload has failed. */
static bool put(struct upload *upload, struct acr_exchange *exchange)
{
	upload->transport->send(upload->transport, &exchange, 1);
	bool taken = judge(upload, exchange);
	acr_exchange_clear(exchange);
	return taken;
}

static void put_blob(struct upload *upload, const struct block *block)
{
	struct acr_exchange exchange = {0};
	start_put(&exchange.request, upload->url, block->length ? block->bytes : NULL, block->length);
	acr_headers_add(&exchange.request.headers, "x-ms-blob-type", "BlockBlob");
	acr_headers_add(&exchange.request.headers, "Content-Type", "application/octet-stream");
	if (put(upload, &exchange)) {
		accepted(upload, block->length);
	}
}

static void put_list(struct upload *upload)
{
	ACR_AUTO(acr_buf) url = ACR_BUF_INIT;
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;
	acr_buf_puts(&list, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
	for (size_t i = 0; i < upload->count; i++) {
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
	put(upload, &exchange);
}

/* --- the whole --- */

/* All that is left to send, with the URL at hand. */
static void send_rest(struct upload *upload)
{
	/* Whether the source ends with the first block is known when there is no second one. */
	bool single = upload->ended && upload->count == 1 && upload->blocks[0].state == BLOCK_READY;
	if (single || (upload->ended && upload->count == 0)) {
		put_blob(upload, &upload->blocks[0]);
		return;
	}
	acr_stream(upload->transport, &upload->feed);
	if (!upload->failed && !upload->refused) {
		put_list(upload);
	}
}

/* Fill the first block, and look for a byte behind it. */
static void read_first(struct upload *upload)
{
	struct block *first = open_block(upload);
	fill(upload, first, true);
	if (upload->failed || !close_block(upload, first) || upload->ended) {
		return;
	}
	struct block *second = open_block(upload);
	ssize_t got =
		second ? upload->source->read(upload->source, second->bytes, upload->block_size, &upload->error) : 1;
	upload->failed = got < 0 ? (int)got : 0;
	upload->ended = got == 0;
	if (second && got > 0) {
		second->length = (size_t)got;
	}
}

static void begin_anew(struct upload *upload)
{
	for (size_t i = 0; i < upload->block_count; i++) {
		upload->blocks[i].state = BLOCK_FREE;
	}
	upload->count = 0;
	upload->total = 0;
	upload->ended = false;
	read_first(upload);
}

static bool same_blob(const char *a, const char *b)
{
	size_t length = strcspn(a, "?");
	return length == strcspn(b, "?") && memcmp(a, b, length) == 0;
}

/* Ask for a new URL and go on with it. */
static void renew(struct upload *upload)
{
	ACR_AUTO_FREE char *before = TAKE(upload->url);
	bool began = upload->total > 0;
	upload->refused = false;
	upload->fresh = true;
	upload->failed = upload->options->renew(upload->options->user, &upload->url, &upload->error);
	if (upload->failed || !began || same_blob(before, upload->url)) {
		return;
	}
	upload->failed = upload->source->rewind
				 ? upload->source->rewind(upload->source, &upload->error)
				 : acr_fail(&upload->error, ACR_ERROR_SERVICE,
					    WHAT ": its URL has expired, and the new one is for another blob");
	if (!upload->failed) {
		begin_anew(upload);
	}
}

static void run(struct upload *upload)
{
	begin_anew(upload);
	if (!upload->failed) {
		send_rest(upload);
	}
	while (upload->refused && !upload->failed) {
		renew(upload);
		if (!upload->failed) {
			send_rest(upload);
		}
	}
}

int acr_upload(struct acr_transport *transport, const char *url, struct acr_source *source,
	       const struct acr_upload_options *options, uint64_t *total, struct acr_error *error)
{
	static const struct acr_upload_options defaults;
	struct upload upload = {
		.transport = transport, .url = acr_strdup(url), .source = source, .error = ACR_ERROR_INIT};
	upload.feed = (struct acr_feed){.next = next_block, .done = block_done};
	upload.options = options ? options : &defaults;
	upload.block_size = upload.options->block_size ? upload.options->block_size : DEFAULT_BLOCK;
	upload.parallel = upload.options->parallel ? upload.options->parallel : DEFAULT_PARALLEL;
	upload.parallel = upload.parallel < MAX_PARALLEL ? upload.parallel : MAX_PARALLEL;
	upload.block_count = upload.parallel + SPARE(upload.parallel);
	upload.blocks = acr_alloc_array(upload.block_count, sizeof(*upload.blocks));
	run(&upload);
	for (size_t i = 0; i < upload.block_count; i++) {
		free(upload.blocks[i].bytes);
	}
	free(upload.blocks);
	free(upload.url);
	if (upload.failed) {
		acr_error_move(error, &upload.error);
		return upload.failed;
	}
	*total = upload.total;
	return 0;
}
