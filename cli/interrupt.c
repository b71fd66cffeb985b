/* SIGINT and SIGTERM: a flag that everything which waits looks at. */
#include <signal.h>
#include <stdlib.h>

#include "context.h"

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
	caught = number;
}

/* A signal that whoever started us wants to be ignored (nohup, a shell's background job) stays so. */
static void set_handler(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESETHAND}, before;

	sigemptyset(&action.sa_mask);
	if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(number, &action, NULL);
}

static void set_handlers(void (*handler)(int))
{
	caught = 0;
	set_handler(SIGINT, handler);
	set_handler(SIGTERM, handler);
}

void context_catch_signals(void)
{
	set_handlers(catch_signal);
}

void context_release_signals(void)
{
	set_handlers(SIG_DFL);
}

int context_signal(void)
{
	return caught;
}
