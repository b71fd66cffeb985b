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

/* The id of a resource of the registry; what looks like an id is one. */
static struct acr_json *resource_id(const struct acr_registry *registry, const char *type, const struct acr_json *name)
{
	const char *text = acr_json_string(name);
	ACR_AUTO_FREE char *id = NULL;

	if (!text || !*text || *text == '/')
		return acr_json_copy(name);
	/* Others compare such ids by their text. */
	id = acr_format("%s/%s/%s", registry->listed_id ? registry->listed_id : registry->id, type, text);
	return acr_json_new_string(id);
}

static int bind_id(struct context *context, const struct bind *bind, const struct acr_json *value,
                   struct acr_params *params, struct acr_error *error)
{
	const struct acr_registry *registry;
	const struct acr_json *name;
	struct acr_json *ids;
	int rc = context_registry(context, &registry, error);

	if (rc < 0)
		return rc;
	if (!acr_json_is(value, ACR_JSON_ARRAY))
		return acr_json_put(&params->body, bind->to, resource_id(registry, bind->type, value), error);
	ids = acr_json_new_array();
	for (name = acr_json_first(value); name; name = acr_json_next(name))
		acr_json_append(ids, resource_id(registry, bind->type, name));
	return acr_json_put(&params->body, bind->to, ids, error);
}

static int bind_one(struct context *context, const struct arg *arg, struct acr_params *params, struct acr_error *error)
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
	case BIND_ID:
		return bind_id(context, &arg->option->bind, value, params, error);
	}
	return 0;
}

void bind_path(const struct context *context, struct acr_params *params)
{
	const struct args *args = context->args;
	size_t i;

	for (i = 0; i < args->count; i++)
		if (args->list[i].value && args->list[i].option->bind.kind == BIND_PATH)
			set_text(&params->path, args->list[i].option->bind.to, args->list[i].value);
}

/* Put the members of an object over those of another, level by level. */
static void merge(struct acr_json *into, const struct acr_json *from)
{
	const struct acr_json *member;

	for (member = acr_json_first(from); member; member = acr_json_next(member)) {
		struct acr_json *there = acr_json_get(into, acr_json_key(member));

		if (acr_json_is(there, ACR_JSON_OBJECT) && acr_json_is(member, ACR_JSON_OBJECT))
			merge(there, member);
		else
			acr_json_set(into, acr_json_key(member), acr_json_copy(member));
	}
}

static int add_constant(const char *text, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *constant = NULL;
	int rc = acr_json_parse(text, strlen(text), &constant, error);

	if (rc < 0)
		return rc;
	if (params->body)
		merge(params->body, constant);
	else
		params->body = TAKE(constant);
	return 0;
}

int bind_arguments(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct args *args = context->args;
	const char *constant = args->command->body;
	size_t i;
	int rc;

	if (constant && (rc = add_constant(constant, params, error)) < 0)
		return rc;
	for (i = 0; i < args->count; i++)
		if (args->list[i].value && (rc = bind_one(context, &args->list[i], params, error)) < 0)
			return rc;
	return 0;
}
