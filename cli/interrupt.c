/* SIGINT and SIGTERM: a flag that everything which waits looks at. */
#include <signal.h>
#include <stdlib.h>

#include "context.h"

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
	caught = number;
}

static void set_handler(void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void context_catch_signals(void)
{
	caught = 0;
	set_handler(catch_signal);
}

void context_release_signals(void)
{
	caught = 0;
	set_handler(SIG_DFL);
}

int context_signal(void)
{
	return caught;
}
