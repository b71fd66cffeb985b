/* Lists of words: an argv under construction, and a command line taken apart. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>

void words_add(struct words *words, const char *text)
{
	words->items = acr_realloc_array(words->items, words->count + 2, sizeof(*words->items));
	words->items[words->count++] = acr_strdup(text);
	words->items[words->count] = NULL;
}

void words_addf(struct words *words, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	ACR_AUTO_FREE char *text = acr_vformat(format, args);
	va_end(args);
	words_add(words, text);
}

void words_add_all(struct words *words, const struct words *more)
{
	for (size_t i = 0; i < more->count; i++)
		words_add(words, more->items[i]);
}

void words_clear(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
	*words = (struct words){0};
}

/* Append what a quote encloses; returns the place behind the closing quote, NULL when there is none. */
static const char *take_quoted(const char *text, struct acr_buf *word)
{
	char quote = *text++;
	for (; *text && *text != quote; text++) {
		if (quote == '"' && *text == '\\' && text[1] && strchr("\"\\$`\n", text[1]))
			text++;
		acr_buf_putc(word, *text);
	}
	return *text ? text + 1 : NULL;
}

int words_split(const char *text, struct words *ret, struct acr_error *error)
{
	ACR_AUTO(words) words = {0};
	for (;;) {
		text += strspn(text, " \t\r\n");
		if (!*text)
			break;
		ACR_AUTO(acr_buf) word = ACR_BUF_INIT;
		while (*text && !strchr(" \t\r\n", *text)) {
			if (*text == '"' || *text == '\'') {
				const char *open = text;
				text = take_quoted(text, &word);
				if (!text)
					return acr_fail(error, ACR_ERROR_FORMAT, "the quote is not closed: %s", open);
				continue;
			}
			if (*text == '\\' && text[1])
				text++;
			acr_buf_putc(&word, *text++);
		}
		words_add(&words, acr_buf_str(&word));
	}
	*ret = words;
	words = (struct words){0};
	return 0;
}
