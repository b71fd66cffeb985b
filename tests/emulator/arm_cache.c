/* Cache rules and the credential sets that they use. Both are stored and checked here; registry_cache.c
 * fetches by a rule. */
#include "arm_registry.h"
#include "resource_id.h"

#include <string.h>
#include <strings.h>

#define RULES_MAX 1000

static bool is_patch(const struct arm_request *request)
{
	return !strcmp(request->exchange->method, "PATCH");
}

/* The part that the request is about; NULL when that was answered already. */
static struct acr_json *open_part(struct arm_request *request)
{
	if (!request->name || (is_patch(request) && !store_has(request->id))) {
		arm_generic(request); /* says what is wrong */
		return NULL;
	}
	return part_check_name(request, 5, 50, true) ? part_open(request) : NULL;
}

static bool apply_identity(struct arm_request *request, struct acr_json *part)
{
	struct acr_json *identity = NULL;
	if (!identity_apply(request, acr_json_get(part, "identity"), &identity))
		return false;
	if (identity)
		acr_json_set(part, "identity", identity);
	else
		acr_json_remove(part, "identity");
	return true;
}

/* What is set once: the same value again is fine. */
static bool check_fixed(struct arm_request *request, const struct acr_json *properties, const char *member)
{
	const struct acr_json *old = acr_json_get(properties, member);
	const struct acr_json *given = acr_json_get(acr_json_get(request->body, "properties"), member);
	return !old || acr_json_is_nothing(given) || acr_json_equal(old, given) ||
	       part_refuse(request, 400, "PropertyChangeNotAllowed",
			   "The property '%s' of '%s' cannot be changed; delete it and create another one.", member,
			   request->name);
}

static void stamp_creation(struct acr_json *properties)
{
	ACR_AUTO_FREE char *now = now_text();
	if (!acr_json_get(properties, "creationDate"))
		acr_json_set_str(properties, "creationDate", now);
}

/* ---- cache rules --------------------------------------------------------------------------------------------------
 */

static bool has_wildcard(const char *repository)
{
	return strchr(repository, '*') != NULL;
}

/* A host of the internet, or one with a port, as the emulator's own registries are. */
static bool is_server(const char *text, size_t length)
{
	return memchr(text, '.', length) || memchr(text, ':', length);
}

/* "docker.io/library/ubuntu", or "docker.io/library/" and a star. */
static bool is_source(const char *text)
{
	const char *slash = strchr(text, '/'), *star = strchr(text, '*');
	return slash && slash[1] && is_server(text, (size_t)(slash - text)) && (!star || (star[-1] == '/' && !star[1]));
}

static bool check_repositories(struct arm_request *request, const char *source, const char *target)
{
	if (!source || !is_source(source))
		return part_refuse(request, 400, "InvalidSourceRepository",
				   "The source repository '%s' is not valid. It begins with a login server, as in "
				   "'docker.io/library/ubuntu' or 'docker.io/library/*'.",
				   source ? source : "");
	if (!target || !*target || strspn(target, "abcdefghijklmnopqrstuvwxyz0123456789._-/*") != strlen(target))
		return part_refuse(request, 400, "InvalidTargetRepository",
				   "The target repository '%s' is not valid. It has lower case letters, digits, '.', "
				   "'_', '-' and '/'.",
				   target ? target : "");
	return has_wildcard(source) == has_wildcard(target) ||
	       part_refuse(request, 400, "InvalidCacheRule",
			   "Source and target repository must both end with a wildcard, or neither.");
}

/* One rule a target; and not more rules than a registry has. */
static bool check_others(struct arm_request *request, const char *target)
{
	ACR_AUTO_FREE char *collection = acr_format("%s/cacheRules", request->registry);
	ACR_AUTO_PTR(acr_json) *rules = store_list(collection);
	for (const struct acr_json *rule = acr_json_first(rules); rule; rule = acr_json_next(rule)) {
		const char *taken = acr_json_str(rule, "/properties/targetRepository");
		if (taken && !strcmp(taken, target) && strcasecmp(acr_json_str(rule, "/id"), request->id) != 0)
			return part_refuse(request, 409, "CacheRuleConflict",
					   "The target repository '%s' is that of the cache rule '%s' already.", target,
					   acr_json_str(rule, "/name"));
	}
	return store_has(request->id) || acr_json_size(rules) < RULES_MAX ||
	       part_refuse(request, 403, "QuotaExceeded", "The registry has its %d cache rules; delete one first.",
			   RULES_MAX);
}

static bool apply_credential_set(struct arm_request *request, struct acr_json *properties)
{
	const struct acr_json *given = acr_json_at(request->body, "/properties/credentialSetResourceId");
	const char *id = acr_json_string(given);
	if (!given && is_patch(request))
		return true;
	if (!id) {
		acr_json_remove(properties, "credentialSetResourceId");
		return true;
	}
	if (!part_exists(request, "credentialSets", id))
		return part_refuse(request, 404, "ResourceNotFound", "The credential set '%s' could not be found.", id);
	acr_json_set_str(properties, "credentialSetResourceId", id);
	return true;
}

static bool apply_rule(struct arm_request *request, struct acr_json *rule)
{
	struct acr_json *properties = acr_json_get(rule, "properties");
	const struct acr_json *given = acr_json_get(request->body, "properties");
	if (!check_fixed(request, properties, "sourceRepository") ||
	    !check_fixed(request, properties, "targetRepository"))
		return false;
	if (!acr_json_get(properties, "sourceRepository")) {
		const char *source = acr_json_str(given, "/sourceRepository");
		const char *target = acr_json_str(given, "/targetRepository");
		if (!check_repositories(request, source, target) || !check_others(request, target))
			return false;
		stamp_creation(properties);
		acr_json_set_str(properties, "sourceRepository", source);
		acr_json_set_str(properties, "targetRepository", target);
	}
	return apply_credential_set(request, properties) && apply_identity(request, rule);
}

void cache_rule_put(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *rule = open_part(request);
	if (rule && apply_rule(request, rule))
		part_reply(request, rule, false);
}

void cache_rule_delete(struct arm_request *request)
{
	part_delete(request, false);
}

/* ---- credential sets ----------------------------------------------------------------------------------------------
 */

/* "https://VAULT.vault.azure.net/secrets/NAME", perhaps with a version. */
static bool is_secret(const char *text)
{
	const char *path = text && !strncmp(text, "https://", 8) ? strchr(text + 8, '/') : NULL;
	return path && !strncmp(path, "/secrets/", 9) && path[9];
}

/* There is no vault to look into: a set is as healthy as its identity makes it. */
static struct acr_json *describe_health(const struct acr_json *set)
{
	if (acr_json_get(set, "identity"))
		return json_build("{'status':'Healthy'}");
	return json_build("{'status':'Unhealthy','errorCode':'FetchCredentialsFailed','errorMessage':"
			  "'The credential set has no identity that could read the secrets.'}");
}

static bool check_credentials(struct arm_request *request, const struct acr_json *credentials)
{
	const struct acr_json *first = acr_json_first(credentials);
	const char *name = acr_json_str(first, "/name");
	if (acr_json_size(credentials) != 1 || !name || strcmp(name, "Credential1") != 0)
		return part_refuse(request, 400, "InvalidCredentialSet",
				   "The credential set '%s' needs one credential, of the name 'Credential1'.",
				   request->name);
	return (is_secret(acr_json_str(first, "/usernameSecretIdentifier")) &&
		is_secret(acr_json_str(first, "/passwordSecretIdentifier"))) ||
	       part_refuse(request, 400, "InvalidCredentialSet",
			   "User name and password of the credential set '%s' are identifiers of secrets, as in "
			   "'https://myvault.vault.azure.net/secrets/mysecret'.",
			   request->name);
}

static bool apply_set(struct arm_request *request, struct acr_json *set)
{
	struct acr_json *properties = acr_json_get(set, "properties");
	const struct acr_json *given = acr_json_get(request->body, "properties");
	const struct acr_json *credentials = acr_json_get(given, "authCredentials");
	const char *server = acr_json_str(given, "/loginServer");
	if (!check_fixed(request, properties, "loginServer"))
		return false;
	if (!acr_json_get(properties, "loginServer")) {
		if (!server || !is_server(server, strlen(server)))
			return part_refuse(request, 400, "InvalidCredentialSet",
					   "The credential set '%s' needs the loginServer of a registry.",
					   request->name);
		acr_json_set_str(properties, "loginServer", server);
		stamp_creation(properties);
	}
	if (!is_patch(request) || credentials) {
		if (!check_credentials(request, credentials))
			return false;
		acr_json_set(properties, "authCredentials", acr_json_copy(credentials));
	}
	if (!apply_identity(request, set))
		return false;
	acr_json_set(acr_json_at(properties, "/authCredentials/0"), "credentialHealth", describe_health(set));
	return true;
}

void credential_set_put(struct arm_request *request)
{
	ACR_AUTO_PTR(acr_json) *set = open_part(request);
	if (set && apply_set(request, set))
		part_reply(request, set, false);
}

void credential_set_delete(struct arm_request *request)
{
	ACR_AUTO_FREE char *collection = acr_format("%s/cacheRules", request->registry);
	ACR_AUTO_PTR(acr_json) *rules = store_list(collection);
	for (const struct acr_json *rule = acr_json_first(rules); rule; rule = acr_json_next(rule)) {
		const char *used = acr_json_str(rule, "/properties/credentialSetResourceId");
		if (used && !strcasecmp(used, request->id)) {
			part_refuse(request, 409, "CredentialSetInUse",
				    "The credential set '%s' cannot be deleted while the cache rule '%s' uses it.",
				    request->name, acr_json_str(rule, "/name"));
			return;
		}
	}
	part_delete(request, false);
}
