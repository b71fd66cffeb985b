/* Other programs: found, run, listened to. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "settings.h"

#define MAX_OUTPUT ((size_t)1 << 20)
#define POLL_MS 100

extern char **environ;

char *process_find(const char *name)
{
	const char *path = settings_variable("PATH");

	if (strchr(name, '/'))
		return access(name, X_OK) == 0 ? acr_strdup(name) : NULL;
	for (; path && *path; path += strspn(path, ":")) {
		size_t length = strcspn(path, ":");
		ACR_AUTO_FREE char *file = acr_format("%.*s/%s", (int)length, path, name);

		if (*path == '/' && access(file, X_OK) == 0)
			return TAKE(file);
		path += length;
	}
	return NULL;
}

void process_result_clear(struct process_result *result)
{
	acr_buf_clear(&result->out);
	acr_buf_clear(&result->err);
	*result = (struct process_result){0};
}

/* A pipe that holds the whole input already, so that nobody has to write while the program runs. */
static int filled_pipe(const char *input, struct acr_error *error)
{
	size_t length = input ? strlen(input) : 0;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return acr_fail_errno(error, errno, "cannot make a pipe");
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	ssize_t written = length ? write(ends[1], input, length) : 0;
	close(ends[1]);
	if (written == (ssize_t)length)
		return ends[0];
	close(ends[0]);
	return acr_fail(error, ACR_ERROR_LIMIT, "the input of another program is too long (%zu bytes)", length);
}

/* The process, and the ends of the pipes that it writes to. */
struct process {
	pid_t pid;
	struct pollfd streams[2];
};

int process_start(const char *const *argv, const posix_spawn_file_actions_t *actions, bool own_session, pid_t *ret)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (own_session ? POSIX_SPAWN_SETSID : 0);
	posix_spawnattr_t attributes;
	sigset_t none, reset;
	int rc;

	sigemptyset(&none);
	sigemptyset(&reset);
	sigaddset(&reset, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &reset);
	posix_spawnattr_setflags(&attributes, flags);
	rc = posix_spawn(ret, argv[0], actions, &attributes, (char *const *)(const void *)argv, environ);
	posix_spawnattr_destroy(&attributes);
	return rc;
}

static int start(const char *const *argv, int input, struct process *process, struct acr_error *error)
{
	posix_spawn_file_actions_t actions;
	int out[2], err[2], rc;

	if (pipe2(out, O_CLOEXEC) < 0)
		return acr_fail_errno(error, errno, "cannot make a pipe");
	if (pipe2(err, O_CLOEXEC) < 0) {
		rc = acr_fail_errno(error, errno, "cannot make a pipe");
		close(out[0]);
		close(out[1]);
		return rc;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
	rc = process_start(argv, &actions, false, &process->pid);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	close(err[1]);
	process->streams[0] = (struct pollfd){.fd = out[0], .events = POLLIN};
	process->streams[1] = (struct pollfd){.fd = err[0], .events = POLLIN};
	if (rc == 0)
		return 0;
	close(out[0]);
	close(err[0]);
	return acr_fail_errno(error, rc, "cannot run '%s'", argv[0]);
}

/* Read what is there; a stream at its end is closed and taken out. */
static void listen_to(struct pollfd *stream, struct acr_buf *text)
{
	char block[4096];
	ssize_t got;

	if (stream->fd < 0 || !stream->revents)
		return;
	got = read(stream->fd, block, sizeof(block));
	if (got > 0) {
		acr_buf_add(text, block, (size_t)got);
	} else if (got == 0 || errno != EINTR) {
		close(stream->fd);
		stream->fd = -1;
	}
}

static int see_to_end(struct process *process, const struct acr_clock *clock, struct process_result *ret)
{
	bool interrupted = false;
	int status = 0;

	ret->out.max = ret->err.max = MAX_OUTPUT;
	while (process->streams[0].fd >= 0 || process->streams[1].fd >= 0) {
		process->streams[0].revents = process->streams[1].revents = 0;
		if (poll(process->streams, 2, POLL_MS) > 0) {
			listen_to(&process->streams[0], &ret->out);
			listen_to(&process->streams[1], &ret->err);
		}
		if (!interrupted && acr_clock_interrupted(clock)) {
			interrupted = true;
			kill(process->pid, SIGTERM);
		}
	}
	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	ret->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return interrupted ? ACR_ERROR_INTERRUPTED : 0;
}

int process_run(const char *const *argv, const char *input, const struct acr_clock *clock, struct process_result *ret,
		struct acr_error *error)
{
	struct process_result result = {0};
	struct process process = {.streams = {{.fd = -1}, {.fd = -1}}};
	int stream = filled_pipe(input, error), rc;

	if (stream < 0)
		return stream;
	rc = start(argv, stream, &process, error);
	close(stream);
	if (rc < 0)
		return rc;
	if (see_to_end(&process, clock, &result) < 0) {
		process_result_clear(&result);
		return acr_fail(error, ACR_ERROR_INTERRUPTED, "interrupted");
	}
	*ret = result;
	return 0;
}
