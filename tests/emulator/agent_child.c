/* Child processes that cannot outlive their run.
 *
 * Each command runs below a supervisor, a fork of this process that never executes anything else. The supervisor
 * adopts what the command leaves behind (PR_SET_CHILD_SUBREAPER) and kills it all at the end: when the command ended,
 * when the agent says so with SIGTERM, and when the emulator died (PR_SET_PDEATHSIG). */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAPTURE_MAX ((size_t)16 << 20)
#define EXIT_NOT_STARTED 127

/* What the supervisor needs, made before the fork. */
struct launch {
	char *const *arguments, *const *environment;
	const char *program; /* arguments[0] found in PATH */
	const char *folder;
	int output, errors;
	pid_t agent;
};

void child_clear(struct child *child)
{
	words_clear(&child->arguments);
	words_clear(&child->environment);
}

/* ---- the supervisor: only what is safe in a fork of a process with threads (signal-safety(7)) --------------- */

/* Kill the children of this process once; false when they cannot be listed. */
static bool kill_children(void)
{
	char text[4096];
	int list = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	if (list < 0)
		return false;
	ssize_t length = read(list, text, sizeof(text));
	close(list);
	pid_t pid = 0;
	for (ssize_t i = 0; i < length; i++) {
		if (text[i] >= '0' && text[i] <= '9') {
			pid = pid * 10 + (text[i] - '0');
			continue;
		}
		if (pid > 0)
			kill(pid, SIGKILL);
		pid = 0;
	}
	return true;
}

/* Kill everything below this process. Whoever loses its parent becomes a child of ours and has its turn then. */
static void kill_descendants(pid_t command)
{
	kill(-command, SIGKILL);
	while (kill_children() && waitpid(-1, NULL, 0) > 0)
		continue;
}

static _Noreturn void execute(const struct launch *launch, const sigset_t *none)
{
	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, none, NULL);
	umask(022); /* as in a container of the service */
	if (chdir(launch->folder) == 0)
		execve(launch->program, launch->arguments, launch->environment);
	static const char text[] = "cannot start the program, or enter the folder it should work in\n";
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(EXIT_NOT_STARTED);
}

static int exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Wait for the command, or for the order to stop. */
static int attend(pid_t command, const sigset_t *signals)
{
	for (;;) {
		int status, number = sigwaitinfo(signals, NULL);
		if (number == SIGTERM)
			return 128 + SIGTERM;
		pid_t ended;
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			if (ended == command)
				return exit_status(status);
	}
}

static _Noreturn void supervise(const struct launch *launch)
{
	sigset_t signals, none;
	sigemptyset(&none);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	setpgid(0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != launch->agent)
		_exit(EXIT_NOT_STARTED);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(launch->output, STDOUT_FILENO);
	dup2(launch->errors, STDERR_FILENO);
	close_range(STDERR_FILENO + 1, ~0U, 0); /* no connection of a client stays open in here */
	pid_t command = fork();
	if (command == 0)
		execute(launch, &none);
	int result = EXIT_NOT_STARTED;
	if (command > 0) {
		setpgid(command, command);
		result = attend(command, &signals);
		kill_descendants(command);
	}
	_exit(result);
}

/* ---- the agent's side --------------------------------------------------------------------------------------- */

/* The environment of every child: little of ours, so that builds do not depend on who started the emulator. */
static void base_environment(const struct run *run, struct words *environment)
{
	static const char *const kept[] = {
		"PATH",        "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY",
		"HTTPS_PROXY", "NO_PROXY",   "USER",        "LOGNAME",  "XDG_RUNTIME_DIR",
	};
	for (size_t i = 0; i < ACR_COUNT(kept); i++) {
		const char *value = getenv(kept[i]);
		if (value)
			words_addf(environment, "%s=%s", kept[i], value);
	}
	ACR_AUTO_FREE char *registries = settings_file("registries.conf");
	words_addf(environment, "CONTAINERS_REGISTRIES_CONF=%s", registries);
	words_addf(environment, "SSL_CERT_FILE=%s", emulator.bundle_file);
	words_addf(environment, "GIT_SSL_CAINFO=%s", emulator.bundle_file);
	words_add(environment, "BUILDAH_ISOLATION=chroot");
	words_add(environment, "GIT_TERMINAL_PROMPT=0");
	words_add(environment, "LC_ALL=C.UTF-8");
	words_addf(environment, "HOME=%s", run ? run->folder : emulator.state);
	words_addf(environment, "TMPDIR=%s", run ? run->folder : emulator.state);
}

/* Find a program as execvp() does; NULL when there is none. Yours to free(). */
static char *find_program(const char *name)
{
	if (strchr(name, '/'))
		return acr_strdup(name);
	const char *path = getenv("PATH");
	for (path = path ? path : "/usr/bin:/bin"; *path; path += strspn(path, ":")) {
		size_t length = strcspn(path, ":");
		char *file = acr_format("%.*s/%s", (int)length, path, name);
		if (access(file, X_OK) == 0)
			return file;
		free(file);
		path += length;
	}
	return NULL;
}

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

/* Fork the supervisor with SIGTERM and SIGCHLD blocked, so that none of them is lost before it waits for them. */
static pid_t fork_supervisor(const struct launch *launch)
{
	sigset_t blocked, before;
	sigfillset(&blocked);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	pid_t pid = fork();
	if (pid == 0)
		supervise(launch);
	int saved = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return pid;
}

/* The earlier of two deadlines, where 0 is none. */
static int64_t earlier(int64_t a, int64_t b)
{
	return !a || (b && b < a) ? b : a;
}

/* Milliseconds until then; -1 when there is no deadline. */
static int time_left(int64_t end)
{
	if (!end)
		return -1;
	int64_t left = end - ticks();
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static void take_output(struct run *run, const struct child *child, bool errors, const char *bytes, size_t length)
{
	struct acr_buf *buffer = errors ? child->complaints : child->capture;
	if (buffer) {
		acr_buf_add(buffer, bytes, length);
		return;
	}
	if (child->copy)
		acr_buf_add(child->copy, bytes, length);
	if (child->log || run)
		log_write(child->log ? child->log : &run->log, bytes, length);
}

atomic_bool agent_stopping;
#define STOP_INTERVAL_MS 200 /* how often `stop` is looked at */

static bool is_unwanted(const struct child *child)
{
	return child->stop && atomic_load(child->stop);
}

/* Wait for one of the pipes; false when time ran out, or nobody wants the child any more. */
static bool wait_for_output(const struct child *child, struct pollfd polls[2], int64_t deadline)
{
	for (;;) {
		int left = time_left(deadline);
		if (left == 0 || is_unwanted(child))
			return false;
		bool slice = child->stop && (left < 0 || left > STOP_INTERVAL_MS);
		if (poll(polls, 2, slice ? STOP_INTERVAL_MS : left) != 0)
			return true;
	}
}

/* Read both pipes to their ends, which is when the supervisor ends. Returns false when it is to be ended. */
static bool relay(struct run *run, const struct child *child, const int pipes[2], int64_t deadline)
{
	struct pollfd polls[2] = {{.fd = pipes[0], .events = POLLIN}, {.fd = pipes[1], .events = POLLIN}};
	char bytes[16384];
	while (polls[0].fd >= 0 || polls[1].fd >= 0) {
		if (!wait_for_output(child, polls, deadline))
			return false;
		for (int i = 0; i < 2; i++) {
			if (polls[i].fd < 0 || !polls[i].revents)
				continue;
			ssize_t got = read(polls[i].fd, bytes, sizeof(bytes));
			if (got > 0)
				take_output(run, child, i == 1, bytes, (size_t)got);
			else if (got == 0 || errno != EINTR)
				polls[i].fd = -1;
		}
	}
	return true;
}

static int wait_for(pid_t pid)
{
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_NOT_STARTED;
	return exit_status(status);
}

/* Start the supervisor and see it through. */
static int launch_child(struct run *run, const struct child *child, struct launch *launch, const int pipes[2],
			struct acr_error *error)
{
	pid_t pid = fork_supervisor(launch);
	if (pid < 0)
		return acr_fail_errno(error, errno, "cannot start '%s'", launch->program);
	close(launch->output);
	if (launch->errors != launch->output)
		close(launch->errors);
	launch->output = launch->errors = -1;
	struct run_child entry = {.pid = pid};
	if (run && !run_child_begin(run, &entry))
		kill(pid, SIGTERM);
	int64_t deadline = earlier(child->deadline, run ? run->deadline : 0);
	bool in_time = relay(run, child, pipes, deadline);
	if (!in_time) {
		struct child last = *child;
		last.stop = NULL;
		kill(pid, SIGTERM);
		relay(run, &last, pipes, 0);
	}
	if (run)
		run_child_end(run, &entry);
	int result = wait_for(pid);
	if (run && run_check(run, error) < 0)
		return error->code;
	if (!in_time && is_unwanted(child))
		return acr_fail(error, ACR_ERROR_CANCELLED, "it was stopped");
	if (!in_time)
		return acr_fail(error, ACR_ERROR_TIMEOUT, "the time limit passed");
	return result;
}

static int perform(struct run *run, const struct child *child, struct acr_error *error)
{
	ACR_AUTO(words) environment = {0};
	base_environment(run, &environment);
	words_add_all(&environment, &child->environment);
	ACR_AUTO_FREE char *program = find_program(child->arguments.items[0]);
	if (!program)
		return acr_fail(error, ACR_ERROR_FILE, "'%s' is not installed; the build agent needs it",
				child->arguments.items[0]);
	bool apart = child->capture || child->complaints; /* stdout and stderr */
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	if (pipe2(out, O_CLOEXEC) < 0 || (apart && pipe2(err, O_CLOEXEC) < 0)) {
		int saved = errno;
		close_pair(out);
		return acr_fail_errno(error, saved, "cannot start '%s'", program);
	}
	struct launch launch = {
		.arguments = child->arguments.items,
		.environment = environment.items,
		.program = program,
		.folder = child->folder ? child->folder
			  : run         ? run->folder
					: emulator.state,
		.output = out[1],
		.errors = apart ? err[1] : out[1],
		.agent = getpid(),
	};
	const int ends[2] = {out[0], err[0]};
	int result = launch_child(run, child, &launch, ends, error);
	out[1] = launch.output;
	err[1] = apart ? launch.errors : -1;
	close_pair(out);
	close_pair(err);
	return result;
}

int child_run(struct run *run, const struct child *child, struct acr_error *error)
{
	if (run_check(run, error) < 0)
		return error->code;
	return perform(run, child, error);
}

int child_run_quietly(const struct child *child, struct acr_error *error)
{
	ACR_AUTO(acr_buf) output = ACR_BUF_INIT_MAX(CAPTURE_MAX);
	struct child quiet = *child;
	if (!quiet.capture)
		quiet.capture = &output;
	if (!quiet.complaints)
		quiet.complaints = &output;
	int result = perform(NULL, &quiet, error);
	if (result != 0)
		fwrite(acr_buf_str(&output), 1, output.length, stderr);
	return result;
}

void remove_tree(const char *path)
{
	if (access(path, F_OK) < 0)
		return;
	struct child child = {0};
	/* Files that belong to other ids of the user namespace can be deleted from within it only. */
	if (geteuid() != 0) {
		words_add(&child.arguments, "buildah");
		words_add(&child.arguments, "unshare");
	}
	words_add(&child.arguments, "rm");
	words_add(&child.arguments, "-rf");
	words_add(&child.arguments, path);
	ACR_AUTO(acr_error) error = ACR_ERROR_INIT;
	int result = child_run_quietly(&child, &error);
	if (result != 0)
		note("cannot delete '%s': %s", path, result < 0 ? error.message : "rm failed");
	child_clear(&child);
}
