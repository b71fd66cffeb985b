/* The build agent of the emulator: the parts that work on text alone. They are compiled into this program, since the
 * emulator is not a library. */
#include "../emulator/agent_words.c"
#include "../emulator/agent_template.c"
#include "../emulator/agent_yaml.c"
#include "../emulator/agent_dockerfile.c"
#include "../emulator/agent_filter.c"
#include "../emulator/agent_log.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* ---- what the rest of the emulator gives -------------------------------------------------------------------- */

int64_t now_seconds(void)
{
	return 1700222400; /* 2023-11-17 12:00:00 UTC */
}

void note(const char *format, ...)
{
	(void)format;
}

struct step *task_add(struct task *task)
{
	task->steps = acr_realloc_array(task->steps, task->count + 1, sizeof(*task->steps));
	struct step *step = &task->steps[task->count++];
	*step = (struct step){0};
	return step;
}

void task_clear(struct task *task)
{
	for (size_t i = 0; i < task->count; i++) {
		struct step *step = &task->steps[i];
		words_clear(&step->arguments);
		words_clear(&step->environment);
		words_clear(&step->after);
		free(step->id);
		free(step->folder);
		free(step->entry_point);
	}
	free(task->steps);
}

static struct acr_json *json(const char *text)
{
	struct acr_json *value = NULL;
	assert_int_equal(acr_json_parse(text, strlen(text), &value, NULL), 0);
	return value;
}

/* The words joined by "|". */
static char *joined(const struct words *words)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	for (size_t i = 0; i < words->count; i++)
		acr_buf_printf(&text, "%s%s", i ? "|" : "", words->items[i]);
	return acr_buf_take(&text);
}

/* ---- words -------------------------------------------------------------------------------------------------- */

static void words_split_like_a_shell(void **state)
{
	(void)state;
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", ""},
		{" \t\n", ""},
		{"a  b\tc\n", "a|b|c"},
		{"'a b' \"c d\"", "a b|c d"},
		{"a'b'\"c\"d", "abcd"},
		{"'' \"\"", "|"},
		{"a\\ b \\'", "a b|'"},
		{"'a\\b' \"a\\b\" \"a\\\"b\"", "a\\b|a\\b|a\"b"},
		{"\\", "\\"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO(words) words = {0};
		assert_int_equal(words_split(rows[i].text, &words, NULL), 0);
		ACR_AUTO_FREE char *text = joined(&words);
		assert_string_equal(text, rows[i].words);
	}
}

static void an_open_quote_is_refused(void **state)
{
	(void)state;
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	struct words words = {0};
	assert_int_equal(words_split("echo 'hi", &words, &error), ACR_ERROR_FORMAT);
	assert_string_equal(error.message, "the quote is not closed: 'hi");
	assert_null(words.items);
}

/* ---- templates, aliases ------------------------------------------------------------------------------------- */

static void templates_are_expanded(void **state)
{
	(void)state;
	static const struct {
		const char *text, *result;
	} rows[] = {
		{"plain", "plain"},
		{"{{.Run.ID}}", "cf1"},
		{"x:{{ .Run.ID }}-{{.Values.a.b}}", "x:cf1-deep"},
		{"[{{.Values.none}}]", "[]"},
		{"[{{.Values.a}}]", "[]"}, /* an object has no text */
		{"{{.Values.number}} {{.Values.yes}}", "3 true"},
		{"a  {{- .Run.ID -}}  b", "acf1b"},
	};
	ACR_AUTO_PTR(acr_json) *values =
		json("{\"Run\":{\"ID\":\"cf1\"},\"Values\":{\"a\":{\"b\":\"deep\"},\"number\":3,\"yes\":true}}");
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
		assert_int_equal(template_expand(rows[i].text, values, &out, NULL), 0);
		assert_string_equal(acr_buf_str(&out), rows[i].result);
	}
}

static void other_templates_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"a {{.Run.ID", "'{{' without '}}' in the task"},
		{"{{ }}", "'{{ }}' is not understood: only names such as .Run.ID and .Values.name are"},
		{"{{.Run.ID | upper}}",
		 "'{{.Run.ID | upper}}' is not understood: only names such as .Run.ID and .Values.name are"},
		{"{{if .Values.a}}",
		 "'{{if .Values.a}}' is not understood: only names such as .Run.ID and .Values.name are"},
		{"{{..}}", "'{{..}}' is not understood: only names such as .Run.ID and .Values.name are"},
	};
	ACR_AUTO_PTR(acr_json) *values = acr_json_new_object();
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO(acr_buf) out = ACR_BUF_INIT;
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		assert_int_equal(template_expand(rows[i].text, values, &out, &error), ACR_ERROR_FORMAT);
		assert_string_equal(error.message, rows[i].message);
	}
}

static void aliases_are_expanded(void **state)
{
	(void)state;
	static const struct {
		const char *text, *result;
	} rows[] = {
		{"$Registry/x:$ID", "localhost:1/x:cf1"},
		{"$HOME $", "$HOME $"},
		{"$$Registry", "$Registry"},
		{"$RegistryX", "$RegistryX"},
		{"", ""},
	};
	ACR_AUTO_PTR(acr_json) *aliases = json("{\"Registry\":\"localhost:1\",\"ID\":\"cf1\"}");
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO_FREE char *text = alias_expand(rows[i].text, aliases);
		assert_string_equal(text, rows[i].result);
	}
}

/* ---- YAML --------------------------------------------------------------------------------------------------- */

static void yaml_becomes_json(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *json;
	} rows[] = {
		{"", "null"},
		{"a: 1\nb: [x, 'null', ~, null]\nc: {d: yes}\n",
		 "{\"a\":\"1\",\"b\":[\"x\",\"null\",null,null],\"c\":{\"d\":\"yes\"}}"},
		{"a: &x {b: c}\nd: *x\n", "{\"a\":{\"b\":\"c\"},\"d\":{\"b\":\"c\"}}"},
		{"a: |\n  two\n  lines\n", "{\"a\":\"two\\nlines\\n\"}"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO_PTR(acr_json) *value = NULL;
		assert_int_equal(yaml_parse(rows[i].yaml, strlen(rows[i].yaml), &value, NULL), 0);
		ACR_AUTO_FREE char *text = acr_json_text(value);
		assert_string_equal(text, rows[i].json);
	}
}

static void bad_yaml_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *yaml;
		int code;
		const char *message;
	} rows[] = {
		{"a: [1\n", ACR_ERROR_FORMAT, "not YAML: line 2: did not find expected ',' or ']'"},
		{"[a, b]: c\n", ACR_ERROR_LIMIT,
		 "the YAML document is nested too deep, too large, or has a key that is no plain text"},
		{"a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
		 "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
		 "e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
		 ACR_ERROR_LIMIT,
		 "the YAML document is nested too deep, too large, or has a key that is no plain text"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		struct acr_json *value = NULL;
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		assert_int_equal(yaml_parse(rows[i].yaml, strlen(rows[i].yaml), &value, &error), rows[i].code);
		assert_string_equal(error.message, rows[i].message);
		assert_null(value);
	}
}

static int read_task(const char *yaml, struct task *task, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *values =
		json("{\"Run\":{\"ID\":\"cf1\",\"Registry\":\"localhost:1\"},\"Values\":{\"v\":\"seven\"}}");
	struct run_log log = {.descriptor = -1};
	int result = yaml_task(yaml, values, &log, task, error);
	log_close(&log);
	return result;
}

static void steps_are_read(void **state)
{
	(void)state;
	static const char yaml[] = "version: v1.1.0\n"
				   "env: [A=1]\n"
				   "stepTimeout: 60\n"
				   "workingDirectory: base\n"
				   "alias:\n"
				   "  values: {who: world}\n"
				   "steps:\n"
				   "  - id: first\n"
				   "    build: -t $Registry/x:{{.Run.ID}} --build-arg V={{.Values.v}} -f 'a file' .\n"
				   "    timeout: 5\n"
				   "  - push: [$Registry/x:{{.Run.ID}}]\n"
				   "    when: [first]\n"
				   "    ignoreErrors: true\n"
				   "  - cmd: bash -c 'echo $who $$HOME'\n"
				   "    env: {B: two words}\n"
				   "    workingDirectory: /abs\n"
				   "    entryPoint: sh\n"
				   "    when: ['-']\n"
				   "    keep: yes\n"
				   "    disableWorkingDirectoryOverride: true\n";
	struct task task = {0};
	assert_int_equal(read_task(yaml, &task, NULL), 0);
	assert_int_equal(task.count, 3);
	const struct step *build = &task.steps[0], *push = &task.steps[1], *command = &task.steps[2];
	ACR_AUTO_FREE char *build_words = joined(&build->arguments);
	assert_string_equal(build_words, "-t|localhost:1/x:cf1|--build-arg|V=seven|-f|a file|.");
	assert_int_equal(build->kind, STEP_BUILD);
	assert_string_equal(build->id, "first");
	assert_int_equal(build->timeout, 5);
	assert_string_equal(build->folder, "base");
	assert_false(build->ordered);
	assert_int_equal(push->kind, STEP_PUSH);
	assert_string_equal(push->id, "acb_step_1");
	assert_string_equal(push->arguments.items[0], "localhost:1/x:cf1");
	assert_int_equal(push->timeout, 60);
	assert_true(push->ordered && push->ignore_errors && !push->keep);
	assert_int_equal(push->after.count, 1);
	assert_string_equal(push->after.items[0], "first");
	ACR_AUTO_FREE char *command_words = joined(&command->arguments);
	ACR_AUTO_FREE char *environment = joined(&command->environment);
	assert_string_equal(command_words, "mcr.microsoft.com/acr/bash:7ee1d7f|-c|echo world $HOME");
	assert_string_equal(environment, "A=1|B=two words");
	assert_string_equal(command->folder, "/abs");
	assert_string_equal(command->entry_point, "sh");
	assert_true(command->ordered && command->keep && command->keep_folder);
	assert_int_equal(command->after.count, 0);
	task_clear(&task);
}

static void bad_tasks_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *message;
	} rows[] = {
		{"version: v1.1.0\n", "the task has no steps"},
		{"steps: []\n", "the task has no steps"},
		{"steps:\n  - id: a\n", "step 'a' must have one of 'build', 'push' and 'cmd'"},
		{"steps:\n  - cmd: a\n    push: b\n", "step 'acb_step_0' must have one of 'build', 'push' and 'cmd'"},
		{"steps:\n  - cmd: ''\n", "step 'acb_step_0' must have one of 'build', 'push' and 'cmd'"},
		{"steps:\n  - cmd: a 'b\n    id: s\n", "step 's': the quote is not closed: 'b"},
		{"steps:\n  - cmd: a\n    detach: true\n", "the emulator's agent cannot do 'detach'"},
		{"secrets: [{id: x}]\nsteps:\n  - cmd: a\n", "the emulator's agent cannot do 'secrets'"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		struct task task = {0};
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		assert_int_equal(read_task(rows[i].yaml, &task, &error), ACR_ERROR_FORMAT);
		assert_string_equal(error.message, rows[i].message);
		task_clear(&task);
	}
}

/* ---- Dockerfile --------------------------------------------------------------------------------------------- */

static void bases_are_found(void **state)
{
	(void)state;
	static const struct {
		const char *text, *argument, *bases;
	} rows[] = {
		{"FROM a\n", NULL, "a"},
		{"# FROM x\nfrom a as one\nFROM --platform=linux/amd64 b:1\nCOPY --from=one / /\n", NULL, "a|b:1"},
		{"FROM a AS One\nFROM one\n", NULL, "a"},
		{"FROM scratch\nCOPY . /\n", NULL, ""},
		{"ARG V=1\nFROM a:$V\nARG V=2\nFROM b:${V}\n", NULL, "a:1|b:1"},
		{"ARG V=1\nFROM a:${V}\n", "V=9", "a:9"},
		{"FROM a:${NONE:-7}", NULL, "a:7"},
		{"", NULL, ""},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO(words) arguments = {0};
		ACR_AUTO(words) bases = {0};
		if (rows[i].argument)
			words_add(&arguments, rows[i].argument);
		dockerfile_bases(rows[i].text, &arguments, &bases);
		ACR_AUTO_FREE char *text = joined(&bases);
		assert_string_equal(text, rows[i].bases);
	}
}

/* ---- $filter ------------------------------------------------------------------------------------------------ */

static void filters_select_runs(void **state)
{
	(void)state;
	static const struct {
		const char *filter;
		bool matches;
	} rows[] = {
		{"Status eq 'Succeeded'", true},
		{"status EQ 'succeeded'", true},
		{"Status eq 'Failed'", false},
		{"TaskName eq 'it''s' and Status eq 'Succeeded'", true},
		{"TaskName eq 'other' and Status eq 'Succeeded'", false},
		{"contains(OutputImageManifests, 'x@sha256:12')", true},
		{"contains(OutputImageManifests,'x@sha256:13')", false},
		{"Status eq 'Succeeded' and contains(OutputImageManifests, 'y@')", true},
		{"AgentPoolName eq 'p'", false},
	};
	ACR_AUTO_PTR(acr_json) *run =
		json("{\"properties\":{\"status\":\"Succeeded\",\"task\":\"it's\",\"outputImages\":"
		     "[{\"repository\":\"x\",\"digest\":\"sha256:12\"},"
		     "{\"repository\":\"y\",\"digest\":\"sha256:34\"}]}}");
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		ACR_AUTO_PTR(run_filter) *filter = NULL;
		assert_int_equal(filter_parse(rows[i].filter, &filter, NULL), 0);
		assert_int_equal(filter_matches(filter, run), rows[i].matches);
	}
}

static void bad_filters_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *filter, *rest;
	} rows[] = {
		{"", ""},
		{"Nothing eq 'x'", "Nothing eq 'x'"},
		{"Status ne 'x'", " ne 'x'"},
		{"Status eq 'x", " 'x"},
		{"Status eq 'x' or Status eq 'y'", "or Status eq 'y'"},
		{"Status eq 'x' and", "and"},
		{"contains(Status, 'x')", "Status, 'x')"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		struct run_filter *filter = NULL;
		ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
		assert_int_equal(filter_parse(rows[i].filter, &filter, &error), ACR_ERROR_FORMAT);
		ACR_AUTO_FREE char *message = acr_format("The filter is not understood at: %s", rows[i].rest);
		assert_string_equal(error.message, message);
		assert_null(filter);
	}
}

/* ---- the log ------------------------------------------------------------------------------------------------ */

static void logs_have_crlf_and_no_secrets(void **state)
{
	(void)state;
	char folder[] = "/tmp/acr-agent-XXXXXX";
	assert_non_null(mkdtemp(folder));
	ACR_AUTO_FREE char *path = acr_path_join(folder, "logs/cf1/rawtext.log");
	struct run_log log = {.descriptor = -1};
	assert_int_equal(log_open(&log, path, NULL), 0);
	assert_null(log_state(path));
	log_hide(&log, "s3cret");
	log_hide(&log, "first\nsecond");
	log_hide(&log, "");
	log_write(&log, "one\ntwo\r\nsplit s3", 17);
	log_write(&log, "cret here\n", 10);
	log_write(&log, "second first s3crets3cret", 25);
	log_line(&log, "%d", 7);
	log_text(&log, "end");
	log_write(&log, "no newline", 10);
	log_close(&log);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	assert_int_equal(acr_file_read(path, &text, NULL), 0);
	assert_string_equal(acr_buf_str(&text), "one\r\ntwo\r\nsplit *** here\r\n*** *** ******\r\n"
						"2023/11/17 12:00:00 7\r\nend\r\nno newline");
	assert_int_equal(log_complete(path, "successful", NULL), 0);
	ACR_AUTO_FREE char *mark = log_state(path);
	assert_string_equal(mark, "successful");
	ACR_AUTO_FREE char *command = acr_format("rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_split_like_a_shell),      cmocka_unit_test(an_open_quote_is_refused),
		cmocka_unit_test(templates_are_expanded),        cmocka_unit_test(other_templates_are_refused),
		cmocka_unit_test(aliases_are_expanded),          cmocka_unit_test(yaml_becomes_json),
		cmocka_unit_test(bad_yaml_is_refused),           cmocka_unit_test(steps_are_read),
		cmocka_unit_test(bad_tasks_are_refused),         cmocka_unit_test(bases_are_found),
		cmocka_unit_test(filters_select_runs),           cmocka_unit_test(bad_filters_are_refused),
		cmocka_unit_test(logs_have_crlf_and_no_secrets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
