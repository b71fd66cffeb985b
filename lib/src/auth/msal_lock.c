/* MSAL's lock protocol: wait for the lock file to be absent and make it; when it stays for long, its maker has died;
 * lock it with flock() in any case; remove it when done. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "auth/msal_lock.h"

#define WAIT_MS 5000 /* for each of the two steps, as MSAL has it */
#define POLL_MS 50

/* Make the file; another's is waited for, and shared when it does not go away. */
static int make_file(const char *path, const struct acr_clock *clock, struct acr_error *error)
{
	int64_t end = clock->ticks(clock) + WAIT_MS;
	int file, rc;

	while ((file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0 && errno == EEXIST) {
		if (clock->ticks(clock) >= end) {
			file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
			break;
		}
		if ((rc = clock->sleep(clock, POLL_MS, error)) < 0)
			return rc;
	}
	if (file < 0)
		return acr_fail_errno(error, errno, "cannot lock '%s'", path);
	return file;
}

/* The file may have been removed by the one who had it before; then holding it means nothing. */
static bool is_still_there(const char *path, int file)
{
	struct stat opened, named;

	return fstat(file, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev &&
	       opened.st_ino == named.st_ino;
}

static void sign(int file)
{
	/* For people only: nobody reads it. */
	if (ftruncate(file, 0) == 0)
		dprintf(file, "%ld acr", (long)getpid());
}

int msal_lock(const char *path, const struct acr_clock *clock, struct acr_error *error)
{
	int64_t end = clock->ticks(clock) + 2 * WAIT_MS;
	int file = -1, rc;

	for (;;) {
		if (file < 0 && (file = make_file(path, clock, error)) < 0)
			return file;
		if (flock(file, LOCK_EX | LOCK_NB) == 0) {
			if (is_still_there(path, file)) {
				sign(file);
				return file;
			}
			close(file);
			file = -1;
			continue;
		}
		if (clock->ticks(clock) >= end)
			break;
		if ((rc = clock->sleep(clock, POLL_MS, error)) < 0) {
			close(file);
			return rc;
		}
	}
	close(file);
	return acr_fail(error, ACR_ERROR_TIMEOUT, "cannot lock '%s': another process keeps it; remove it if none does",
			path);
}

void msal_unlock(const char *path, int lock)
{
	unlink(path);
	close(lock);
}
