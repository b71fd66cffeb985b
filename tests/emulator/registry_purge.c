/* The retention policy: manifests that lost their last tag are deleted some days later; with 0 days at once. As in the
 * service, only those count that lost it while the policy was as it is, and locked ones stay. */
#include "registry.h"

#include <stdio.h>
#include <string.h>

#define DAY_SECONDS 86400

/* Points in time between which a manifest must have lost its last tag; false when the policy is off. */
static bool read_policy(const struct registry *registry, int64_t *since, int64_t *until)
{
	ACR_AUTO_PTR(acr_json) *resource = registry_resource(registry);
	const struct acr_json *policy = acr_json_at(resource, "/properties/policies/retentionPolicy");
	const char *status = acr_json_str(policy, "/status"), *changed = acr_json_str(policy, "/lastUpdatedTime");
	if (!status || strcmp(status, "enabled") != 0 || !changed || acr_time_parse(changed, since, NULL, NULL) < 0)
		return false;
	*until = now_seconds() - (int64_t)acr_json_num(policy, "/days", 7) * DAY_SECONDS;
	return true;
}

static bool is_part_of_index(const struct acr_json *repository, const char *digest)
{
	const struct acr_json *item = acr_json_first(acr_json_get(repository, "manifests"));
	for (; item; item = acr_json_next(item)) {
		const struct acr_json *part = acr_json_first(acr_json_get(item, "references"));
		for (; part; part = acr_json_next(part)) {
			const char *own = acr_json_str(part, "/digest");
			if (own && !strcmp(own, digest))
				return true;
		}
	}
	return false;
}

static bool is_due(const struct acr_json *repository, const struct acr_json *manifest, int64_t since, int64_t until)
{
	const char *text = acr_json_str(manifest, "/untaggedAt");
	int64_t when;
	return text && acr_time_parse(text, &when, NULL, NULL) == 0 && when >= since && when <= until &&
	       metadata_may_delete(repository) && metadata_may_delete(manifest) &&
	       !is_part_of_index(repository, acr_json_key(manifest));
}

/* The first manifest to delete, with what refers to it; its repository goes into *name. */
static struct acr_json *find_due(struct registry *registry, int64_t since, int64_t until, char **name)
{
	struct acr_json *digests = NULL;
	pthread_mutex_lock(&registry->lock);
	const struct acr_json *repository = acr_json_first(registry->repositories);
	for (; repository && !digests; repository = acr_json_next(repository)) {
		const struct acr_json *item = acr_json_first(acr_json_get(repository, "manifests"));
		for (; item && !digests; item = acr_json_next(item))
			if (is_due(repository, item, since, until)) {
				digests = metadata_with_referrers(repository, acr_json_key(item));
				*name = acr_strdup(acr_json_key(repository));
			}
	}
	pthread_mutex_unlock(&registry->lock);
	return digests;
}

void purge_untagged(struct registry *registry, const struct exchange *exchange)
{
	int64_t since, until;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	if (!read_policy(registry, &since, &until))
		return;
	for (;;) {
		ACR_AUTO_FREE char *name = NULL;
		ACR_AUTO_PTR(acr_json) *digests = find_due(registry, since, until, &name);
		if (!digests)
			return;
		note("retention policy of '%s' deletes %s of '%s'", registry->name,
		     acr_json_string(acr_json_first(digests)), name);
		if (manifests_delete(registry, exchange, name, digests, &error) < 0) {
			fprintf(stderr, "acr-emulator: the retention policy of '%s' failed: %s\n", registry->name,
				error.message);
			return;
		}
	}
}
