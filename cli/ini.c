/* INI files: read into JSON, changed in their text so that comments and order survive. */
#include "ini.h"

#include <acr/buf.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct line {
	const char *start;
	size_t length; /* without the line end */
};

static bool next_line(const char **at, struct line *ret)
{
	if (!**at)
		return false;
	ret->start = *at;
	ret->length = strcspn(*at, "\n");
	*at += ret->length;
	if (**at == '\n')
		++*at;
	return true;
}

static char *trimmed(const char *start, size_t length)
{
	while (length && isspace((unsigned char)*start)) {
		start++;
		length--;
	}
	while (length && isspace((unsigned char)start[length - 1]))
		length--;
	return acr_strndup(start, length);
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

/* How far a line is indented. */
static size_t indent_of(const struct line *line)
{
	size_t indent = 0;

	while (indent < line->length && isspace((unsigned char)line->start[indent]))
		indent++;
	return indent;
}

/* "[name]" → name, yours; NULL for other lines. */
static char *section_name(const char *text)
{
	const char *end = *text == '[' ? strchr(text, ']') : NULL;

	return end ? acr_strndup(text + 1, (size_t)(end - text - 1)) : NULL;
}

/* Append a continuation line to the value before it. */
static void continue_value(struct acr_json *section, const char *key, const char *more)
{
	const char *old = acr_json_string(acr_json_get(section, key));
	ACR_AUTO_FREE char *text = acr_format("%s\n%s", old ? old : "", more);

	acr_json_set_str(section, key, text);
}

int ini_parse(const char *path, const char *text, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *file = acr_json_new_object();
	struct acr_json *section = NULL;
	ACR_AUTO_FREE char *key = NULL;
	struct line line;
	unsigned number = 0;
	size_t indent = 0;

	if (!strncmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (next_line(&text, &line)) {
		ACR_AUTO_FREE char *content = trimmed(line.start, line.length);
		ACR_AUTO_FREE char *name = section_name(content);
		size_t split = strcspn(content, "=:");

		number++;
		if (!*content || *content == '#' || *content == ';')
			continue;
		/* What is indented deeper than its key goes on with the value, whatever it looks like. */
		if (key && indent_of(&line) > indent) {
			continue_value(section, key, content);
			continue;
		}
		indent = indent_of(&line);
		if (name) {
			section = acr_json_get(file, name);
			if (!section) {
				section = acr_json_new_object();
				acr_json_set(file, name, section);
			}
			free(TAKE(key));
		} else if (!section || !split || !content[split]) {
			return acr_fail(error, ACR_ERROR_FORMAT,
					"%s, line %u is neither a [section] nor key = value. Correct or "
					"remove the file.",
					path, number);
		} else {
			ACR_AUTO_FREE char *value = trimmed(content + split + 1, strlen(content + split + 1));

			free(TAKE(key));
			key = trimmed(content, split);
			lower(key);
			acr_json_set_str(section, key, value);
		}
	}
	*ret = TAKE(file);
	return 0;
}

/* Whether the line is "key = …". */
static bool has_key(const char *content, const char *key)
{
	size_t split = strcspn(content, "=:");
	ACR_AUTO_FREE char *name = content[split] ? trimmed(content, split) : NULL;

	if (!name)
		return false;
	lower(name);
	return !strcmp(name, key);
}

char *ini_set(const char *text, const char *section, const char *key, const char *value)
{
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	bool inside = false, done = false;
	struct line line;

	while (next_line(&text, &line)) {
		ACR_AUTO_FREE char *content = trimmed(line.start, line.length);
		ACR_AUTO_FREE char *name = section_name(content);

		if (name) {
			if (inside && !done) {
				acr_buf_printf(&out, "%s = %s\n", key, value);
				done = true;
			}
			inside = !strcmp(name, section);
		}
		if (inside && !done && !name && has_key(content, key)) {
			acr_buf_printf(&out, "%s = %s\n", key, value);
			done = true;
			continue;
		}
		acr_buf_add(&out, line.start, line.length);
		acr_buf_putc(&out, '\n');
	}
	if (!done && !inside)
		acr_buf_printf(&out, "%s[%s]\n", out.length ? "\n" : "", section);
	if (!done)
		acr_buf_printf(&out, "%s = %s\n", key, value);
	return acr_buf_take(&out);
}

char *ini_remove(const char *text, const char *section)
{
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	bool inside = false;
	struct line line;

	while (next_line(&text, &line)) {
		ACR_AUTO_FREE char *content = trimmed(line.start, line.length);
		ACR_AUTO_FREE char *name = section_name(content);

		if (name)
			inside = !strcmp(name, section);
		if (inside)
			continue;
		acr_buf_add(&out, line.start, line.length);
		acr_buf_putc(&out, '\n');
	}
	return acr_buf_take(&out);
}
