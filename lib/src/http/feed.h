/* Feeds of exchanges: the two ends of acr_stream(). */
#ifndef ACR_HTTP_FEED_H
#define ACR_HTTP_FEED_H

#include <acr/transport.h>

/* A feed of exchanges that are all there from the start. */
struct acr_feed_list {
	struct acr_feed feed; /* first */
	struct acr_exchange *const *exchanges;
	size_t count;
};
struct acr_feed_list acr_feed_list(struct acr_exchange *const *exchanges, size_t count);

/* A feed that hands on another one's exchanges and looks at each on its way. Set `source`, `begin` and `end`. */
struct acr_feed_filter {
	struct acr_feed feed; /* first */
	struct acr_feed *source;
	/* About to be sent; other than 0: it is not, and is done with this result. May be NULL. */
	int (*begin)(struct acr_feed_filter *filter, struct acr_exchange *exchange);
	/* Has a result. May be NULL. */
	void (*end)(struct acr_feed_filter *filter, struct acr_exchange *exchange);
	void *user;
};
/* Stream `filter` through `transport`. */
void acr_feed_filter_run(struct acr_feed_filter *filter, struct acr_transport *transport);

#endif
