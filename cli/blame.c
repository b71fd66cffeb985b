/* Services' own messages do not always say what they are about; ours do. */
#include "blame.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* "scopeMap" → "scope map" */
static void add_words(struct acr_buf *text, const char *key, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (isupper((unsigned char)key[i]))
			acr_buf_putc(text, ' ');
		acr_buf_putc(text, (char)tolower((unsigned char)key[i]));
	}
}

static void add_name(struct acr_buf *text, const char *key, size_t length, const char *name)
{
	acr_buf_puts(text, text->length ? ", " : "");
	add_words(text, key, length);
	acr_buf_printf(text, " '%s'", name);
}

/* Words of a service that may lack a name; not of the one that signs in. */
static bool is_service_error(const struct acr_error *error)
{
	return error && error->service_code && error->message && error->http_status >= 400 &&
	       strncmp(error->service_code, "AADSTS", 6) != 0;
}

void blame_registry(const char *name, struct acr_error *error)
{
	if (!is_service_error(error) || error->resource || strcasestr(error->message, name))
		return;
	error->resource = acr_format("registry '%s'", name);
}

void blame_resource(const struct acr_op *op, const struct acr_params *params, struct acr_error *error)
{
	const char *id = acr_json_str(params->path, "/registryId"), *registry = id ? strrchr(id, '/') : NULL;
	const char *name = registry ? registry + 1 : NULL;
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (!is_service_error(error))
		return;
	if (name)
		add_name(&text, "registry", strlen("registry"), name);
	/* What the path's template names: "{+registryId}/tasks/{task}". */
	for (const char *at = strchr(op->path, '{'); at; at = strchr(at + 1, '{')) {
		size_t length = strcspn(at + 1, "}");
		const struct acr_json *member;

		for (member = acr_json_first(params->path); member; member = acr_json_next(member))
			if (strlen(acr_json_key(member)) == length && !strncmp(acr_json_key(member), at + 1, length) &&
			    acr_json_string(member)) {
				name = acr_json_string(member);
				add_name(&text, at + 1, length, name);
			}
	}
	if (!name || !*name || strcasestr(error->message, name))
		return;
	free(error->resource);
	error->resource = acr_buf_take(&text);
}
