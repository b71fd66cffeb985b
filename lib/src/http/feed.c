/* Streams of exchanges: feeds, and transports that can only send. */
#include "http/feed.h"

static struct acr_exchange *list_next(struct acr_feed *feed, bool idle)
{
	(void)idle;
	struct acr_feed_list *list = (struct acr_feed_list *)feed;
	if (!list->count) {
		return NULL;
	}
	list->count--;
	return *list->exchanges++;
}

static void list_done(struct acr_feed *feed, struct acr_exchange *exchange)
{
	(void)feed, (void)exchange;
}

struct acr_feed_list acr_feed_list(struct acr_exchange *const *exchanges, size_t count)
{
	return (struct acr_feed_list){
		.feed = {.next = list_next, .done = list_done}, .exchanges = exchanges, .count = count};
}

static void filter_follow(struct acr_feed_filter *filter)
{
	filter->feed.pending = filter->source->pending;
	filter->feed.stop = filter->source->stop;
}

static struct acr_exchange *filter_next(struct acr_feed *feed, bool idle)
{
	struct acr_feed_filter *filter = (struct acr_feed_filter *)feed;
	struct acr_exchange *exchange;
	while ((exchange = filter->source->next(filter->source, idle))) {
		int code = filter->begin ? filter->begin(filter, exchange) : 0;
		if (!code) {
			break;
		}
		exchange->result = code;
		filter->source->done(filter->source, exchange);
	}
	filter_follow(filter);
	return exchange;
}

static void filter_done(struct acr_feed *feed, struct acr_exchange *exchange)
{
	struct acr_feed_filter *filter = (struct acr_feed_filter *)feed;
	if (filter->end) {
		filter->end(filter, exchange);
	}
	filter->source->done(filter->source, exchange);
	filter_follow(filter);
}

void acr_feed_filter_run(struct acr_feed_filter *filter, struct acr_transport *transport)
{
	filter->feed = (struct acr_feed){.next = filter_next, .done = filter_done};
	acr_stream(transport, &filter->feed);
}

void acr_stream(struct acr_transport *transport, struct acr_feed *feed)
{
	if (transport->stream) {
		transport->stream(transport, feed);
		return;
	}
	for (struct acr_exchange *exchange; (exchange = feed->next(feed, true));) {
		transport->send(transport, &exchange, 1);
		feed->done(feed, exchange);
	}
}
