/* The docker-registry process behind a registry: started when first needed, started again when it dies, ended with the
 * emulator. It listens on a Unix socket in its folder, so that nobody else on the machine gets past the tokens. */
#include "registry.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_SECONDS 20
#define STOP_SECONDS 5
#define ANSWER_SECONDS 600          /* the digest of a large layer takes its time */
#define PAUSE_NANOSECONDS 100000000 /* between its end and another start */
#define EXIT_NOT_FOUND 127

struct process {
	char *folder;
	int folder_descriptor; /* names the socket whatever the length of the folder's path */
	pthread_mutex_t lock;
	pthread_t keeper;
	bool kept; /* the keeper runs */
	bool stopping;
	pid_t pid;       /* 0 while there is none */
	bool missing;    /* the program is not installed */
	char *complaint; /* why it does not run */
};

static int write_configuration(const char *folder, const char *secret, struct acr_error *error)
{
	ACR_AUTO_FREE char *path = acr_path_join(folder, "config.yml");
	ACR_AUTO_FREE char *text = acr_format("version: 0.1\n"
					      "log:\n  level: error\n  accesslog:\n    disabled: true\n"
					      "storage:\n  filesystem:\n    rootdirectory: images\n"
					      "  delete:\n    enabled: true\n"
					      "http:\n  net: unix\n  addr: registry.sock\n  relativeurls: true\n"
					      "  secret: \"%s\"\n",
					      secret);
	return acr_file_replace(path, text, strlen(text), 0600, error);
}

struct process *process_new(const char *folder, const char *secret, struct acr_error *error)
{
	if (write_configuration(folder, secret, error) < 0)
		return NULL;
	int descriptor = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0) {
		acr_fail_errno(error, errno, "cannot open '%s'", folder);
		return NULL;
	}
	struct process *process = acr_alloc(sizeof(*process));
	process->folder = acr_strdup(folder);
	process->folder_descriptor = descriptor;
	pthread_mutex_init(&process->lock, NULL);
	return process;
}

/* In the child, between fork and exec: only what is safe there in a program with threads. */
static _Noreturn void become_registry(int folder, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || fchdir(folder) < 0)
		_exit(1);
	int log = open("registry.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
	int null = open("/dev/null", O_RDONLY);
	if (log < 0 || null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(1);
	close_range(3, ~0U, 0);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_IGN); /* Ctrl-C is for the emulator, which then ends this process */
	sigprocmask(SIG_SETMASK, &none, NULL);
	char *const arguments[] = {(char[]){"docker-registry"}, (char[]){"serve"}, (char[]){"config.yml"}, NULL};
	/* It takes settings from every variable that begins with REGISTRY_, such as skopeo's REGISTRY_AUTH_FILE. */
	execvpe(arguments[0], arguments, (char *[]){NULL});
	_exit(EXIT_NOT_FOUND);
}

/* Wait for the end of the process without giving its number free before the lock is held: process_free() may be about
 * to send a signal to that number. */
static int reap(struct process *process, pid_t pid)
{
	siginfo_t ended;
	while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	int status = 0;
	pthread_mutex_lock(&process->lock);
	waitpid(pid, &status, 0);
	process->pid = 0;
	pthread_mutex_unlock(&process->lock);
	return status;
}

static void complain(struct process *process, bool missing, const char *text)
{
	note("docker-registry in '%s' %s", process->folder, text);
	pthread_mutex_lock(&process->lock);
	free(process->complaint);
	process->complaint = acr_strdup(text);
	process->missing = missing;
	pthread_mutex_unlock(&process->lock);
}

/* Start it; 0 when it shall not run any more, negative on failure. */
static pid_t start(struct process *process)
{
	pid_t parent = getpid();
	pthread_mutex_lock(&process->lock);
	pid_t pid = 0;
	if (!process->stopping) {
		pid = fork();
		if (pid == 0)
			become_registry(process->folder_descriptor, parent);
		process->pid = pid > 0 ? pid : 0;
	}
	pthread_mutex_unlock(&process->lock);
	return pid;
}

/* The death signal of a child comes when the thread that started it ends, so this thread lives as long as it. */
static void *keep(void *user)
{
	struct process *process = user;
	pid_t pid;
	while ((pid = start(process)) != 0) {
		int status = pid > 0 ? reap(process, pid) : 0;
		if (pid < 0)
			complain(process, false, "cannot be started: the system refuses another process");
		else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND)
			complain(process, true, "cannot be started: install the Debian package docker-registry");
		else
			complain(process, false, "ended; its folder's registry.log may say why");
		nanosleep(&(struct timespec){.tv_nsec = PAUSE_NANOSECONDS}, NULL);
	}
	return NULL;
}

static int ensure_kept(struct process *process, struct acr_error *error)
{
	pthread_mutex_lock(&process->lock);
	int result = 0;
	if (!process->kept) {
		result = pthread_create(&process->keeper, NULL, keep, process);
		process->kept = result == 0;
	}
	pthread_mutex_unlock(&process->lock);
	return result ? acr_fail_errno(error, result, "cannot start a thread for docker-registry") : 0;
}

static int try_connect(const struct process *process)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/registry.sock",
		 process->folder_descriptor);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -1;
	if (connect(descriptor, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int saved = errno;
		close(descriptor);
		errno = saved;
		return -1;
	}
	struct timeval limit = {.tv_sec = ANSWER_SECONDS};
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return descriptor;
}

static bool is_missing(struct process *process)
{
	pthread_mutex_lock(&process->lock);
	bool missing = process->missing;
	pthread_mutex_unlock(&process->lock);
	return missing;
}

int process_connect(struct process *process, struct acr_error *error)
{
	int result = ensure_kept(process, error);
	if (result < 0)
		return result;
	for (int waited = 0; waited < START_SECONDS * 100 && !is_missing(process); waited++) {
		int descriptor = try_connect(process);
		if (descriptor >= 0)
			return descriptor;
		/* EAGAIN: its queue of connections is full. */
		if (errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN && errno != EINTR)
			return acr_fail_errno(error, errno, "cannot connect to docker-registry in '%s'",
					      process->folder);
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	pthread_mutex_lock(&process->lock);
	result = acr_fail(error, ACR_ERROR_GENERAL, "docker-registry in '%s' %s", process->folder,
			  process->complaint ? process->complaint : "does not listen");
	pthread_mutex_unlock(&process->lock);
	return result;
}

static void send_signal(struct process *process, int number)
{
	pthread_mutex_lock(&process->lock);
	process->stopping = true;
	if (process->pid)
		kill(process->pid, number);
	pthread_mutex_unlock(&process->lock);
}

void process_free(struct process *process)
{
	if (!process)
		return;
	if (process->kept) {
		send_signal(process, SIGTERM);
		struct timespec limit;
		clock_gettime(CLOCK_REALTIME, &limit);
		limit.tv_sec += STOP_SECONDS;
		if (pthread_timedjoin_np(process->keeper, NULL, &limit) != 0) {
			send_signal(process, SIGKILL);
			pthread_join(process->keeper, NULL);
		}
	}
	close(process->folder_descriptor);
	pthread_mutex_destroy(&process->lock);
	free(process->complaint);
	free(process->folder);
	free(process);
}
