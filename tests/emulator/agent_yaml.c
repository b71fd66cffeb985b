/* YAML documents as JSON values, and the steps of an acb.yaml. */
#include "agent.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define NODES_MAX 100000 /* aliases make small texts large */
#define DEPTH_MAX 64
#define DEFAULT_STEP_TIMEOUT 600

/* ---- YAML → JSON -------------------------------------------------------------------------------------------- */

struct converter {
	yaml_document_t *document;
	size_t nodes;
};

static struct acr_json *scalar(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	bool plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (plain && (!*text || !strcmp(text, "~") || !strcmp(text, "null")))
		return acr_json_new_null();
	return acr_json_new_string_length(text, node->data.scalar.length);
}

/* NULL when the document is too large or a key is no scalar. */
static struct acr_json *convert(struct converter *converter, int index, int depth)
{
	yaml_node_t *node = yaml_document_get_node(converter->document, index);
	if (!node || depth > DEPTH_MAX || ++converter->nodes > NODES_MAX)
		return NULL;
	if (node->type == YAML_SCALAR_NODE)
		return scalar(node);
	bool sequence = node->type == YAML_SEQUENCE_NODE;
	ACR_AUTO_PTR(acr_json) *container = sequence ? acr_json_new_array() : acr_json_new_object();
	if (sequence) {
		for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top;
		     item++) {
			struct acr_json *value = convert(converter, *item, depth + 1);
			if (!value)
				return NULL;
			acr_json_append(container, value);
		}
		return TAKE(container);
	}
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(converter->document, pair->key);
		struct acr_json *value =
			key && key->type == YAML_SCALAR_NODE ? convert(converter, pair->value, depth + 1) : NULL;
		if (!value)
			return NULL;
		acr_json_set(container, (const char *)key->data.scalar.value, value);
	}
	return TAKE(container);
}

int yaml_parse(const char *text, size_t length, struct acr_json **ret, struct acr_error *error)
{
	yaml_parser_t parser;
	yaml_document_t document;
	if (!yaml_parser_initialize(&parser))
		acr_oom();
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
	if (!yaml_parser_load(&parser, &document)) {
		int result = acr_fail(error, ACR_ERROR_FORMAT, "not YAML: line %zu: %s", parser.problem_mark.line + 1,
				      parser.problem ? parser.problem : "unreadable");
		yaml_parser_delete(&parser);
		return result;
	}
	struct converter converter = {.document = &document};
	yaml_node_t *root = yaml_document_get_root_node(&document);
	struct acr_json *value = root ? convert(&converter, 1, 0) : acr_json_new_null();
	yaml_document_delete(&document);
	yaml_parser_delete(&parser);
	if (!value)
		return acr_fail(error, ACR_ERROR_LIMIT,
				"the YAML document is nested too deep, too large, or has a key "
				"that is no plain text");
	*ret = value;
	return 0;
}

/* ---- steps -------------------------------------------------------------------------------------------------- */

/* How the text of a task becomes steps. */
struct reader {
	struct run_log *log;
	struct acr_json *aliases;
	const struct acr_json *document;
	struct task *task;
};

static char *text_of(const struct reader *reader, const struct acr_json *value)
{
	const char *text = acr_json_string(value);
	return text ? alias_expand(text, reader->aliases) : NULL;
}

static bool flag(const struct acr_json *step, const char *name)
{
	const char *text = acr_json_string(acr_json_get(step, name));
	return text && (!strcasecmp(text, "true") || !strcasecmp(text, "yes") || !strcasecmp(text, "on"));
}

/* Properties that are read below, and those without which a step would not do what it should. */
static bool is_listed(const char *name, const char *const *list)
{
	while (*list && strcmp(name, *list) != 0)
		list++;
	return *list != NULL;
}

static int check_properties(struct reader *reader, const struct acr_json *object, const char *const *known,
			    struct acr_error *error)
{
	static const char *const needed[] = {"detach", "secrets", "volumes", "volumeMounts", NULL};
	for (const struct acr_json *item = acr_json_first(object); item; item = acr_json_next(item)) {
		const char *name = acr_json_key(item);
		if (is_listed(name, known))
			continue;
		if (is_listed(name, needed))
			return acr_fail(error, ACR_ERROR_FORMAT, "the emulator's agent cannot do '%s'", name);
		log_line(reader->log, "Property '%s' has no effect on the emulator's agent", name);
	}
	return 0;
}

/* "NAME=value" from a list of such texts or from a mapping. */
static void read_environment(const struct reader *reader, const struct acr_json *list, struct words *ret)
{
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *text = text_of(reader, item);
		if (acr_json_key(item))
			words_addf(ret, "%s=%s", acr_json_key(item), text ? text : "");
		else if (text && strchr(text, '='))
			words_add(ret, text);
	}
}

static int read_words(const struct reader *reader, const struct acr_json *value, struct words *ret,
		      struct acr_error *error)
{
	if (acr_json_string(value)) {
		ACR_AUTO_FREE char *text = text_of(reader, value);
		return words_split(text, ret, error);
	}
	for (const struct acr_json *item = acr_json_first(value); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *text = text_of(reader, item);
		if (text)
			words_add(ret, text);
	}
	return 0;
}

static void read_when(const struct reader *reader, const struct acr_json *when, struct step *step)
{
	if (acr_json_is_nothing(when))
		return;
	step->ordered = true;
	for (const struct acr_json *item = acr_json_first(when); item; item = acr_json_next(item)) {
		ACR_AUTO_FREE char *text = text_of(reader, item);
		if (text && strcmp(text, "-") != 0)
			words_add(&step->after, text);
	}
}

/* Images of the service's own that a command may begin with. */
static void image_alias(struct step *step)
{
	static const char *const images[][2] = {
		{"acr", "mcr.microsoft.com/acr/acr-cli:0.5"},
		{"az", "mcr.microsoft.com/acr/azure-cli:7ee1d7f"},
		{"bash", "mcr.microsoft.com/acr/bash:7ee1d7f"},
		{"curl", "mcr.microsoft.com/acr/curl:7ee1d7f"},
	};
	for (size_t i = 0; i < ACR_COUNT(images); i++)
		if (!strcmp(step->arguments.items[0], images[i][0])) {
			free(step->arguments.items[0]);
			step->arguments.items[0] = acr_strdup(images[i][1]);
			return;
		}
}

static int read_kind(struct reader *reader, const struct acr_json *object, struct step *step, struct acr_error *error)
{
	static const struct {
		const char *name;
		enum step_kind kind;
	} kinds[] = {{"build", STEP_BUILD}, {"push", STEP_PUSH}, {"cmd", STEP_COMMAND}};
	size_t found = 0;
	for (size_t i = 0; i < ACR_COUNT(kinds); i++) {
		const struct acr_json *value = acr_json_get(object, kinds[i].name);
		if (!value)
			continue;
		found++;
		step->kind = kinds[i].kind;
		words_clear(&step->arguments);
		if (read_words(reader, value, &step->arguments, error) < 0)
			return acr_error_prefix(error, "step '%s'", step->id);
	}
	if (found != 1 || !step->arguments.count)
		return acr_fail(error, ACR_ERROR_FORMAT, "step '%s' must have one of 'build', 'push' and 'cmd'",
				step->id);
	if (step->kind == STEP_COMMAND)
		image_alias(step);
	return 0;
}

static int seconds_of(const struct acr_json *object, const char *name, int otherwise)
{
	const char *text = acr_json_string(acr_json_get(object, name));
	long value = text ? strtol(text, NULL, 10) : 0;
	return value > 0 && value < INT32_MAX ? (int)value : otherwise;
}

static int read_step(struct reader *reader, const struct acr_json *object, struct acr_error *error)
{
	static const char *const known[] = {
		"build", "push",    "cmd",        "id",           "env",  "workingDirectory",
		"when",  "timeout", "entryPoint", "ignoreErrors", "keep", "disableWorkingDirectoryOverride",
		NULL};
	struct step *step = task_add(reader->task);
	step->id = text_of(reader, acr_json_get(object, "id"));
	if (!step->id)
		step->id = acr_format("acb_step_%zu", reader->task->count - 1);
	if (check_properties(reader, object, known, error) < 0 || read_kind(reader, object, step, error) < 0)
		return error->code;
	read_environment(reader, acr_json_get(reader->document, "env"), &step->environment);
	read_environment(reader, acr_json_get(object, "env"), &step->environment);
	read_when(reader, acr_json_get(object, "when"), step);
	step->folder = text_of(reader, acr_json_get(object, "workingDirectory"));
	if (!step->folder)
		step->folder = text_of(reader, acr_json_get(reader->document, "workingDirectory"));
	step->entry_point = text_of(reader, acr_json_get(object, "entryPoint"));
	step->timeout =
		seconds_of(object, "timeout", seconds_of(reader->document, "stepTimeout", DEFAULT_STEP_TIMEOUT));
	step->ignore_errors = flag(object, "ignoreErrors");
	step->keep = flag(object, "keep");
	step->keep_folder = flag(object, "disableWorkingDirectoryOverride");
	return 0;
}

static int read_steps(struct reader *reader, struct acr_error *error)
{
	static const char *const known[] = {"version", "env", "workingDirectory", "stepTimeout", "alias",
					    "steps",   NULL};
	const struct acr_json *steps = acr_json_get(reader->document, "steps");
	if (!acr_json_is(steps, ACR_JSON_ARRAY) || !acr_json_size(steps))
		return acr_fail(error, ACR_ERROR_FORMAT, "the task has no steps");
	if (check_properties(reader, reader->document, known, error) < 0)
		return error->code;
	for (const struct acr_json *item = acr_json_first(steps); item; item = acr_json_next(item))
		if (read_step(reader, item, error) < 0)
			return error->code;
	return 0;
}

/* $Name stands for {{.Run.Name}}, for $ID too, and for what the task itself defines. */
static struct acr_json *make_aliases(const struct acr_json *values, const struct acr_json *document)
{
	const struct acr_json *run = acr_json_get(values, "Run");
	struct acr_json *aliases = run ? acr_json_copy(run) : acr_json_new_object();
	const struct acr_json *own = acr_json_at(document, "/alias/values");
	for (const struct acr_json *item = acr_json_first(own); item; item = acr_json_next(item))
		acr_json_set(aliases, acr_json_key(item), acr_json_copy(item));
	return aliases;
}

int yaml_task(const char *text, const struct acr_json *values, struct run_log *log, struct task *ret,
	      struct acr_error *error)
{
	ACR_AUTO(acr_buf) expanded = ACR_BUF_INIT;
	ACR_AUTO_PTR(acr_json) *document = NULL;
	if (template_expand(text, values, &expanded, error) < 0 ||
	    yaml_parse(acr_buf_str(&expanded), expanded.length, &document, error) < 0)
		return error->code;
	ACR_AUTO_PTR(acr_json) *aliases = make_aliases(values, document);
	struct reader reader = {.log = log, .aliases = aliases, .document = document, .task = ret};
	return read_steps(&reader, error);
}
