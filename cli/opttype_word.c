/* What no option's word may be, whatever its type. */
#include <string.h>

#include "opttype.h"

/* The longest word that is not free text, in bytes. */
#define WORD_MAX 4096

/* Bytes of the UTF-8 character at `at` (RFC 3629: shortest form, no surrogates, up to U+10FFFF); 0 when it is none. */
static size_t character(const unsigned char *at)
{
	size_t length = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	bool wrong = (*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] >= 0xa0) || (*at == 0xf0 && at[1] < 0x90) ||
		     (*at == 0xf4 && at[1] >= 0x90);
	return wrong ? 0 : length;
}

/* ", such as 'library/ubuntu'" */
static void add_example(const struct option *option, struct acr_buf *text)
{
	const char *example = option_choices(option) ? *option_choices(option) : option->type->example;

	if (example)
		acr_buf_printf(text, ", such as '%s'", example);
}

static int refuse(const struct option *option, struct acr_buf *text, struct acr_error *error)
{
	add_example(option, text);
	return acr_fail(error, ACR_ERROR_USAGE, "%s", acr_buf_str(text));
}

static int check_characters(const struct option *option, const char *word, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	const unsigned char *at = (const unsigned char *)word;
	size_t length, before = 0;

	for (; *at; at += length, before++) {
		length = character(at);
		if (!length) {
			acr_buf_printf(
				&text,
				"after %zu characters the value has the byte 0x%02x, which is no UTF-8; give a text",
				before, *at);
			return refuse(option, &text, error);
		}
		if (option->type->text || (*at >= ' ' && *at != 0x7f))
			continue;
		acr_buf_printf(&text, "after %zu characters the value has %s; give a text without it", before,
			       *at == '\n'   ? "a line end"
			       : *at == '\t' ? "a tab"
					     : "a control character");
		return refuse(option, &text, error);
	}
	return 0;
}

int option_check_word(const struct option *option, const char *word, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	size_t length = strlen(word);

	if (length && word[length - 1] == '\r') {
		acr_buf_puts(&text, "the value ends in a carriage return, as lines of Windows text files do; remove "
				    "it, for example with tr -d '\\r'");
		return acr_fail(error, ACR_ERROR_USAGE, "%s", acr_buf_str(&text));
	}
	if (option->type->bytes)
		return 0;
	if (length > WORD_MAX && !option->type->text) {
		acr_buf_printf(&text, "the value has %zu characters, the most is %d", length, WORD_MAX);
		return refuse(option, &text, error);
	}
	return check_characters(option, word, error);
}
