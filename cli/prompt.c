/* Questions to the user. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "context.h"

/* Wait until there is something to read; false when a signal comes first, or came already. */
static bool wait_for_input(FILE *in)
{
	struct pollfd input = {.fd = fileno(in), .events = POLLIN};
	sigset_t signals, before;

	/* A signal between the look at it and the wait must not be missed. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, &before);
	while (input.fd >= 0 && !context_signal() && ppoll(&input, 1, NULL, &before) < 0 && errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return !context_signal();
}

/* One line without its end, yours to free(); NULL at the end of the input. */
static char *read_line(FILE *in)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length = wait_for_input(in) ? getline(&line, &size, in) : -1;

	if (length < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

int context_ask(struct context *context, const char *prompt, bool hidden, char **ret, struct acr_error *error)
{
	struct io *io = context->io;
	struct termios before, quiet;
	bool restore = hidden && tcgetattr(fileno(io->in), &before) == 0;
	char *line;

	if (restore) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(fileno(io->in), TCSAFLUSH, &quiet);
	}
	fputs(prompt, io->err);
	fflush(io->err);
	line = read_line(io->in);
	if (restore) {
		tcsetattr(fileno(io->in), TCSAFLUSH, &before);
		fputc('\n', io->err);
	}
	if (!line && !restore)
		fputc('\n', io->err);
	if (!line && context_signal())
		return acr_fail(error, ACR_ERROR_INTERRUPTED, "interrupted");
	if (!line)
		return acr_fail(error, ACR_ERROR_CANCELLED, "Nothing was typed.");
	*ret = line;
	return 0;
}

int context_confirm(struct context *context, struct acr_error *error, const char *format, ...)
{
	ACR_AUTO_FREE char *question = NULL, *prompt = NULL;
	va_list args;
	int rc;

	if (args_flag(context->args, "yes") || settings_flag(context->settings, "core", "disable_confirm_prompt"))
		return 0;
	/* Nobody shall think about a registry that cannot be. */
	if (args_given(context->args, "registry") && (rc = context_registry_name(context, error)) < 0)
		return rc;
	if (!context->io->in_terminal)
		return acr_fail(error, ACR_ERROR_CANCELLED,
				"Unable to prompt for confirmation as no tty available. Use --yes.");
	va_start(args, format);
	question = acr_vformat(format, args);
	va_end(args);
	prompt = acr_format("%s (y/n): ", question);
	for (;;) {
		ACR_AUTO_FREE char *answer = NULL;

		if ((rc = context_ask(context, prompt, false, &answer, error)) < 0)
			return rc;
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): it cannot see that failures are negative */
		if (!strcasecmp(answer, "y"))
			return 0;
		if (!strcasecmp(answer, "n"))
			return acr_fail(error, ACR_ERROR_CANCELLED, "Operation cancelled.");
	}
}
