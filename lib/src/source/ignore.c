/* The rules of an ignore file: reading it, and which rule decides about a path. */
#include <stdlib.h>
#include <string.h>
#include <acr/buf.h>
#include "ignore.h"
#include "pattern.h"

struct acr_ignore_rule {
	struct acr_pattern pattern;
	bool exception; /* "!": re-includes */
};

static void add_rule(struct acr_ignore *ignore, struct acr_pattern pattern, bool exception)
{
	size_t count = ignore->count;
	if (!(count & (count - 1))) {
		ignore->rules = acr_realloc_array(ignore->rules, count ? count * 2 : 1, sizeof(*ignore->rules));
	}
	ignore->rules[ignore->count++] = (struct acr_ignore_rule){.pattern = pattern, .exception = exception};
}

void acr_ignore_add_builtin(struct acr_ignore *ignore, const char *const *names)
{
	for (; *names; names++) {
		struct acr_pattern pattern = {
			.kind = ACR_PATTERN_EXACT, .text = acr_strdup(*names), .length = strlen(*names)};
		add_rule(ignore, pattern, false);
	}
	ignore->builtin = ignore->count;
}

/* Length of the white space character at `text`, 0 when it is none: what Go's unicode.IsSpace knows. */
static size_t space_width(const char *text)
{
	static const char *const wide[] = {
		"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
		"\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
		"\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
		"\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
	};
	if (*text && strchr(" \t\n\v\f\r", *text)) {
		return 1;
	}
	for (size_t i = 0; i < ACR_COUNT(wide); i++) {
		if (strncmp(text, wide[i], strlen(wide[i])) == 0) {
			return strlen(wide[i]);
		}
	}
	return 0;
}

/* Cut white space off both ends, in place; returns where the text begins. */
static char *trim(char *text)
{
	for (size_t width; (width = space_width(text)) > 0;) {
		text += width;
	}
	char *end = text;
	for (char *at = text; *at;) {
		size_t width = space_width(at);
		at += width ? width : 1;
		end = width ? end : at;
	}
	*end = '\0';
	return text;
}

/* Take the last segment off what stands between `start` and `out`. */
static char *drop_segment(char *start, char *out)
{
	while (out > start && *--out != '/') {
	}
	return out;
}

/* Go's path.Clean, in place: no empty and "." segments, "x/.." taken out, no slash at the end, "." for nothing. */
static void clean_path(char *path)
{
	char *start = path + (path[0] == '/');
	char *out = start;
	char *fixed = start; /* leading ".." segments end here and stay */
	for (const char *in = start; *in; in += *in == '/') {
		const char *segment = in;
		size_t length = strcspn(in, "/");
		in += length;
		bool up = length == 2 && memcmp(segment, "..", 2) == 0;
		if (length == 0 || (length == 1 && *segment == '.') || (up && path[0] == '/' && out == start)) {
			continue;
		}
		if (up && out > fixed) {
			out = drop_segment(fixed, out);
			continue;
		}
		if (out > start) {
			*out++ = '/';
		}
		memmove(out, segment, length);
		out += length;
		fixed = up ? out : fixed;
	}
	if (out == path) {
		*out++ = '.';
	}
	*out = '\0';
}

/* One line, as Docker's ignorefile and patternmatcher packages take it apart one after the other; `line` is changed. */
static int parse_line(struct acr_ignore *ignore, char *line, struct acr_error *error)
{
	if (line[0] == '#') {
		return 0;
	}
	line = trim(line);
	bool inverted = line[0] == '!';
	char *text = inverted ? trim(line + 1) : line;
	if (!inverted && !*text) {
		return 0;
	}
	if (*text) {
		clean_path(text);
		text += text[0] == '/' && text[1];
	}
	ACR_AUTO_FREE char *joined = acr_format("%s%s", inverted ? "!" : "", text);
	char *whole = trim(joined); /* "/ a" has become " a" */
	if (!*whole) {
		return 0;
	}
	clean_path(whole);
	bool exception = whole[0] == '!';
	if (exception && !whole[1]) {
		return acr_fail(error, ACR_ERROR_FORMAT, "'!' needs a pattern behind it");
	}
	struct acr_pattern pattern;
	int code = acr_pattern_compile(whole + exception, &pattern, error);
	if (code == 0) {
		add_rule(ignore, pattern, exception);
	}
	return code;
}

int acr_ignore_parse(struct acr_ignore *ignore, const char *name, const char *text, size_t length,
		     struct acr_error *error)
{
	static const char mark[] = "\xEF\xBB\xBF";
	const char *end = text + length;
	if (length >= 3 && memcmp(text, mark, 3) == 0) {
		text += 3;
	}
	for (size_t number = 1; text < end; number++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t width = (size_t)((stop ? stop : end) - text);
		if (memchr(text, '\0', width)) {
			return acr_fail(error, ACR_ERROR_FORMAT,
					"%s, line %zu: a NUL byte; the file must be UTF-8 text", name, number);
		}
		ACR_AUTO_FREE char *line = acr_strndup(text, width);
		int code = parse_line(ignore, line, error);
		if (code) {
			acr_error_prefix(error, "%s, line %zu", name, number);
			return code;
		}
		text += width + 1;
	}
	return 0;
}

void acr_ignore_clear(struct acr_ignore *ignore)
{
	for (size_t i = 0; i < ignore->count; i++) {
		acr_pattern_clear(&ignore->rules[i].pattern);
	}
	free(ignore->rules);
	*ignore = (struct acr_ignore){0};
}

int acr_ignore_last(const struct acr_ignore *ignore, const char *path, size_t length, int parent)
{
	for (int i = (int)ignore->count - 1; i > parent; i--) {
		if (acr_pattern_matches(&ignore->rules[i].pattern, path, length)) {
			return i;
		}
	}
	return parent;
}

bool acr_ignore_excludes(const struct acr_ignore *ignore, int rule)
{
	return rule != ACR_IGNORE_NO_RULE && !ignore->rules[rule].exception;
}

bool acr_ignore_reaches(const struct acr_ignore *ignore, const char *folder, size_t length, int rule)
{
	for (size_t i = rule == ACR_IGNORE_NO_RULE ? 0 : (size_t)rule + 1; i < ignore->count; i++) {
		const struct acr_ignore_rule *later = &ignore->rules[i];
		if (later->exception && acr_pattern_reaches(&later->pattern, folder, length)) {
			return true;
		}
	}
	return false;
}
