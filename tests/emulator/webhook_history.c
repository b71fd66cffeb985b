/* What was sent to webhooks and what they answered, a private document for each webhook, newest first. */
#include "webhook.h"

#include <string.h>

#define KEPT_EVENTS 250

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A webhook that was deleted and made again begins anew. */
static bool is_of(const struct acr_json *document, const char *created)
{
	const char *own = acr_json_str(document, "/created");
	return own && created && !strcmp(own, created);
}

struct acr_json *webhook_history(const struct acr_json *webhook)
{
	ACR_AUTO_FREE char *name = store_private_name("events", acr_json_str(webhook, "/id"));
	pthread_mutex_lock(&lock);
	ACR_AUTO_PTR(acr_json) *document = store_private_get(name);
	pthread_mutex_unlock(&lock);
	struct acr_json *events = is_of(document, acr_json_str(webhook, "/systemData/createdAt"))
					  ? acr_json_detach(document, "events")
					  : NULL;
	return events ? events : acr_json_new_array();
}

void webhook_forget(const char *id)
{
	ACR_AUTO_FREE char *name = store_private_name("events", id);
	pthread_mutex_lock(&lock);
	store_private_put(name, NULL);
	pthread_mutex_unlock(&lock);
}

/* The event goes in front; what is known of an earlier attempt goes away. */
static struct acr_json *with_event(const struct acr_json *events, struct acr_json *event)
{
	struct acr_json *list = acr_json_new_array();
	const char *id = acr_json_str(event, "/id");
	size_t count = 1;
	acr_json_append(list, event);
	const struct acr_json *old = acr_json_first(events);
	for (; old && count < KEPT_EVENTS; old = acr_json_next(old)) {
		const char *other = acr_json_str(old, "/id");
		if (other && !strcmp(other, id))
			continue;
		acr_json_append(list, acr_json_copy(old));
		count++;
	}
	return list;
}

void history_record(const char *webhook, const char *created, struct acr_json *event)
{
	ACR_AUTO_FREE char *name = store_private_name("events", webhook);
	pthread_mutex_lock(&lock);
	ACR_AUTO_PTR(acr_json) *old = store_private_get(name);
	ACR_AUTO_PTR(acr_json) *document = json_build("{'webhook':%s,'created':%s}", webhook, created);
	acr_json_set(document, "events", with_event(is_of(old, created) ? acr_json_get(old, "events") : NULL, event));
	if (store_has(webhook))
		store_private_put(name, document);
	pthread_mutex_unlock(&lock);
}
