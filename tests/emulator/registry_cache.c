/* Cache rules at work: a manifest that is pulled and is not here yet is fetched from the rule's source. From then on it
 * is served from here; a tag that moves at the source is not followed, as in the service. */
#include "arm_registry.h"
#include "registry.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define FETCHES_MAX 16 /* at once: rules of registries that refer to each other come to an end */

/* The source of a repository by one rule: "docker.io/library/ubuntu"; NULL when the rule is about others. With a
 * wildcard it is what the star stands for that is put in. Yours to free(). */
static char *source_by_rule(const struct acr_json *rule, const char *repository)
{
	const char *source = acr_json_str(rule, "/properties/sourceRepository");
	const char *target = acr_json_str(rule, "/properties/targetRepository");
	const char *star = target ? strchr(target, '*') : NULL;
	if (!source || !target)
		return NULL;
	if (!star)
		return strcmp(target, repository) ? NULL : acr_strdup(source);
	size_t length = (size_t)(star - target);
	if (strncmp(target, repository, length) != 0 || !repository[length])
		return NULL;
	return acr_format("%.*s%s", (int)strcspn(source, "*"), source, repository + length);
}

/* The rule that names the repository itself, or else the one with the longest path before its star. */
static char *find_source(const struct registry *registry, const char *repository)
{
	ACR_AUTO_FREE char *collection = acr_format("%s/cacheRules", registry->id);
	ACR_AUTO_PTR(acr_json) *rules = store_list(collection);
	ACR_AUTO_FREE char *best = NULL;
	size_t best_length = 0;
	for (const struct acr_json *rule = acr_json_first(rules); rule; rule = acr_json_next(rule)) {
		const char *target = acr_json_str(rule, "/properties/targetRepository");
		char *source = source_by_rule(rule, repository);
		size_t length = source ? strlen(target) + !strchr(target, '*') : 0;
		if (length <= best_length) {
			free(source);
			continue;
		}
		free(best);
		best = source;
		best_length = length;
	}
	return TAKE(best);
}

/* Whether the source is in a registry of the emulator. */
static bool is_own(const char *source)
{
	size_t length = strcspn(source, "/");
	ACR_AUTO_FREE char *scope = acr_format("/subscriptions/%s", emulator.subscription_id);
	ACR_AUTO_PTR(acr_json) *registries = store_list_type(scope, REGISTRY_TYPE);
	for (const struct acr_json *item = acr_json_first(registries); item; item = acr_json_next(item)) {
		const char *server = acr_json_str(item, "/properties/loginServer");
		if (server && strlen(server) == length && !strncasecmp(server, source, length))
			return true;
	}
	return false;
}

int cache_fetch(const struct registry *registry, const char *repository, const char *reference, struct acr_error *error)
{
	ACR_AUTO_FREE char *source = find_source(registry, repository);
	if (!source)
		return 0;
	const struct cached_image image = {
		.source = source,
		.reference = reference,
		.own_source = is_own(source),
		.server = registry->login_server,
		.repository = repository,
	};
	static atomic_int under_way;
	int result = atomic_fetch_add(&under_way, 1) < FETCHES_MAX
			     ? import_cached(&image, error)
			     : acr_fail(error, ACR_ERROR_LIMIT,
					"too many images are fetched at once; does the source "
					"have a cache rule that leads back here?");
	atomic_fetch_sub(&under_way, 1);
	if (result < 0)
		return acr_error_prefix(error, "the cache rule cannot fetch '%s' from '%s'", reference, source);
	return 1;
}
