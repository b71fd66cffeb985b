/* Which webhooks a notification goes to. */
#include "emulator.h"

#include <string.h>
#include <strings.h>

static bool contains(const struct acr_json *strings, const char *text)
{
	for (const struct acr_json *item = acr_json_first(strings); item; item = acr_json_next(item)) {
		const char *own = acr_json_string(item);
		if (own && !strcmp(own, text))
			return true;
	}
	return false;
}

/* "" stands for everything, "repository:*" for all its tags, "repository" for "repository:latest". */
static bool scope_includes(const char *scope, const char *repository, const struct acr_json *tags)
{
	if (!scope || !*scope)
		return true;
	size_t length = strcspn(scope, ":");
	if (strlen(repository) != length || strncmp(scope, repository, length) != 0)
		return false;
	const char *tag = scope[length] ? scope + length + 1 : "latest";
	return !strcmp(tag, "*") || contains(tags, tag);
}

static bool wants(const struct acr_json *webhook, const struct acr_json *content, const struct acr_json *tags)
{
	const char *status = acr_json_str(webhook, "/properties/status");
	return status && !strcasecmp(status, "enabled") &&
	       contains(acr_json_at(webhook, "/properties/actions"), acr_json_str(content, "/action")) &&
	       scope_includes(acr_json_str(webhook, "/properties/scope"), acr_json_str(content, "/target/repository"),
			      tags);
}

void webhooks_notify(const char *registry, const struct acr_json *content, const struct acr_json *tags)
{
	ACR_AUTO_FREE char *collection = acr_format("%s/webhooks", registry);
	ACR_AUTO_PTR(acr_json) *list = store_list(collection);
	for (const struct acr_json *webhook = acr_json_first(list); webhook; webhook = acr_json_next(webhook))
		if (wants(webhook, content, tags)) {
			ACR_AUTO_FREE char *id = webhook_send(webhook, content);
			note("notification %s to %s", id, acr_json_str(webhook, "/id"));
		}
}
