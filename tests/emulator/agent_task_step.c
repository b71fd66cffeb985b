/* A step of an acb.yaml. Its properties are rows of a table: where they go, or why they have no effect here. What is
 * not known is ignored, as the service does, but not in silence. */
#include "agent_task_file.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_RETRY_DELAY 5
#define RESERVED_ID "acb_root"

/* ---- properties --------------------------------------------------------------------------------------------- */

enum property_type { TEXT, NUMBER, FLAG, LIST, APART };

static const struct property {
	const char *name;
	enum property_type type;
	size_t offset; /* in struct step; 0 = nowhere: then `note` is told */
	const char *note;
} step_properties[] = {
	{"id", APART, 0, NULL},
	{"build", APART, 0, NULL},
	{"push", APART, 0, NULL},
	{"cmd", APART, 0, NULL},
	{"env", APART, 0, NULL},
	{"when", APART, 0, NULL},
	{"volumeMounts", APART, 0, NULL},
	{"workingDirectory", TEXT, offsetof(struct step, folder), NULL},
	{"entryPoint", TEXT, offsetof(struct step, entry_point), NULL},
	{"user", TEXT, offsetof(struct step, user), NULL},
	{"timeout", NUMBER, offsetof(struct step, timeout), NULL},
	{"startDelay", NUMBER, offsetof(struct step, start_delay), NULL},
	{"retries", NUMBER, offsetof(struct step, retries), NULL},
	{"retryDelay", NUMBER, offsetof(struct step, retry_delay), NULL},
	{"retryOnErrors", LIST, offsetof(struct step, retry_on_errors), NULL},
	{"repeat", NUMBER, offsetof(struct step, repeat), NULL},
	{"cmdDownloadRetries", NUMBER, offsetof(struct step, pull_retries), NULL},
	{"cmdDownloadRetryDelay", NUMBER, offsetof(struct step, pull_delay), NULL},
	{"ignoreErrors", FLAG, offsetof(struct step, ignore_errors), NULL},
	{"keep", FLAG, offsetof(struct step, keep), NULL},
	{"detach", FLAG, offsetof(struct step, detach), NULL},
	{"pull", FLAG, offsetof(struct step, pull), NULL},
	{"disableWorkingDirectoryOverride", FLAG, offsetof(struct step, keep_folder), NULL},
	{"ports", LIST, 0, "containers have the network of this machine, and with it the ports they listen on"},
	{"expose", LIST, 0, "containers have the network of this machine, and with it the ports they listen on"},
	{"network", TEXT, 0, "containers have the network of this machine"},
	{"privileged", FLAG, 0, "containers have no more rights than the emulator"},
	{"isolation", TEXT, 0, "containers are always isolated in the same way"},
	{"cpus", TEXT, 0, "containers may use all processors"},
	{"cache", TEXT, 0, "there is no BuildKit; layers are kept for one run"},
	{"exitedWith", LIST, 0, "the service has not used it for long"},
	{"exitedWithout", LIST, 0, "the service has not used it for long"},
};

char *task_text(const struct task_reader *reader, const struct acr_json *value)
{
	const char *text = acr_json_string(value);
	return text && reader->directive ? alias_expand(text, reader->directive, reader->aliases)
	       : text                    ? acr_strdup(text)
					 : NULL;
}

static int wrong_type(const struct step *step, const char *name, const char *wanted, struct acr_error *error)
{
	return acr_fail(error, ACR_ERROR_FORMAT, "'%s' of the step '%s' must be %s", name, step->id, wanted);
}

static int read_list(const struct task_reader *reader, const struct acr_json *list, const struct step *step,
		     struct words *ret, struct acr_error *error)
{
	if (!acr_json_is(list, ACR_JSON_ARRAY))
		return wrong_type(step, acr_json_key(list), "a list", error);
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *text = task_text(reader, item);
		if (!text)
			return wrong_type(step, acr_json_key(list), "a list of texts", error);
		words_add(ret, text);
	}
	return 0;
}

int task_number(const struct acr_json *value, int *ret)
{
	const char *text = acr_json_string(value);
	char *end;
	long number = text ? strtol(text, &end, 10) : -1;
	if (!text || end == text || *end || number < 0 || number > INT32_MAX / 1000)
		return -1;
	*ret = (int)number;
	return 0;
}

static int read_flag(const struct acr_json *value, bool *ret)
{
	static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"}, {"n", "y"}};
	const char *text = acr_json_string(value);
	for (size_t i = 0; text && i < ACR_COUNT(words); i++)
		for (int truth = 0; truth < 2; truth++)
			if (!strcasecmp(text, words[i][truth])) {
				*ret = truth;
				return 0;
			}
	return -1;
}

static int read_property(struct task_reader *reader, const struct property *property, const struct acr_json *value,
			 struct step *step, struct acr_error *error)
{
	struct step unused = {.id = step->id};
	char *place = (char *)(property->offset ? step : &unused) + property->offset;
	ACR_AUTO(words) list = {0};
	switch (property->type) {
	case APART:
		return 0;
	case TEXT:
		if (!acr_json_string(value))
			return wrong_type(step, property->name, "a text", error);
		if (property->offset)
			*(char **)place = task_text(reader, value);
		break;
	case NUMBER:
		if (task_number(value, (int *)place) < 0)
			return wrong_type(step, property->name, "a whole number that is not negative", error);
		break;
	case FLAG:
		if (read_flag(value, property->offset ? (bool *)place : &unused.keep) < 0)
			return wrong_type(step, property->name, "true or false", error);
		break;
	case LIST:
		if (read_list(reader, value, step, property->offset ? (struct words *)place : &list, error) < 0)
			return error->code;
		break;
	}
	if (!property->offset)
		log_line(reader->log, "Property '%s' of step '%s' has no effect here: %s", property->name, step->id,
			 property->note);
	return 0;
}

static int read_properties(struct task_reader *reader, const struct acr_json *object, struct step *step,
			   struct acr_error *error)
{
	for (const struct acr_json *item = acr_json_first(object); item; item = acr_json_next(item)) {
		size_t i = 0;
		while (i < ACR_COUNT(step_properties) && strcmp(acr_json_key(item), step_properties[i].name) != 0)
			i++;
		if (i == ACR_COUNT(step_properties))
			log_line(reader->log, "Property '%s' of step '%s' is not known and is ignored",
				 acr_json_key(item), step->id);
		else if (!acr_json_is_nothing(item) &&
			 read_property(reader, &step_properties[i], item, step, error) < 0)
			return error->code;
	}
	return 0;
}

/* ---- environment -------------------------------------------------------------------------------------------- */

static bool has_variable(const struct words *environment, const char *pair)
{
	size_t length = strcspn(pair, "=") + 1;
	for (size_t i = 0; i < environment->count; i++)
		if (!strncmp(environment->items[i], pair, length))
			return true;
	return false;
}

int task_check_variable(const char *pair, const char *whose, struct acr_error *error)
{
	const char *equals = strchr(pair, '=');
	return equals && equals > pair ? 0
				       : acr_fail(error, ACR_ERROR_FORMAT,
						  "'%s' in 'env' of %s is not of the form NAME=value", pair, whose);
}

/* Those of the step come before those of the task. */
static int read_environment(struct task_reader *reader, const struct acr_json *object, struct step *step,
			    struct acr_error *error)
{
	const struct acr_json *list = acr_json_get(object, "env");
	if (!acr_json_is_nothing(list) && read_list(reader, list, step, &step->environment, error) < 0)
		return error->code;
	for (size_t i = 0; i < step->environment.count; i++)
		if (task_check_variable(step->environment.items[i], step->id, error) < 0)
			return error->code;
	for (size_t i = 0; i < reader->environment.count; i++)
		if (!has_variable(&step->environment, reader->environment.items[i]))
			words_add(&step->environment, reader->environment.items[i]);
	return 0;
}

/* ---- order -------------------------------------------------------------------------------------------------- */

/* Only steps that come before may be named, so that no two steps can wait for each other. */
static int read_when(struct task_reader *reader, const struct acr_json *object, struct step *step,
		     struct acr_error *error)
{
	const struct acr_json *when = acr_json_get(object, "when");
	size_t number = (size_t)(step - reader->task->steps);
	ACR_AUTO(words) names = {0};
	if (!acr_json_is_nothing(when) && read_list(reader, when, step, &names, error) < 0)
		return error->code;
	if (!names.count && number)
		words_add(&step->after, step[-1].id);
	if (names.count == 1 && !strcmp(names.items[0], "-"))
		return 0;
	for (size_t i = 0; i < names.count; i++) {
		if (!strcmp(names.items[i], "-"))
			return acr_fail(error, ACR_ERROR_FORMAT,
					"'when' of the step '%s' cannot have '-' together with ids", step->id);
		const struct step *other = task_find(reader->task, names.items[i]);
		if (!other || other == step)
			return acr_fail(error, ACR_ERROR_FORMAT,
					"the step '%s' waits for '%s', which is no step before it", step->id,
					names.items[i]);
		words_add(&step->after, names.items[i]);
	}
	return 0;
}

static int read_id(const struct task_reader *reader, const struct acr_json *object, struct step *step,
		   struct acr_error *error)
{
	char *id = task_text(reader, acr_json_get(object, "id"));
	if (!id || !*id) {
		free(id);
		id = acr_format("acb_step_%zu", reader->task->count - 1);
	}
	bool taken = task_find(reader->task, id) != NULL;
	step->id = id;
	if (taken)
		return acr_fail(error, ACR_ERROR_FORMAT, "two steps have the id '%s'", id);
	if (!strcmp(id, RESERVED_ID) || id[strcspn(id, " \t\r\n")])
		return acr_fail(error, ACR_ERROR_FORMAT,
				"the step id '%s' cannot be used: it must have no blanks, and '" RESERVED_ID
				"' is reserved",
				id);
	return 0;
}

/* ---- what it does ------------------------------------------------------------------------------------------- */

/* The first word of a command may be an alias without a "$" before it: "bash", "acr". */
static void name_image(const struct task_reader *reader, struct step *step)
{
	const char *image = acr_json_string(acr_json_get(reader->aliases, step->arguments.items[0]));
	if (!image || !reader->directive)
		return;
	char *copy = acr_strdup(image);
	free(step->arguments.items[0]);
	step->arguments.items[0] = copy;
}

static int read_kind(struct task_reader *reader, const struct acr_json *object, struct step *step,
		     struct acr_error *error)
{
	static const struct {
		const char *name;
		enum step_kind kind;
	} kinds[] = {{"build", STEP_BUILD}, {"push", STEP_PUSH}, {"cmd", STEP_COMMAND}};
	size_t found = 0;
	for (size_t i = 0; i < ACR_COUNT(kinds); i++) {
		const struct acr_json *value = acr_json_get(object, kinds[i].name);
		if (acr_json_is_nothing(value))
			continue;
		found++;
		step->kind = kinds[i].kind;
		words_clear(&step->arguments);
		ACR_AUTO_FREE char *text = kinds[i].kind == STEP_PUSH ? NULL : task_text(reader, value);
		if (kinds[i].kind == STEP_PUSH && read_list(reader, value, step, &step->arguments, error) < 0)
			return error->code;
		if (kinds[i].kind != STEP_PUSH && !text)
			return wrong_type(step, kinds[i].name, "a text", error);
		if (text && words_split(text, &step->arguments, error) < 0)
			return acr_error_prefix(error, "step '%s'", step->id);
	}
	if (found != 1 || !step->arguments.count)
		return acr_fail(error, ACR_ERROR_FORMAT, "step '%s' must have one of 'build', 'push' and 'cmd'",
				step->id);
	if (step->kind == STEP_COMMAND)
		name_image(reader, step);
	return 0;
}

/* ---- volumes ------------------------------------------------------------------------------------------------ */

static int read_mounts(struct task_reader *reader, const struct acr_json *object, struct step *step,
		       struct acr_error *error)
{
	const struct acr_json *mounts = acr_json_get(object, "volumeMounts");
	for (const struct acr_json *item = acr_json_first(mounts); item; item = acr_json_next(item)) {
		const char *name = acr_json_str(item, "/name");
		ACR_AUTO_FREE char *path = task_text(reader, acr_json_get(item, "mountPath"));
		if (step->kind == STEP_PUSH || !name || !path || *path != '/')
			return acr_fail(error, ACR_ERROR_FORMAT,
					"'volumeMounts' of the step '%s' must be a list of 'name' and 'mountPath' (an "
					"absolute path), for 'cmd' and 'build' only",
					step->id);
		if (!acr_json_get(reader->task->volumes, name))
			return acr_fail(error, ACR_ERROR_FORMAT, "the step '%s' mounts '%s', which is no volume",
					step->id, name);
		words_addf(&step->mounts, "%s:%s", name, path);
	}
	return 0;
}

/* ---- steps -------------------------------------------------------------------------------------------------- */

int task_step_read(struct task_reader *reader, const struct acr_json *object, struct acr_error *error)
{
	struct step *step = task_add(reader->task);
	step->retry_delay = DEFAULT_RETRY_DELAY;
	if (read_id(reader, object, step, error) < 0 || read_properties(reader, object, step, error) < 0 ||
	    read_kind(reader, object, step, error) < 0 || read_environment(reader, object, step, error) < 0 ||
	    read_when(reader, object, step, error) < 0 || read_mounts(reader, object, step, error) < 0)
		return error->code;
	if (!step->folder)
		step->folder = task_text(reader, acr_json_get(reader->document, "workingDirectory"));
	if (!step->timeout)
		step->timeout = reader->timeout;
	if (!step->retry_delay)
		step->retry_delay = DEFAULT_RETRY_DELAY;
	return 0;
}
