/* What the management files of registries share. */
#ifndef ARM_REGISTRY_H
#define ARM_REGISTRY_H

#include "emulator.h"

#define REGISTRY_TYPE "Microsoft.ContainerRegistry/registries"

/* Errors of the registry service carry "status" beside "error". */
void registry_refuse(struct exchange *exchange, int status, const char *code, const char *format, ...) ACR_PRINTF(4, 5);
/* From 2026 on, most operations end with their first answer. */
bool answers_at_once(const struct arm_request *request);

/* ---- arm_registry_model.c: the properties of a registry --------------------------------------------------------- */

/* The properties of a registry that was just made. */
struct acr_json *model_defaults(void);
/* Put what the request's body says into a registry (its sku and properties). False when it cannot be, and answered. */
bool model_apply(struct arm_request *request, struct acr_json *registry);
/* What follows from the rest: host names. */
void model_settle(struct acr_json *registry, const char *login_server);
/* As clients of that api-version know it, without what its SKU lacks (changes `registry`, and returns it). */
struct acr_json *model_shape(struct acr_json *registry, const char *api_version);

/* ---- arm_registry_values.c --------------------------------------------------------------------------------------- */

/* What is wrong with the policies and network rules among a body's properties, yours to free(); NULL when they are fine. */
char *registry_value_fault(const struct acr_json *properties);

/* ---- arm_registry_identity.c ------------------------------------------------------------------------------------ */

/* The identity member that a body asks for, on top of the present one; NULL for none. False, and answered, when an
 * identity is not there. */
bool identity_apply(struct arm_request *request, const struct acr_json *present, struct acr_json **ret);
void identity_put(struct arm_request *request); /* userAssignedIdentities, which get ids */

/* ---- arm_registry_secrets.c: the admin user ---------------------------------------------------------------------- */

void secrets_create(const char *registry);
void secrets_delete(const char *registry);
void secrets_list(struct arm_request *request);
void secrets_regenerate(struct arm_request *request);

/* ---- arm_registry_usage.c ---------------------------------------------------------------------------------------- */

void registry_usages(struct arm_request *request);
void registry_check_name(struct arm_request *request);
/* What is wrong with a name; NULL when it is fine. */
const char *registry_name_fault(const char *name);
/* Whether another registry than `id` has the name. */
bool registry_name_taken(const char *name, const char *id);
/* How many webhooks a registry of that SKU may have. */
size_t registry_webhook_limit(const char *sku);

/* ---- arm_replications.c, arm_webhooks.c ---------------------------------------------------------------------------
 */

void replication_put(struct arm_request *request);
void replication_patch(struct arm_request *request);
void replication_delete(struct arm_request *request);
void webhook_get(struct arm_request *request);
void webhook_put(struct arm_request *request);
void webhook_patch(struct arm_request *request);
void webhook_delete(struct arm_request *request);
void webhook_config(struct arm_request *request);
void webhook_ping(struct arm_request *request);
void webhook_events(struct arm_request *request);

/* ---- arm_tokens.c --------------------------------------------------------------------------------------------------
 */

/* The scope maps that every registry has. */
void tokens_create_system_maps(const char *registry);
void token_get(struct arm_request *request); /* of scope maps, too */
void token_put(struct arm_request *request);
void token_generate(struct arm_request *request);
void scope_map_put(struct arm_request *request);
void scope_map_delete(struct arm_request *request);
/* The same as registry_password_valid() for the tokens of a registry. */
bool token_password_valid(const char *id, const char *username, const char *password, struct acr_json **scopes);

/* ---- arm_part.c: what the parts of a registry share ---------------------------------------------------------------
 */

/* Refuse with Azure's code; always false. */
bool part_refuse(struct arm_request *request, int status, const char *code, const char *format, ...) ACR_PRINTF(4, 5);
/* Whether the name has `shortest` to `longest` letters, digits and, with `dashes`, dashes. */
bool part_check_name(struct arm_request *request, size_t shortest, size_t longest, bool dashes);
/* Whether the registry is a Premium one, which alone has `feature`. */
bool part_check_premium(struct arm_request *request, const char *feature);
/* Whether `id` is that of a stored part of the request's registry ("tokens"). */
bool part_exists(const struct arm_request *request, const char *kind, const char *id);
/* A part as a PUT finds it: a copy of the present one, or a new one without properties. */
struct acr_json *part_open(const struct arm_request *request);
/* Store a part and answer with it: at once, or as a long operation. */
void part_reply(struct arm_request *request, struct acr_json *part, bool at_once);
/* Delete a part: at once, or as a long operation. */
void part_delete(struct arm_request *request, bool at_once);

/* ---- arm_cache.c, arm_connected.c, arm_pools.c, arm_private_links.c ------------------------------------------------
 */

void cache_rule_put(struct arm_request *request); /* PATCH, too, as all that follow */
void cache_rule_delete(struct arm_request *request);
void credential_set_put(struct arm_request *request);
void credential_set_delete(struct arm_request *request);
void connected_put(struct arm_request *request);
void connected_delete(struct arm_request *request);
void connected_deactivate(struct arm_request *request);
void connected_resync(struct arm_request *request);
/* A token was used to sign in: the connected registry that has it for its synchronization is there. */
void connected_seen(const char *registry, const char *token);
void pool_put(struct arm_request *request);
void pool_delete(struct arm_request *request);
void pool_queue(struct arm_request *request);
void private_endpoint_put(struct arm_request *request);
void private_endpoint_delete(struct arm_request *request);
void private_links_get(struct arm_request *request);

#endif
