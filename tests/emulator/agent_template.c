/* The text rules of acb.yaml: {{.Run.ID}}, {{.Values.name | default "x"}} and $Registry. */
#include "agent.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 8 /* of one part of a pipeline */

/* ---- words of a template ------------------------------------------------------------------------------------ */

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* A scalar as text; objects and arrays have none. */
static void add_value(const struct acr_json *value, struct acr_buf *out)
{
	if (acr_json_string(value))
		acr_buf_puts(out, acr_json_string(value));
	else if (acr_json_is(value, ACR_JSON_NUMBER) || acr_json_is(value, ACR_JSON_BOOL))
		acr_json_write(value, out);
}

/* A chain of names, each after a dot; the place behind it, NULL when it is none. */
static const char *read_names(const char *text, const char *end, const struct acr_json *value, struct acr_buf *out)
{
	while (text < end && *text == '.') {
		const char *begin = ++text;
		while (text < end && is_name(*text))
			text++;
		if (text == begin)
			return NULL;
		ACR_AUTO_FREE char *name = acr_strndup(begin, (size_t)(text - begin));
		value = acr_json_get(value, name);
	}
	add_value(value, out);
	return text;
}

/* "text" with backslashes, or `text` as it stands. */
static const char *read_quoted(const char *text, const char *end, struct acr_buf *out)
{
	char quote = *text++;
	for (; text < end && *text != quote; text++) {
		if (quote == '"' && *text == '\\' && text + 1 < end)
			text++;
		acr_buf_putc(out, *text);
	}
	return text < end ? text + 1 : NULL;
}

/* ---- functions of a template -------------------------------------------------------------------------------- */

static void change_case(const char *text, int (*change)(int c), struct acr_buf *out)
{
	for (; *text; text++)
		acr_buf_putc(out, (char)change((unsigned char)*text));
}

/* Apply a function to its arguments, the piped one last. False when there is none of that name and number of arguments,
 * or an argument is not what it wants. */
static bool apply(const char *name, const struct words *arguments, struct acr_buf *out)
{
	const char *last = arguments->count ? arguments->items[arguments->count - 1] : NULL;
	if (arguments->count == 2 && !strcmp(name, "default"))
		acr_buf_puts(out, *last ? last : arguments->items[0]);
	else if (arguments->count != 1)
		return false;
	else if (!strcmp(name, "b64enc"))
		acr_base64_encode(last, strlen(last), out);
	else if (!strcmp(name, "b64dec"))
		return acr_base64_decode(last, strlen(last), out, NULL) == 0;
	else if (!strcmp(name, "quote"))
		acr_buf_printf(out, "\"%s\"", last);
	else if (!strcmp(name, "squote"))
		acr_buf_printf(out, "'%s'", last);
	else if (!strcmp(name, "upper"))
		change_case(last, toupper, out);
	else if (!strcmp(name, "lower"))
		change_case(last, tolower, out);
	else
		return false;
	return true;
}

/* One part of a pipeline, up to "|" or the end: a value, or a function and its arguments, with what the part before
 * gave as the last one. *text then stands behind it. */
static bool evaluate_part(const char **text, const char *end, const struct acr_json *values, const char *piped,
			  struct acr_buf *out)
{
	ACR_AUTO(words) arguments = {0};
	ACR_AUTO_FREE char *function = NULL;
	const char *at = *text;
	for (;;) {
		while (at < end && isspace((unsigned char)*at))
			at++;
		if (at == end || *at == '|')
			break;
		ACR_AUTO(acr_buf) word = ACR_BUF_INIT;
		const char *begin = at;
		if (*at == '.')
			at = read_names(at, end, values, &word);
		else if (*at == '"' || *at == '`')
			at = read_quoted(at, end, &word);
		else
			while (at < end && is_name(*at))
				at++;
		if (!at || at == begin || arguments.count == WORDS_MAX)
			return false;
		bool is_word = is_name(*begin);
		if (is_word && (function || arguments.count))
			return false;
		if (is_word)
			function = acr_strndup(begin, (size_t)(at - begin));
		else
			words_add(&arguments, acr_buf_str(&word));
	}
	*text = at;
	if (piped)
		words_add(&arguments, piped);
	if (function)
		return apply(function, &arguments, out);
	if (arguments.count != 1)
		return false;
	acr_buf_puts(out, arguments.items[0]);
	return true;
}

/* What stands between the braces: parts of a pipeline. False when it is not understood. */
static bool evaluate(const char *text, const char *end, const struct acr_json *values, struct acr_buf *out)
{
	ACR_AUTO_FREE char *piped = NULL;
	for (;;) {
		ACR_AUTO(acr_buf) result = ACR_BUF_INIT;
		if (!evaluate_part(&text, end, values, piped, &result))
			return false;
		if (text == end) {
			acr_buf_puts(out, acr_buf_str(&result));
			return true;
		}
		free(piped);
		piped = acr_buf_take(&result);
		text++;
	}
}

/* ---- {{…}} -------------------------------------------------------------------------------------------------- */

static void trim_end(struct acr_buf *out)
{
	while (out->length && isspace((unsigned char)out->data[out->length - 1]))
		acr_buf_truncate(out, out->length - 1);
}

int template_expand(const char *text, const struct acr_json *values, struct acr_buf *out, struct acr_error *error)
{
	for (const char *open; (open = strstr(text, "{{"));) {
		acr_buf_add(out, text, (size_t)(open - text));
		const char *begin = open + 2, *close = strstr(begin, "}}");
		if (!close)
			return acr_fail(error, ACR_ERROR_FORMAT, "'{{' without '}}' in the task");
		const char *end = close;
		text = close + 2;
		if (*begin == '-' && isspace((unsigned char)begin[1])) {
			trim_end(out);
			begin++;
		}
		if (end > begin + 1 && end[-1] == '-' && isspace((unsigned char)end[-2])) {
			text += strspn(text, " \t\r\n");
			end--;
		}
		if (!evaluate(begin, end, values, out))
			return acr_fail(
				error, ACR_ERROR_FORMAT,
				"'{{%.*s}}' is not understood: only names such as .Run.ID and .Values.name, and "
				"default, b64enc, b64dec, quote, squote, upper, lower are",
				(int)(close - open - 2), open + 2);
	}
	acr_buf_puts(out, text);
	return 0;
}

/* ---- $Name -------------------------------------------------------------------------------------------------- */

char *alias_expand(const char *text, const char *directive, const struct acr_json *aliases)
{
	size_t mark = strlen(directive);
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	for (const char *found; (found = strstr(text, directive));) {
		acr_buf_add(&out, text, (size_t)(found - text));
		text = found + mark;
		if (!strncmp(text, directive, mark)) {
			acr_buf_puts(&out, directive);
			text += mark;
			continue;
		}
		size_t length = 0;
		while (isalnum((unsigned char)text[length]))
			length++;
		ACR_AUTO_FREE char *name = acr_strndup(text, length);
		const char *value = acr_json_string(acr_json_get(aliases, name));
		if (value)
			acr_buf_puts(&out, value);
		else
			acr_buf_add(&out, found, mark + length);
		text += length;
	}
	acr_buf_puts(&out, text);
	return acr_buf_take(&out);
}
