/* Lists of header fields: names compare without case, order is kept. */
#include <stdlib.h>
#include <strings.h>
#include <acr/transport.h>

static void free_header(struct acr_header *header)
{
	free(header->name);
	free(header->value);
}

void acr_headers_add(struct acr_headers *headers, const char *name, const char *value)
{
	headers->items = acr_realloc_array(headers->items, headers->count + 1, sizeof(*headers->items));
	headers->items[headers->count++] = (struct acr_header){acr_strdup(name), acr_strdup(value)};
}

void acr_headers_set(struct acr_headers *headers, const char *name, const char *value)
{
	/* Copied first: the caller may pass a value of the very field that goes. */
	char *new_name = acr_strdup(name), *new_value = acr_strdup(value);
	size_t kept = 0;
	for (size_t i = 0; i < headers->count; i++) {
		if (strcasecmp(headers->items[i].name, new_name) == 0) {
			free_header(&headers->items[i]);
		} else {
			headers->items[kept++] = headers->items[i];
		}
	}
	headers->count = kept;
	if (new_value) {
		acr_headers_add(headers, new_name, new_value);
	}
	free(new_name);
	free(new_value);
}

const char *acr_headers_get(const struct acr_headers *headers, const char *name)
{
	for (size_t i = 0; i < headers->count; i++) {
		if (strcasecmp(headers->items[i].name, name) == 0) {
			return headers->items[i].value;
		}
	}
	return NULL;
}

void acr_headers_clear(struct acr_headers *headers)
{
	for (size_t i = 0; i < headers->count; i++) {
		free_header(&headers->items[i]);
	}
	free(headers->items);
	*headers = (struct acr_headers){0};
}
