/* Sentences about options and commands. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "helptext.h"
#include "opttype.h"

void helptext_name(const char *path, bool outside, const char *program, bool as_az, struct acr_buf *out)
{
	acr_buf_puts(out, program);
	if (as_az && !outside)
		acr_buf_puts(out, " acr");
	if (*path)
		acr_buf_printf(out, " %s", path);
}

void helptext_example(const char *command, bool outside, const char *program, bool as_az, struct acr_buf *out)
{
	if (strncmp(command, "acr ", 4) != 0) {
		acr_buf_puts(out, command);
		return;
	}
	helptext_name("", outside, program, as_az, out);
	acr_buf_puts(out, command + 3);
}

static void end_sentence(struct acr_buf *out)
{
	if (out->length && !strchr(".!?:", out->data[out->length - 1]))
		acr_buf_putc(out, '.');
}

static void add_choices(const struct option *option, struct acr_buf *out)
{
	const char *const *choices = option_choices(option);

	for (size_t i = 0; choices && choices[i]; i++)
		acr_buf_printf(out, "%s%s", i ? ", " : " Allowed values: ", choices[i]);
	if (choices)
		acr_buf_putc(out, '.');
}

static void add_limits(const struct option *option, struct acr_buf *out)
{
	const char *unit = option->type == &type_name || option->type == &type_plain_name ? " characters" : "";

	if (option->minimum && !option->maximum)
		acr_buf_printf(out, " At least %ld%s.", option->minimum, unit);
	else if (option->maximum && *unit && !option->minimum)
		acr_buf_printf(out, " At most %ld%s.", option->maximum, unit);
	else if (option->maximum)
		acr_buf_printf(out, " From %ld to %ld%s.", option->minimum, option->maximum, unit);
}

void helptext_option(const struct option *option, struct acr_buf *out)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	acr_buf_puts(&text, option->help ? option->help : "");
	end_sentence(&text);
	add_choices(option, &text);
	add_limits(option, &text);
	if (option->fallback && *option->fallback)
		acr_buf_printf(&text, " Default: %s.", option->fallback);
	if (option->config_default)
		acr_buf_printf(&text, " Configured default: '%s'.", option->config_default);
	if (option->flags & OPT_DEPRECATED && option->instead)
		acr_buf_printf(&text, " Use '%s%s' instead.", *option->instead == '-' ? "" : "--", option->instead);
	acr_buf_puts(out, acr_buf_str(&text) + strspn(acr_buf_str(&text), " "));
}

void helptext_metavar(const struct option *option, struct acr_buf *out)
{
	const char *last = strrchr(option->name, '-');

	if (option->type->metavar) {
		acr_buf_puts(out, option->type->metavar);
		return;
	}
	for (last = last ? last + 1 : option->name; *last; last++)
		acr_buf_putc(out, (char)toupper((unsigned char)*last));
}

const char *helptext_option_tag(const struct option *option)
{
	if (option->flags & OPT_REQUIRED)
		return "Required";
	if (option->flags & OPT_DEPRECATED)
		return "Deprecated";
	return option->flags & OPT_PREVIEW ? "Preview" : "";
}

const char *helptext_status_tag(enum command_status status)
{
	switch (status) {
	case STATUS_PREVIEW:
		return "Preview";
	case STATUS_DEPRECATED:
		return "Deprecated";
	case STATUS_GA:
		break;
	}
	return "";
}

static int rank(const struct option *option)
{
	if (option->flags & OPT_POSITIONAL)
		return 0;
	return option->flags & OPT_REQUIRED ? 1 : 2;
}

static int by_reading(const void *a, const void *b)
{
	const struct option *one = *(const struct option *const *)a, *other = *(const struct option *const *)b;

	if (rank(one) != rank(other))
		return rank(one) - rank(other);
	return strcmp(one->name, other->name);
}

static bool same_heading(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

void helptext_options(const struct option *const *options, const char *heading, struct helptext_options *ret)
{
	*ret = (struct helptext_options){0};
	for (; options && *options; options++) {
		if ((*options)->flags & OPT_HIDDEN || !same_heading((*options)->heading, heading))
			continue;
		ret->list = acr_realloc_array(ret->list, ret->count + 1, sizeof(*ret->list));
		ret->list[ret->count++] = *options;
	}
	if (ret->count)
		qsort(ret->list, ret->count, sizeof(*ret->list), by_reading);
}

void helptext_options_clear(struct helptext_options *options)
{
	free(options->list);
	*options = (struct helptext_options){0};
}

const char *helptext_next_heading(const struct option *const *options, const char *after)
{
	const char *next = NULL;

	for (; options && *options; options++) {
		const char *heading = (*options)->heading;
		if (!heading || (*options)->flags & OPT_HIDDEN || (after && strcmp(heading, after) <= 0))
			continue;
		if (!next || strcmp(heading, next) < 0)
			next = heading;
	}
	return next;
}
