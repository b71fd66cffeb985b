/* Arguments → request, as the options' rows say. */
#include "bind.h"

#include <string.h>

static struct acr_json *wire_value(const struct arg *arg)
{
	const struct bind *bind = &arg->option->bind;
	const char *text = acr_json_string(arg->value);

	if (bind->when_true && acr_json_is(arg->value, ACR_JSON_BOOL))
		return acr_json_new_string(acr_json_bool(arg->value) ? bind->when_true : bind->when_false);
	if (text && !*text && (arg->option->flags & OPT_EMPTY_CLEARS))
		return acr_json_new_null();
	return acr_json_copy(arg->value);
}

/* Path, query and header values are texts. */
static void set_text(struct acr_json **object, const char *name, const struct acr_json *value)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (acr_json_string(value))
		acr_buf_puts(&text, acr_json_string(value));
	else
		acr_json_write(value, &text);
	if (!*object)
		*object = acr_json_new_object();
	acr_json_set_str(*object, name, acr_buf_str(&text));
}

static int bind_one(const struct arg *arg, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *value = wire_value(arg);

	switch (arg->option->bind.kind) {
	case BIND_NONE:
		break;
	case BIND_PATH:
		set_text(&params->path, arg->option->bind.to, value);
		break;
	case BIND_QUERY:
		set_text(&params->query, arg->option->bind.to, value);
		break;
	case BIND_HEADER:
		set_text(&params->headers, arg->option->bind.to, value);
		break;
	case BIND_BODY:
		return acr_json_put(&params->body, arg->option->bind.to, TAKE(value), error);
	}
	return 0;
}

int bind_arguments(const struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *constant = args->command->body;
	size_t i;
	int rc;

	if (constant && (rc = acr_json_parse(constant, strlen(constant), &params->body, error)) < 0)
		return rc;
	for (i = 0; i < args->count; i++)
		if (args->list[i].value && (rc = bind_one(&args->list[i], params, error)) < 0)
			return rc;
	return 0;
}
