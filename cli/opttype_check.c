/* The types of options whose words have a form of their own: names, schedules, durations. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "opttype.h"

static int set_text(const char *word, struct acr_json **value)
{
	acr_json_free(*value);
	*value = acr_json_new_string(word);
	return 0;
}

static int add_name(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	bool plain = option->type == &type_plain_name;
	size_t length = strlen(word), least = option->minimum > 0 ? (size_t)option->minimum : 1;
	ACR_AUTO_FREE char *shown = option_shown(option, word);

	if (length < least || (option->maximum && length > (size_t)option->maximum))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' must have %zu to %ld characters, as in '%s'", shown,
				least, option->maximum, option->type->example);
	for (const char *c = word; *c; c++)
		if (!isalnum((unsigned char)*c) && (plain || !strchr("-_", *c)))
			return acr_fail(error, ACR_ERROR_USAGE, "'%s' may have letters%s only, as in '%s'", shown,
					plain ? " and digits" : ", digits, '-' and '_'", option->type->example);
	return set_text(word, value);
}

/* One of the five parts of a cron line. */
struct cron_part {
	const char *what;
	int least, most;
	const char *const *names; /* three letters each, beginning with the one for `first_name` */
	int first_name;
};

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
				     "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct cron_part cron_parts[] = {
	{.what = "minute", .most = 59},
	{.what = "hour", .most = 23},
	{.what = "day of the month", .least = 1, .most = 31},
	{.what = "month", .least = 1, .most = 12, .names = months, .first_name = 1},
	{.what = "day of the week", .most = 7, .names = days},
};

/* A number or a name at *at, which goes behind it; -1 when there is none. */
static int cron_value(const struct cron_part *part, const char **at)
{
	size_t length = strspn(*at, "0123456789");
	int value = -1;

	if (length && length <= 2) {
		value = (int)strtol(*at, NULL, 10);
		*at += length;
		return value <= part->most && value >= part->least ? value : -1;
	}
	while (isalpha((unsigned char)(*at)[length]))
		length++;
	for (int i = 0; length >= 3 && part->names && part->names[i]; i++)
		if (!strncasecmp(*at, part->names[i], 3))
			value = part->first_name + i;
	*at += length;
	return value;
}

/* "*", "5", "1-5", "mon", each also with a step ("/15"); false when it is none of these. */
static bool cron_item(const struct cron_part *part, const char **at)
{
	if (**at == '*') {
		++*at;
	} else {
		int from = cron_value(part, at), to = from;

		if (from >= 0 && **at == '-') {
			++*at;
			to = cron_value(part, at);
		}
		if (from < 0 || to < from)
			return false;
	}
	if (**at != '/')
		return true;
	size_t length = strspn(++*at, "0123456789");
	bool good = length && length <= 2 && strtol(*at, NULL, 10) > 0;
	*at += length;
	return good;
}

static bool cron_list(const struct cron_part *part, const char *text, size_t length)
{
	const char *at = text;

	do {
		if (!cron_item(part, &at))
			return false;
	} while (*at == ',' && *at++);
	return at == text + length;
}

#define CRON_EXAMPLE "as in '0 21 * * *' (every day at 21:00 UTC)"

static size_t count_words(const char *text)
{
	size_t count = 0;

	for (text += strspn(text, " \t"); *text; text += strspn(text, " \t"), count++)
		text += strcspn(text, " \t");
	return count;
}

static int check_cron(const char *word, struct acr_error *error)
{
	const char *at = word + strspn(word, " \t");

	if (count_words(word) != ACR_COUNT(cron_parts))
		return acr_fail(error, ACR_ERROR_USAGE,
				"'%s' is no schedule: it needs minute, hour, day of the month, month and day of the "
				"week, " CRON_EXAMPLE,
				word);
	for (size_t i = 0; i < ACR_COUNT(cron_parts); i++) {
		size_t length = strcspn(at, " \t");

		if (!cron_list(&cron_parts[i], at, length))
			return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no schedule: '%.*s' is no %s, " CRON_EXAMPLE,
					word, (int)length, at, cron_parts[i].what);
		at += length + strspn(at + length, " \t");
	}
	return 0;
}

static int add_cron(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	int rc = check_cron(word, error);

	(void)option;
	return rc < 0 ? rc : set_text(word, value);
}

/* The part in front of the colon, without blanks around it. */
static char *timer_name(const char *word, const char *colon)
{
	size_t length;

	word += strspn(word, " \t");
	length = (size_t)(colon - word);
	while (length && strchr(" \t", word[length - 1]))
		length--;
	return acr_strndup(word, length);
}

static int add_timer(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	const char *colon = strchr(word, ':');
	const char *schedule = colon ? colon + 1 : word;
	ACR_AUTO_FREE char *name = colon ? timer_name(word, colon) : NULL;
	int rc = check_cron(schedule, error);

	(void)option;
	if (rc < 0)
		return rc;
	if (name && !option_has_form(&type_trigger, name))
		return acr_fail(error, ACR_ERROR_USAGE,
				"'%s' is no name in front of the colon, as in 'nightly:0 21 * * *'", name);
	acr_json_free(*value);
	*value = acr_json_new_object();
	if (name)
		acr_json_set_str(*value, "name", name);
	acr_json_set_str(*value, "status", "Enabled");
	acr_json_set_str(*value, "schedule", schedule);
	return 0;
}

/* Numbers with these units, in their order, each at most once; true when *at is behind at least one. */
static bool duration_units(const char **at, const char *units)
{
	bool any = false;

	while (isdigit((unsigned char)**at)) {
		const char *unit;

		*at += strspn(*at, "0123456789");
		unit = **at ? strchr(units, **at) : NULL;
		if (!unit)
			return false;
		units = unit + 1;
		any = true;
		++*at;
	}
	return any;
}

static int add_duration(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	const char *at = word;
	bool good = *at++ == 'P';

	(void)option;
	if (good && *at != 'T')
		good = duration_units(&at, "YMWD");
	if (good && *at == 'T') {
		at++;
		good = duration_units(&at, "HMS");
	}
	if (!good || *at)
		return acr_fail(error, ACR_ERROR_USAGE,
				"'%s' is no ISO 8601 duration, such as 'P2D' (2 days), 'PT3H' (3 hours) or 'P1DT12H'",
				word);
	return set_text(word, value);
}

#define IDENTITY_EXAMPLE                                                                                               \
	"/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" \
	"NAME"

bool is_identity_id(const char *word)
{
	return !strncasecmp(word, "/subscriptions/", strlen("/subscriptions/")) &&
	       strcasestr(word, "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/");
}

static int check_identity(const char *word, struct acr_error *error)
{
	if (is_identity_id(word))
		return 0;
	return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no id of an identity, such as '" IDENTITY_EXAMPLE "'", word);
}

static int add_identity(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	int rc = check_identity(word, error);

	(void)option;
	return rc < 0 ? rc : set_text(word, value);
}

static int add_identities(const struct option *option, const char *word, struct acr_json **value,
			  struct acr_error *error)
{
	int rc = !word || !strcmp(word, "[system]") || !strcmp(word, "[all]") ? 0 : check_identity(word, error);

	return rc < 0 ? rc : type_list_any.add(option, word, value, error);
}

static int add_inverse(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	(void)option, (void)error;
	acr_json_free(*value);
	*value = acr_json_new_bool(word && strcmp(word, "true") != 0);
	return 0;
}

static const char *const truth[] = {"true", "false", NULL};

/* A member of a JSON object as the text that a header field or parameter has. */
static void add_member(const struct acr_json *member, struct acr_json *fields)
{
	ACR_AUTO_FREE char *text = acr_json_string(member) ? NULL : acr_json_text(member);

	acr_json_set_str(fields, acr_json_key(member), text ? text : acr_json_string(member));
}

static int not_fields(const struct option *option, const char *word, struct acr_error *error)
{
	ACR_AUTO_FREE char *shown = option_shown(option, word);

	return acr_fail(error, ACR_ERROR_USAGE, "'%s' is neither KEY=VALUE nor a JSON object, such as '%s'", shown,
			option->type->example);
}

static int add_fields(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	size_t name = strcspn(word, "=");
	ACR_AUTO_PTR(acr_json) *object = NULL;
	bool json = acr_json_parse(word, strlen(word), &object, NULL) == 0 && acr_json_is(object, ACR_JSON_OBJECT);

	(void)option;
	if (!json && (!name || !word[name]))
		return not_fields(option, word, error);
	if (!*value)
		*value = acr_json_new_object();
	for (const struct acr_json *item = json ? acr_json_first(object) : NULL; item; item = acr_json_next(item))
		add_member(item, *value);
	if (!json) {
		ACR_AUTO_FREE char *key = acr_strndup(word, name);

		acr_json_set_str(*value, key, word + name + 1);
	}
	return 0;
}

const struct option_type type_fields = {.name = "fields",
					.example = "api-version=2022-04-01",
					.metavar = "KEY=VALUE",
					.arity = ARITY_MANY,
					.add = add_fields};
const struct option_type type_variables = {.name = "variables",
					   .text = true,
					   .example = "NAME=value",
					   .metavar = "KEY=VALUE",
					   .arity = ARITY_MANY,
					   .add = add_fields};

static int add_decimal(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	char *end;
	double number = strtod(word, &end);

	(void)option;
	if (end == word || *end || !(number > 0 && number < 1e6))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is not a number above 0, such as 1.5", word);
	acr_json_free(*value);
	*value = acr_json_new_number(number);
	return 0;
}

const struct option_type type_decimal = {
	.name = "number", .example = "1.5", .metavar = "NUMBER", .arity = ARITY_ONE, .add = add_decimal};
const struct option_type type_name = {
	.name = "name", .example = "nightly-build", .metavar = "NAME", .arity = ARITY_ONE, .add = add_name};
const struct option_type type_plain_name = {
	.name = "plain name", .example = "nightlybuild", .metavar = "NAME", .arity = ARITY_ONE, .add = add_name};
const struct option_type type_cron = {.name = "schedule",
				      .text = true,
				      .example = "0 21 * * *",
				      .metavar = "SCHEDULE",
				      .arity = ARITY_ONE,
				      .add = add_cron};
const struct option_type type_timer = {.name = "timer",
				       .text = true,
				       .example = "nightly:0 21 * * *",
				       .metavar = "[NAME:]SCHEDULE",
				       .arity = ARITY_ONE,
				       .add = add_timer};
const struct option_type type_duration = {
	.name = "duration", .example = "PT3H", .metavar = "DURATION", .arity = ARITY_ONE, .add = add_duration};
const struct option_type type_user_identity = {.name = "user-assigned identity",
					       .example = IDENTITY_EXAMPLE,
					       .metavar = "ID",
					       .arity = ARITY_ONE,
					       .add = add_identity};
const struct option_type type_task_identities = {.name = "user-assigned identity",
						 .example = IDENTITY_EXAMPLE,
						 .metavar = "ID",
						 .arity = ARITY_ANY,
						 .add = add_identities};
const struct option_type type_inverse = {
	.name = "boolean", .metavar = "true|false", .arity = ARITY_OPTIONAL, .add = add_inverse, .choices = truth};

static int add_json_object(const struct option *option, const char *word, struct acr_json **value,
			   struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *object = NULL;

	(void)option;
	if (acr_json_parse(word, strlen(word), &object, NULL) < 0 || !acr_json_is(object, ACR_JSON_OBJECT))
		return acr_fail(error, ACR_ERROR_USAGE, "it is not a JSON object, such as '{\"name\": \"value\"}'");
	acr_json_free(*value);
	*value = TAKE(object);
	return 0;
}
const struct option_type type_json_object = {.name = "JSON", .example = "{\"name\": \"value\"}", .metavar = "JSON", .arity = ARITY_ONE, .add = add_json_object};
