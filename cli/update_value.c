/* Values of generic updates: JSON, Python literals, texts. */
#include "update_value.h"

#include <stdlib.h>
#include <string.h>

#include "pytext.h"

/* One word of a Python literal in JSON's spelling. */
static void add_word(struct acr_buf *json, const char *word, size_t length)
{
	static const char *const words[][2] = {{"True", "true"}, {"False", "false"}, {"None", "null"}};
	size_t i;

	for (i = 0; i < ACR_COUNT(words); i++)
		if (strlen(words[i][0]) == length && !memcmp(words[i][0], word, length)) {
			acr_buf_puts(json, words[i][1]);
			return;
		}
	acr_buf_add(json, word, length);
}

/* A quoted string of either kind; returns where it ends. */
static const char *add_quoted(struct acr_buf *json, const char *text)
{
	char quote = *text++;

	acr_buf_putc(json, '"');
	for (; *text && *text != quote; text++) {
		if (*text == '"')
			acr_buf_putc(json, '\\');
		if (*text == '\\' && text[1] && *++text != '\'')
			acr_buf_putc(json, '\\');
		acr_buf_putc(json, *text);
	}
	if (*text)
		acr_buf_putc(json, '"');
	return *text ? text + 1 : text;
}

/* az takes values that are no JSON for Python literals: True, {'a': 'b'}. */
static char *json_of_python(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
	ACR_AUTO(acr_buf) json = ACR_BUF_INIT;

	while (*text) {
		size_t word = strspn(text, letters);

		if (word) {
			add_word(&json, text, word);
			text += word;
		} else if (*text == '\'' || *text == '"') {
			text = add_quoted(&json, text);
		} else {
			acr_buf_putc(&json, *text++);
		}
	}
	return acr_buf_take(&json);
}

/* A whole number that JSON's numbers, as they are kept here, would round. */
static bool too_long(const char *text)
{
	size_t sign = *text == '-', digits = strspn(text + sign, "0123456789");

	return digits > 15 && !text[sign + digits];
}

struct acr_json *update_value(const char *text, bool force_string)
{
	ACR_AUTO_FREE char *json = force_string || too_long(text) ? NULL : json_of_python(text);
	struct acr_json *value = NULL;

	if (json && (acr_json_parse(text, strlen(text), &value, NULL) == 0 ||
		     acr_json_parse(json, strlen(json), &value, NULL) == 0))
		return value;
	return acr_json_new_string(text);
}

int update_texts(struct acr_json *tags, struct acr_error *error)
{
	const struct acr_json *tag;
	ACR_AUTO_PTR(acr_json) *texts = acr_json_new_object();

	if (acr_json_is_nothing(tags))
		return 0;
	if (!acr_json_is(tags, ACR_JSON_OBJECT))
		return acr_fail(error, ACR_ERROR_GENERAL,
				"usage error: tags are names with values. Correct syntax: --set tags.NAME=VALUE");
	for (tag = acr_json_first(tags); tag; tag = acr_json_next(tag)) {
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

		if (acr_json_is_nothing(tag) || acr_json_is(tag, ACR_JSON_STRING))
			continue;
		pytext_str(tag, &text);
		acr_json_set_str(texts, acr_json_key(tag), acr_buf_str(&text));
	}
	for (tag = acr_json_first(texts); tag; tag = acr_json_next(tag))
		acr_json_set(tags, acr_json_key(tag), acr_json_copy(tag));
	return 0;
}
