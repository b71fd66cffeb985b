/* The text rules of acb.yaml: {{.Run.ID}} and $Registry. */
#include "agent.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* ---- {{.Name.Name}} ----------------------------------------------------------------------------------------- */

/* A scalar as text; objects and arrays have none. */
static void add_value(const struct acr_json *value, struct acr_buf *out)
{
	if (acr_json_string(value))
		acr_buf_puts(out, acr_json_string(value));
	else if (acr_json_is(value, ACR_JSON_NUMBER) || acr_json_is(value, ACR_JSON_BOOL))
		acr_json_write(value, out);
}

/* What stands between the braces, without blanks: a chain of names, each after a dot. False when it is not. */
static bool expand_names(const char *text, size_t length, const struct acr_json *values, struct acr_buf *out)
{
	const struct acr_json *value = values;
	size_t at = 0;
	while (at < length && text[at] == '.') {
		size_t begin = ++at;
		while (at < length && is_name(text[at]))
			at++;
		if (at == begin)
			return false;
		ACR_AUTO_FREE char *name = acr_strndup(text + begin, at - begin);
		value = acr_json_get(value, name);
	}
	if (at != length || !length)
		return false;
	add_value(value, out);
	return true;
}

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
		while (begin < end && isspace((unsigned char)*begin))
			begin++;
		while (end > begin && isspace((unsigned char)end[-1]))
			end--;
		if (!expand_names(begin, (size_t)(end - begin), values, out))
			return acr_fail(error, ACR_ERROR_FORMAT,
					"'{{%.*s}}' is not understood: only names such as .Run.ID and .Values.name are",
					(int)(close - open - 2), open + 2);
	}
	acr_buf_puts(out, text);
	return 0;
}

/* ---- $Name -------------------------------------------------------------------------------------------------- */

char *alias_expand(const char *text, const struct acr_json *aliases)
{
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	while (*text) {
		size_t plain = strcspn(text, "$");
		acr_buf_add(&out, text, plain);
		text += plain;
		if (!*text)
			break;
		size_t length = 1;
		while (is_name(text[length]))
			length++;
		ACR_AUTO_FREE char *name = acr_strndup(text + 1, length - 1);
		const char *value = acr_json_string(acr_json_get(aliases, name));
		if (text[1] == '$') {
			acr_buf_putc(&out, '$');
			length = 2;
		} else if (value)
			acr_buf_puts(&out, value);
		else
			acr_buf_add(&out, text, length);
		text += length;
	}
	return acr_buf_take(&out);
}
