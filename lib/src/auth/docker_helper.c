/* Run a Docker credential helper, without a shell. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <acr/buf.h>
#include <acr/clock.h>
#include <acr/json.h>
#include "auth/docker_helper.h"

#define MAX_SAID ((size_t)1 << 16) /* of the helper's output */
#define MAX_QUOTED 1024            /* of that in an error message */
#define POLL_MS 10
#define GRACE_MS 500 /* between SIGTERM and SIGKILL */

struct helper {
	char *program;
	pid_t pid;
	int output; /* what it says on both its streams */
	struct acr_buf said;
	int64_t end; /* on the monotonic clock */
};

static int64_t ticks(void)
{
	return acr_clock_system.ticks(&acr_clock_system);
}

static void helper_clear(struct helper *helper)
{
	if (helper->output >= 0)
		close(helper->output);
	acr_buf_clear(&helper->said);
	free(helper->program);
}

/* A pipe that already holds the whole input, so that nobody has to write while the helper runs (and no SIGPIPE can
 * come when it does not read). Returns the end to read from. */
static int filled_pipe(const struct acr_buf *input, struct acr_error *error)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return acr_fail_errno(error, errno, "cannot make a pipe");
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	ssize_t put = write(ends[1], input->data, input->length);
	close(ends[1]);
	if (put != (ssize_t)input->length) {
		close(ends[0]);
		return acr_fail(error, ACR_ERROR_LIMIT, "the secret is too long for a credential helper (%zu bytes)",
				input->length);
	}
	return ends[0];
}

/* Nothing blocked, and SIGPIPE as programs expect it, whatever this process has chosen for itself. */
static void default_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, reset;

	sigemptyset(&none);
	sigemptyset(&reset);
	sigaddset(&reset, SIGPIPE);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &reset);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int start(struct helper *helper, char *verb, int input, struct acr_error *error)
{
	char *argv[] = {helper->program, verb, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return acr_fail_errno(error, errno, "cannot make a pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	default_signals(&attributes);
	rc = posix_spawnp(&helper->pid, helper->program, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (rc) {
		close(ends[0]);
		return acr_fail_errno(error, rc, "cannot run the credential helper '%s'", helper->program);
	}
	helper->output = ends[0];
	return 0;
}

/* Take what the helper says until it closes its output, ends, or its time is up. */
static void listen_to(struct helper *helper)
{
	char block[1024];

	while (ticks() < helper->end) {
		struct pollfd wait = {.fd = helper->output, .events = POLLIN};
		siginfo_t state = {0};

		if (poll(&wait, 1, POLL_MS) > 0) {
			ssize_t got = read(helper->output, block, sizeof(block));

			if (got > 0)
				acr_buf_add(&helper->said, block, (size_t)got);
			else if (got == 0 || errno != EINTR)
				return;
		} else if (waitid(P_PID, (id_t)helper->pid, &state, WEXITED | WNOHANG | WNOWAIT) == 0 && state.si_pid) {
			return; /* something it left behind keeps the output open */
		}
	}
}

/* The helper's wait status; false when it did not end by `end`. */
static bool reap(const struct helper *helper, int64_t end, int *status)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};

	for (;;) {
		pid_t pid = waitpid(helper->pid, status, WNOHANG);

		if (pid == helper->pid)
			return true;
		if (pid < 0 && errno != EINTR) {
			*status = 0; /* SIGCHLD is ignored: how it ended is not to be known */
			return true;
		}
		if (ticks() >= end)
			return false;
		nanosleep(&pause, NULL);
	}
}

static void end_helper(const struct helper *helper)
{
	int status;

	kill(helper->pid, SIGTERM);
	if (!reap(helper, ticks() + GRACE_MS, &status)) {
		kill(helper->pid, SIGKILL);
		while (waitpid(helper->pid, &status, 0) < 0 && errno == EINTR)
			;
	}
}

/* What the helper said as one line, without the secret. */
static void tidy(struct acr_buf *said, const char *secret)
{
	char *found, *data = said->data;
	size_t length = strlen(secret);

	if (!data)
		return;
	while (length && (found = strstr(data, secret))) {
		*found++ = '*';
		memmove(found, found + length - 1, strlen(found + length - 1) + 1);
	}
	for (char *p = data; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == '\x7f')
			*p = ' ';
	}
	said->length = strlen(data);
	acr_buf_truncate(said, MAX_QUOTED);
	while (said->length && data[said->length - 1] == ' ')
		acr_buf_truncate(said, said->length - 1);
}

static int run(struct helper *helper, char *verb, const struct acr_buf *text, const char *secret, int timeout_ms,
	       struct acr_error *error)
{
	int input, status, rc;

	if ((input = filled_pipe(text, error)) < 0)
		return input;
	rc = start(helper, verb, input, error);
	close(input);
	if (rc < 0)
		return rc;
	helper->end = ticks() + timeout_ms;
	listen_to(helper);
	if (!reap(helper, helper->end, &status)) {
		end_helper(helper);
		return acr_fail(error, ACR_ERROR_TIMEOUT, "the credential helper '%s' did not end within %d s",
				helper->program, (timeout_ms + 999) / 1000);
	}
	tidy(&helper->said, secret);
	const char *said = helper->said.length ? acr_buf_str(&helper->said) : "it did not say why";
	if (WIFSIGNALED(status))
		return acr_fail(error, ACR_ERROR_GENERAL, "the credential helper '%s' was ended by signal %d: %s",
				helper->program, WTERMSIG(status), said);
	if (WEXITSTATUS(status))
		return acr_fail(error, ACR_ERROR_GENERAL, "the credential helper '%s' failed with status %d: %s",
				helper->program, WEXITSTATUS(status), said);
	return 0;
}

int docker_helper_store(const char *name, const char *registry, const char *username, const char *secret,
			int timeout_ms, struct acr_error *error)
{
	ACR_AUTO(helper) helper = {.output = -1, .said = ACR_BUF_INIT_MAX(MAX_SAID)};
	ACR_AUTO_PTR(acr_json) *login = acr_json_new_object();
	ACR_AUTO(acr_buf) text = ACR_BUF_INIT;
	char verb[] = "store";

	helper.program = acr_format("docker-credential-%s", name);
	if (strchr(name, '/'))
		return acr_fail(error, ACR_ERROR_FORMAT, "'%s' is not the name of a credential helper", name);
	acr_json_set_str(login, "ServerURL", registry);
	acr_json_set_str(login, "Username", username);
	acr_json_set_str(login, "Secret", secret);
	acr_json_write(login, &text);
	return run(&helper, verb, &text, secret, timeout_ms, error);
}
