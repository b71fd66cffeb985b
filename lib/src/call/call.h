/* What the files of lib/src/call share. */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include <acr/client.h>

/* One request on the way to a result. */
struct call {
	struct acr_client *client;
	const struct acr_op *op;
	const struct acr_call_options *options;
	const struct acr_rest_request *rest; /* NULL: an operation row is performed */
	char *authorization;                 /* header field of a request whose token is not for management; NULL */
	char *scope;                         /* expanded; NULL for management */
	const char *registry;                /* login server; NULL for management */
	char *origin;                        /* URL of the first request, once another one follows */
	unsigned long pages;                 /* turned so far */
	char *landmark;                      /* URL of one of them */
	struct acr_exchange exchange;
};

/* Send a follow-up GET with the call's token; the exchange of the call then holds its answer. Only https:// URLs of
 * the same host (or a host below it) are followed, so that a token never leaves for another one. */
int call_follow(struct call *call, const char *url, struct acr_error *error) ACR_MUST_CHECK;
/* The answer's JSON body; *ret is NULL for an empty body. */
int call_body(const struct call *call, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;

/* There must be a subscription, but nobody said which. */
int call_no_subscription(struct acr_error *error);

/* Free what the call holds, but not the call. */
void call_clear(struct call *call);
/* Send the request that the call holds; an error status is an error. */
int call_send(struct call *call, struct acr_error *error) ACR_MUST_CHECK;
/* Set header fields and token of the request that the call holds. */
void call_dress(struct call *call, bool first, const char *content_type);
/* Whether `url` stays with the host of `first`, or one below it. */
bool call_same_service(const char *url, const char *first);

/* paging.c: collect the items of all pages, the first being in the call. */
int call_pages(struct call *call, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;
/* Complete the object `page` with the items of the pages after it; the link to the next one goes. Something that is
 * not a page stays as it is. */
int call_complete(struct call *call, struct acr_json *page, struct acr_error *error) ACR_MUST_CHECK;
/* lro.c: poll to the end, the first answer being in the call. */
int call_poll(struct call *call, struct acr_json **ret, struct acr_error *error) ACR_MUST_CHECK;

/* client.c: what all requests of the client carry as x-ms-client-request-id. */
const char *client_request_id(struct acr_client *client);
/* client.c: tell the user, who may not want to hear it. */
void client_warn(const struct acr_client *client, const char *line);

#endif
