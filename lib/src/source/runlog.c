/* The log of a run: an append blob, read piece by piece until its metadata says that it is complete.
 *
 * Each look is one ranged GET that starts with the last byte known: there is then always something to answer with,
 * and the answer carries the metadata whether or not the log has grown. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <acr/runlog.h>

#define DEFAULT_POLL_MS 1000
/* Most bytes of one look. */
#define WINDOW ((uint64_t)8 << 20)
#define STORAGE_VERSION "2021-08-06"
#define WHAT "cannot read the log of the run"
/* Failed looks in a row that are enough where nothing tells that the run goes on. */
#define MAX_FAILURES 5
#define MAX_RENEWALS 3

enum look {
	LOOK_NEWS,    /* something new, and that was all */
	LOOK_MORE,    /* something new, and there is more */
	LOOK_SILENT,  /* nothing new */
	LOOK_FAILED,  /* no answer, or one that says to come back later */
	LOOK_REFUSED, /* the URL is not accepted (any more) */
	LOOK_STOP,    /* an error for good */
};

struct follower {
	struct acr_transport *transport;
	const struct acr_clock *clock;
	const struct acr_runlog_options *options;
	char *url;
	uint64_t offset;        /* bytes read so far */
	char *state;            /* the metadata, once it came */
	bool answered;          /* the storage has answered at least once */
	bool over;              /* the run has ended */
	int failures, renewals; /* in a row */
};

/* --- one look --- */

static void keep_state(struct follower *f, const struct acr_response *response)
{
	const char *value = acr_headers_get(&response->headers, "x-ms-meta-Complete");
	if (value && !f->state) {
		f->state = acr_strdup(value);
		for (char *c = f->state; *c; c++) {
			*c = (char)tolower((unsigned char)*c);
		}
	}
}

/* Where the body belongs in the log, and how long the log is. */
static int locate_body(const struct acr_response *response, uint64_t *start, uint64_t *total, struct acr_error *error)
{
	const char *range = acr_headers_get(&response->headers, "Content-Range");
	uint64_t last;
	*start = 0;
	*total = response->body.length;
	if (response->status == 206 &&
	    (!range || sscanf(range, "bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64, start, &last, total) != 3)) {
		return acr_fail(error, ACR_ERROR_FORMAT, WHAT ": the storage answered with a part it does not name");
	}
	return 0;
}

static enum look take_body(struct follower *f, const struct acr_response *response, struct acr_error *error)
{
	uint64_t start, total;
	if (locate_body(response, &start, &total, error) != 0) {
		return LOOK_STOP;
	}
	if (start > f->offset) {
		acr_fail(error, ACR_ERROR_FORMAT, WHAT ": the storage answered with another part than asked for");
		return LOOK_STOP;
	}
	uint64_t known = f->offset - start;
	if (response->body.length <= known) {
		return LOOK_SILENT;
	}
	size_t length = response->body.length - (size_t)known;
	if (f->options->write(f->options->user, response->body.data + known, length) != 0) {
		acr_fail(error, ACR_ERROR_CANCELLED, "the log of the run is not wanted any more");
		return LOOK_STOP;
	}
	f->offset += length;
	return f->offset < total ? LOOK_MORE : LOOK_NEWS;
}

static enum look judge(struct follower *f, const struct acr_exchange *exchange, struct acr_error *error)
{
	long status = exchange->response.status;
	int code = acr_check_status(exchange, WHAT, error);
	if (status == 404 && !f->offset) {
		acr_error_clear(error);
		f->answered = true;
		return LOOK_SILENT; /* not there yet */
	}
	if (status == 401 || status == 403 || status == 404 || status == 410) {
		return LOOK_REFUSED;
	}
	if (status == 408 || status == 429 || status >= 500) {
		return LOOK_FAILED;
	}
	if (code == 0 && status / 100 != 2) {
		acr_fail(error, ACR_ERROR_SERVICE, WHAT ": the storage answered with HTTP status %ld", status);
	}
	return status / 100 == 2 ? LOOK_SILENT : LOOK_STOP;
}

/* Send a request; LOOK_SILENT stands for an answer worth reading. */
static enum look ask(struct follower *f, const char *method, const char *range, struct acr_exchange *exchange,
		     struct acr_error *error)
{
	exchange->request = (struct acr_request){.method = method, .auth = ACR_AUTH_NONE};
	exchange->request.url = acr_strdup(f->url);
	exchange->request.max_response = (size_t)WINDOW * 2;
	acr_headers_add(&exchange->request.headers, "x-ms-version", STORAGE_VERSION);
	acr_headers_add(&exchange->request.headers, "Accept-Encoding", "identity");
	if (range) {
		acr_headers_add(&exchange->request.headers, "x-ms-range", range);
	}
	int code = acr_send(f->transport, exchange, error);
	if (code) {
		acr_error_prefix(error, WHAT);
		return code == ACR_ERROR_NETWORK || code == ACR_ERROR_TIMEOUT ? LOOK_FAILED : LOOK_STOP;
	}
	if (range && exchange->response.status == 416) {
		return LOOK_SILENT;
	}
	return judge(f, exchange, error);
}

/* The blob is empty: such an answer has no metadata. */
static enum look look_at_metadata(struct follower *f, struct acr_error *error)
{
	struct acr_exchange exchange = {0};
	enum look look = ask(f, "HEAD", NULL, &exchange, error);
	if (look == LOOK_SILENT) {
		keep_state(f, &exchange.response);
	}
	acr_exchange_clear(&exchange);
	return look;
}

static enum look look(struct follower *f, struct acr_error *error)
{
	struct acr_exchange exchange = {0};
	uint64_t from = f->offset ? f->offset - 1 : 0;
	ACR_AUTO_FREE char *range = acr_format("bytes=%" PRIu64 "-%" PRIu64, from, from + WINDOW - 1);
	enum look result = ask(f, "GET", range, &exchange, error);
	bool empty = exchange.response.status == 416;
	if (result == LOOK_SILENT && exchange.response.status / 100 == 2) {
		f->answered = true;
		keep_state(f, &exchange.response);
		result = take_body(f, &exchange.response, error);
	}
	acr_exchange_clear(&exchange);
	return result == LOOK_SILENT && empty ? look_at_metadata(f, error) : result;
}

/* --- what follows from it --- */

/* Whether the run has ended; a question that cannot be asked for the moment is asked again later. */
static int ask_for_end(struct follower *f, struct acr_error *error)
{
	if (f->over || !f->options->ended) {
		return 0;
	}
	struct acr_error problem = ACR_ERROR_INIT;
	int ended = f->options->ended(f->options->user, &problem);
	if (ended < 0 && !acr_error_is_momentary(&problem)) {
		return acr_error_move(error, &problem);
	}
	acr_error_clear(&problem);
	f->over = ended > 0;
	return 0;
}

static int renew(struct follower *f, struct acr_error *error)
{
	if (!f->options->renew || ++f->renewals > MAX_RENEWALS) {
		return error->code;
	}
	acr_error_clear(error);
	char *url = NULL;
	int code = f->options->renew(f->options->user, &url, error);
	if (code < 0) {
		return acr_error_is_momentary(error) ? 0 : code;
	}
	free(f->url);
	f->url = url;
	return 0;
}

/* Returns 1 to look again at once, 0 to look again after a pause, a negative code to give up. */
static int follow_up(struct follower *f, enum look look, struct acr_error *error)
{
	int code = 0;
	switch (look) {
	case LOOK_MORE:
	case LOOK_NEWS:
		f->failures = f->renewals = 0;
		return look == LOOK_MORE || f->over;
	case LOOK_SILENT:
		f->failures = f->renewals = 0;
		break;
	case LOOK_REFUSED:
		code = renew(f, error);
		if (code == 0 && f->renewals == 1) {
			return 1;
		}
		break;
	case LOOK_FAILED:
		f->failures++;
		if (f->failures >= MAX_FAILURES && (f->over || (!f->answered && !f->options->ended))) {
			return error->code;
		}
		break;
	default:
		return error->code;
	}
	if (code == 0) {
		acr_error_clear(error);
	}
	bool was_over = f->over;
	code = code ? code : ask_for_end(f, error);
	return code ? code : f->over && !was_over;
}

static int follow(struct follower *f, int64_t poll_ms, struct acr_error *error)
{
	for (;;) {
		int64_t start = f->clock->ticks(f->clock);
		enum look result = look(f, error);
		bool all = result == LOOK_SILENT || result == LOOK_NEWS;
		if (all && (f->state || (f->over && result == LOOK_SILENT))) {
			return 0;
		}
		int code = follow_up(f, result, error);
		if (code < 0) {
			return code;
		}
		int64_t left = start + poll_ms - f->clock->ticks(f->clock);
		if (code == 0 && left > 0 && (code = f->clock->sleep(f->clock, left, error)) < 0) {
			return code;
		}
	}
}

int acr_runlog_follow(struct acr_transport *transport, const char *url, const struct acr_clock *clock,
		      const struct acr_runlog_options *options, char **state, struct acr_error *error)
{
	struct acr_error problem = ACR_ERROR_INIT;
	struct follower f = {.transport = transport, .clock = clock, .options = options, .url = acr_strdup(url)};
	int code = follow(&f, options->poll_ms ? options->poll_ms : DEFAULT_POLL_MS, &problem);
	if (code == 0) {
		*state = TAKE(f.state);
	} else {
		acr_error_move(error, &problem);
	}
	free(f.state);
	free(f.url);
	acr_error_clear(&problem);
	return code;
}
