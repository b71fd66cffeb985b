/* Arguments → request, as the options' rows say. */
#include "bind.h"

#include <string.h>
#include <strings.h>

#include "facts.h"
#include "opttype.h"
#include "target.h"

/* What goes out for one of the option's choices. */
static const char *sent_for(const struct option *option, const char *choice)
{
	const char *const *choices = option_choices(option);
	size_t i = 0;

	while (choices[i] && strcmp(choices[i], choice) != 0)
		i++;
	return choices[i] ? option->bind.sent[i] : choice;
}

/* "repository@digest" of the image that was named. */
static int image_digest(struct context *context, const char *text, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	ACR_AUTO_FREE char *name = NULL;
	int rc;

	if ((rc = acr_image_parse(text, false, &image, error)) < 0 ||
	    (rc = target_resolve(context, &image, error)) < 0) {
		acr_error_prefix(error, "Could not find image '%s'", text);
		return rc;
	}
	name = acr_format("%s@%s", image.repository, image.digest);
	*ret = acr_json_new_string(name);
	return 0;
}

static int wire_value(struct context *context, const struct arg *arg, struct acr_json **ret, struct acr_error *error)
{
	const struct bind *bind = &arg->option->bind;
	const char *text = acr_json_string(arg->value);

	if (bind->constant)
		return acr_json_parse(bind->constant, strlen(bind->constant), ret, error);
	if (bind->digest)
		return image_digest(context, text, ret, error);
	if (bind->when_true && acr_json_is(arg->value, ACR_JSON_BOOL))
		*ret = acr_json_new_string(acr_json_bool(arg->value) ? bind->when_true : bind->when_false);
	else if (bind->sent)
		*ret = acr_json_new_string(sent_for(arg->option, text));
	else if (text && !*text && (arg->option->flags & OPT_EMPTY_CLEARS) && bind->kind != BIND_ASSIGN)
		*ret = acr_json_new_null();
	else
		*ret = acr_json_copy(arg->value);
	return 0;
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

/* "TaskName eq 'x'", behind what the filter says already. */
static void add_condition(const struct bind *bind, const struct acr_json *value, struct acr_params *params)
{
	const char *before = acr_json_str(params->query, "/$filter"), *c;
	size_t lead = strcspn(bind->to, "{");
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	if (before)
		acr_buf_printf(&text, "%s and ", before);
	acr_buf_add(&text, bind->to, lead);
	for (c = acr_json_string(value); *c; c++)
		acr_buf_puts(&text, *c == '\'' ? "''" : (const char[]){*c, '\0'});
	acr_buf_puts(&text, bind->to + lead + 2);
	if (!params->query)
		params->query = acr_json_new_object();
	acr_json_set_str(params->query, "$filter", acr_buf_str(&text));
}

/* A plain text, or the URI of a key vault's secret. */
static int bind_secret(struct context *context, const char *to, const struct acr_json *value, struct acr_params *params,
		       struct acr_error *error)
{
	const char *text = acr_json_string(value), *vault;
	struct acr_client *client;
	struct acr_json *secret;
	int rc = context_client(context, &client, error);

	if (rc < 0)
		return rc;
	vault = acr_client_cloud(client)->vault_suffix;
	secret = acr_json_new_object();
	acr_json_set_str(secret, "value", text);
	acr_json_set_str(secret, "type", vault && strcasestr(text, vault) ? "Vaultsecret" : "Opaque");
	return acr_json_put(&params->body, to, secret, error);
}

/* A template with the values of the options in its braces; in pointers as RFC 6901 wants keys. Yours to free(). */
static char *expand(const struct context *context, const char *template, bool pointer)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;

	for (;;) {
		ACR_AUTO_FREE char *key = NULL;
		size_t length = strcspn(template, "{");
		const char *value;

		acr_buf_add(&text, template, length);
		template += length;
		if (!*template)
			return acr_buf_take(&text);
		length = strcspn(template, "}");
		key = acr_strndup(template + 1, length - 1);
		for (value = args_string(context->args, key); value && *value; value++)
			if (pointer && (*value == '~' || *value == '/'))
				acr_buf_puts(&text, *value == '~' ? "~0" : "~1");
			else
				acr_buf_putc(&text, *value);
		template += length + 1;
	}
}

int bind_resource_id(struct context *context, const char *type, const char *name, char **ret, struct acr_error *error)
{
	const struct acr_registry *registry;
	ACR_AUTO_FREE char *full = NULL;
	int rc;

	if (*name == '/') {
		*ret = acr_strdup(name);
		return 0;
	}
	if ((rc = context_registry(context, &registry, error)) < 0)
		return rc;
	full = expand(context, type, false);
	*ret = acr_format("/subscriptions/%s/resourceGroups/%s/providers/%s/%s",
			  acr_client_subscription(context->client), registry->resource_group, full, name);
	return 0;
}

static int bind_value(struct context *context, const struct bind *bind, const struct acr_json *value,
		      struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_FREE char *to = expand(context, bind->to, true);

	switch (bind->kind) {
	case BIND_NONE:
		break;
	case BIND_PATH:
		set_text(&params->path, bind->to, value);
		break;
	case BIND_QUERY:
		set_text(&params->query, bind->to, value);
		break;
	case BIND_HEADER:
		set_text(&params->headers, bind->to, value);
		break;
	case BIND_FILTER:
		add_condition(bind, value, params);
		break;
	case BIND_BODY:
		return acr_json_put(&params->body, to, acr_json_copy(value), error);
	case BIND_ID:
		return bind_id(context, bind, value, params, error);
	case BIND_SECRET:
		return bind_secret(context, to, value, params, error);
	case BIND_ADD:
	case BIND_REMOVE:
		return bind_list(context, bind, to, value, params, error);
	case BIND_ASSIGN:
	case BIND_UNASSIGN:
		return bind_identity(context, bind, to, value, params, error);
	}
	return 0;
}

static int bind_one(struct context *context, const struct arg *arg, struct acr_params *params, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *value = NULL;
	int rc;

	if (arg->option->bind.kind == BIND_NONE)
		return 0;
	rc = wire_value(context, arg, &value, error);
	return rc < 0 ? rc : bind_value(context, &arg->option->bind, value, params, error);
}

static bool is_filled(const struct bind *bind, const struct acr_params *params)
{
	return bind->kind == BIND_PATH ? acr_json_get(params->path, bind->to) : acr_json_at(params->body, bind->to);
}

int bind_fill(struct context *context, struct acr_params *params, struct acr_error *error)
{
	const struct fill *fill = context->args->command->fill;
	int rc = 0;

	for (; rc == 0 && fill && fill->value; fill++) {
		ACR_AUTO_PTR(acr_json) *value = NULL;

		if (is_filled(&fill->bind, params))
			continue;
		rc = facts_value(context, fill->value, &value, error);
		if (rc == 0 && facts_is_true(value))
			rc = bind_value(context, &fill->bind, value, params, error);
	}
	return rc;
}

int bind_missing(struct context *context, const struct bind *bind, const char *item, struct acr_error *error)
{
	ACR_AUTO_FREE char *text = NULL;
	int rc;

	if (!bind->missing)
		return 0;
	facts_set(context, "item", acr_json_new_string(item));
	if ((rc = facts_text(context, bind->missing, &text, error)) < 0)
		return rc;
	if (!bind->missing_is_fine)
		return acr_fail(error, ACR_ERROR_GENERAL, "%s", text);
	io_warn(context->io, "%s", text);
	return 0;
}

void bind_path(const struct context *context, struct acr_params *params)
{
	const struct args *args = context->args;
	size_t i;

	target_set_path(&context->target, params);
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

	target_set_path(&context->target, params);
	if (constant && (rc = add_constant(constant, params, error)) < 0)
		return rc;
	for (i = 0; i < args->count; i++)
		if (args->list[i].value && (rc = bind_one(context, &args->list[i], params, error)) < 0)
			return rc;
	return 0;
}
