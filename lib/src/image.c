/* Image references: taken apart and checked. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <acr/image.h>

#define MAX_TAG 128
#define MAX_REPOSITORY 255

static int refuse(const char *text, const char *why, struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_GENERAL,
			"'%s' is not the name of an image: %s. Write 'name', 'name:tag' or 'name@digest'.", text, why);
}

/* Whether the text is one or more letters, digits and characters of `others`. */
static bool consists_of(const char *text, size_t length, const char *others)
{
	for (size_t i = 0; i < length; i++) {
		if (!text[i] || (!strchr(others, text[i]) && (!isascii(text[i]) || !isalnum((unsigned char)text[i])))) {
			return false;
		}
	}
	return length > 0;
}

static bool is_repository(const char *text, size_t length)
{
	const char *end = text + length;
	for (const char *part = text;; part++) {
		const char *slash = memchr(part, '/', (size_t)(end - part));
		size_t width = (size_t)((slash ? slash : end) - part);
		if (!consists_of(part, width, "._-") || strspn(part, ".") >= width) {
			return false;
		}
		if (!slash) {
			return true;
		}
		part = slash;
	}
}

static bool is_tag(const char *text)
{
	size_t length = strlen(text);
	return length <= MAX_TAG && consists_of(text, length, "._-") && *text != '.' && *text != '-';
}

/* "algorithm:value" */
static bool is_digest(const char *text)
{
	size_t algorithm = strcspn(text, ":");
	return text[algorithm] && consists_of(text, algorithm, "+._-") &&
	       consists_of(text + algorithm + 1, strlen(text + algorithm + 1), "=_-");
}

/* Length of a registry in front, without its slash; 0 when there is none. */
static size_t registry_length(const char *text)
{
	size_t length = strcspn(text, "/");
	if (!text[length] || length == 0) {
		return 0;
	}
	bool host = memchr(text, '.', length) || memchr(text, ':', length) ||
		    (length == strlen("localhost") && memcmp(text, "localhost", length) == 0);
	return host ? length : 0;
}

int acr_image_parse(const char *text, bool with_registry, struct acr_image *ret, struct acr_error *error)
{
	size_t registry = with_registry ? registry_length(text) : 0;
	const char *repository = registry ? text + registry + 1 : text;
	const char *digest = strchr(repository, '@');
	size_t length = digest ? (size_t)(digest - repository) : strlen(repository);
	const char *colon = memchr(repository, ':', length);
	ACR_AUTO_FREE char *tag = NULL;
	if (colon) {
		tag = acr_strndup(colon + 1, length - (size_t)(colon - repository) - 1);
		length = (size_t)(colon - repository);
	}
	if (registry && (!consists_of(text, registry, ".-:[]") || strchr(".-:", *text))) {
		return refuse(text, "the registry is not a host name", error);
	}
	if (length > MAX_REPOSITORY) {
		return refuse(text, "a repository has at most 255 characters", error);
	}
	if (!is_repository(repository, length)) {
		return refuse(text, "the repository is missing or has characters that none can have", error);
	}
	if (tag && !is_tag(tag)) {
		return refuse(text, "a tag is 1 to 128 letters, digits, '_', '.' and '-'", error);
	}
	if (digest && !is_digest(digest + 1)) {
		return refuse(text, "a digest looks like 'sha256:' and 64 hexadecimal digits", error);
	}
	*ret = (struct acr_image){
		.registry = registry ? acr_strndup(text, registry) : NULL,
		.repository = acr_strndup(repository, length),
		.tag = tag || digest ? TAKE(tag) : acr_strdup("latest"),
		.digest = acr_strdup(digest ? digest + 1 : NULL),
	};
	return 0;
}

void acr_image_clear(struct acr_image *image)
{
	free(image->registry);
	free(image->repository);
	free(image->tag);
	free(image->digest);
	*image = (struct acr_image){0};
}
