/* The process: descriptors, signals, streams; everything else is app_main(). */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "app.h"

/* A closed standard descriptor would be taken by the next file that is opened, and written to. */
static void open_standard_descriptors(void)
{
	int descriptor;

	do
		descriptor = open("/dev/null", O_RDWR);
	while (descriptor >= 0 && descriptor <= 2);
	if (descriptor > 2)
		close(descriptor);
}

int main(int argc, char **argv)
{
	struct io io;

	open_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");
	io_system(&io);
	return app_main(argc, argv, &io);
}
