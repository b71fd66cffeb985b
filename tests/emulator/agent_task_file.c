/* An acb.yaml becomes a task: its version, aliases, secrets, volumes, and then its steps.
 * https://learn.microsoft.com/azure/container-registry/container-registry-tasks-reference-yaml */
#include "agent_task_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_STEP_TIMEOUT 600

/* ---- environment, volumes, steps ---------------------------------------------------------------------------- */

/* Variables of the task; one text may hold several with commas between them. */
static int read_task_environment(struct task_reader *reader, struct acr_error *error)
{
	const struct acr_json *list = acr_json_get(reader->document, "env");
	if (!acr_json_is_nothing(list) && !acr_json_is(list, ACR_JSON_ARRAY))
		return acr_fail(error, ACR_ERROR_FORMAT, "'env' of the task must be a list of NAME=value");
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *text = task_text(reader, item);
		char *save = NULL;
		for (char *pair = text ? strtok_r(text, ",", &save) : NULL; pair; pair = strtok_r(NULL, ",", &save)) {
			if (task_check_variable(pair, "the task", error) < 0)
				return error->code;
			words_add(&reader->environment, pair);
		}
	}
	return 0;
}

static bool is_made_of(const char *text, const char *others)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(others, *c))
			return false;
	return *text != '\0' && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

static int read_volume(const struct acr_json *object, struct acr_json *volumes, struct acr_error *error)
{
	const char *name = acr_json_str(object, "/name");
	const struct acr_json *secret = acr_json_get(object, "secret");
	if (!name || !is_made_of(name, "-_") || acr_json_get(volumes, name))
		return acr_fail(error, ACR_ERROR_FORMAT,
				"each volume must have a name of its own, of letters, digits, '-' and '_'");
	if (!acr_json_is(secret, ACR_JSON_OBJECT) || !acr_json_size(secret))
		return acr_fail(error, ACR_ERROR_FORMAT,
				"the volume '%s' has no 'secret': other kinds of volumes are not known", name);
	for (const struct acr_json *file = acr_json_first(secret); file; file = acr_json_next(file))
		if (!is_made_of(acr_json_key(file), "-_."))
			return acr_fail(error, ACR_ERROR_FORMAT,
					"'%s' of the volume '%s' cannot be the name of a file: only letters, digits, "
					"'-', '_' and '.' may be in it",
					acr_json_key(file), name);
	acr_json_set(volumes, name, acr_json_copy(secret));
	return 0;
}

static int read_volumes(struct task_reader *reader, struct acr_error *error)
{
	const struct acr_json *volumes = acr_json_get(reader->document, "volumes");
	reader->task->volumes = acr_json_new_object();
	for (const struct acr_json *item = acr_json_first(volumes); item; item = acr_json_next(item))
		if (read_volume(item, reader->task->volumes, error) < 0)
			return error->code;
	return 0;
}

static const char *const task_properties[] = {
	"version", "env", "workingDirectory", "stepTimeout", "alias", "steps", "secrets", "volumes", "networks",
};

static bool is_task_property(const char *name)
{
	for (size_t i = 0; i < ACR_COUNT(task_properties); i++)
		if (!strcmp(name, task_properties[i]))
			return true;
	return false;
}

static int read_steps(struct task_reader *reader, struct acr_error *error)
{
	const struct acr_json *steps = acr_json_get(reader->document, "steps");
	const struct acr_json *limit = acr_json_get(reader->document, "stepTimeout");
	reader->timeout = DEFAULT_STEP_TIMEOUT;
	if (!acr_json_is(steps, ACR_JSON_ARRAY) || !acr_json_size(steps))
		return acr_fail(error, ACR_ERROR_FORMAT, "the task has no steps");
	if (!acr_json_is_nothing(limit) && task_number(limit, &reader->timeout) < 0)
		return acr_fail(error, ACR_ERROR_FORMAT, "'stepTimeout' must be a number of seconds");
	if (!reader->timeout)
		reader->timeout = DEFAULT_STEP_TIMEOUT;
	for (const struct acr_json *item = acr_json_first(reader->document); item; item = acr_json_next(item))
		if (!is_task_property(acr_json_key(item)))
			log_line(reader->log, "Property '%s' of the task is not known and is ignored",
				 acr_json_key(item));
	if (read_task_environment(reader, error) < 0 || read_volumes(reader, error) < 0)
		return error->code;
	for (const struct acr_json *item = acr_json_first(steps); item; item = acr_json_next(item))
		if (task_step_read(reader, item, error) < 0)
			return error->code;
	return 0;
}

/* ---- version and aliases ------------------------------------------------------------------------------------ */

/* Whether the version, which must be a known one, has aliases. */
static int read_version(const struct acr_json *document, bool *aliases, struct acr_error *error)
{
	static const struct {
		const char *name;
		bool aliases;
	} versions[] = {{"v1.1.0", true}, {"v1.0.0", false}, {"1.0-preview-1", false}};
	const struct acr_json *value = acr_json_get(document, "version");
	const char *version = acr_json_is_nothing(value) ? versions[0].name : acr_json_string(value);
	for (size_t i = 0; version && i < ACR_COUNT(versions); i++)
		if (!strcasecmp(version, versions[i].name)) {
			*aliases = versions[i].aliases;
			return 0;
		}
	return acr_fail(error, ACR_ERROR_FORMAT, "invalid version specified: \"%s\", the current version is \"%s\"",
			version ? version : "", versions[0].name);
}

/* $Name stands for {{.Run.Name}}, for images of the service's own, and for what the task itself defines. */
static int read_aliases(struct task_reader *reader, const struct acr_json *values, struct acr_error *error)
{
	static const char *const images[][2] = {
		{"acr", "mcr.microsoft.com/acr/acr-cli:0.19"},  {"az", "mcr.microsoft.com/acr/azure-cli:2ff604c"},
		{"bash", "mcr.microsoft.com/acr/bash:2ff604c"}, {"curl", "mcr.microsoft.com/acr/curl:2ff604c"},
		{"cssc", "mcr.microsoft.com/acr/cssc:2ff604c"},
	};
	const struct acr_json *alias = acr_json_get(reader->document, "alias");
	const struct acr_json *run = acr_json_get(values, "Run"), *own = acr_json_get(alias, "values");
	const char *directive = acr_json_str(alias, "/directive");
	reader->aliases = run ? acr_json_copy(run) : acr_json_new_object();
	for (size_t i = 0; i < ACR_COUNT(images); i++)
		acr_json_set_str(reader->aliases, images[i][0], images[i][1]);
	if (acr_json_size(acr_json_get(alias, "src")))
		return acr_fail(error, ACR_ERROR_FORMAT,
				"the emulator does not read aliases from other files ('src'); put them into 'values'");
	for (const struct acr_json *item = acr_json_first(own); item; item = acr_json_next(item)) {
		if (!is_made_of(acr_json_key(item), ""))
			return acr_fail(error, ACR_ERROR_FORMAT,
					"the alias '%s' must have letters and digits only in its name",
					acr_json_key(item));
		acr_json_set(reader->aliases, acr_json_key(item), acr_json_copy(item));
	}
	size_t length = directive ? strlen(directive) : 0;
	bool single = length == 1 || (length > 1 && (directive[0] & 0xC0) == 0xC0 && (directive[1] & 0x80));
	if (directive && (!single || isalnum((unsigned char)*directive)))
		return acr_fail(error, ACR_ERROR_FORMAT,
				"the 'directive' of aliases must be one character that is no letter or digit");
	reader->directive = acr_strdup(directive ? directive : "$");
	return 0;
}

/* ---- secrets ------------------------------------------------------------------------------------------------ */

/* There is no key vault: a value of the run that has the secret's id stands in for what would be there. */
static int read_secret(const struct acr_json *object, const struct acr_json *values, struct run_log *log,
		       struct acr_json *secrets, struct acr_error *error)
{
	const char *id = acr_json_str(object, "/id"), *vault = acr_json_str(object, "/keyvault");
	const char *own = acr_json_str(object, "/value");
	if (!id || !*id || id[strcspn(id, " \t\r\n")] || acr_json_get(secrets, id))
		return acr_fail(error, ACR_ERROR_FORMAT,
				"each secret of the task must have an 'id' of its own without blanks");
	const char *given = acr_json_string(acr_json_get(acr_json_get(values, "Values"), id));
	if (!own && !vault)
		return acr_fail(error, ACR_ERROR_FORMAT,
				"the secret '%s' has no 'keyvault', the address of a secret in a key vault", id);
	if (!given && !own)
		return acr_fail(error, ACR_ERROR_FORMAT,
				"the secret '%s' is in the key vault '%s', which the emulator does not have; give its "
				"value with --set-secret %s=VALUE",
				id, vault, id);
	if (!given)
		log_line(log, "'value' of the secret '%s' is known to the emulator only; Azure wants 'keyvault'", id);
	log_hide(log, given ? given : own);
	acr_json_set_str(secrets, id, given ? given : own);
	return 0;
}

static int parse(const char *text, const struct acr_json *values, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) expanded = ACR_BUF_INIT;
	if (template_expand(text, values, &expanded, error) < 0 ||
	    yaml_parse(acr_buf_str(&expanded), expanded.length, ret, error) < 0)
		return error->code;
	return 0;
}

/* The document, and again with its own secrets put in. */
static int parse_with_secrets(const char *text, const struct acr_json *values, struct run_log *log,
			      struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *document = NULL;
	ACR_AUTO_PTR(acr_json) *all = acr_json_copy(values);
	struct acr_json *secrets = acr_json_new_object();
	acr_json_set(all, "Secrets", secrets);
	if (parse(text, all, &document, error) < 0)
		return error->code;
	const struct acr_json *list = acr_json_get(document, "secrets");
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item))
		if (read_secret(item, values, log, secrets, error) < 0)
			return error->code;
	if (acr_json_size(secrets))
		return parse(text, all, ret, error);
	*ret = TAKE(document);
	return 0;
}

int task_file_read(const char *text, const struct acr_json *values, struct run_log *log, struct task *ret,
		   struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *document = NULL;
	bool aliases = false;
	if (parse_with_secrets(text, values, log, &document, error) < 0 || read_version(document, &aliases, error) < 0)
		return error->code;
	struct task_reader reader = {.log = log, .document = document, .task = ret};
	int result = aliases ? read_aliases(&reader, values, error) : 0;
	if (result == 0)
		result = read_steps(&reader, error);
	words_clear(&reader.environment);
	acr_json_free(reader.aliases);
	free(reader.directive);
	return result;
}
