/* The types of options that say who may do what, and until when. */
#include <acr/timestamp.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "opttype.h"

const char *const repository_actions[] = {"content/delete", "content/read",   "content/write",
					  "metadata/read",  "metadata/write", NULL};
const char *const gateway_actions[] = {"config/read", "config/write", "message/read", "message/write", NULL};

static void add_lower(const char *word, struct acr_json *list)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	for (; *word; word++)
		acr_buf_putc(&text, (char)tolower((unsigned char)*word));
	acr_json_append(list, acr_json_new_string(acr_buf_str(&text)));
}

static int unknown_action(const char *word, const char *const *actions, struct acr_error *error)
{
	ACR_AUTO(acr_buf) list = ACR_BUF_INIT;

	for (; *actions; actions++)
		acr_buf_printf(&list, "%s%s", list.length ? ", " : "", *actions);
	return acr_fail(error, ACR_ERROR_GENERAL, "Invalid action \"%s\" provided. Valid actions are %s.", word,
			acr_buf_str(&list));
}

/* The first word is what the permission is for, the others are what may be done with it. */
static int add_permission(const char *const *actions, const char *word, struct acr_json **value,
			  struct acr_error *error)
{
	const char *const *action = actions;

	if (!acr_json_first(*value)) {
		if (!option_has_form(&type_repository, word))
			return acr_fail(
				error, ACR_ERROR_USAGE,
				"'%s' is no name; the name comes first, then the actions, as in 'hello-world %s'", word,
				actions[1]);
		*value = *value ? *value : acr_json_new_array();
	} else {
		while (*action && strcasecmp(*action, word) != 0)
			action++;
		if (!*action)
			return unknown_action(word, actions, error);
	}
	add_lower(word, *value);
	return 0;
}

static int add_repository_permission(const struct option *option, const char *word, struct acr_json **value,
				     struct acr_error *error)
{
	(void)option;
	return add_permission(repository_actions, word, value, error);
}

static int add_gateway_permission(const struct option *option, const char *word, struct acr_json **value,
				  struct acr_error *error)
{
	(void)option;
	return add_permission(gateway_actions, word, value, error);
}

static int check_identity(const char *word, struct acr_error *error)
{
	size_t length = strlen(word);
	bool aliased = length > 2 && word[0] == '[' && word[length - 1] == ']';

	if (aliased || opttype_is_resource_id(word) || (length && !word[strcspn(word, "/[] \t")]))
		return 0;
	return acr_fail(error, ACR_ERROR_USAGE,
			"'%s' is no managed identity; give its name, its resource id such as "
			"'/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.ManagedIdentity/"
			"userAssignedIdentities/NAME', or '[system]'",
			word);
}

static int add_identity(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	int rc = check_identity(word, error);

	if (rc < 0)
		return rc;
	if (option->type->arity >= ARITY_MANY) {
		*value = *value ? *value : acr_json_new_array();
		acr_json_append(*value, acr_json_new_string(word));
		return 0;
	}
	acr_json_free(*value);
	*value = acr_json_new_string(word);
	return 0;
}

/* "2025-12-31T12:59:59Z" and nothing else, as az has it; sent with milliseconds. */
static int add_moment(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	bool good = strlen(word) == strlen(form);
	int64_t seconds;

	(void)option;
	for (size_t i = 0; good && form[i]; i++)
		good = form[i] == 'd' ? isdigit((unsigned char)word[i]) : word[i] == form[i];
	if (!good || acr_time_parse(word, &seconds, NULL, NULL) < 0)
		return acr_fail(error, ACR_ERROR_GENERAL,
				"Input '%s' is not valid datetime. Valid example: 2035-12-31T12:59:59Z", word);
	ACR_AUTO_FREE char *text = acr_format("%.*s.000Z", (int)strlen(word) - 1, word);
	acr_json_free(*value);
	*value = acr_json_new_string(text);
	return 0;
}

static int add_upper(const struct option *option, const char *word, struct acr_json **value, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (!option_has_form(option->type, word))
		return acr_fail(error, ACR_ERROR_USAGE, "'%s' is no %s, such as '%s'", word, option->type->name,
				option->type->example);
	for (; *word; word++)
		acr_buf_putc(&text, (char)toupper((unsigned char)*word));
	acr_json_free(*value);
	*value = acr_json_new_string(acr_buf_str(&text));
	return 0;
}

const struct option_type type_repository_permission = {.name = "repository permission",
						       .metavar = "REPOSITORY ACTION",
						       .arity = ARITY_MANY,
						       .add = add_repository_permission};
const struct option_type type_gateway_permission = {
	.name = "gateway permission", .metavar = "GATEWAY ACTION", .arity = ARITY_MANY, .add = add_gateway_permission};
const struct option_type type_identity = {
	.name = "identity", .example = "[system]", .metavar = "IDENTITY", .arity = ARITY_ONE, .add = add_identity};
const struct option_type type_identities = {
	.name = "identity", .example = "[system]", .metavar = "IDENTITY", .arity = ARITY_MANY, .add = add_identity};
const struct option_type type_moment = {
	.name = "time", .example = "2035-12-31T12:59:59Z", .metavar = "TIME", .arity = ARITY_ONE, .add = add_moment};
const struct option_type type_upper = {
	.name = "tier", .example = "S1", .pattern = "[A-Za-z0-9][A-Za-z0-9_.-]*", .arity = ARITY_ONE, .add = add_upper};
