/* Checks of this machine: the container engine, helm, the program itself. None of them is needed by acr. */
#include <ctype.h>
#include <string.h>

#include "process.h"
#include "run/health.h"

#define IMAGE "mcr.microsoft.com/mcr/hello-world:latest"

/* docker, or what stands for it: $DOCKER_COMMAND, docker, podman. */
static char *find_engine(void)
{
	const char *names[] = {settings_variable("DOCKER_COMMAND"), "docker", "podman"};
	char *found = NULL;

	for (size_t i = 0; i < ACR_COUNT(names) && !found; i++)
		found = names[i] ? process_find(names[i]) : NULL;
	return found;
}

static bool is_podman(const char *engine)
{
	const char *slash = strrchr(engine, '/');

	return strstr(slash ? slash + 1 : engine, "podman") != NULL;
}

static void cut_end(struct acr_buf *text)
{
	while (text->length && isspace((unsigned char)text->data[text->length - 1]))
		acr_buf_truncate(text, text->length - 1);
}

/* Run it; true when it went well. `result` is to be cleared either way. */
static bool run(struct health *health, const char *const *argv, struct process_result *result)
{
	ACR_AUTO(acr_error) reason = ACR_ERROR_INIT;

	if (process_run(argv, NULL, &health->context->clock, result, &reason) < 0)
		return false;
	cut_end(&result->out);
	cut_end(&result->err);
	return result->status == 0;
}

/* Pulling needs the user's word: it fetches an image. */
static void check_pull(struct health *health, const char *engine)
{
	const char *const argv[] = {engine, "pull", IMAGE, NULL};
	ACR_AUTO(process_result) result = {0};

	if (!args_flag(health->context->args, "yes"))
		return;
	if (run(health, argv, &result))
		health_ok(health, "docker-pull", IMAGE, "Docker pull of '" IMAGE "'");
	else if (strstr(acr_buf_str(&result.err), "cannot be used on this platform"))
		health_ok(health, "docker-pull", IMAGE,
			  "Docker pull of '" IMAGE "' (it cannot be used on this platform)");
	else
		health_failed(health, "docker-pull", IMAGE, "DOCKER_PULL_ERROR",
			      "An error occurred while pulling a sample image: "
			      "%s",
			      acr_buf_str(&result.err));
}

static void check_engine(struct health *health)
{
	ACR_AUTO_FREE char *engine = find_engine();
	ACR_AUTO(process_result) result = {0};

	if (!engine) {
		health_note(health, "docker", NULL, "Docker: not found; acr does not need it");
		return;
	}
	const char *const argv[] = {engine, "version", "--format",
				    is_podman(engine)
					    ? "Podman version {{.Client.Version}}"
					    : "Docker version {{.Server.Version}}, build {{.Server.GitCommit}}, "
					      "platform {{.Server.Os}}/{{.Server.Arch}}",
				    NULL};
	if (!run(health, argv, &result)) {
		health_note(health, "docker", engine, "Docker daemon status: not available (%s); acr does not need it",
			    acr_buf_str(&result.err));
		return;
	}
	health_note(health, "docker", engine, "Docker daemon status: available");
	health_note(health, "docker-version", engine, "Docker version: '%s'", acr_buf_str(&result.out));
	check_pull(health, engine);
}

static void check_helm(struct health *health)
{
	ACR_AUTO_FREE char *helm = process_find("helm");
	const char *const argv[] = {helm, "version", "--short", NULL};
	ACR_AUTO(process_result) result = {0};

	if (helm && run(health, argv, &result))
		health_note(health, "helm-version", helm, "Helm version: %s", acr_buf_str(&result.out));
}

void health_check_local(struct health *health)
{
	check_engine(health);
	health_note(health, "acr-version", NULL, "acr version: " ACR_VERSION);
	check_helm(health);
}
