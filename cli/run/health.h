/* acr check-health: what the files of its checks share. */
#ifndef RUN_HEALTH_H
#define RUN_HEALTH_H

#include "context.h"

struct health {
	struct context *context;
	struct acr_json *list; /* the checks so far: {"check","target","status","code","message"} */
	size_t failed;
	const char *server;    /* login server; NULL until known */
	struct acr_json *resource; /* the registry, where management tells; NULL */
	bool signed_in;
};

/* Record a check, and tell it on standard error. */
void health_ok(struct health *health, const char *check, const char *target, const char *format, ...) ACR_PRINTF(4, 5);
/* Something to know that is no fault. */
void health_note(struct health *health, const char *check, const char *target, const char *format, ...)
	ACR_PRINTF(4, 5);
/* `code` is one of az's, see https://aka.ms/acr/errors. */
void health_failed(struct health *health, const char *check, const char *target, const char *code, const char *format,
                   ...) ACR_PRINTF(5, 6);

/* health_local.c: container engine, helm, this program. */
void health_check_local(struct health *health);
/* health_network.c: name, port, certificate and clock of a host with or without a port; false when it cannot be used.
 * `answer` (may be NULL) gets what `path` answers. */
bool health_check_host(struct health *health, const char *host, const char *path, struct acr_exchange *answer);
/* The IPv4 addresses of a name as texts, in an array; NULL when there is none. */
struct acr_json *health_addresses(const char *host);
/* health_registry.c: challenge, tokens, data endpoints, build uploads, keys. */
void health_check_registry(struct health *health);
/* health_vnet.c: private endpoints seen from here. */
void health_check_vnet(struct health *health, const char *vnet);

#endif
