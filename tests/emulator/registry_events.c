/* What happens to images, told to webhooks and to tasks that build on them. */
#include "registry.h"

#include <string.h>

static struct acr_json *notification(const struct registry *registry, const struct exchange *exchange,
				     const char *action, struct acr_json *target)
{
	ACR_AUTO_FREE char *now = time_text();
	struct acr_json *content = json_build("{'timestamp':%s,'action':%s}", now, action);
	acr_json_set(content, "target", target);
	acr_json_set(content, "request",
		     json_build("{'id':%s,'host':%s,'method':%s,'useragent':%s}",
				acr_headers_get(&exchange->reply_headers, "X-Ms-Correlation-Request-Id"),
				registry->login_server, exchange->method, exchange_header(exchange, "User-Agent")));
	return content;
}

void event_pushed(const struct registry *registry, const struct exchange *exchange, const char *repository,
		  const char *tag, const char *media_type, const char *digest)
{
	long long size = (long long)exchange->body.length;
	struct acr_json *target = json_build("{'mediaType':%s,'size':%lld,'digest':%s,'length':%lld,'repository':%s}",
					     media_type, size, digest, size, repository);
	if (tag)
		acr_json_set_str(target, "tag", tag);
	ACR_AUTO_PTR(acr_json) *tags = acr_json_new_array();
	if (tag)
		acr_json_append(tags, acr_json_new_string(tag));
	ACR_AUTO_PTR(acr_json) *content = notification(registry, exchange, "push", target);
	webhooks_notify(registry->id, content, tags);
	if (tag)
		triggers_image_pushed(registry->login_server, repository, tag, digest);
}

void event_deleted(const struct registry *registry, const struct exchange *exchange, const char *repository,
		   const char *media_type, const char *digest, const struct acr_json *tags)
{
	struct acr_json *target =
		json_build("{'mediaType':%s,'digest':%s,'repository':%s}", media_type, digest, repository);
	ACR_AUTO_PTR(acr_json) *content = notification(registry, exchange, "delete", target);
	webhooks_notify(registry->id, content, tags);
}
