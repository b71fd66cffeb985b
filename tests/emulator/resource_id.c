/* ARM resource ids taken apart. */
#include "resource_id.h"

#include <acr/buf.h>
#include <string.h>
#include <strings.h>

/* Ids are pairs: "/subscriptions/S", "/resourceGroups/G", "/providers/NAMESPACE", "/type/name", … Returns what follows
 * the pair at `step` and where its value begins ("" when it has none); NULL at the end. */
static const char *next_pair(const char *step, const char **key, const char **value)
{
	step += *step == '/';
	if (!*step)
		return NULL;
	*key = step;
	step += strcspn(step, "/");
	step += *step == '/';
	*value = step;
	return step + strcspn(step, "/");
}

static bool is_key(const char *key, const char *name)
{
	size_t length = strlen(name);
	return !strncasecmp(key, name, length) && (!key[length] || key[length] == '/');
}

static const char *last_provider(const char *id)
{
	const char *found = NULL, *key, *value;
	for (const char *step = id; (step = next_pair(step, &key, &value));)
		if (is_key(key, "providers") && *value)
			found = value;
	return found;
}

/* The value behind a segment, with its length. */
static const char *find_part(const char *id, const char *segment, size_t *length)
{
	const char *key, *value;
	for (const char *step = id; (step = next_pair(step, &key, &value));)
		if (is_key(key, segment)) {
			*length = strcspn(value, "/");
			return *length ? value : NULL;
		}
	return NULL;
}

/* Of what is no provider's: "/subscriptions/S/resourceGroups" is a list of Microsoft.Resources/resourceGroups. */
static char *top_type(const char *id)
{
	const char *last = "", *key, *value;
	for (const char *step = id; (step = next_pair(step, &key, &value));)
		last = key;
	return acr_format("Microsoft.Resources/%.*s", (int)strcspn(last, "/"), last);
}

char *resource_type(const char *id)
{
	const char *provider = last_provider(id);
	if (!provider)
		return top_type(id);
	ACR_AUTO(acr_buf) type = ACR_BUF_INIT;
	size_t length = strcspn(provider, "/");
	acr_buf_add(&type, provider, length);
	const char *rest = provider + length;
	while (*rest) { /* "/type/name" or a last "/type" */
		length = 1 + strcspn(rest + 1, "/");
		acr_buf_add(&type, rest, length);
		rest += length;
		rest += *rest ? 1 + strcspn(rest + 1, "/") : 0;
	}
	return acr_buf_take(&type);
}

char *resource_path(const char *id)
{
	return acr_strdup(last_provider(id));
}

char *resource_up_to(const char *id, const char *segment)
{
	size_t length;
	const char *value = find_part(id, segment, &length);
	return value ? acr_strndup(id, (size_t)(value - id) + length) : NULL;
}

char *resource_part(const char *id, const char *segment)
{
	size_t length;
	const char *value = find_part(id, segment, &length);
	return value ? acr_strndup(value, length) : NULL;
}

char *resource_parent(const char *id)
{
	const char *end = id ? strrchr(id, '/') : NULL;
	while (end && end > id && end[-1] != '/')
		end--;
	return acr_strndup(id ? id : "", end > id ? (size_t)(end - id - 1) : 0);
}

const char *resource_name(const char *id)
{
	const char *slash = strrchr(id, '/');
	return slash ? slash + 1 : id;
}
