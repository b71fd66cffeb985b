/* The images a Dockerfile builds on: its FROM lines, with ARG defaults put in. */
#include "agent.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Replace $NAME, ${NAME} and ${NAME:-default} by what `arguments` say; yours to free(). */
static char *substitute(const char *text, const struct acr_json *arguments)
{
	ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
	while (*text) {
		if (*text != '$') {
			acr_buf_putc(&out, *text++);
			continue;
		}
		bool braces = *++text == '{';
		text += braces;
		size_t length = 0;
		while (isalnum((unsigned char)text[length]) || text[length] == '_')
			length++;
		ACR_AUTO_FREE char *name = acr_strndup(text, length);
		const char *value = acr_json_string(acr_json_get(arguments, name));
		text += length;
		const char *end = braces ? strchr(text, '}') : text;
		if (!end)
			break;
		if (value && *value)
			acr_buf_puts(&out, value);
		else if (end > text + 2 && !strncmp(text, ":-", 2))
			acr_buf_add(&out, text + 2, (size_t)(end - text) - 2);
		text = end + braces;
	}
	return acr_buf_take(&out);
}

static void set_argument(struct acr_json *arguments, const char *text)
{
	const char *equals = strchr(text, '=');
	if (!equals)
		return;
	ACR_AUTO_FREE char *name = acr_strndup(text, (size_t)(equals - text));
	acr_json_set_str(arguments, name, equals + 1);
}

static bool has(const struct words *words, const char *text)
{
	for (size_t i = 0; i < words->count; i++)
		if (!strcasecmp(words->items[i], text))
			return true;
	return false;
}

/* What is known while the lines go by. */
struct scan {
	struct acr_json *defaults; /* of ARG lines before the first FROM */
	const struct words *given;
	struct words stages;
	bool in_stage;
};

static void scan_from(struct scan *scan, const struct words *line, struct words *ret)
{
	size_t at = 1;
	while (at < line->count && !strncmp(line->items[at], "--", 2))
		at++;
	if (at >= line->count)
		return;
	scan->in_stage = true;
	ACR_AUTO_FREE char *image = substitute(line->items[at], scan->defaults);
	if (*image && !has(&scan->stages, image) && strcmp(image, "scratch") != 0)
		words_add(ret, image);
	if (at + 2 < line->count && !strcasecmp(line->items[at + 1], "as"))
		words_add(&scan->stages, line->items[at + 2]);
}

static void scan_line(struct scan *scan, const char *text, struct words *ret)
{
	ACR_AUTO(words) line = {0};
	if (words_split(text, &line, NULL) < 0 || line.count < 2)
		return;
	if (!strcasecmp(line.items[0], "ARG") && !scan->in_stage) {
		for (size_t i = 1; i < line.count; i++)
			set_argument(scan->defaults, line.items[i]);
		for (size_t i = 0; i < scan->given->count; i++)
			set_argument(scan->defaults, scan->given->items[i]);
	} else if (!strcasecmp(line.items[0], "FROM"))
		scan_from(scan, &line, ret);
}

void dockerfile_bases(const char *text, const struct words *arguments, struct words *ret)
{
	ACR_AUTO_PTR(acr_json) *defaults = acr_json_new_object();
	struct scan scan = {.defaults = defaults, .given = arguments};
	while (*text) {
		size_t length = strcspn(text, "\n");
		ACR_AUTO_FREE char *line = acr_strndup(text, length);
		if (*line != '#')
			scan_line(&scan, line, ret);
		text += length + (text[length] == '\n');
	}
	words_clear(&scan.stages);
}
