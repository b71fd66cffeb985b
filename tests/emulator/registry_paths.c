/* Paths below /v2/ taken apart, and names of repositories. */
#include "registry.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH 255

void image_path_clear(struct image_path *path)
{
	free(path->repository);
	free(path->kind);
	free(path->rest);
	*path = (struct image_path){0};
}

/* The last place where `mark` stands in `text` with something before it. */
static char *last_mark(char *text, const char *mark)
{
	char *found = NULL;
	for (char *at = strstr(text, mark); at; at = strstr(at + 1, mark))
		if (at > text)
			found = at;
	return found;
}

bool image_path_parse(const char *path, struct image_path *ret)
{
	static const struct {
		const char *mark, *kind;
	} marks[] = {
		{"/blobs/uploads/", "uploads"}, {"/blobs/", "blobs"},         {"/manifests/", "manifests"},
		{"/tags/list", "tags"},         {"/referrers/", "referrers"},
	};
	if (strncmp(path, "/v2/", 4) != 0)
		return false;
	ACR_AUTO_FREE char *text = acr_uri_unescape(path + 4, strlen(path + 4), false);
	for (size_t i = 0; i < ACR_COUNT(marks); i++) {
		char *mark = last_mark(text, marks[i].mark);
		const char *rest = mark ? mark + strlen(marks[i].mark) : NULL;
		/* A repository may be called "x/blobs/y": what follows the mark is one segment. */
		if (!mark || strchr(rest, '/') || (!strcmp(marks[i].kind, "tags") && *rest))
			continue;
		ret->repository = acr_strndup(text, (size_t)(mark - text));
		ret->kind = acr_strdup(marks[i].kind);
		ret->rest = acr_strdup(rest);
		return true;
	}
	return false;
}

void image_path_write(const struct image_path *path, struct acr_buf *out)
{
	acr_buf_puts(out, "/v2/");
	acr_uri_escape(path->repository, "/", out);
	acr_buf_printf(out, "/%s/", !strcmp(path->kind, "uploads") ? "blobs/uploads" : path->kind);
	acr_uri_escape(path->rest, ":@+=", out);
}

bool repository_name_valid(const char *name)
{
	if (strlen(name) > NAME_MAX_LENGTH)
		return false;
	bool alphanumeric = false; /* each part begins and ends with a letter or digit */
	for (const char *c = name; *c; c++) {
		bool separator = *c == '/' || *c == '.' || *c == '_' || *c == '-';
		bool begins = c == name || c[-1] == '/';
		if ((begins && separator) || (*c == '/' && !alphanumeric))
			return false;
		alphanumeric = islower((unsigned char)*c) || isdigit((unsigned char)*c);
		if (!alphanumeric && !separator)
			return false;
	}
	return alphanumeric;
}
