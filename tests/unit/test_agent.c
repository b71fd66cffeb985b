/* The build agent of the emulator: the parts that work on text alone. They are compiled into this program, since the
 * emulator is not a library. */
#include "../emulator/agent_words.c"
#include "../emulator/agent_template.c"
#include "../emulator/agent_yaml.c"
#include "../emulator/agent_task.c"
#include "../emulator/agent_task_file.c"
#include "../emulator/agent_task_step.c"
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
		{"{{.Run.ID | upper | quote}}", "\"CF1\""},
		{"{{ \"a\\\"b\" | b64enc }} {{b64dec `eA==`}}", "YSJi x"},
		{"{{.Values.none | default \"other\"}} {{default \"other\" .Run.ID}}", "other cf1"},
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
#define NOT_UNDERSTOOD                                                                                                 \
	"is not understood: only names such as .Run.ID and .Values.name, and default, b64enc, b64dec, quote, "         \
	"squote, upper, lower are"
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"a {{.Run.ID", "'{{' without '}}' in the task"},
		{"{{ }}", "'{{ }}' " NOT_UNDERSTOOD},
		{"{{.Run.ID | shout}}", "'{{.Run.ID | shout}}' " NOT_UNDERSTOOD},
		{"{{if .Values.a}}", "'{{if .Values.a}}' " NOT_UNDERSTOOD},
		{"{{.Run.ID .Run.ID}}", "'{{.Run.ID .Run.ID}}' " NOT_UNDERSTOOD},
		{"{{\"open}}", "'{{\"open}}' " NOT_UNDERSTOOD},
		{"{{\"!\" | b64dec}}", "'{{\"!\" | b64dec}}' " NOT_UNDERSTOOD},
		{"{{..}}", "'{{..}}' " NOT_UNDERSTOOD},
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
		ACR_AUTO_FREE char *text = alias_expand(rows[i].text, "$", aliases);
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
	int result = task_file_read(yaml, values, &log, task, error);
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
				   "    env: [B=two words, A=2]\n"
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
	assert_int_equal(build->after.count, 0);
	assert_int_equal(push->kind, STEP_PUSH);
	assert_string_equal(push->id, "acb_step_1");
	assert_string_equal(push->arguments.items[0], "localhost:1/x:cf1");
	assert_int_equal(push->timeout, 60);
	assert_true(push->ignore_errors && !push->keep);
	assert_int_equal(push->after.count, 1);
	assert_string_equal(push->after.items[0], "first");
	ACR_AUTO_FREE char *command_words = joined(&command->arguments);
	ACR_AUTO_FREE char *environment = joined(&command->environment);
	assert_string_equal(command_words, "mcr.microsoft.com/acr/bash:2ff604c|-c|echo world $HOME");
	assert_string_equal(environment, "B=two words|A=2");
	assert_string_equal(command->folder, "/abs");
	assert_string_equal(command->entry_point, "sh");
	assert_true(command->keep && command->keep_folder);
	assert_int_equal(command->after.count, 0);
	task_clear(&task);
}

static void steps_say_how_they_are_performed(void **state)
{
	(void)state;
	static const char yaml[] = "steps:\n"
				   "  - {id: a, cmd: x, detach: true, startDelay: 3, user: '7'}\n"
				   "  - {id: b, cmd: x, when: [a], retries: 2, retryDelay: 1, repeat: 4, pull: yes}\n"
				   "  - {id: c, cmd: x, when: [a], retryOnErrors: [busy], cmdDownloadRetries: 6}\n"
				   "  - {id: d, cmd: x, cpus: 2, ports: ['80:80'], unheard: of}\n";
	struct task task = {0};
	assert_int_equal(read_task(yaml, &task, NULL), 0);
	const struct step *a = &task.steps[0], *b = &task.steps[1], *c = &task.steps[2], *d = &task.steps[3];
	assert_true(a->detach && a->start_delay == 3 && a->timeout == 600 && a->retry_delay == 5);
	assert_string_equal(a->user, "7");
	assert_true(b->retries == 2 && b->retry_delay == 1 && b->repeat == 4 && b->pull);
	assert_string_equal(b->after.items[0], "a");
	assert_string_equal(c->after.items[0], "a");
	assert_string_equal(c->retry_on_errors.items[0], "busy");
	assert_int_equal(c->pull_retries, 6);
	assert_string_equal(d->after.items[0], "c");
	task_clear(&task);
}

static void versions_decide_about_aliases(void **state)
{
	(void)state;
	static const struct {
		const char *yaml, *words;
	} rows[] = {
		{"version: v1.1.0\nsteps:\n  - cmd: bash $ID\n", "mcr.microsoft.com/acr/bash:2ff604c|cf1"},
		{"steps:\n  - cmd: bash $ID\n", "mcr.microsoft.com/acr/bash:2ff604c|cf1"},
		{"version: v1.0.0\nsteps:\n  - cmd: bash $ID {{.Run.ID}}\n", "bash|$ID|cf1"},
		{"alias:\n  directive: '@'\n  values: {tool: image:1}\nsteps:\n  - cmd: tool @tool $ID @ID\n",
		 "image:1|image:1|$ID|cf1"},
	};
	for (size_t i = 0; i < ACR_COUNT(rows); i++) {
		struct task task = {0};
		assert_int_equal(read_task(rows[i].yaml, &task, NULL), 0);
		ACR_AUTO_FREE char *words = joined(&task.steps[0].arguments);
		assert_string_equal(words, rows[i].words);
		task_clear(&task);
	}
}

static void secrets_and_volumes_are_read(void **state)
{
	(void)state;
	static const char yaml[] = "secrets:\n"
				   "  - {id: v, keyvault: 'https://x.vault.azure.net/secrets/v'}\n"
				   "volumes:\n"
				   "  - name: keys\n"
				   "    secret: {one: '{{.Secrets.v | b64enc}}', two: {{\"text\" | b64enc}}}\n"
				   "steps:\n"
				   "  - cmd: x {{.Secrets.v}}\n"
				   "    volumeMounts: [{name: keys, mountPath: /run/keys}]\n";
	struct task task = {0};
	assert_int_equal(read_task(yaml, &task, NULL), 0);
	ACR_AUTO_FREE char *words = joined(&task.steps[0].arguments);
	ACR_AUTO_FREE char *mounts = joined(&task.steps[0].mounts);
	ACR_AUTO_FREE char *volumes = acr_json_text(task.volumes);
	assert_string_equal(words, "x|seven");
	assert_string_equal(mounts, "keys:/run/keys");
	assert_string_equal(volumes, "{\"keys\":{\"one\":\"c2V2ZW4=\",\"two\":\"dGV4dA==\"}}");
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
		{"steps:\n  - cmd: ''\n", "step 'acb_step_0' must have one of 'build', 'push' and 'cmd'"},
		{"steps:\n  - cmd: a 'b\n    id: s\n", "step 's': the quote is not closed: 'b"},
		{"steps:\n  - cmd: a\n    push: [b]\n", "step 'acb_step_0' must have one of 'build', 'push' and 'cmd'"},
		{"steps:\n  - push: b\n", "'push' of the step 'acb_step_0' must be a list"},
		{"version: v9\nsteps:\n  - cmd: a\n",
		 "invalid version specified: \"v9\", the current version is \"v1.1.0\""},
		{"steps:\n  - cmd: a\n    timeout: soon\n",
		 "'timeout' of the step 'acb_step_0' must be a whole number that is not negative"},
		{"steps:\n  - cmd: a\n    retries: -1\n",
		 "'retries' of the step 'acb_step_0' must be a whole number that is not negative"},
		{"steps:\n  - cmd: a\n    keep: perhaps\n", "'keep' of the step 'acb_step_0' must be true or false"},
		{"steps:\n  - cmd: a\n    env: {A: b}\n", "'env' of the step 'acb_step_0' must be a list"},
		{"steps:\n  - cmd: a\n    env: [A]\n", "'A' in 'env' of acb_step_0 is not of the form NAME=value"},
		{"env: ['A=1,B']\nsteps:\n  - cmd: a\n", "'B' in 'env' of the task is not of the form NAME=value"},
		{"steps:\n  - {id: x, cmd: a}\n  - {id: x, cmd: a}\n", "two steps have the id 'x'"},
		{"steps:\n  - {id: x y, cmd: a}\n",
		 "the step id 'x y' cannot be used: it must have no blanks, and 'acb_root' is reserved"},
		{"steps:\n  - {id: x, cmd: a, when: [y]}\n  - {id: y, cmd: a}\n",
		 "the step 'x' waits for 'y', which is no step before it"},
		{"steps:\n  - {id: x, cmd: a}\n  - {cmd: a, when: ['-', x]}\n",
		 "'when' of the step 'acb_step_1' cannot have '-' together with ids"},
		{"secrets: [{id: x}]\nsteps:\n  - cmd: a\n",
		 "the secret 'x' has no 'keyvault', the address of a secret in a key vault"},
		{"secrets: [{id: x, keyvault: 'https://v.vault.azure.net/secrets/x'}]\nsteps:\n  - cmd: a\n",
		 "the secret 'x' is in the key vault 'https://v.vault.azure.net/secrets/x', which the emulator does "
		 "not have; "
		 "give its value with --set-secret x=VALUE"},
		{"volumes: [{name: a/b, secret: {x: eA==}}]\nsteps:\n  - cmd: a\n",
		 "each volume must have a name of its own, of letters, digits, '-' and '_'"},
		{"volumes: [{name: v}]\nsteps:\n  - cmd: a\n",
		 "the volume 'v' has no 'secret': other kinds of volumes are not known"},
		{"volumes: [{name: v, secret: {../x: eA==}}]\nsteps:\n  - cmd: a\n",
		 "'../x' of the volume 'v' cannot be the name of a file: only letters, digits, '-', '_' and '.' may be "
		 "in it"},
		{"steps:\n  - cmd: a\n    volumeMounts: [{name: v, mountPath: /v}]\n",
		 "the step 'acb_step_0' mounts 'v', which is no volume"},
		{"alias: {directive: xx}\nsteps:\n  - cmd: a\n",
		 "the 'directive' of aliases must be one character that is no letter or digit"},
		{"alias: {src: [x.yaml]}\nsteps:\n  - cmd: a\n",
		 "the emulator does not read aliases from other files ('src'); put them into 'values'"},
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
		cmocka_unit_test(words_split_like_a_shell),
		cmocka_unit_test(an_open_quote_is_refused),
		cmocka_unit_test(templates_are_expanded),
		cmocka_unit_test(other_templates_are_refused),
		cmocka_unit_test(aliases_are_expanded),
		cmocka_unit_test(yaml_becomes_json),
		cmocka_unit_test(bad_yaml_is_refused),
		cmocka_unit_test(steps_are_read),
		cmocka_unit_test(steps_say_how_they_are_performed),
		cmocka_unit_test(versions_decide_about_aliases),
		cmocka_unit_test(secrets_and_volumes_are_read),
		cmocka_unit_test(bad_tasks_are_refused),
		cmocka_unit_test(bases_are_found),
		cmocka_unit_test(filters_select_runs),
		cmocka_unit_test(bad_filters_are_refused),
		cmocka_unit_test(logs_have_crlf_and_no_secrets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
