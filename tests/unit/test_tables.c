/* The tables are sound: every row of every group, its options, columns, shapes, examples and its test case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <acr/acr.h>
#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "argparse.h"
#include "ids.h"
#include "model.h"
#include "opttype.h"
#include "table.h"

static unsigned faults;

ACR_PRINTF(2, 3) static void fault(const struct command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", command->path);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	faults++;
}

static void each_command(void (*look)(const struct command *))
{
	const struct group *const *group;
	const struct command *command;

	faults = 0;
	for (group = command_groups; *group; group++)
		for (command = (*group)->commands; command->path; command++)
			look(command);
	assert_int_equal(faults, 0);
}

static bool is_sentence(const char *text)
{
	size_t length = text ? strlen(text) : 0;

	return length > 3 && isupper((unsigned char)*text) && text[length - 1] == '.';
}

static void look_at_row(const struct command *command)
{
	if (!is_sentence(command->summary))
		fault(command, "the summary is not a sentence");
	if (command->summary && strlen(command->summary) > 90)
		fault(command, "the summary is longer than a line");
	if (!command->op == !command->run && !command->op)
		fault(command, "neither an operation nor a runner");
	/* One command may stand beside `az acr`, and another of its name below it: "login". */
	if (table_find_in(table_group_of(command)->outside ? TABLE_OUTSIDE : TABLE_ACR, command->path, NULL) != command)
		fault(command, "another row has the same path");
	if (command->status == STATUS_DEPRECATED && !command->instead)
		fault(command, "deprecated without a replacement");
	if ((command->flags & CMD_UPDATE) && !command->update_model)
		fault(command, "a generic update without its shape");
}

static void test_rows(void **state)
{
	(void)state;
	each_command(look_at_row);
}

/* Whatever shows, changes or deletes one resource of management takes its id, and nothing else does. */
static void test_ids(void **state)
{
	static const char *const with[] = {
		"show", "update", "delete", "agentpool show", "cache update", "config retention update",
		"connected-registry delete", "credential-set show", "identity assign", "private-endpoint-connection approve",
		"replication update", "scope-map delete", "task show", "task timer add", "task cancel-run", "taskrun show",
		"token delete", "webhook ping",
	};
	static const char *const without[] = {
		"create", "list", "webhook create", "webhook list", "import", "build", "login", "show-usage", "check-name",
		"repository show", "manifest delete", "token credential generate", "credential show", "group show",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ACR_COUNT(with); i++)
		if (!ids_offered(table_find(with[i], NULL)))
			fault(table_find(with[i], NULL), "--ids is not offered");
	for (i = 0; i < ACR_COUNT(without); i++)
		if (ids_offered(table_find(without[i], NULL)))
			fault(table_find(without[i], NULL), "--ids is offered");
}

/* With --ids nothing else may be needed to name the resource. */
static void look_at_ids(const struct command *command)
{
	const char *word = strrchr(command->path, ' ');
	const struct option *const *option;

	word = word ? word + 1 : command->path;
	if (!ids_offered(command) || (strcmp(word, "show") != 0 && strcmp(word, "delete") != 0))
		return;
	for (option = command->options; *option; option++)
		if ((*option)->flags & OPT_REQUIRED && !ids_fill(command, *option))
			fault(command, "--%s is required beside --ids", (*option)->name);
}

static void test_ids_name_all(void **state)
{
	(void)state;
	each_command(look_at_ids);
}

static void compiles(const struct command *command, const char *what, const char *expression)
{
	struct acr_query *query = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	if (acr_query_compile(expression, &query, &error) < 0)
		fault(command, "%s '%s': %s", what, expression, error.message);
	acr_query_free(query);
}

static bool has_option(const struct command *command, const char *key, size_t length)
{
	const struct option *const *option;

	for (option = command->options; option && *option; option++) {
		const char *own = option_key(*option);
		size_t i = 0;

		while (i < length && own[i] && (own[i] == key[i] || (own[i] == '-' && key[i] == '_')))
			i++;
		if (i == length && !own[i])
			return true;
	}
	return false;
}

static void check_json(const struct command *command, const char *what, const char *text)
{
	struct acr_json *value = NULL;

	if (text && acr_json_parse(text, strlen(text), &value, NULL) < 0)
		fault(command, "%s is not JSON: %s", what, text);
	acr_json_free(value);
}

static size_t count_words(const char *const *words)
{
	size_t count = 0;

	while (words && words[count])
		count++;
	return count;
}

/* "{login-server}" stands for an option's value. */
static void check_template(const struct command *command, const char *template)
{
	for (; template && (template = strchr(template, '{')); template ++)
		if (!has_option(command, template + 1, strcspn(template + 1, "}")))
			fault(command, "'%s' does not begin with an option's name", template);
}

static void check_text(const struct command *command, const char *text);

static void check_bind(const struct command *command, const struct option *option)
{
	const struct bind *bind = &option->bind;
	bool pointer = bind->kind >= BIND_BODY;

	if (bind->kind != BIND_NONE && !bind->to)
		fault(command, "--%s is bound to nothing", option->name);
	else if (pointer && *bind->to != '/')
		fault(command, "--%s is bound to '%s', which is no pointer", option->name, bind->to);
	else if (bind->kind == BIND_FILTER && !strstr(bind->to, "{}"))
		fault(command, "the condition of --%s has no place for its value", option->name);
	if (pointer)
		check_template(command, bind->to);
	if (bind->kind == BIND_ADD || bind->kind == BIND_REMOVE)
		check_template(command, bind->type);
	if (bind->sent && count_words(bind->sent) != count_words(option_choices(option)))
		fault(command, "--%s has not one word to send for each choice", option->name);
	if ((bind->when_true || bind->when_false) && option->type != &type_boolean)
		fault(command, "--%s is no switch", option->name);
	if (bind->member && bind->kind != BIND_ADD && bind->kind != BIND_REMOVE)
		fault(command, "--%s is bound to no list", option->name);
	if (bind->item && !bind->member)
		fault(command, "the items of --%s have no name", option->name);
	check_json(command, "the constant", bind->constant);
	check_json(command, "the item", bind->item);
	check_text(command, bind->missing);
}

static void check_option(const struct command *command, const struct option *option)
{
	if (!option->name || !option->type || !option->type->add) {
		fault(command, "an option without name or type");
		return;
	}
	if (!(option->help && strlen(option->help) > 3 && option->help[strlen(option->help) - 1] == '.'))
		fault(command, "--%s has no help sentence", option->name);
	if ((option->type == &type_choice || option->type == &type_choices) != (option->choices != NULL))
		fault(command, "--%s: choices and the type choice belong together", option->name);
	check_bind(command, option);
	if ((option->flags & OPT_RAW) && (option->type != &type_flag || !command->op || command->op->shape != ACR_ONCE))
		fault(command, "--%s wants an answer's bytes, but there is not one answer", option->name);
	if (option->fallback) {
		struct acr_json *value = NULL;

		if (option->type->add(option, option->fallback, &value, NULL) < 0)
			fault(command, "the default of --%s is refused by its type", option->name);
		acr_json_free(value);
	}
}

/* Names, aliases and letters must not be taken twice. */
static void check_clash(const struct command *command, const struct option *a, const struct option *b)
{
	const char *const names[] = {a->name, a->alias, b->name, b->alias};
	size_t i, j;

	for (i = 0; i < 2; i++)
		for (j = 2; j < 4; j++)
			if (names[i] && names[j] && !strcmp(names[i], names[j]))
				fault(command, "--%s stands twice", names[i]);
	if (a->letter && (a->letter == b->letter || a->letter == b->other_letter))
		fault(command, "-%c stands twice", a->letter);
}

static void look_at_options(const struct command *command)
{
	const struct option *const *a, *const *b;

	for (a = command->options; a && *a; a++) {
		check_option(command, *a);
		for (b = a + 1; *b; b++)
			check_clash(command, *a, *b);
	}
}

static void test_options(void **state)
{
	(void)state;
	each_command(look_at_options);
}

static bool has_key(const struct command *command, const char *key)
{
	return has_option(command, key, strlen(key));
}

/* What the runner fills in by itself: always, for some kinds of targets, or since the variant is for such targets. */
static bool known_to_runner(const struct command *command, const char *when, const char *name)
{
	static const struct {
		const char *name;
		enum target_kind first, last;
	} known[] = {
		{"subscriptionId", TARGET_NONE, TARGET_MANIFEST},
		{"+registryId", TARGET_NONE, TARGET_MANIFEST},
		{"loginServer", TARGET_NONE, TARGET_MANIFEST},
		{"+repository", TARGET_REPOSITORY, TARGET_MANIFEST},
		{"tag", TARGET_TAG, TARGET_TAG},
		{"+reference", TARGET_TAG, TARGET_MANIFEST},
		{"+digest", TARGET_MANIFEST, TARGET_MANIFEST},
	};
	const char *plain = name + (*name == '+');
	ACR_AUTO_FREE char *part = acr_format("target.%s", plain);

	for (size_t i = 0; i < ACR_COUNT(known); i++)
		if (!strcmp(name, known[i].name) && command->target >= known[i].first &&
		    command->target <= known[i].last)
			return true;
	return command->target != TARGET_NONE && when && strstr(when, part);
}

/* The target is named in one of the two ways, and completely. */
static void look_at_target(const struct command *command)
{
	bool by_name = has_key(command, "name"), by_image = has_key(command, "image");
	bool by_repository = has_key(command, "repository");

	if (command->target == TARGET_NONE)
		return;
	if (by_name ? !has_key(command, "id") || by_image || by_repository : !by_image && !by_repository)
		fault(command, "nothing, or too much, names the target");
	if (!has_key(command, "registry"))
		fault(command, "the target is in no registry");
	if (command->target == TARGET_REPOSITORY && by_image)
		fault(command, "the target is a repository, but --image may name it");
	if ((command->target == TARGET_TAGS || command->target == TARGET_TAG) && by_repository)
		fault(command, "the target is a tag, but --repository may name it");
}

static void test_targets(void **state)
{
	(void)state;
	each_command(look_at_target);
}

static void check_path(const struct command *command, const char *when, const struct acr_op *op)
{
	const char *at = op && !command->run && !command->prepare ? op->path : NULL;
	const struct option *const *option;
	const struct fill *fill;

	while (at && (at = strchr(at, '{'))) {
		ACR_AUTO_FREE char *name = acr_strndup(at + 1, strcspn(at + 1, "}"));
		const char *plain = name + (*name == '+');
		unsigned bound = 0, filled = 0;

		for (option = command->options; *option; option++)
			bound += (*option)->bind.kind == BIND_PATH && !strcmp((*option)->bind.to, plain);
		for (fill = command->fill; fill && fill->value; fill++)
			filled += fill->bind.kind == BIND_PATH && !strcmp(fill->bind.to, plain);
		if (bound + known_to_runner(command, when, name) != 1)
			fault(command, "{%s} of the operation's path is bound %u times", name, bound);
		if (filled > bound)
			fault(command, "{%s} of the operation's path is filled, but no option gives it", name);
		at++;
	}
}

static void look_at_path(const struct command *command)
{
	const struct variant *variant;

	check_path(command, NULL, command->op);
	for (variant = command->variants; variant && variant->when; variant++)
		check_path(command, variant->when, variant->op);
}

static void test_paths(void **state)
{
	(void)state;
	each_command(look_at_path);
}

/* What an expression may name beside options. */
static bool is_fact(const struct command *command, const char *name, size_t length)
{
	static const char *const others[] = {"present", "home", "updates", "both", "item"};

	if (command->target != TARGET_NONE && length == strlen("target") && !strncmp(name, "target", length))
		return true;
	for (size_t i = 0; i < ACR_COUNT(others); i++)
		if (strlen(others[i]) == length && !strncmp(others[i], name, length))
			return true;
	return has_option(command, name, length);
}

/* Sound, and every name that is neither a member (".x", "[?x]") nor a function ("x(") is known. */
static void check_expression(const struct command *command, const char *expression)
{
	const char *c = expression;
	unsigned depth = 0;

	compiles(command, "expression", expression);
	while (*c) {
		size_t length = 0;

		while (isalnum((unsigned char)c[length]) || c[length] == '_')
			length++;
		if (length && !depth && c[length] != '(' && (c == expression || c[-1] != '.') &&
		    !is_fact(command, c, length))
			fault(command, "'%.*s' in '%s' is no option", (int)length, c, expression);
		if (!length && strchr("'`\"", *c))
			length = strcspn(c + 1, (const char[]){*c, '\0'}) + 1;
		depth += *c == '[';
		depth -= *c == ']';
		c += length ? length + (strchr("'`\"", *c) != NULL) : 1;
	}
}

static void check_text(const struct command *command, const char *text)
{
	while (text && (text = strchr(text, '{'))) {
		size_t length = strcspn(text, "}");
		ACR_AUTO_FREE char *expression = acr_strndup(text + 1, length - 1);

		check_expression(command, expression);
		text += length;
	}
}

static void check_rule(const struct command *command, const struct rule *rule)
{
	const char *const texts[] = {rule->refuse, rule->warn, rule->ask, rule->done};
	unsigned count = 0;

	for (size_t i = 0; i < ACR_COUNT(texts); i++) {
		check_text(command, texts[i]);
		count += texts[i] != NULL;
	}
	if (count != 1)
		fault(command, "a rule with %u texts", count);
	if (!rule->when == !rule->both[0] || !rule->both[0] != !rule->both[1])
		fault(command, "a rule with no condition, or with two");
	if (rule->when)
		check_expression(command, rule->when);
	for (size_t i = 0; i < 2; i++)
		if (rule->both[i] && !has_option(command, rule->both[i], strlen(rule->both[i])))
			fault(command, "a rule about '%s', which is no option", rule->both[i]);
}

static void look_at_rules(const struct command *command)
{
	const struct rule *rule;
	const struct variant *variant;
	const struct fill *fill;
	const struct hint *hint;

	check_text(command, command->confirm);
	for (rule = command->rules; rule && (rule->when || rule->both[0]); rule++)
		check_rule(command, rule);
	for (variant = command->variants; variant && variant->when; variant++) {
		check_expression(command, variant->when);
		if (!variant->op && !variant->base && !variant->select && !variant->model && !variant->confirm)
			fault(command, "a variant that changes nothing");
		check_text(command, variant->confirm);
	}
	for (fill = command->fill; fill && fill->value; fill++) {
		check_expression(command, fill->value);
		if (!fill->bind.to || (fill->bind.kind != BIND_PATH && fill->bind.kind != BIND_BODY))
			fault(command, "the value of '%s' has no place in path or body", fill->value);
	}
	for (hint = command->hints; hint && hint->code; hint++)
		check_text(command, hint->text);
}

static void test_rules(void **state)
{
	(void)state;
	each_command(look_at_rules);
}

static void look_at_shapes(const struct command *command)
{
	const struct column *column;
	const char *const models[] = {command->model, command->update_model, command->base};
	const struct variant *variant;
	size_t i;

	for (column = command->columns; column && column->header; column++)
		compiles(command, "column", column->path);
	if (command->select)
		compiles(command, "select", command->select);
	for (i = 0; i < ACR_COUNT(models); i++) {
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

		if (models[i] && model_check(models[i], &error) < 0)
			fault(command, "the shape %s", error.message);
	}
	for (variant = command->variants; variant && variant->when; variant++)
		if (variant->select)
			compiles(command, "select", variant->select);
	check_json(command, "the constant body", command->body);
}

static void test_shapes(void **state)
{
	(void)state;
	each_command(look_at_shapes);
}

/* Split as a shell does: blanks, quotes. Returns the number of words; they live in `memory`. */
static int split(char *memory, char **words, int most)
{
	char *out = memory, quote = 0, *in = memory;
	int count = 0;
	bool inside = false;

	for (; *in; in++) {
		if (quote ? *in == quote : *in == '\'' || *in == '"') {
			quote = quote ? 0 : *in;
			if (!inside && count < most)
				words[count++] = out;
			inside = true;
		} else if (!quote && *in == ' ') {
			if (inside)
				*out++ = '\0';
			inside = false;
		} else {
			if (!inside && count < most)
				words[count++] = out;
			inside = true;
			*out++ = *in;
		}
	}
	*out = '\0';
	return count;
}

/* A command of az that acr has another one in the place of: it is called through the link only. */
static bool is_shadowed(const struct command *command)
{
	return table_group_of(command)->outside && table_find_in(TABLE_ACR, command->path, NULL);
}

/* The part of an example that is ours: without "D=$(…)" around it and pipes on either side. */
static char *own_part(const struct command *command, const char *text)
{
	const char *start = strstr(text, is_shadowed(command) ? "az " : "acr ");
	const char *pipe = start ? strstr(start, " | ") : NULL;
	size_t length;

	if (!start)
		return NULL;
	length = pipe ? (size_t)(pipe - start) : strlen(start);
	if (strstr(text, "$(acr ") && length && start[length - 1] == ')')
		length--;
	return acr_strndup(start, length);
}

static void check_example(const struct command *command, const char *text)
{
	ACR_AUTO_FREE char *own = own_part(command, text);
	const struct parse_settings settings = {.as_az = is_shadowed(command)};
	struct io io = {.only_show_errors = true, .in = stdin, .err = stderr, .out = stdout};
	struct args args = {0};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	char *words[64], *variable;
	int count;

	if (!own) {
		fault(command, "the example '%s' is not one of acr", text);
		return;
	}
	/* The examples' variables have values of their own kind. */
	if ((variable = strstr(own, "$REGISTRY_ID")))
		memcpy(variable, "/registry/id", strlen("/registry/id"));
	count = split(own, words, 64);
	if (args_parse(count - 1, words + 1, &settings, &io, &args, &error) < 0)
		fault(command, "the example '%s' does not parse: %s", text, error.message);
	else if (!strstr(text, " | acr query ") && args.command != command)
		fault(command, "the example '%s' is one of another command", text);
	args_clear(&args);
}

static void look_at_examples(const struct command *command)
{
	const struct example *example = command->examples;

	if (!example || !example->command)
		fault(command, "no example");
	for (; example && example->command; example++) {
		if (!example->what || !*example->what)
			fault(command, "an example that says nothing");
		check_example(command, example->command);
	}
}

static void test_examples(void **state)
{
	(void)state;
	each_command(look_at_examples);
}

/* tests/cases/<words of the command>/ *.case, seen from the project's folder. */
static void look_for_case(const struct command *command)
{
	ACR_AUTO_FREE char *folder = acr_strdup(command->path), *pattern = NULL;
	glob_t found = {0};
	char *c;

	for (c = folder; *c; c++)
		if (*c == ' ')
			*c = '/';
	pattern = acr_format("tests/cases/%s/*.case", folder);
	if (glob(pattern, 0, NULL, &found) != 0)
		fault(command, "no test case %s", pattern);
	globfree(&found);
}

static void test_cases(void **state)
{
	(void)state;
	each_command(look_for_case);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),    cmocka_unit_test(test_options), cmocka_unit_test(test_paths),
		cmocka_unit_test(test_targets), cmocka_unit_test(test_shapes),  cmocka_unit_test(test_examples),
		cmocka_unit_test(test_ids), cmocka_unit_test(test_ids_name_all), cmocka_unit_test(test_cases),   cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
