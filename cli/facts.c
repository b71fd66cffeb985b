/* What the expressions in commands' rows look at. */
#include "facts.h"

#include <ctype.h>
#include <string.h>

#include "opttype.h"
#include "permission.h"

/* The options by their keys, which JMESPath wants without dashes. */
static struct acr_json *facts(struct context *context)
{
	const struct args *args = context->args;

	if (context->facts)
		return context->facts;
	context->facts = acr_json_new_object();
	for (size_t i = 0; i < args->count; i++) {
		ACR_AUTO_FREE char *key = acr_strdup(option_key(args->list[i].option));

		for (char *dash = key; (dash = strchr(dash, '-'));)
			*dash = '_';
		if (args->list[i].value)
			acr_json_set(context->facts, key, acr_json_copy(args->list[i].value));
	}
	if (args->updates)
		acr_json_set(context->facts, "updates", acr_json_copy(args->updates));
	return context->facts;
}

static bool is_name_part(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool names(const char *expression, const char *word)
{
	size_t length = strlen(word);
	const char *at = expression;

	for (; (at = strstr(at, word)); at += length)
		if ((at == expression || !is_name_part(at[-1])) && !is_name_part(at[length]))
			return true;
	return false;
}

bool facts_are_late(const char *expression)
{
	return expression && (names(expression, "present") || names(expression, "home"));
}

static int add_home(struct context *context, struct acr_error *error)
{
	const struct acr_registry *registry;
	struct acr_json *home;
	int rc = context_registry_details(context, &registry, error);

	if (rc < 0)
		return rc;
	home = acr_json_new_object();
	acr_json_set_str(home, "location", registry->location);
	facts_set(context, "home", home);
	return 0;
}

int facts_value(struct context *context, const char *expression, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_query) *query = NULL;
	int rc;

	if (names(expression, "home") && !acr_json_get(facts(context), "home") && (rc = add_home(context, error)) < 0)
		return rc;
	rc = acr_query_compile(expression, &query, error);
	return rc < 0 ? rc : acr_query_run(query, facts(context), ret, error);
}

bool facts_is_true(const struct acr_json *value)
{
	switch (acr_json_type(value)) {
	case ACR_JSON_ABSENT:
	case ACR_JSON_NULL:
		return false;
	case ACR_JSON_BOOL:
		return acr_json_bool(value);
	case ACR_JSON_STRING:
		return *acr_json_string(value) != '\0';
	case ACR_JSON_NUMBER:
		return true;
	case ACR_JSON_ARRAY:
	case ACR_JSON_OBJECT:
		break;
	}
	return acr_json_first(value) != NULL;
}

int facts_hold(struct context *context, const char *expression, bool *ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *value = NULL;
	int rc = facts_value(context, expression, &value, error);

	if (rc == 0)
		*ret = facts_is_true(value);
	return rc;
}

int facts_text(struct context *context, const char *text, char **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) filled = ACR_BUF_INIT;

	for (;;) {
		ACR_AUTO_PTR(acr_json) *value = NULL;
		ACR_AUTO_FREE char *expression = NULL;
		size_t length = strcspn(text, "{");
		const char *end = text + length;
		int rc;

		acr_buf_add(&filled, text, length);
		if (!*end)
			break;
		length = strcspn(end, "}");
		expression = acr_strndup(end + 1, length - 1);
		if ((rc = facts_value(context, expression, &value, error)) < 0)
			return rc;
		if (acr_json_string(value))
			acr_buf_puts(&filled, acr_json_string(value));
		else if (!acr_json_is_nothing(value))
			acr_json_write(value, &filled);
		text = end + length + 1;
	}
	*ret = acr_buf_take(&filled);
	return 0;
}

void facts_set(struct context *context, const char *name, struct acr_json *value)
{
	acr_json_set(facts(context), name, value);
}

void facts_set_both(struct context *context, const char *const options[2])
{
	struct acr_json *lists[2];
	struct acr_json *both = acr_json_new_array();
	const struct acr_json *item;

	for (size_t i = 0; i < 2; i++)
		lists[i] = permission_list(NULL, args_value(context->args, options[i]));
	for (item = acr_json_first(lists[0]); item; item = acr_json_next(item))
		if (permission_in(lists[1], acr_json_string(item)))
			acr_json_append(both, acr_json_copy(item));
	facts_set(context, "both", both);
	acr_json_free(lists[0]);
	acr_json_free(lists[1]);
}
