/* The process: descriptors, signals, streams; everything else is app_main(). */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "app.h"

/* A closed standard descriptor would be taken by the next file that is opened, and written to. What stands in for it
 * is open the wrong way, so that a result that has nowhere to go is noticed. */
static void open_standard_descriptors(void)
{
	int descriptor;

	/* open() takes the lowest free one, which is the closed one. */
	for (descriptor = 0; descriptor <= 2; descriptor++)
		if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", descriptor ? O_RDONLY : O_WRONLY) < 0)
			_exit(1);
}

int main(int argc, char **argv)
{
	struct io io;

	open_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	io_system(&io);
	return app_main(argc, argv, &io);
}
