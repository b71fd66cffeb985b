/* Parse WWW-Authenticate: several challenges may share a field, separated by the commas that also separate parameters.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "http/challenge.h"

static size_t token_length(const char *text)
{
	size_t length = 0;
	while (isalnum((unsigned char)text[length]) || (text[length] && strchr("!#$%&'*+-.^_`|~", text[length]))) {
		length++;
	}
	return length;
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static const char *skip_separators(const char *text)
{
	return text + strspn(text, " \t,");
}

/* Length of the token68 ("abc==") a challenge may have instead of parameters; 0 when there is none. */
static size_t token68_length(const char *text)
{
	size_t length = 0;
	while (isalnum((unsigned char)text[length]) || (text[length] && strchr("-._~+/", text[length]))) {
		length++;
	}
	length += length ? strspn(text + length, "=") : 0;
	const char *after = skip_blanks(text + length);
	return *after == ',' || !*after ? length : 0;
}

/* A token or quoted string, yours to free(); *rest gets what follows it. */
static char *take_value(const char *text, const char **rest)
{
	if (*text != '"') {
		size_t length = strcspn(text, ", \t");
		*rest = text + length;
		return acr_strndup(text, length);
	}
	struct acr_buf value = ACR_BUF_INIT;
	for (text++; *text && *text != '"'; text++) {
		if (*text == '\\' && text[1]) {
			text++;
		}
		acr_buf_putc(&value, *text);
	}
	*rest = *text ? text + 1 : text;
	return acr_buf_take(&value);
}

static char **member_of(struct acr_challenge *challenge, const char *name, size_t length)
{
	const struct {
		const char *name;
		char **member;
	} known[] = {
		{"realm", &challenge->realm}, {"service", &challenge->service}, {"scope", &challenge->scope},
		{"error", &challenge->error}, {"claims", &challenge->claims},
	};
	for (size_t i = 0; i < ACR_COUNT(known); i++) {
		if (strlen(known[i].name) == length && strncasecmp(known[i].name, name, length) == 0) {
			return known[i].member;
		}
	}
	return NULL;
}

/* The parameters at `text` up to the next challenge; the first of a name counts. Returns where they end. */
static const char *take_parameters(const char *text, struct acr_challenge *challenge)
{
	for (;;) {
		const char *name = skip_separators(text);
		size_t length = token_length(name);
		const char *equals = skip_blanks(name + length);
		if (!length || *equals != '=') {
			return name;
		}
		char *value = take_value(skip_blanks(equals + 1), &text);
		char **member = member_of(challenge, name, length);
		if (member && !*member) {
			*member = value;
		} else {
			free(value);
		}
	}
}

static bool find_in_field(const char *text, const char *scheme, struct acr_challenge *ret)
{
	text = skip_separators(text);
	for (size_t length = token_length(text); length; length = token_length(text)) {
		ACR_AUTO(acr_challenge) challenge = {0};
		bool wanted = strlen(scheme) == length && strncasecmp(text, scheme, length) == 0;
		text = skip_blanks(text + length);
		text = take_parameters(text + token68_length(text), &challenge);
		if (wanted) {
			*ret = challenge;
			challenge = (struct acr_challenge){0};
			return true;
		}
	}
	return false;
}

bool acr_challenge_find(const struct acr_headers *headers, const char *scheme, struct acr_challenge *ret)
{
	for (size_t i = 0; i < headers->count; i++) {
		if (strcasecmp(headers->items[i].name, "WWW-Authenticate") == 0 &&
		    find_in_field(headers->items[i].value, scheme, ret)) {
			return true;
		}
	}
	return false;
}

void acr_challenge_clear(struct acr_challenge *challenge)
{
	free(challenge->realm);
	free(challenge->service);
	free(challenge->scope);
	free(challenge->error);
	free(challenge->claims);
	*challenge = (struct acr_challenge){0};
}
