/* Resource ids in place of names: one walk along the operation's path and the id, segment by segment. */
#include "ids.h"

#include <string.h>
#include <strings.h>

#include "options.h"

#define REGISTRY_ID "{+registryId}"
#define REGISTRY_PATH                                                                                                  \
	"/subscriptions/{subscription}/resourceGroups/{resource-group}/providers/Microsoft.ContainerRegistry/"         \
	"registries/{registry}"

/* What follows the registry's id in the path of the command's operation; NULL when that is about no registry. */
static const char *below_registry(const struct command *command)
{
	const char *path = command->op && command->op->plane == ACR_PLANE_ARM ? command->op->path : "";

	return !strncmp(path, REGISTRY_ID, strlen(REGISTRY_ID)) ? path + strlen(REGISTRY_ID) : NULL;
}

/* Up to the last name, without the action behind it: "/webhooks/{webhook}" of "/webhooks/{webhook}/ping". */
static size_t resource_length(const char *below)
{
	const char *end = strrchr(below, '}');

	return end ? (size_t)(end + 1 - below) : 0;
}

bool ids_offered(const struct command *command)
{
	const char *below = below_registry(command), *word = strrchr(command->path, ' ');

	word = word ? word + 1 : command->path;
	if (!below || !strcmp(word, "create") || strchr(below, ':') || strstr(below, "/providers/"))
		return false;
	/* Collections, and actions of the registry itself, end in a word. */
	return !*below || resource_length(below);
}

bool ids_fill(const struct command *command, const struct option *option)
{
	const char *below = below_registry(command), *key = option_key(option);
	ACR_AUTO_FREE char *name = acr_format("{%s}", option->bind.kind == BIND_PATH ? option->bind.to : "");

	return !strcmp(key, "registry") || !strcmp(key, "resource-group") || (below && strstr(below, name));
}

/* What an id of the command's resource looks like; yours to free(). */
static char *template_of(const struct command *command)
{
	const char *below = below_registry(command);

	return acr_format(REGISTRY_PATH "%.*s", (int)resource_length(below), below);
}

/* Put the id's segments where the template has names into `names`; false when it does not fit. */
static bool match(const char *template, const char *id, struct acr_json *names)
{
	while (*template == '/' && *id == '/') {
		size_t wanted = strcspn(++template, "/"), length = strcspn(++id, "/");

		if (!length)
			return false;
		if (*template == '{') {
			ACR_AUTO_FREE char *name = acr_strndup(template + 1, wanted - 2);

			acr_json_set(names, name, acr_json_new_string_length(id, length));
		} else if (length != wanted || strncasecmp(template, id, length) != 0) {
			return false;
		}
		template += wanted;
		id += length;
	}
	return !*template && (!*id || !strcmp(id, "/"));
}

static int add_id(const struct command *command, const char *id, struct acr_json *list, struct acr_error *error)
{
	ACR_AUTO_FREE char *template = template_of(command);
	ACR_AUTO_PTR(acr_json) *names = acr_json_new_object();

	if (!match(template, id, names))
		return acr_fail(error, ACR_ERROR_USAGE,
				"argument --ids: '%s' is no id that 'acr %s' works on; it has the form %s", id,
				command->path, template);
	acr_json_append(list, acr_json_new_string(id));
	return 0;
}

/* The id in an item of a JSON list: the text itself, or a resource's "id". */
static const char *item_id(const struct acr_json *item)
{
	const char *text = acr_json_string(item);

	return text ? text : acr_json_str(item, "/id");
}

static int add_json(const struct command *command, const struct acr_json *value, struct acr_json *list,
		    struct acr_error *error)
{
	const struct acr_json *item = acr_json_is(value, ACR_JSON_ARRAY) ? acr_json_first(value) : value;
	int rc = 0;

	for (; item && rc == 0; item = item == value ? NULL : acr_json_next(item))
		rc = item_id(item) ? add_id(command, item_id(item), list, error)
				   : acr_fail(error, ACR_ERROR_USAGE,
					      "argument --ids: the JSON holds something that is neither an id nor a "
					      "resource with one");
	return rc;
}

static int add_lines(const struct command *command, const char *text, struct acr_json *list, struct acr_error *error)
{
	int rc = 0;

	for (text += strspn(text, " \t\n"); *text && rc == 0; text += strspn(text, " \t\n")) {
		size_t length = strcspn(text, "\n");
		size_t own = length;
		while (own && strchr(" \t", text[own - 1]))
			own--;
		ACR_AUTO_FREE char *id = acr_strndup(text, own);

		rc = add_id(command, id, list, error);
		text += length;
	}
	return rc;
}

int ids_list(const struct args *args, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *list = acr_json_new_array();
	const struct acr_json *word;
	int rc = 0;

	for (word = acr_json_first(args->global.ids); word && rc == 0; word = acr_json_next(word)) {
		const char *text = acr_json_string(word);
		ACR_AUTO_PTR(acr_json) *value = NULL;

		if (strchr("[{\"", *text) && acr_json_parse(text, strlen(text), &value, NULL) == 0)
			rc = add_json(args->command, value, list, error);
		else
			rc = add_lines(args->command, text, list, error);
	}
	if (rc == 0 && !acr_json_first(list))
		rc = acr_fail(error, ACR_ERROR_USAGE, "argument --ids: there is no id in it");
	if (rc == 0)
		*ret = TAKE(list);
	return rc;
}

static void set_value(struct args *args, const struct option *option, const struct acr_json *names)
{
	const char *key = option_key(option);
	const char *name = option->bind.kind == BIND_PATH && strcmp(key, "registry") != 0 ? option->bind.to : key;

	/* Options with one key share the first one's place. */
	for (size_t i = 0; i < args->count; i++) {
		struct arg *arg = &args->list[i];

		if (strcmp(option_key(arg->option), key) != 0)
			continue;
		acr_json_free(arg->value);
		arg->value = acr_json_copy(acr_json_get(names, name));
		arg->given = true;
		return;
	}
}

void ids_apply(struct args *args, const char *id)
{
	ACR_AUTO_FREE char *template = template_of(args->command);
	ACR_AUTO_PTR(acr_json) *names = acr_json_new_object();

	match(template, id, names);
	for (size_t i = 0; i < args->count; i++)
		if (ids_fill(args->command, args->list[i].option))
			set_value(args, args->list[i].option, names);
	acr_json_set_str(args->memory, "subscription", acr_json_str(names, "/subscription"));
	args->global.subscription = acr_json_str(args->memory, "/subscription");
}
