/* Steps performed with buildah. */
#include "agent.h"

#include <acr/image.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INSPECT_MAX ((size_t)8 << 20)
#define DOCKERFILE_MAX ((size_t)1 << 20)
#define WORKSPACE "/workspace" /* where a command finds the context */

/* ---- calling buildah ---------------------------------------------------------------------------------------- */

/* Begin a command line: the storage of this run, then the command. */
static void begin(const struct run *run, struct words *words, const char *command)
{
	words_add(words, "buildah");
	words_addf(words, "--root=%s/storage", run->folder);
	words_addf(words, "--runroot=%s/run", run->folder);
	words_add(words, "--storage-driver=vfs");
	images_add_options(words);
	words_add(words, command);
}

static void add_access(const struct run *run, struct words *words)
{
	ACR_AUTO_FREE char *logins = logins_file(run);
	ACR_AUTO_FREE char *policy = settings_file("policy.json");
	words_addf(words, "--authfile=%s", logins);
	words_addf(words, "--signature-policy=%s", policy);
}

/* The same for commands that may need an image: it is pulled when this run does not have it yet. */
static void add_pull_access(const struct run *run, struct words *words)
{
	add_access(run, words);
	words_add(words, "--pull=false");
}

/* Perform it; a status other than 0 is ACR_ERROR_RUN. */
static int perform(struct run *run, struct child *child, struct acr_error *error)
{
	int result = child_run(run, child, error);
	child_clear(child);
	return result <= 0 ? result : acr_fail(error, ACR_ERROR_RUN, "exit status %d", result);
}

int image_inspect(struct run *run, const char *image, struct acr_json **ret, struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(INSPECT_MAX);
	struct child child = {.capture = &text};
	begin(run, &child.arguments, "inspect");
	words_add(&child.arguments, "--type=image");
	words_add(&child.arguments, image);
	if (perform(run, &child, error) < 0)
		return error->code;
	return acr_json_parse(acr_buf_str(&text), text.length, ret, error);
}

/* ---- build -------------------------------------------------------------------------------------------------- */

/* The values of an option of the command line: "--tag x", "--tag=x", "-t x", "-tx". */
static void option_values(const struct words *arguments, const char *name, char letter, struct words *ret)
{
	for (size_t i = 0; i < arguments->count; i++) {
		const char *word = arguments->items[i];
		bool is_long = word[0] == '-' && word[1] == '-' && !strncmp(word + 2, name, strlen(name));
		bool is_short = letter && word[0] == '-' && word[1] == letter;
		const char *rest = is_long ? word + 2 + strlen(name) : is_short ? word + 2 : NULL;
		if (!rest || (is_long && *rest && *rest != '='))
			continue;
		if (*rest)
			words_add(ret, rest + (*rest == '='));
		else if (i + 1 < arguments->count)
			words_add(ret, arguments->items[++i]);
	}
}

/* With -f it is seen from the working directory, or else from the context, as buildah does. Yours to free(). */
static char *dockerfile_of(const struct step *step, const char *folder)
{
	ACR_AUTO(words) files = {0};
	option_values(&step->arguments, "file", 'f', &files);
	const char *file = files.count ? files.items[files.count - 1] : "Dockerfile";
	if (*file == '/')
		return acr_strdup(file);
	ACR_AUTO_FREE char *here = acr_path_join(folder, file);
	if (files.count && access(here, F_OK) == 0)
		return TAKE(here);
	ACR_AUTO_FREE char *context = acr_path_join(folder, step->arguments.items[step->arguments.count - 1]);
	return acr_path_join(context, file);
}

/* The images the Dockerfile of a build step names. A context that is not on this disk has none that are known. */
static void find_bases(const struct step *step, const char *folder, struct words *ret)
{
	ACR_AUTO(words) given = {0};
	option_values(&step->arguments, "build-arg", '\0', &given);
	words_add_all(&given, &step->secrets);
	ACR_AUTO_FREE char *path = dockerfile_of(step, folder);
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(DOCKERFILE_MAX);
	if (acr_file_read(path, &text, NULL) == 0)
		dockerfile_bases(acr_buf_str(&text), &given, ret);
}

static void remember_bases(struct run *run, const struct step *step, const struct words *bases)
{
	ACR_AUTO(words) tags = {0};
	option_values(&step->arguments, "tag", 't', &tags);
	for (size_t i = 0; i < tags.count; i++) {
		struct acr_json *list = acr_json_new_array();
		for (size_t j = 0; j < bases->count; j++)
			acr_json_append(list, acr_json_new_string(bases->items[j]));
		acr_json_set(run->bases, tags.items[i], list);
	}
}

static int perform_build(struct run *run, const struct step *step, const char *folder, int64_t deadline,
			 struct acr_error *error)
{
	ACR_AUTO(words) bases = {0};
	log_line(&run->log, "Scanning for dependencies...");
	find_bases(step, folder, &bases);
	for (size_t i = 0; i < bases.count; i++)
		if (images_prepare(run, bases.items[i], error) < 0)
			return error->code;
	log_line(&run->log, "Successfully scanned dependencies");
	struct child child = {.folder = folder, .deadline = deadline};
	begin(run, &child.arguments, "bud");
	add_pull_access(run, &child.arguments);
	words_add(&child.arguments, "--isolation=chroot");
	words_add(&child.arguments, "--format=docker");
	words_add_all(&child.arguments, &step->arguments);
	words_add_all(&child.environment, &step->environment);
	words_add_all(&child.environment, &step->secrets);
	if (perform(run, &child, error) < 0)
		return error->code;
	remember_bases(run, step, &bases);
	return 0;
}

/* ---- push --------------------------------------------------------------------------------------------------- */

static int push_image(struct run *run, const char *name, int64_t deadline, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	if (acr_image_parse(name, true, &image, error) < 0)
		return error->code;
	log_line(&run->log, "Pushing image: %s, attempt 1", name);
	ACR_AUTO_FREE char *digest_file = acr_path_join(run->folder, "digest");
	struct child child = {.deadline = deadline};
	begin(run, &child.arguments, "push");
	add_access(run, &child.arguments);
	words_addf(&child.arguments, "--digestfile=%s", digest_file);
	words_add(&child.arguments, "--format=v2s2");
	words_add(&child.arguments, name);
	ACR_AUTO(acr_buf) digest = ACR_BUF_INIT_MAX(256);
	if (perform(run, &child, error) < 0 || acr_file_read(digest_file, &digest, error) < 0)
		return error->code;
	log_line(&run->log, "Successfully pushed image: %s", name);
	acr_json_append(run->images, json_build("{'registry':%s,'repository':%s,'tag':%s,'digest':%s}",
						image.registry ? image.registry : "docker.io", image.repository,
						image.tag, acr_buf_str(&digest)));
	return 0;
}

static int perform_push(struct run *run, const struct step *step, int64_t deadline, struct acr_error *error)
{
	for (size_t i = 0; i < step->arguments.count; i++)
		if (push_image(run, step->arguments.items[i], deadline, error) < 0)
			return error->code;
	return 0;
}

/* ---- cmd ---------------------------------------------------------------------------------------------------- */

static void add_strings(const struct acr_json *list, struct words *words)
{
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item))
		if (acr_json_string(item))
			words_add(words, acr_json_string(item));
}

/* The command line in the container: entry point, then what the step says or else the image's command. */
static int command_line(struct run *run, const struct step *step, struct words *words, struct acr_error *error)
{
	ACR_AUTO_PTR(acr_json) *image = NULL;
	if (image_inspect(run, step->arguments.items[0], &image, error) < 0)
		return error->code;
	const struct acr_json *config = acr_json_at(image, "/OCIv1/config");
	ACR_AUTO(words) line = {0};
	if (step->entry_point && words_split(step->entry_point, &line, error) < 0)
		return error->code;
	if (!step->entry_point)
		add_strings(acr_json_get(config, "Entrypoint"), &line);
	for (size_t i = 1; i < step->arguments.count; i++)
		words_add(&line, step->arguments.items[i]);
	if (step->arguments.count == 1 && !step->entry_point)
		add_strings(acr_json_get(config, "Cmd"), &line);
	if (!line.count)
		return acr_fail(error, ACR_ERROR_RUN, "the image '%s' has no command; name one",
				step->arguments.items[0]);
	words_add_all(words, &line);
	return 0;
}

static int create_container(struct run *run, const struct step *step, const char *name, int64_t deadline,
			    struct acr_error *error)
{
	ACR_AUTO(acr_buf) ignored = ACR_BUF_INIT; /* the name again */
	struct child child = {.deadline = deadline, .capture = &ignored};
	if (images_prepare(run, step->arguments.items[0], error) < 0)
		return error->code;
	begin(run, &child.arguments, "from");
	add_pull_access(run, &child.arguments);
	words_addf(&child.arguments, "--name=%s", name);
	words_add(&child.arguments, step->arguments.items[0]);
	return perform(run, &child, error);
}

static int remove_container(struct run *run, const char *name, struct acr_error *error)
{
	ACR_AUTO(acr_buf) ignored = ACR_BUF_INIT; /* its id */
	struct child child = {.capture = &ignored};
	begin(run, &child.arguments, "rm");
	words_add(&child.arguments, name);
	return perform(run, &child, error);
}

static int perform_command(struct run *run, const struct step *step, const char *name, const char *folder,
			   int64_t deadline, struct acr_error *error)
{
	if (create_container(run, step, name, deadline, error) < 0)
		return error->code;
	struct child child = {.deadline = deadline};
	begin(run, &child.arguments, "run");
	words_add(&child.arguments, "--isolation=chroot");
	words_addf(&child.arguments, "--volume=%s:" WORKSPACE, folder);
	const char *inner = step->folder;
	if (inner && *inner == '/')
		words_addf(&child.arguments, "--workingdir=%s", inner);
	else if (inner || !step->keep_folder)
		words_addf(&child.arguments, "--workingdir=" WORKSPACE "%s%s", inner ? "/" : "", inner ? inner : "");
	for (size_t i = 0; i < step->environment.count; i++)
		words_addf(&child.arguments, "--env=%s", step->environment.items[i]);
	words_add(&child.arguments, "--");
	words_add(&child.arguments, name);
	log_line(&run->log, "Launching container with name: %s", step->id);
	int result = command_line(run, step, &child.arguments, error);
	if (result < 0)
		child_clear(&child);
	else
		result = perform(run, &child, error);
	if (result == 0 && !step->keep)
		result = remove_container(run, name, error);
	return result;
}

/* ---- a step, all steps -------------------------------------------------------------------------------------- */

/* The folder a build works in; it stays in the context. */
static char *step_folder(const struct step *step, const char *context)
{
	const char *inner = step->folder ? step->folder : "";
	if (!strncmp(inner, WORKSPACE, strlen(WORKSPACE)))
		inner += strlen(WORKSPACE);
	inner += strspn(inner, "/");
	return *inner && blob_name_is_safe(inner) ? acr_path_join(context, inner) : acr_strdup(context);
}

static int perform_kind(struct run *run, const struct step *step, size_t number, const char *context,
			struct acr_error *error)
{
	int64_t deadline = ticks() + (int64_t)step->timeout * 1000;
	ACR_AUTO_FREE char *folder = step_folder(step, context);
	ACR_AUTO_FREE char *name = acr_format("step-%zu", number);
	switch (step->kind) {
	case STEP_BUILD:
		return perform_build(run, step, folder, deadline, error);
	case STEP_PUSH:
		return perform_push(run, step, deadline, error);
	case STEP_COMMAND:
		return perform_command(run, step, name, context, deadline, error);
	}
	return acr_fail(error, ACR_ERROR_GENERAL, "step '%s' is of no known kind", step->id);
}

static int perform_step(struct run *run, const struct step *step, size_t number, const char *context,
			struct acr_error *error)
{
	int64_t begun = ticks();
	log_line(&run->log, "Executing step ID: %s. Timeout(sec): %d, Working directory: '%s', Network: ''", step->id,
		 step->timeout, step->folder ? step->folder : "");
	ACR_AUTO(acr_error) failure = ACR_ERROR_INIT;
	int result = perform_kind(run, step, number, context, &failure);
	if (run_check(run, error) < 0)
		return error->code;
	if (result == 0) {
		log_line(&run->log, "Step ID: %s marked as successful (elapsed time in seconds: %.6f)", step->id,
			 (double)(ticks() - begun) / 1000);
		return 0;
	}
	log_line(&run->log, "failed to run step ID: %s: %s", step->id, failure.message);
	if (step->ignore_errors) {
		log_line(&run->log, "Step ID: %s failed, but its errors are ignored", step->id);
		return 0;
	}
	if (result == ACR_ERROR_TIMEOUT)
		return acr_fail(error, ACR_ERROR_RUN, "failed during run, err: step '%s' took longer than %d seconds",
				step->id, step->timeout);
	return acr_fail(error, ACR_ERROR_RUN, "failed during run, err: %s", failure.message);
}

static struct step *find_step(const struct task *task, const char *id)
{
	for (size_t i = 0; i < task->count; i++)
		if (!strcmp(task->steps[i].id, id))
			return &task->steps[i];
	return NULL;
}

/* Whether all that a step waits for is done. */
static bool is_ready(const struct task *task, const struct step *step)
{
	if (!step->ordered)
		return step == task->steps || step[-1].done;
	for (size_t i = 0; i < step->after.count; i++)
		if (!find_step(task, step->after.items[i])->done)
			return false;
	return true;
}

static struct step *next_ready(const struct task *task)
{
	for (size_t i = 0; i < task->count; i++)
		if (!task->steps[i].done && is_ready(task, &task->steps[i]))
			return &task->steps[i];
	return NULL;
}

static int check_order(const struct task *task, struct acr_error *error)
{
	for (size_t i = 0; i < task->count; i++) {
		const struct step *step = &task->steps[i];
		if (find_step(task, step->id) != step)
			return acr_fail(error, ACR_ERROR_RUN, "two steps have the id '%s'", step->id);
		for (size_t j = 0; j < step->after.count; j++)
			if (!find_step(task, step->after.items[j]))
				return acr_fail(error, ACR_ERROR_RUN, "step '%s' waits for '%s', which is not there",
						step->id, step->after.items[j]);
	}
	return 0;
}

static int perform_steps(struct run *run, struct task *task, struct acr_error *error)
{
	if (check_order(task, error) < 0)
		return error->code;
	for (size_t left = task->count; left; left--) {
		struct step *step = next_ready(task);
		if (!step)
			return acr_fail(error, ACR_ERROR_RUN, "the steps that are left wait for each other");
		if (perform_step(run, step, (size_t)(step - task->steps), task->folder, error) < 0)
			return error->code;
		step->done = true;
	}
	return 0;
}

int task_perform(struct run *run, struct task *task, struct acr_error *error)
{
	if (logins_write(run, error) < 0 || perform_steps(run, task, error) < 0)
		return error->code;
	return report_images(run, error);
}
