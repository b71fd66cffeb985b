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
	const struct group *group;

	if (!is_sentence(command->summary))
		fault(command, "the summary is not a sentence");
	if (command->summary && strlen(command->summary) > 90)
		fault(command, "the summary is longer than a line");
	if (!command->op == !command->run && !command->op)
		fault(command, "neither an operation nor a runner");
	if (table_find(command->path, &group) != command)
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
	if (option->bind.kind == BIND_BODY && (!option->bind.to || *option->bind.to != '/'))
		fault(command, "--%s is bound to '%s', which is no pointer", option->name, option->bind.to);
	if (option->bind.kind != BIND_NONE && !option->bind.to)
		fault(command, "--%s is bound to nothing", option->name);
	if ((option->bind.when_true || option->bind.when_false) && option->type != &type_boolean)
		fault(command, "--%s is no switch", option->name);
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

/* What the runner fills in by itself. */
static bool known_to_runner(const char *name)
{
	static const char *const known[] = {"subscriptionId", "+registryId", "loginServer"};
	size_t i;

	for (i = 0; i < ACR_COUNT(known); i++)
		if (!strcmp(name, known[i]))
			return true;
	return false;
}

static void look_at_path(const struct command *command)
{
	const char *at = command->op && !command->run && !command->prepare ? command->op->path : NULL;
	const struct option *const *option;

	while (at && (at = strchr(at, '{'))) {
		ACR_AUTO_FREE char *name = acr_strndup(at + 1, strcspn(at + 1, "}"));
		unsigned bound = 0;

		for (option = command->options; *option; option++)
			if ((*option)->bind.kind == BIND_PATH && !strcmp((*option)->bind.to, name + (*name == '+')))
				bound++;
		if (bound + known_to_runner(name) != 1)
			fault(command, "{%s} of the operation's path is bound %u times", name, bound);
		at++;
	}
}

static void test_paths(void **state)
{
	(void)state;
	each_command(look_at_path);
}

static void compiles(const struct command *command, const char *what, const char *expression)
{
	struct acr_query *query = NULL;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;

	if (acr_query_compile(expression, &query, &error) < 0)
		fault(command, "%s '%s': %s", what, expression, error.message);
	acr_query_free(query);
}

static void look_at_shapes(const struct command *command)
{
	const struct column *column;
	const char *const models[] = {command->model, command->update_model};
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
	if (command->body) {
		struct acr_json *body = NULL;

		if (acr_json_parse(command->body, strlen(command->body), &body, NULL) < 0)
			fault(command, "the constant body is not JSON");
		acr_json_free(body);
	}
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

/* The part of an example that is ours: without "D=$(…)" around it and pipes on either side. */
static char *own_part(const char *text)
{
	const char *start = strstr(text, "acr ");
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
	ACR_AUTO_FREE char *own = own_part(text);
	static const struct parse_settings settings;
	struct io io = {.only_show_errors = true, .in = stdin, .err = stderr, .out = stdout};
	struct args args = {0};
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	char *words[64];
	int count;

	if (!own) {
		fault(command, "the example '%s' is not one of acr", text);
		return;
	}
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
		cmocka_unit_test(test_rows),   cmocka_unit_test(test_options),  cmocka_unit_test(test_paths),
		cmocka_unit_test(test_shapes), cmocka_unit_test(test_examples), cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
