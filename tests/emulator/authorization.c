/* Who may do what: the emulator's own account everything, others what the roles given to them allow. */
#include "directory.h"
#include "resource_id.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ASSIGNMENTS "Microsoft.Authorization/roleAssignments"

char *authorization_principal(const struct exchange *exchange)
{
	const char *header = exchange_header(exchange, "Authorization");
	ACR_AUTO_PTR(acr_json) *claims = header && !strncasecmp(header, "Bearer ", 7) ? token_verify(header + 7) : NULL;
	return acr_strdup(acr_json_str(claims, "/oid"));
}

static bool is_at_or_below(const char *id, const char *scope)
{
	size_t length = strlen(scope);
	return !strncasecmp(id, scope, length) && (!id[length] || id[length] == '/');
}

/* The rights of a principal on an id; with `below` also those on anything in it. */
static unsigned collect(const char *principal, const char *id, bool below)
{
	ACR_AUTO_PTR(acr_json) *all = store_list_type(EVERYWHERE, ASSIGNMENTS);
	unsigned rights = 0;
	for (const struct acr_json *item = acr_json_first(all); item; item = acr_json_next(item)) {
		const char *scope = acr_json_str(item, "/properties/scope");
		const char *who = acr_json_str(item, "/properties/principalId");
		if (scope && who && !strcasecmp(who, principal) &&
		    (is_at_or_below(id, scope) || (below && is_at_or_below(scope, id))))
			rights |= role_rights(acr_json_str(item, "/properties/roleDefinitionId"));
	}
	return rights;
}

static bool is_own(const char *principal)
{
	return principal && !strcmp(principal, emulator.client_id);
}

unsigned authorization_rights(const char *principal, const char *id)
{
	return is_own(principal) ? RIGHTS_ALL : principal ? collect(principal, id, false) : 0;
}

bool authorization_sees(const char *principal, const char *id)
{
	if (is_own(principal))
		return true;
	if (!principal)
		return false;
	ACR_AUTO_FREE char *type = resource_type(id);
	bool container = !strncasecmp(type, "Microsoft.Resources/", strlen("Microsoft.Resources/"));
	return collect(principal, id, container) & RIGHT_READ;
}

/* ---- management ---------------------------------------------------------------------------------------------------
 */

static const char *verb(const struct arm_request *request)
{
	const char *method = request->exchange->method;
	return request->action                                     ? request->action
	       : !strcmp(method, "GET") || !strcmp(method, "HEAD") ? "read"
	       : !strcmp(method, "DELETE")                         ? "delete"
								   : "write";
}

static bool may(const struct arm_request *request, const char *principal)
{
	const char *method = request->exchange->method;
	unsigned rights = authorization_rights(principal, request->id);
	bool reads = !strcmp(method, "GET") || !strcmp(method, "HEAD");
	/* What is listed for a whole subscription is filtered item by item; names may be checked by anybody. */
	if (!request->group && (reads || request->action))
		return true;
	if (reads)
		return request->name ? authorization_sees(principal, request->id) : rights & RIGHT_READ;
	return rights & (!strcasecmp(request->type, ASSIGNMENTS) ? RIGHT_ASSIGN : RIGHT_WRITE);
}

bool authorization_check(struct arm_request *request)
{
	ACR_AUTO_FREE char *principal = authorization_principal(request->exchange);
	if (is_own(principal) || may(request, principal))
		return true;
	const char *header = exchange_header(request->exchange, "Authorization");
	ACR_AUTO_PTR(acr_json) *claims = token_read(header + strlen("Bearer "));
	reply_error(request->exchange, 403, "AuthorizationFailed",
		    "The client '%s' with object id '%s' does not have authorization to perform action '%s/%s' over "
		    "scope '%s' or the scope is invalid. If access was recently granted, please refresh your "
		    "credentials.",
		    acr_json_str(claims, "/appid"), principal ? principal : "", request->type, verb(request),
		    request->id);
	return false;
}

/* ---- registries ---------------------------------------------------------------------------------------------------
 */

static void add_action(struct acr_json *actions, unsigned rights, unsigned right, const char *action)
{
	if (rights & right)
		acr_json_append(actions, acr_json_new_string(action));
}

struct acr_json *authorization_registry_access(const char *principal, const char *registry, bool *everything)
{
	const unsigned data = RIGHT_PULL | RIGHT_PUSH | RIGHT_DELETE | RIGHT_CATALOG | RIGHT_METADATA;
	unsigned rights = authorization_rights(principal, registry);
	*everything = (rights & data) == data;
	if (!(rights & data))
		return NULL;
	struct acr_json *access = json_build("[{'type':'repository','name':'*','actions':[]}]");
	struct acr_json *actions = acr_json_get(acr_json_first(access), "actions");
	add_action(actions, rights, RIGHT_PULL, "pull");
	add_action(actions, rights, RIGHT_PUSH, "push");
	add_action(actions, rights, RIGHT_DELETE, "delete");
	add_action(actions, rights, RIGHT_PULL | RIGHT_DELETE, "metadata_read");
	add_action(actions, rights, RIGHT_METADATA, "metadata_write");
	if (rights & RIGHT_CATALOG)
		acr_json_append(access, json_build("{'type':'registry','name':'catalog','actions':['*']}"));
	return access;
}
