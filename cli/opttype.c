/* The types of options: words into JSON. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <acr/query.h>
#include "opttype.h"

const char *option_key(const struct option *option)
{
	return option->key ? option->key : option->name;
}

const char *const *option_choices(const struct option *option)
{
	return option->choices ? option->choices : option->type->choices;
}

void option_label(const struct option *option, struct acr_buf *out)
{
	if (option->flags & OPT_POSITIONAL) {
		acr_buf_printf(out, "<%s>", option->name);
		return;
	}
	acr_buf_printf(out, "--%s", option->name);
	if (option->letter)
		acr_buf_printf(out, "/-%c", option->letter);
	if (option->other_letter)
		acr_buf_printf(out, "/-%c", option->other_letter);
}

/* The longest value that is repeated in a message, in bytes. */
#define SHOWN_MAX 80

char *option_shown(const struct option *option, const char *word)
{
	size_t length = strlen(word), cut = SHOWN_MAX;

	if (option->flags & OPT_SECRET)
		return acr_strdup("***");
	if (length <= SHOWN_MAX)
		return acr_strdup(word);
	while (((unsigned char)word[cut] & 0xc0) == 0x80)
		cut--;
	return acr_format("%.*s…", (int)cut, word);
}

static int replace(struct acr_json **value, struct acr_json *with)
{
	acr_json_free(*value);
	*value = with;
	return 0;
}

static int add_flag(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	(void)option, (void)word, (void)error;
	return replace(value, acr_json_new_bool(true));
}

static int add_string(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	(void)option, (void)error;
	return replace(value, acr_json_new_string(word ? word : ""));
}

static int add_boolean(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	(void)option, (void)error;
	return replace(value, acr_json_new_bool(!word || !strcmp(word, "true")));
}

/* Larger numbers would not survive being a double. */
#define INTEGER_LIMIT (1LL << 53)

static int add_integer(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	char *end = NULL;

	errno = 0;
	long long number = strtoll(word ? word : "", &end, 10);
	while (isspace((unsigned char)*end))
		end++;
	if (!word || end == word || *end || errno || number > INTEGER_LIMIT || number < -INTEGER_LIMIT)
		return acr_fail(error, ACR_ERROR_USAGE, "invalid int value: '%s'; give a whole number, such as %ld",
				word ? word : "", option->minimum ? option->minimum : 10);
	if ((option->minimum || option->maximum) && number < option->minimum)
		return acr_fail(error, ACR_ERROR_USAGE, "%lld is too small, the least is %ld", number, option->minimum);
	if (option->maximum && number > option->maximum)
		return acr_fail(error, ACR_ERROR_USAGE, "%lld is too large, the most is %ld", number, option->maximum);
	return replace(value, acr_json_new_number((double)number));
}

static int add_item(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	(void)option, (void)error;
	if (!*value)
		*value = acr_json_new_array();
	if (word)
		acr_json_append(*value, acr_json_new_string(word));
	return 0;
}

static int add_tag(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	(void)option, (void)error;
	if (!*value)
		*value = acr_json_new_object();
	if (!word || !*word)
		return 0;
	size_t length = strcspn(word, "=");
	ACR_AUTO_FREE char *key = acr_strndup(word, length);
	acr_json_set_str(*value, key, word[length] ? word + length + 1 : "");
	return 0;
}

static int add_pair(const struct option *option, const char *word, bool from_environment, struct acr_json **value,
		    struct acr_error *error)
{
	size_t length = word ? strcspn(word, "=") : 0;

	if (!*value)
		*value = acr_json_new_array();
	if (!word || !*word)
		return 0;
	if (!length)
		return acr_fail(error, ACR_ERROR_USAGE,
				"expected NAME=VALUE or NAME, such as 'NAME=value', but the name is empty");
	ACR_AUTO_FREE char *name = acr_strndup(word, length);
	const char *text = word[length] ? word + length + 1 : from_environment ? getenv(name) : NULL;
	/* A forgotten variable is no empty secret; and what was typed may be the secret itself. */
	if (!text && from_environment && option->flags & OPT_SECRET)
		return acr_fail(error, ACR_ERROR_USAGE,
				"there is no '=' in the value, and no environment variable of that name; give NAME=VALUE, "
				"NAME=@FILE, or the NAME of a variable that is set");

	struct acr_json *item = acr_json_new_object();
	acr_json_set_str(item, "name", name);
	acr_json_set_str(item, "value", text ? text : "");
	acr_json_append(*value, item);
	return 0;
}

static int add_assignment(const struct option *option, const char *word, struct acr_json **value,
			  struct acr_error *error)
{
	return add_pair(option, word, true, value, error);
}

static int add_setting(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	return add_pair(option, word, false, value, error);
}

#define LOCATION_MAX 60
#define LOCATION_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

/* Names as the service has them; az takes display names, too. */
static int add_location(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	ACR_AUTO(acr_buf) name = ACR_BUF_INIT;
	ACR_AUTO_FREE char *shown = option_shown(option, word ? word : "");

	for (; word && *word; word++)
		if (*word != ' ')
			acr_buf_putc(&name, (char)tolower((unsigned char)*word));
	if (!name.length || name.length > LOCATION_MAX || name.data[strspn(name.data, LOCATION_CHARACTERS)])
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no location, such as '%s'", shown,
				option->type->example);
	return add_string(option, acr_buf_str(&name), value, error);
}

static int add_query(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_query) *query = NULL;

	int rc = acr_query_compile(word ? word : "", &query, error);
	return rc < 0 ? rc : add_string(option, word, value, error);
}

static const char *const truth[] = {"true", "false", NULL};

const struct option_type type_flag = {.name = "flag", .arity = ARITY_NONE, .add = add_flag};
const struct option_type type_text = {.name = "text", .text = true, .arity = ARITY_ONE, .add = add_string};
const struct option_type type_string = {.name = "string", .arity = ARITY_ONE, .add = add_string};
const struct option_type type_path = {
	.name = "path", .bytes = true, .metavar = "PATH", .arity = ARITY_ONE, .add = add_string};
const struct option_type type_choice = {.name = "choice", .arity = ARITY_ONE, .add = add_string};
const struct option_type type_boolean = {
	.name = "boolean", .metavar = "true|false", .arity = ARITY_OPTIONAL, .add = add_boolean, .choices = truth};
const struct option_type type_integer = {
	.name = "whole number", .example = "10", .metavar = "NUMBER", .arity = ARITY_ONE, .add = add_integer};
const struct option_type type_list = {.name = "list", .text = true, .arity = ARITY_MANY, .add = add_item};
const struct option_type type_list_any = {.text = true, .name = "list", .arity = ARITY_ANY, .add = add_item};
const struct option_type type_choices = {.name = "choice", .arity = ARITY_MANY, .add = add_item};
const struct option_type type_append = {.name = "list", .arity = ARITY_ONE, .add = add_item};
const struct option_type type_tags = {.name = "tags",
				      .text = true,
				      .example = "team=blue",
				      .metavar = "KEY=VALUE",
				      .arity = ARITY_ANY,
				      .add = add_tag};
const struct option_type type_pairs = {.name = "pairs",
				       .text = true,
				       .example = "team=blue",
				       .metavar = "KEY=VALUE",
				       .arity = ARITY_MANY,
				       .add = add_tag};
const struct option_type type_assignment = {.name = "assignment",
					    .text = true,
					    .example = "NAME=value",
					    .metavar = "NAME=VALUE",
					    .arity = ARITY_ONE,
					    .add = add_assignment};
const struct option_type type_setting = {.name = "assignment",
					 .text = true,
					 .example = "NAME=value",
					 .metavar = "NAME=VALUE",
					 .arity = ARITY_ONE,
					 .add = add_setting};
const struct option_type type_location = {
	.name = "location", .example = "westeurope", .metavar = "LOCATION", .arity = ARITY_ONE, .add = add_location};
const struct option_type type_query = {
	.name = "JMESPath expression", .text = true, .metavar = "JMESPATH", .arity = ARITY_ONE, .add = add_query};
