/* Who there is besides the emulator's own service principal, and who may do what: the directory (Microsoft Graph),
 * role assignments, and what follows from them. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "emulator.h"

/* The scope of store_list_type() that holds all. */
#define EVERYWHERE ""

/* ---- directory.c: applications, their secrets, and their service principals -------------------------------------- */

enum directory_kind { DIRECTORY_APPLICATIONS, DIRECTORY_PRINCIPALS };

/* All objects of a kind, the emulator's own first; one by its id, NULL when it is not there. The caller owns them. */
struct acr_json *directory_list(enum directory_kind kind);
struct acr_json *directory_get(enum directory_kind kind, const char *id);
/* Put an object (with an "id"), or delete it and, of an application, its principal and secrets. */
void directory_put(enum directory_kind kind, const struct acr_json *object);
bool directory_delete(enum directory_kind kind, const char *id);
/* Remember a secret of an application under a key's id; a NULL secret forgets it. */
void directory_secret_put(const char *app_id, const char *key_id, const char *secret);
/* Whether an application has that secret. */
bool directory_secret_valid(const char *app_id, const char *secret);
/* Whether an application is known, and the object id of its service principal, yours to free(); NULL when it has none. */
bool directory_has_application(const char *app_id);
char *directory_principal_of(const char *app_id);

/* ---- graph.c ------------------------------------------------------------------------------------------------------ */

/* Whether a request goes to Microsoft Graph (/v1.0/…), and its answer. */
bool graph_concerns(const struct exchange *exchange);
void graph_answer(struct exchange *exchange);

/* ---- authorization_roles.c ---------------------------------------------------------------------------------------- */

enum right {
	RIGHT_READ = 1 << 0,   /* see it in management */
	RIGHT_WRITE = 1 << 1,  /* change it there */
	RIGHT_ASSIGN = 1 << 2, /* give roles on it */
	RIGHT_PULL = 1 << 3,
	RIGHT_PUSH = 1 << 4,
	RIGHT_DELETE = 1 << 5, /* images */
	RIGHT_CATALOG = 1 << 6,
	RIGHT_METADATA = 1 << 7, /* change attributes of images */
};
#define RIGHTS_ALL 0xffu

/* The rights of a role by the id of its definition; 0 when it is unknown. */
unsigned role_rights(const char *definition_id);
extern const struct arm_route arm_role_routes[]; /* role definitions and assignments; ended by an empty row */

/* ---- containers.c ------------------------------------------------------------------------------------------------ */

extern const struct arm_route container_routes[]; /* container instances */

/* ---- authorization.c ---------------------------------------------------------------------------------------------- */

/* The object id of who sends a request (of its Azure token), yours to free(); NULL when the token is no good. */
char *authorization_principal(const struct exchange *exchange);
/* What a principal may do with a resource, by the roles on it and above it. */
unsigned authorization_rights(const char *principal, const char *id);
/* Whether it may be seen: also where there is a role on something in a subscription or group. */
bool authorization_sees(const char *principal, const char *id);
/* False, and answered, when the request is not allowed. */
bool authorization_check(struct arm_request *request);
/* What a principal may do in a registry, as tokens say it: [{"type","name","actions"}]; *everything is set when there
 * is no limit. NULL when it may do nothing. The caller owns it. */
struct acr_json *authorization_registry_access(const char *principal, const char *registry, bool *everything);

#endif
