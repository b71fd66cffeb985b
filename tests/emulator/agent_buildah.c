/* What a step does, with buildah: build, push, cmd. */
#include "agent.h"

#include <acr/image.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* Perform it; a status other than 0 is ACR_ERROR_RUN. */
static int perform(struct run *run, struct child *child, struct acr_error *error)
{
	int result = child_run(run, child, error);
	child_clear(child);
	return result <= 0 ? result : acr_fail(error, ACR_ERROR_RUN, "exit status %d", result);
}

/* A child that belongs to the job: its log, its end. */
static struct child child_of(const struct job *job)
{
	return (struct child){
		.log = (struct run_log *)&job->log,
		.copy = job->copy,
		.deadline = job->deadline,
		.stop = job->stop,
	};
}

int image_inspect(struct run *run, struct run_log *log, const char *image, struct acr_json **ret,
		  struct acr_error *error)
{
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT_MAX(INSPECT_MAX);
	struct child child = {.capture = &text, .log = log};
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

static void remember_bases(struct job *job, const struct words *bases)
{
	ACR_AUTO(words) tags = {0};
	option_values(&job->step->arguments, "tag", 't', &tags);
	for (size_t i = 0; i < tags.count; i++) {
		struct acr_json *list = acr_json_new_array();
		for (size_t j = 0; j < bases->count; j++)
			acr_json_append(list, acr_json_new_string(bases->items[j]));
		acr_json_set(job->bases, tags.items[i], list);
	}
}

/* The folder a build works in; it stays in the context. */
static char *build_folder(const struct step *step, const char *context)
{
	const char *inner = step->folder ? step->folder : "";
	if (!strncmp(inner, WORKSPACE, strlen(WORKSPACE)))
		inner += strlen(WORKSPACE);
	inner += strspn(inner, "/");
	return *inner && blob_name_is_safe(inner) ? acr_path_join(context, inner) : acr_strdup(context);
}

/* Layers are no images here, so those of other builds cannot be taken: BuildKit's options for that are left out. */
static void add_build_arguments(struct job *job, struct words *ret)
{
	const struct words *given = &job->step->arguments;
	for (size_t i = 0; i < given->count; i++) {
		const char *word = given->items[i];
		if (strncmp(word, "--cache-from", 12) != 0 && strncmp(word, "--cache-to", 10) != 0) {
			words_add(ret, word);
			continue;
		}
		log_line(&job->log, "'%s' has no effect on the emulator's agent", word);
		i += !strchr(word, '=') && i + 1 < given->count;
	}
}

int job_build(struct job *job, struct acr_error *error)
{
	const struct step *step = job->step;
	ACR_AUTO_FREE char *folder = build_folder(step, job->task->folder);
	ACR_AUTO(words) bases = {0};
	log_line(&job->log, "Scanning for dependencies...");
	find_bases(step, folder, &bases);
	for (size_t i = 0; i < bases.count; i++)
		if (images_prepare(&job->log, bases.items[i], error) < 0)
			return error->code;
	log_line(&job->log, "Successfully scanned dependencies");
	log_line(&job->log, "Launching container with name: %s", step->id);
	struct child child = child_of(job);
	child.folder = folder;
	begin(job->run, &child.arguments, "bud");
	add_access(job->run, &child.arguments);
	words_add(&child.arguments, step->pull ? "--pull=always" : "--pull=false");
	words_add(&child.arguments, "--isolation=chroot");
	words_add(&child.arguments, "--format=docker");
	add_build_arguments(job, &child.arguments);
	words_add_all(&child.environment, &step->environment);
	words_add_all(&child.environment, &step->secrets);
	if (perform(job->run, &child, error) < 0)
		return error->code;
	log_line(&job->log, "Successfully executed container: %s", step->id);
	remember_bases(job, &bases);
	return 0;
}

/* ---- push --------------------------------------------------------------------------------------------------- */

static int push_image(struct job *job, const char *name, struct acr_error *error)
{
	ACR_AUTO(acr_image) image = {0};
	if (acr_image_parse(name, true, &image, error) < 0)
		return error->code;
	log_line(&job->log, "Pushing image: %s, attempt 1", name);
	ACR_AUTO_FREE char *digest_file = acr_format("%s/digest-%zu", job->run->folder, job->number);
	struct child child = child_of(job);
	begin(job->run, &child.arguments, "push");
	add_access(job->run, &child.arguments);
	words_addf(&child.arguments, "--digestfile=%s", digest_file);
	words_add(&child.arguments, "--format=v2s2");
	words_add(&child.arguments, name);
	ACR_AUTO(acr_buf) digest = ACR_BUF_INIT_MAX(256);
	if (perform(job->run, &child, error) < 0 || acr_file_read(digest_file, &digest, error) < 0)
		return error->code;
	log_line(&job->log, "Successfully pushed image: %s", name);
	acr_json_append(job->images, json_build("{'registry':%s,'repository':%s,'tag':%s,'digest':%s}",
						image.registry ? image.registry : "docker.io", image.repository,
						image.tag, acr_buf_str(&digest)));
	return 0;
}

int job_push(struct job *job, struct acr_error *error)
{
	for (size_t i = 0; i < job->step->arguments.count; i++)
		if (push_image(job, job->step->arguments.items[i], error) < 0)
			return error->code;
	return 0;
}

/* ---- volumes ------------------------------------------------------------------------------------------------ */

static char *volume_folder(const struct run *run, const char *name)
{
	return acr_format("%s/volumes/%s", run->folder, name);
}

static int write_volume(const struct run *run, const struct acr_json *volume, struct acr_error *error)
{
	ACR_AUTO_FREE char *folder = volume_folder(run, acr_json_key(volume));
	if (acr_folder_make(folder, error) < 0)
		return error->code;
	if (chmod(folder, 0755) < 0) /* a step may run as another user */
		return acr_fail_errno(error, errno, "cannot open '%s' to others", folder);
	for (const struct acr_json *file = acr_json_first(volume); file; file = acr_json_next(file)) {
		ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
		const char *encoded = acr_json_string(file);
		if (!encoded || acr_base64_decode(encoded, strlen(encoded), &text, error) < 0)
			return acr_fail(error, ACR_ERROR_RUN, "the secret '%s' of the volume '%s' is not base64",
					acr_json_key(file), acr_json_key(volume));
		acr_buf_putc(&text, '\n'); /* as the service leaves them */
		ACR_AUTO_FREE char *path = acr_path_join(folder, acr_json_key(file));
		if (acr_file_replace(path, acr_buf_str(&text), text.length, 0644, error) < 0)
			return error->code;
	}
	return 0;
}

int volumes_write(const struct run *run, const struct task *task, struct acr_error *error)
{
	for (const struct acr_json *volume = acr_json_first(task->volumes); volume; volume = acr_json_next(volume))
		if (write_volume(run, volume, error) < 0)
			return error->code;
	return 0;
}

static void add_mounts(const struct job *job, struct words *words)
{
	words_addf(words, "--volume=%s:" WORKSPACE, job->task->folder);
	for (size_t i = 0; i < job->step->mounts.count; i++) {
		const char *mount = job->step->mounts.items[i];
		ACR_AUTO_FREE char *name = acr_strndup(mount, strcspn(mount, ":"));
		ACR_AUTO_FREE char *folder = volume_folder(job->run, name);
		words_addf(words, "--volume=%s:%s", folder, mount + strlen(name) + 1);
	}
}

/* ---- cmd ---------------------------------------------------------------------------------------------------- */

static void add_strings(const struct acr_json *list, struct words *words)
{
	for (const struct acr_json *item = acr_json_first(list); item; item = acr_json_next(item))
		if (acr_json_string(item))
			words_add(words, acr_json_string(item));
}

/* The command line in the container: entry point, then what the step says or else the image's command. */
static int command_line(struct job *job, struct words *words, struct acr_error *error)
{
	const struct step *step = job->step;
	ACR_AUTO_PTR(acr_json) *image = NULL;
	if (image_inspect(job->run, &job->log, step->arguments.items[0], &image, error) < 0)
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

static char *container_name(const struct job *job)
{
	return acr_format("step-%zu", job->number);
}

static int create_container(struct job *job, struct acr_error *error)
{
	const struct step *step = job->step;
	ACR_AUTO_FREE char *name = container_name(job);
	ACR_AUTO(acr_buf) ignored = ACR_BUF_INIT; /* the name again */
	struct child child = child_of(job);
	child.capture = &ignored;
	if (images_prepare(&job->log, step->arguments.items[0], error) < 0)
		return error->code;
	begin(job->run, &child.arguments, "from");
	add_access(job->run, &child.arguments);
	words_add(&child.arguments, step->pull ? "--pull=always" : "--pull=false");
	words_addf(&child.arguments, "--retry=%d", step->pull_retries);
	words_addf(&child.arguments, "--retry-delay=%ds", step->pull_delay);
	words_addf(&child.arguments, "--name=%s", name);
	/* All containers have the network of this machine; they know each other by the ids of their steps. */
	for (size_t i = 0; i < job->task->count; i++)
		words_addf(&child.arguments, "--add-host=%s:127.0.0.1", job->task->steps[i].id);
	words_add(&child.arguments, step->arguments.items[0]);
	return perform(job->run, &child, error);
}

static int remove_container(struct job *job, struct acr_error *error)
{
	ACR_AUTO_FREE char *name = container_name(job);
	ACR_AUTO(acr_buf) ignored = ACR_BUF_INIT; /* its id */
	struct child child = child_of(job);
	child.capture = &ignored;
	child.deadline = 0;
	begin(job->run, &child.arguments, "rm");
	words_add(&child.arguments, name);
	return perform(job->run, &child, error);
}

int job_container_make(struct job *job, struct child *ret, struct acr_error *error)
{
	const struct step *step = job->step;
	if (create_container(job, error) < 0)
		return error->code;
	struct child child = child_of(job);
	begin(job->run, &child.arguments, "run");
	words_add(&child.arguments, "--isolation=chroot");
	add_mounts(job, &child.arguments);
	if (step->user)
		words_addf(&child.arguments, "--user=%s", step->user);
	const char *inner = step->folder;
	if (inner && *inner == '/' && !step->keep_folder)
		words_addf(&child.arguments, "--workingdir=%s", inner);
	else if (!step->keep_folder)
		words_addf(&child.arguments, "--workingdir=" WORKSPACE "%s%s", inner ? "/" : "", inner ? inner : "");
	for (size_t i = 0; i < step->environment.count; i++)
		words_addf(&child.arguments, "--env=%s", step->environment.items[i]);
	ACR_AUTO_FREE char *name = container_name(job);
	words_add(&child.arguments, "--");
	words_add(&child.arguments, name);
	log_line(&job->log, "Launching container with name: %s", step->id);
	if (command_line(job, &child.arguments, error) < 0) {
		child_clear(&child);
		return error->code;
	}
	*ret = child;
	return 0;
}

int job_container_run(struct job *job, struct child *child, struct acr_error *error)
{
	ACR_AUTO(acr_error) removal = ACR_ERROR_INIT;
	int result = perform(job->run, child, error);
	/* One of that name may be made again. */
	if (remove_container(job, &removal) < 0 && result == 0)
		return acr_error_move(error, &removal);
	if (result == 0)
		log_line(&job->log, "Successfully executed container: %s", job->step->id);
	return result;
}
